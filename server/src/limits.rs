//! What keeps the shop on its feet when more is asked of it than it can do: who gets in first, how many at once, how
//! often from one address.
//!
//! # Order of the guards
//! 1. [`rates`]: a bucket of tokens for each address and kind of request. Empty: 429.
//! 2. [`gates`]: a few places for each class of request, and a queue before them; `patience` says for how long it is worth
//!    standing in that of pages. Full, or too long: 503.
//! 3. The database's own queue for writers and its time limits ([`store::DbLimits`]).
//!
//! Checkouts, payments and the payment network's events have gates of their own, so they go on while catalogue pages
//! are being sent away; among the pages, those with a session come before the crowd without one.

pub mod gates;
mod patience;
pub mod rates;

use std::net::IpAddr;

use app::AppError;
use app::form::SAID_HEADER;
use app::routes::encode;
use app::text::error_text;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::locale::Locale;
use leptos::server_fn::error::FromServerFnError as _;

pub use gates::{Admission, Admitted};
pub use rates::{Budget, Rates};

/// What a request is for; which gate it goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Whether the shop is alive: always let in.
    Health,
    /// The payment network's events.
    Event,
    /// The way from the cart to the paid order, and everything else that changes something.
    Vital,
    /// Signing in and the like: hashing a password takes a core for a while, and is not to be in the way of checkouts.
    Guess,
    /// Files to be stored.
    Upload,
    /// A file of the browser's, or a photo.
    File,
    /// A page for somebody with a session.
    Known,
    /// A page for somebody without one: a first visit, or a crawler.
    Crowd,
    /// A page that a browser fetches before anybody asks for it.
    Ahead,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Health,
        Self::Event,
        Self::Vital,
        Self::Guess,
        Self::Upload,
        Self::File,
        Self::Known,
        Self::Crowd,
        Self::Ahead,
    ];

    /// The name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Event => "event",
            Self::Vital => "vital",
            Self::Guess => "guess",
            Self::Upload => "upload",
            Self::File => "file",
            Self::Known => "known",
            Self::Crowd => "crowd",
            Self::Ahead => "ahead",
        }
    }

    /// What a request is for, by its path without a language.
    #[must_use]
    pub fn of(method: &Method, path: &str, has_session: bool) -> Self {
        let below = |folder: &str| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match path {
            "/healthz" | "/readyz" => Self::Health,
            _ if below("/webhooks") => Self::Event,
            _ if below("/upload") => Self::Upload,
            _ if is_guess(path) => Self::Guess,
            _ if !method.is_safe() => Self::Vital,
            // Where the buyer is sent back to after paying, and the last page before it.
            "/checkout" => Self::Vital,
            _ if below("/orders") && has_session => Self::Vital,
            _ if below("/media") || below("/pkg") || is_file(path) => Self::File,
            _ if has_session => Self::Known,
            _ => Self::Crowd,
        }
    }

    /// The same request when a browser fetches ahead with it, in the hope that somebody will ask. `None` is for what
    /// must not be fetched so: what may write, what is a guess, what somebody is in the middle of paying.
    #[must_use]
    pub fn fetched_ahead(self, query: &str) -> Option<Self> {
        let is_harmless = !asks_for(query, "tail") && !asks_for(query, app::form::FLASH_PARAMETER);
        match self {
            Self::Known | Self::Crowd if is_harmless => Some(Self::Ahead),
            Self::File | Self::Health => Some(self),
            _ => None,
        }
    }

    /// Which bucket of its address a request takes from; `None` for what is not counted.
    #[must_use]
    pub fn budget(self, path: &str, query: &str) -> Option<Budget> {
        let asks_for = |name: &str| asks_for(query, name);
        match self {
            Self::Health | Self::Event | Self::File => None,
            Self::Upload => Some(Budget::Uploads),
            // Of its own, so that nobody is turned away for links that were only passed by.
            Self::Ahead => Some(Budget::Ahead),
            _ if is_guess(path) || asks_for("tail") => Some(Budget::Guesses),
            Self::Vital if path.starts_with("/api/") => Some(Budget::Changes),
            // The one other page that writes: it takes a kept form away.
            _ if asks_for(app::form::FLASH_PARAMETER) => Some(Budget::Changes),
            Self::Vital | Self::Guess | Self::Known | Self::Crowd => Some(Budget::Pages),
        }
    }
}

