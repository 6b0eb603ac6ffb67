// Every page that can be reached by links, for everyone who works here: it opens, nothing is out of place on the
// narrowest phone, and the headers that guard it are there.
import { type Page, type Response, expect, test } from './support/test';
import type { Person } from './support/test';
import { hasScripts } from './support/shop';

const PEOPLE: (Person | 'guest')[] = [
  'guest', 'shopper', 'seller', 'captain', 'buyer', 'approver', 'finance', 'treasurer', 'county', 'operator',
];

/** Where nobody links to, or only after something was done. */
const ENTRIES = ['/', '/account', '/sell', '/unit', '/books', '/admin', '/orders', '/products?q=lvcha', '/cart'];

/** The kinds of consoles that this person has not got answer so. */
const CLOSED = [403, 404];

/** The address without what varies, so that each kind of page is opened once. */
function kindOf(path: string): string {
  return path
    .replace(/[?#].*$/, '')
    .replace(/^\/en(?=\/|$)/, '')
    .split('/')
    .map((part) => (/^[0-9a-hjkmnp-tv-z]{13}$/.test(part) || /^XJ/.test(part) ? ':id' : part))
    .join('/')
    .replace(/^\/(products|villages|unit|books)\/(?!new$)[^/]+/, '/$1/:slug')
    .replace(/\/batches\/.+/, '/batches/:code');
}

const isPage = (path: string) =>
  !/^\/(media|pkg|api|upload|webhooks)\//.test(path) && !/\.[a-z]{3,4}(\?|$)/.test(path) && !path.startsWith('//');

/** What has to stand in the headers of every page. */
function headersOf(response: Response): string[] {
  const headers = response.headers();
  const policy = headers['content-security-policy'] ?? '';
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || wrong.push(what));
  must(/script-src[^;]*'nonce-[^']{16,}'/.test(policy), 'CSP: a nonce for scripts');
  must(!/unsafe-inline|'unsafe-eval'/.test(policy), 'CSP: no other unsafe');
  must(/frame-ancestors 'none'/.test(policy), 'CSP: nobody frames us');
  must(/object-src 'none'/.test(policy) || /default-src 'none'/.test(policy), 'CSP: no plug-ins');
  must(/base-uri/.test(policy) && /form-action/.test(policy), 'CSP: base and forms');
  must(headers['x-content-type-options'] === 'nosniff', 'nosniff');
  must(/same-origin/.test(headers['cross-origin-opener-policy'] ?? ''), 'COOP');
  must(headers['cross-origin-resource-policy'] === 'same-origin', 'CORP');
  must(/camera=\(\).*geolocation=\(\)/.test(headers['permissions-policy'] ?? ''), 'Permissions-Policy');
  must(!('access-control-allow-origin' in headers), 'no other site reads it');
  must(!('strict-transport-security' in headers), 'HSTS only behind https');
  must(!!headers['referrer-policy'], 'Referrer-Policy');
  must(!!headers['x-request-id'], 'a request id');
  must(/private|no-store|no-cache/.test(headers['cache-control'] ?? ''), 'no shared cache keeps it');
  for (const cookie of (headers['set-cookie'] ?? '').split('\n').filter(Boolean)) {
    must(/httponly/i.test(cookie) && /samesite=lax/i.test(cookie), `cookie ${cookie.split('=')[0]}`);
  }
  return wrong;
}

async function crawl(page: Page, start: string[]): Promise<{ kinds: Set<string>; wrong: string[] }> {
  const wrong: string[] = [];
  let here = '';
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[34]/.test(message.text())) wrong.push(`${here}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`${here}: ${error.message}`));

  const kinds = new Set<string>();
  const queue = start.map((path) => ({ path, from: '' }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (kinds.has(kindOf(next.path))) continue;
    kinds.add(kindOf(next.path));
    here = next.path;
    const response = await page.goto(next.path);
    const status = response?.status() ?? 0;
    const isClosed = !next.from && CLOSED.includes(status);
    if (status >= 400 && !isClosed) wrong.push(`${here}: ${status}, linked from ${next.from}`);
    if (response) wrong.push(...headersOf(response).map((what) => `${here}: ${what}`));
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (tooWide > 0) wrong.push(`${here}: ${tooWide} px too wide`);
    const links = await page.$$eval('a[href^="/"]', (found) => found.map((link) => link.getAttribute('href') ?? ''));
    for (const path of links) {
      const isOurs = isPage(path) && path.startsWith('/en') === start[0].startsWith('/en');
      if (isOurs && !kinds.has(kindOf(path))) queue.push({ path, from: here });
    }
  }
  return { kinds, wrong };
}

for (const person of PEOPLE) {
  test(`every page that ${person} is led to`, async ({ page, pageOf, at }) => {
    test.skip(!hasScripts(), 'links and headers are the same without scripts');
    test.setTimeout(180_000);
    const own = person === 'guest' ? page : await pageOf(person);
    await own.setViewportSize({ width: 320, height: 640 });
    const { kinds, wrong } = await crawl(own, ENTRIES.map(at));
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
