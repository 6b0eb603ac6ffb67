// Every way a payment can go ends in one right state of the order.
import { expect, test } from './support/test';
import { amount, goOn, hasScripts, orderUpToPayment, pay, seen, thankedFor, withScriptsOn } from './support/shop';

// The pages are the same with and without scripts, so one of each language is enough.
withScriptsOn('desktop');

const GOODS = '/products/vermicelli-shenxian';

test('a declined payment can be tried again', async ({ page, t, at }) => {
  const total = await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'declined');
  await expect(page.getByRole('alert')).toContainText(t('没有成功', 'declined'));
  await pay(page, t, 'succeeds');
  const number = await thankedFor(page, t);
  await goOn(page, page.getByRole('link', { name: t('查看订单', 'See the order') }), new RegExp(number));
  expect(await amount(page, t('实付', 'Paid'))).toBe(total);
});

test('an abandoned payment leaves the goods held for a while, and can be taken up again', async ({ page, t, at }) => {
  await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'abandoned');
  await expect(page.getByRole('timer')).toContainText(/\d+:\d\d/);
  await expect(page.getByText(t('等待付款', 'Waiting for payment')).first()).toBeVisible();
  await seen(page.getByRole('button', { name: t('去付款', 'Pay') })).click();
  await pay(page, t, 'succeeds');
  await thankedFor(page, t);
});

test('money that takes its time becomes a paid order without paying twice', async ({ page, t, at }) => {
  test.skip(hasScripts(), 'the waiting page renews itself without scripts');
  await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'arrives later');
  // The page looks again by itself; the demonstration's money is a few seconds late.
  const waiting = page.getByRole('heading', { name: t('正在确认付款', 'Confirming the payment') });
  await expect(waiting).toBeVisible();
  await expect(page.getByRole('button', { name: t('去付款', 'Pay') })).toBeHidden();
  await expect(page.getByRole('heading', { name: t('谢谢，付款成功', 'Thank you, it is paid') })).toBeVisible({
    timeout: 45_000,
  });
});

test('money that never comes can be paid another time', async ({ page, t, at }) => {
  test.skip(!hasScripts(), 'waiting takes long: once is enough');
  await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'fails later');
  await expect(page.getByRole('heading', { name: t('还没有收到付款', 'No payment yet') })).toBeVisible({ timeout: 45_000 });
  await seen(page.getByRole('button', { name: t('去付款', 'Pay') })).click();
  await pay(page, t, 'succeeds');
  await thankedFor(page, t);
});

test('a paid order that has not left is cancelled with all its money back', async ({ page, t, at }) => {
  const total = await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'succeeds');
  const number = await thankedFor(page, t);
  await goOn(page, page.getByRole('link', { name: t('查看订单', 'See the order') }), new RegExp(number));
  await page.getByText(t('取消订单', 'Cancel the order')).first().click();
  await seen(page.getByRole('button', { name: t('取消订单', 'Cancel the order') })).click();
  await expect(page.getByRole('heading', { level: 1, name: t('已取消并退款', 'Cancelled and refunded') })).toBeVisible();
  const refund = page.getByText(new RegExp(t('退款', 'Refund'), 'i')).filter({ hasText: '¥' }).first();
  await expect(refund).toContainText((total / 100).toFixed(2));
  // What is cancelled cannot be paid or cancelled once more.
  await expect(page.getByRole('button', { name: t('去付款', 'Pay') })).toBeHidden();
  await expect(page.getByRole('button', { name: t('取消订单', 'Cancel the order') })).toBeHidden();
});

test('an unpaid order is cancelled and asks for nothing more', async ({ page, t, at }) => {
  await orderUpToPayment(page, t, at(GOODS));
  await pay(page, t, 'abandoned');
  const toOrder = page.getByRole('link', { name: t('查看订单', 'See the order') });
  if (await toOrder.isVisible()) await goOn(page, toOrder, /\/orders\//);
  await page.getByText(t('取消订单', 'Cancel the order')).first().click();
  await seen(page.getByRole('button', { name: t('取消订单', 'Cancel the order') })).click();
  await expect(page.getByRole('heading', { level: 1, name: t('已取消', 'Cancelled'), exact: true })).toBeVisible();
});
