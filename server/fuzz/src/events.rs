//! What the payment network and carriers are said to send.

use domain::shipping::{NUMBER_MAX_CHARS, PLACE_MAX_CHARS};
use xiangji::carriers::read_events;
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

/// A carrier's notice, its signature aside, tells of parcels in short texts and of nothing that is still to come, or is
/// refused whole; and the same body tells the same.
pub fn carrier_notice(bytes: &[u8]) {
    let read = read_events(bytes, NOW_MS);
    assert_eq!(read_events(bytes, NOW_MS), read);
    let Ok(events) = read else { return };
    assert!(events.len() <= 500);
    for event in events {
        for text in [&event.carrier, &event.tracking_number] {
            assert!(
                (1..=NUMBER_MAX_CHARS).contains(&text.chars().count()) && !text.contains(char::is_control)
            );
        }
        assert!(!event.tracking_number.contains(char::is_whitespace));
        assert!(event.place.chars().count() <= PLACE_MAX_CHARS && !event.place.contains(char::is_control));
        assert!((0..=NOW_MS + 3_600_000).contains(&event.happened_at_ms));
    }
}
