// Accounts that somebody opens during a test.
import { type Page, expect } from '@playwright/test';
import { letterTo, linkIn } from './mail';
import { type Translate, visit } from './shop';

const PASSWORD = '岚河-2026-清明雨前';
let made = 0;

/** Opens an account and proves its address by the letter; the page is signed in then. Answers the address. */
export async function openAccount(page: Page, t: Translate, at: (path: string) => string): Promise<string> {
  const address = `buyer-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(address);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('注册', 'Register') }).click();
  await expect(page).toHaveURL(/\/account$/);
  await visit(page, linkIn(await letterTo(address, 'confirm-email'), '/confirm-email'));
  await page.getByRole('button', { name: t('确认', 'Confirm'), exact: true }).click();
  await expect(page.getByRole('heading', { name: t('邮箱已确认', 'Your e-mail is confirmed') })).toBeVisible();
  return address;
}
