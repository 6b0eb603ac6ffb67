// A cadre takes the goods out as a sheet, edits it, sends it back, sees what would change, applies it, and takes it back.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { fillWords, startListing } from './support/listing';
import { expectSheet, goOn, narrow, seen, type Translate, unfold, visit, withScriptsOn } from './support/shop';
import { csv, rowsOf } from './support/workbook';

withScriptsOn('desktop');

let made = 0;
const newName = () => `表格毛尖 ${Date.now().toString(36)}${process.pid}${(made += 1)}`;

/** A draft with one variant at ¥58; answers the address of its page and of the team. */
async function draft(page: Page, t: Translate, at: (path: string) => string, name: string) {
  const listing = await startListing(page, t, at);
  await fillWords(page, t, name);
  await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
  await page.waitForURL(/done=saved/);
  return { listing, team: listing.replace(/\/products\/.*$/, ''), product: listing.split('/').pop() as string };
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

async function upload(page: Page, t: Translate, team: string, content: string | Buffer, name = 'goods.csv') {
  await visit(page, `${team}/sheets`);
  const file = { name, mimeType: name.endsWith('.xlsx') ? XLSX : 'text/csv', buffer: Buffer.from(content) };
  await page.getByLabel(t('选择表格', 'Choose a sheet')).setInputFiles(file);
  await page.getByRole('button', { name: t('上传并查看改动', 'Upload and see the changes') }).click();
  await page.waitForLoadState();
}

test('a sheet is looked at before anything changes, applied in part, and its change is taken back', async ({ pageOf, t, at }) => {
  test.setTimeout(180_000);
  const page = await pageOf('seller');
  const names = [newName(), newName()];
  const first = await draft(page, t, at, names[0]);
  const second = await draft(page, t, at, names[1]);
  const { team } = first;

  let workbook = Buffer.alloc(0);
  await test.step('a workbook holds what the table is narrowed to', async () => {
    await visit(page, `${team}/table?q=${encodeURIComponent(names[1])}`);
    workbook = await expectSheet(page, t, /^goods\.xlsx$/, t('商品表 XLSX', 'Goods as XLSX'));
    const rows = rowsOf(workbook);
    expect(rows, 'one line of heads, one of the only variant').toHaveLength(2);
    expect(rows[1]).toEqual(expect.arrayContaining([second.product, names[1], '100 克袋装']));
  });

  let heads: string[] = [];
  await test.step('what is taken out comes back without a change', async () => {
    await visit(page, `${team}/sheets`);
    [heads] = rowsOf(await expectSheet(page, t, /^template\.xlsx$/, t('空模板 XLSX', 'Empty template')));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: t('商品表 CSV', 'Goods as CSV') }).click(),
    ]);
    const stream = await download.createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    expect(bytes.toString('utf8')).toContain(names[0]);
    expect(bytes.toString('utf8').replace('\ufeff', '').split('\n')[0], 'the template has the same columns').toBe(heads.join(','));
    await upload(page, t, team, bytes);
    // Others of the team may be changing their own meanwhile.
    const preview = page.getByRole('main');
    await expect(preview.getByRole('heading', { level: 1, name: t('查看改动', 'What would change') })).toBeVisible();
    for (const name of names) await expect(preview).not.toContainText(name);
  });

  await test.step('a wrong cell is named with its row and what to do', async () => {
    await upload(page, t, team, `product,price\n${first.product},66\n${second.product},cheap\n`);
    const wrong = page.getByRole('table', { name: t('需要修改的格子', 'Cells to mend') });
    await expect(wrong).toContainText('cheap');
    await expect(wrong.getByRole('rowheader', { name: '3', exact: true })).toBeVisible();
    await expect(page.getByRole('table', { name: t('要改动的商品', 'Products that change') }).getByRole('link')).toHaveText([names[0]]);
  });

  await test.step('a sheet in another encoding is refused', async () => {
    await upload(page, t, team, Buffer.from([0xc9, 0xcc, 0xc6, 0xb7, 0x2c, 0xbc, 0xdb, 0xb8, 0xf1, 0x0a]));
    await expect(page.getByRole('alert')).toContainText('UTF-8');
  });

  await test.step('of two changes one is applied', async () => {
    await upload(page, t, team, `product,price\n${first.product},66\n${second.product},77\n`);
    await expect(page.getByRole('main')).toContainText('¥58.00 → ¥66.00');
    await page.getByRole('checkbox', { name: new RegExp(names[1]) }).uncheck();
    await page.getByRole('button', { name: t('只应用勾选的', 'Apply the ticked ones') }).click();
    await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
    await expect(page.getByRole('checkbox')).toHaveCount(1);
    await page.getByRole('button', { name: t('应用全部', 'Apply all') }).click();
    await expect(page.getByText(t('已应用 2 件商品的改动', 'Applied to products: 2'))).toBeVisible();
  });

  await test.step('the history says who and when, and leads back', async () => {
    await visit(page, first.listing);
    await expect(page.getByLabel(t('价格', 'Price'), { exact: true }).first()).toHaveValue('66.00');
    await goOn(page, seen(page.getByRole('link', { name: t('修改记录', 'Changes') })), /\/changes/);
    const entry = page.getByRole('article').first();
    await expect(entry).toContainText(t('表格导入', 'Imported sheet'));
    await expect(entry).toContainText('58.00');
    await entry.getByRole('button', { name: t('恢复到这次修改之前', 'Go back to before this') }).click();
    await expect(page.getByText(t('已恢复，并记为一次新的修改', 'Restored, and noted as a new change'))).toBeVisible();
    await visit(page, first.listing);
    await expect(page.getByLabel(t('价格', 'Price'), { exact: true }).first()).toHaveValue('58.00');
  });

  await test.step('the workbook brings back what was changed since', async () => {
    await upload(page, t, team, workbook, 'goods.xlsx');
    await expect(page.getByRole('main')).toContainText('¥77.00 → ¥58.00');
    await page.getByRole('button', { name: t('应用全部', 'Apply all') }).click();
    await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
    await visit(page, second.listing);
    await expect(page.getByLabel(t('价格', 'Price'), { exact: true }).first()).toHaveValue('58.00');
  });

  await test.step('a row under the heads of the template becomes a draft', async () => {
    const name = newName();
    const said: Record<string, string> = {
      [t('商品名称', 'Product name')]: name,
      [t('规格名称', 'Variant')]: '250 克罐装',
      [t('价格（元）', 'Price (yuan)')]: '98',
      [t('每份含量（克或件）', 'Content (g or pieces)')]: '250',
    };
    await upload(page, t, team, csv([heads, heads.map((head) => said[head] ?? '')]).buffer);
    await expect(page.getByRole('row').filter({ hasText: name })).toContainText(t('新草稿', 'New draft'));
    await page.getByRole('button', { name: t('应用全部', 'Apply all') }).click();
    await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
    await visit(page, `${team}/table?q=${encodeURIComponent(name)}`);
    await expect(page.getByLabel(new RegExp(`^${name} 250 克罐装 ${t('价格', 'Price')}`))).toHaveValue('98.00');
  });

  await test.step('the history is narrowed by what changed and how, and taken along', async () => {
    await visit(page, `${first.listing}/changes`);
    await unfold(page, t);
    await page.getByLabel(t('字段', 'Field'), { exact: true }).selectOption('price');
    await page.getByLabel(t('方式', 'How'), { exact: true }).selectOption('sheet');
    await narrow(page, t, /field=price&source=sheet/);
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(page.getByRole('article')).toContainText('66.00');
    await expectAccessible(page, 'a history');
    await expectSheet(page, t, /^changes-[\d-]+\.xlsx$/);
    await page.getByLabel(t('查找', 'Find'), { exact: true }).fill('nowhere');
    await narrow(page, t, /q=nowhere/);
    await expect(page.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await goOn(page, page.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/changes$/);
    await expect(page.getByRole('article').nth(1)).toBeVisible();
  });
});

