//! What every request passes: language, number, limits, guards, headers.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use app::form::session_cookie_name;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::locale::Locale;
use leptos::server_fn;
use tracing::Instrument as _;

use crate::limits::{self, Class};
use crate::router::AppState;
use crate::unavailable;

/// The language named by the path's prefix, which is gone by now.
#[derive(Debug, Clone, Copy)]
pub struct PathLocale(pub Locale);

/// The number of a request, and the mark of its scripts.
#[derive(Debug, Clone)]
pub struct RequestMarks {
    pub id: Arc<str>,
    pub nonce: Arc<str>,
}

/// Takes the language's prefix off the path, before routing.
pub fn strip_locale<B>(mut request: Request<B>) -> Request<B> {
    let (locale, path) = Locale::from_prefix(request.uri().path());
    if locale != Locale::default() {
        let path_and_query = match request.uri().query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let mut parts = request.uri().clone().into_parts();
        if let Ok(stripped) = path_and_query.parse() {
            parts.path_and_query = Some(stripped);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request.extensions_mut().insert(PathLocale(locale));
    request
}

/// Numbers the request, logs and counts it, sheds load, and puts the headers on the answer.
pub async fn edge(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let marks = RequestMarks { id: mark(&state, 8).into(), nonce: mark(&state, 16).into() };
    request.extensions_mut().insert(marks.clone());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = route_name(&request);
    let has_session = has_session(&state, request.headers());
    let class = Class::of(&method, &path, has_session);
    let ahead = limits::is_ahead(request.headers()).then(|| class_ahead(class, &request));
    let class = ahead.flatten().unwrap_or(class);
    let is_kept = class == Class::Ahead && !has_session && limits::is_kept_by_hint(request.headers());
    // Without the query: it may hold what somebody typed. Nor which photo: its address is all that it takes to see it.
    let shown = if path.starts_with("/media/") { &*route } else { path.as_str() };
    let span =
        tracing::info_span!("request", id = %marks.id, %method, path = shown, user = tracing::field::Empty);
    let begun = Instant::now();
    let in_flight = state.http.begin(class);
    let mut answer = match ahead {
        Some(None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => guarded(&state, class, request, next).instrument(span.clone()).await,
    };
    drop(in_flight);
    let took = begun.elapsed();
    let (status, took_ms) = (answer.status().as_u16(), took.as_millis() as u64);
    span.in_scope(|| tracing::info!(status, took_ms, "answered"));
    state.http.note(route, &method, status, took);
    put_headers(&state, &marks, &path, answer.headers_mut());
    if is_kept && answer.status() == StatusCode::OK {
        let_keep(answer.headers_mut());
    }
    if !method.is_safe() {
        // A page fetched before this would show the cart, or the account, as it was.
        let stale = HeaderValue::from_static("\"prefetchCache\", \"prerenderCache\"");
        // Several such headers are one list.
        answer.headers_mut().append("clear-site-data", stale);
    }
    if answer.status() == StatusCode::SERVICE_UNAVAILABLE
        && !answer.headers().contains_key(header::RETRY_AFTER)
    {
        let seconds = HeaderValue::from_static(unavailable::RETRY_AFTER_SECONDS);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// What a request counts as that is sent before anybody asks for the page; `None` if it must not be answered.
fn class_ahead(class: Class, request: &Request) -> Option<Class> {
    let is_welcome = !limits::saves_data(request.headers());
    class.fetched_ahead(request.uri().query().unwrap_or_default()).filter(|_| is_welcome)
}

/// How long a page fetched ahead serves, in browsers that keep it only as they keep any answer.
const AHEAD: HeaderValue = HeaderValue::from_static("private, max-age=60");

/// Lets a browser without speculation rules show the public page that it fetched ahead, instead of asking once more.
/// Only without a session: such a page shows nobody's cart, and as soon as there is a cookie it is a different page.
fn let_keep(headers: &mut HeaderMap) {
    let is_kept = headers.get(header::CACHE_CONTROL).is_some_and(|kept| kept == "private, no-cache");
    if is_kept && !headers.contains_key(header::SET_COOKIE) {
        headers.insert(header::CACHE_CONTROL, AHEAD);
        headers.append(header::VARY, HeaderValue::from_name(header::COOKIE));
    }
}

/// What a request is called in metrics: the template of its route, or the server function, never what a client made up.
fn route_name(request: &Request) -> Arc<str> {
    static FUNCTIONS: LazyLock<BTreeSet<Arc<str>>> =
        LazyLock::new(|| server_fn::axum::server_fn_paths().map(|(path, _)| Arc::from(path)).collect());
    let function = FUNCTIONS.get(request.uri().path());
    let template = || request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).into();
    function.cloned().unwrap_or_else(template)
}

fn has_session(state: &AppState, headers: &HeaderMap) -> bool {
    has_cookie(headers, session_cookie_name(state.site.is_secure))
}

/// Whether there is a cookie of this very name: others of ours begin with it.
fn has_cookie(headers: &HeaderMap, name: &str) -> bool {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|value| value.split(';'))
        .any(|pair| pair.trim().split_once('=').is_some_and(|(key, _)| key == name))
}

/// Lets a request through, unless it comes from another site's page, its sender sends too many, or there is no room.
async fn guarded(state: &AppState, class: Class, request: Request, next: Next) -> Response {
    let locale = request.extensions().get::<PathLocale>().map_or(Locale::default(), |prefix| prefix.0);
    let wants_html = limits::wants_html(request.headers());
    if !is_same_origin(request.method(), request.uri().path(), request.headers()) {
        tracing::warn!("refused: sent from another site");
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Err(wait_seconds) = take_token(state, class, &request) {
        tracing::debug!(wait_seconds, "refused: too many of this address");
        return limits::too_many(wants_html, locale, wait_seconds);
    }
    let request = match read_before(state, class, request).await {
        Ok(request) => request,
        Err(StatusCode::SERVICE_UNAVAILABLE) => return shed(state, class, wants_html, locale),
        Err(status) => return status.into_response(),
    };
    let waiting_writers = state.services.db.pool_use().waiting_writers;
    let Some(_admitted) = state.admission.admit(class, waiting_writers).await else {
        return shed(state, class, wants_html, locale);
    };
    let within = if class == Class::Upload { state.limits.upload_timeout } else { state.request_timeout };
    match tokio::time::timeout(within, next.run(request)).await {
        Ok(answer) => answer,
        Err(_elapsed) => {
            tracing::warn!("given up: too slow");
            state.http.note_timed_out();
            unavailable::answer(wants_html, locale)
        }
    }
}

fn shed(state: &AppState, class: Class, wants_html: bool, locale: Locale) -> Response {
    state.http.note_shed(class);
    unavailable::answer(wants_html, locale)
}

/// Takes a token of the sender's address; says how long to wait when there is none.
fn take_token(state: &AppState, class: Class, request: &Request) -> Result<(), u64> {
    let uri = request.uri();
    let Some(budget) = class.budget(uri.path(), uri.query().unwrap_or_default()) else { return Ok(()) };
    let address = client_address(request.headers(), peer_of(request), state.trust_proxy);
    let Some(address) = limits::counted(address) else { return Ok(()) };
    let taken = state.rates.take(budget, &address, state.services.now_ms());
    if taken.is_err() {
        state.http.note_limited(budget);
    }
    taken
}

/// Reads a form whole before it takes a place, so that whoever sends slowly takes none.
async fn read_before(state: &AppState, class: Class, request: Request) -> Result<Request, StatusCode> {
    if request.method().is_safe() || !matches!(class, Class::Vital | Class::Guess) {
        return Ok(request);
    }
    let Ok(_reading) = state.reading.try_acquire() else { return Err(StatusCode::SERVICE_UNAVAILABLE) };
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, state.body_limit_bytes);
    match tokio::time::timeout(state.limits.body_timeout, body).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(head, Body::from(bytes))),
        Ok(Err(_too_large_or_broken_off)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_elapsed) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Random bytes as hexadecimal text.
fn mark(state: &AppState, bytes: usize) -> String {
    let mut random = [0_u8; 16];
    state.services.entropy.fill(&mut random);
    random.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether what changes something was sent by a page of ours. Browsers say so in `Sec-Fetch-Site`; older ones name the
/// sending site in `Origin`; programs that are no browsers say neither, and have no cookies to abuse. Events of the
/// payment network carry a signature instead.
fn is_same_origin(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    if method.is_safe() || path.starts_with("/webhooks/") {
        return true;
    }
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        None => true,
        Some(origin) => {
            let sender = origin.split_once("://").map(|(_, authority)| authority);
            sender.is_some() && sender == text(header::HOST)
        }
    }
}

/// What no page of ours asks a device for.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Security headers for every answer; none is cached but what says so itself.
fn put_headers(state: &AppState, marks: &RequestMarks, path: &str, headers: &mut HeaderMap) {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self' {payment}",
        nonce = marks.nonce,
        payment = state.payment_origin,
    );
    let mut put = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_SECURITY_POLICY, &policy);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(header::HeaderName::from_static("permissions-policy"), PERMISSIONS);
    put(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(header::HeaderName::from_static("x-request-id"), &marks.id);
    if state.site.is_secure {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if !headers.contains_key(header::CACHE_CONTROL) && !path.starts_with("/media/") {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

/// Where the request came from, as far as it can be trusted.
pub fn client_address(request_headers: &HeaderMap, peer: Option<SocketAddr>, trust_proxy: bool) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.ip());
    if !trust_proxy {
        return peer;
    }
    // Each proxy appends; only the last entry was written by ours.
    let forwarded = request_headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| address_in(value.to_str().ok()?.rsplit(',').next()?.trim()));
    last.unwrap_or(peer)
}

/// An address as proxies write it: some add the port, and put one of IPv6 into brackets then.
fn address_in(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|both| both.ip()))
}

