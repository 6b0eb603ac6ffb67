// Accounts: what a guest did comes along, wrong passwords are told, and one can leave everywhere at once.
import { expect, test } from './support/test';
import { DEMO_PASSWORD, loginOf } from './support/test';
import { addToCart, buy, goOn, ready, recipient, seen, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

const PASSWORD = '岚河-2026-清明雨前';
let made = 0;
/** A login that no other test has. */
const newLogin = () => `guest-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

async function register(page: import('@playwright/test').Page, t: (zh: string, en: string) => string, login: string) {
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('注册', 'Register') }).click();
}

async function signIn(page: import('@playwright/test').Page, t: (zh: string, en: string) => string, login: string, password: string) {
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(password);
  await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
}

test('a common password is refused with a sentence beside the field, and nothing typed is lost but it', async ({ page, t, at }) => {
  const login = newLogin();
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill('12345678');
  await page.getByRole('button', { name: t('注册', 'Register') }).click();
  const password = page.getByLabel(t('密码', 'Password'), { exact: true });
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  await expect(password).toHaveValue('');
  await expect(page.getByLabel(t('手机号或邮箱', 'Phone or e-mail'))).toHaveValue(login);
});

test('a wrong password is told without saying which of the two was wrong', async ({ page, t, at }) => {
  await visit(page, at('/sign-in'));
  const said: string[] = [];
  for (const login of [loginOf('shopper'), newLogin()]) {
    await signIn(page, t, login, 'not the password');
    const alert = page.getByRole('alert');
    await expect(alert).toBeVisible();
    said.push(await alert.innerText());
  }
  expect(said[0]).toBe(said[1]);
  await signIn(page, t, loginOf('shopper'), DEMO_PASSWORD);
  await expect(page).toHaveURL(/\/account$/);
});

test('what a guest put into the cart and ordered belongs to the account afterwards', async ({ page, t, at }) => {
  const { number } = await buy(page, t, at('/products/vermicelli-shenxian'));
  await addToCart(page, t, at('/products/honey-wild'));
  const login = newLogin();
  await visit(page, at('/register'));
  await register(page, t, login);
  await expect(page).toHaveURL(/\/account$/);

  await visit(page, at('/orders'));
  await expect(page.getByText(number).first(), 'the order came along').toBeVisible();
  await visit(page, at('/cart'));
  await expect(page.getByRole('link', { name: t('高山百花蜜', 'High-meadow wildflower honey') })).toBeVisible();

  // Signing out takes it all away from this device; signing in brings it back, joined with what is new.
  await visit(page, at('/account'));
  await page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/account'));
  await visit(page, at('/cart'));
  await expect(page.getByRole('heading', { name: t('购物车还是空的', 'Your cart is empty') })).toBeVisible();
  await addToCart(page, t, at('/products/walnuts'));
  await goOn(page, page.getByRole('link', { name: t('登录后可同步购物车', 'Sign in to keep your cart') }), /\/sign-in/);
  await signIn(page, t, login, PASSWORD);
  await page.waitForURL(/\/cart$/);
  await ready(page);
  await expect(page.getByRole('link', { name: t('高山百花蜜', 'High-meadow wildflower honey') })).toBeVisible();
  await expect(page.getByRole('link', { name: t('老树核桃', 'Old-tree walnuts') })).toBeVisible();
});

test('signing out everywhere ends the session of the other device as well', async ({ page, stranger, t, at }) => {
  const login = newLogin();
  await visit(page, at('/register'));
  await register(page, t, login);
  await expect(page).toHaveURL(/\/account$/);

  const other = await stranger();
  await visit(other, at('/sign-in'));
  await signIn(other, t, login, PASSWORD);
  await expect(other).toHaveURL(/\/account$/);

  await other.getByLabel(t('登录密码', 'Your password')).fill(PASSWORD);
  await other.getByRole('button', { name: t('全部退出登录', 'Sign out everywhere') }).click();
  await other.waitForURL((url) => !url.pathname.endsWith('/account'));
  for (const device of [other, page]) {
    await device.goto(at('/account'));
    await expect(device).toHaveURL(/\/sign-in/);
  }
});

test('a guest finds an order by its number and the end of the phone, and by no other end', async ({ page, stranger, t, at }) => {
  const { number } = await buy(page, t, at('/products/vermicelli-shenxian'));
  const elsewhere = await stranger();
  const find = async (tail: string) => {
    await visit(elsewhere, at('/find-order'));
    await elsewhere.getByLabel(t('订单号', 'Order number')).fill(number);
    await elsewhere.getByLabel(t('手机号后 4 位', 'Last 4 digits of the phone')).fill(tail);
    await elsewhere.getByRole('button', { name: t('查看订单', 'Show the order') }).click();
  };
  await find('0000');
  await expect(elsewhere.getByRole('main')).toContainText(t('对不上', 'do not belong together'));
  await expect(elsewhere.getByRole('main')).not.toContainText(recipient.detail);

  await find(recipient.phone.slice(-4));
  await expect(elsewhere.getByRole('heading', { level: 1, name: t('已付款，等待发货', 'Paid, waiting to be sent') })).toBeVisible();
  await expect(elsewhere.getByRole('main'), 'the phone is not given away').not.toContainText(recipient.phone);
  await expect(elsewhere.getByRole('button', { name: t('再买一次', 'Buy again') })).toBeHidden();
  await expect(seen(elsewhere.getByText(t('取消订单', 'Cancel the order'))), 'looking is all one can do').toBeHidden();
});
