// What a cadre does with a batch between the harvest and the buyer's door, up to taking it back.
import { expect, test } from './support/test';
import { openAccount } from './support/accounts';
import { expectAccessible } from './support/axe';
import { PHOTOS, SC_NUMBER, fillLabel, fillWords, startListing, takeBatchIn } from './support/listing';
import { letterTo, linkIn } from './support/mail';
import { lookAtFile } from './support/pages';
import { buy, expectSheet, fen, goOn, hasScripts, narrow, ready, recipient, refundsTold, stayOn, unfold, visit, withScriptsOn } from './support/shop';
import { rowsOf } from './support/workbook';

withScriptsOn('desktop');

test('a batch is split, written off, counted, labelled and recalled', async ({ page: buyer, pageOf, stranger, t, at, opened }) => {
  test.setTimeout(240_000);
  const page = await pageOf('seller');
  const name = `石板毛尖 ${Date.now().toString(36)}`;
  await startListing(page, t, at);
  await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
  await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles([PHOTOS[0]]);
  if (!hasScripts()) await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
  await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1'), exact: true })).toBeVisible();
  await fillWords(page, t, name);
  await fillLabel(page, t, SC_NUMBER);
  await takeBatchIn(page, t);
  await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
  await expect(page.getByText(t('已上架，顾客现在可以买到', 'It is in the shop'))).toBeVisible();
  await visit(buyer, at(`/products?q=${encodeURIComponent(name)}`));
  const product = new URL((await buyer.getByRole('link', { name, exact: true }).getAttribute('href')) ?? '', buyer.url()).pathname;

  await page.getByRole('button', { name: t('登记批次、改库存', 'Add a batch, correct stock') }).click();
  await page.waitForURL(/\/stock/);
  await ready(page);
  const stock = new URL(page.url()).pathname;
  const details = page.getByRole('link', { name: t('报损、分批、标签、召回', 'Losses, parts, labels, recall') });
  await goOn(page, details, /\/batches\//);
  const batch = new URL(page.url()).pathname;
  await expectAccessible(page, 'a batch');

  await test.step('a loss needs a reason, and is written down with who and when', async () => {
    await page.getByText(t('报损', 'Write off'), { exact: true }).first().click();
    await page.getByLabel(t('报损数量', 'Quantity lost')).fill('0.5');
    const send = page.getByRole('button', { name: t('报损', 'Write off'), exact: true });
    await send.click();
    await expect(page.getByLabel(t('原因', 'Reason'), { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel(t('报损数量', 'Quantity lost')), 'what was typed stays').toHaveValue('0.5');
    await page.getByLabel(t('原因', 'Reason'), { exact: true }).selectOption('spoiled');
    await send.click();
    const row = page.getByRole('row').filter({ hasText: t('变质', 'Spoiled') });
    await expect(row).toContainText('500 g');
  });

  await test.step('a part becomes a batch of its own', async () => {
    await page.getByText(t('分批', 'Split off a part'), { exact: true }).first().click();
    await page.getByLabel(t('分出数量', 'Quantity of the part')).fill('4');
    await page.getByRole('button', { name: t('分批', 'Split off'), exact: true }).click();
    await expect(page.getByText(t('分好了，这是新的一批。', 'Done: this is the new batch.'))).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('-S1');
    await expect(page.getByRole('main')).toContainText('4 kg');
  });

  const team = stock.replace(/\/products\/.*$/, '');
  await test.step('both stand in the list of all batches, narrowed and taken along', async () => {
    await visit(page, `${team}/batches`);
    await unfold(page, t);
    await page.getByRole('combobox', { name: t('商品', 'Product') }).selectOption({ label: name });
    await narrow(page, t, /product=/);
    await expect(page.locator('tbody tr')).toHaveCount(2);
    await expect(page.locator('tbody tr').filter({ hasText: '-S1' })).toContainText('4 kg');
    await expectAccessible(page, 'all batches');
    await expectSheet(page, t, /^batches-[\d-]+\.xlsx$/);
    await expect(page.getByRole('combobox', { name: t('村', 'Village'), exact: true })).toBeVisible();
    await goOn(page, page.getByRole('link', { name: t('在售', 'For sale') }), /state=for_sale.*product=/);
    await expect(page.locator('tbody tr'), 'still of that product').toHaveCount(2);
    const part = await page.locator('tbody tr').filter({ hasText: '-S1' }).getByRole('link').first().innerText();
    await page.getByRole('searchbox', { name: t('批次号', 'Batch code') }).fill(part.toLowerCase());
    await narrow(page, t, /q=/);
    await expect(page.locator('tbody tr'), 'the one whose code is on the package').toHaveCount(1);
    await expect(page.locator('tbody tr')).toContainText('4 kg');
    const taken = rowsOf(await expectSheet(page, t, /^batches-[\d-]+\.xlsx$/));
    expect(taken.filter((row) => row.includes(part)), 'and no other is taken along').toHaveLength(1);
    expect(taken).toHaveLength(2);
    await goOn(page, page.getByRole('link', { name: t('没有剩余', 'Nothing left') }), /state=ended.*q=/);
    await expect(page.getByText(t('这里没有批次', 'No batches here'))).toBeVisible();
  });

  await test.step('the count is kept, and the stock follows it', async () => {
    await visit(page, stock);
    await goOn(page, page.getByRole('link', { name: t('盘点', 'Count'), exact: true }), /\/count/);
    await expectAccessible(page, 'counting');
    const first = page.getByRole('group').filter({ hasText: '-S1' });
    await first.getByLabel(t('实数', 'What is there')).fill('3.9');
    await first.getByLabel(t('差异原因', 'Why it differs')).selectOption('spoiled');
    await page.getByRole('button', { name: t('记下盘点', 'Keep the count') }).click();
    await expect(page.getByText(t('盘点已记下，库存已按实数调整。', 'The count is kept and the stock follows it.'))).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: '-S1' })).toContainText('−100 g');
  });

  await test.step('a place is counted as a whole, a difference with its reason', async () => {
    const [, team, id] = stock.match(/^(.*)\/products\/([^/]+)/)!;
    await visit(page, `${team}/batches?product=${id}`);
    const where = await page.locator('tbody tr').first().locator('td').last().innerText();
    await goOn(page, page.getByRole('link', { name: t('按地点盘点', 'Count a place') }), /\/count/);
    // Whoever has several places chooses one first.
    if (!page.url().includes('place=')) await goOn(page, page.getByRole('link', { name: where }), /place=/);
    await unfold(page, t);
    await page.getByRole('combobox', { name: t('商品', 'Product') }).selectOption({ label: name });
    await narrow(page, t, /product=/);
    await expectAccessible(page, 'counting a place');
    const part = page.getByRole('group').filter({ hasText: '-S1' });
    await part.getByLabel(t('实数', 'What is there')).fill('3.8');
    await page.getByRole('button', { name: t('记下盘点', 'Keep the count') }).click();
    const reason = part.getByLabel(t('差异原因', 'Why it differs'));
    await expect(reason, 'it differs without a reason').toHaveAttribute('aria-invalid', 'true');
    await expect(part.getByLabel(t('实数', 'What is there')), 'what was typed stays').toHaveValue('3.8');
    await reason.selectOption('lost');
    await goOn(page, page.getByRole('button', { name: t('记下盘点', 'Keep the count') }), /\/counts\?place=/);
    await expect(page.getByText(t('盘点已记下，库存已按实数调整。', 'The count is kept and the stock follows it.'))).toBeVisible();
    const counted = page.locator('tbody tr').filter({ hasText: name });
    await expect(counted.first()).toContainText('−100 g');
    await expect(counted.first()).toContainText(t('找不到', 'Missing'));
    await unfold(page, t);
    await page.getByRole('combobox', { name: t('商品', 'Product') }).selectOption({ label: name });
    await narrow(page, t, /product=/);
    await expect(page.locator('tbody tr'), 'this count, and that of the product before').toHaveCount(2);
    await expectAccessible(page, 'counts');
    const sheet = await expectSheet(page, t, /^counts-[\d-]+\.xlsx$/);
    expect(rowsOf(sheet).flat()).toEqual(expect.arrayContaining([name, where, t('找不到', 'Missing'), '-100']));
  });

  await test.step('what runs low is a list of its own, from the first page to a sheet', async () => {
    await visit(page, stock);
    await page.getByText(t('什么时候提醒', 'When to warn'), { exact: true }).click();
    await page.getByLabel(t('可售少于', 'Less for sale than')).fill('50');
    await stayOn(page, page.getByRole('button', { name: t('保存提醒', 'Keep'), exact: true }));
    await visit(page, stock.replace(/\/products\/.*$/, ''));
    await goOn(page, page.getByRole('link', { name: new RegExp(`^${t('库存不多', 'Running low')}`) }), /\/products\?stock=low$/);
    const row = page.locator('tbody tr').filter({ hasText: name });
    await expect(row).toHaveCount(1);
    await expectAccessible(page, 'what runs low');
    const sheet = await expectSheet(page, t, /^goods\.xlsx$/);
    expect(rowsOf(sheet).flat()).toContain(name);
    await goOn(page, page.getByRole('link', { name: t('批量修改', 'Bulk edit') }), /\/table\?stock=low$/);
    await expect(page.locator('tbody tr').filter({ hasText: name })).toHaveCount(1);
    await unfold(page, t);
    await page.getByRole('combobox', { name: t('剩余', 'What is left') }).selectOption('out');
    await narrow(page, t, /stock=out/);
    await expect(page.locator('tbody tr').filter({ hasText: name })).toHaveCount(0);
  });

  await test.step('what was done is found by its kind, and taken along', async () => {
    await visit(page, stock);
    await goOn(page, page.getByRole('link', { name: t('库存流水', 'Movements'), exact: true }), /\/movements/);
    const rows = page.locator('tbody tr');
    const what = page.getByLabel(t('做了什么', 'What'), { exact: true });
    await unfold(page, t);
    await what.selectOption('write_off');
    await narrow(page, t, /kind=write_off/);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('500 g');
    await page.getByLabel(t('到', 'to'), { exact: true }).fill('2020-01-01');
    await narrow(page, t, /to=2020-01-01/);
    await expect(page.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await goOn(page, page.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/movements$/);
    await unfold(page, t);
    await what.selectOption('count');
    await narrow(page, t, /kind=count/);
    await expectAccessible(page, 'movements');
    await expectSheet(page, t, /^movements-[\d-]+\.xlsx$/);
  });

  await test.step('what was lost of all goods in some days is one list, with who, when and why', async () => {
    await visit(page, `${team}/batches`);
    await goOn(page, page.getByRole('link', { name: t('库存流水', 'Movements'), exact: true }), /\/sell\/[^/]+\/movements$/);
    const rows = page.locator('tbody tr');
    const what = page.getByLabel(t('做了什么', 'What'), { exact: true });
    const product = page.getByRole('combobox', { name: t('商品', 'Product') });
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format();
    await unfold(page, t);
    await what.selectOption('write_off');
    await page.getByLabel(t('日期从', 'From'), { exact: true }).fill(today);
    await narrow(page, t, /kind=write_off/);
    await expect(rows.filter({ hasText: name }), 'among those of other goods').toHaveCount(1);
    await product.selectOption({ label: name });
    await narrow(page, t, /product=[^&]/);
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('500 g');
    await expect(rows).toContainText(t('变质', 'Spoiled'));
    await expect(rows, 'who did it').not.toContainText('—');
    await expectAccessible(page, 'movements of all goods');
    const sheet = rowsOf(await expectSheet(page, t, /^movements-[\d-]+\.xlsx$/));
    expect(sheet.filter((row) => row.includes(name)), 'the sheet is the list').toHaveLength(1);
    expect(sheet.flat()).toEqual(expect.arrayContaining([name, '500', t('变质', 'Spoiled')]));
    const code = await rows.getByRole('link').last().innerText();
    await what.selectOption('');
    await page.getByRole('searchbox', { name: t('批次号', 'Batch code') }).fill(`${code}-s1`);
    await narrow(page, t, /q=[^&]/);
    await expect(rows.filter({ hasText: t('分批得来', 'Made by a split') }), 'the part').toHaveCount(1);
    await expect(rows.filter({ hasText: t('报损', 'Written off') }), 'not what it was split from').toHaveCount(0);
    await page.getByLabel(t('到', 'to'), { exact: true }).fill('2020-01-01');
    await page.getByLabel(t('日期从', 'From'), { exact: true }).fill('');
    await narrow(page, t, /to=2020-01-01/);
    await expect(page.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await goOn(page, page.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/sell\/[^/]+\/movements$/);
    await visit(page, stock);
    await goOn(page, page.getByRole('link', { name: t('库存流水', 'Movements'), exact: true }), /\/products\/[^/]+\/movements$/);
    await goOn(page, page.getByRole('link', { name: t('所有商品的流水', 'Of all goods') }), /\/sell\/[^/]+\/movements$/);
  });

  await test.step('in the table of all goods more comes in, and they leave the shop and come back', async () => {
    await visit(page, `${team}/table?q=${encodeURIComponent(name)}`);
    const row = page.getByRole('row').filter({ hasText: name });
    const cell = (column: string) => page.getByLabel(new RegExp(`^${name}.* ${column}$`));
    const [batchCell, state] = [cell(t('批次', 'Batch')), cell(t('状态', 'State'))];
    const save = page.getByRole('button', { name: t('保存全部改动', 'Save all changes') });
    const more = cell(t('库存增减（千克或件）', 'Stock change (kg or pieces)').replace(/[()]/g, '\\$&'));
    await more.fill('2');
    await save.click();
    await expect(batchCell, 'which of the two?').toHaveAttribute('aria-invalid', 'true');
    await expect(more, 'what was typed stays').toHaveValue('2');
    await batchCell.selectOption({ index: 1 });
    await page.getByLabel(t('库存增减的原因', 'Why stock changes')).selectOption('received');
    await state.selectOption('unpublished');
    await goOn(page, save, /done=1/);
    await expect(row).toContainText('21.3 kg');
    await expect(state).toHaveValue('unpublished');
    expect((await buyer.goto(product))?.status(), 'nobody sees it').toBe(404);
    await state.selectOption('published');
    await stayOn(page, save);
    await expect(state).toHaveValue('published');
    await visit(buyer, product);
  });

  await test.step('labels carry the code of the batch', async () => {
    await visit(page, batch);
    await goOn(page, page.getByRole('link', { name: t('打印标签', 'Print labels') }), /\/labels/);
    await expect(page.getByRole('article')).toHaveCount(10);
    await expect(page.getByRole('article').first().getByRole('img')).toBeVisible();
    await expect(page.getByRole('article').first(), 'what is in the package').toContainText('100 克袋装');
    await page.getByLabel(t('纸张', 'Paper')).selectOption('100x150');
    await page.getByLabel(t('个数', 'How many')).fill('2');
    await page.getByRole('button', { name: t('更新', 'Show'), exact: true }).click();
    await expect(page.getByRole('article')).toHaveCount(2);
  });

  // The buyer has proved an address for the account, and leaves the one at the checkout empty.
  const address = await openAccount(buyer, t, at);
  // So many that one person may not pay them back alone (500 yuan).
  const { number, total } = await buy(buyer, t, product, recipient, 10);
  // A guest gives none at all: somebody has to call.
  const silent = await buy(await stranger(), t, product);

  await test.step('a recall shows what it does before it is confirmed', async () => {
    await visit(page, batch);
    await goOn(page, page.getByRole('link', { name: t('召回这一批', 'Recall this batch') }), /\/recall/);
    await expect(page.getByRole('row').filter({ hasText: number })).toContainText(t('待发货', 'To pack'));
    await expectAccessible(page, 'a recall');
    await page.getByLabel(t('原因', 'Reason'), { exact: true }).selectOption('quality');
    await page.getByLabel(t('告诉顾客什么', 'What buyers are told')).fill('茶叶受潮，请不要饮用。');
    await page.getByRole('button', { name: t('确认召回', 'Recall it') }).click();
    await expect(page.getByRole('alert'), 'not without a tick').toBeVisible();
    await page.getByLabel(t('我看过上面的订单', 'I have seen the orders above')).check();
    await page.getByRole('button', { name: t('确认召回', 'Recall it') }).click();
    await expect(page.getByText(t('已召回：停止销售，顾客已通知。', 'Recalled: it is not sold any more'))).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: number })).toBeVisible();
  });

  await test.step('its orders are taken along, for whoever calls their buyers', async () => {
    await expectSheet(page, t, /^recall-[\w-]+\.xlsx$/);
  });

  await test.step('those whom somebody has to call are a list of their own, on the page and in the sheet', async () => {
    const states = page.getByRole('navigation', { name: t('状态', 'State') });
    await goOn(page, states.getByRole('link', { name: t('要打电话', 'To call') }), /\/recall\?state=call$/);
    await expect(page.getByRole('row').filter({ hasText: silent.number })).toContainText(recipient.phone);
    await expect(page.getByRole('row').filter({ hasText: number }), 'who has a letter').toHaveCount(0);
    await expectAccessible(page, 'a recall, whom to call');
    const sheet = rowsOf(await expectSheet(page, t, /^recall-[\w-]+\.xlsx$/)).flat();
    expect(sheet).toContain(silent.number);
    expect(sheet).not.toContain(number);
    await goOn(page, states.getByRole('link', { name: new RegExp(`^${t('全部', 'All')}`) }), /\/recall$/);
    await expect(page.getByRole('row').filter({ hasText: number })).toBeVisible();
  });

  await test.step('the county takes the same orders along, as its page shows them', async () => {
    const county = await pageOf('county');
    await visit(county, at(`/county/recalls?batch=${batch.split('/').pop()}`));
    await expect(county.getByRole('row').filter({ hasText: number })).toContainText(recipient.phone);
    await expectAccessible(county, 'a recall, for the county');
    const sheet = await expectSheet(county, t, /^recall-[\w-]+\.xlsx$/, t('导出这些订单', 'These orders as a sheet'));
    const order = rowsOf(sheet).find((cells) => cells.includes(number));
    expect(order, 'who is to be called, what was bought, how far it had gone').toEqual(
      expect.arrayContaining([recipient.name, recipient.phone, '10', t('待发货', 'To pack')]),
    );
    const states = county.getByRole('navigation', { name: t('状态', 'State') });
    await goOn(county, states.getByRole('link', { name: t('要打电话', 'To call') }), /\?state=call&batch=/);
    await expect(county.getByRole('row').filter({ hasText: silent.number })).toContainText(recipient.phone);
    await expect(county.getByRole('row').filter({ hasText: number })).toHaveCount(0);
    expect(await lookAtFile(county, at(`/county/recalls/${batch.split('/').pop()}/orders.xlsx`), opened)).toEqual([]);
  });

  await test.step('recalls are narrowed by their reason, and taken along', async () => {
    await visit(page, `${batch.match(/.*\/sell\/[^/]+/)?.[0]}/recalls`);
    const own = page.locator(`a[href="${batch}/recall"]`);
    await expect(own).toBeVisible();
    const reason = page.getByLabel(t('原因', 'Reason'), { exact: true });
    await unfold(page, t);
    await reason.selectOption('papers');
    await narrow(page, t, /reason=papers/);
    await expect(own).toBeHidden();
    await reason.selectOption('quality');
    await narrow(page, t, /reason=quality/);
    await expect(own).toBeVisible();
    await expectAccessible(page, 'recalls');
    await expectSheet(page, t, /^recalls-[\d-]+\.xlsx$/);
  });

  await test.step('the buyer is told, and nobody can buy it any more', async () => {
    const letter = await letterTo(address, 'batch-recalled');
    expect(letter).toContain('茶叶受潮，请不要饮用。');
    linkIn(letter, `/orders/${number}`);
    await visit(buyer, at('/orders'));
    await expect(buyer.getByRole('article').filter({ hasText: number })).toContainText(t('已召回', 'Recalled'));
    await expectAccessible(buyer, 'an order of recalled goods in the list');
    await visit(buyer, at(`/orders/${number}`));
    await expect(buyer.getByText('茶叶受潮，请不要饮用。')).toBeVisible();
    await goOn(buyer, buyer.getByRole('link', { name: /^\d{8}/ }).first(), /\/batches\//);
    await expect(buyer.getByText(t('这一批已召回，请不要使用。', 'This batch is recalled. Please do not use it.'))).toBeVisible();
    await visit(buyer, product);
    await expect(buyer.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeDisabled();
  });

  await test.step('what is paid and has not left is refunded as one list, which the captain confirms', async () => {
    const listed = (of: typeof page) => of.getByRole('region', { name: t('没发出的订单：退款', 'Orders that have not left: refunds') });
    await visit(page, `${batch}/recall`);
    const ask = listed(page).getByRole('button', { name: t('全部退款', 'Refund all of them') });
    await Promise.all([page.waitForEvent('load'), ask.click()]);
    await expect(listed(page)).toContainText(t('等另一位复核', 'They wait for a second person'));
    await expect(listed(page).getByRole('button', { name: t('复核并退款', 'Confirm and refund') }), 'not on one word').toHaveCount(0);
    await expect(listed(page).getByRole('button', { name: t('收回清单', 'Take the list back') })).toBeVisible();
    const captain = await pageOf('captain');
    // Told of the recall by the console, which leads to it.
    await visit(captain, `${batch.match(/.*\/sell\/[^/]+/)?.[0]}/notifications?kind=recalled`);
    await goOn(captain, captain.getByRole('listitem').filter({ hasText: name }).getByRole('link'), /\/recall$/);
    const confirm = listed(captain).getByRole('button', { name: t('复核并退款', 'Confirm and refund') });
    expect(fen(await confirm.innerText()), 'all of both').toBe(total + silent.total);
    await expectAccessible(captain, 'refunds of a recall to confirm');
    await Promise.all([captain.waitForEvent('load'), confirm.click()]);
    // The worker does it a moment later.
    await expect(async () => {
      await visit(captain, `${batch}/recall`);
      await expect(listed(captain)).toContainText(t('已退款 2 个包裹', 'Refunded: 2 of the 2'), { timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await visit(buyer, at(`/orders/${number}`));
    await expect(buyer.getByRole('heading', { level: 1, name: t('已取消并退款', 'Cancelled and refunded') })).toBeVisible();
    expect(fen(await refundsTold(buyer, t).innerText())).toBe(total);
  });
});
