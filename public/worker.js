// What a console shows when it is opened without a network. Registered by `offline.js`, one for each kind of console; the
// reasons stand in docs/decisions/0031-offline-pages.md.
//
// It answers for pages only, and from the network whenever that answers at all. Scripts, style and photos have the hash of
// their content in their names and are the browser's own to keep, so nothing old can come from here.
//
// A changed file is installed with the next page of a console and takes over at once: no page depends on which worker
// answered for it, so none has to be claimed, and the next one that is opened has the new one.
//
// To be rid of it, take this file away: once a day a worker asks whether it is still there, and where it is not (404, 410) it
// goes, with everything that it kept. A browser by itself would hold on to the old one.

/** The caches: the page that says that there is no network, and pages to go on with, by account. `offline.js` knows the latter. */
const SHELL = 'offline';
const PAGES = 'offline:';
const OFFLINE = new URL(registration.scope).pathname.startsWith('/en/') ? '/en/offline' : '/offline';
/** So old a page may be, and so many are kept. */
const DAY_MS = 86_400_000;
const MOST = 20;

addEventListener('install', (event) => {
  skipWaiting();
  // What is no page goes its way without waking this, in browsers that can be told so.
  const others = ['cors', 'no-cors', 'same-origin'].map((requestMode) => ({ condition: { requestMode }, source: 'network' }));
  event.addRoutes?.(others).catch(() => undefined);
  event.waitUntil(fetchOffline());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  // What is sent is kept by its page, and files to save are the browser's.
  if (request.mode !== 'navigate' || request.method !== 'GET' || /\.[a-z]{3,4}$/.test(new URL(request.url).pathname)) return;
  event.respondWith(answer(event));
});

async function answer(event) {
  const address = new URL(event.request.url);
  let page;
  try {
    page = await fetch(event.request);
  } catch {
    return (await find(address)) ?? (await caches.match(OFFLINE, { ignoreVary: true })) ?? Response.error();
  }
  const own = page.headers.has('x-offline-for') ? page.clone() : page;
  event.waitUntil(keep(address.pathname, own).then(lookAround).catch(() => undefined));
  return page;
}

/** Of nobody: it is shown to whoever holds the device. */
async function fetchOffline() {
  const page = await fetch(OFFLINE, { credentials: 'omit', cache: 'no-store' });
  if (!page.ok) throw new Error(`${OFFLINE}: ${page.status}`);
  await (await caches.open(SHELL)).put(OFFLINE, page);
}

// A page says by itself whether it may be kept, and for whom (`Screen::for_offline`): whoever wrote it knows that nothing of
// others stands there.

const namesOfPages = async () => (await caches.keys()).filter((name) => name.startsWith(PAGES));
const isOfToday = (page) => Date.now() - Date.parse(page.headers.get('date')) < DAY_MS;

async function keep(path, page) {
  // A busy server says nothing about the page.
  if (page.status === 429 || page.status >= 500) return;
  const account = page.headers.get('x-offline-for');
  const mine = PAGES + account;
  for (const name of await namesOfPages()) {
    // Another account's. Or this page is not for this one any more, as the session ended or a right was taken away.
    const isOver = account ? name !== mine : await (await caches.open(name)).match(path, { ignoreVary: true });
    if (isOver) await caches.delete(name);
  }
  if (!account) return;
  const pages = await caches.open(mine);
  await pages.put(path, page);
  for (const oldest of (await pages.keys()).slice(0, -MOST)) await pages.delete(oldest, { ignoreVary: true });
}

/** The page as it was when it was last loaded, with a mark that it is not of now. */
async function find({ pathname, searchParams }) {
  // The page of a refused form was made for that moment.
  if (searchParams.has('flash')) return undefined;
  for (const name of await namesOfPages()) {
    const page = await (await caches.open(name)).match(pathname, { ignoreVary: true });
    if (!page || !isOfToday(page)) continue;
    const headers = new Headers(page.headers);
    // Of the text as it travelled.
    for (const gone of ['content-encoding', 'content-length']) headers.delete(gone);
    const mark = `<html data-loaded-at="${Date.parse(headers.get('date'))}" `;
    return new Response((await page.text()).replace('<html ', mark), { headers });
  }
  return undefined;
}

/** Once a day, behind a page that came from the network. */
async function lookAround() {
  const shell = await caches.match(OFFLINE, { ignoreVary: true });
  if (shell && isOfToday(shell)) return;
  const script = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
  if ([404, 410].includes(script.status)) {
    for (const name of await caches.keys()) await caches.delete(name);
    await registration.unregister();
    return;
  }
  for (const name of await namesOfPages()) {
    const pages = await caches.open(name);
    for (const request of await pages.keys()) {
      const page = await pages.match(request, { ignoreVary: true });
      if (page && !isOfToday(page)) await pages.delete(request, { ignoreVary: true });
    }
  }
  // As this release words and styles it.
  await fetchOffline();
}
