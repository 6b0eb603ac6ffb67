// In a field with a phone: what was typed and chosen stays, goes off by itself when the network is back, and is done once.
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { type Translate, ready, stayOn, visit } from './support/shop';
import { KIB, kept, newPhoto, photosKept, quantity, signIn, stockPage, takeOver, unsaved } from './support/kept';
import { startListing } from './support/listing';

/** Where the team's places of dispatch are listed. */
async function placesPath(page: Page, at: (path: string) => string): Promise<string> {
  await visit(page, at('/sell'));
  return `${new URL(page.url()).pathname}/places`;
}

/** A batch that is sent while nobody answers: how often it was sent, what its form says about it, and an end of the fault. */
async function sendInVain(page: Page, t: Translate, at: (path: string) => string) {
  await stockPage(page, t, at);
  await quantity(page, t).fill('20');
  await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');
  const state = page.locator('form').filter({ has: quantity(page, t) }).locator('[data-sending]');
  let [sent, isLost] = [0, true];
  await page.route('**/api/listing/add_batch', async (route) => {
    sent += 1;
    await (isLost ? route.abort() : route.continue());
  });
  await page.getByRole('button', { name: t('入库', 'Take in') }).click();
  await expect(state).toContainText(t('存在本机，等网络', 'Kept on this device'));
  return { state, asked: () => sent, heal: () => { isLost = false; } };
}

/** That nothing is sent although the network is back: neither at once, as the browser tells of it, nor after a pause. */
async function expectSilence(page: Page, asked: () => number): Promise<void> {
  const before = asked();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  // What does not happen cannot be waited for: longer than the first two pauses, after which it would have gone off.
  await page.waitForTimeout(7_000);
  expect(asked(), 'nothing goes off').toBe(before);
}

test('what was typed is there after a reload, with a line that says so, until it is saved or given up', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const stock = await stockPage(page, t, at);
  await quantity(page, t).fill('20');
  await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');

  await test.step('it comes back and can be given up', async () => {
    await visit(page, stock);
    await expect(unsaved(page, t)).toBeVisible();
    await expect(quantity(page, t)).toHaveValue('20');
    await expectAccessible(page, 'a form that was not saved');
    await page.getByRole('button', { name: t('放弃', 'Drop it') }).click();
    await expect(quantity(page, t)).toHaveValue('');
    await visit(page, stock);
    await expect(unsaved(page, t)).toBeHidden();
  });

  await test.step('it comes back and can be gone on with; once saved, nothing of it is left in the browser', async () => {
    await quantity(page, t).fill('20');
    await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');
    await visit(page, stock);
    await page.getByRole('button', { name: t('接着写', 'Go on') }).click();
    await expect(unsaved(page, t)).toBeHidden();
    await page.getByRole('button', { name: t('入库', 'Take in') }).click();
    await expect(page.getByRole('main')).toContainText('20 kg');
    await expect(page.getByRole('status').filter({ hasText: t('已存到服务器', 'Saved on the server at') })).toContainText(/\d\d:\d\d/);
    expect(await kept(page)).toEqual([]);
  });
});

