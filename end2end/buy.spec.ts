// The main job: someone without an account finds tea, sees whose it is, buys it and pays.
import { expect, test } from './support/test';
import {
  addToCart,
  amount,
  checkoutSums,
  fen,
  fillRecipient,
  goOn,
  moneyBarSum,
  pay,
  placeOrder,
  ready,
  recipient,
  seen,
  thankedFor,
  visit,
} from './support/shop';

const TEA = { zh: '岚河老渡口 雨前一级绿茶', en: 'Old Ferry pre-Guyu green tea, first grade', slug: 'tea-yuqian' };

test('a guest finds tea by pinyin, by characters and with a slip of the finger', async ({ page, t, at }) => {
  for (const typed of ['lvcha', '绿茶', 'lvchha']) {
    await visit(page, at('/'));
    const search = page.getByRole('searchbox', { name: t('搜索商品、村庄', 'Search products, villages') });
    await search.fill(typed);
    await search.press('Enter');
    await page.waitForURL(/\/products\?q=/);
    await expect(page.getByRole('link', { name: t(TEA.zh, TEA.en) }), typed).toBeVisible();
  }
  await goOn(page, page.getByRole('link', { name: t(TEA.zh, TEA.en) }), new RegExp(TEA.slug));
  await expect(page.getByRole('heading', { level: 1, name: t(TEA.zh, TEA.en) })).toBeVisible();
});

test('a guest buys tea, pays, and sees which villages the money goes to', async ({ page, t, at }) => {
  await visit(page, at(`/products/${TEA.slug}`));

  // Three villages put leaf into the batch; together they are the whole of it.
  const shares = await page.getByRole('meter').evaluateAll((meters) => meters.map((meter) => Number(meter.getAttribute('value'))));
  expect(shares.length).toBe(3);
  expect(shares.reduce((one, other) => one + other)).toBe(100);
  await moneyBarSum(page.getByRole('figure').filter({ hasText: t('去了哪里', 'went') }));

  const price = fen(await page.locator('.product__price').innerText());
  await addToCart(page, t, at(`/products/${TEA.slug}`));
  await expect(page.getByRole('link', { name: t(TEA.zh, TEA.en) })).toBeVisible();

  await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  await fillRecipient(page, t);
  const sums = await checkoutSums(page, t);
  expect(sums.goods).toBe(price);
  expect(sums.freight, 'one bag is below what is sent for free').toBeGreaterThan(0);
  expect(sums.total).toBe(sums.goods + sums.freight);

  await placeOrder(page, t);
  expect(fen(await page.getByText(/^¥/).innerText()), 'the payment page asks for the same').toBe(sums.total);
  await pay(page, t, 'succeeds');

  const number = await thankedFor(page, t);
  await goOn(page, page.getByRole('link', { name: t('查看订单', 'See the order') }), new RegExp(`/orders/${number}`));
  await expect(page.getByRole('heading', { level: 1, name: t('已付款，等待发货', 'Paid, waiting to be sent') })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(recipient.detail);
  expect(await amount(page, t('实付', 'Paid'))).toBe(sums.total);
  expect(await amount(page, t('运费', 'Freight'))).toBe(sums.freight);
  const told = await moneyBarSum(page.getByRole('figure').filter({ hasText: t('去了哪里', 'goes') }));
  expect(told, 'every fen that was paid is told of').toBe(sums.total);
});

test('an address pasted as one line fills the form in', async ({ page, t, at }) => {
  await addToCart(page, t, at('/products/vermicelli-shenxian'), 2);
  await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  const paste = page.getByLabel(t('粘贴一行地址，自动填好', 'Paste a whole address'));
  await paste.fill('王小明，13800001234，陕西省西安市雁塔区长安南路 9 号');
  await page.getByRole('button', { name: t('识别', 'Fill in'), exact: true }).click();
  await expect(page.getByLabel(t('收件人', 'Recipient'))).toHaveValue('王小明');
  await expect(page.getByLabel(t('电话', 'Phone'), { exact: true })).toHaveValue('13800001234');
  await expect(page.getByLabel(t('详细地址', 'Street, house, door'))).toHaveValue(/长安南路/);
  await ready(page);
  const { goods, freight, total } = await checkoutSums(page, t);
  expect(total).toBe(goods + freight);
});

test('a place that is not delivered to is refused with a sentence, never free', async ({ page, t, at }) => {
  await addToCart(page, t, at(`/products/${TEA.slug}`));
  await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  await page.getByLabel(t('收件人', 'Recipient')).fill(recipient.name);
  await page.getByLabel(t('电话', 'Phone'), { exact: true }).fill(recipient.phone);
  await page.getByLabel(t('详细地址', 'Street, house, door')).fill('某街 1 号');
  const paste = page.getByLabel(t('粘贴一行地址，自动填好', 'Paste a whole address'));
  await paste.fill('陈一，13800001234，香港特别行政区中西区某街 1 号');
  await page.getByRole('button', { name: t('识别', 'Fill in'), exact: true }).click();
  await expect(page.getByRole('main')).toContainText(t('不能送到这个地区', 'cannot be delivered to this region'));
  await expect(page.getByRole('button', { name: t('提交订单并付款', 'Place order and pay'), exact: true })).toBeHidden();
});
