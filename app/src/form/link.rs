//! Links that letters bring. What opens something stands in their address for one request: it goes into a cookie and the
//! browser on to the page without it, so that it stays in no history, no bookmark and no referer. Nothing is used up by
//! that, since mail programs open links by themselves.

use http::{HeaderValue, header};
use leptos::prelude::expect_context;
use leptos_axum::ResponseOptions;

use super::SessionCookie;
use super::server::set_cookie;
use crate::context::{query, request, site};
use crate::layout::Screen;

/// So long a link that was followed waits for its form; the letter can be opened once more.
const WAITS_SECONDS: i64 = 600;

/// The name of the cookie with what the link held that was followed last.
#[must_use]
pub fn link_cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-xj-link" } else { "xj-link" }
}

/// What the link holds that leads to this page: just now, by the address, or before.
pub(crate) fn link_token() -> String {
    let named = query("token");
    if named.is_empty() { kept_link_token() } else { named }
}

/// What the link held that was followed before; empty when none was.
pub(crate) fn kept_link_token() -> String {
    request().link_token.clone().unwrap_or_default()
}

/// The way to the same page without what the link holds, where the address has it. To be asked only of a link that works:
/// what stands in the cookie is ours.
pub(crate) fn follow_link(page: &str) -> Option<Screen> {
    let token = Some(query("token")).filter(|token| !token.is_empty())?;
    let is_secure = site().is_secure;
    let cookie = SessionCookie::Set { token, max_age_seconds: WAITS_SECONDS };
    let response = expect_context::<ResponseOptions>();
    set_cookie(&response, &cookie.header(link_cookie_name(is_secure), is_secure));
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Some(Screen::go(page))
}
