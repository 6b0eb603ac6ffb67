// A listing in depth: what it has of its category, its season, a chosen moment, a copy; and what shoppers see of it.
import { expect, test } from './support/test';
import { PHOTOS, SC_NUMBER, fillLabel, fillWords, startListing, takeBatchIn } from './support/listing';
import { goOn, hasScripts, isPhone, ready, seen, visit } from './support/shop';

test.skip(() => isPhone() !== hasScripts(), 'walked on the phone with scripts and on the desktop without them');

/** Another day of this year as it is typed into a season. */
const day = (ahead: number) => {
  const date = new Date(Date.now() + ahead * 86_400_000);
  return `${date.getMonth() + 1}-${date.getDate()}`;
};

test('a listing out of season is shown with what it is, and not sold', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(120_000);
  const page = await pageOf('seller');
  const name = `当季毛峰 ${Date.now().toString(36)}${process.pid}`;
  const listing = await startListing(page, t, at);

  await test.step('details of its kind and its season are typed', async () => {
    await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles(PHOTOS);
    if (!hasScripts()) await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2') })).toBeVisible();
    await fillWords(page, t, name);
    await fillLabel(page, t, SC_NUMBER);
    await page.locator('[name="attributes[grade]"]').selectOption('first');
    await page.locator('[name="attributes[altitude]"]').fill('950');
    await page.getByText(t('只在季节里卖', 'Sold in season only')).click();
    await page.locator('[name=season_from]').fill('夏天');
    await page.locator('[name=season_until]').fill(day(40));
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('once_opened');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await ready(page);
    await expect(page.getByRole('alert').first()).toContainText(t('请填写月日', 'Enter month and day'));
    await page.locator('[name=season_from]').fill(day(20));
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
    await expect(page.locator('[name="attributes[altitude]"]')).toHaveValue('950');
  });

  await test.step('variants are made of two lists, and what is there stays', async () => {
    await page.getByText(t('规格 × 包装，一次生成', 'Make variants of sizes and packings')).click();
    await page.locator('[name=contents]').fill('100 克:58, 250 克:130');
    await page.locator('[name=packings]').fill('罐装, 礼盒:+20');
    await page.getByRole('button', { name: t('生成规格', 'Make the variants') }).click();
    await page.waitForURL(/#f-variants/);
    await ready(page);
    await expect(page.locator('[data-rows=variants] input[name$="[name]"]')).toHaveCount(5);
    await expect(page.locator('[data-rows=variants] input[name$="[name]"]').nth(4)).toHaveValue('250 克 礼盒');
    await expect(page.locator('[data-rows=variants] input[name$="[price]"]').nth(4)).toHaveValue('150.00');
  });

  await test.step('it is put off to a moment, and that is given up', async () => {
    await takeBatchIn(page, t);
    await visit(page, listing);
    await page.getByText(t('定时上架', 'Publish later')).first().click();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel(t('上架时间（北京时间）', "When, in China's time")).fill(tomorrow);
    await page.getByRole('button', { name: t('定时上架', 'Publish then') }).click();
    await expect(page.getByText(t('将自动上架', 'Goes into the shop by itself'))).toBeVisible();
    await page.getByRole('button', { name: t('取消定时', 'Do not publish by itself') }).click();
    await expect(page.getByText(t('将自动上架', 'Goes into the shop by itself'))).toHaveCount(0);
  });

  await test.step('a copy is a draft of its own', async () => {
    await page.getByRole('button', { name: t('复制为新商品', 'Copy as a new product') }).click();
    await page.waitForURL(/done=copied/);
    await ready(page);
    await expect(page.locator('[name="attributes[altitude]"]')).toHaveValue('950');
    await expect(page.getByLabel(t('退货规则', 'Return rule'))).toHaveValue('once_opened');
    expect(new URL(page.url()).pathname).not.toBe(listing);
  });

  await test.step('what was declared about returns is in the history, and can be taken back', async () => {
    await visit(page, listing);
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('made_to_order');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
    await visit(page, `${listing}/changes`);
    const changed = page.getByRole('row').filter({ hasText: t('退货规则', 'Return rule') }).first();
    await expect(changed).toContainText(t('定制，不支持无理由', 'Made to order: none without a reason'));
    await visit(page, listing);
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('seven_days');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
  });

  await test.step('shoppers see when it comes back', async () => {
    await visit(page, listing);
    await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
    await page.waitForURL(/done=published/);
    const shopper = await stranger();
    await visit(shopper, at('/products?category=tea&attr_grade=first'));
    await goOn(shopper, seen(shopper.getByRole('link', { name })), /\/products\//);
    await expect(shopper.getByText(t('不在季节', 'Out of season'))).toBeVisible();
    await expect(shopper.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeDisabled();
    await expect(shopper.getByText(t('950 米', '950 m'))).toBeVisible();
    await expect(shopper.getByRole('main')).toContainText(t('支持七天无理由退货', 'Seven days to return it'));
    await visit(shopper, at('/products?category=tea&attr_altitude.min=940&attr_altitude.max=960'));
    await expect(shopper.getByRole('link', { name })).toBeVisible();
    await expect(shopper.getByRole('link', { name: t('去掉 海拔 940 – 960 米', 'Remove Altitude 940 – 960 m') })).toBeVisible();
    await visit(shopper, at('/products?category=tea&attr_altitude.min=960'));
    await expect(shopper.getByRole('link', { name })).toHaveCount(0);
    await visit(shopper, at('/products?category=tea&attr_grade=top'));
    await expect(shopper.getByRole('link', { name })).toHaveCount(0);
    await expect(shopper.getByRole('link', { name: t('去掉 特级', 'Remove Top grade') })).toBeVisible();
    await visit(page, listing);
    await page.getByRole('button', { name: t('下架', 'Take out of the shop') }).click();
    await ready(page);
  });
});