test('the table changes many prices at once and keeps what was typed when a cell is wrong', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const name = newName();
  const { team, listing } = await draft(page, t, at, name);
  await visit(page, `${team}/table?q=${encodeURIComponent(name)}`);
  const price = page.getByLabel(new RegExp(`^${name}.*${t('价格', 'Price')}`));
  await expect(price).toHaveValue('58.00');
  await price.fill('贵');
  await price.press('Enter');
  await expect(page.getByRole('alert')).toContainText(name);
  await expect(price).toHaveValue('贵');
  await expect(price).toHaveAttribute('aria-invalid', 'true');
  await price.fill('61.5');
  await page.getByRole('button', { name: t('保存全部改动', 'Save all changes') }).click();
  await expect(page.getByText(t('已保存 1 件商品的改动', 'Saved. Products changed: 1'))).toBeVisible();
  await visit(page, listing);
  await expect(page.getByLabel(t('价格', 'Price'), { exact: true }).first()).toHaveValue('61.50');

  await test.step('it stays narrowed when it is saved, and what is found is taken along', async () => {
    await visit(page, `${team}/table`);
    await unfold(page, t);
    await page.getByLabel(t('查找', 'Find'), { exact: true }).fill(name);
    await page.getByLabel(t('状态', 'State'), { exact: true }).selectOption('draft');
    await narrow(page, t, /status=draft/);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    await expectAccessible(page, 'the table');
    await price.fill('62');
    await goOn(page, page.getByRole('button', { name: t('保存全部改动', 'Save all changes') }), /done=1&q=.*&status=draft/);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: t('商品表 CSV', 'Goods as CSV') }).click();
    const rows = readFileSync(await (await downloading).path(), 'utf8').trim().split('\n');
    expect(rows, 'one line of heads, one of the only variant').toHaveLength(2);
    expect(rows[1]).toContain(name);
    expect(rows[1]).toContain('62.00');
  });
});

