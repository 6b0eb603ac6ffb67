//! Every address of the shop, and on the server the page behind it.
//!
//! Path builders give paths without a language; `context::link` (or [`Locale::path`]) puts the language before them.

pub mod paths;
#[cfg(feature = "ssr")]
mod table;

#[cfg(feature = "ssr")]
pub use table::{
    Access, FileAnswer, FileResult, Page, PageFuture, PageResult, Served, ServedResult, Upload, UploadFuture,
    all_pages, all_uploads,
};

use domain::locale::Locale;

/// A path with the language's prefix; for islands, which know no request.
pub fn localised(locale: Locale, path: &str) -> String {
    locale.path(path)
}

/// Percent-encodes everything but unreserved characters (RFC 3986).
#[must_use]
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
