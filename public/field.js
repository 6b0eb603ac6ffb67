// What is typed and chosen in a console stays in this browser until the server has it. The page works without.
// Which account this is, and the words: the element `field` of the page (`layout/field.rs`).
const element = document.getElementById('field');
const { account } = element.dataset;
const words = JSON.parse(element.textContent);
const main = document.getElementById('main');
const OURS = 'kept:';
const MINE = `${OURS}${account}:`;
const OLDEST_MS = 7 * 86_400_000;
const SEND_MS = 120_000;
/** So long what waits is sent by itself; then somebody has to press again. */
const WAIT_MS = 10 * 60_000;

// ---- Forms

/** What a form is called: its address, and which thing it is about. */
function nameOf(form) {
  const path = new URL(form.getAttribute('action'), location.href).pathname.replace(/^\/en(?=\/)/, '');
  if (form.dataset.keep) return MINE + path + '#' + form.dataset.keep;
  const about = [...form.elements].filter((field) => field.type === 'hidden' && !isOfTheMoment(field.name));
  return MINE + path + '#' + about.map((field) => `${field.name}=${field.value}`).join('&');
}

const isOfTheMoment = (name) => /^key$|(^|\[)version\]?$|^photos/.test(name);
const isTyped = (field) => field.name && !field.closest('[data-unkept]') && !['hidden', 'file', 'submit', 'button', 'password', 'reset'].includes(field.type);
/** Secrets are never kept, nor is what a form says on purpose not to keep. */
const mayKeep = (form) => [...form.elements].some(isTyped)
  && ![...form.elements].some((field) => field.type === 'password' || field.autocomplete === 'one-time-code');
const keyOf = (form) => form.querySelector('input[type=hidden][name=key]');
const versionOf = (form) => [...form.elements].filter((field) => /version\]?$/.test(field.name)).map((field) => field.value).join();
/** What is new has no version, or the version 0. */
const isEdited = (form) => /[1-9]/.test(versionOf(form));
const valuesOf = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === 'string'
  && (name.startsWith('photos') || [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].some(isTyped)));

function read(form) {
  try { return JSON.parse(localStorage.getItem(states.get(form).name)); } catch { return null; }
}
function write(form, more = {}) {
  const state = states.get(form);
  if (!state.mayKeep) return;
  const kept = { at: Date.now(), version: versionOf(form), key: state.tried ? keyOf(form)?.value : undefined, values: valuesOf(form), ...more };
  try {
    localStorage.setItem(state.name, JSON.stringify(kept));
  } catch {
    // Full or forbidden: only the page still has it, and nothing else is said. What was kept before is older than that.
    drop(form);
    state.mayKeep = false;
    form.dataset.unkept = '';
  }
}
function drop(form) { try { localStorage.removeItem(states.get(form).name); } catch { /* forbidden */ } }

const timeOf = (at) => {
  const date = new Date(at);
  const clock = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  return date.toDateString() === new Date().toDateString() ? clock : `${date.getMonth() + 1}-${date.getDate()} ${clock}`;
};

/** What stands at the end of the form about its sending. */
function say(form, text) {
  let line = form.querySelector(':scope [data-sending]');
  if (!line) {
    line = Object.assign(document.createElement('span'), { className: 'saved' });
    line.setAttribute('role', 'status');
    line.dataset.sending = '';
    (form.querySelector('.form__acts') ?? form).append(line);
  }
  line.textContent = text;
  return line;
}

