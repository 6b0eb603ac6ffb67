// A collective mark: its owner licenses it, a listing bears it within the licence, shoppers see it, and it is taken back.
import { type Page, expect, test } from './support/test';
import { takeOut } from './support/goods';
import { fillLabel, fillWords, PHOTOS, SC_NUMBER, startListing } from './support/listing';
import { expectSheet, fact, goOn, hasScripts, narrow, ready, stayOn, type Translate, unfold, visit, withScriptsOn } from './support/shop';
import { rowsOf } from './support/workbook';

withScriptsOn('desktop');

/** Takes 20 kg of tea of a village without a mark of its own in; begins and ends on the listing's page. */
async function takeNeighboursBatchIn(page: Page, t: Translate): Promise<void> {
  await page.getByRole('button', { name: t('登记批次、改库存', 'Add a batch, correct stock') }).click();
  await page.waitForURL(/\/stock/);
  await ready(page);
  await page.getByLabel(t('可卖的数量', 'Quantity for sale')).fill('20');
  await page.getByLabel(t('塔元村', 'Tayuan Village')).fill('20');
  await page.getByRole('button', { name: t('入库', 'Take in') }).click();
  await expect(page.getByRole('main')).toContainText('20 kg');
  await page.getByRole('link', { name: t('返回商品', 'Back to the product') }).click();
  await page.waitForURL(/\/products\/[^/]+$/);
  await ready(page);
}

/** Licenses the neighbour for a whole category, or for the one product of that name. */
async function grant(page: Page, t: Translate, kilograms: string, product = ''): Promise<void> {
  await visit(page, new URL(page.url()).pathname);
  await page.getByText(t('许可一个村使用', 'Let a village use it')).click();
  await page.getByLabel(t('村庄', 'Village'), { exact: true }).selectOption({ label: t('塔元村', 'Tayuan Village') });
  await goOn(page, page.getByRole('button', { name: t('选这个村', 'Choose it') }), /village=/);
  const send = page.getByRole('button', { name: t('发放许可', 'Grant the licence') });
  const form = page.locator('form').filter({ has: send });
  if (product) {
    const label = t(`${product} · 按千克`, `${product} · in kilograms`);
    await form.getByLabel(t('或一个商品', 'Or one product')).selectOption({ label });
  } else {
    await form.getByLabel(t('整个品类', 'A whole category')).selectOption({ index: 1 });
  }
  await form.getByLabel(t('数量', 'Quantity'), { exact: true }).fill(kilograms);
  await form.getByLabel(t('到', 'Until'), { exact: true }).fill(`${new Date().getFullYear() + 1}-12-31`);
  await stayOn(page, send);
}

