// One order in two parcels: split, merged, sent; numbers and carriers' news from files and from a carrier's network; and what
// the buyer sees of it.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Page, expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { checkOut } from './support/goods';
import { addToCart, amount, buy, goOn, visit, withScriptsOn } from './support/shop';
import { csv, rowsOf } from './support/workbook';

withScriptsOn('phone');

/** A carrier's network tells the shop something, signed with this secret; answers the status. */
async function tell(page: Page, secret: string, event: Record<string, unknown>): Promise<number> {
  const [at, body] = [Math.floor(Date.now() / 1000), JSON.stringify({ events: [event] })];
  const code = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  const headers = { 'carrier-signature': `t=${at},v1=${code}`, 'content-type': 'application/json' };
  return (await page.request.post('/webhooks/carrier', { headers, data: Buffer.from(body) })).status();
}

test('an order leaves in two parcels, with a number by hand and one from a file', async ({ page, pageOf, t, at }) => {
  test.setTimeout(150_000);
  const green = t('高山炒青', 'mountain pan-fired green tea');
  const bags = t('绿茶袋泡', 'green tea bags');
  const [sent, toPack] = [t('已发货', 'Shipped'), t('待发货', 'To be packed')];

  await addToCart(page, t, at('/products/tea-chaoqing'));
  await addToCart(page, t, at('/products/tea-bags'));
  const { number, total, freight } = await checkOut(page, t);
  expect(freight, 'there is freight to divide').toBeGreaterThan(0);
  const other = await buy(page, t, at('/products/tea-chaoqing'));
  /** The box of the parcel with these goods on the buyer's page. */
  const box = (goods: string) => page.locator('section.order').filter({ hasText: goods });

  // Lists of numbers are kept by person, the last three: the captain's are not the ones of shipping-desk.spec.ts.
  const desk = await pageOf('captain');
  await visit(desk, at('/sell'));
  const parcels = `${new URL(desk.url()).pathname.replace(/\/$/, '')}/parcels`;
  const card = desk.getByRole('article').filter({ hasText: number });
  const split = desk.locator('form').filter({ has: desk.getByRole('button', { name: t('拆分', 'Split'), exact: true }) });
  const splitBags = async () => {
    if (!(await split.isVisible())) {
      await desk.getByText(t('一箱装不下？拆成两个包裹', 'Too much for one box? Split the parcel')).click();
    }
    await split.getByLabel(green).fill('');
    await split.getByLabel(bags).fill('1');
    await goOn(desk, split.getByRole('button'), /split=1/);
    await expect(desk.getByText(t('已拆成新包裹，就是这一个', 'Split: this is the new parcel'))).toBeVisible();
    await expect(card).toContainText(bags);
    await expect(card).not.toContainText(green);
  };

  await test.step('something has to stay in a parcel that is split', async () => {
    await visit(desk, parcels);
    await goOn(desk, card.getByRole('link', { name: number }), /\/parcels\/[^/]+$/);
    await expectAccessible(desk, 'a parcel');
    await desk.getByText(t('一箱装不下？拆成两个包裹', 'Too much for one box? Split the parcel')).click();
    for (const goods of [green, bags]) await split.getByLabel(goods).fill('1');
    await split.getByRole('button').click();
    await expect(split.getByRole('alert')).toBeVisible();
    await expect(split.getByLabel(bags), 'what was typed stays').toHaveValue('1');
  });

  await test.step('split, merged and split again, the buyer pays no fen more', async () => {
    await splitBags();
    await visit(page, at(`/orders/${number}`));
    await expect(page.getByRole('heading', { name: t('包裹 2', 'Parcel 2') })).toBeVisible();

    await desk.getByText(t('一箱装得下？合并包裹', 'All fits into one box? Merge parcels')).click();
    await expect(desk.getByRole('checkbox', { name: t('包裹', 'Parcel') })).toBeChecked();
    await goOn(desk, desk.getByRole('button', { name: t('合并到这个包裹', 'Merge into this one') }), /merged=1/);
    for (const goods of [green, bags]) await expect(card).toContainText(goods);
    await visit(page, at(`/orders/${number}`));
    await expect(box(green), 'one parcel again').toContainText(bags);
    await expect(page.getByRole('heading', { name: t('包裹 2', 'Parcel 2') })).toHaveCount(0);

    await splitBags();
    await visit(page, at(`/orders/${number}`));
    await expect(box(green)).not.toContainText(bags);
    expect(await amount(page, t('运费', 'Freight'))).toBe(freight);
    expect(await amount(page, t('实付', 'Paid'))).toBe(total);
  });

  const [first, second, third] = ['SF', 'YT', 'ZT'].map((carrier) => `${carrier}${Date.now()}`);
  const ownId = new URL(desk.url()).pathname.split('/').pop()!;
  await test.step('the green tea leaves first', async () => {
    await visit(desk, parcels);
    const greenCard = card.filter({ hasText: green });
    await greenCard.getByLabel(t('快递', 'Carrier'), { exact: true }).selectOption({ label: t('顺丰速运', 'SF Express') });
    await greenCard.getByLabel(t('快递单号', 'Tracking number')).fill(first);
    await greenCard.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
    await expect(desk.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);

    await visit(page, at(`/orders/${number}`));
    for (const text of [sent, first]) await expect(box(green)).toContainText(text);
    await expect(box(bags)).toContainText(toPack);
  });

  const template = async (name: string) => {
    await visit(desk, parcels.replace(/parcels$/, 'tracking'));
    const downloading = desk.waitForEvent('download');
    await desk.getByRole('link', { name }).click();
    return rowsOf(readFileSync(await (await downloading).path()));
  };
  const upload = async (kind: string, rows: string[][]) => {
    await visit(desk, parcels.replace(/parcels$/, 'tracking'));
    await desk.getByLabel(t('内容', 'What it holds'), { exact: true }).selectOption(kind);
    await desk.getByLabel(t('选择表格', 'Choose a sheet')).setInputFiles(csv(rows));
    await goOn(desk, desk.getByRole('button', { name: t('上传并查看每一行', 'Upload and look at the rows') }), /\/tracking\/[^/?]+$/);
  };
  const applyAll = desk.getByRole('button', { name: t('应用全部', 'Apply all') });

  await test.step('the template lists what is to be packed; a wrong row is named and nothing is applied', async () => {
    const [head, ...rows] = await template(t('下载快递单号模板', 'Template with all that is to be packed'));
    const own = rows.filter((row) => row.join(' ').includes(number));
    expect(own.map((row) => row[0]), 'what has left is not listed').toEqual([ownId]);
    expect(own[0][3]).toContain(bags);
    const filled = (secondNumber: string, thirdNumber: string) => [
      head,
      [ownId, t('圆通速递', 'YTO Express'), secondNumber, own[0][3]],
      [other.number, t('中通快递', 'ZTO Express'), thirdNumber, ''],
    ];

    await upload('numbers', filled(second, ''));
    await expectAccessible(desk, 'what a list would do');
    const wrong = desk.getByRole('row').filter({ hasText: other.number });
    await expect(wrong).toContainText(t('缺少快递单号', 'Tracking number is missing'));
    await expect(wrong.locator('td').filter({ hasText: /^3$/ }), 'by its row').toHaveCount(1);
    await expect(applyAll).toHaveCount(0);
    await visit(page, at(`/orders/${number}`));
    await expect(box(bags), 'nothing of it is applied').toContainText(toPack);

    await upload('numbers', filled(second, third));
    await applyAll.click();
    await expect(desk.getByText(t('2 行已生效', 'Rows in effect: 2'))).toBeVisible();
    await visit(page, at(`/orders/${number}`));
    for (const text of [sent, second]) await expect(box(bags)).toContainText(text);
    await visit(page, at(`/orders/${other.number}`));
    await expect(page.getByText(third).first()).toBeVisible();
  });

  await test.step('the carrier tells that one has been delivered; it is still for the buyer to say so', async () => {
    const [head] = await template(t('下载物流轨迹模板', 'Template for events'));
    const now = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    await upload('events', [head, [t('顺丰速运', 'SF Express'), first, t('已签收', 'delivered'), now, '西安雁塔']]);
    await expect(desk.getByRole('row').filter({ hasText: first })).toContainText('西安雁塔');
    await applyAll.click();
    await expect(desk.getByText(t('1 行已生效', 'Rows in effect: 1'))).toBeVisible();

    await visit(page, at(`/orders/${number}`));
    const delivered = t('快递显示已送达', 'Delivered, says the carrier');
    for (const text of [delivered, '西安雁塔', sent]) await expect(box(green)).toContainText(text);
    await expect(box(bags)).not.toContainText(delivered);
    await box(green).getByRole('button', { name: t('确认收货', 'I have received it') }).click();
    await expect(box(green)).toContainText(t('已签收', 'Received'));
    await expect(box(bags)).toContainText(sent);
  });

  await test.step('the network of the other carrier tells by itself where the second parcel is', async () => {
    const secret = process.env.CARRIER_SECRET ?? '';
    expect(secret, 'the server takes notices signed with CARRIER_SECRET, as `cargo xtask e2e` starts it').not.toBe('');
    const event = { carrier: '圆通速递', tracking_number: second, place: '西安高新', happened_at_ms: Date.now() };
    expect(await tell(page, 'somebody else’s secret', { ...event, status: 'delivered' }), 'forged').toBe(400);
    for (const _twice of [1, 2]) expect(await tell(page, secret, { ...event, status: 'out_for_delivery' })).toBe(200);
    await visit(page, at(`/orders/${number}`));
    const news = box(bags).getByRole('listitem').filter({ hasText: '西安高新' });
    await expect(news, 'told twice, shown once, and nothing that was forged').toHaveCount(1);
    await expect(news).toContainText(t('派送中', 'Out for delivery'));
    await expect(box(bags)).toContainText(sent);
  });
});
