// A cadre lists a product without scripts: everything is a plain form.
import { expect, test } from './support/test';
import { HEIC, PHOTOS, SC_NUMBER, SC_NUMBER_WITH_A_SLIP, fillLabel, fillWords, scNumberField, startListing, takeBatchIn } from './support/listing';
import { goOn, hasScripts, isPhone, visit } from './support/shop';

test.skip(() => hasScripts() || isPhone(), 'with scripts and on the phone: listing.island.spec.ts');

test('a listing is refused field by field until its papers are right, then it is in the shop', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const name = `云雾毛尖 ${Date.now().toString(36)}`;
  const listing = await startListing(page, t, at);
  await fillWords(page, t, name);
  await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();

  await test.step('two photos are taken, and one that cannot be read is refused with a way out', async () => {
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([...PHOTOS, HEIC]);
    await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(page.getByRole('alert')).toContainText('HEIC');
    await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true })).toBeVisible();
    await expect(page.getByRole('img', { name: t('照片 3', 'Photo 3'), exact: true })).toBeHidden();
    await expect(page.getByLabel(t('名称', 'Name'), { exact: true })).toHaveValue(name);
  });

  await test.step('publishing without papers names every field that is missing', async () => {
    await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
    const alert = page.getByRole('alert');
    for (const field of [t('SC 编号', 'SC number'), t('配料', 'Ingredients'), t('净含量', 'Net content'), t('保质期', 'Shelf life')]) {
      await expect(alert.getByRole('link', { name: new RegExp(`^${field}`) })).toBeVisible();
    }
    await expect(alert.getByRole('link', { name: new RegExp(`^${t('批次与库存', 'Batches and stock')}`) })).toBeVisible();
  });

  await test.step('a slip in the SC number is found by its check digit', async () => {
    await fillLabel(page, t, SC_NUMBER_WITH_A_SLIP);
    await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
    await expect(scNumberField(page, t)).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel(t('配料', 'Ingredients'))).toHaveValue('茶鲜叶');
    await scNumberField(page, t).fill(SC_NUMBER);
  });

  await takeBatchIn(page, t);

  await test.step('a draft is looked at before anybody else sees it', async () => {
    await goOn(page, page.getByRole('button', { name: t('预览', 'Preview'), exact: true }), /\/preview$/);
    await expect(page.getByText(t('预览：只有你能看到此页', 'Preview: only you can see this page'))).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await goOn(page, page.getByRole('link', { name: t('返回编辑', 'Back to editing') }), /\/products\/[^/]+$/);
  });

  await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
  await expect(page.getByText(t('已上架，顾客现在可以买到', 'It is in the shop'))).toBeVisible();

  await test.step('what is in the shop is looked at there: nothing unfinished gets into it for a look', async () => {
    await expect(page.getByRole('button', { name: t('预览', 'Preview'), exact: true })).toHaveCount(0);
    await expect(page.getByRole('link', { name: t('在店里看', 'See it in the shop') })).toBeVisible();
  });

  await test.step('shoppers find it', async () => {
    await visit(page, at(`/products?q=${encodeURIComponent(name)}`));
    await goOn(page, page.getByRole('link', { name, exact: true }), /\/products\//);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByRole('radio', { name: /100 克袋装\s*¥58/ })).toBeChecked();
    await expect(page.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeEnabled();
  });

  await test.step('taken out, it is gone', async () => {
    const product = page.url();
    await visit(page, listing);
    await page.getByRole('button', { name: t('下架', 'Take out of the shop') }).click();
    await expect(page.getByText(t('已下架', 'Taken out'), { exact: true })).toBeVisible();
    expect((await page.goto(product))?.status()).toBe(404);
  });
});