test('what is only looked at is not called saved, and stays in the browser until it is', async ({ pageOf, t, at }) => {
  const expectUnsaved = async (page: Page) => {
    await expect(page.getByText(t('已存到服务器', 'Saved on the server at')), 'nothing is').toHaveCount(0);
    expect(await kept(page)).toHaveLength(1);
  };

  await test.step('a group of regions more or less: a reload without what the server keeps for half an hour loses none', async () => {
    const page = await pageOf('seller');
    await visit(page, at('/sell'));
    const path = `${new URL(page.url()).pathname}/freight/new`;
    const name = page.getByLabel(t('模板名称', 'Name'), { exact: true });
    const group = (number: number) => page.getByRole('group', { name: t(`地区 ${number}`, `Regions ${number}`), exact: true });
    const regions = (number: number) => group(number).getByLabel(t('地区', 'Regions'), { exact: true });
    const add = page.getByRole('button', { name: t('加一组地区', 'Add regions') });
    await visit(page, path);
    await name.fill('没存的模板');
    await stayOn(page, add);
    await expectUnsaved(page);
    await regions(1).fill('新疆');
    await stayOn(page, add);
    await regions(2).fill('西藏');
    await visit(page, path);
    await expect(unsaved(page, t)).toBeVisible();
    await expect(name).toHaveValue('没存的模板');
    await expect(regions(1)).toHaveValue('新疆');
    await expect(regions(2)).toHaveValue('西藏');
    await expectAccessible(page, 'a template that was not saved');
    await stayOn(page, group(1).getByRole('button', { name: t('去掉这组', 'Take these out') }));
    await expectUnsaved(page);
    await expect(regions(1), 'the second one moves up').toHaveValue('西藏');
    await visit(page, path);
    await expect(regions(1)).toHaveValue('西藏');
    await expect(group(2), 'what was taken out stays out').toBeHidden();
    await stayOn(page, page.getByRole('button', { name: t('放弃', 'Drop it') }));
    await expect(name).toHaveValue('');
    expect(await kept(page)).toEqual([]);
  });

  await test.step('a unit’s list that was checked', async () => {
    const page = await pageOf('buyer');
    const path = at('/unit/university-union/buy');
    const lines = page.getByLabel(t('编号与数量', 'Codes and quantities'));
    await visit(page, path);
    await lines.fill('LC-CQ-250 4');
    await stayOn(page, page.getByRole('button', { name: t('检查清单', 'Check the list') }));
    await expect(page.getByRole('table', { name: t('可以下单的行', 'Rows that can be ordered') })).toContainText('LC-CQ-250');
    await expectUnsaved(page);
    await visit(page, path);
    await expect(unsaved(page, t)).toBeVisible();
    await expect(lines).toHaveValue('LC-CQ-250 4');
    await stayOn(page, page.getByRole('button', { name: t('放弃', 'Drop it') }));
    await expect(lines).toHaveValue('');
    expect(await kept(page)).toEqual([]);
  });
});

test('sent without a network, it is kept, goes off by itself when the network is back, and is done once', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await stockPage(page, t, at);
  await quantity(page, t).fill('20');
  await page.getByLabel(t('佐龙村', 'Zuolong Village')).fill('20');
  const state = page.locator('form').filter({ has: quantity(page, t) }).locator('[data-sending]');

  await test.step('the first answer gets lost: the server has it, the browser does not know', async () => {
    await page.route('**/api/listing/add_batch', async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      expect(response.status()).toBe(200);
      await page.context().setOffline(true);
      await route.abort('connectionreset');
    }, { times: 1 });
    await page.getByRole('button', { name: t('入库', 'Take in') }).dblclick();
    await expect(state).toContainText(t('存在本机，等网络', 'Kept on this device'));
    expect((await kept(page)).length).toBe(1);
  });

  await test.step('it stays so while there is no network, and a second press changes nothing', async () => {
    await page.getByRole('button', { name: t('入库', 'Take in') }).click();
    await expect(state).toContainText(t('存在本机，等网络', 'Kept on this device'));
    await expect(quantity(page, t)).toHaveValue('20');
  });

  await test.step('and goes off when it is back', async () => {
    await page.context().setOffline(false);
    await expect(page.getByRole('main')).toContainText('20 kg');
    await expect(page.getByRole('main')).not.toContainText('40 kg');
    await expect(page.locator('form[action$="/api/listing/correct_stock"]'), 'one batch').toHaveCount(1);
    expect(await kept(page)).toEqual([]);
  });
});

test('what waits can be kept from being sent, and is sent when it is pressed again', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const { state, asked, heal } = await sendInVain(page, t, at);
  await page.getByRole('button', { name: t('不发送了', 'Do not send') }).click();
  await expect(state).toHaveText(t('有未保存的修改', 'Not saved yet'));
  heal();
  await expectSilence(page, asked);
  await expect(quantity(page, t)).toHaveValue('20');
  await page.getByRole('button', { name: t('入库', 'Take in') }).click();
  await expect(page.getByRole('main')).toContainText('20 kg');
  await expect(page.locator('form[action$="/api/listing/correct_stock"]'), 'one batch').toHaveCount(1);
});

