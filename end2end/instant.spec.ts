// Moving between pages feels instant: a page is fetched while the pointer rests on its link, and the photo of the card
// becomes the photo of the page. Measured through a line with the round trip of a mobile network.
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { type BrowserContext, type Locator, type Page } from '@playwright/test';
import { expect, test } from './support/test';
import { hasScripts, isPhone, ready } from './support/shop';

// Speculation rules stand in the page and work without scripts, but what they did can only be asked with them.
test.skip(() => !hasScripts(), 'measured by scripts');
test.describe.configure({ mode: 'default' });

/** The round trip of the simulated network, that of Lighthouse's phone. */
const ROUND_TRIP_MS = 150;
const VISITS = 5;

/** A wire to the shop that takes half a round trip each way. */
async function slowLine(to: URL): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const [from, into] of [[near, far], [far, near]] as const) {
      from.on('data', (bytes) => setTimeout(() => into.writable && into.write(bytes), ROUND_TRIP_MS / 2));
      from.on('close', () => setTimeout(() => into.destroy(), ROUND_TRIP_MS / 2));
      from.on('error', () => into.destroy());
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

let line: Server | undefined;
let origin = '';

test.beforeAll(async ({}, info) => {
  line = await slowLine(new URL(info.project.use.baseURL as string));
  origin = `http://127.0.0.1:${(line.address() as AddressInfo).port}`;
});

test.afterAll(() => line?.close());

interface Arrival {
  /** How the document came: `navigational-prefetch`, `cache`, or the network. */
  delivery: string;
  /** From the click to the first pixels of the new page, in ms. */
  painted: number;
  /** From the click to the whole document, in ms. */
  document: number;
  shift: number;
  /** Whether the browser moved from page to page instead of cutting. */
  moved: boolean;
}

/** Notes on every page whether the browser moves over to it. */
async function watchTransitions(context: BrowserContext) {
  await context.addInitScript(() => {
    addEventListener('pagereveal', (event) => {
      const told = event as Event & { viewTransition?: unknown };
      (window as unknown as { moved: boolean }).moved = Boolean(told.viewTransition);
    });
  });
}

async function arrival(page: Page): Promise<Arrival> {
  await ready(page);
  return page.evaluate(async () => {
    const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    while (painted() === undefined) await new Promise((done) => setTimeout(done, 20));
    // Long enough for the pictures in sight and the islands.
    await new Promise((done) => setTimeout(done, 400));
    const shift = await new Promise<number>((done) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => done(sum), 100);
    });
    const [document] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (!document) throw new Error('no navigation');
    const { deliveryType } = document as PerformanceNavigationTiming & { deliveryType: string };
    return {
      delivery: document.transferSize === 0 && !deliveryType ? 'cache' : deliveryType,
      painted: Math.round(painted() as number),
      document: Math.round(document.responseEnd),
      shift,
      moved: (window as unknown as { moved?: boolean }).moved === true,
    };
  });
}

/** How long a finger stays on the glass when it taps, in ms. */
const TAP_MS = 90;
/** How long a pointer rests on a link before a browser fetches ahead (200 ms), and some more. */
const REST_MS = 400;

