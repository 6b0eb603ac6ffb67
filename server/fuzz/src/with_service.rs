//! Parsers that live in the service: order lists as files, pasted addresses.

use domain::address::parse_pasted;

/// A file becomes at most as many lines as a list may have, none longer than two cells, or is refused.
pub fn sheet(bytes: &[u8]) {
    let Ok(lines) = service::units::read_sheet(bytes) else { return };
    assert!(lines.lines().count() <= 2_000);
    for line in lines.lines() {
        assert!(line.chars().count() <= 401 && !line.contains('\r'));
    }
}

/// Whatever is recognised is in one line and of the text's own making.
pub fn pasted_address(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let found = parse_pasted(text, service::regions::regions());
    for part in [found.name, found.detail].into_iter().flatten() {
        assert!(!part.contains(['\n', '\r']) && part.chars().count() <= text.chars().count());
    }
}
