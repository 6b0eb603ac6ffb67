// Pictures for the README and for looking at: only when asked for, SCREENSHOTS=1.
import { mkdirSync, statSync } from 'node:fs';
import { expect, test } from './support/test';
import { addToCart, buy, isPhone, visit } from './support/shop';

test.skip(!process.env.SCREENSHOTS, 'SCREENSHOTS=1 writes docs/pictures and artifacts/pages');

const README = new URL('../docs/pictures/', import.meta.url).pathname;
const PAGES = 'artifacts/pages';
const LARGEST = 250 * 1024;

test.beforeAll(() => {
  for (const folder of [README, PAGES]) mkdirSync(folder, { recursive: true });
});

type Page = import('@playwright/test').Page;

/** Colours change slowly from one look to the other unless people want no motion. */
test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** Photos below the fold are loaded when they come into sight: bring them there. */
async function settle(page: Page) {
  await page.evaluate(async () => {
    for (const image of document.querySelectorAll('img')) image.loading = 'eager';
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  });
}

async function picture(page: Page, name: string) {
  await settle(page);
  const path = `${README}${name}.png`;
  await page.screenshot({ path, scale: 'css', animations: 'disabled' });
  expect(statSync(path).size, `${name} is small enough for the README`).toBeLessThanOrEqual(LARGEST);
}

/** The page in the light and in the dark. */
async function both(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    const path = `${PAGES}/${name}-${isPhone() ? 375 : 1280}-${colorScheme}.png`;
    await page.screenshot({ path, fullPage: true, scale: 'css', animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

test('pictures of the shop', async ({ page, pageOf }, info) => {
  test.skip(!['phone', 'desktop'].includes(info.project.name));
  test.setTimeout(300_000);
  await visit(page, '/');
  if (isPhone()) await picture(page, 'home-phone');
  await visit(page, '/products/dendrobium-fresh');
  if (!isPhone()) {
    // Photos weigh most in a PNG: a smaller window keeps the README light.
    await page.setViewportSize({ width: 1120, height: 760 });
    const bar = page.getByRole('figure').filter({ hasText: '去了哪里' });
    await bar.evaluate((figure) => figure.scrollIntoView({ block: 'end' }));
    await picture(page, 'product-desktop');
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  const shop: [string, string][] = [
    ['home', '/'],
    ['list', '/products'],
    ['search', '/products?q=lvcha'],
    ['product', '/products/dendrobium-fresh'],
    ['villages', '/villages'],
    ['village', '/villages/jinzhugou'],
    ['cart-empty', '/cart'],
    ['sign-in', '/sign-in'],
    ['register', '/register'],
    ['find-order', '/find-order'],
    ['not-found', '/nowhere'],
    ['about', '/about'],
  ];
  for (const [name, path] of shop) {
    await page.goto(path);
    await both(page, name);
  }
  const zh = (text: string) => text;
  await addToCart(page, zh, '/products/tea-yuqian');
  await both(page, 'cart');
  await visit(page, '/checkout');
  await both(page, 'checkout');
  const { number } = await buy(page, zh, '/products/vermicelli-shenxian');
  await both(page, 'thanks');
  await visit(page, `/orders/${number}`);
  await both(page, 'order');

  const seller = await pageOf('seller');
  await visit(seller, '/sell');
  await both(seller, 'sell');
  const team = new URL(seller.url()).pathname;
  for (const part of ['products', 'parcels', 'transfers']) {
    await visit(seller, `${team}/${part}`);
    await both(seller, `sell-${part}`);
  }
  await visit(seller, `${team}/products`);
  await seller.getByRole('link', { name: '岚河老渡口 明前特级绿茶' }).click();
  await visit(seller, seller.url());
  if (isPhone()) await picture(seller, 'listing-phone');
  await both(seller, 'listing');

  const buyer = await pageOf('buyer');
  for (const part of ['', '/buy', '/orders', '/report']) {
    await visit(buyer, `/unit/university-union${part}`);
    if (!isPhone() && part === '/report') await picture(buyer, 'unit-desktop');
    await both(buyer, `unit${part.replace('/', '-')}`);
  }
  const treasurer = await pageOf('treasurer');
  await visit(treasurer, '/books');
  await both(treasurer, 'books');
  const county = await pageOf('county');
  await visit(county, '/admin');
  await both(county, 'admin');
});
