// Passkeys in Chromium with a virtual authenticator: added, signed in with, refused, removed. Only with a server that was
// built with them: `E2E_FEATURES=passkeys cargo xtask e2e -- passkeys.spec.ts`.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { goOn, hasScripts, ready, visit } from './support/shop';

type Page = import('@playwright/test').Page;
type T = (zh: string, en: string) => string;

const PASSWORD = '岚河-2026-清明雨前';
const HOME = /:\d+\/(en)?$/;
let made = 0;
/** A login that no other test has. */
const newLogin = () => `passkeys-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

test.skip(!(process.env.E2E_FEATURES ?? '').split(',').includes('passkeys'), 'the server is built without passkeys');

/** What a phone with a finger on it does; answers a switch for whether the person can unlock it. */
async function plugIn(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    unlocks: (isUserVerified: boolean) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

async function register(page: Page, t: T, at: (path: string) => string, login: string) {
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await goOn(page, page.getByRole('main').getByRole('button', { name: t('注册', 'Register') }), /\/account$/);
}

async function begin(page: Page, t: T, at: (path: string) => string) {
  await visit(page, at('/account'));
  await goOn(page, page.getByRole('link', { name: t('管理通行密钥', 'Manage passkeys') }), /\/account\/passkeys$/);
  await page.getByLabel(t('名称', 'Name'), { exact: true }).fill(t('我的手机', 'My phone'));
  await page.getByLabel(t('现在的密码', 'Present password')).first().fill(PASSWORD);
  await page.getByRole('button', { name: t('下一步', 'Next') }).click();
  await ready(page);
}

const bySignIn = (page: Page, t: T) => page.getByRole('button', { name: t('用通行密钥登录', 'Sign in with a passkey') });

/** What a page says where an authenticator cannot be asked. Text within `noscript` is found by its element only. */
async function expectInstead(page: Page, t: T) {
  const instead = page.locator('noscript p');
  await expect(instead).toBeVisible();
  await expect(instead).toContainText(t('通行密钥需要浏览器开启 JavaScript', 'Passkeys need JavaScript'));
}

test('a passkey signs in in one step, only unlocked, and no longer once it is removed', async ({ page, t, at }) => {
  test.skip(!hasScripts(), 'an authenticator is asked by a script');
  const phone = await plugIn(page);
  await register(page, t, at, newLogin());
  await begin(page, t, at);
  await expectAccessible(page, 'the question for a new passkey');
  await goOn(page, page.getByRole('button', { name: t('创建通行密钥', 'Make the passkey') }), /\/account\/passkeys\?saved=added/);
  await expect(page.getByText(t('我的手机', 'My phone'), { exact: true })).toBeVisible();
  expect(await phone.credentials()).toHaveLength(1);
  await expectAccessible(page, 'the passkeys');
  await page.screenshot({ path: `artifacts/passkeys/${test.info().project.name}-list.png`, fullPage: true });

  // The device knows that it has one already.
  await begin(page, t, at);
  await page.getByRole('button', { name: t('创建通行密钥', 'Make the passkey') }).click();
  await expect(page.getByText(t('这台设备已经有您的通行密钥', 'This device already has a passkey of yours'))).toBeVisible();

  await visit(page, at('/account'));
  await goOn(page, page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }), HOME);
  await visit(page, at('/sign-in?next=%2Forders'));
  await expectAccessible(page, 'the sign-in page');
  await goOn(page, bySignIn(page, t), /\/orders$/);
  await visit(page, at('/account/events'));
  await expect(page.getByText(t('添加通行密钥', 'Passkey added'))).toBeVisible();

  // Nobody unlocks the phone: the page says so, and the way by password is there.
  await visit(page, at('/account'));
  await goOn(page, page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }), HOME);
  await phone.unlocks(false);
  await visit(page, at('/sign-in?next=%2Forders'));
  await bySignIn(page, t).click();
  await page.waitForURL(/\/sign-in\/passkey/);
  await expect(page.getByRole('alert').filter({ hasText: t('没有完成', 'did not work out') })).toBeVisible();
  await expectAccessible(page, 'a sign-in that did not work out');
  await page.screenshot({ path: `artifacts/passkeys/${test.info().project.name}-failed.png`, fullPage: true });
  await phone.unlocks(true);
  await goOn(page, page.getByRole('button', { name: t('选择通行密钥', 'Choose a passkey') }), /\/orders$/);

  // Removed, it opens nothing.
  await visit(page, at('/account/passkeys'));
  await page.locator('summary', { hasText: t('删除', 'Remove') }).click();
  await page.locator('details[open]').getByLabel(t('现在的密码', 'Present password')).fill(PASSWORD);
  await goOn(page, page.locator('details[open]').getByRole('button'), /saved=removed/);
  await goOn(page, page.getByRole('link', { name: t('返回我的', 'Back to my account') }), /\/account$/);
  await goOn(page, page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }), HOME);
  await visit(page, at('/sign-in'));
  await bySignIn(page, t).click();
  await expect(page.getByText(t('这个通行密钥登录不了', 'This passkey does not sign in here'))).toBeVisible();
  await expect(page.getByRole('link', { name: t('用密码登录', 'Sign in with your password') })).toBeVisible();
});

test('without scripts the pages say what to do instead', async ({ page, t, at }) => {
  test.skip(hasScripts(), 'about pages without scripts');
  await visit(page, at('/sign-in'));
  await bySignIn(page, t).click();
  await page.waitForURL(/\/sign-in\/passkey/);
  await expectInstead(page, t);
  await expect(page.getByRole('button', { name: t('选择通行密钥', 'Choose a passkey') })).toBeHidden();
  await register(page, t, at, newLogin());
  await visit(page, at('/account/passkeys'));
  await expectInstead(page, t);
});