test('what is typed while a form is on its way comes back where something is edited, and not where something is new', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const [name, street] = [field(t('名称', 'Name')), field(t('详细地址', 'Street and house'))];
  const save = page.getByRole('button', { name: t('保存发货地', 'Save the place') });
  /** Presses save, types into the street while the answer is awaited, and lets it come. */
  const typeMeanwhile = async (typed: string) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => { release = resolve; });
    await page.route('**/api/freight/save_place', async (route) => { await held; await route.continue(); }, { times: 1 });
    await save.click();
    await expect(page.locator('form[aria-busy=true]')).toBeVisible();
    await street.fill(typed);
    release();
    await page.waitForURL(/\/places\?done=saved/);
    await ready(page);
  };
  const places = await placesPath(page, at);
  const called = `途中仓 ${Date.now().toString(36)}`;
  const card = () => page.locator('section.panel').filter({ hasText: called });

  await test.step('a new place is there as it was sent; the form for another one is empty', async () => {
    await visit(page, `${places}/new`);
    await name.fill(called);
    await field(t('地区', 'Region')).fill('陕西省安康市岚皋县');
    await field(t('电话', 'Phone')).fill('13800000001');
    await street.fill('一号');
    await typeMeanwhile('二号');
    await expect(card()).toContainText('一号');
    await visit(page, `${places}/new`);
    await expect(street).toHaveValue('');
    expect(await kept(page)).toEqual([]);
  });

  await test.step('of an edited one the last words come back when it is opened, and can be saved', async () => {
    await visit(page, places);
    await card().getByRole('link', { name: t('修改', 'Edit') }).click();
    await page.waitForURL(/\/places\/[^/]+$/);
    await ready(page);
    const edit = new URL(page.url()).pathname;
    await street.fill('三号');
    await typeMeanwhile('四号');
    await visit(page, edit);
    await expect(unsaved(page, t)).toBeVisible();
    await expect(street, 'what the server has').toHaveValue('三号');
    await page.getByRole('button', { name: t('用我写的', 'Use mine') }).click();
    await expect(street).toHaveValue('四号');
    await save.click();
    await page.waitForURL(/\/places\?done=saved/);
    await expect(card()).toContainText('四号');
    expect(await kept(page)).toEqual([]);
  });
});

test('what one person typed is not sent by another who took over the browser in a second window', async ({ stranger, t, at }) => {
  const page = await stranger();
  await signIn(page, t, at, 'seller');

  await test.step('what waits in the first window waits no longer', async () => {
    const { state, asked, heal } = await sendInVain(page, t, at);
    await takeOver(page, 'captain');
    const other = await page.context().newPage();
    await visit(other, at('/sell'));
    await expect(state).toHaveText(t('有未保存的修改', 'Not saved yet'));
    heal();
    await expectSilence(page, asked);
    await page.getByRole('button', { name: t('入库', 'Take in') }).click();
    await expect(quantity(page, t), 'the page is the other person’s now').toHaveValue('');
    await expect(page.getByRole('main')).not.toContainText('20 kg');
    expect(await kept(page)).toEqual([]);
    await other.close();
  });

  await test.step('neither does a draft save itself nor a photo go off', async () => {
    const listing = await startListing(page, t, at);
    await takeOver(page, 'seller');
    const draft = page.waitForResponse('**/api/listing/save_draft');
    await page.getByLabel(t('名称', 'Name'), { exact: true }).fill('别人的毛尖');
    expect((await draft).status()).toBe(401);
    const photo = page.waitForResponse('**/upload/photo-piece');
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([newPhoto('mine.png')]);
    expect((await photo).status()).toBe(401);
    await visit(page, listing);
    await expect(page.getByLabel(t('名称', 'Name'), { exact: true })).toHaveValue('');
    await expect.poll(() => photosKept(page), { message: 'the other person has none of it' }).toBe(0);
    await expect(page.getByText('mine.png')).toBeHidden();
  });
});

