// What a person does in the shop again and again.
import { readFileSync } from 'node:fs';
import { type Locator, type Page, expect, test } from '@playwright/test';

export type Translate = (zh: string, en: string) => string;

/** Whether scripts run in this project. */
export const hasScripts = () => test.info().project.use.javaScriptEnabled !== false;

/** Whether this project is a phone. */
export const isPhone = () => test.info().project.use.isMobile === true;

/**
 * Walks the flows of a spec in two of the four projects: with scripts on this device, without them on the other. All four would
 * take twice as long and tell little more. Specs take both pairs, about half of them each: what scripts do to a form (kept, sent,
 * photos in pieces, keys) is met at a desk as well as on a phone, and so is the plain form.
 */
export function withScriptsOn(device: 'phone' | 'desktop'): void {
  const other = device === 'phone' ? 'desktop' : 'phone';
  const isWalked = () => hasScripts() === (isPhone() === (device === 'phone'));
  test.skip(() => !isWalked(), `walked with scripts on the ${device} and without them on the ${other}`);
}

/** Waits until the page's islands answer; at once where there are none, or no scripts. */
export async function ready(page: Page): Promise<void> {
  await page.waitForLoadState('domcontentloaded');
  if (hasScripts() && (await page.locator('leptos-island').count()) > 0) {
    await expect(page.locator('html'), 'the page wakes up').toHaveAttribute('data-ready', '');
  }
}

/** Opens a page of the shop and waits until it can be used. */
export async function visit(page: Page, path: string): Promise<void> {
  const response = await page.goto(path);
  expect(response?.status(), path).toBeLessThan(400);
  await ready(page);
}

/** Follows a link or presses a button that leads to another page, and waits until that can be used. */
export async function goOn(page: Page, press: Locator, to: string | RegExp): Promise<void> {
  await press.click();
  await page.waitForURL(to);
  await ready(page);
}

/** Presses a button that leads back to the page it stands on, and waits until that has come anew. */
export async function stayOn(page: Page, press: Locator): Promise<void> {
  await Promise.all([page.waitForEvent('load'), press.click()]);
  await ready(page);
}

/** Takes the list of the page along, or that of `link` where there are several: a workbook of that name. */
export async function expectSheet(page: Page, t: Translate, name: RegExp, link = t('导出表格', 'Export')): Promise<Buffer> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: link }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toMatch(name);
  const bytes = readFileSync(await file.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  return bytes;
}

/** Opens the form that narrows the list of the page, which a phone has folded. */
export async function unfold(page: Page, t: Translate): Promise<void> {
  const fold = page.getByText(t('筛选条件', 'Conditions'), { exact: true });
  const form = page.getByRole('search', { name: t('筛选', 'Narrow') });
  if ((await fold.isVisible()) && !(await form.isVisible())) await fold.click();
}

/** Narrows the list of the page and waits for the address that says so. */
export async function narrow(page: Page, t: Translate, to: RegExp): Promise<void> {
  await goOn(page, page.getByRole('button', { name: t('筛选', 'Narrow'), exact: true }), to);
}

/** The one of several equal links or buttons that can be seen: phones have some twice. */
export const seen = (found: Locator): Locator => found.filter({ visible: true }).first();

/** An amount as it is written, in fen: `¥1,280.5` is 128050. Free is nothing. */
export function fen(text: string): number {
  if (/包邮|free/i.test(text)) return 0;
  const found = /(-?)\s*¥\s*([\d,]+)(?:\.(\d{1,2}))?/.exec(text.replace(/\s+/g, ''));
  if (!found) throw new Error(`no amount in “${text}”`);
  const [, sign, whole, decimals = ''] = found;
  const amount = Number(whole.replaceAll(',', '')) * 100 + Number(decimals.padEnd(2, '0'));
  return sign ? -amount : amount;
}

/** What stands beside a name in a list of facts or sums. */
export const fact = (within: Page | Locator, name: string): Locator =>
  within.locator(`dl > div:has(> dt:text-is("${name}")) > dd`).first();

