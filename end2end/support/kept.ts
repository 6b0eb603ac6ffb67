// What a console keeps in the browser until the server has it.
import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { type Page, expect } from '@playwright/test';
import { type Translate, ready, visit } from './shop';
import { DEMO_PASSWORD, type Person, loginOf } from './test';

export const KIB = 1024;

/** A photo that nobody has sent before and that does not get smaller: noise, as a PNG of about a megabyte. */
export function newPhoto(name: string) {
  const side = 600;
  const rows = Buffer.alloc(side * (1 + 3 * side));
  for (let y = 0; y < side; y += 1) randomBytes(3 * side).copy(rows, y * (1 + 3 * side) + 1);
  const chunk = (kind: string, data: Buffer) => {
    const whole = Buffer.concat([Buffer.from(kind), data]);
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(data.length, 0);
    numbers.writeUInt32BE(crc32(whole) >>> 0, 4);
    return Buffer.concat([numbers.subarray(0, 4), whole, numbers.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const buffer = Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 0 })), chunk('IEND', Buffer.alloc(0))]);
  return { name, mimeType: 'image/png', buffer };
}

export const kept = (page: Page) => page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('kept:')));
/** How many photos wait in the browser. */
export const photosKept = (page: Page) => page.evaluate(() => new Promise<number>((resolve, reject) => {
  const opening = indexedDB.open('xiangji', 1);
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const counting = opening.result.transaction('photos').objectStore('photos').count();
    counting.onsuccess = () => { resolve(counting.result); opening.result.close(); };
    counting.onerror = () => reject(counting.error);
  };
}));
export const unsaved = (page: Page, t: Translate) => page.getByRole('status').filter({ hasText: t('还没有存到服务器', 'Not saved on the server yet') });
export const quantity = (page: Page, t: Translate) => page.getByLabel(t('可卖的数量', 'Quantity for sale'));

/** The page on which batches of a new listing are taken in. */
export async function stockPage(page: Page, t: Translate, at: (path: string) => string): Promise<string> {
  await visit(page, at('/sell'));
  await page.getByRole('button', { name: t('上架商品', 'List a product') }).first().click();
  await page.waitForURL(/\/sell\/[^/]+\/products\/[^/?]+/);
  const stock = `${new URL(page.url()).pathname}/stock`;
  await visit(page, stock);
  return stock;
}

/** Signs in where nobody is; unlike [pageOf] with a session of its own, so that it may end. */
export async function signIn(page: Page, t: Translate, at: (path: string) => string, person: Person): Promise<void> {
  await visit(page, at('/sign-in?next=/sell'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(loginOf(person));
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole('main').getByRole('button', { name: t('登录', 'Sign in') }).click();
  await page.waitForURL(/\/sell/);
  await ready(page);
}

/** Somebody else takes over the browser in another window, without signing out first. */
export async function takeOver(page: Page, person: Person): Promise<void> {
  const form = { login: loginOf(person), password: DEMO_PASSWORD, next: '' };
  expect((await page.context().request.post('/api/account/sign_in', { form })).status()).toBe(200);
}