/// Whether a query has a parameter.
fn asks_for(query: &str, name: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

/// Whether a browser fetches before anybody asks (`Sec-Purpose`, <https://fetch.spec.whatwg.org/#sec-purpose-header>).
#[must_use]
pub fn is_ahead(headers: &HeaderMap) -> bool {
    headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}

/// Whether what is fetched ahead is kept only as its headers let it: so is what `<link rel=prefetch>` fetches, while what
/// speculation rules fetch is kept aside until the person goes there.
#[must_use]
pub fn is_kept_by_hint(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_none_or(|mode| mode != "navigate")
}

/// Whether the person has asked for few bytes (`Save-Data: on`).
#[must_use]
pub fn saves_data(headers: &HeaderMap) -> bool {
    headers.get("save-data").is_some_and(|wish| wish.as_bytes().eq_ignore_ascii_case(b"on"))
}

fn is_file(path: &str) -> bool {
    matches!(path, "/robots.txt" | "/regions.json" | "/favicon.ico")
}

/// Where somebody may try out passwords, codes or the ends of phone numbers.
fn is_guess(path: &str) -> bool {
    let Some(action) = path.strip_prefix("/api/account/") else { return false };
    !matches!(action, "sign_out" | "update_profile")
}

/// An address as it is counted: a person with IPv6 has a whole /64 to send from. `None` for this machine's own
/// programs, a proxy among them: whoever comes through it is only known when the proxy is trusted to say.
#[must_use]
pub fn counted(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    if address.is_loopback() {
        return None;
    }
    Some(match address {
        IpAddr::V6(v6) => {
            let mut segments = v6.segments();
            segments[4..].fill(0);
            IpAddr::from(segments)
        }
        v4 => v4,
    })
}

/// Whether a person's browser wants a page, and not a script some data.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// 429 with `Retry-After`: a page in the reader's language for a browser, the error itself for a script. What was typed
/// is not lost: loading the page again sends it again.
#[must_use]
pub fn too_many(wants_html: bool, locale: Locale, wait_seconds: u64) -> Response {
    let error = AppError::TooManyAttempts { wait_seconds: i64::try_from(wait_seconds).unwrap_or(i64::MAX) };
    let (media_type, body) = if wants_html {
        ("text/html; charset=utf-8", too_many_page(locale, wait_seconds).into())
    } else {
        ("application/json", error.ser())
    };
    let mut answer =
        (StatusCode::TOO_MANY_REQUESTS, [(header::CONTENT_TYPE, media_type)], body).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(wait_seconds));
    if let Ok(said) = HeaderValue::from_str(&encode(&error_text(locale, &error))) {
        headers.insert(header::HeaderName::from_static(SAID_HEADER), said);
    }
    answer
}

fn too_many_page(locale: Locale, wait_seconds: u64) -> String {
    let (language, title, what, back) = match locale {
        Locale::Zh => (
            "zh-CN",
            "操作太频繁了",
            format!(
                "请等 {wait_seconds} 秒，再按浏览器的“刷新”：刚才填写的内容会原样再发送一次。\
                 也可以用“后退”回到刚才的页面。"
            ),
            "回首页",
        ),
        Locale::En => (
            "en",
            "Too many requests",
            format!(
                "Wait {wait_seconds} s, then reload this page: what you typed is sent again as it was. \
                 Or go back to the page you came from."
            ),
            "Home",
        ),
    };
    let home = locale.path("/");
    format!(
        "<!DOCTYPE html><html lang=\"{language}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <main><h1>{title}</h1><p>{what}</p><p><a href=\"{home}\">{back}</a></p></main></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brings_money_is_vital_and_a_first_visit_is_crowd() {
        let get = |path, known| Class::of(&Method::GET, path, known);
        assert_eq!(get("/products", false), Class::Crowd);
        assert_eq!(get("/products", true), Class::Known);
        assert_eq!(get("/checkout", false), Class::Vital);
        assert_eq!(get("/orders/abc/thanks", true), Class::Vital);
        assert_eq!(get("/orders/abc", false), Class::Crowd, "without a session it is a guess");
        assert_eq!(get("/media/ab/s.webp", false), Class::File);
        assert_eq!(get("/healthz", false), Class::Health);
        assert_eq!(Class::of(&Method::POST, "/webhooks/stripe", false), Class::Event);
        assert_eq!(Class::of(&Method::POST, "/api/cart/add_line", false), Class::Vital);
        assert_eq!(Class::of(&Method::POST, "/upload/photos", true), Class::Upload);
        assert_eq!(Class::of(&Method::POST, "/api/account/sign_in", false), Class::Guess);
    }

    #[test]
    fn what_writes_or_guesses_is_counted_as_that() {
        let budget = |method: Method, path: &str, query| Class::of(&method, path, false).budget(path, query);
        assert_eq!(budget(Method::POST, "/api/account/sign_in", ""), Some(Budget::Guesses));
        assert_eq!(budget(Method::GET, "/orders/abc", "tail=0001"), Some(Budget::Guesses));
        assert_eq!(budget(Method::GET, "/cart", "x=1&flash=abc"), Some(Budget::Changes));
        assert_eq!(budget(Method::GET, "/cart", ""), Some(Budget::Pages));
        assert_eq!(budget(Method::POST, "/webhooks/stripe", ""), None);
        assert_eq!(budget(Method::GET, "/healthz", ""), None);
    }

    #[test]
    fn only_pages_that_change_nothing_are_fetched_ahead_and_they_take_from_no_other_bucket() {
        let ahead = |path, query| Class::of(&Method::GET, path, true).fetched_ahead(query);
        assert_eq!(ahead("/products/tea", "region=61"), Some(Class::Ahead));
        assert_eq!(
            ahead("/products", "q=a&flash=abc"),
            None,
            "taking the kept form away is left to the person"
        );
        assert_eq!(ahead("/find-order", "tail=0001"), None);
        assert_eq!(ahead("/checkout", ""), None);
        assert_eq!(ahead("/orders/abc", ""), None);
        assert_eq!(ahead("/media/ab/s.webp", ""), Some(Class::File));
        assert_eq!(Class::of(&Method::POST, "/api/cart/add_line", true).fetched_ahead(""), None);
        assert_eq!(Class::Ahead.budget("/products/tea", ""), Some(Budget::Ahead));
    }

    #[test]
    fn neighbours_in_a_network_count_as_one_and_this_machine_as_none() {
        let of = |text: &str| counted(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_eq!(of("127.0.0.1"), None);
        assert_eq!(of("::1"), None);
    }
}
