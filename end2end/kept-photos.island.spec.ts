// Photos of plain forms: they stay over a reload and a refusal, and go on where they stopped.
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { KIB, newPhoto, photosKept, quantity, stockPage } from './support/kept';
import { type Translate, buy, goOn, openAfterSaleOfTeam, visit } from './support/shop';

const field = (page: Page, t: Translate) => page.getByLabel(t('合格证或检疫证明的照片', 'A photo of the certificate'));
const chosen = (page: Page, t: Translate) => field(page, t).evaluate((input: HTMLInputElement) => [...(input.files ?? [])].map((file) => file.name));
const back = (page: Page, t: Translate) => page.getByRole('status').filter({ hasText: t('选的照片已经放回来了', 'the photos you chose') });
const upload = (page: Page, t: Translate) => page.locator('form[action$="/upload/certificate"]').getByRole('button', { name: t('上传', 'Upload') });
const shown = (page: Page, t: Translate) => page.getByRole('img', { name: t('批次证明', 'Certificate of batch') });

const unfoldCertificate = (page: Page, t: Translate) => page.getByText(t('证明照片', 'Photo of the certificate'), { exact: true }).click();

/** The page of a new batch, where its certificate can be sent. */
async function batchPage(page: Page, t: Translate, at: (path: string) => string): Promise<string> {
  await stockPage(page, t, at);
  await quantity(page, t).fill('20');
  await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');
  await page.getByRole('button', { name: t('入库', 'Take in') }).click();
  await goOn(page, page.getByRole('link', { name: t('报损、分批、标签、召回', 'Losses, parts, labels, recall') }), /\/batches\//);
  await unfoldCertificate(page, t);
  return new URL(page.url()).pathname;
}

test('the photo of a certificate is back after a reload, and can be given up', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const batch = await batchPage(page, t, at);
  await field(page, t).setInputFiles([newPhoto('certificate.png')]);
  await expect.poll(() => photosKept(page)).toBe(1);
  await visit(page, batch);
  await expect(back(page, t)).toBeVisible();
  await expectAccessible(page, 'a photo that came back');
  expect(await chosen(page, t)).toEqual(['certificate.png']);
  await page.getByRole('button', { name: t('放弃', 'Drop it') }).click();
  await expect.poll(() => photosKept(page)).toBe(0);
  expect(await chosen(page, t)).toEqual([]);
  await visit(page, batch);
  await expect(back(page, t)).toBeHidden();
});

test('cut off in the middle it goes on by itself, sends only the rest, and is shown', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await batchPage(page, t, at);
  const photo = newPhoto('long.png');
  await field(page, t).setInputFiles([photo]);
  const offsets: number[] = [];
  let isLost = false;
  await page.route('**/upload/photo-piece', async (route) => {
    const said = /name="offset"\r\n\r\n(\d+)/.exec(route.request().postDataBuffer()?.toString('latin1') ?? '');
    const hasPiece = route.request().postDataBuffer()?.includes('filename="piece"') ?? false;
    if (isLost) { await route.abort(); return; }
    if (hasPiece) offsets.push(Number(said?.[1]));
    await route.continue();
    // The first piece arrives; then the network is gone.
    if (hasPiece && offsets.length === 1) isLost = true;
  });
  await upload(page, t).click();
  const state = page.locator('form[action$="/upload/certificate"] [data-sending]');
  await expect(state).toContainText(t('存在本机，等网络', 'Kept on this device'));
  isLost = false;
  await expect(page.getByRole('status').filter({ hasText: t('已存到服务器', 'Saved on the server at') })).toBeVisible({ timeout: 30_000 });
  await expect(state).toHaveCount(0);
  await unfoldCertificate(page, t);
  await expect(shown(page, t)).toBeVisible();
  expect(offsets[0]).toBe(0);
  expect(offsets[1], 'where it stopped').toBe(256 * KIB);
  expect(new Set(offsets).size, 'nothing twice').toBe(offsets.length);
  await expect.poll(() => photosKept(page), { message: 'nothing is left in the browser' }).toBe(0);
});