/** The amount that stands beside a name, in fen. */
export async function amount(within: Page | Locator, name: string): Promise<number> {
  const shown = fact(within, name);
  await expect(shown, name).toContainText(/¥|包邮|free/i);
  return fen(await shown.innerText());
}

/** Checks that the parts of a money bar add up to the sum it tells of, and returns that sum. */
export async function moneyBarSum(bar: Locator): Promise<number> {
  await expect(bar).toBeVisible();
  const sum = fen(await bar.locator('figcaption strong').innerText());
  const parts = await bar.locator('dl > div:not(.m-fee) > dd').allInnerTexts();
  expect(parts.length, 'the money bar has parts').toBeGreaterThan(0);
  expect(parts.map(fen).reduce((one, other) => one + other), 'the parts add up').toBe(sum);
  return sum;
}

/** Someone to send things to; the phone's tail is what a guest finds an order by. */
export interface Recipient {
  name: string;
  phone: string;
  region: [string, string, string];
  detail: string;
}

export const recipient: Recipient = {
  name: '林小满',
  phone: '13800138642',
  region: ['陕西省', '西安市', '雁塔区'],
  detail: '长安南路 1 号院 3 号楼 502',
};

/** Fills the recipient of the checkout in, the region in the way that this browser offers. */
export async function fillRecipient(page: Page, t: Translate, who: Recipient = recipient): Promise<void> {
  await page.getByLabel(t('收件人', 'Recipient')).fill(who.name);
  await page.getByLabel(t('电话', 'Phone'), { exact: true }).fill(who.phone);
  await page.getByLabel(t('详细地址', 'Street, house, door')).fill(who.detail);
  if (!hasScripts()) {
    await page.getByLabel(t('所在地区', 'Region')).fill(who.region.join(''));
    return;
  }
  const [province, city, district] = who.region;
  await page.getByLabel(t('省份', 'Province')).selectOption({ label: province });
  await page.getByLabel(t('城市', 'City')).selectOption({ label: city });
  await page.getByLabel(t('区县', 'District')).selectOption({ label: district });
}

/** What the checkout asks for, once the freight of every parcel is known. */
export async function checkoutSums(page: Page, t: Translate) {
  const total = fact(page, t('应付', 'To pay'));
  if (!hasScripts() && !(await total.isVisible())) {
    await page.getByRole('button', { name: t('计算运费', 'Work freight out'), exact: true }).click();
  }
  await expect(total).toBeVisible();
  return {
    goods: await amount(page, t('商品', 'Goods')),
    freight: (await page.locator(`dl > div:has(> dt:text-matches("^${t('运费', 'Freight')}")) > dd`).allInnerTexts())
      .map(fen)
      .reduce((one, other) => one + other),
    total: await amount(page, t('应付', 'To pay')),
  };
}

/** Places the order that the checkout shows; ends on the payment page. */
export async function placeOrder(page: Page, t: Translate): Promise<void> {
  const place = page.getByRole('button', { name: t('提交订单并付款', 'Place order and pay'), exact: true });
  await seen(place).click();
  await expect(page.getByRole('heading', { name: t('付款', 'Payment'), exact: true })).toBeVisible();
}

/** How a payment can go on the demonstration's payment page. */
export type Way = 'succeeds' | 'arrives later' | 'fails later' | 'declined' | 'abandoned';

/** Decides on the payment page how the payment goes. */
export async function pay(page: Page, t: Translate, way: Way): Promise<void> {
  const names: Record<Way, [string, string]> = {
    succeeds: ['付款成功', 'Pay – succeeds'],
    'arrives later': ['稍后到账', 'Pay – money arrives later'],
    'fails later': ['稍后失败', 'Pay – fails later'],
    declined: ['付款失败', 'Pay – declined'],
    abandoned: ['不付了，返回', 'Do not pay, go back'],
  };
  await page.getByRole('button', { name: t(...names[way]) }).click();
}

