// Keys for who works at a desk, in every console. The page works without them; the dialogue `keys` (`layout/keys.rs`) says
// which there are and switches them off. Where its button is not seen single keys do nothing.
const main = document.getElementById('main');
const dialogue = document.getElementById('keys');
const opener = document.getElementById('keys-open');
const told = document.getElementById('keys-told');
const toggle = dialogue.querySelector('input[type=checkbox]');
const places = [...document.querySelectorAll('.side a')].slice(0, 9);
/** The switch, in this browser until somebody signs out. */
const SETTING = 'keys';
let isOn = true;
try { isOn = localStorage.getItem(SETTING) !== 'off'; } catch { /* forbidden: then they are on with each page */ }

// ---- Rows

/** What stands in a closed fold is laid out in some browsers and not seen in any. */
const isShown = (element) => (element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0);
const isTypedInto = (element) => element.isContentEditable
  || element.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])');
const rowOf = (element) => element?.closest?.('#main tbody tr, #main li:has(> label > input[type=checkbox])');
const tickOf = (row) => row?.querySelector('input[type=checkbox]:not(:disabled)');
/** What Enter opens: the row's link, or what else can be done in it but typing, where the next key would be a letter. */
const handleOf = (row) => ['a[href]', 'input:not([type=hidden]):not(:disabled)', 'button']
  .map((kind) => [...row.querySelectorAll(kind)].find((element) => isShown(element) && !isTypedInto(element))).find(Boolean);
const rows = () => [...main.querySelectorAll('tbody tr, li')].filter((row) => rowOf(row) === row && isShown(row) && handleOf(row));

function step(by) {
  const all = rows();
  const at = all.indexOf(rowOf(document.activeElement));
  const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (!to) return;
  handleOf(to).focus();
  to.scrollIntoView({ block: 'nearest' });
}

/** The tick that was set last: a range begins there. */
let last = null;
const set = (tick, isTicked) => { if (tick.checked !== isTicked) tick.click(); };
const ticksOf = (form) => rows().map(tickOf).filter((tick) => tick && tick.form === form);

/** The ticks between two of one form, both included. */
function between(one, other) {
  const all = ticksOf(other.form);
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : all.slice(from, to + 1);
}

/** Ticks elsewhere than where one is are not seen by everybody. */
function tell(form) {
  const all = ticksOf(form);
  told.textContent = told.dataset.words.replace('{n}', all.filter((tick) => tick.checked).length).replace('{all}', all.length);
}

function tick(isRange) {
  const own = tickOf(rowOf(document.activeElement));
  if (!own) return;
  if (isRange && last) for (const each of between(last, own)) set(each, last.checked);
  else own.click();
  last = own;
  tell(own.form);
}

function tickAll() {
  const form = (tickOf(rowOf(document.activeElement)) ?? rows().map(tickOf).find(Boolean))?.form;
  if (!form) return;
  const all = ticksOf(form);
  const isTicked = all.some((each) => !each.checked);
  for (const each of all) set(each, isTicked);
  tell(form);
}

main.addEventListener('click', (event) => {
  // A label passes its click on to its tick, with the key that was held.
  if (!event.target.matches?.('input[type=checkbox]') || !rowOf(event.target)) return;
  if (event.shiftKey && isActive() && last && last !== event.target) {
    for (const each of between(last, event.target)) if (each !== event.target) set(each, event.target.checked);
    tell(event.target.form);
  }
  if (event.isTrusted) last = event.target;
});

// ---- Keys

const isActive = () => isOn && isShown(opener);
const first = (...kinds) => kinds.flatMap((kind) => [...document.querySelectorAll(kind)]).find(isShown);

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: (event) => tick(event.shiftKey),
  a: tickAll,
  '/': () => {
    const field = first('#main form.bar input:not([type=hidden])', '#main [role=search] input:not([type=hidden])', '#main [role=search] select', 'header input[type=search]');
    field?.focus();
    field?.select?.();
  },
  '[': () => first('#main [rel=prev]')?.click(),
  ']': () => first('#main [rel=next]')?.click(),
  '?': () => dialogue.showModal(),
};
for (const [at, place] of places.entries()) KEYS[at + 1] = () => place.click();

/** Saving is what a form's only button does, or its first where that one is there to be harmless (`.vh`). Of several the first
 * one is shown, for whoever decides to press it. */
function send(form) {
  const buttons = [...form.elements].filter((field) => field.type === 'submit');
  const [harmless] = buttons.filter((button) => button.matches('.vh'));
  const shown = buttons.filter(isShown);
  if (harmless) harmless.click();
  else if (shown.length === 1) shown[0].click();
  else shown[0]?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.defaultPrevented || !(event.target instanceof Element) || dialogue.open) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    if (!event.target.form || !main.contains(event.target)) return;
    event.preventDefault();
    send(event.target.form);
    return;
  }
  // By its letter, whether Caps Lock is on or not; Shift is looked at where it means something.
  const key = /^[A-Z]$/.test(event.key) ? event.key.toLowerCase() : event.key;
  if (!isActive() || event.ctrlKey || event.metaKey || event.altKey || (event.repeat && !'jk'.includes(key))) return;
  if (isTypedInto(event.target)) {
    if (key !== 'Escape' || !main.contains(event.target)) return;
    // Back to the keys, in the row where one is.
    const row = rowOf(event.target);
    const handle = row && handleOf(row);
    if (handle) handle.focus(); else event.target.blur();
    return;
  }
  const act = Object.hasOwn(KEYS, key) && KEYS[key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

function show() {
  toggle.checked = isOn;
  places.forEach((place, at) => (isActive() ? place.setAttribute('aria-keyshortcuts', at + 1) : place.removeAttribute('aria-keyshortcuts')));
}
toggle.addEventListener('change', () => {
  isOn = toggle.checked;
  try { if (isOn) localStorage.removeItem(SETTING); else localStorage.setItem(SETTING, 'off'); } catch { /* forbidden */ }
  show();
});
opener.addEventListener('click', () => dialogue.showModal());
opener.hidden = false;
show();
