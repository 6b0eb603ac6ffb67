//! What authenticators write.

/// What is read as a new passkey has a name of bearable length, and name and key stand in what was sent.
pub fn passkey(bytes: &[u8]) {
    let Some((name, key)) = service::accounts::read_passkey(bytes) else { return };
    assert!((1..=1023).contains(&name.len()));
    for part in [name, key] {
        assert!(bytes.windows(part.len()).any(|window| window == part));
    }
}
