// The shipping desk: labels, and the numbers of many parcels pasted at once.
import { readFileSync } from 'node:fs';
import { expect, test } from './support/test';
import { buy, goOn, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

test('numbers are pasted, looked at and applied', async ({ page, pageOf, t, at }) => {
  const { number } = await buy(page, t, at('/products/tea-chaoqing'));
  const other = await buy(page, t, at('/products/tea-chaoqing'));

  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await goOn(seller, seller.getByRole('link', { name: t('发货', 'Parcels') }).filter({ visible: true }).first(), /\/parcels/);
  const card = seller.getByRole('article').filter({ hasText: number });
  await expect(card).toContainText(t('最晚发货', 'Send by'));

  await test.step('the label is as large as its paper says', async () => {
    await goOn(seller, card.getByRole('link', { name: t('面单', 'Label') }), /\/label$/);
    for (const text of [number, '林小满', '13800138642']) await expect(seller.getByRole('main')).toContainText(text);
  });

  await test.step('the same label is there as a file, and so are all of them and the packing lists', async () => {
    const pdf = async (name: RegExp) => {
      const downloading = seller.waitForEvent('download');
      await seller.getByRole('link', { name: t('下载 PDF', 'Download PDF') }).click();
      const file = await downloading;
      expect(file.suggestedFilename()).toMatch(name);
      expect(readFileSync(await file.path()).subarray(0, 5).toString()).toBe('%PDF-');
    };
    const address = await seller.getByRole('link', { name: t('下载 PDF', 'Download PDF') }).getAttribute('href');
    const answer = await seller.request.get(new URL(address!, seller.url()).href);
    expect(answer.headers()['content-type']).toBe('application/pdf');
    await pdf(/^label-.*\.pdf$/);
    await goOn(seller, seller.getByRole('navigation', { name: t('纸张', 'Paper') }).getByRole('link', { name: /^A4/ }), /label\?format=a4$/);
    await expect(seller.getByRole('main'), 'the same label on other paper').toContainText(number);
    await expect(seller.getByRole('link', { name: t('下载 PDF', 'Download PDF') })).toHaveAttribute('href', /label\.pdf\?format=a4$/);
    await pdf(/^label-.*\.pdf$/);
    const desk = seller.url().replace(/\/[^/]+\/label\?format=a4$/, '');
    await visit(seller, `${desk}/labels`);
    await pdf(/^labels\.pdf$/);
    await visit(seller, `${desk}/packing-lists`);
    await pdf(/^packing\.pdf$/);
    await visit(seller, `${desk}/packing-lists?format=100x150`);
    await expect(seller.getByRole('link', { name: '100' }), 'the paper that is shown').toHaveAttribute('aria-current', 'page');
    await pdf(/^packing\.pdf$/);
    await visit(seller, desk);
  });

  await goOn(seller, seller.getByRole('link', { name: t('批量填快递单号', 'Many numbers at once') }), /\/tracking$/);
  const first = `SF${Date.now()}`;
  const list = seller.getByLabel(t('快递单号清单', 'The list'));
  await list.fill(`${number} 顺丰 ${first}\n${other.number} 中通\nNOBODY 中通 ZT1`);
  await seller.getByRole('button', { name: t('查看每一行', 'Look at the rows'), exact: true }).click();
  await expect(seller.getByText(t('缺少快递', 'Carrier is missing'))).toBeVisible();
  await expect(seller.getByText(t('没有这个订单或包裹，请核对号码', 'There is no such order or parcel: check the number'))).toBeVisible();
  await expect(seller.getByRole('button', { name: t('应用全部', 'Apply all') })).toHaveCount(0);

  await test.step('what is right is applied, and nothing else', async () => {
    for (const _twice of [1, 2]) {
      const apply = seller.getByRole('button', { name: t('只应用勾选的行', 'Apply the ticked rows') });
      if ((await apply.count()) === 0) break;
      await apply.click();
      await expect(seller.getByText(t('1 行已生效', 'Rows in effect: 1'))).toBeVisible();
    }
  });
  await visit(page, at(`/orders/${number}`));
  await expect(page.getByText(first).first()).toBeVisible();
  await visit(page, at(`/orders/${other.number}`));
  await expect(page.getByRole('heading', { level: 1, name: t('已付款，等待发货', 'Paid, waiting to be sent') })).toBeVisible();
});
