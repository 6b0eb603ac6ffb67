// Measures pages with Lighthouse, as a phone on a slow network sees them. `cargo xtask bench lighthouse` calls it:
//
//   node measure.mjs '{"address": "http://127.0.0.1:3000", "runs": 3, "chromium": "/usr/bin/chromium",
//                      "pages": [{"name": "cart", "path": "/cart", "fill_from": "/products/tea", "is_private": true}]}'
//
// and reads one line of JSON for each run from the output. What the lines mean stands in xtask/src/lighthouse.rs.
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];

const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A guest's session with the product in its cart: the cookie, as the browser would send it. */
async function fillCart(address, product) {
  const page = await fetch(address + product);
  const html = await page.text();
  const form = html.match(/<form[^>]*action="([^"]*\/api\/cart\/add_line[^"]*)"[\s\S]*?<\/form>/);
  if (!page.ok || !form) throw new Error(`${product} (${page.status}) has no form that puts it into the cart`);
  const body = new URLSearchParams();
  for (const [tag] of form[0].matchAll(/<input\b[^>]*>/g)) {
    const attribute = (name) => tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
    const isChoice = ['radio', 'checkbox'].includes(attribute('type'));
    if (attribute('name') && (!isChoice || /\bchecked\b/.test(tag))) body.append(attribute('name'), attribute('value') ?? '');
  }
  const answer = await fetch(new URL(form[1].replaceAll('&amp;', '&'), address), {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { accept: 'text/html', origin: address },
  });
  const cookie = answer.headers.getSetCookie().map((set) => set.split(';')[0]).join('; ');
  if (!cookie) throw new Error(`${product}: adding it to the cart answered ${answer.status} without a session`);
  return cookie;
}

/** Every audit that costs its category something, as one line. */
function complaints(report) {
  return CATEGORIES.flatMap((id) =>
    report.categories[id].auditRefs
      .filter(({ id: audit, weight }) => weight > 0 && (report.audits[audit].score ?? 1) < 1)
      .map(({ id: audit }) => {
        const { title, displayValue, details } = report.audits[audit];
        const where = details?.items?.slice(0, 3).map((item) => item.node?.snippet ?? item.url ?? item.description ?? '');
        return `${id}: ${title} ${displayValue ?? ''} ${where?.filter(Boolean).join(' | ') ?? ''}`.trim();
      }),
  );
}

/** What is measured, and which element was the largest. */
function figures(report) {
  const of = (audit) => report.audits[audit]?.numericValue ?? null;
  const largest = report.audits['largest-contentful-paint-element'] ?? report.audits['lcp-breakdown-insight'];
  const snippet = JSON.stringify(largest?.details ?? {}).match(/"snippet":"((?:[^"\\]|\\.)*)"/)?.[1];
  return {
    scores: CATEGORIES.map((id) => report.categories[id].score),
    lcp_ms: of('largest-contentful-paint'),
    fcp_ms: of('first-contentful-paint'),
    cls: of('cumulative-layout-shift'),
    tbt_ms: of('total-blocking-time'),
    bytes: of('total-byte-weight'),
    largest: (snippet ?? '').replaceAll('\\"', '"').slice(0, 100),
  };
}

async function measure(address, page, chromium, cookie) {
  const chrome = await launch({ chromePath: chromium, chromeFlags: CHROMIUM_FLAGS, logLevel: 'silent' });
  try {
    const result = await lighthouse(address + page.path, {
      port: chrome.port,
      output: 'json',
      logLevel: 'error',
      locale: 'en-US',
      onlyCategories: CATEGORIES,
      throttlingMethod: 'simulate',
      // A page that belongs to one person must not be listed, so that it is not is no fault.
      skipAudits: page.is_private ? ['is-crawlable'] : [],
      extraHeaders: cookie ? { Cookie: cookie } : undefined,
    });
    const report = result.lhr;
    if (report.runtimeError) throw new Error(`${page.path}: ${report.runtimeError.message}`);
    if (new URL(report.finalDisplayedUrl).pathname !== page.path.split('?')[0]) {
      throw new Error(`${page.path} led to ${report.finalDisplayedUrl}`);
    }
    return { name: page.name, path: page.path, version: report.lighthouseVersion, processor: report.environment.benchmarkIndex, ...figures(report), complaints: complaints(report) };
  } finally {
    await chrome.kill();
  }
}

const { address, runs, chromium, pages } = JSON.parse(process.argv[2]);
const cookies = new Map();
for (let run = 0; run < runs; run += 1) {
  for (const page of pages) {
    if (page.fill_from && !cookies.has(page.name)) cookies.set(page.name, await fillCart(address, page.fill_from));
    console.log(JSON.stringify(await measure(address, page, chromium, cookies.get(page.name))));
  }
}