test('a photo that is refused is still chosen beside the reason', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await batchPage(page, t, at);
  await field(page, t).setInputFiles([{ name: 'broken.png', mimeType: 'image/png', buffer: newPhoto('x').buffer.subarray(0, 90_000) }]);
  await expect.poll(() => photosKept(page)).toBe(1);
  await upload(page, t).click();
  await expect(field(page, t)).toHaveAttribute('aria-invalid', 'true');
  expect(await chosen(page, t)).toEqual(['broken.png']);
  await expect(shown(page, t)).toBeHidden();
});

/** An order that its buyer takes back before it has left, as its seller opens it; answers where the after-sale stands. */
async function askedOf(buyer: Page, seller: Page, t: Translate, at: (path: string) => string): Promise<string> {
  const { number } = await buy(buyer, t, at('/products/tea-chaoqing'));
  await visit(buyer, at(`/orders/${number}`));
  await goOn(buyer, buyer.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
  await buyer.getByLabel(t('未发货退款', 'Refund before sending')).check();
  await buyer.getByLabel(t('原因', 'Reason')).selectOption('changed_mind');
  await buyer.getByLabel(t('数量', 'Pieces')).fill('1');
  await goOn(buyer, buyer.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  await openAfterSaleOfTeam(seller, t, at, number);
  return new URL(seller.url()).pathname;
}

test('a message with a photo whose answer got lost goes again with its key, and is said once', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const page = await pageOf('seller');
  const asked = await askedOf(buyer, page, t, at);
  const form = page.locator('form[action$="/upload/after-sale-message"]');
  const messages = page.locator('#said > li');
  const withPhoto = messages.filter({ has: page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true }) });
  const send = form.getByRole('button', { name: t('发送', 'Send'), exact: true });
  const lost = form.locator('[data-sending]').filter({ hasText: t('存在本机，等网络', 'Kept on this device') });
  let [keys, isLost]: [string[], boolean] = [[], true];
  await page.route('**/upload/after-sale-message', async (route) => {
    const sent = route.request().postDataBuffer()?.toString('latin1') ?? '';
    keys.push(/name="key"\r\n\r\n([^\r]+)/.exec(sent)?.[1] ?? '');
    if (!isLost) { await route.continue(); return; }
    // The server has it; the browser does not know.
    expect((await route.fetch({ maxRedirects: 0 })).status()).toBe(200);
    await route.abort('connectionreset');
  });
  const attach = (name: string) => form.getByLabel(t('照片', 'Photos')).setInputFiles([newPhoto(name)]);
  const expectOneKey = () => {
    expect(keys.length, 'it was sent again').toBeGreaterThan(1);
    expect(new Set(keys).size, 'with the same key').toBe(1);
    expect(keys[0]).not.toBe('');
  };

  await test.step('by itself, when the network is back', async () => {
    const before = await messages.count();
    await form.getByLabel(t('留言', 'Message')).fill('包装是好的，请看');
    await attach('label.png');
    await expect.poll(() => photosKept(page)).toBe(1);
    await send.click();
    await expect(lost).toBeVisible();
    isLost = false;
    await expect(withPhoto).toHaveCount(1, { timeout: 30_000 });
    await expect(withPhoto).toContainText('包装是好的，请看');
    await expect(messages, 'once').toHaveCount(before + 1);
    expectOneKey();
    await expect.poll(() => photosKept(page)).toBe(0);
  });

  await test.step('after a reload, a photo alone', async () => {
    [keys, isLost] = [[], true];
    const before = await messages.count();
    await attach('box.png');
    await expect.poll(() => photosKept(page)).toBe(1);
    await send.click();
    await expect(lost).toBeVisible();
    await visit(page, asked);
    await expect(back(page, t)).toBeVisible();
    await expect(messages, 'the server has it').toHaveCount(before + 1);
    isLost = false;
    const tried = keys.length;
    await send.click();
    await expect.poll(() => keys.length, { timeout: 30_000 }).toBeGreaterThan(tried);
    await expect(form.locator('[data-sending]'), 'the page that follows').toHaveCount(0);
    await expect(messages, 'once').toHaveCount(before + 1);
    expectOneKey();
    await expect.poll(() => photosKept(page)).toBe(0);
  });
});
