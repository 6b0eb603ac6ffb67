// Keys for who works at a desk: from row to row, ticks, sections, saving; and all of it can be switched off.
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { type Translate, buy, isPhone, visit } from './support/shop';

test.skip(() => isPhone(), 'walked at a desk');

/** Opens a page of a console and waits for its keys. */
async function open(page: Page, t: Translate, path: string): Promise<void> {
  await visit(page, path);
  await expect(page.getByRole('button', { name: t('快捷键', 'Keys') })).toBeVisible();
}

const team = (page: Page) => page.url().replace(/^(.*\/sell\/[^/?]+).*$/, '$1');
/** Which parcels are ticked, by their place in the table. */
const ticked = (page: Page) => page.locator('tbody input[type=checkbox]').evaluateAll((ticks) => ticks.flatMap((tick, at) => ((tick as HTMLInputElement).checked ? [at] : [])));

test('parcels are ticked, found and left without a mouse', async ({ page: buyer, pageOf, t, at }) => {
  // Whatever others ship meanwhile: these three are here.
  for (let more = 0; more < 3; more += 1) await buy(buyer, t, at('/products/tea-chaoqing'));
  const page = await pageOf('seller');
  await open(page, t, at('/sell'));
  await open(page, t, `${team(page)}/orders?status=to_pack`);
  const rows = page.locator('tbody tr');
  expect(await rows.count()).toBeGreaterThanOrEqual(3);

  await test.step('from row to row, and ticks one by one, by range and all at once', async () => {
    await page.keyboard.press('j');
    await expect(rows.nth(0).locator(':focus')).toHaveCount(1);
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    expect(await ticked(page)).toEqual([0, 1, 2]);
    await expect(page.getByRole('status').filter({ hasText: t('已勾选 3 /', '3 of') })).toHaveCount(1);
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    expect(await ticked(page)).toEqual([0, 2]);
    await page.keyboard.press('a');
    expect((await ticked(page)).length).toBe(await page.locator('tbody input[type=checkbox]').count());
    await page.keyboard.press('a');
    expect(await ticked(page)).toEqual([]);
    await rows.getByRole('checkbox').nth(0).click();
    await rows.getByRole('checkbox').nth(2).click({ modifiers: ['Shift'] });
    expect(await ticked(page)).toEqual([0, 1, 2]);
  });

  await test.step('while something is typed, a letter is a letter; Escape leads back to the row', async () => {
    const number = rows.nth(1).getByRole('textbox');
    await number.focus();
    await page.keyboard.type('jax1');
    await expect(number).toHaveValue('jax1');
    expect(await ticked(page)).toEqual([0, 1, 2]);
    await number.fill('');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    expect(await ticked(page)).toEqual([0, 2]);
    await page.keyboard.press('a');
    await page.keyboard.press('a');
    expect(await ticked(page)).toEqual([]);
  });

  await test.step('of several buttons Ctrl+Enter presses none', async () => {
    await rows.nth(1).getByRole('textbox').focus();
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('button', { name: t('勾选的标记已发货', 'Ship the ticked') })).toBeFocused();
    expect(page.url()).toContain('status=to_pack');
  });

  await test.step('Enter opens the row; a number opens a section', async () => {
    await rows.nth(1).getByRole('textbox').focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/parcels\/[^/]+$/);
    await open(page, t, `${team(page)}/orders`);
    await page.keyboard.press('3');
    await page.waitForURL(/\/products$/);
    await open(page, t, `${team(page)}/products`);
    await page.keyboard.press('/');
    await page.keyboard.type('茶');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=/);
  });
});

test('what keys there are is told, and they can be switched off', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await open(page, t, at('/sell'));
  const dialogue = page.getByRole('dialog', { name: t('键盘快捷键', 'Keyboard shortcuts') });
  await page.keyboard.press('?');
  await expect(dialogue).toBeVisible();
  await expectAccessible(page, 'the list of keys');
  await dialogue.getByLabel(t('使用单键快捷键（关掉后，到退出登录为止）', 'Single keys do these things (off lasts until you sign out)')).uncheck();
  await dialogue.getByRole('button', { name: t('关闭', 'Close') }).click();
  await expect(dialogue).toBeHidden();
  const home = page.url();
  await open(page, t, home);
  await page.keyboard.press('3');
  await page.keyboard.press('?');
  await expect(dialogue).toBeHidden();
  expect(page.url()).toBe(home);
  await page.getByRole('button', { name: t('快捷键', 'Keys') }).click();
  await dialogue.getByLabel(t('使用单键快捷键（关掉后，到退出登录为止）', 'Single keys do these things (off lasts until you sign out)')).check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('3');
  await page.waitForURL(/\/products$/);
});
