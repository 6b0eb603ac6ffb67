// Every page that can be reached by links, for everyone who works here, and those that nobody links to: it opens,
// nothing is out of place on the narrowest phone, and the headers that guard it are there. What all specs together
// opened is held against the table of pages at the end of the run (support/every-page.ts).
import { type Page, expect, test } from './support/test';
import type { Person } from './support/test';
import { CLOSED, PATTERNS, bare, isFile, isVaried, lookAtFile, patternOf, wrongHeaders } from './support/pages';
import { hasScripts, isPhone } from './support/shop';

const PEOPLE: (Person | 'guest')[] = [
  'guest', 'shopper', 'seller', 'captain', 'buyer', 'approver', 'finance', 'treasurer', 'county', 'operator', 'mark',
  'live-seller',
];

/** Where nobody links to, or only after something was done. */
const ENTRIES = ['/', '/account', '/sell', '/unit', '/books', '/admin', '/orders', '/products?q=lvcha', '/cart'];

/** Who opens every page whose address has no part that varies: without an account, with one, and as the county. */
const EVERYWHERE: (Person | 'guest')[] = ['guest', 'shopper', 'county'];

/** The address without what varies, so that each kind of page is opened once. */
function kindOf(path: string): string {
  return path
    .replace(/[?#].*$/, '')
    .replace(/^\/en(?=\/|$)/, '')
    .split('/')
    .map((part) => (/^[0-9a-hjkmnp-tv-z]{13}$/.test(part) || /^XJ/.test(part) ? ':id' : part))
    .join('/')
    .replace(/^\/(products|villages|unit|books)\/(?!new$)[^/]+/, '/$1/:slug')
    .replace(/^(\/products\/:slug\/batches)\/.+/, '$1/:code');
}

const isPage = (path: string) =>
  !/^\/(media|pkg|api|upload|webhooks)\//.test(path) && !/\.[a-z]{3,4}(\?|$)/.test(path) && !path.startsWith('//');

/**
 * Pages of the table that no link led to, with what stands in addresses that were opened in place of what varies:
 * having seen `/sell/7/products/9`, the preview is at `/sell/7/products/9/preview`.
 */
function unlinked(opened: Map<string, string>, isEverywhere: boolean): string[] {
  const left = PATTERNS.filter((pattern) => !opened.has(pattern));
  return left.flatMap((pattern) => {
    const parts = pattern.split('/');
    const fixed = parts.findLastIndex(isVaried) + 1;
    if (fixed === 0) return isEverywhere ? [pattern] : [];
    const begin = (path: string) => path.split('/').slice(0, fixed);
    const like = [...opened].find(([other]) => begin(other).join('/') === begin(pattern).join('/'));
    return like ? [[...begin(like[1]), ...parts.slice(fixed)].join('/')] : [];
  });
}

interface Crawl {
  start: string[];
  /** What follows from the pages that were found, as addresses. */
  more: (opened: Map<string, string>) => string[];
  /** Where the files that were looked at are noted; of pages the browser tells. */
  noted: Set<string>;
}

async function crawl(page: Page, { start, more, noted }: Crawl): Promise<{ kinds: Set<string>; wrong: string[] }> {
  const wrong: string[] = [];
  let here = '';
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4(03|04|10)/.test(message.text())) wrong.push(`${here}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`${here}: ${error.message}`));

  const kinds = new Set<string>();
  const opened = new Map<string, string>();
  const look = async ({ path, from }: { path: string; from: string }) => {
    kinds.add(kindOf(path));
    here = path;
    const response = await page.goto(path);
    const status = response?.status() ?? 0;
    const isClosed = !from && CLOSED.includes(status);
    if (status >= 400 && !isClosed) wrong.push(`${here}: ${status}, linked from ${from}`);
    if (response) wrong.push(...wrongHeaders(await response.allHeaders()).map((what) => `${here}: ${what}`));
    const { tooWide, by } = await page.evaluate(() => {
      const scrolls = (element: Element | null): boolean =>
        element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
      const sticksOut = (element: Element) =>
        element.getBoundingClientRect().right > innerWidth + 0.5 && !scrolls(element.parentElement);
      const by = [...document.querySelectorAll('body *')].filter(sticksOut).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`);
      return { tooWide: document.documentElement.scrollWidth - innerWidth, by: by.slice(0, 8).join(' ') };
    });
    if (tooWide > 0) wrong.push(`${here}: ${tooWide} px too wide: ${by}`);
    const landed = bare(new URL(page.url()).pathname);
    const pattern = patternOf(landed);
    if (pattern && status < 400 && !opened.has(pattern)) opened.set(pattern, landed);
    return page.$$eval('a[href^="/"]', (found) => found.map((link) => link.getAttribute('href') ?? ''));
  };

  const queue = start.map((path) => ({ path, from: '' }));
  const follow = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (kinds.has(kindOf(next.path))) continue;
      const from = next.path;
      for (const path of await look(next)) {
        const isOurs = isPage(path) && path.startsWith('/en') === start[0].startsWith('/en');
        if (isOurs && !kinds.has(kindOf(path))) queue.push({ path, from });
      }
    }
  };
  await follow();
  const rest = more(opened);
  queue.push(...rest.filter((path) => !isFile(path)).map((path) => ({ path, from: '' })));
  await follow();
  for (const path of rest.filter(isFile)) wrong.push(...(await lookAtFile(page, path, noted)));
  return { kinds, wrong };
}

for (const person of PEOPLE) {
  test(`every page that ${person} is led to`, async ({ page, pageOf, at, opened }) => {
    test.skip(!hasScripts(), 'links and headers are the same without scripts');
    test.setTimeout(300_000);
    const own = person === 'guest' ? page : await pageOf(person);
    await own.setViewportSize({ width: 320, height: 640 });
    // Once is enough for what nobody is led to.
    const more = (found: Map<string, string>) => (isPhone() ? [] : unlinked(found, EVERYWHERE.includes(person)).map(at));
    const { kinds, wrong } = await crawl(own, { start: ENTRIES.map(at), more, noted: opened });
    expect.soft(kinds.size, 'pages were found').toBeGreaterThan(15);
    expect(wrong).toEqual([]);
  });
}

// What every spec relies on: that a violation is seen at all.
test('a script of somebody else does not run, and is noticed', async ({ page, at, refused }) => {
  test.skip(!hasScripts(), 'needs a script that tries');
  await page.goto(at('/'));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "taken over"';
    document.body.append(script);
  });
  await expect.poll(() => refused.length).toBeGreaterThan(0);
  await expect(page).not.toHaveTitle('taken over');
  refused.length = 0;
});
