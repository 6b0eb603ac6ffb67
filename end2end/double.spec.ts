// A double click, and an answer that never arrives: every form that matters does its thing once, and the person ends
// on the page that says so.
import type { Locator, Page, Route } from '@playwright/test';
import { expect, test } from './support/test';
import { PHOTOS, SC_NUMBER, fillLabel, fillWords, scNumberField, startListing } from './support/listing';
import { amount, checkoutSums, fillRecipient, goOn, hasScripts, isPhone, pay, ready, seen, thankedFor, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

type Way = 'pressed twice' | 'answered in vain';
const WAYS: Way[] = ['pressed twice', 'answered in vain'];

const PASSWORD = '岚河-2026-清明雨前';
let made = 0;
const newLogin = () => `double-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

/** Everything that is sent to `action`, in whichever language. */
const sentTo = (action: string) => (url: URL) => url.pathname.endsWith(action);

/** Presses a button twice before the first press is answered: the answers are held back for a moment. */
async function pressTwice(page: Page, button: Locator, action: string): Promise<void> {
  let sent = 0;
  const slowly = async (route: Route) => {
    sent += 1;
    // The request reaches the shop even when the browser gives it up for the second one.
    const response = await route.fetch({ maxRedirects: 0 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.fulfill({ response }).catch(() => undefined);
  };
  await page.route(sentTo(action), slowly);
  await button.dblclick({ noWaitAfter: true });
  await expect.poll(() => sent, `${action} was sent`).toBeGreaterThan(0);
  await page.waitForLoadState('networkidle');
  await page.unroute(sentTo(action), slowly);
}

/** Presses a button whose request reaches the shop and whose answer, cookies included, gets lost; then once more. */
async function pressInVain(page: Page, button: Locator, action: string): Promise<void> {
  let lost = 0;
  const lose = async (route: Route) => {
    const cookies = await page.context().cookies();
    const response = await route.fetch({ maxRedirects: 0 });
    expect(response.status(), `${action} was done`).toBeLessThan(400);
    await page.context().clearCookies();
    await page.context().addCookies(cookies);
    await route.abort('aborted');
    lost += 1;
  };
  await page.route(sentTo(action), lose, { times: 1 });
  await button.click({ noWaitAfter: true });
  await expect.poll(() => lost, `the answer of ${action} got lost`).toBe(1);
  await page.unroute(sentTo(action), lose);
  await expect(button, 'the form is still there').toBeEnabled();
  await button.click();
}

const press = (page: Page, way: Way, button: Locator, action: string) =>
  way === 'pressed twice' ? pressTwice(page, button, action) : pressInVain(page, button, action);

/** How many orders the list on this page leads to. */
async function ordersListed(page: Page): Promise<number> {
  const links = await page.getByRole('main').locator('a[href*="/orders/XJ"]').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
  return new Set(links).size;
}

for (const way of WAYS) {
  test(`a shopper's forms, ${way}`, async ({ page, pageOf, t, at }) => {
    test.setTimeout(120_000);
    const login = newLogin();
    await test.step('registering makes one account and leads into it', async () => {
      await visit(page, at('/register'));
      await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
      await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill('林小满');
      await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
      await press(page, way, page.getByRole('button', { name: t('注册', 'Register') }), '/api/account/register');
      await expect(page).toHaveURL(/\/account$/);
    });

    await test.step('signing in leads into the account', async () => {
      await page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }).click();
      await page.waitForURL((url) => !url.pathname.endsWith('/account'));
      await visit(page, at('/sign-in'));
      await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
      await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
      await press(page, way, page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }), '/api/account/sign_in');
      await expect(page).toHaveURL(/\/account$/);
    });

    const order = async () => {
      await test.step('one piece is in the cart', async () => {
        await visit(page, at('/products/tea-chaoqing'));
        await press(page, way, page.getByRole('button', { name: t('加入购物车', 'Add to cart') }), '/api/cart/add_line');
        if (hasScripts()) {
          await expect(page.getByRole('status').getByText(t('已加入购物车', 'In your cart now'))).toBeVisible();
        }
        await visit(page, at('/cart'));
        await expect(page.getByLabel(t('数量', 'Quantity')).first()).toHaveValue('1');
      });
      await test.step('one order is placed, and its payment page follows', async () => {
        await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
        await fillRecipient(page, t);
        await checkoutSums(page, t);
        const place = page.getByRole('button', { name: t('提交订单并付款', 'Place order and pay'), exact: true });
        await press(page, way, seen(place), '/api/checkout/place_order');
        await expect(page.getByRole('heading', { name: t('付款', 'Payment'), exact: true })).toBeVisible();
      });
    };

    await order();
    await pay(page, t, 'succeeds');
    const number = await thankedFor(page, t);
    await visit(page, at('/orders'));
    expect(await ordersListed(page), 'one order').toBe(1);

    await test.step('the parcel leaves once', async () => {
      const seller = await pageOf('seller');
      await visit(seller, at('/sell'));
      await goOn(seller, seen(seller.getByRole('link', { name: t('发货', 'Parcels') })), /\/parcels/);
      const parcel = seller.getByRole('article').filter({ hasText: number });
      await parcel.getByLabel(t('快递单号', 'Tracking number')).fill(`SF${Date.now()}`);
      await parcel.getByLabel(t('快递', 'Carrier'), { exact: true }).selectOption({ index: 1 });
      await press(seller, way, parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }), '/api/parcels/ship');
      await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);
    });

    await test.step('and arrives once', async () => {
      await visit(page, at(`/orders/${number}`));
      await press(page, way, page.getByRole('button', { name: t('确认收货', 'I have received it') }), '/api/orders/confirm_receipt');
      await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') })).toBeVisible();
    });

    await test.step('an order is cancelled once, and says so', async () => {
      await order();
      await pay(page, t, 'abandoned');
      const toOrder = page.getByRole('link', { name: t('查看订单', 'See the order') });
      if (await toOrder.isVisible()) await goOn(page, toOrder, /\/orders\//);
      await page.getByText(t('取消订单', 'Cancel the order')).first().click();
      await press(page, way, seen(page.getByRole('button', { name: t('取消订单', 'Cancel the order') })), '/api/orders/cancel');
      await expect(page.getByRole('heading', { level: 1, name: t('已取消', 'Cancelled'), exact: true })).toBeVisible();
      await visit(page, at('/orders'));
      expect(await ordersListed(page), 'two orders altogether').toBe(2);
    });
  });

  test(`a seller's forms, ${way}`, async ({ pageOf, t, at }) => {
    test.setTimeout(120_000);
    const page = await pageOf('seller');
    const name = `双击毛尖 ${Date.now().toString(36)}`;
    const listing = await startListing(page, t, at);
    // Without scripts what the food class asks for is there after the form was sent once.
    await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([PHOTOS[0]]);
    if (!hasScripts()) await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true })).toBeVisible();
    await fillWords(page, t, name);
    await fillLabel(page, t, SC_NUMBER);
    await expect(scNumberField(page, t)).toHaveValue(SC_NUMBER);

    await test.step('one batch of 20 kg comes in', async () => {
      await page.getByRole('button', { name: t('登记批次、改库存', 'Add a batch, correct stock') }).click();
      await page.waitForURL(/\/stock/);
      await ready(page);
      await page.getByLabel(t('可卖的数量', 'Quantity for sale')).fill('20');
      await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');
      await press(page, way, page.getByRole('button', { name: t('入库', 'Take in') }), '/api/listing/add_batch');
      await expect(page.getByRole('main')).toContainText('20 kg');
      await expect(page.getByRole('main')).not.toContainText('40 kg');
      await expect(page.locator('form[action$="/api/listing/correct_stock"]'), 'one batch').toHaveCount(1);
      await page.getByRole('link', { name: t('返回商品', 'Back to the product') }).click();
      await page.waitForURL(/\/products\/[^/]+$/);
      await ready(page);
    });

    await test.step('the listing is in the shop, and the page says so', async () => {
      await press(page, way, page.getByRole('button', { name: t('上架', 'Publish'), exact: true }), '/upload/listing');
      await expect(page.getByText(t('已上架，顾客现在可以买到', 'It is in the shop'))).toBeVisible();
      await visit(page, at(`/products?q=${encodeURIComponent(name)}`));
      await expect(page.getByRole('link', { name, exact: true })).toHaveCount(1);
    });
    const team = listing.replace(/\/products\/.*$/, '');

    await test.step('two more kilograms come in by the table, once', async () => {
      await visit(page, `${team}/table?q=${encodeURIComponent(name)}`);
      await page.getByLabel(new RegExp(`${name}.*${t('库存增减', 'Stock change')}`)).fill('2');
      await press(page, way, page.getByRole('button', { name: t('保存全部改动', 'Save all changes') }), '/api/sheets/edit_table');
      await expect(page.getByText(t('已保存 1 件商品的改动', 'Saved. Products changed: 1'))).toBeVisible();
      await expect(page.locator('tbody tr')).toContainText(['22 kg']);
    });

    await test.step('a sheet is read once and applied once', async () => {
      await visit(page, `${team}/sheets`);
      const product = listing.split('/').pop() as string;
      const sheet = `product,stock_change\n${product},3\n`;
      await page.getByLabel(t('选择表格', 'Choose a sheet')).setInputFiles({ name: 'goods.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
      await press(page, way, page.getByRole('button', { name: t('上传并查看改动', 'Upload and see the changes') }), '/upload/goods-sheet');
      await page.waitForURL(/\/sheets\/[^/]+$/);
      await ready(page);
      await press(page, way, page.getByRole('button', { name: t('应用全部', 'Apply all') }), '/api/sheets/apply');
      await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
      await visit(page, `${team}/table?q=${encodeURIComponent(name)}`);
      await expect(page.locator('tbody tr')).toContainText(['25 kg']);
    });
    await visit(page, listing);
    await page.getByRole('button', { name: t('下架', 'Take out of the shop') }).click();
  });

  test(`a unit's forms, ${way}`, async ({ pageOf, t, at }) => {
    test.setTimeout(120_000);
    const unit = isPhone() ? 'university-canteen-1' : 'university-union';
    const base = at(`/unit/${unit}`);
    const buyer = await pageOf('buyer');
    await visit(buyer, `${base}/buy`);
    await buyer.getByLabel(t('编号与数量', 'Codes and quantities')).fill('LC-CQ-250 4');
    await buyer.getByLabel(t('收货人', 'Recipient')).fill('工会福利组');
    await buyer.getByLabel(t('电话', 'Phone'), { exact: true }).fill('13800138642');
    await buyer.getByLabel(t('地区', 'Region'), { exact: true }).fill('陕西省西安市雁塔区');
    const mark = `长安南路 ${Date.now()} 号`;
    await buyer.getByLabel(t('详细地址', 'Street and house')).fill(mark);
    await buyer.getByRole('button', { name: t('检查并计算运费', 'Check and compute the freight') }).click();
    const total = await amount(buyer, t('应付', 'Total'));

    await press(buyer, way, buyer.getByRole('button', { name: t('提交审批', 'Hand in for approval') }), '/api/units/submit_bulk_order');
    await buyer.waitForURL(/\/orders\/XJ/);
    const number = /XJ[0-9A-Z-]+/.exec(buyer.url())?.[0] ?? '';
    const order = `${base}/orders/${number}`;

    await test.step('approved once', async () => {
      const approver = await pageOf('approver');
      await visit(approver, order);
      const approve = approver.getByRole('button', { name: t('审批通过', 'Approve') });
      await press(approver, way, approve, '/api/units/approve_order');
      await expect(approve).toBeHidden();
      await expect(approver.getByRole('main')).toContainText(t('待付款', 'Awaiting payment'));
      await expect(approver.getByRole('alert'), 'nothing is said to be wrong').toBeHidden();
    });

    const reference = `E2E${Date.now()}`;
    await test.step('announced once', async () => {
      const finance = await pageOf('finance');
      await visit(finance, order);
      await finance.getByLabel(t('银行流水号', 'Bank reference')).fill(reference);
      await press(finance, way, finance.getByRole('button', { name: t('登记汇款', 'Announce the transfer') }), '/api/units/announce_transfer');
      await expect(finance.getByText(t('已登记汇款，等待到账确认', 'Transfer announced, waiting for confirmation'))).toHaveCount(1);
    });

    await test.step('confirmed once', async () => {
      const captain = await pageOf('captain');
      await visit(captain, at('/sell'));
      await goOn(captain, seen(captain.getByRole('link', { name: t('到账确认', 'Transfers'), exact: true })), /\/transfers/);
      const card = captain.getByRole('article').filter({ hasText: reference });
      await card.getByLabel(t('流水上的到账金额', 'Amount on the statement')).fill((total / 100).toFixed(2));
      await press(captain, way, card.getByRole('button', { name: t('确认到账', 'The money is here') }), '/api/sell/confirm_transfer');
      await expect(card).toBeHidden();
      await expect(captain.getByRole('alert'), 'nothing is said to be wrong').toBeHidden();
    });
    await visit(buyer, order);
    await expect(buyer.getByText(t('已付款', 'Paid'), { exact: true }).first()).toBeVisible();
  });
}