function fieldsOf(form, name) {
  const find = () => [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter(isTyped);
  const rows = form.querySelector('[data-rows]');
  const template = form.querySelector('template[data-row]');
  for (let more = 0; !find().length && rows && template && /\[\d+\]/.test(name) && more < 40; more += 1) {
    rows.insertAdjacentHTML('beforeend', template.innerHTML.replaceAll('@@', rows.childElementCount));
  }
  return find();
}

/** Puts values into their fields; whether any says something else now. */
function fill(form, values) {
  const isPhoto = ([name]) => name.startsWith('photos');
  const fields = () => JSON.stringify(valuesOf(form).filter((pair) => !isPhoto(pair)));
  const before = fields();
  const said = new Map();
  for (const [name, value] of values.filter((pair) => !isPhoto(pair))) said.set(name, [...(said.get(name) ?? []), value]);
  for (const name of said.keys()) fieldsOf(form, name);
  // Rows that were taken out before it was kept.
  for (const row of form.querySelectorAll('[data-rows=all] > *')) {
    if (![...row.querySelectorAll('[name]')].some((field) => said.has(field.name))) row.remove();
  }
  const places = new Map();
  for (const field of [...form.elements].filter(isTyped)) {
    const typed = said.get(field.name) ?? [];
    if (['checkbox', 'radio'].includes(field.type)) field.checked = typed.includes(field.value);
    else if (field.multiple && field.options) for (const option of field.options) option.selected = typed.includes(option.value);
    else {
      const at = places.get(field.name) ?? 0;
      places.set(field.name, at + 1);
      if (typed[at] !== undefined) field.value = typed[at];
    }
  }
  const photos = values.filter(isPhoto).map(([, value]) => value).join(' ');
  const shown = valuesOf(form).filter(isPhoto).map(([, value]) => value).join(' ');
  if (photos && photos !== shown) {
    // The island that shows them takes them from there.
    form.dataset.photos = photos;
    form.dispatchEvent(new Event('kept'));
  }
  return (photos !== '' && photos !== shown) || fields() !== before;
}

/** The line above a form that was not saved, with what can be done about it. */
function offer(form, text, choices) {
  const line = Object.assign(document.createElement('div'), { className: 'alert alert--info' });
  line.setAttribute('role', 'status');
  const buttons = choices.map(([label, act]) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn--plain', textContent: label });
    button.addEventListener('click', () => { line.remove(); act(); });
    return button;
  });
  const acts = Object.assign(document.createElement('div'), { className: 'form__acts' });
  acts.append(...buttons);
  const body = document.createElement('div');
  body.append(Object.assign(document.createElement('p'), { textContent: text }), acts);
  line.append(body);
  form.prepend(line);
  for (let fold = form.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
}

function restore(form) {
  const state = states.get(form);
  const kept = read(form);
  if (!kept) return;
  // What the server has in the meantime is what was typed: its answer got lost.
  if (JSON.stringify(kept.values) === JSON.stringify(valuesOf(form)) && !isEcho(location.search)) {
    // With a photo it may be what was sent in vain: sent once more, it is the same request.
    if (state.hasPhotos && kept.key && keyOf(form)) { keyOf(form).value = kept.key; state.tried = true; } else drop(form);
    return;
  }
  // The page shows what was typed, with a row more or less maybe; of a refusal what could be read may be saved already.
  if (kept.isShown && isEcho(location.search)) { write(form); return; }
  const use = () => {
    state.isUndecided = false;
    const differs = fill(form, kept.values);
    if (kept.key && keyOf(form)) { keyOf(form).value = kept.key; state.tried = true; }
    return differs;
  };
  const leave = () => { state.isUndecided = false; drop(form); return dropPhotos(form); };
  const goOn = () => form.dispatchEvent(new Event('input', { bubbles: true }));
  if (kept.version !== versionOf(form)) {
    state.isUndecided = true;
    offer(form, words.newer.replace('…', timeOf(kept.at)), [[words.mine, () => { use(); goOn(); }], [words.theirs, leave]]);
  } else if (use()) {
    offer(form, words.unsaved.replace('…', timeOf(kept.at)), [[words.go_on, goOn], [words.give_up, () => leave().then(again)]]);
  } else if (!isEcho(location.search)) {
    drop(form);
  }
}

/** Whether a page shows what was typed without its being saved: what was refused, or only looked at. */
const isEcho = (address) => /[?&](flash|draft)=/.test(address);

/** This page anew, and not with what stands in its fields. */
const again = () => location.replace(location.href.split('#')[0]);

// ---- Sending

const states = new WeakMap();

function setBusy(form, isBusy) {
  states.get(form).isBusy = isBusy;
  form.setAttribute('aria-busy', isBusy);
  for (const button of document.querySelectorAll('button')) {
    if (button.form !== form || (button.type !== 'submit')) continue;
    if (isBusy) button.setAttribute('aria-disabled', 'true'); else button.removeAttribute('aria-disabled');
  }
}

function goTo(address) {
  const to = new URL(address, location.href);
  // An address that differs by its mark alone would not be asked for.
  if (to.pathname + to.search === location.pathname + location.search && to.hash) {
    try { sessionStorage.setItem('kept-mark', to.hash.slice(1)); } catch { /* forbidden */ }
    to.hash = '';
  }
  const bare = to.href.replace(/#$/, '');
  if (bare === location.href.split('#')[0]) location.replace(bare); else location.assign(bare);
}

/** Sends a form as its button would, and stays here when nobody answers. */
async function send(form, button) {
  const state = states.get(form);
  clearTimeout(state.timer);
  Object.assign(state, { waiting: null, tried: true, isHeld: false, sent: JSON.stringify(valuesOf(form)) });
  delete form.dataset.waiting;
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  write(form);
  setBusy(form, true);
  say(form, words.saving);
  // A button may send the form somewhere else, or otherwise.
  const said = (name) => button?.getAttribute('form' + name) ?? form.getAttribute(name);
  const isWhole = said('enctype') === 'multipart/form-data';
  const texts = () => new URLSearchParams([...body].filter(([, value]) => typeof value === 'string'));
  let answer = null, go = null, inPieces = true;
  try {
    answer = await sendInPieces(form, body);
    inPieces = answer !== null;
    if (!inPieces && state.isHeld) {
      // Something was typed or chosen while the pieces went, which change nothing yet: the rest waits for another press.
      setBusy(form, false);
      say(form, words.here);
      return;
    }
    answer ??= await fetch(said('action'), {
      method: 'POST', body: isWhole ? body : texts(), headers: { Accept: 'application/json', 'X-Account': account },
      signal: hasFile(body) ? undefined : AbortSignal.timeout(SEND_MS),
    });
    if (answer.ok) go = (await answer.json()).go_to;
  } catch { answer = null; }
  if (go) {
    // What was typed into something that is edited while it was on its way is not on the server, and comes back with the page
    // that follows. Something new is there as it was sent: typed again it would be there twice.
    Object.assign(state, { tried: false, isDone: true });
    if (isEcho(go)) {
      write(form, { isShown: JSON.stringify(valuesOf(form)) === state.sent });
      say(form, words.here);
      goTo(go);
      return;
    }
    if (isEdited(form) && JSON.stringify(valuesOf(form)) !== state.sent) write(form); else drop(form);
    await dropPhotos(form);
    tellSaved();
    say(form, words.saved.replace('…', timeOf(Date.now())));
    goTo(go);
    return;
  }
  setBusy(form, false);
  if (!answer || answer.ok || [408, 429, 502, 503, 504].includes(answer.status)) {
    // Pieces change nothing yet, so they may go again; a whole file would cost its megabytes each time.
    later(form, button, answer, inPieces || (isRepeatable(form) && !hasFile(body)));
    return;
  }
  // Nobody is signed in any more, or somebody else: the page says so, and what was typed stays its owner's.
  if (answer.status === 401) { again(); return; }
  // Refused: sent once more as a plain form, whose page says why, field by field.
  Object.assign(state, { tried: false, failed: 0 });
  write(form, { isShown: true });
  state.isPlain = true;
  form.requestSubmit(button?.isConnected ? button : undefined);
}

/** Pages that are kept for going on without a network are older than that now (`offline.js`). */
const tellSaved = () => document.dispatchEvent(new Event('saved'));
const hasFile = (body) => [...body.values()].some((value) => value instanceof File && value.size > 0);
/** Doing it again does nothing twice, and undoes nothing: only then it is done again without being asked. */
const isRepeatable = (form) => !!keyOf(form) || versionOf(form) !== '';

/** Nobody answered: it is sent again after a growing pause, or when somebody presses again. */
function later(form, button, answer, mayRepeat) {
  const state = states.get(form);
  state.failed = (state.failed ?? 0) + 1;
  state.since ??= Date.now();
  write(form);
  if (state.isHeld) {
    state.since = undefined;
    say(form, words.here);
    return;
  }
  if (!mayRepeat || Date.now() - state.since > WAIT_MS) {
    state.since = undefined;
    say(form, words.press_again);
    return;
  }
  state.waiting = () => { if (!state.isBusy) send(form, button); };
  form.dataset.waiting = '';
  const chosen = photoFields(form).some((field) => field.files.length);
  const isKept = chosen ? state.arePhotosKept : state.mayKeep;
  const line = say(form, answer?.status === 429 || answer?.status === 503 ? words.busy : isKept ? words.waiting : words.waiting_here);
  const stop = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn--quiet btn--s', textContent: words.do_not });
  stop.addEventListener('click', () => hold(form));
  line.append(' ', stop);
  const asked = Number(answer?.headers.get('Retry-After')) || 0;
  state.timer = setTimeout(state.waiting, Math.max(Math.min(2 ** state.failed, 60), asked) * 1000);
}

/** What waited is not sent by itself any more, nor what is on its way, should it not arrive. */
function hold(form) {
  const state = states.get(form);
  if (state?.isBusy) state.isHeld = true;
  if (!state?.waiting) return;
  clearTimeout(state.timer);
  Object.assign(state, { waiting: null, since: undefined });
  delete form.dataset.waiting;
  say(form, words.here);
}

function typed(form) {
  const state = states.get(form);
  if (state.isUndecided || state.isDone) return;
  if (state.isBusy && JSON.stringify(valuesOf(form)) === state.sent) return;
  // Sending something else than what stands there would be a surprise.
  hold(form);
  write(form);
}

async function watch(form) {
  const state = { name: nameOf(form), mayKeep: mayKeep(form), photos: Promise.resolve() };
  states.set(form, state);
  for (const kind of ['input', 'change', 'photos']) form.addEventListener(kind, (event) => { if (event.target?.type !== 'file') typed(form); });
  // An island has saved it: all of it, unless it says that something is left.
  form.addEventListener('saved', () => { if ('unsaved' in form.dataset) write(form); else if (!state.isUndecided) drop(form); });
  for (const field of photoFields(form)) field.addEventListener('change', () => { hold(form); keepPhotos(form, field); });
  const at = await bringPhotosBack(form);
  if (state.mayKeep) restore(form);
  if (at && !form.querySelector(':scope > .alert--info')) {
    offer(form, words.photos.replace('…', timeOf(at)), [[words.go_on, () => {}], [words.give_up, () => dropPhotos(form)]]);
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  const state = states.get(form);
  if (event.defaultPrevented || !state) return;
  if (state.isBusy) { event.preventDefault(); return; }
  if (state.isPlain) {
    state.isPlain = false;
    // What could be read of it may be saved.
    tellSaved();
    // After the browser has read the button's name and value.
    setTimeout(() => setBusy(form, true));
    setTimeout(() => setBusy(form, false), 5_000);
    return;
  }
  event.preventDefault();
  // Whoever does something else has thought better of what waits.
  forms.filter((other) => other !== form).forEach(hold);
  send(form, event.submitter);
});
const forms = [...main.querySelectorAll('form')].filter((form) => form.getAttribute('method') === 'post');
addEventListener('online', () => forms.forEach((form) => states.get(form).waiting?.()));
// In another window somebody else has signed in.
const windows = new BroadcastChannel('xiangji-account');
windows.onmessage = ({ data }) => {
  if (data !== account) for (const form of forms) { hold(form); Object.assign(states.get(form), { mayKeep: false, isOthers: true }); }
};
windows.postMessage(account);
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of forms) { setBusy(form, false); states.get(form).isDone = false; }
});