/** Puts a product into the cart, straight from its page. */
export async function addToCart(page: Page, t: Translate, path: string, quantity = 1): Promise<void> {
  await visit(page, path);
  await page.getByLabel(t('数量', 'Quantity'), { exact: true }).fill(String(quantity));
  await page.getByRole('button', { name: t('加入购物车', 'Add to cart') }).click();
  if (hasScripts()) {
    await expect(page.getByRole('status').getByText(t('已加入购物车', 'In your cart now'))).toBeVisible();
    await page.getByRole('link', { name: t('去购物车', 'Go to the cart') }).click();
  }
  await page.waitForURL(/\/cart$/);
  await ready(page);
}

/** Orders as whoever the page belongs to, up to the payment page; answers the order's sum. */
export async function orderUpToPayment(page: Page, t: Translate, path: string, who = recipient, quantity = 1): Promise<number> {
  await addToCart(page, t, path, quantity);
  await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  await fillRecipient(page, t, who);
  const { total } = await checkoutSums(page, t);
  await placeOrder(page, t);
  return total;
}

/** Buys and pays; answers the order's number and sum. The page ends on the thanks. */
export async function buy(page: Page, t: Translate, path: string, who = recipient, quantity = 1) {
  const total = await orderUpToPayment(page, t, path, who, quantity);
  await pay(page, t, 'succeeds');
  return { total, number: await thankedFor(page, t) };
}

/** The seller hands the parcel of an order to a carrier. */
export async function ship(seller: Page, t: Translate, at: (path: string) => string, number: string, tracking: string): Promise<void> {
  await visit(seller, at('/sell'));
  await goOn(seller, seen(seller.getByRole('link', { name: t('发货', 'Parcels') })), /\/parcels/);
  const parcel = seller.getByRole('article').filter({ hasText: number });
  await parcel.getByLabel(t('快递单号', 'Tracking number')).fill(tracking);
  await parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
  await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);
}

/** The buyer says that everything of an order has come; ends on the order's page. */
export async function receive(page: Page, t: Translate, at: (path: string) => string, number: string): Promise<void> {
  await visit(page, at(`/orders/${number}`));
  await page.getByRole('button', { name: t('确认收货', 'I have received it') }).click();
  await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') })).toBeVisible();
}

/** What the page of an order tells of money that goes back. */
export const refundsTold = (page: Page, t: Translate): Locator =>
  page.getByRole('status').filter({ hasText: t('原路退回', 'goes back the way it came') });

/** Opens an after-sale from the list of the seller's side, or of the town. */
export async function openAfterSale(page: Page, number: string): Promise<void> {
  await goOn(page, page.getByRole('row').filter({ hasText: number }).getByRole('link', { name: number }), /\/after-sales\/[0-9a-z]{13}$/);
}

/** The same, for whoever begins at the first page of the seller's console. */
export async function openAfterSaleOfTeam(seller: Page, t: Translate, at: (path: string) => string, number: string): Promise<void> {
  await visit(seller, at('/sell'));
  await goOn(seller, seen(seller.getByRole('link', { name: t('售后', 'After-sales') })), /\/after-sales$/);
  await openAfterSale(seller, number);
}

/** The form of an after-sale says what was declared of the goods, and knows no mere change of mind as a reason. */
export async function expectReasonNeeded(page: Page, t: Translate, declared: string): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: declared })).toBeVisible();
  const reason = (word: string) => page.getByLabel(t('原因', 'Reason')).locator(`option[value="${word}"]`);
  await expect(reason('quality')).toHaveCount(1);
  await expect(reason('changed_mind')).toHaveCount(0);
}

/** What an after-sale gives back altogether, in fen. */
export const givenBack = async (page: Page): Promise<number> => fen(await page.locator('.totals__sum dd').innerText());

/** The number on the page that says thank you. */
export async function thankedFor(page: Page, t: Translate): Promise<string> {
  await expect(page.getByRole('heading', { name: t('谢谢，付款成功', 'Thank you, it is paid') })).toBeVisible();
  const number = /XJ[0-9A-Z-]+/.exec(await page.getByRole('main').innerText())?.[0];
  expect(number, 'the thanks name the order').toBeTruthy();
  return number as string;
}
