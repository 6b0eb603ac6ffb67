//! What authenticators write, and what browsers say about it.

use service::accounts::{read_passkey, read_passkey_answer};

/// A sign-in of the test vectors of Web Authentication Level 3: what the browser says in the first line, behind it
/// what the authenticator says.
const SIGNED: &[u8] = include_bytes!("../corpus/passkey_answer/signed.bin");
/// The key that signed it.
const KEY: &[u8] = b"\
    \xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20\x1c\xf2\x7f\x25\xda\x59\x12\x08\xa4\x23\x9c\x2e\x32\x4f\x10\
    \x4f\x58\x55\x25\x47\x9a\x29\xed\xee\xdd\x83\x0f\x48\xe7\x7a\xea\xe5\x22\x58\x20\x59\xe4\xb7\xda\x6c\
    \x01\x06\xe2\x06\xce\x39\x0c\x93\xab\x98\xa1\x5a\x5e\xc3\x88\x7e\x57\xf0\xcc\x2b\xec\xe8\x03\xb9\x20\
    \xc4\x23";
/// What it was asked to sign.
const CHALLENGE: &[u8] = b"\
    \xb1\x10\x6f\xa4\x6a\x57\xbe\xf1\x78\x15\x11\xc0\x55\x7d\xc8\x98\xa0\x34\x13\xd5\xf0\xf1\x7d\x24\x46\
    \x30\xc1\x94\xc7\xe1\xad\xb5";
/// What it signed with.
const SIGNATURE: &[u8] = b"\
    \x30\x45\x02\x20\x69\x49\x69\xd3\xee\x92\x8d\xe6\xf0\x2e\xf2\x3a\x9c\x64\x4d\x7d\x77\x99\x16\x45\x17\
    \x34\xa9\x4b\x43\x25\x42\xf4\x98\xa1\xeb\xe9\x02\x21\x00\x8b\x08\x19\xc8\x24\x21\x8a\x97\x15\x2c\xd0\
    \x99\xc5\x5b\xfb\x14\x77\xb2\x9d\x90\x0a\x49\xa6\x40\x18\x31\x4f\x9b\xfc\xcd\xa1\x63";

/// What is read as a new passkey has a name of bearable length, and name and key stand in what was sent.
pub fn passkey(bytes: &[u8]) {
    let Some((name, key)) = read_passkey(bytes) else { return };
    assert!((1..=1023).contains(&name.len()));
    for part in [name, key] {
        assert!(bytes.windows(part.len()).any(|window| window == part));
    }
}

/// With a signature that somebody saw, no answer is believed but the one under which it stood.
pub fn passkey_answer(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (client_data, rest) = bytes.split_at(at);
    let authenticator_data = rest.strip_prefix(b"\n").unwrap_or(rest);
    let answer = [client_data, authenticator_data, SIGNATURE];
    let read = read_passkey_answer("https://example.org", KEY, CHALLENGE, answer);
    assert_eq!(read, (bytes == SIGNED).then_some(0));
}