// ---- Photos, in the order in which they were chosen

const STORE = 'photos';
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('xiangji', 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = request.onblocked = () => reject(request.error);
});
opened.catch(() => undefined);

const inStore = async (mode, work) => {
  const store = (await opened).transaction(STORE, mode).objectStore(STORE);
  return new Promise((resolve, reject) => {
    const found = work(store, resolve);
    store.transaction.oncomplete = () => resolve(found?.result);
    store.transaction.onerror = store.transaction.onabort = () => reject(store.transaction.error);
  });
};
const walk = (mode, visit) => inStore(mode, (store) => {
  store.openCursor().onsuccess = ({ target: { result: cursor } }) => { if (cursor) { visit(cursor); cursor.continue(); } };
});

/** Photos as a part of a plain form. A field names the team for which they may go in pieces; otherwise they go with the form. */
const STORE_MS = 3_000;
const photoFields = (form) => [...form.elements].filter((field) => 'kept' in field.dataset);
const placeOf = (form, field) => `${states.get(form).name}#${field.name}`;

/** One thing after the other. What the browser forbids is left undone, and nothing waits long for its store. */
function inTurn(form, work) {
  const state = states.get(form);
  state.photos = state.photos.then(() => Promise.race([
    work(), new Promise((_, reject) => setTimeout(reject, STORE_MS)),
  ])).catch(() => undefined);
  return state.photos;
}
async function forget(form, field) {
  for (const [number] of await window.fieldPhotos.kept(placeOf(form, field))) await window.fieldPhotos.drop(number);
}
/** What is chosen takes the place of what was chosen before. */
function keepPhotos(form, field) {
  const [state, files] = [states.get(form), [...field.files]];
  state.arePhotosKept = false;
  if (state.isOthers) return;
  inTurn(form, async () => {
    await forget(form, field);
    try {
      for (const file of files) await window.fieldPhotos.keep(placeOf(form, field), file);
      state.arePhotosKept = true;
    } catch {
      // Some are no choice that anybody made.
      await forget(form, field);
    }
  });
}
function dropPhotos(form) {
  return inTurn(form, async () => {
    for (const field of photoFields(form)) { field.value = ''; await forget(form, field); }
  });
}
/** Puts what was chosen before a reload into its fields; when that was, or nothing. */
function bringPhotosBack(form) {
  return inTurn(form, async () => {
    let since;
    for (const field of photoFields(form)) {
      const found = await window.fieldPhotos.kept(placeOf(form, field));
      if (!found.length) continue;
      since = found[0][2];
      if (field.files.length) continue;
      const list = new DataTransfer();
      for (const [, file] of found) list.items.add(file);
      field.files = list.files;
    }
    Object.assign(states.get(form), { hasPhotos: since !== undefined, arePhotosKept: since !== undefined });
    return since;
  });
}

