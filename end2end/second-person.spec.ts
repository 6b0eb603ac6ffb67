// Much money goes back only when two people agree, and once.
import { type Page, expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { type Translate, buy, fen, goOn, ready, recipient, seen, visit, withScriptsOn } from './support/shop';
import { givenBack, openAfterSale, openAfterSaleOfTeam, refundsTold } from './support/shop';

withScriptsOn('phone');

/** Three tins of it cost more than one person may pay back (500 yuan). */
const TEA = '/products/tea-danya';
const TINS = 3;
const SECOND_PERSON_FROM_FEN = 50_000;

type At = (path: string) => string;

async function buyMuch(page: Page, t: Translate, at: At) {
  const bought = await buy(page, t, at(TEA), recipient, TINS);
  expect(bought.total, 'a large order').toBeGreaterThanOrEqual(SECOND_PERSON_FROM_FEN);
  return bought;
}

/** What the page says to whoever may not confirm: that it waits, without a button to confirm it. */
async function expectToWait(page: Page, t: Translate, total: number): Promise<void> {
  await expect(page.getByText(t('待第二人复核', 'Waiting for a second person')).first()).toBeVisible();
  await expect(page.getByText(t('金额较大，同意后还要另一个人复核', 'A large amount: a second person confirms it'))).toBeVisible();
  await expect(page.getByRole('button', { name: t('复核无误', 'Confirm the refund') })).toHaveCount(0);
  expect(await givenBack(page)).toBe(total);
}

/** Confirms the amount as the second person; whoever comes later finds nothing to press. */
async function confirm(page: Page, t: Translate, total: number): Promise<void> {
  const button = page.getByRole('button', { name: t('复核无误，退款', 'Confirm the refund of') });
  expect(fen(await button.innerText()), 'the whole amount').toBe(total);
  await button.click();
  await expect(page.getByText(t('已退款', 'Refunded')).first()).toBeVisible();
  await expect(button).toHaveCount(0);
}

/** The buyer's order: all of it is refunded, by one refund. */
async function expectRefundedOnce(page: Page, t: Translate, at: At, number: string, total: number): Promise<void> {
  await visit(page, at(`/orders/${number}`));
  await expect(page.getByRole('heading', { level: 1, name: t('已取消并退款', 'Cancelled and refunded') })).toBeVisible();
  await expect(refundsTold(page, t)).toHaveCount(1);
  expect(fen(await refundsTold(page, t).innerText())).toBe(total);
}

test('a seller can neither cancel a large paid order nor refund it alone; the captain confirms', async ({ page, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const { number, total } = await buyMuch(page, t, at);
  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await goOn(seller, seen(seller.getByRole('link', { name: t('发货', 'Parcels') })), /\/parcels/);
  const parcel = seller.getByRole('article').filter({ hasText: number });

  await test.step('cancelling is refused, and the page says what to do', async () => {
    await parcel.getByText(t('发不了货，取消并退款', 'Cannot be sent: cancel and refund')).click();
    const reason = parcel.getByLabel(t('原因（顾客会看到）', 'Reason (the buyer sees it)'));
    await reason.fill('大雪封路');
    await parcel.getByRole('button', { name: t('取消订单并退款', 'Cancel the order and refund it') }).click();
    await expect(parcel.getByRole('status')).toContainText(t('用“主动退一部分”', 'use “Give part of the money back”'));
    await expect(reason, 'what was typed stays').toHaveValue('大雪封路');
    await visit(page, at(`/orders/${number}`));
    await expect(page.getByRole('heading', { level: 1, name: t('已付款，等待发货', 'Paid, waiting to be sent') })).toBeVisible();
  });

  await test.step('the seller does so, and it waits for somebody else', async () => {
    await ready(seller);
    await goOn(seller, parcel.getByRole('link', { name: number }), /\/parcels\/[0-9a-z]{13}$/);
    await seller.getByText(t('少了、发不了？主动退一部分', 'Short, or not to be had?')).click();
    await seller.locator('details[open]').getByRole('textbox', { name: new RegExp(`≤ ${TINS}`) }).fill(String(TINS));
    await seller.getByLabel(t('说明（顾客会看到）', 'Why (the buyer sees it)')).fill('大雪封路，发不出去');
    const refund = seller.getByRole('button', { name: t('退款', 'Refund'), exact: true });
    await goOn(seller, refund, /\/after-sales\/[0-9a-z]{13}$/);
    await expectToWait(seller, t, total);
    await expect(seller.getByRole('heading', { name: t('现在可以', 'What you can do') })).toHaveCount(0);
  });
  const given = new URL(seller.url()).pathname;

  await test.step('the buyer reads why, and has no money yet', async () => {
    await visit(page, given);
    const said = page.getByRole('listitem').filter({ hasText: t('主动退款', 'gives money back') });
    await expect(said).toContainText('大雪封路，发不出去');
    await visit(page, at(`/orders/${number}`));
    const own = page.getByRole('region', { name: t('售后', 'After-sales') });
    await expect(own).toContainText(t('待第二人复核', 'Waiting for a second person'));
    await expect(refundsTold(page, t)).toHaveCount(0);
  });

  await test.step('the captain confirms', async () => {
    const captain = await pageOf('captain');
    await openAfterSaleOfTeam(captain, t, at, number);
    await expectAccessible(captain, 'a large refund to confirm');
    await confirm(captain, t, total);
    await captain.reload();
    await expect(captain.getByRole('heading', { name: t('现在可以', 'What you can do') })).toHaveCount(0);
  });
  await visit(seller, given);
  await expect(seller.getByRole('listitem').filter({ hasText: t('复核了退款金额', 'confirmed the amount') })).toHaveCount(1);
  await expectRefundedOnce(page, t, at, number, total);
});

test('whoever agreed does not confirm, not even the captain; the county does', async ({ page, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const { number, total } = await buyMuch(page, t, at);
  await visit(page, at(`/orders/${number}`));
  await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
  await page.getByRole('radio', { name: t('未发货退款', 'Refund before sending') }).check();
  await page.getByLabel(t('原因', 'Reason')).selectOption('changed_mind');
  await page.getByLabel(t('数量', 'Pieces')).fill(String(TINS));
  await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  const asked = new URL(page.url()).pathname;

  const captain = await pageOf('captain');
  await openAfterSaleOfTeam(captain, t, at, number);
  await captain.getByRole('button', { name: t('同意退款', 'Agree: refund') }).click();
  await expectToWait(captain, t, total);

  await test.step('nor does a member, who is no captain', async () => {
    const seller = await pageOf('seller');
    await visit(seller, asked);
    await expectToWait(seller, t, total);
  });
  await visit(page, asked);
  await expectToWait(page, t, total);

  await test.step('the county finds it and confirms', async () => {
    const county = await pageOf('county');
    await visit(county, at('/town/after-sales'));
    await expect(county.getByRole('row').filter({ hasText: number })).toContainText(t('待第二人复核', 'Waiting for a second person'));
    await openAfterSale(county, number);
    await confirm(county, t, total);
  });
  await visit(page, asked);
  await expect(page.getByText(t('已退款', 'Refunded')).first()).toBeVisible();
  await expectRefundedOnce(page, t, at, number, total);
});
