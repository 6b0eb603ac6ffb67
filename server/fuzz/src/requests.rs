//! What a request says by itself, before anybody is asked who sent it.

use std::net::{IpAddr, SocketAddr};

use app::form::{own_referer, safe_next};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::locale::Locale;
use xiangji::middleware::{client_address, strip_locale};
use xiangji::router::{cookie, query_pairs, referer_locale};

/// More headers the server does not read (hyper's limit).
const MOST_HEADERS: usize = 100;

/// An address in the first line, then headers, a line each, as on the wire: the parts that the shop makes of them were in
/// them, and lead nowhere else.
pub fn request(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    address(&String::from_utf8_lossy(lines.next().unwrap_or_default()));
    let mut headers = HeaderMap::new();
    for line in lines.take(MOST_HEADERS) {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        let Ok(name) = HeaderName::from_bytes(name) else { continue };
        let Ok(value) = HeaderValue::from_bytes(value.trim_ascii()) else { continue };
        headers.append(name, value);
    }
    cookies(&headers);
    referer(&headers);
    sender(&headers);
}

/// The language is taken off the path and nothing else changes; of a query there are as many pairs as it has parts.
fn address(uri: &str) {
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let pairs = query_pairs(query);
    assert!(pairs.len() <= query.split('&').count());
    assert_eq!(query_pairs(query), pairs);
    let Ok(request) = Request::builder().uri(uri).body(()) else { return };
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().map(str::to_owned));
    let stripped = strip_locale(request);
    assert_eq!(stripped.uri().query(), query.as_deref());
    assert!(path.ends_with(stripped.uri().path()) || stripped.uri().path() == "/");
}

/// What is taken for a session is one cookie's value, whole.
fn cookies(headers: &HeaderMap) {
    let sent: Vec<&[u8]> = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes).collect();
    for name in ["xj", "__Host-xj"] {
        let Some(value) = cookie(headers, name) else { continue };
        assert!(!value.is_empty() && !value.contains(';'));
        let pair = format!("{name}={value}");
        assert!(sent.iter().any(|sent| sent.windows(pair.len()).any(|window| window == pair.as_bytes())));
    }
}

/// Whoever is sent back to where they came from stays in the shop.
fn referer(headers: &HeaderMap) {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let (said, host) = (text(header::REFERER), text(header::HOST));
    assert!(referer_locale(said) == Locale::Zh || said.contains("/en"));
    let Some(path) = own_referer(said, host) else { return };
    let bare = path.split('?').next().unwrap_or_default();
    assert_eq!(safe_next(bare), bare);
    assert!(!path.contains(char::is_control));
}

/// Nobody but the last proxy says where a request came from, and nobody at all unless a proxy is trusted.
fn sender(headers: &HeaderMap) {
    let peer = SocketAddr::from(([10, 0, 0, 1], 5_000));
    assert_eq!(client_address(headers, Some(peer), false), peer.ip());
    let address = client_address(headers, Some(peer), true);
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    let last = last.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default();
    let appended = last.rsplit(',').next().unwrap_or_default().trim();
    let said =
        appended.parse::<IpAddr>().or_else(|_| appended.parse::<SocketAddr>().map(|sender| sender.ip()));
    assert!(address == peer.ip() || said == Ok(address));
}