/** A slow network gets small pieces, of which little is lost; a fast one is not kept waiting by many answers. */
const [SMALLEST, LARGEST, QUICK_MS] = [64 << 10, 1 << 20, 3_000];
let pieceBytes = 256 << 10;

/** Sends a form's photos in pieces; in `body` their SHA-256 stands for them then. An answer only when it is a refusal. */
async function sendInPieces(form, body) {
  for (const field of photoFields(form)) {
    if (!field.dataset.kept || !field.files.length) continue;
    const stored = [];
    for (const file of field.files) {
      // Without a digest nobody can say which photo it is, and one that cannot be read any more has none: it goes whole.
      const digest = await window.fieldPhotos.digest(file).catch(() => '');
      if (!digest) return null;
      const refusal = await sendPieces(form, field.dataset.kept, file, digest);
      if (refusal) return refusal;
      stored.push(digest);
    }
    body.delete(field.name);
    for (const digest of stored) body.append(`${field.name}_stored`, digest);
  }
  return null;
}

/** Asks how much of a photo has come, and sends the rest, each time from where the server says that it stopped. */
async function sendPieces(form, team, file, digest) {
  for (let offset = null; ;) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ team, digest, length: file.size, offset: offset ?? 0 })) body.append(name, value);
    if (offset !== null) body.append('photo', file.slice(offset, offset + pieceBytes), 'piece');
    const begun = Date.now();
    let answer;
    try {
      answer = await fetch(element.dataset.pieces, {
        method: 'POST', body, headers: { Accept: 'application/json', 'X-Account': account }, signal: AbortSignal.timeout(SEND_MS),
      });
    } catch (error) {
      pieceBytes = Math.max(pieceBytes / 2, SMALLEST);
      throw error;
    }
    if (!answer.ok) return answer;
    const { value } = await answer.json();
    if (value.photo) return null;
    if (offset !== null && Date.now() - begun < QUICK_MS) pieceBytes = Math.min(pieceBytes * 2, LARGEST);
    offset = value.received_bytes;
    say(form, `${words.saving} ${Math.floor(offset * 100 / file.size)}%`);
  }
}

