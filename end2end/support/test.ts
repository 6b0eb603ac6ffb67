// The test function of all specs: it knows the project's language, and hands out pages of signed-in people.
//
// Phones read Chinese and desktops English, so that every journey is walked in both languages.
import { type BrowserContext, type Page, test as base, expect, request } from '@playwright/test';
import { OPENED, patternOf, wrongHeaders } from './pages';

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
   * What a browser of this test refused because of the content security policy. Whatever stands here at the end fails
   * the test, in every spec.
   */
  refused: string[];
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

/** Chromium tells of every violation in its console, with scripts switched off as well. */
function watch(context: BrowserContext, refused: string[], opened: Set<string>): void {
  context.on('console', (message) => {
    if (/content security policy/i.test(message.text())) refused.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('response', (response) => {
    const asked = response.request();
    const { origin, pathname } = new URL(response.url());
    if (origin !== SHOP || asked.method() !== 'GET' || !asked.isNavigationRequest()) return;
    const headers = response.headers();
    // Who has one team, one unit or one collective is led on to it.
    const leadsOn = response.status() === 303 && (headers['location'] ?? '').startsWith(`${pathname}/`);
    const pattern = response.status() === 200 || leadsOn ? patternOf(pathname) : undefined;
    if (pattern && wrongHeaders(headers).length === 0) opened.add(pattern);
  });
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
  refused: [
    async ({ context, opened }, use) => {
      const refused: string[] = [];
      watch(context, refused, opened);
      await use(refused);
      expect(refused, 'the content security policy was violated').toEqual([]);
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
  pageOf: async ({ browser, stateOf, refused, opened }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ storageState: await stateOf(person) });
      watch(context, refused, opened);
      contexts.push(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
  stranger: async ({ browser, refused, opened }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
      watch(context, refused, opened);
      contexts.push(context);
      return context.newPage();
    });
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
