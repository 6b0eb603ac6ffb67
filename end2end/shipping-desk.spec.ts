// The shipping desk: labels, the numbers of many parcels pasted at once, and what one place of several has to send.
import { readFileSync } from 'node:fs';
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { ZUOLONG, addPlace, checkOut, listTea, newName, takeOut } from './support/goods';
import { addToCart, buy, expectSheet, goOn, narrow, unfold, visit, withScriptsOn } from './support/shop';
import { rowsOf } from './support/workbook';

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

test('whoever packs at one place lists, prints, takes along and ships what leaves from there', async ({ page, pageOf, t, at }) => {
  test.setTimeout(180_000);
  const seller = await pageOf('seller');
  const [name, yard] = [newName('东门毛尖'), newName('东门仓')];
  const tea = await listTea(seller, t, at, name, [{ code: newName('DM').replace(' ', '-'), quantity: '5', from: [[ZUOLONG, '5']] }]);
  await test.step('one tea leaves from a second place', async () => {
    await addPlace(seller, t, tea.team, yard);
    await visit(seller, tea.listing);
    await seller.locator('select[name=place]').selectOption({ label: yard });
    await goOn(seller, seller.getByRole('button', { name: t('更新', 'Update'), exact: true }), /done=saved/);
  });
  // One order leaves from both places, the other one from the team's first.
  await addToCart(page, t, tea.product);
  await addToCart(page, t, at('/products/tea-chaoqing'));
  const { number } = await checkOut(page, t);
  const other = await buy(page, t, at('/products/tea-chaoqing'));

  const main = seller.getByRole('main');
  const cards = seller.getByRole('article');
  const states = seller.getByRole('navigation', { name: t('状态', 'State') });
  const places = seller.getByRole('navigation', { name: t('发货地点', 'Sent from') });
  const here = places.getByRole('link', { name: yard, exact: true });
  const back = seller.getByRole('link', { name: t('返回发货', 'Back to parcels') });
  /** The page is of this place alone, and says so. */
  const expectOwn = async () => {
    await expect(here).toHaveAttribute('aria-current', 'page');
    await expect(main).toContainText(number);
    await expect(main).not.toContainText(other.number);
  };

  await test.step('the cards are those of the place, in every state', async () => {
    await visit(seller, `${tea.team}/parcels`);
    await expect(cards.filter({ hasText: number }), 'a parcel from each place').toHaveCount(2);
    await goOn(seller, here, /\/parcels\?place=[0-9a-z]{13}$/);
    await expectOwn();
    await expect(cards).toHaveCount(1);
    for (const text of [name, yard]) await expect(cards).toContainText(text);
    await expectAccessible(seller, 'parcels of one place');
    const [, ...waiting] = rowsOf(await expectSheet(seller, t, /^orders-[\d-]+\.xlsx$/));
    expect(waiting, 'taken along as they are listed').toHaveLength(1);
    expect(waiting[0]).toContain(number);
    await expect(states.getByRole('link', { name: t('已发货', 'Shipped') })).toHaveAttribute('href', /\/orders\?status=shipped&place=/);
    await goOn(seller, states.getByRole('link', { name: t('超时未发', 'Late') }), /\/parcels\?status=late&place=/);
    await expect(here).toHaveAttribute('aria-current', 'page');
    await expect(seller.getByText(t('这个地点没有超时的包裹', 'Nothing is late at this place'))).toBeVisible();
    expect(rowsOf(await expectSheet(seller, t, /^orders-[\d-]+\.xlsx$/)), 'nor in its sheet').toHaveLength(1);
    await goOn(seller, states.getByRole('link', { name: t('待发货', 'To pack') }), /\/parcels\?place=[0-9a-z]{13}$/);
    await expect(cards).toHaveCount(1);
  });

  await test.step('so are the sheets, on every paper and as a file, and the way back', async () => {
    for (const [words, path, file] of [
      [t('打印全部装箱单', 'Print all packing lists'), /\/packing-lists\?place=/, /\/packing\.pdf\?place=[0-9a-z]{13}$/],
      [t('打印全部面单', 'Print all labels'), /\/labels\?place=/, /\/labels\.pdf\?place=[0-9a-z]{13}$/],
    ] as const) {
      await goOn(seller, seller.getByRole('link', { name: words }), path);
      await expectOwn();
      await expect(seller.getByRole('link', { name: t('下载 PDF', 'Download PDF') })).toHaveAttribute('href', file);
      const papers = seller.getByRole('navigation', { name: t('纸张', 'Paper') });
      await goOn(seller, papers.getByRole('link').last(), /\?place=[0-9a-z]{13}&format=/);
      await expectOwn();
      await goOn(seller, back, /\/parcels\?place=[0-9a-z]{13}$/);
    }
    await goOn(seller, cards.getByRole('link', { name: t('装箱单', 'Packing list') }), /\/packing-list\?place=/);
    await goOn(seller, back, /\/parcels\?place=[0-9a-z]{13}$/);
  });

  await test.step('the sheet for tracking numbers has the rows of the place, or all', async () => {
    const rows = async () => {
      const link = t('下载快递单号模板', 'Template with all that is to be packed');
      const [, ...below] = rowsOf(await expectSheet(seller, t, /^numbers\.xlsx$/, link));
      return below.map((row) => row.join(' '));
    };
    await goOn(seller, seller.getByRole('link', { name: t('批量填快递单号', 'Many numbers at once') }), /\/tracking\?place=/);
    await expectAccessible(seller, 'tracking numbers of one place');
    const own = await rows();
    expect(own).toHaveLength(1);
    for (const text of [number, name]) expect(own[0]).toContain(text);
    await goOn(seller, places.getByRole('link', { name: t('全部地点', 'All places') }), /\/tracking$/);
    const all = (await rows()).join('\n');
    expect(all.split(number), 'both parcels of the order').toHaveLength(3);
    expect(all).toContain(other.number);
    await goOn(seller, here, /\/tracking\?place=/);
    await goOn(seller, back, /\/parcels\?place=[0-9a-z]{13}$/);
  });

  await test.step('the table of orders is narrowed by its form, and taken along', async () => {
    await visit(seller, `${tea.team}/orders?status=to_pack`);
    await unfold(seller, t);
    await seller.getByRole('combobox', { name: t('发货地点', 'Sent from') }).selectOption({ label: yard });
    await narrow(seller, t, /place=[0-9a-z]{13}/);
    await expect(seller.locator('tbody tr')).toHaveCount(1);
    await expect(seller.locator('tbody tr')).toContainText(number);
    const sheet = rowsOf(await expectSheet(seller, t, /^orders-[\d-]+\.xlsx$/)).flat();
    expect(sheet).toContain(number);
    expect(sheet).not.toContain(other.number);
    await goOn(seller, seller.getByRole('link', { name: t('这里的装箱单', 'Packing lists of this place') }), /\/packing-lists\?place=/);
    await expectOwn();
    await goOn(seller, back, /\/parcels\?place=[0-9a-z]{13}$/);
  });

  await test.step('who ships a card comes back to those of the place', async () => {
    const tracking = cards.getByLabel(t('快递单号', 'Tracking number'));
    const ship = cards.getByRole('button', { name: t('标记已发货', 'Mark as shipped') });
    await ship.click();
    await expect(tracking, 'not without a number').toHaveAttribute('aria-invalid', 'true');
    await expectOwn();
    await tracking.fill(`SF${Date.now()}`);
    await goOn(seller, ship, /\/parcels\?shipped=[0-9a-z]{13}&place=[0-9a-z]{13}/);
    await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);
    await expect(seller.getByText(t('这个地点没有要发的货', 'Nothing to pack at this place'))).toBeVisible();
    await goOn(seller, places.getByRole('link', { name: t('全部地点', 'All places') }), /\/parcels$/);
    await expect(cards.filter({ hasText: number }), 'what leaves from elsewhere still waits').toHaveCount(1);
  });

  await takeOut(seller, t, tea.listing);
});