window.fieldPhotos = {
  /** Keeps a photo for a listing; its number. */
  keep: (listing, file) => inStore('readwrite', (store) => store.add({ account, listing, file, at: Date.now() })),
  /** What was kept for a listing: number, file, and when it was chosen. */
  kept: async (listing) => {
    const found = [];
    await walk('readonly', ({ key, value }) => { if (value.account === account && value.listing === listing) found.push([key, value.file, value.at]); });
    return found;
  },
  drop: (number) => inStore('readwrite', (store) => store.delete(number)),
  /** SHA-256 in hexadecimal; nothing where the browser computes none. */
  digest: async (file) => {
    const hash = await crypto.subtle?.digest('SHA-256', await file.arrayBuffer());
    return hash ? [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('') : '';
  },
};

// ---- Nothing of another account stays, and nothing for ever

try {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(OURS))) {
    const at = JSON.parse(localStorage.getItem(name))?.at ?? 0;
    if (!name.startsWith(MINE) || Date.now() - at > OLDEST_MS) localStorage.removeItem(name);
  }
  const mark = sessionStorage.getItem('kept-mark');
  sessionStorage.removeItem('kept-mark');
  if (mark) document.getElementById(mark)?.scrollIntoView();
} catch { /* forbidden: then nothing is kept either */ }
walk('readwrite', (cursor) => {
  if (cursor.value.account !== account || Date.now() - cursor.value.at > OLDEST_MS) cursor.delete();
}).catch(() => undefined);
forms.forEach(watch);
