// After the sale, when goods travel: sent back for their money, and exchanged for the same goods anew; what is not sent back
// for a mere change of mind; and what need not travel at all.
import { type Page, expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { ZUOLONG, checkOut, listTea, newName, takeOut } from './support/goods';
import { type Translate, addToCart, amount, buy, checkoutSums, expectReasonNeeded, fact, fen, fillRecipient, goOn } from './support/shop';
import { pay, placeOrder, ready, recipient, seen, stayOn, thankedFor, visit, withScriptsOn } from './support/shop';
import { newPhoto } from './support/kept';
import { givenBack, openAfterSaleOfTeam, receive, refundsTold, ship } from './support/shop';

withScriptsOn('phone');

const TEA = '/products/tea-chaoqing';

/** The first page of the seller's team. */
async function homeOf(seller: Page, at: (path: string) => string): Promise<string> {
  await visit(seller, at('/sell'));
  return new URL(seller.url()).pathname.replace(/\/$/, '');
}

/** From the order's page: the form that asks about its one parcel. */
async function openForm(page: Page, t: Translate): Promise<void> {
  await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
}

/** Sends that form about some pieces, and answers where the request stands. */
async function send(page: Page, t: Translate, kind: string, reason: string, pieces: number): Promise<string> {
  await page.getByRole('radio', { name: kind }).check();
  await page.getByLabel(t('原因', 'Reason')).selectOption(reason);
  await page.getByLabel(t('数量', 'Pieces')).fill(String(pieces));
  await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  await expect(page.getByText(t('待卖家答复', 'Waiting for the seller')).first()).toBeVisible();
  return new URL(page.url()).pathname;
}

/** From the order's page: asks about pieces of its one parcel, and answers where the request stands. */
async function ask(page: Page, t: Translate, kind: string, reason: string, pieces: number): Promise<string> {
  await openForm(page, t);
  return send(page, t, kind, reason, pieces);
}

/** The buyer is told where to, and hands the goods to a carrier. */
async function sendBack(page: Page, t: Translate, asked: string, tracking: string): Promise<void> {
  await visit(page, asked);
  await expect(page.getByText(t('待买家寄回', 'Goods to be sent back')).first()).toBeVisible();
  await expect(page.getByRole('main').locator('address'), 'the tea depot').toContainText('0915-2999901');
  const send = page.getByRole('button', { name: t('已经寄出', 'I have sent it') });
  const number = page.getByLabel(t('快递单号', 'Tracking number'));
  await send.click();
  await expect(number, 'not without a number').toHaveAttribute('aria-invalid', 'true');
  await ready(page);
  await page.getByLabel(t('快递', 'Carrier'), { exact: true }).selectOption({ index: 1 });
  await number.fill(tracking);
  await send.click();
  await expect(page.getByText(t('退货在路上', 'Goods on their way back')).first()).toBeVisible();
}

test('goods are sent back, and their money follows with its share of the freight', async ({ page, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const { number } = await buy(page, t, at(TEA), recipient, 2);
  const seller = await pageOf('seller');
  await ship(seller, t, at, number, `RT${Date.now()}`);
  await receive(page, t, at, number);
  const paid = page.locator('aside.summary');
  const goods = await amount(paid, t('商品', 'Goods'));
  const freight = await amount(paid, t('运费', 'Freight'));
  expect(freight, 'the order has a freight to share out').toBeGreaterThan(0);
  const returned = t('退货退款', 'Return and refund');

  await test.step('a changed mind gets the goods paid back, not the freight', async () => {
    await ask(page, t, returned, 'changed_mind', 1);
    expect(await amount(page, t('商品', 'Goods'))).toBe(goods / 2);
    expect(await amount(page, t('运费', 'Freight'))).toBe(0);
    expect(await givenBack(page)).toBe(goods / 2);
    await page.getByRole('button', { name: t('撤回申请', 'Take the request back') }).click();
    await expect(page.getByText(t('买家已撤回', 'Taken back by the buyer')).first()).toBeVisible();
  });

  await visit(page, at(`/orders/${number}`));
  const asked = await ask(page, t, returned, 'quality', 1);
  const due = goods / 2 + Math.floor(freight / 2);
  expect(await givenBack(page), 'one of two pieces with its half of the freight').toBe(due);

  await test.step('the seller wants to see the goods first', async () => {
    await openAfterSaleOfTeam(seller, t, at, number);
    await expect(seller.getByRole('main')).toContainText(t('质量问题', 'Poor quality'));
    expect(await givenBack(seller), 'what the buyer was told').toBe(due);
    await seller.getByRole('button', { name: t('同意退货', 'Agree: goods back first') }).click();
    await expect(seller.getByText(t('待买家寄回', 'Goods to be sent back')).first()).toBeVisible();
  });
  const tracking = `YT${Date.now()}`;
  await sendBack(page, t, asked, tracking);
  await test.step('what sending them cost is entered with its receipt', async () => {
    const send = page.getByRole('button', { name: t('提交邮费', 'Send the postage') });
    await page.getByLabel(t('寄回邮费', 'Postage of the return')).fill('1.5');
    await send.click();
    await expect(page.getByRole('alert').first(), 'not without a receipt').toContainText(t('照片', 'Photos'));
    await ready(page);
    await page.getByLabel(t('邮费凭证', 'Receipt of the postage')).setInputFiles(newPhoto('receipt.png'));
    await send.click();
    await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1') }).first()).toBeVisible();
    expect(await amount(page, t('寄回邮费', 'Postage of the return'))).toBe(150);
  });
  const withPostage = due + 150;
  await expectAccessible(page, 'an after-sale whose goods travel');
  await visit(page, at(`/orders/${number}`));
  await expect(refundsTold(page, t), 'no money before the goods').toHaveCount(0);

  await test.step('they come back, and the money goes', async () => {
    await visit(seller, asked);
    await expect(fact(seller, t('退货快递', 'Sent back by'))).toContainText(tracking);
    await seller.getByRole('radio', { name: t('完好，放回库存', 'As good as new: back to stock') }).check();
    await seller.getByRole('button', { name: t('收到退货，退款', 'The goods are here: refund') }).click();
    await expect(seller.getByText(t('已退款', 'Refunded')).first()).toBeVisible();
    expect(await givenBack(seller)).toBe(withPostage);
    await visit(seller, `${await homeOf(seller, at)}/after-sales?state=ended`);
    const row = seller.getByRole('row').filter({ hasText: number }).filter({ hasText: t('已退款', 'Refunded') });
    await expect(row).toContainText(`¥${(withPostage / 100).toFixed(2)}`);
  });

  await test.step('the buyer sees the same', async () => {
    await visit(page, asked);
    await expect(page.getByRole('listitem').filter({ hasText: t('收到了退货', 'has the goods back') })).toBeVisible();
    expect(await givenBack(page)).toBe(withPostage);
    await visit(page, at(`/orders/${number}`));
    await expect(refundsTold(page, t)).toHaveCount(1);
    expect(fen(await refundsTold(page, t).innerText())).toBe(withPostage);
    await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') }), 'the other piece is kept').toBeVisible();
  });
});

test('what changes once opened is not returned for a change of mind; exchanged, the same is sent anew and no money moves', async ({
  page,
  pageOf,
  t,
  at,
}) => {
  test.setTimeout(180_000);
  const seller = await pageOf('seller');
  const name = newName('开封即饮茶');
  const tea = await listTea(seller, t, at, name, [{ code: 'KF-1', quantity: '20', from: [[ZUOLONG, '20']] }]);

  await test.step('the seller declares it', async () => {
    await visit(seller, tea.listing);
    const rule = seller.getByLabel(t('退货规则', 'Return rule'));
    await expect(rule, 'what packaged food has by itself').toHaveValue('');
    await rule.selectOption('once_opened');
    await stayOn(seller, seller.getByRole('button', { name: t('更新', 'Update'), exact: true }));
    await expect(rule).toHaveValue('once_opened');
  });

  await test.step('and the buyer has to say so, or nothing is ordered', async () => {
    await addToCart(page, t, tea.product);
    await goOn(page, seen(page.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
    await fillRecipient(page, t);
    await checkoutSums(page, t);
    await seen(page.getByRole('button', { name: t('提交订单并付款', 'Place order and pay'), exact: true })).click();
    await expect(page.getByRole('alert')).toContainText(t('拆封商品退货确认', 'Confirmation about opened goods'));
    await ready(page);
    await page.getByRole('checkbox', { name: t(`我确认：${name}`, `I confirm: the quality of ${name}`) }).check();
    await placeOrder(page, t);
    await pay(page, t, 'succeeds');
  });
  const number = await thankedFor(page, t);
  await ship(seller, t, at, number, `EX${Date.now()}`);
  await receive(page, t, at, number);
  await openForm(page, t);
  await expectReasonNeeded(page, t, t('拆封后品质会发生变化', 'Its quality changes once opened'));
  const asked = await send(page, t, t('换货', 'Exchange'), 'quality', 1);
  await expect(page.locator('.totals__sum'), 'no amount is promised').toHaveCount(0);

  await openAfterSaleOfTeam(seller, t, at, number);
  await seller.getByRole('button', { name: t('同意换货', 'Agree to exchange') }).click();
  await expect(seller.getByText(t('待买家寄回', 'Goods to be sent back')).first()).toBeVisible();
  await sendBack(page, t, asked, `YT${Date.now()}`);

  await test.step('they come back, and a parcel waits to be packed for them', async () => {
    await visit(seller, asked);
    await seller.getByRole('radio', { name: t('不能再卖，报损', 'Cannot be sold any more: written off') }).check();
    await seller.getByRole('button', { name: t('收到退货，准备补发', 'The goods are here: send anew') }).click();
    await expect(seller.getByText(t('待补发', 'Replacement to be sent')).first()).toBeVisible();
  });
  const tracking = `NEW${Date.now()}`;
  await ship(seller, t, at, number, tracking);
  await visit(seller, asked);
  await expect(seller.getByText(t('已补发', 'Replaced')).first()).toBeVisible();
  await expect(seller.getByRole('heading', { name: t('现在可以', 'What you can do') }), 'nothing is left to do').toHaveCount(0);
  await visit(seller, `${await homeOf(seller, at)}/after-sales`);
  await expect(seller.getByRole('row').filter({ hasText: number }), 'the case is closed').toHaveCount(0);

  await test.step('the buyer follows the replacement until it is here', async () => {
    await visit(page, asked);
    await expect(page.getByText(t('已补发', 'Replaced')).first()).toBeVisible();
    await visit(page, at(`/orders/${number}`));
    await expect(page.getByRole('heading', { level: 1, name: t('包裹在路上', 'On its way') })).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: t('换货补发', 'replacement') })).toBeVisible();
    await expect(page.getByText(tracking).first()).toBeVisible();
    await receive(page, t, at, number);
    await expect(refundsTold(page, t)).toHaveCount(0);
  });
  await takeOut(seller, t, tea.listing);
});

test('what is short and what is poor is refunded without a return: two parts, and not a fen is left of the order', async ({
  page,
  pageOf,
  t,
  at,
}) => {
  test.setTimeout(120_000);
  const [green, bags] = [t('高山炒青', 'mountain pan-fired green tea'), t('绿茶袋泡', 'green tea bags')];
  await addToCart(page, t, at(TEA));
  await addToCart(page, t, at('/products/tea-bags'));
  const { number, goods, freight, total } = await checkOut(page, t);
  expect(freight, 'the order has a freight to share out').toBeGreaterThan(0);
  const seller = await pageOf('seller');
  await ship(seller, t, at, number, `RO${Date.now()}`);

  const refundOnly = t('仅退款', 'Refund only');
  const piecesOf = (name: string) =>
    page
      .getByRole('group', { name: t('哪些商品', 'Which goods') })
      .locator('.stack')
      .filter({ hasText: name })
      .getByLabel(t('数量', 'Pieces'));
  /** The request as it was sent is agreed to; answers what of it is for the goods and what for their freight. */
  const refunded = async () => {
    await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
    await expect(page.getByRole('heading', { level: 1, name: refundOnly })).toBeVisible();
    const [part, withIt] = [await amount(page, t('商品', 'Goods')), await amount(page, t('运费', 'Freight'))];
    expect(await givenBack(page), 'what the buyer is told').toBe(part + withIt);
    await openAfterSaleOfTeam(seller, t, at, number);
    expect(await givenBack(seller), 'the seller is told the same').toBe(part + withIt);
    await seller.getByRole('button', { name: t('同意退款', 'Agree: refund') }).click();
    await expect(seller.getByText(t('已退款', 'Refunded')).first()).toBeVisible();
    await visit(page, at(`/orders/${number}`));
    return [part, withIt];
  };

  await visit(page, at(`/orders/${number}`));
  await openForm(page, t);
  await page.getByRole('radio', { name: refundOnly }).check();
  await page.getByLabel(t('原因', 'Reason')).selectOption('short');
  await expect(piecesOf(green), 'the only one there is').toHaveValue('1');
  await piecesOf(bags).fill('');
  const [first, firstFreight] = await refunded();
  expect(first, 'one of the two').toBeLessThan(goods);
  expect(firstFreight, 'its share of the freight, rounded down').toBe(Math.floor((freight * first) / goods));
  await expect(refundsTold(page, t)).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') }), 'nothing is sent back').toBeVisible();

  await test.step('the other goods are refunded as well, with all that is left of the freight', async () => {
    await openForm(page, t);
    await expect(piecesOf(green), 'that is settled').toHaveCount(0);
    await page.getByRole('radio', { name: refundOnly }).check();
    await page.getByLabel(t('原因', 'Reason')).selectOption('quality');
    expect(await refunded()).toEqual([goods - first, freight - firstFreight]);
    await expect(refundsTold(page, t)).toHaveCount(2);
    const told = (await refundsTold(page, t).allInnerTexts()).map(fen);
    expect(told.sort((one, other) => one - other)).toEqual([first + firstFreight, total - first - firstFreight].sort((one, other) => one - other));
    await expect(page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), 'nothing is left to ask for').toHaveCount(0);
  });
});
