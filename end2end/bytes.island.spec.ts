// What a first visit costs in bytes, and that the whole journey of a buyer passes without a complaint of the browser.
import { expect, test } from './support/test';
import { goOn, isPhone, orderUpToPayment, pay, ready, thankedFor, visit } from './support/shop';

test.skip(() => isPhone(), 'bytes are the same everywhere');

const KB = 1000;
const BUDGET = { program: 100 * KB, style: 20 * KB, document: 30 * KB };

/** Where shoppers arrive, a page of each kind: whichever they open first has to fit. */
const FIRST = ['/products/dendrobium-fresh', '/', '/products', '/villages/jinzhugou'];

for (const first of FIRST) {
  test(`the first visit of ${first} stays within its budget`, async ({ page, at }) => {
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const kinds = new Map<string, { url: string; encoding: string }>();
    const got: { url: string; bytes: number; encoding: string }[] = [];
    network.on('Network.responseReceived', ({ requestId, response }) => {
      const encoding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding')?.[1] ?? '';
      kinds.set(requestId, { url: response.url, encoding });
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const kind = kinds.get(requestId);
      if (kind) got.push({ ...kind, bytes: encodedDataLength });
    });
    await visit(page, at(first));
    await page.waitForLoadState('networkidle');

    const document = new URL(page.url()).pathname;
    const sum = (fits: (url: URL) => boolean) =>
      got.filter(({ url }) => fits(new URL(url))).reduce((bytes, file) => bytes + file.bytes, 0);
    const program = sum((url) => /\.(js|wasm)$/.test(url.pathname));
    const style = sum((url) => url.pathname.endsWith('.css'));
    const html = sum((url) => url.pathname === document);
    test.info().annotations.push({ type: 'bytes', description: `program ${program}, style ${style}, document ${html}` });
    const plain = got.filter(({ url, encoding }) => /\.(js|wasm|css)$/.test(new URL(url).pathname) && encoding !== 'br');
    expect(plain, 'sent with brotli').toEqual([]);
    // A page without anything that moves is sent none.
    if (first.startsWith('/products/')) expect(program, 'there is a program').toBeGreaterThan(10 * KB);
    expect(program).toBeLessThanOrEqual(BUDGET.program);
    expect(style, 'there is a style').toBeGreaterThan(KB);
    expect(style).toBeLessThanOrEqual(BUDGET.style);
    expect(html, 'there is a document').toBeGreaterThan(KB);
    expect(html).toBeLessThanOrEqual(BUDGET.document);
  });
}

test('the browser complains about nothing on the whole way from the home page to the paid order', async ({ page, t, at }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  // Violations of the policy are told of in the page; they go to the console as well, but not all in every version.
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await visit(page, at('/'));
  await visit(page, at('/products?q=lvcha'));
  await visit(page, at('/villages/jinzhugou'));
  await orderUpToPayment(page, t, at('/products/vermicelli-shenxian'));
  await pay(page, t, 'succeeds');
  await thankedFor(page, t);
  await goOn(page, page.getByRole('link', { name: t('查看订单', 'See the order') }), /\/orders\/XJ/);
  await ready(page);
  expect(complaints).toEqual([]);
});