test('a listing bears a mark within its licence', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(120_000);
  const [owner, seller, shopper] = [await pageOf('mark'), await pageOf('seller'), await stranger()];
  const own = `${Date.now().toString(36)}${process.pid}`;
  const [mark, name] = [`渡口${own}`, `渡口毛峰 ${own}`];

  await test.step('the owner adds a mark and licenses a neighbour', async () => {
    await visit(owner, at('/books'));
    await owner.getByRole('link', { name: t('集体商标', 'Collective marks') }).first().click();
    await ready(owner);
    await owner.getByText(t('登记一个商标', 'Add a mark')).click();
    await owner.getByLabel(t('商标名称', 'Name'), { exact: true }).fill(mark);
    await owner.getByRole('button', { name: t('保存', 'Save'), exact: true }).click();
    await ready(owner);
    await expect(owner.getByRole('alert').first()).toContainText(t('使用条件', 'Conditions'));
    await owner.getByLabel(t('使用条件', 'Conditions of use'), { exact: true }).fill('只用当年春茶');
    await owner.getByLabel(t('注册号', 'Registration number')).fill('87654321');
    await owner.getByLabel(t('商品类别', 'Classes of goods')).fill('第30类');
    await owner.getByLabel(t('注册有效期至', 'Registered until')).fill('2034-05-06');
    await owner.getByRole('button', { name: t('保存', 'Save'), exact: true }).click();
    await owner.waitForURL(/done=saved/);
    await ready(owner);
    await grant(owner, t, '15');
    await expect(owner.getByRole('table').first()).toContainText('15 kg');
  });

  const listing = await startListing(seller, t, at);
  await test.step('the seller is told what is missing', async () => {
    await seller.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
    await seller.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles(PHOTOS);
    if (!hasScripts()) await seller.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(seller.getByRole('img', { name: t('照片 2', 'Photo 2') })).toBeVisible();
    await fillWords(seller, t, name);
    await fillLabel(seller, t, SC_NUMBER);
    await seller.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await seller.waitForURL(/done=saved/);
    await takeNeighboursBatchIn(seller, t);
    await seller.getByText(t('集体商标', 'Collective mark'), { exact: true }).first().click();
    await seller.getByRole('combobox', { name: t('集体商标', 'Collective mark') }).selectOption({ label: t(`${mark} · 佐龙村`, `${mark} · Zuolong Village`) });
    await seller.getByRole('button', { name: t('保存商标', 'Save the mark') }).click();
    await ready(seller);
    await expect(seller.getByRole('main')).toContainText(t('许可只剩 15 kg', 'its licences leave 15 kg'));
  });

  await test.step('with a larger licence it goes into the shop under the mark', async () => {
    await grant(owner, t, '10');
    await visit(seller, listing);
    await expect(seller.getByRole('main')).toContainText(t('许可够用', 'The licences suffice'));
    await seller.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
    await seller.waitForURL(/done=published/);
    await ready(seller);
    await expect(seller.getByText(t('顾客看得到商标', 'Buyers see the mark'))).toBeVisible();
    const path = await seller.getByRole('link', { name: t('在店里看', 'See it in the shop') }).getAttribute('href');
    await visit(shopper, path!);
    await shopper.getByRole('link', { name: mark }).first().click();
    await ready(shopper);
    await expect(shopper.getByRole('heading', { name: mark })).toBeVisible();
    await expect(fact(shopper, t('注册号', 'Registration number'))).toHaveText('87654321');
    await expect(fact(shopper, t('商品类别', 'Classes of goods'))).toHaveText('30');
    await expect(fact(shopper, t('注册有效期至', 'Registered until'))).toHaveText('2034-05-06');
    await expect(shopper.getByRole('link', { name })).toBeVisible();
    await expect(shopper.getByRole('table')).toContainText('20 kg');
    for (const [as, village] of [
      [t('所有者', 'Owner'), t('佐龙村', 'Zuolong Village')],
      [t('许可使用', 'Licensed to'), t('塔元村', 'Tayuan Village')],
    ]) {
      await goOn(shopper, fact(shopper, as).getByRole('link', { name: village }), /\/villages\//);
      await goOn(shopper, fact(shopper, t('集体商标', 'Collective marks')).getByRole('link', { name: mark }), /\/marks\//);
    }
    await visit(shopper, path!);
  });

  await test.step('a product is licensed by choosing it among the goods of its village', async () => {
    await grant(owner, t, '3', name);
    const granted = owner.getByRole('row').filter({ hasText: name }).filter({ hasText: '3 kg' });
    await expect(granted).toContainText(t('有效', 'In force'));
  });

  await test.step('the licences are taken along', async () => {
    const rows = rowsOf(await expectSheet(owner, t, /^mark-licences-[\d-]+\.xlsx$/, t('许可表 XLSX', 'Licences as XLSX')));
    expect(rows.flat()).toEqual(expect.arrayContaining([name, t('塔元村', 'Tayuan Village'), '3000', t('有效', 'In force')]));
  });

  await test.step('what was used is narrowed by day, and taken along', async () => {
    const uses = owner.getByRole('table', { name: t('按批次的用量', 'Use by batch') });
    await expect(uses, 'the first licence gave what it had, the second the rest').toContainText('15 kg');
    const sheet = await expectSheet(owner, t, /^mark-uses-[\d-]+\.xlsx$/);
    expect(rowsOf(sheet).flat()).toEqual(expect.arrayContaining([name, t('塔元村', 'Tayuan Village'), '15000', '5000']));
    await unfold(owner, t);
    await owner.getByRole('search').getByLabel(t('到', 'to'), { exact: true }).fill('2020-01-01');
    await narrow(owner, t, /to=2020-01-01/);
    await expect(owner.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await goOn(owner, owner.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/marks\/[^/?]+$/);
  });

  await test.step('a licence that is taken back takes the mark off', async () => {
    await owner.reload();
    const words = t('收回许可：', 'Withdraw the licence of ');
    const used = owner.locator('details').filter({ hasText: words }).filter({ hasNotText: name }).first();
    await used.getByText(words).click();
    await used.getByLabel(t('原因', 'Reason')).fill('今年不用了');
    await stayOn(owner, used.getByRole('button', { name: t('收回许可', 'Withdraw it') }));
    const states = owner.getByRole('navigation', { name: t('状态', 'State') });
    await goOn(owner, states.getByRole('link', { name: t('已收回', 'Withdrawn') }), /state=withdrawn/);
    await expect(owner.locator('#licences tbody tr'), 'and nothing else').toHaveCount(1);
    await expect(owner.locator('#licences')).toContainText('今年不用了');
    await shopper.reload();
    await expect(shopper.getByRole('link', { name: mark })).toHaveCount(0);
    await takeOut(seller, t, listing);
  });
});
