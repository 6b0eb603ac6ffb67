// Goods of a test's own: a tea that a seller lists and publishes, so that no other spec's stock is touched.
import { type Page, expect } from '@playwright/test';
import { PHOTOS, SC_NUMBER, fillLabel, fillWords, startListing } from './listing';
import { type Translate, checkoutSums, fillRecipient, goOn, hasScripts, pay, placeOrder, seen, thankedFor, visit } from './shop';

type At = (path: string) => string;

/** Villages of the demonstration's tea team. */
export const ZUOLONG = ['佐龙村', 'Zuolong Village'] as const;
export const TAYUAN = ['塔元村', 'Tayuan Village'] as const;
export type Village = typeof ZUOLONG | typeof TAYUAN;

let made = 0;

/** A name that no other test's goods have. */
export const newName = (word: string) => `${word} ${Date.now().toString(36)}${process.pid}${(made += 1)}`;

/** A day in China so many days from today, as a field for a date takes it. */
export const day = (ahead = 0) => new Date(Date.now() + 8 * 3_600_000 + ahead * 86_400_000).toISOString().slice(0, 10);

/** What comes in at once. */
export interface Harvest {
  code: string;
  /** What can be sold, in kilograms or pieces. */
  quantity: string;
  /** Kilograms by village. */
  from: [Village, string][];
  madeOn?: string;
  bestBefore?: string;
  /** The number of its quarantine certificate. */
  quarantine?: string;
}

/** Takes a batch in; begins on the page of the product's stock and ends there. */
export async function takeIn(page: Page, t: Translate, harvest: Harvest): Promise<void> {
  const send = page.getByRole('button', { name: t('入库', 'Take in'), exact: true });
  if (!(await send.isVisible())) await page.getByText(t('登记一批', 'Take in a batch'), { exact: true }).click();
  const form = page.locator('form').filter({ has: send });
  await form.getByLabel(t('可卖的数量', 'Quantity for sale')).fill(harvest.quantity);
  for (const [village, kilograms] of harvest.from) await form.getByLabel(t(...village)).fill(kilograms);
  if (harvest.madeOn) await form.getByLabel(t('采收或生产日期', 'Harvest or production date')).fill(harvest.madeOn);
  if (harvest.bestBefore) await form.getByLabel(t('保质期至', 'Best before')).fill(harvest.bestBefore);
  if (harvest.quarantine) await form.getByLabel(t('检疫证明编号', 'Quarantine certificate number')).fill(harvest.quarantine);
  await form.getByLabel(t('批次号', 'Batch code')).fill(harvest.code);
  await send.click();
  await expect(page.getByRole('link', { name: harvest.code, exact: true })).toBeVisible();
}

/** Puts a photo into the listing. */
export async function addPhoto(page: Page, t: Translate): Promise<void> {
  await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([PHOTOS[0]]);
  if (!hasScripts()) await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
  await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true })).toBeVisible();
}

/** Where goods are: their listing, their batches, their page in the shop, and the team that sells them. */
export interface Listed {
  listing: string;
  stock: string;
  product: string;
  team: string;
}

/** Takes batches in and publishes; begins on the listing's page, with everything else typed, and ends there. */
export async function stockAndPublish(page: Page, t: Translate, harvests: Harvest[]): Promise<Listed> {
  await goOn(page, page.getByRole('button', { name: t('登记批次、改库存', 'Add a batch, correct stock') }), /\/stock/);
  const stock = new URL(page.url()).pathname;
  for (const harvest of harvests) await takeIn(page, t, harvest);
  await goOn(page, page.getByRole('link', { name: t('返回商品', 'Back to the product') }), /\/products\/[^/]+$/);
  const listing = new URL(page.url()).pathname;
  await goOn(page, page.getByRole('button', { name: t('上架', 'Publish'), exact: true }), /done=published/);
  const product = (await page.getByRole('link', { name: t('在店里看', 'See it in the shop') }).getAttribute('href'))!;
  return { listing, stock, product, team: listing.replace(/\/products\/.*$/, '') };
}

/** Lists a tea in bags of 100 g, at ¥58 when nothing else is said. */
export async function listTea(page: Page, t: Translate, at: At, name: string, harvests: Harvest[], price = '58'): Promise<Listed> {
  await startListing(page, t, at);
  await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
  await addPhoto(page, t);
  await fillWords(page, t, name);
  await page.getByLabel(t('价格', 'Price'), { exact: true }).first().fill(price);
  await fillLabel(page, t, SC_NUMBER);
  return stockAndPublish(page, t, harvests);
}

/** The team gets another place to send from. */
export async function addPlace(page: Page, t: Translate, team: string, name: string): Promise<void> {
  await visit(page, `${team}/places/new`);
  await page.getByLabel(t('名称', 'Name'), { exact: true }).fill(name);
  await page.getByLabel(t('地区', 'Region'), { exact: true }).fill('岚皋县');
  await page.getByLabel(t('详细地址', 'Street and house')).fill('城关镇1号');
  await page.getByLabel(t('电话', 'Phone')).fill('0915-2999800');
  await page.getByRole('button', { name: t('保存发货地', 'Save the place') }).click();
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
}

/** Takes goods out of the shop again. */
export async function takeOut(page: Page, t: Translate, listing: string): Promise<void> {
  await visit(page, listing);
  await page.getByRole('button', { name: t('下架', 'Take out of the shop') }).click();
  await expect(page.getByText(t('已下架', 'Taken out'), { exact: true }).first()).toBeVisible();
}

/** Orders and pays what is in the cart, which is shown; answers the order's number and sums. */
export async function checkOut(page: Page, t: Translate) {
  await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  await fillRecipient(page, t);
  const sums = await checkoutSums(page, t);
  await placeOrder(page, t);
  await pay(page, t, 'succeeds');
  return { ...sums, number: await thankedFor(page, t) };
}

/** What a village gets of an order, in the bar that its buyer sees on the order's page. */
export const shareOf = (page: Page, t: Translate, village: Village) =>
  page
    .getByRole('figure')
    .filter({ hasText: t('去了哪里', 'goes') })
    .locator('dl > div')
    .filter({ hasText: t(...village) })
    .locator('dd');
