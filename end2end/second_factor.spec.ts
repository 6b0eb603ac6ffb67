// Two-step verification as its owner meets it: set up with an authenticator, sign in with a code and with a recovery
// code, look after the devices, turn it off. The authenticator is computed here (RFC 6238).
import { createHmac } from 'node:crypto';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { goOn, hasScripts, isPhone, ready, visit } from './support/shop';

type Page = import('@playwright/test').Page;
type T = (zh: string, en: string) => string;

const PASSWORD = '岚河-2026-清明雨前';
const STEP_MS = 30_000;
let made = 0;
/** A login that no other test has. */
const newLogin = () => `two-steps-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

/** Base 32 without padding. */
function fromBase32(text: string): Buffer {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.replace(/\s/g, '')].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits that an authenticator shows at a moment. */
function codeAt(secret: string, atMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / STEP_MS)));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const value = mac.readUInt32BE(mac[mac.length - 1]! & 15) & 0x7fff_ffff;
  return String(value % 1_000_000).padStart(6, '0');
}

async function register(page: Page, t: T, at: (path: string) => string, login: string) {
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await goOn(page, page.getByRole('main').getByRole('button', { name: t('注册', 'Register') }), /\/account$/);
}

async function showPassword(page: Page, t: T, at: (path: string) => string, login: string, next = '') {
  await visit(page, at(`/sign-in${next ? `?next=${encodeURIComponent(next)}` : ''}`));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
}

const codeField = (page: Page, t: T) => page.getByLabel(t('验证码', 'Code'), { exact: true });

/** Sets it up from the account's page; answers the secret and the recovery codes, and when the code was of. */
async function setUp(page: Page, t: T, at: (path: string) => string, look: (what: string) => Promise<void>) {
  await visit(page, at('/account'));
  await goOn(page, page.getByRole('link', { name: t('设置', 'Set up'), exact: true }), /second-factor$/);
  await look('the beginning of the set-up');
  await page.getByLabel(t('现在的密码', 'Present password')).fill(PASSWORD);
  await page.getByRole('button', { name: t('下一步', 'Next') }).click();
  await expect(page.getByRole('img', { name: t('给验证器扫的二维码', 'QR code for the authenticator') })).toBeVisible();
  await ready(page);
  await look('the secret');
  const secret = await page.locator('.second-factor__key').innerText();
  expect(fromBase32(secret)).toHaveLength(20);

  await codeField(page, t).fill('000000');
  await page.getByRole('button', { name: t('确认并开启', 'Confirm and turn on') }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await ready(page);
  await look('a wrong code');
  const usedMs = Date.now();
  await codeField(page, t).fill(codeAt(secret, usedMs));
  await page.getByRole('button', { name: t('确认并开启', 'Confirm and turn on') }).click();
  const list = page.locator('.recovery-codes li');
  await expect(list).toHaveCount(10);
  await ready(page);
  await look('the recovery codes');
  const codes = await list.allInnerTexts();
  await goOn(page, page.getByRole('button', { name: t('我已保存好', 'I have stored them') }), /\/account$/);
  return { secret, codes, usedMs };
}

test('a lost password opens nothing: two steps, each code once, a recovery code without the phone', async ({ page, stranger, t, at }) => {
  test.slow();
  const looked: string[] = [];
  const look = async (what: string) => {
    looked.push(what);
    await page.screenshot({ path: `artifacts/second-factor/${test.info().project.name}-${looked.length}.png`, fullPage: true });
    await expectAccessible(page, what);
  };
  const login = newLogin();
  await register(page, t, at, login);
  const { secret, codes, usedMs } = await setUp(page, t, at, look);
  await look('the account');

  // Elsewhere, with the password.
  const other = await stranger();
  await showPassword(other, t, at, login, '/orders');
  await other.waitForURL(/\/sign-in\/code/);
  await ready(other);
  await other.screenshot({ path: `artifacts/second-factor/${test.info().project.name}-code.png`, fullPage: true });
  await expectAccessible(other, 'the second step');
  await codeField(other, t).fill(codeAt(secret, usedMs));
  await other.getByRole('button', { name: t('登录', 'Sign in') }).click();
  await expect(other.getByRole('alert'), 'the code that turned it on is used up').toBeVisible();
  await expect(codeField(other, t)).toHaveValue('');
  // The next one is accepted up to 30 seconds early.
  await codeField(other, t).fill(codeAt(secret, usedMs + STEP_MS));
  await goOn(other, other.getByRole('button', { name: t('登录', 'Sign in') }), /\/orders$/);

  // And once more, without the phone.
  const third = await stranger();
  await showPassword(third, t, at, login);
  await third.waitForURL(/\/sign-in\/code/);
  await codeField(third, t).fill(codes[0]!.toUpperCase());
  await goOn(third, third.getByRole('button', { name: t('登录', 'Sign in') }), /\/account$/);

  // The owner sees both devices and signs one out, at once.
  await visit(page, at('/account'));
  const devices = page.getByRole('region', { name: t('登录的设备', 'Signed-in devices') });
  await expect(devices.getByRole('listitem')).toHaveCount(3);
  await expect(devices.getByText(t('本机', 'This one'))).toHaveCount(1);
  await look('the devices');
  const ownPassword = devices.getByLabel(t('登录密码', 'Your password'));
  await ownPassword.fill('not the password');
  await devices.getByRole('button', { name: /Chrome/ }).first().click();
  await expect(ownPassword, 'nothing ends without the password').toHaveAttribute('aria-invalid', 'true');
  await ready(page);
  await ownPassword.fill(PASSWORD);
  await devices.getByRole('button', { name: /Chrome/ }).first().click();
  await expect(page.getByText(t('该设备已退出登录', 'That device is signed out'))).toBeVisible();
  await expect(devices.getByRole('listitem')).toHaveCount(2);
  await ready(page);
  await ownPassword.fill(PASSWORD);
  await devices.getByRole('button', { name: t('退出其他设备', 'Sign out the others') }).click();
  await expect(devices.getByRole('listitem')).toHaveCount(1);
  await other.goto(at('/account'));
  await expect(other).toHaveURL(/\/sign-in/);

  // Turning it off takes password and code.
  await visit(page, at('/account/second-factor'));
  await expect(page.getByText(t('剩余恢复码', 'Recovery codes left')).locator('..')).toContainText('9');
  await look('managing it');
  const off = page.locator('details', { has: page.locator('summary', { hasText: t('关闭两步验证', 'Turn two-step verification off') }) });
  await off.locator('summary').click();
  await off.getByLabel(t('现在的密码', 'Present password')).fill('not the password');
  await off.getByLabel(t('验证码或恢复码', 'Code or recovery code')).fill(codes[1]!);
  await off.getByRole('button').click();
  await expect(off.getByText(t('密码不对', 'This is not your password'))).toBeVisible();
  await ready(page);
  await expect(off.getByLabel(t('验证码或恢复码', 'Code or recovery code')), 'no code is kept').toHaveValue('');
  await off.getByLabel(t('现在的密码', 'Present password')).fill(PASSWORD);
  await off.getByLabel(t('验证码或恢复码', 'Code or recovery code')).fill(codes[1]!);
  await goOn(page, off.getByRole('button'), /\/account\?saved/);
  await expect(page.getByText(t('两步验证已关闭', 'Two-step verification is off'))).toBeVisible();
  const last = await stranger();
  await showPassword(last, t, at, login);
  await expect(last).toHaveURL(/\/account$/);
});

test('whoever guesses is told how long to wait, in minutes or seconds', async ({ page, t, at }) => {
  test.skip(isPhone() || hasScripts(), 'once: all tests share one address, whose failures are counted too');
  const login = newLogin();
  await visit(page, at('/sign-in'));
  // Five are free; on a slow machine the first waits are over before the next try is sent.
  for (let tries = 0; tries < 9; tries += 1) {
    const before = page.url();
    await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
    await page.getByLabel(t('密码', 'Password'), { exact: true }).fill('guess guess');
    await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
    await page.waitForURL((url) => url.href !== before);
    await ready(page);
    if (tries < 5) await expect(page.getByRole('alert')).toContainText(t('账号或密码不对', 'do not belong together'));
    if ((await page.getByRole('alert').innerText()).includes(t('尝试次数太多', 'Too many attempts'))) break;
  }
  await expect(page.getByRole('alert')).toContainText(t('尝试次数太多，请', 'Too many attempts; try again in'));
  await expect(page.getByRole('alert')).toContainText(t('秒后再试', ' s'));
});
