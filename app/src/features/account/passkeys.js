// What only a browser can do: ask the authenticator. The server says what to ask for, in data-passkey, and judges what
// comes back in the form's hidden fields; nothing is decided here.
const form = document.querySelector('form[data-passkey]');
const show = (what) => document.querySelector(`[data-passkey-${what}]`)?.removeAttribute('hidden');
const hide = (what) => document.querySelector(`[data-passkey-${what}]`)?.setAttribute('hidden', '');

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

async function make(asked) {
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge),
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: asked.excludeCredentials.map((known) => ({ ...known, id: toBytes(known.id) })),
  };
  const { response } = await navigator.credentials.create({ publicKey });
  return { client_data: response.clientDataJSON, attestation_object: response.attestationObject };
}

async function sign(asked) {
  const publicKey = { ...asked, challenge: toBytes(asked.challenge) };
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return {
    credential: rawId,
    client_data: response.clientDataJSON,
    authenticator_data: response.authenticatorData,
    signature: response.signature,
    user_handle: response.userHandle ?? new ArrayBuffer(0),
  };
}

async function answer() {
  hide('failed');
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const asked = JSON.parse(form.dataset.passkey);
    const answered = await (asked.user ? make(asked) : sign(asked));
    for (const [name, value] of Object.entries(answered)) form.elements[name].value = toText(value);
    form.submit();
  } catch (error) {
    show(error.name === 'InvalidStateError' ? 'known' : 'failed');
    button.disabled = false;
  }
}

if (form && window.PublicKeyCredential) {
  form.removeAttribute('hidden');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    answer();
  });
  if ('passkeyAtOnce' in form.dataset) answer();
} else if (form) {
  show('missing');
}