test('ticked rows change their prices by hundredths, after a look', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  const word = newName();
  const names = [`${word} 甲`, `${word} 乙`, `${word} 丙`];
  let team = '';
  for (const name of names) ({ team } = await draft(page, t, at, name));
  await visit(page, `${team}/table?q=${encodeURIComponent(word)}`);
  const price = (name: string) => page.getByLabel(new RegExp(`^${name}.*${t('价格', 'Price')}`));
  const percent = page.getByLabel(t('价格涨跌', 'Prices up or down by'));
  const save = page.getByRole('button', { name: t('保存全部改动', 'Save all changes') });

  await test.step('without a tick nothing is changed, and what was typed stays', async () => {
    await percent.fill('10');
    await save.click();
    await expect(page.getByRole('alert')).toContainText(t('勾选的行', 'Ticked rows'));
    await expect(percent).toHaveValue('10');
    await expect(price(names[0])).toHaveValue('58.00');
  });

  await test.step('all are ticked, one is left out, and what would change is shown', async () => {
    await goOn(page, page.getByRole('link', { name: t('全选本页', 'Tick all on this page') }), /tick=all/);
    await expect(page.getByRole('row').getByRole('checkbox', { checked: true })).toHaveCount(3);
    await page.getByRole('row').filter({ hasText: names[2] }).getByRole('checkbox').uncheck();
    await percent.fill('-10');
    await goOn(page, page.getByRole('button', { name: t('先看改动', 'Look at the changes first') }), /\/sheets\/[^/]+$/);
    await expect(page.getByRole('main').getByText('¥58.00 → ¥52.20')).toHaveCount(2);
    await page.getByRole('checkbox', { name: new RegExp(names[1]) }).uncheck();
    await page.getByRole('button', { name: t('只应用勾选的', 'Apply the ticked ones') }).click();
    await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
  });

  await test.step('in one step as well', async () => {
    await visit(page, `${team}/table?q=${encodeURIComponent(word)}`);
    await expectAccessible(page, 'the table with ticks');
    await page.getByRole('row').filter({ hasText: names[2] }).getByRole('checkbox').check();
    await percent.fill('+5%');
    await goOn(page, save, /done=1&q=/);
    for (const [name, yuan] of [[names[0], '52.20'], [names[1], '58.00'], [names[2], '60.90']]) {
      await expect(price(name)).toHaveValue(yuan);
    }
    await expect(percent).toHaveValue('');
  });
});

test('a sheet says where goods come from, what they are and when they are sold', async ({ pageOf, t, at }) => {
  test.setTimeout(60_000);
  const page = await pageOf('seller');
  const { team, listing, product } = await draft(page, t, at, newName());
  const head = 'product,village,season,attributes,tier_prices,story,food_class,ingredients,min_quantity\n';

  await test.step('a name that is none is told what would fit', async () => {
    await upload(page, t, team, `${head}${product},火星村,春天,等级：三级,,,零食,,\n`);
    const wrong = page.getByRole('table', { name: t('需要修改的格子', 'Cells to mend') });
    await expect(wrong).toContainText(t('没有“火星村”，可填：', 'There is no “火星村”; put in one of: '));
    await expect(wrong).toContainText(t('塔元村', 'Tayuan'));
    await expect(wrong).toContainText(t('一级', 'First grade'));
    await expect(wrong).toContainText(t('请填写月日', 'Enter month and day'));
    await expect(wrong.getByRole('row').filter({ hasText: '零食' })).toContainText(t('预包装食品', 'Packaged food'));
  });

  await test.step('what changes is shown, and applied it is in the listing', async () => {
    const story = '"谷雨前采。\n\n当天炒。"';
    await upload(page, t, team, `${head}${product},塔元村,3-20 至 5-31,等级：一级；海拔：950 米,10:50,${story},预包装食品,茶鲜叶,2\n`);
    await expect(page.getByRole('main')).toContainText(t('海拔 — → 950 米', 'Altitude — → 950 m'));
    await expect(page.getByRole('main')).toContainText(t('配料 — → 茶鲜叶', 'Ingredients — → 茶鲜叶'));
    await page.getByRole('button', { name: t('应用全部', 'Apply all') }).click();
    await expect(page.getByText(t('已应用 1 件商品的改动', 'Applied to products: 1'))).toBeVisible();
    await visit(page, listing);
    await expect(page.locator('[name=village] option:checked')).toHaveText(t('塔元村', 'Tayuan Village'));
    await expect(page.locator('[name=season_from]')).toHaveValue('03-20');
    await expect(page.locator('[name="attributes[grade]"]')).toHaveValue('first');
    await expect(page.locator('[name="attributes[altitude]"]')).toHaveValue('950');
    await expect(page.getByLabel(t('介绍', 'Story'), { exact: true })).toHaveValue('谷雨前采。\n\n当天炒。');
    await expect(page.locator('input[name$="[tier_prices]"]').first()).toHaveValue('10:50.00');
    await expect(page.locator('[name=food_class]:checked')).toHaveValue('packaged_food');
    await expect(page.locator('[name=ingredients]')).toHaveValue('茶鲜叶');
    await expect(page.locator('input[name$="[min_quantity]"]').first()).toHaveValue('2');
  });
});
