// No violation that axe can find, nothing wider than a narrow phone, and enough contrast in the dark.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { startListing } from './support/listing';
import { addToCart, checkoutSums, fillRecipient, hasScripts, isPhone, pay, placeOrder, ready, seen, thankedFor, visit } from './support/shop';

test.skip(() => !hasScripts(), 'axe is a script');

const SHOP = ['/', '/products', '/products?q=lvcha&category=tea', '/products/dendrobium-fresh', '/villages', '/villages/jinzhugou', '/sign-in', '/register', '/find-order'];

/** Nothing sticks out at the width of the narrowest phones. */
async function expectNarrow(page: import('@playwright/test').Page, what: string) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  // Over one pixel: widths are rounded.
  const widest = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth + 1;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > limit)
      .slice(0, 5)
      .map((element) => element.outerHTML.slice(0, 120));
  });
  expect(widest, `${what} fits into 320 pixels`).toEqual([]);
  if (before) await page.setViewportSize(before);
}

for (const path of SHOP) {
  test(`${path} is accessible`, async ({ page, at }) => {
    await visit(page, at(path));
    await expectAccessible(page, path);
    await expectNarrow(page, path);
  });
}

test('cart, checkout and order are accessible, also when something is wrong', async ({ page, t, at }) => {
  await visit(page, at('/cart'));
  await expectAccessible(page, 'the empty cart');
  await addToCart(page, t, at('/products/tea-yuqian'));
  await expectAccessible(page, 'the cart');
  await expectNarrow(page, 'the cart');
  await visit(page, at('/checkout'));
  await expectAccessible(page, 'the checkout');
  await expectNarrow(page, 'the checkout');
  await seen(page.getByRole('button', { name: t('确认地址，计算运费', 'Confirm address, see freight') })).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await ready(page);
  await expectAccessible(page, 'the checkout with errors');

  await fillRecipient(page, t);
  await checkoutSums(page, t);
  await placeOrder(page, t);
  await expectAccessible(page, 'the payment page');
  await pay(page, t, 'abandoned');
  await ready(page);
  await expectAccessible(page, 'an order that is not paid');
  await expectNarrow(page, 'an order that is not paid');
  await seen(page.getByRole('button', { name: t('去付款', 'Pay') })).click();
  await pay(page, t, 'succeeds');
  const number = await thankedFor(page, t);
  await expectAccessible(page, 'the thanks');
  await visit(page, at(`/orders/${number}`));
  await expectAccessible(page, 'a paid order');
  await expectNarrow(page, 'a paid order');
});

test('the seller’s pages are accessible', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await visit(page, at('/sell'));
  // The bar under the thumb lies over whatever passes beneath it; at the end of the page it lies over nothing.
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expectAccessible(page, 'the seller’s home');
  await expectNarrow(page, 'the seller’s home');
  const listing = await startListing(page, t, at);
  await expectAccessible(page, 'a new listing');
  await expectNarrow(page, 'a new listing');
  await page.getByRole('button', { name: t('上架', 'Publish'), exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await ready(page);
  await expectAccessible(page, 'a refused listing');
  await visit(page, `${listing}/stock`);
  await expectAccessible(page, 'batches and stock');
  await expectNarrow(page, 'batches and stock');
  const team = listing.replace(/\/products\/.*/, '');
  for (const part of ['products', 'parcels', 'transfers']) {
    await visit(page, `${team}/${part}`);
    await expectAccessible(page, part);
    await expectNarrow(page, part);
  }
});

test('the pages of unit, collective and corps are accessible', async ({ pageOf, at }) => {
  const pages = [
    ['buyer', ['/unit/university-union', '/unit/university-union/buy', '/unit/university-union/orders', '/unit/university-union/report']],
    ['treasurer', ['/books']],
    ['county', ['/admin', '/account']],
  ] as const;
  for (const [person, paths] of pages) {
    const page = await pageOf(person);
    for (const path of paths) {
      await visit(page, at(path));
      await expectAccessible(page, path);
      await expectNarrow(page, path);
    }
  }
});

test('the dark looks have enough contrast', async ({ page, at }) => {
  test.skip(!isPhone(), 'the colours are the same everywhere');
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const path of ['/', '/products', '/products/dendrobium-fresh', '/villages/jinzhugou', '/sign-in']) {
    await visit(page, at(path));
    await expectAccessible(page, `${path} in the dark`, ['color-contrast']);
  }
});
