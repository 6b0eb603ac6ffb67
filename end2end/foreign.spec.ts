// Nobody sees what is not theirs.
import { expect, test } from './support/test';
import { buy, recipient, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

const CONSOLES = ['/sell', '/unit/university-union', '/unit/university-union/report', '/books', '/admin'];

test('strangers are led to sign in, and on from there to where they wanted to go', async ({ page, t, at }) => {
  for (const path of [...CONSOLES, '/account', '/orders']) {
    await page.goto(at(path));
    await expect(page, path).toHaveURL(/\/sign-in\?next=/);
  }
  await page.goto(at('/orders'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill('shopper@demo.xiangji.example');
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill('xiangji-demo-2026');
  await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
  await expect(page).toHaveURL(new RegExp(`${at('/orders')}$`));
});

test('a shopper gets no page of sellers, units, collectives and corps', async ({ pageOf, t, at }) => {
  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  const team = new URL(seller.url()).pathname;
  const treasurer = await pageOf('treasurer');
  await visit(treasurer, at('/books'));
  const books = new URL(treasurer.url()).pathname;

  const shopper = await pageOf('shopper');
  const foreign = [...CONSOLES.map(at), team, `${team}/products`, `${team}/parcels`, `${team}/transfers`, books];
  for (const path of foreign) {
    const response = await shopper.goto(path);
    expect([403, 404], path).toContain(response?.status());
    await expect(shopper.getByRole('heading', { level: 1 }), path).toBeVisible();
    await expect(shopper.getByRole('main'), 'a way on is offered').toContainText(/\S/);
  }
  for (const path of [`${at('/unit/university-union')}/report.xlsx`, `${books}/statement.xlsx`]) {
    const response = await shopper.request.get(path);
    expect([403, 404], path).toContain(response.status());
    expect(response.headers()['content-type'], path).not.toContain('spreadsheet');
  }
  // Other people's workplaces are not even named to whoever has none.
  await visit(shopper, at('/'));
  await expect(shopper.getByRole('link', { name: t('卖家中心', 'Sell'), exact: true })).toHaveCount(0);
});

test('one workplace does not open another', async ({ pageOf, at }) => {
  const seller = await pageOf('seller');
  for (const path of ['/unit/university-union', '/books', '/admin']) {
    expect([403, 404], path).toContain((await seller.goto(at(path)))?.status());
  }
  const buyer = await pageOf('buyer');
  for (const path of ['/sell', '/books', '/admin', '/unit/weather-bureau']) {
    expect([403, 404], path).toContain((await buyer.goto(at(path)))?.status());
  }
});

test('the number of someone else’s order opens nothing, and tells not even whether there is one', async ({ page, stranger, t, at }) => {
  const { number } = await buy(page, t, at('/products/vermicelli-shenxian'));
  const other = await stranger();
  const answers: { status: number | undefined; text: string }[] = [];
  for (const asked of [number, 'XJ260101AAAAAAAA']) {
    const response = await other.goto(at(`/orders/${asked}`));
    const text = await other.getByRole('main').innerText();
    answers.push({ status: response?.status(), text: text.replaceAll(asked, '') });
    await expect(other.getByRole('heading', { name: t('查找订单', 'Find an order') })).toBeVisible();
    expect(text).not.toContain(recipient.detail);
  }
  expect(answers[0]).toEqual(answers[1]);
});
