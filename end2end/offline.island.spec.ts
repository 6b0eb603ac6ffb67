// A console that is opened without a network: a listing as it was, with what was typed and photographed; elsewhere a page that
// says so. And who signs out leaves nothing of it.
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { newName } from './support/goods';
import { kept, newPhoto, photosKept, signIn, takeOver, unsaved } from './support/kept';
import { startListing } from './support/listing';
import { type Translate, goOn, ready, visit } from './support/shop';

test.use({ serviceWorkers: 'allow' });

/** Waits for the worker of the console that is open. */
const workerOf = (page: Page) => page.evaluate(async () => { await navigator.serviceWorker.ready; });
const workers = (page: Page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
const caches = (page: Page) => page.evaluate(() => window.caches.keys());
/** The page that is kept for an address; nothing where none is. */
const pageKept = (page: Page, path: string) => page.evaluate(async (at) => (await window.caches.match(at))?.text() ?? '', path);

const nameField = (page: Page, t: Translate) => page.getByLabel(t('名称', 'Name'), { exact: true });
const noNetwork = (page: Page, t: Translate) => page.getByRole('heading', { name: t('没有网络', 'There is no network') });
/** The line of a page that is the one of before. */
const before = (page: Page, t: Translate) => page.getByRole('status').filter({ hasText: t('没有网络，这是', 'There is no network: this is') });
const draftSaved = (page: Page, t: Translate) => page.locator('#listing').getByRole('status').filter({ hasText: t('已存到服务器', 'Saved on the server at') });

/** A new listing whose page the worker has kept; ends there and answers its address. */
async function keptListing(page: Page, t: Translate, at: (path: string) => string): Promise<string> {
  const listing = await startListing(page, t, at);
  await workerOf(page);
  await visit(page, listing);
  await expect.poll(() => pageKept(page, listing)).toContain('<form');
  return listing;
}

test('a listing is typed and photographed without a network, loaded again, and sent once when it is back', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const listing = await keptListing(page, t, at);
  const words = newName('雾里毛尖');
  await page.context().setOffline(true);
  await nameField(page, t).fill(words);
  await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([newPhoto('field.png')]);
  await expect.poll(() => photosKept(page)).toBe(1);
  expect(await kept(page)).toHaveLength(1);

  await test.step('loaded again it is the same page, which says so, with everything in it', async () => {
    await page.reload();
    await ready(page);
    await expect(before(page, t)).toBeVisible();
    await expect(unsaved(page, t)).toBeVisible();
    await expect(nameField(page, t)).toHaveValue(words);
    await expect(page.getByText('field.png')).toBeVisible();
    await expectAccessible(page, 'a listing without a network');
  });

  await test.step('back again, it is gone on with and sent', async () => {
    await page.context().setOffline(false);
    await expect(before(page, t)).toBeHidden();
    await page.getByRole('button', { name: t('接着写', 'Go on') }).click();
    await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(draftSaved(page, t)).toBeVisible();
    await goOn(page, page.getByRole('button', { name: t('存草稿', 'Save the draft'), exact: true }), /done=saved/);
    await expect(before(page, t)).toBeHidden();
    await expect(nameField(page, t)).toHaveValue(words);
  });

  await test.step('there is one such listing, and nothing of it waits', async () => {
    expect(await kept(page)).toEqual([]);
    await expect.poll(() => photosKept(page)).toBe(0);
    const team = listing.replace(/\/products\/.*$/, '');
    await visit(page, `${team}/products?q=${encodeURIComponent(words)}`);
    await expect(page.getByRole('link', { name: words, exact: true })).toHaveCount(1);
  });
});

test('the page that comes without a network shows what was saved last, not what was before', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const listing = await keptListing(page, t, at);
  const words = newName('晴天毛尖');
  await nameField(page, t).fill(words);
  await expect(draftSaved(page, t)).toBeVisible();
  // It is fetched once typing has rested.
  await expect.poll(() => pageKept(page, listing), { timeout: 30_000 }).toContain(words);
  await page.context().setOffline(true);
  await page.reload();
  await ready(page);
  await expect(before(page, t)).toBeVisible();
  await expect(nameField(page, t)).toHaveValue(words);
  await expect(unsaved(page, t)).toBeHidden();
});

test('any other page of the console says that there is no network, and comes by itself when it is back', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await visit(page, at('/sell'));
  await workerOf(page);
  const parcels = `${new URL(page.url()).pathname}/parcels`;
  await visit(page, parcels);
  expect(await pageKept(page, parcels), 'recipients stand there').toBe('');
  await page.context().setOffline(true);
  await page.reload();
  await expect(noNetwork(page, t)).toBeVisible();
  await expect(page.getByRole('main')).toContainText(t('都存在本机', 'is kept on this device'));
  await expectAccessible(page, 'no network');
  await page.getByRole('link', { name: t('再试一次', 'Try again') }).click();
  await expect(noNetwork(page, t)).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByText(t('先付款的先发', 'Who paid first is served first'))).toBeVisible();
  expect(new URL(page.url()).pathname).toBe(parcels);
});

test('signing out leaves no page and no worker, and another account finds nothing of the first', async ({ stranger, t, at }) => {
  const page = await stranger();
  await signIn(page, t, at, 'seller');
  const first = await keptListing(page, t, at);

  await test.step('somebody else takes over without signing out', async () => {
    await takeOver(page, 'captain');
    await visit(page, at('/sell'));
    await expect.poll(() => pageKept(page, first)).toBe('');
  });

  await test.step('who signs out leaves nothing', async () => {
    const own = await keptListing(page, t, at);
    await visit(page, at('/account'));
    await page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }).click();
    await page.waitForURL((url) => !url.pathname.endsWith('/account'));
    await expect.poll(() => caches(page)).toEqual([]);
    await expect.poll(() => workers(page)).toBe(0);
    await page.context().setOffline(true);
    await expect(page.goto(own)).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  });
});

test('nobody who shops has a worker, and the shop’s pages pass none', async ({ stranger, pageOf, at }) => {
  const visitor = await stranger();
  for (const path of ['/', '/products', '/cart']) await visit(visitor, at(path));
  expect(await workers(visitor)).toBe(0);
  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await workerOf(seller);
  await visit(seller, at('/products'));
  expect(await seller.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
});
