// A unit's bulk order: a list that has to be right, approval by someone else, money by bank, and the year's report.
import { readFileSync } from 'node:fs';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { amount, expectSheet, fen, goOn, isPhone, narrow, seen, unfold, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

test('a unit orders in bulk, approves, pays by bank and finds it in its report', async ({ pageOf, t, at }) => {
  // Each project its own unit, so that their sums can be compared.
  const unit = isPhone() ? 'university-canteen-1' : 'university-union';
  const base = at(`/unit/${unit}`);

  const reportTotal = async (page: import('@playwright/test').Page) => {
    await visit(page, `${base}/report`);
    const total = page.getByRole('row').filter({ hasText: t('合计', 'Total') });
    return fen(await total.last().innerText());
  };

  const buyer = await pageOf('buyer');
  const before = await reportTotal(buyer);

  await test.step('a list with a bad row is told of row by row, and nothing is ordered', async () => {
    await visit(buyer, `${base}/buy`);
    await buyer.getByLabel(t('编号与数量', 'Codes and quantities')).fill('LC-YQ-250 20\nLC-YQ-999 3');
    await buyer.getByRole('button', { name: t('检查清单', 'Check the list') }).click();
    const troubles = buyer.getByRole('table', { name: t('需要修改的行', 'Rows to mend') });
    await expect(troubles.getByRole('row').filter({ hasText: 'LC-YQ-999' })).toContainText(
      t('对照下方价目表改编号', 'Compare the code with the price list below'),
    );
    await expect(buyer.getByRole('button', { name: t('提交审批', 'Hand in for approval') })).toBeHidden();
    await buyer.getByRole('button', { name: t('检查并计算运费', 'Check and compute the freight') }).click();
    await expect(troubles).toBeVisible();
    await expect(buyer).toHaveURL(/\/buy/);
  });

  await test.step('a CSV takes the place of the list; from twenty on the tier price counts', async () => {
    await buyer.getByLabel(t('收货人', 'Recipient')).fill('工会福利组');
    await buyer.getByLabel(t('电话', 'Phone'), { exact: true }).fill('13800138642');
    await buyer.getByLabel(t('地区', 'Region'), { exact: true }).fill('陕西省西安市雁塔区');
    await buyer.getByLabel(t('详细地址', 'Street and house')).fill('长安南路 199 号');
    const csv = Buffer.from('编号,数量\nLC-YQ-250,20\nLC-CQ-250,4\n');
    await buyer
      .getByLabel(t('或上传表格', 'Or upload a sheet'))
      .setInputFiles({ name: '清单.csv', mimeType: 'text/csv', buffer: csv });
    await buyer.getByRole('button', { name: t('读入表格', 'Read the sheet') }).click();
    const good = buyer.getByRole('table', { name: t('可以下单的行', 'Rows that can be ordered') });
    const row = good.getByRole('row').filter({ hasText: 'LC-YQ-250' });
    await expect(row).toContainText('¥92');
    await expect(row).toContainText(/1,?840/);
    await expect(good.getByRole('row').filter({ hasText: 'LC-CQ-250' })).toContainText('¥39');
  });

  const goods = await amount(buyer, t('商品', 'Goods'));
  const total = await amount(buyer, t('应付', 'Total'));
  expect(goods).toBe(20 * 9200 + 4 * 3900);
  expect(total).toBeGreaterThanOrEqual(goods);
  await buyer.getByRole('button', { name: t('提交审批', 'Hand in for approval') }).click();
  await buyer.waitForURL(/\/orders\/XJ/);
  const number = /XJ[0-9A-Z-]+/.exec(buyer.url())?.[0] ?? '';
  const order = `${base}/orders/${number}`;

  await test.step('whoever handed it in cannot approve it', async () => {
    await expect(buyer.getByRole('main')).toContainText(t('等待单位审批人审批', 'Waits for an approver of the unit'));
    await expect(buyer.getByRole('button', { name: t('审批通过', 'Approve') })).toBeHidden();
    const forced = await buyer.request.post('/api/units/approve_order', { form: { unit, number } });
    expect(forced.status()).toBe(403);
  });

  await test.step('the approver approves the sum that was handed in', async () => {
    const approver = await pageOf('approver');
    await visit(approver, order);
    const approve = approver.getByRole('button', { name: t('审批通过', 'Approve') });
    expect(fen(await approve.innerText())).toBe(total);
    await approve.click();
    await expect(approve).toBeHidden();
    await expect(approver.getByRole('main')).toContainText(t('待付款', 'Awaiting payment'));
  });

  const reference = `E2E${Date.now()}`;
  await test.step('finance announces the transfer, and corrects the mistyped reference', async () => {
    const finance = await pageOf('finance');
    await visit(finance, order);
    await finance.getByLabel(t('银行流水号', 'Bank reference')).fill(`${reference}0`);
    await finance.getByRole('button', { name: t('登记汇款', 'Announce the transfer') }).click();
    await expect(finance.getByText(t('已登记汇款，等待到账确认', 'Transfer announced, waiting for confirmation'))).toBeVisible();
    await expect(finance.getByRole('button', { name: t('在线支付', 'Pay online') }), 'not paid twice').toBeHidden();
    await finance.getByText(t('流水号填错了？', 'Was the reference mistyped?')).click();
    await finance.getByLabel(t('银行流水号', 'Bank reference')).fill(reference);
    await finance.getByRole('button', { name: t('更正流水号', 'Correct the reference') }).click();
    await expect(finance.getByText(reference, { exact: true })).toBeVisible();
  });

  await test.step('the captain finds it on the bank statement; another amount is not taken', async () => {
    const captain = await pageOf('captain');
    await visit(captain, at('/sell'));
    await goOn(captain, seen(captain.getByRole('link', { name: t('到账确认', 'Transfers'), exact: true })), /\/transfers/);
    const card = captain.getByRole('article').filter({ hasText: number });
    await expect(card).toContainText(reference);
    await card.getByLabel(t('流水上的到账金额', 'Amount on the statement')).fill(((total - 100) / 100).toFixed(2));
    await card.getByRole('button', { name: t('确认到账', 'The money is here') }).click();
    await expect(captain.getByRole('article').filter({ hasText: number }), 'a yuan is missing').toBeVisible();
    await card.getByLabel(t('流水上的到账金额', 'Amount on the statement')).fill((total / 100).toFixed(2));
    await card.getByRole('button', { name: t('确认到账', 'The money is here') }).click();
    await expect(captain.getByRole('article').filter({ hasText: number })).toBeHidden();

    // What has ended is found again by its day and taken along.
    await goOn(captain, captain.getByRole('link', { name: t('已结束', 'Ended') }), /state=ended/);
    const row = captain.getByRole('row').filter({ hasText: number });
    await expect(row).toContainText(t('已到账', 'It came'));
    await unfold(captain, t);
    await captain.getByLabel(t('哪一种', 'Which'), { exact: true }).selectOption('out');
    await narrow(captain, t, /state=ended.*direction=out/);
    await expect(row, 'no refund').toBeHidden();
    await goOn(captain, captain.getByRole('link', { name: t('清除筛选', 'Clear') }), /state=ended$/);
    await expect(row).toContainText(reference);
    await expectAccessible(captain, 'transfers that ended');
    await expectSheet(captain, t, /^transfers-[\d-]+\.xlsx$/);
  });

  await visit(buyer, order);
  await expect(buyer.getByText(t('已付款', 'Paid'), { exact: true }).first()).toBeVisible();

  await test.step('the report tells of it, by village, and can be taken along', async () => {
    expect(await reportTotal(buyer)).toBe(before + goods);
    await expect(seen(buyer.getByRole('table').getByRole('link', { name: t('乱石沟村', 'Luanshigou') }))).toBeVisible();
    const downloading = buyer.waitForEvent('download');
    await buyer.getByRole('link', { name: t('下载 XLSX', 'Download XLSX') }).click();
    const file = await downloading;
    const bytes = readFileSync(await file.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes.length).toBeGreaterThan(2_000);
  });
});
