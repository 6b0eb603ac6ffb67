// The same on a phone with scripts: photos go up one by one, and what is typed is kept by itself.
import { expect, test } from './support/test';
import { HEIC, PHOTOS, SC_NUMBER, fillLabel, fillWords, scNumberField, startListing, takeBatchIn } from './support/listing';
import { isPhone, ready } from './support/shop';

test.skip(() => !isPhone(), 'sellers list in the field, with a phone');

test('a cadre lists a product from a phone', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const name = `云雾毛尖 ${Date.now().toString(36)}`;
  const address = await startListing(page, t, at);

  await test.step('photos go up by themselves, several at once; an unreadable one is told of beside the others', async () => {
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([PHOTOS[0], HEIC, PHOTOS[1]]);
    await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true })).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: 'HEIC' })).toBeVisible();
    await page.getByRole('button', { name: t('不传这张', 'Leave this photo out') }).click();
    await expect(page.getByText('HEIC')).toBeHidden();
  });

  await test.step('the second photo becomes the cover', async () => {
    const first = () => page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true }).getAttribute('src');
    const second = await page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true }).getAttribute('src');
    await page.getByRole('button', { name: t('前移：照片 2', 'Move earlier: photo 2') }).click();
    expect(await first()).toBe(second);
  });

  await test.step('what was typed is saved by itself and is there after a reload', async () => {
    await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
    await fillWords(page, t, name);
    await fillLabel(page, t, SC_NUMBER);
    await expect(page.locator('#listing').getByRole('status').getByText(t('已存到服务器', 'Saved on the server'))).toBeVisible();
    await page.goto(address);
    await ready(page);
    await expect(page.getByLabel(t('名称', 'Name'), { exact: true })).toHaveValue(name);
    await expect(scNumberField(page, t)).toHaveValue(SC_NUMBER);
    await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true })).toBeVisible();
  });

  await test.step('without a connection it is kept on the phone, over a reload', async () => {
    await page.route('**/api/**', (route) => route.abort());
    await page.getByLabel(t('介绍', 'Story'), { exact: true }).fill('雨大，网断了，先记在手机里。');
    await expect(page.getByRole('status').getByText(t('存在本机，等网络', 'Kept on this device'))).toBeVisible();
    await page.goto(address);
    await ready(page);
    await expect(page.getByLabel(t('介绍', 'Story'), { exact: true })).toHaveValue('雨大，网断了，先记在手机里。');
    await expect(page.getByText(t('还没有存到服务器', 'Not saved on the server yet'))).toBeVisible();
    await page.unroute('**/api/**');
  });

  await takeBatchIn(page, t);
  await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
  await expect(page.getByText(t('已上架，顾客现在可以买到', 'It is in the shop'))).toBeVisible();
});
