// A console that is opened without a network: `worker.js` answers then, with the page of before where that may be kept, and
// otherwise with the page `/offline`, on which this stands as well.
const field = document.getElementById('field');
/** As in `worker.js`. */
const PAGES = 'offline:';
/** Saving rests so long before the page is fetched once more. */
const REST_MS = 10_000;

if (document.getElementById('offline')) addEventListener('online', () => location.reload());
// Without either (over plain HTTP, or forbidden) there is none of this.
if (field && navigator.serviceWorker && globalThis.caches) begin(field.dataset.account);

function begin(account) {
  const mine = PAGES + account;
  // For the console that is open, in its language: `/sell`, `/en/sell`. The shop's own pages have no worker.
  const [scope] = /^(\/en)?\/[^/]+/.exec(location.pathname);
  // After everything that the page itself needs.
  addEventListener('load', () => navigator.serviceWorker.register('/worker.js', { scope }).catch(() => undefined));
  dropOthers(mine).catch(() => undefined);

  // Something was saved, by its form or by itself: what is kept shows what was before, and must not come back as if it were now.
  let [saves, timer] = [0];
  document.addEventListener('saved', () => {
    caches.delete(mine).catch(() => undefined);
    saves += 1;
    clearTimeout(timer);
    const save = saves;
    timer = setTimeout(() => renew(account, () => save === saves).catch(() => undefined), REST_MS);
  }, true);

  const at = Number(document.documentElement.dataset.loadedAt);
  if (at) tell(at);
}

/** Another account's pages go with the first page of this one. */
async function dropOthers(mine) {
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== mine) await caches.delete(name);
}

/** Keeps this page as it is on the server now, unless something was saved again meanwhile. */
async function renew(account, isNewest) {
  const page = await fetch(location.pathname);
  if (page.headers.get('x-offline-for') !== account || !isNewest()) return;
  await (await caches.open(PAGES + account)).put(location.pathname, page);
}

/** That this page is the one of before. */
function tell(at) {
  const time = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: 'short', timeStyle: 'short' });
  const line = Object.assign(document.createElement('div'), { className: 'alert alert--info' });
  line.setAttribute('role', 'status');
  const words = JSON.parse(field.textContent).offline.replace('…', time);
  line.append(Object.assign(document.createElement('p'), { textContent: words }));
  document.getElementById('main').prepend(line);
  addEventListener('online', () => line.remove());
}
