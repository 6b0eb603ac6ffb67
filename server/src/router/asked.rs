//! What a request says by itself, and who therefore asks for what.

use std::sync::Arc;

use app::context::{RequestContext, RequestInfo};
use app::form::{
    SessionCookie, half_session_cookie_name, known_browser_cookie_name, link_cookie_name, own_referer,
    saved_cookie_name, session_cookie_name,
};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use domain::device::Device;
use domain::locale::Locale;

use super::AppState;
use crate::middleware::{self, PathLocale, RequestMarks};

/// So long after it was saved a form is still told of.
const SAVED_SHOWN_MS: u64 = 120_000;

/// What a request says by itself, before the database is asked.
pub(super) struct Asked {
    pub(super) info: RequestInfo,
    pub(super) locale: Locale,
    token: Option<String>,
    half_token: Option<String>,
    browser_token: Option<String>,
    device: Option<Device>,
    /// Whose console sends it, when a page says so.
    account: String,
}

/// A console sends what waited for the network in the name of whoever typed it: the account in this header.
const ACCOUNT: header::HeaderName = header::HeaderName::from_static("x-account");

impl Asked {
    /// Nothing says who asks.
    pub(super) fn is_of_nobody(&self) -> bool {
        self.token.is_none() && self.half_token.is_none()
    }
}

pub(super) fn read_request(
    state: &AppState,
    request: &Request<Body>,
    params: Vec<(String, String)>,
) -> Asked {
    let headers = request.headers();
    let text = |name: header::HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let (marks, prefix) =
        (request.extensions().get::<RequestMarks>(), request.extensions().get::<PathLocale>());
    let wants_html = text(header::ACCEPT).contains("text/html");
    let mut locale = prefix.map_or(Locale::default(), |prefix| prefix.0);
    let is_call = ["/api/", "/upload/"].iter().any(|calls| request.uri().path().starts_with(calls));
    if is_call && !wants_html && locale == Locale::default() {
        // An island calls without a prefix; the page it stands on tells its language. A page says it by its address:
        // some browsers fetch it ahead from a page in another language, and do not say that they want HTML.
        locale = referer_locale(text(header::REFERER));
    }
    let peer = middleware::peer_of(request);
    let info = RequestInfo {
        id: marks.map(|marks| marks.id.to_string()).unwrap_or_default(),
        nonce: marks.map(|marks| marks.nonce.to_string()).unwrap_or_default(),
        form_key: state.services.new_token(),
        path: request.uri().path().to_owned(),
        query: query_pairs(request.uri().query().unwrap_or_default()),
        params,
        referer: own_referer(text(header::REFERER), text(header::HOST)),
        wants_html,
        client_address: middleware::client_address(headers, peer, state.trust_proxy).to_string(),
        saved_at_ms: cookie(headers, saved_cookie_name(state.site.is_secure))
            .and_then(|at_ms| at_ms.parse().ok())
            .filter(|at_ms| state.services.now_ms().abs_diff(*at_ms) < SAVED_SHOWN_MS),
        link_token: cookie(headers, link_cookie_name(state.site.is_secure)),
    };
    let user_agent = text(header::USER_AGENT);
    let account = text(ACCOUNT).to_owned();
    Asked {
        account,
        device: (!user_agent.is_empty()).then(|| Device::from_user_agent(user_agent)),
        info,
        locale,
        token: cookie(headers, session_cookie_name(state.site.is_secure)),
        half_token: cookie(headers, half_session_cookie_name(state.site.is_secure)),
        browser_token: cookie(headers, known_browser_cookie_name(state.site.is_secure)),
    }
}

/// Who asks for what, in which language; and the cookie that has to last as long as a session whose end was moved.
pub(super) async fn context_of(
    state: &AppState,
    asked: Asked,
) -> service::Result<(RequestContext, Option<HeaderValue>)> {
    let token = asked.token.as_deref();
    let known = service::accounts::recognise(&state.services, token, asked.locale).await?;
    let renewed = known.renewed_until_ms.zip(token).and_then(|(until_ms, token)| {
        let max_age_seconds = (until_ms - state.services.now_ms()) / 1000;
        let cookie = SessionCookie::Set { token: token.to_owned(), max_age_seconds };
        HeaderValue::from_str(&cookie.header(session_cookie_name(state.site.is_secure), state.site.is_secure))
            .ok()
    });
    let mut viewer = known.viewer;
    let is_of_viewer = viewer.user_id().is_some_and(|user| user.to_string() == asked.account);
    if !asked.account.is_empty() && !is_of_viewer {
        // Somebody else has signed in since, or nobody: it is not theirs to send.
        return Err(service::ServiceError::Unauthenticated);
    }
    viewer.client_address = asked.info.client_address.parse().ok();
    viewer.device = asked.device;
    viewer.half_session_hash = asked.half_token.as_deref().map(service::hash_token);
    viewer.browser_hash = asked.browser_token.as_deref().map(service::hash_token);
    if let Some(user) = viewer.user_id() {
        // A number, so that a refusal can be followed up without the log naming anybody.
        tracing::Span::current().record("user", tracing::field::display(user));
    }
    let context = RequestContext {
        services: state.services.clone().with_origin(service::audit::Origin {
            address: asked.info.client_address.clone(),
            request_id: asked.info.id.clone(),
        }),
        viewer,
        request: Arc::new(asked.info),
        site: state.site.clone(),
        cart_count: 0,
        flash: None,
        unfinished: state.unfinished.clone(),
    };
    Ok((context, renewed))
}

/// Lets the session's cookie last longer, unless the answer itself says what becomes of it.
pub(super) fn renew_cookie(state: &AppState, answer: &mut Response, renewed: Option<HeaderValue>) {
    let Some(cookie) = renewed else { return };
    let prefix = format!("{}=", session_cookie_name(state.site.is_secure));
    let says = |value: &HeaderValue| value.as_bytes().starts_with(prefix.as_bytes());
    if !answer.headers().get_all(header::SET_COOKIE).iter().any(says) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The language of the page that a `Referer` names.
#[must_use]
pub fn referer_locale(referer: &str) -> Locale {
    let path = referer.splitn(4, '/').nth(3).unwrap_or_default();
    Locale::from_prefix(&format!("/{}", path.split(['?', '#']).next().unwrap_or_default())).0
}

/// Names and values of a query in their order; none of one that cannot be read.
#[must_use]
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(
        &format!("/?{query}").parse().unwrap_or_default(),
    );
    pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default()
}

/// The value of the first cookie of that name that has one.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
