// From a paid order to its village's books: pack, ship, receive, account.
import { readFileSync } from 'node:fs';
import { expect, test } from './support/test';
import { buy, fen, goOn, moneyBarSum, ready, seen, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

test('the seller packs and ships, the buyer follows the parcel and confirms', async ({ page, pageOf, t, at }) => {
  const { number } = await buy(page, t, at('/products/tea-chaoqing'));

  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await goOn(seller, seen(seller.getByRole('link', { name: t('发货', 'Parcels') })), /\/parcels/);
  const parcel = seller.getByRole('article').filter({ hasText: number });
  await expect(parcel).toContainText(t('岚河老渡口 高山炒青', 'Old Ferry mountain pan-fired green tea'));

  await test.step('the packing list says what goes into the box and to whom', async () => {
    await goOn(seller, parcel.getByRole('link', { name: t('装箱单', 'Packing list') }), /packing-list/);
    const sheet = seller.getByRole('main');
    for (const text of [number, '林小满', 'LC-CQ-250']) await expect(sheet).toContainText(text);
    await expect(sheet, 'the last day of what is taken').toContainText(t('保质期至 20', 'good until 20'));
    await seller.goBack();
    await ready(seller);
  });

  const tracking = `SF${Date.now()}`;
  await test.step('a parcel without a number is not shipped', async () => {
    await parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
    await expect(parcel.getByLabel(t('快递单号', 'Tracking number'))).toHaveAttribute('aria-invalid', 'true');
  });
  await parcel.getByLabel(t('快递单号', 'Tracking number')).fill(tracking);
  await parcel.getByLabel(t('快递', 'Carrier'), { exact: true }).selectOption({ index: 1 });
  await parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
  await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);

  await visit(page, at(`/orders/${number}`));
  await expect(page.getByRole('heading', { level: 1, name: t('包裹在路上', 'On its way') })).toBeVisible();
  await expect(page.getByText(tracking).first()).toBeVisible();
  await expect(page.getByRole('button', { name: t('取消订单', 'Cancel the order') })).toBeHidden();
  await page.getByRole('button', { name: t('确认收货', 'I have received it') }).click();
  await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') })).toBeVisible();
});

test('a village sees what it earned as soon as it is paid, and takes the statement along', async ({ page, pageOf, t, at }) => {
  const treasurer = await pageOf('treasurer');
  await visit(treasurer, at('/books'));
  await expect(treasurer).toHaveURL(/\/books\/[^/]+/);
  await expect(treasurer.getByText(t('可用余额', 'Available')).first()).toBeVisible();
  const rows = treasurer.getByRole('row');

  // Fresh dendrobium is grown in four villages, of which the treasurer's is one.
  const { number } = await buy(page, t, at('/products/dendrobium-fresh'));
  await visit(page, at(`/orders/${number}`));
  const bar = page.getByRole('figure').filter({ hasText: t('去了哪里', 'goes') });
  await moneyBarSum(bar);
  const share = await bar.locator('dl > div').filter({ hasText: t('金珠沟', 'Jinzhugou') }).locator('dd').innerText();
  await treasurer.reload();
  await expect(rows.filter({ hasText: number }), 'what the buyer was told, to the fen').toContainText(
    `+${(fen(share) / 100).toFixed(2)}`,
  );

  const downloading = treasurer.waitForEvent('download');
  await treasurer.getByRole('link', { name: t('下载 XLSX', 'Download XLSX') }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toMatch(/\.xlsx$/);
  const bytes = readFileSync(await file.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(bytes.length).toBeGreaterThan(2_000);
});