/// The address of the connection's other end, absent in tests without a connection.
pub fn peer_of<B>(request: &Request<B>) -> Option<SocketAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer)
}

/// The answer after a panic: the log has the reason, the person a number.
pub fn after_panic(_reason: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request ended in a panic");
    let page = "<!DOCTYPE html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>乡集</title>\
        <h1>我们这边出了错，请稍后再试</h1><p lang=\"en\">Something went wrong on our side; please try again soon.</p>\
        <p><a href=\"/\">回首页 / Home</a></p></html>";
    (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let posted =
            |pairs: &[(&'static str, &'static str)]| is_same_origin(&Method::POST, "/api/x", &headers(pairs));
        assert!(posted(&[("sec-fetch-site", "same-origin")]));
        assert!(posted(&[("sec-fetch-site", "none")]));
        assert!(!posted(&[("sec-fetch-site", "cross-site"), ("origin", "http://shop"), ("host", "shop")]));
        assert!(!posted(&[("sec-fetch-site", "same-site")]));
        assert!(posted(&[("origin", "http://shop:3000"), ("host", "shop:3000")]));
        assert!(!posted(&[("origin", "http://evil"), ("host", "shop:3000")]));
        assert!(!posted(&[("origin", "null"), ("host", "shop:3000")]));
        assert!(posted(&[]));
        assert!(is_same_origin(&Method::GET, "/", &headers(&[("sec-fetch-site", "cross-site")])));
        assert!(is_same_origin(&Method::POST, "/webhooks/stripe", &headers(&[("origin", "https://stripe")])));
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        let forged = headers(&[("x-forwarded-for", "1.1.1.1, 2.2.2.2")]);
        let peer = Some(SocketAddr::from(([10, 0, 0, 1], 5000)));
        assert_eq!(client_address(&forged, peer, false).to_string(), "10.0.0.1");
        assert_eq!(client_address(&forged, peer, true).to_string(), "2.2.2.2");
    }

    #[test]
    fn an_address_forwarded_with_its_port_is_the_visitor_s_and_not_the_proxy_s() {
        let peer = Some(SocketAddr::from(([10, 0, 0, 1], 5000)));
        for (sent, read) in [
            ("2.2.2.2:40000", "2.2.2.2"),
            ("1.1.1.1, 2.2.2.2:40000", "2.2.2.2"),
            ("[2001:db8::1]:40000", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("unknown", "10.0.0.1"),
        ] {
            let forwarded = headers(&[("x-forwarded-for", sent)]);
            assert_eq!(client_address(&forwarded, peer, true).to_string(), read, "{sent}");
        }
    }

    #[test]
    fn a_browser_that_is_known_but_signed_out_has_no_session() {
        assert!(has_cookie(&headers(&[("cookie", "a=1; xj=token")]), "xj"));
        assert!(!has_cookie(&headers(&[("cookie", "xj-known=token; a=xj")]), "xj"));
        assert!(!has_cookie(&headers(&[]), "xj"));
    }

    #[test]
    fn the_prefix_goes_and_the_query_stays() {
        let request = Request::builder().uri("/en/products?q=a").body(()).unwrap();
        let stripped = strip_locale(request);
        assert_eq!(stripped.uri().to_string(), "/products?q=a");
        assert_eq!(stripped.extensions().get::<PathLocale>().unwrap().0, Locale::En);
        let request = Request::builder().uri("/enigma").body(()).unwrap();
        assert_eq!(strip_locale(request).uri().path(), "/enigma");
    }
}
