// A gift box: a team puts goods of several villages into one, a shopper buys it and sees what is in it.
import { type Locator, expect, test } from './support/test';
import { takeOut } from './support/goods';
import { PHOTOS } from './support/listing';
import { addToCart, checkoutSums, fillRecipient, goOn, hasScripts, pay, placeOrder, ready, seen, thankedFor, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

test('a team makes a box and a shopper buys it', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(120_000);
  const [seller, shopper] = [await pageOf('seller'), await stranger()];
  const name = `岚河礼盒 ${Date.now().toString(36)}${process.pid}`;
  let path = '';

  await test.step('the seller says what is in it', async () => {
    await visit(seller, at('/sell'));
    // Whoever sells for one team is led to it.
    await visit(seller, `${new URL(seller.url()).pathname}/products`);
    await seller.getByRole('button', { name: t('新建礼盒', 'New gift box') }).click();
    await seller.waitForURL(/\/parts$/);
    await ready(seller);
    const count = (code: RegExp): Locator => seller.getByRole('row').filter({ hasText: code }).first().getByRole('textbox');
    const [green, red] = [/雨前一级绿茶|pre-Guyu green tea/, /工夫红茶|black tea/i];
    const save = seller.getByRole('button', { name: t('保存并看合计', 'Save and see the sum') });
    const parts = new URL(seller.url()).pathname;
    await visit(seller, `${parts}?q=nothing-like-it`);
    await expect(seller.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await seller.getByRole('main').getByRole('searchbox').fill('红茶');
    await goOn(seller, seller.getByRole('button', { name: t('查找', 'Find'), exact: true }), /\?q=/);
    await expect(count(red)).toBeVisible();
    await expect(seller.getByRole('row').filter({ hasText: green })).toHaveCount(0);
    await goOn(seller, seller.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/parts$/);
    await count(green).fill('1');
    await save.click();
    await ready(seller);
    await expect(seller.getByRole('alert').first()).toContainText(t('礼盒里至少放两件', 'A gift box holds two pieces or more'));
    await expect(count(green)).toHaveValue('1');
    await count(red).fill('2');
    await seller.getByRole('radio', { name: t('单独定价', 'A price of its own') }).check();
    await seller.getByLabel(t('礼盒价格', 'Price of the box')).fill('66.60');
    await save.click();
    await seller.waitForURL(/done=saved/);
    await ready(seller);
    await expect(seller.getByRole('main')).toContainText('¥66.60');
  });

  await test.step('with photos and words it goes into the shop', async () => {
    await seller.getByRole('link', { name: t('名称、照片和上架', 'Name, photos, publishing') }).click();
    await seller.waitForURL(/\/products\/[^/]+$/);
    await ready(seller);
    await seller.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles(PHOTOS);
    if (!hasScripts()) await seller.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(seller.getByRole('img', { name: t('照片 2', 'Photo 2') })).toBeVisible();
    await seller.locator('#f-name').fill(name);
    await seller.getByLabel(t('介绍', 'Story'), { exact: true }).fill('两样好茶，一盒送人。');
    await seller.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
    await seller.waitForURL(/done=published/);
    await ready(seller);
    path = (await seller.getByRole('link', { name: t('在店里看', 'See it in the shop') }).getAttribute('href'))!;
  });

  await test.step('the shopper sees what is in it, buys it, and finds its parts in the order', async () => {
    await visit(shopper, path);
    const inside = shopper.getByRole('region', { name: t('礼盒里有', 'What is in the box') });
    await expect(inside.getByRole('listitem')).toHaveCount(2);
    await expect(inside).toContainText('× 2');
    await addToCart(shopper, t, path);
    await expect(shopper.getByRole('main')).toContainText(t('内含', 'In it'));
    await goOn(shopper, seen(shopper.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
    await fillRecipient(shopper, t);
    const sums = await checkoutSums(shopper, t);
    expect(sums.goods).toBe(6660);
    await placeOrder(shopper, t);
    await pay(shopper, t, 'succeeds');
    const number = await thankedFor(shopper, t);
    await goOn(shopper, shopper.getByRole('link', { name: t('查看订单', 'See the order') }), new RegExp(`/orders/${number}`));
    const lines = shopper.getByRole('listitem');
    await expect(lines.filter({ hasText: name })).toContainText('¥66.60');
    await expect(lines.filter({ hasText: t('占', 'its share') })).toHaveCount(2);
  });

  await test.step('the packing table says what belongs together, and the box is taken out', async () => {
    const listing = new URL(seller.url()).pathname;
    await visit(seller, listing.replace(/\/products\/.*/, '/parcels'));
    await expect(seller.getByText(`${t('礼盒', 'Gift box')} ${name} × 1`).first()).toBeVisible();
    await takeOut(seller, t, listing);
  });
});