test('a draft is kept without a network and saved by itself; what somebody else changed meanwhile is not overwritten', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const listing = await startListing(page, t, at);
  const name = page.getByLabel(t('名称', 'Name'), { exact: true });
  const draftSaved = (where: Page) => where.locator('#listing').getByRole('status').filter({ hasText: t('已存到服务器', 'Saved on the server at') });
  const saved = draftSaved(page);
  await page.context().setOffline(true);
  await name.fill('雨中毛尖');
  await expect(page.getByRole('status').filter({ hasText: t('存在本机，等网络', 'Kept on this device') }).first()).toBeVisible();
  await page.context().setOffline(false);
  await expect(saved).toBeVisible();
  await visit(page, listing);
  await expect(name).toHaveValue('雨中毛尖');

  await test.step('a colleague changes it while this page has no network', async () => {
    await page.route('**/api/listing/save_draft', (route) => route.abort());
    const other = await page.context().newPage();
    await visit(other, listing);
    await other.getByLabel(t('名称', 'Name'), { exact: true }).fill('晴天毛尖');
    await expect(draftSaved(other)).toBeVisible();
    await other.close();
    await name.fill('雨中毛尖 特级');
    await visit(page, listing);
    await expect(unsaved(page, t)).toBeVisible();
    await expect(name, 'the one on the server').toHaveValue('晴天毛尖');
  });

  await test.step('whose words stay is chosen', async () => {
    await page.unroute('**/api/listing/save_draft');
    await page.getByRole('button', { name: t('用我写的', 'Use mine') }).click();
    await expect(name).toHaveValue('雨中毛尖 特级');
    await expect(saved).toBeVisible();
    await expect.poll(() => kept(page)).toEqual([]);
    await visit(page, listing);
    await expect(name).toHaveValue('雨中毛尖 特级');
  });
});

test('a photo chosen without a network survives a reload and is uploaded when the network is back', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const listing = await startListing(page, t, at);
  await page.route('**/upload/photo*', (route) => route.abort());
  await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([newPhoto('field.png'), newPhoto('shed.png')]);
  await expect(page.getByText('shed.png')).toBeVisible();
  await expect(page.getByText('field.png')).toContainText(t('存在本机，等网络', 'Kept on this device'));
  await visit(page, listing);
  await expect(page.getByText('field.png')).toBeVisible();
  await expect(page.locator('.upload img[src^="blob:"]')).toHaveCount(2);
  await page.unroute('**/upload/photo*');
  await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('field.png')).toBeHidden();
  await visit(page, listing);
  await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2'), exact: true }), 'they stand in the draft').toBeVisible();
});

test('a photo that was cut off in the middle goes on there and sends only the rest', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await page.addInitScript(() => {
    const sent: [number, number][] = [];
    Object.assign(window, { sent });
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
      const piece = body instanceof FormData && body.has('offset') ? body.get('photo') : null;
      if (piece instanceof Blob) sent.push([Number((body as FormData).get('offset')), piece.size]);
      return send.call(this, body);
    };
  });
  const sent = () => page.evaluate(() => (window as unknown as { sent: [number, number][] }).sent);
  const listing = await startListing(page, t, at);
  const photo = newPhoto('long.png');
  let asked = 0;
  await page.route('**/upload/photo-piece', async (route) => {
    asked += 1;
    // The question, the first piece; then the network is gone.
    if (asked <= 2) await route.continue();
    else await route.abort();
  });
  await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([photo]);
  await expect.poll(() => asked).toBeGreaterThan(2);
  const arrived = (await sent())[0][1];
  expect(arrived).toBe(256 * KIB);
  await page.unroute('**/upload/photo-piece');
  await visit(page, listing);
  await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true })).toBeVisible({ timeout: 30_000 });
  const rest = await sent();
  expect(rest[0][0], 'where it stopped').toBe(arrived);
  expect(rest.reduce((bytes, [, size]) => bytes + size, 0), 'only the rest').toBe(photo.buffer.length - arrived);
});

test('signing out leaves nothing in the browser, and another account finds nothing', async ({ stranger, t, at }) => {
  const page = await stranger();
  await signIn(page, t, at, 'captain');
  await page.evaluate(() => localStorage.setItem('kept:0000000000000:/api/x#', JSON.stringify({ at: Date.now(), values: [] })));
  const stock = await stockPage(page, t, at);
  await quantity(page, t).fill('7');
  const mine = await kept(page);
  expect(mine.some((name) => name.includes('0000000000000')), 'what another account left is gone').toBe(false);
  expect(mine).toHaveLength(1);
  await visit(page, at('/account'));
  await page.getByRole('button', { name: t('退出登录', 'Sign out'), exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/account'));
  await expect.poll(() => kept(page)).toEqual([]);
  await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(stock).toContain('/stock');
});
