// A lost password through the letter, one's own data as a file, leaving for good, and the log of it all.
import { readFileSync } from 'node:fs';
import { type Page, expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { letterTo, linkIn } from './support/mail';
import { buy, hasScripts, isPhone, type Translate, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

const PASSWORD = '岚河-2026-清明雨前';
const NEW_PASSWORD = '岚河-2026-谷雨新茶';
let made = 0;
const newLogin = () => `privacy-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

async function register(page: Page, t: Translate, at: (path: string) => string, login: string) {
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('注册', 'Register') }).click();
  await expect(page).toHaveURL(/\/account$/);
}

async function signIn(page: Page, t: Translate, at: (path: string) => string, login: string, password: string) {
  await visit(page, at('/sign-in'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(password);
  await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
}

/** Nothing that axe can find (it is a script itself), nothing wider than a narrow phone. */
async function sound(page: Page, what: string) {
  if (!hasScripts()) return;
  await expectAccessible(page, what);
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${what} fits into 320 pixels`).toBeLessThanOrEqual(1);
  if (before) await page.setViewportSize(before);
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: `artifacts/pages/privacy-${what.replaceAll(' ', '-')}-${isPhone() ? 'phone' : 'desktop'}.png`, fullPage: true });
  }
}

test('a lost password is replaced through the letter, and the other devices are signed out', async ({ page, stranger, t, at }) => {
  const login = newLogin();
  await register(page, t, at, login);
  const visitor = await stranger();
  await visit(visitor, at('/sign-in'));
  await visitor.getByRole('link', { name: t('忘记密码？', 'Forgot your password?') }).click();
  await expect(visitor.getByRole('heading', { level: 1 })).toBeVisible();
  await sound(visitor, 'forgot password');
  await visitor.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await visitor.getByRole('button', { name: t('发送链接', 'Send the link') }).click();
  await expect(visitor.getByRole('status')).toContainText(t('如果这个账号存在', 'If there is such an account'));

  const letter = await letterTo(login, 'reset-password');
  await visit(visitor, linkIn(letter, '/reset-password'));
  await expect(visitor, 'what the link holds stays in no history').toHaveURL(/\/reset-password$/);
  await sound(visitor, 'reset password');
  await visitor.getByLabel(t('新密码', 'New password')).fill('12345678');
  await visitor.getByRole('button', { name: t('保存新密码', 'Save the new password') }).click();
  await expect(visitor.getByLabel(t('新密码', 'New password'))).toHaveAttribute('aria-invalid', 'true');
  await visitor.getByLabel(t('新密码', 'New password')).fill(NEW_PASSWORD);
  await visitor.getByRole('button', { name: t('保存新密码', 'Save the new password') }).click();
  await expect(visitor.getByRole('heading', { name: t('密码已修改', 'Your password is changed') })).toBeVisible();

  await page.goto(at('/account'));
  await expect(page, 'the old session is over').toHaveURL(/\/sign-in/);
  await signIn(visitor, t, at, login, NEW_PASSWORD);
  await expect(visitor).toHaveURL(/\/account$/);
  await letterTo(login, 'password-changed');
  const again = await visitor.goto(linkIn(letter, '/reset-password'));
  expect(again?.status(), 'a link works once').toBe(410);
});

test('a new address counts once its link was followed', async ({ page, t, at }) => {
  const [login, other] = [newLogin(), newLogin()];
  await register(page, t, at, login);
  await visit(page, linkIn(await letterTo(login, 'confirm-email'), '/confirm-email'));
  await sound(page, 'confirm email');
  await page.getByRole('button', { name: t('确认', 'Confirm'), exact: true }).click();
  await expect(page.getByRole('heading', { name: t('邮箱已确认', 'Your e-mail is confirmed') })).toBeVisible();

  await visit(page, at('/account/email'));
  await expect(page.getByText(t('已确认', 'Confirmed'), { exact: true })).toBeVisible();
  await sound(page, 'email address');
  await page.getByLabel(t('新邮箱', 'New address')).fill(other);
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('发送确认邮件', 'Send the letter') }).click();
  await expect(page.getByText(other)).toBeVisible();
  await visit(page, linkIn(await letterTo(other, 'confirm-email'), '/confirm-email'));
  await page.getByRole('button', { name: t('确认', 'Confirm'), exact: true }).click();
  await letterTo(login, 'email-changed');
  await visit(page, at('/account'));
  await expect(page.getByRole('main')).toContainText(other);
});

test('one’s own data is a file, and leaving erases the account', async ({ page, t, at }) => {
  const login = newLogin();
  await register(page, t, at, login);
  await visit(page, at('/account/events'));
  await expect(page.getByRole('main')).toContainText(t('注册', 'Account made'));
  await sound(page, 'events');
  await visit(page, at('/privacy'));
  await page.getByRole('link', { name: t('带走我的数据', 'Take my data along') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await sound(page, 'personal data');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: t('下载', 'Download'), exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('xiangji-personal-data.json');
  const data = JSON.parse(readFileSync(await download.path(), 'utf8'));
  expect(data.account.login_names[0].value).toBe(login);
  expect(JSON.stringify(data)).not.toContain('argon2');

  await visit(page, at('/account/delete'));
  await sound(page, 'delete account');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('永久注销账号', 'Delete the account for good') }).click();
  await expect(page.getByRole('status')).toContainText(t('账号已注销', 'The account is deleted'));
  await letterTo(login, 'account-deleted');
  await signIn(page, t, at, login, PASSWORD);
  await expect(page.getByRole('alert')).toBeVisible();
});

test('an open order stands in the way of leaving, and says so', async ({ page, t, at }) => {
  const login = newLogin();
  await register(page, t, at, login);
  await buy(page, t, at('/products/vermicelli-shenxian'));
  await visit(page, at('/account/delete'));
  await expect(page.getByRole('status')).toContainText(t('还没结束的订单', 'Orders that have not ended'));
  await expect(page.getByRole('button', { name: t('永久注销账号', 'Delete the account for good') })).toHaveCount(0);
  await sound(page, 'delete account with an open order');
});

test('the county reads the log, filters it and takes it along', async ({ pageOf, t, at }) => {
  const page = await pageOf('county');
  await visit(page, at('/county/audit'));
  await sound(page, 'audit log');
  await page.getByLabel(t('事项', 'What')).selectOption('sign_in');
  await page.getByRole('button', { name: t('查找', 'Find'), exact: true }).click();
  await expect(page).toHaveURL(/action=sign_in/);
  const rows = page.getByRole('main').locator('tbody tr');
  await expect(rows.first()).toContainText(t('登录', 'Signed in'));
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: t('导出 CSV', 'As CSV') }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('sign_in');
});
