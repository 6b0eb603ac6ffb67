// The test function of all specs: it knows the project's language, and hands out pages of signed-in people.
//
// Phones read Chinese and desktops English, so that every journey is walked in both languages.
import { type BrowserContext, type Page, type Response, test as base, expect, request } from '@playwright/test';
import { OPENED, patternOf, wrongCookies, wrongHeaders } from './pages';

export type { Page, Response } from '@playwright/test';

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

/** The demonstration's accounts. */
export type Person =
  | 'shopper'
  | 'seller'
  | 'captain'
  | 'buyer'
  | 'approver'
  | 'finance'
  | 'treasurer'
  | 'county'
  | 'operator'
  | 'mark'
  | 'live-seller'
  | 'live-captain';

export const DEMO_PASSWORD = 'xiangji-demo-2026';

export const loginOf = (person: Person) => `${person}@demo.xiangji.example`;

interface Fixtures {
  /** The pages of the shop's table that this test opened, with their headers in place. */
  opened: Set<string>;
  /**
   * What a browser of this test refused because of the content security policy, and cookies of the shop that it should have
   * refused. Whatever stands here at the end fails the test, in every spec.
   */
  refused: string[];
  /** The answers whose headers are being looked at. */
  looked: Promise<void>[];
  /** Picks the project's language. */
  t: (zh: string, en: string) => string;
  /** Puts the language before a path. */
  at: (path: string) => string;
  /** A new page of someone who has signed in; it is closed with the test. */
  pageOf: (person: Person) => Promise<Page>;
  /** A new page of a stranger, without any cookie. */
  stranger: () => Promise<Page>;
}

interface WorkerFixtures {
  /** Signs in once a worker and person. */
  stateOf: (person: Person) => Promise<State>;
}

const SHOP = new URL(process.env.BASE_URL ?? 'http://127.0.0.1:3000').origin;

type Seen = Pick<Fixtures, 'opened' | 'refused' | 'looked'>;

/** Chromium tells of every violation in its console, with scripts switched off as well. */
function watch(context: BrowserContext, seen: Seen): void {
  context.on('console', (message) => {
    if (!/content security policy/i.test(message.text())) return;
    seen.refused.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('response', (response) => {
    const asked = response.request();
    const isForm = asked.method() !== 'GET';
    if (new URL(response.url()).origin === SHOP && (isForm || asked.isNavigationRequest())) {
      seen.looked.push(look(response, seen));
    }
  });
}

/** Cookies stand in all headers only, which come a moment later; a page that was closed meanwhile has none any more. */
async function look(response: Response, { opened, refused }: Seen): Promise<void> {
  const headers = await response.allHeaders().catch(() => undefined);
  if (!headers) return;
  const { pathname } = new URL(response.url());
  refused.push(...wrongCookies(headers).map((what) => `${pathname}: ${what}`));
  const asked = response.request();
  if (asked.method() !== 'GET' || !asked.isNavigationRequest()) return;
  // Who has one team, one unit or one collective is led on to it.
  const leadsOn = response.status() === 303 && (headers['location'] ?? '').startsWith(`${pathname}/`);
  const pattern = response.status() === 200 || leadsOn ? patternOf(pathname) : undefined;
  if (pattern && wrongHeaders(headers).length === 0) opened.add(pattern);
}

/** Waits for all of them; the headers of a page that was closed may never come, and such a page was not opened. */
async function settle(looked: Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((done) => {
    timer = setTimeout(done, 5_000);
  });
  await Promise.race([Promise.all(looked), enough]);
  clearTimeout(timer);
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  opened: [
    async ({}, use, info) => {
      const opened = new Set<string>();
      await use(opened);
      if (opened.size > 0) info.annotations.push({ type: OPENED, description: [...opened].join(' ') });
    },
    { auto: true },
  ],
  looked: async ({}, use) => {
    await use([]);
  },
  refused: [
    async ({ context, opened, looked }, use) => {
      const refused: string[] = [];
      watch(context, { refused, opened, looked });
      await use(refused);
      await settle(looked);
      expect(refused, 'the content security policy was violated, or a cookie is open to scripts or sites').toEqual([]);
    },
    { auto: true },
  ],
  t: async ({}, use, info) => {
    const isEnglish = info.project.name.startsWith('desktop');
    await use((zh, en) => (isEnglish ? en : zh));
  },
  at: async ({ t }, use) => {
    await use((path) => t(path, `/en${path}`));
  },
  pageOf: async ({ browser, stateOf, refused, opened, looked }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ storageState: await stateOf(person) });
      watch(context, { refused, opened, looked });
      contexts.push(context);
      return context.newPage();
    });
    await settle(looked);
    for (const context of contexts) await context.close();
  },
  stranger: async ({ browser, refused, opened, looked }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
      watch(context, { refused, opened, looked });
      contexts.push(context);
      return context.newPage();
    });
    await settle(looked);
    for (const context of contexts) await context.close();
  },
  stateOf: [
    async ({}, use, info) => {
      const states = new Map<Person, Promise<State>>();
      const signIn = async (person: Person) => {
        const client = await request.newContext({ baseURL: info.project.use.baseURL });
        const form = { login: loginOf(person), password: DEMO_PASSWORD, next: '' };
        const answer = await client.post('/api/account/sign_in', { form });
        expect(answer.status(), `signing in as ${person}`).toBe(200);
        const state = await client.storageState();
        await client.dispose();
        return state;
      };
      await use((person) => {
        const known = states.get(person) ?? signIn(person);
        states.set(person, known);
        return known;
      });
    },
    { scope: 'worker' },
  ],
});

export { expect };
