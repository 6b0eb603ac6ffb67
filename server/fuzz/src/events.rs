//! What the payment network is said to send.

use xiangji::payments::webhook::{parse, verify};

const SECRET: &str = "whsec_nobody_knows_it";
const NOW_MS: i64 = 1_774_663_200_000;

/// An event always has an id to be stored under, and the same body the same one.
pub fn webhook_body(bytes: &[u8]) {
    let event = parse(bytes);
    assert!(!event.id.is_empty());
    assert_eq!(parse(bytes), event);
}

/// The first line as signature, the rest as body: nobody is believed who does not know the secret.
pub fn webhook_signature(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (header, body) = bytes.split_at(at);
    assert!(verify(&String::from_utf8_lossy(header), body, SECRET, NOW_MS).is_err());
}