/** Taps as a finger does; Playwright's own taps take no time. */
async function tap(page: Page, link: Locator): Promise<void> {
  const box = await link.boundingBox();
  if (!box) throw new Error('nothing to tap');
  const finger = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await page.waitForTimeout(TAP_MS);
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** What the browser fetches ahead, as it tells. */
async function watchAhead(page: Page) {
  const paths = { begun: [] as string[], ready: [] as string[] };
  const browser = await page.context().newCDPSession(page);
  await browser.send('Network.enable');
  await browser.send('Preload.enable');
  browser.on('Preload.prefetchStatusUpdated', ({ prefetchUrl, status }) => {
    const { pathname } = new URL(prefetchUrl);
    paths.begun.push(pathname);
    if (status === 'Ready') paths.ready.push(pathname);
  });
  return {
    begun: paths.begun,
    has: (path: string) => expect.poll(() => paths.ready, { message: `${path} is fetched ahead` }).toContain(path),
    stop: () => browser.detach(),
  };
}

/** Opens the list and follows a card of it, after the pointer has rested there for a while, or at once. */
async function follow(page: Page, at: (path: string) => string, card: number, rest: boolean): Promise<Arrival> {
  await page.goto(origin + at('/products'));
  await ready(page);
  const link = page.locator('.card__name a').nth(card);
  await link.scrollIntoViewIfNeeded();
  const path = new URL((await link.getAttribute('href')) as string, origin).pathname;
  if (rest) {
    const ahead = await watchAhead(page);
    await link.hover();
    await ahead.has(path);
    await ahead.stop();
  }
  await link.click();
  await page.waitForURL(origin + path);
  return arrival(page);
}

const median = (figures: number[]) => [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] as number;

test('a page that was fetched ahead is there at once', async ({ page, at, refused }, info) => {
  test.skip(isPhone(), 'a finger does not rest on a link');
  test.setTimeout(120_000);
  await watchTransitions(page.context());
  // The files that all pages share are in the cache, as on any second page.
  await follow(page, at, 0, false);
  const rested: Arrival[] = [];
  const rushed: Arrival[] = [];
  for (let visit = 1; visit <= VISITS; visit += 1) {
    rushed.push(await follow(page, at, 2 * visit - 1, false));
    rested.push(await follow(page, at, 2 * visit, true));
  }
  const said = (arrivals: Arrival[]) =>
    `document ${median(arrivals.map((one) => one.document))} ms, painted ${median(arrivals.map((one) => one.painted))} ms`;
  const told = `list to product at ${ROUND_TRIP_MS} ms round trip, median of ${VISITS}: fetched ahead ${said(rested)}; not ${said(rushed)}`;
  info.annotations.push({ type: 'figures', description: told });
  console.log(told);
  expect(rested.map((one) => one.delivery), 'answered from what was fetched ahead').toEqual(Array(VISITS).fill('navigational-prefetch'));
  expect(Math.max(...[...rested, ...rushed].map((one) => one.shift)), 'nothing shifts').toBe(0);
  expect(rested.every((one) => one.moved), 'the browser moves over').toBe(true);
  // Not a round trip is left: the document is complete before it could have been asked for.
  expect(median(rested.map((one) => one.document))).toBeLessThan(ROUND_TRIP_MS);
  expect(median(rested.map((one) => one.painted))).toBeLessThan(median(rushed.map((one) => one.painted)));
  expect(refused).toEqual([]);
});

test('a tap begins to fetch the page when the finger touches the link', async ({ page, at }, info) => {
  test.skip(!isPhone(), 'for fingers');
  test.setTimeout(120_000);
  await follow(page, at, 0, false);
  const arrivals: Arrival[] = [];
  for (let visit = 1; visit <= VISITS; visit += 1) {
    await page.goto(origin + at('/products'));
    await ready(page);
    const link = page.locator('.card__name a').nth(visit);
    await link.scrollIntoViewIfNeeded();
    const path = (await link.getAttribute('href')) as string;
    await tap(page, link);
    await page.waitForURL(origin + path);
    arrivals.push(await arrival(page));
  }
  const told = `list to product by a tap of ${TAP_MS} ms at ${ROUND_TRIP_MS} ms round trip, median of ${VISITS}: document ${median(arrivals.map((one) => one.document))} ms, painted ${median(arrivals.map((one) => one.painted))} ms`;
  info.annotations.push({ type: 'figures', description: told });
  console.log(told);
  expect(arrivals.map((one) => one.delivery)).toEqual(Array(VISITS).fill('navigational-prefetch'));
  expect(median(arrivals.map((one) => one.document)), 'the tap itself was not wasted').toBeLessThan(ROUND_TRIP_MS);
  expect(Math.max(...arrivals.map((one) => one.shift)), 'nothing shifts').toBe(0);
});

test('fetching ahead starts no session, and leaves what belongs to somebody alone', async ({ page, at, context }) => {
  test.skip(isPhone(), 'a finger does not rest on a link');
  const ahead = await watchAhead(page);
  await page.goto(origin + at('/products'));
  await ready(page);
  const restOn = async (card: number) => {
    const link = page.locator('.card__name a').nth(card);
    const path = new URL((await link.getAttribute('href')) as string, origin).pathname;
    await link.hover();
    await ahead.has(path);
  };
  await restOn(0);
  for (const [card, path] of [[1, '/cart'], [2, '/sign-in']] as const) {
    await page.locator(`header a[href="${at(path)}"]`).first().hover();
    // As long as the pointer has to rest on any link. What it rests on next comes, so what was before would have come.
    await page.waitForTimeout(REST_MS);
    await restOn(card);
  }
  expect(ahead.begun.filter((path) => /cart|sign-in/.test(path))).toEqual([]);
  expect(await context.cookies()).toEqual([]);
});

test('what goes into the cart is on the next page, although that page was fetched before', async ({ page, t, at }) => {
  test.skip(isPhone(), 'a finger does not rest on a link');
  await page.goto(origin + at('/products/vermicelli-shenxian'));
  await ready(page);
  const list = page.locator(`header a[href="${at('/products')}"]`).first();
  const ahead = await watchAhead(page);
  await list.hover();
  await ahead.has(at('/products'));
  await page.getByRole('button', { name: t('加入购物车', 'Add to cart') }).click();
  await expect(page.getByRole('status').getByText(t('已加入购物车', 'In your cart now'))).toBeVisible();
  await list.click();
  await page.waitForURL(origin + at('/products'));
  await expect(page.locator('header [data-cart-badge]')).toHaveText('1');
});

test('a browser without speculation rules fetches ahead, too, and whoever saves data is left alone', async ({ page, at }) => {
  for (const saveData of [false, true]) {
    const context = await page.context().browser()?.newContext({ hasTouch: isPhone(), isMobile: isPhone(), locale: 'zh-CN' });
    const other = (await context?.newPage()) as Page;
    await other.addInitScript((save) => {
      HTMLScriptElement.supports = () => false;
      Object.defineProperty(navigator, 'connection', { value: { saveData: save } });
    }, saveData);
    // Such a browser would not read the rules; this one is kept from it.
    await other.route('**/products', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/<script type="speculationrules"[\s\S]*?<\/script>/, '');
      await route.fulfill({ response: answer, body });
    });
    await other.goto(origin + at('/products'));
    await ready(other);
    // While answers are changed on their way nothing is kept.
    await other.unrouteAll();
    const link = other.locator('.card__name a').first();
    const hints = other.locator('head link[rel=prefetch]');
    const path = (await link.getAttribute('href')) as string;
    if (isPhone()) await link.dispatchEvent('pointerover', { pointerType: 'touch', bubbles: true });
    else await link.hover();
    await other.waitForTimeout(500);
    expect(await hints.evaluateAll((all) => all.map((hint) => hint.getAttribute('href')))).toEqual(saveData ? [] : [origin + path]);
    if (!saveData) {
      await link.click();
      await other.waitForURL(origin + path);
      expect((await arrival(other)).delivery, 'it does not ask again').toBe('cache');
    }
    await context?.close();
  }
});

test('who wants no motion gets none', async ({ browser, at }) => {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'zh-CN' });
  await watchTransitions(context);
  const page = await context.newPage();
  expect((await follow(page, at, 0, false)).moved).toBe(false);
  await context.close();
});
