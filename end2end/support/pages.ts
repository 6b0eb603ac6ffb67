// The pages of the shop's table, and what has to stand in the headers of each. `cargo xtask e2e` asks the built program
// for them (`xiangji pages`) and names them in PAGES, one a line.
import type { Page } from '@playwright/test';

/** The address of every page and file to save, with parts that vary in braces: `/products/{slug}`. */
export const PATTERNS: readonly string[] = (process.env.PAGES ?? '').split('\n').filter(Boolean);

/** What tests note the pages under that they opened, for the reporter that looks for the others. */
export const OPENED = 'opened pages';

/** The kinds of consoles that this person has not got answer so, and links that were used. */
export const CLOSED = [403, 404, 410];

/** A path without its language and its query. */
export const bare = (path: string) => path.replace(/[?#].*$/, '').replace(/^\/en(?=\/|$)/, '') || '/';

export const isVaried = (part: string) => part.startsWith('{');

/** Whether the address leads to a file to save. */
export const isFile = (path: string) => /\.[a-z]{3,4}$/.test(bare(path));

/** What the router leads an address to. */
export function patternOf(path: string): string | undefined {
  const parts = bare(path).split('/');
  const fits = PATTERNS.filter((pattern) => {
    const own = pattern.split('/');
    return own.length === parts.length && own.every((part, i) => part === parts[i] || (isVaried(part) && parts[i] !== ''));
  });
  // A fixed part goes before one that varies, from the left.
  const rank = (pattern: string) => pattern.split('/').map((part) => Number(isVaried(part))).join('');
  return fits.sort((one, other) => rank(one).localeCompare(rank(other)))[0];
}

/** What is missing or wrong in the headers of a page. */
export function wrongHeaders(headers: Record<string, string>): string[] {
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
  return [...wrong, ...wrongCookies(headers)];
}

/** The cookies that an answer sets for scripts or other sites to use. Takes all headers: others lack the cookies. */
export function wrongCookies(headers: Record<string, string>): string[] {
  const cookies = (headers['set-cookie'] ?? '').split('\n').filter(Boolean);
  const wrong = cookies.filter((cookie) => !/httponly/i.test(cookie) || !/samesite=lax/i.test(cookie));
  return wrong.map((cookie) => `cookie ${cookie.split('=')[0]}`);
}

/** A file to save is guarded as pages are; where there is none for this person, that is a page as well. */
export async function lookAtFile(page: Page, path: string, noted: Set<string>): Promise<string[]> {
  const answer = await page.request.get(path, { timeout: 60_000, maxRedirects: 0 });
  const wrong = wrongHeaders(answer.headers());
  if (answer.status() >= 400 && !CLOSED.includes(answer.status())) wrong.push(`${answer.status()}`);
  const pattern = patternOf(path);
  if (pattern && answer.status() === 200 && wrong.length === 0) noted.add(pattern);
  return wrong.map((what) => `${path}: ${what}`);
}
