//! Running the work behind a form, and answering a page or a script.

use std::future::Future;

use domain::locale::Locale;
use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::prelude::expect_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use service::flash::{self, FlashContent};
use service::{ServiceError, Services, Viewer};
use tracing::Instrument as _;

use super::{Answer, FLASH_PARAMETER, SAID_HEADER, UNKEPT_HEADER};
use crate::AppError;
use crate::context::{RequestContext, localised};
use crate::routes::{encode, paths};
use crate::text::error_text;

/// Tells a browser what to throw away (<https://w3c.github.io/webappsec-clear-site-data/>).
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// What becomes of the session's cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCookie {
    Set { token: String, max_age_seconds: i64 },
    Clear,
}

impl SessionCookie {
    /// The `Set-Cookie` header.
    #[must_use]
    pub fn header(&self, name: &str, is_secure: bool) -> String {
        let secure = if is_secure { "; Secure" } else { "" };
        match self {
            Self::Set { token, max_age_seconds } => {
                format!("{name}={token}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}")
            }
            Self::Clear => format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"),
        }
    }
}

/// What follows when the use case did what was asked.
#[derive(Debug, Clone)]
pub struct Then<T> {
    value: T,
    go_to: Option<String>,
    cookie: Option<SessionCookie>,
    half_cookie: Option<SessionCookie>,
    browser_cookie: Option<SessionCookie>,
    is_saved: bool,
}

impl<T> Then<T> {
    /// Go to a path of ours (without a language) or to another site's address (the payment page).
    pub fn go(path: impl Into<String>, value: T) -> Self {
        Self { go_to: Some(path.into()), ..Self::stay(value) }
    }

    /// Go back to the page that sent the form.
    pub fn stay(value: T) -> Self {
        Self { value, go_to: None, cookie: None, half_cookie: None, browser_cookie: None, is_saved: true }
    }

    /// Something was only looked for, or is shown again as it was typed: the next page does not say that anything was saved.
    #[must_use]
    pub fn unsaved(mut self) -> Self {
        self.is_saved = false;
        self
    }

    /// The browser is to keep this session from now on.
    #[must_use]
    pub fn with_session(mut self, token: impl Into<String>, max_age_seconds: i64) -> Self {
        self.cookie = Some(SessionCookie::Set { token: token.into(), max_age_seconds });
        self
    }

    /// The browser is to keep by what it is known to the accounts that were signed in on it.
    #[must_use]
    pub fn with_known_browser(mut self, token: impl Into<String>, max_age_seconds: i64) -> Self {
        self.browser_cookie = Some(SessionCookie::Set { token: token.into(), max_age_seconds });
        self
    }

    /// The browser is to keep the token of a sign-in that is half done.
    #[must_use]
    pub fn with_half_session(mut self, token: impl Into<String>, max_age_seconds: i64) -> Self {
        self.half_cookie = Some(SessionCookie::Set { token: token.into(), max_age_seconds });
        self
    }

    /// The browser is to forget a sign-in that was half done.
    #[must_use]
    pub fn without_half_session(mut self) -> Self {
        self.half_cookie = Some(SessionCookie::Clear);
        self
    }

    /// The browser is to forget its session.
    #[must_use]
    pub fn without_session(mut self) -> Self {
        self.cookie = Some(SessionCookie::Clear);
        self
    }
}

/// Runs a use case for a server function; see the module.
///
/// The work is a task of its own: a buyer who closes the tab does not stop it half way. It therefore has no
/// request context; it is given what it needs.
pub async fn submit<Form, Work, Fut, T>(form: Form, work: Work) -> Result<Answer<T>, AppError>
where
    Form: Serialize + Send + 'static,
    Work: FnOnce(Services, Viewer, Form) -> Fut + Send + 'static,
    Fut: Future<Output = service::Result<Then<T>>> + Send + 'static,
    T: Send + 'static,
{
    let current = crate::context::current();
    let response = expect_context::<ResponseOptions>();
    let values = form_values(&form);
    let work = work(current.services.clone(), current.viewer.clone(), form);
    let unfinished = current.unfinished.clone();
    let work = async move {
        let outcome = work.await;
        drop(unfinished);
        outcome
    };
    let outcome = match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(ServiceError::internal(stopped)),
    };
    match outcome {
        Ok(then) => Ok(succeed(&current, &response, then)),
        Err(error) => Err(refuse(&current, &response, values, error).await),
    }
}

/// [`submit`] for what a guest may do as well: starts a guest's session first when the viewer has none.
pub async fn submit_as_guest<Form, Work, Fut, T>(form: Form, work: Work) -> Result<Answer<T>, AppError>
where
    Form: Serialize + Send + 'static,
    Work: FnOnce(Services, Viewer, Form) -> Fut + Send + 'static,
    Fut: Future<Output = service::Result<Then<T>>> + Send + 'static,
    T: Send + 'static,
{
    submit(form, |services, viewer, form| async move {
        let (viewer, cookie) = ensure_session(&services, viewer).await?;
        let mut then = work(services, viewer, form).await?;
        then.cookie = then.cookie.or(cookie);
        Ok(then)
    })
    .await
}

/// The viewer with a session: their own, or a guest's that begins now and whose cookie has to be set.
pub async fn ensure_session(
    services: &Services,
    mut viewer: Viewer,
) -> service::Result<(Viewer, Option<SessionCookie>)> {
    if viewer.session_hash.is_some() {
        return Ok((viewer, None));
    }
    let session = service::accounts::start_guest_session(services).await?;
    viewer.session_hash = Some(service::hash_token(&session.token));
    let cookie = SessionCookie::Set {
        token: session.token,
        max_age_seconds: (session.expires_at_ms - services.now_ms()) / 1000,
    };
    Ok((viewer, Some(cookie)))
}

/// What a page is told was done by the form before.
const DONE_PARAMETER: &str = "done";

fn succeed<T>(current: &RequestContext, response: &ResponseOptions, then: Then<T>) -> Answer<T> {
    // What the page said of something done before is past now.
    let stays = || current.request.referer.as_deref().map(|path| without(path, &[DONE_PARAMETER]));
    let go_to = then.go_to.or_else(stays).unwrap_or_else(paths::home);
    let go_to = localised(current.viewer.locale, &without_flash(&go_to));
    let is_secure = current.site.is_secure;
    match &then.cookie {
        Some(SessionCookie::Clear) => {
            // Forms and photos that a console kept in the browser go with the session.
            response.insert_header(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
        }
        None if then.is_saved && current.viewer.user.as_ref().is_some_and(|user| !user.roles.is_empty()) => {
            set_cookie(response, &saved_cookie(current.services.now_ms(), is_secure));
        }
        _ => {}
    }
    if let Some(cookie) = then.cookie {
        set_cookie(response, &cookie.header(session_cookie_name(is_secure), is_secure));
    }
    if let Some(cookie) = then.half_cookie {
        set_cookie(response, &cookie.header(half_session_cookie_name(is_secure), is_secure));
    }
    if let Some(cookie) = then.browser_cookie {
        set_cookie(response, &cookie.header(known_browser_cookie_name(is_secure), is_secure));
    }
    if current.request.wants_html {
        redirect(response, &go_to);
    }
    Answer { value: then.value, go_to }
}

/// Answers a refusal: a status for a script; for a page the way back to the form, with all that was typed.
async fn refuse(
    current: &RequestContext,
    response: &ResponseOptions,
    values: Vec<(String, String)>,
    error: ServiceError,
) -> AppError {
    let request = &current.request;
    let error = AppError::from_service(error, &request.id);
    if !request.wants_html {
        response
            .set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        if let AppError::TooManyAttempts { wait_seconds } = error {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from(wait_seconds));
        }
        if let Ok(said) = HeaderValue::from_str(&encode(&error_text(current.viewer.locale, &error))) {
            response.insert_header(HeaderName::from_static(SAID_HEADER), said);
        }
        return error;
    }
    let referer = request.referer.clone().unwrap_or_else(paths::home);
    if error == AppError::Unauthenticated {
        redirect(response, &sign_in_path(current.viewer.locale, &without_flash(&referer)));
        return error;
    }
    if error == AppError::SecondFactorMissing {
        redirect(response, &localised(current.viewer.locale, &second_factor_path(&without_flash(&referer))));
        return error;
    }
    if error == AppError::Busy {
        // Where the database cannot be written to, what was typed cannot be kept either, and trying would only make the
        // wait longer.
        response.insert_header(HeaderName::from_static(UNKEPT_HEADER), HeaderValue::from_static("1"));
        redirect(response, &localised(current.viewer.locale, &referer));
        return error;
    }
    let failure = match &error {
        AppError::Invalid(_) => None,
        other => serde_json::to_value(other).ok(),
    };
    let content =
        FlashContent { form: request.path.clone(), values, errors: error.field_errors().to_vec(), failure };
    let back = match flash::keep(&current.services, &current.viewer, &content).await {
        Ok(token) => with_flash(&referer, &token),
        Err(unkept) => {
            tracing::warn!(request_id = request.id, %unkept, "a refused form could not be kept");
            response.insert_header(HeaderName::from_static(UNKEPT_HEADER), HeaderValue::from_static("1"));
            referer
        }
    };
    redirect(response, &localised(current.viewer.locale, &back));
    error
}

/// Where to sign in and come back from.
pub(crate) fn sign_in_path(locale: Locale, next: &str) -> String {
    localised(locale, &format!("{}?next={}", paths::sign_in(), encode(next)))
}

/// Where to set up the second factor and come back from; without language.
pub(crate) fn second_factor_path(next: &str) -> String {
    format!("{}?next={}", paths::second_factor(), encode(next))
}

fn redirect(response: &ResponseOptions, to: &str) {
    if let Ok(location) = HeaderValue::from_str(to) {
        response.insert_header(header::LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

pub(super) fn set_cookie(response: &ResponseOptions, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// The name of the session's cookie. `__Host-` keeps other hosts of the domain from setting it, and browsers
/// accept that prefix over HTTPS only.
#[must_use]
pub fn session_cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-xj" } else { "xj" }
}

/// The name of the cookie of a sign-in that is half done.
#[must_use]
pub fn half_session_cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-xj-half" } else { "xj-half" }
}

/// The name of the cookie by which a browser is known to the accounts that were signed in on it.
#[must_use]
pub fn known_browser_cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-xj-known" } else { "xj-known" }
}

/// The name of the cookie by which the next page of a console tells when something was saved.
#[must_use]
pub fn saved_cookie_name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-xj-saved" } else { "xj-saved" }
}

/// It has to last as long as the way to the next page takes to begin, and no longer.
fn saved_cookie(at_ms: i64, is_secure: bool) -> String {
    let (name, secure) = (saved_cookie_name(is_secure), if is_secure { "; Secure" } else { "" });
    format!("{name}={at_ms}; Path=/; Max-Age=5; HttpOnly; SameSite=Lax{secure}")
}

fn with_flash(path: &str, token: &str) -> String {
    // That something before was saved does not stand beside what is refused now.
    let path = without(path, &[FLASH_PARAMETER, DONE_PARAMETER]);
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{FLASH_PARAMETER}={token}")
}

fn without_flash(path: &str) -> String {
    without(path, &[FLASH_PARAMETER])
}

/// A path without some parameters of its query.
fn without(path: &str, parameters: &[&str]) -> String {
    let Some((bare, query)) = path.split_once('?') else { return path.to_owned() };
    let is_kept = |pair: &&str| {
        !pair.is_empty() && !pair.split('=').next().is_some_and(|name| parameters.contains(&name))
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    if kept.is_empty() { bare.to_owned() } else { format!("{bare}?{}", kept.join("&")) }
}

/// What was typed, flat: `variants.0.price`.
pub(crate) fn form_values(form: &impl Serialize) -> Vec<(String, String)> {
    let mut values = Vec::new();
    if let Ok(tree) = serde_json::to_value(form) {
        flatten("", &tree, &mut values);
    }
    values
}

fn flatten(name: &str, tree: &serde_json::Value, values: &mut Vec<(String, String)>) {
    use serde_json::Value;
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match tree {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| flatten(&below(key), value, values)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| flatten(&below(&at.to_string()), value, values));
        }
        Value::String(text) => values.push((name.to_owned(), text.clone())),
        Value::Null => {}
        other => values.push((name.to_owned(), other.to_string())),
    }
}

/// The path of ours that a `Referer` names, without its language; `None` for other sites' pages.
#[must_use]
pub fn own_referer(header: &str, host: &str) -> Option<String> {
    let rest = header.split_once("://").map(|(_, rest)| rest)?;
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    if authority != host {
        return None;
    }
    let path = path.split('#').next().unwrap_or_default();
    let (bare, query) = path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
    let (_, bare) = Locale::from_prefix(bare);
    // Two slashes would lead to another host, and so would two with a tab between: browsers leave it out.
    let has_control = header.contains(char::is_control);
    if has_control || !bare.starts_with('/') || bare.starts_with("//") || bare.contains('\\') {
        return None;
    }
    Some(query.map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}")))
}

/// A `next` parameter as a path that is safe to go to: ours, or the home page.
#[must_use]
pub fn safe_next(next: &str) -> String {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if is_own { next.to_owned() } else { paths::home() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_gone_back_to() {
        let own = |header: &str| own_referer(header, "shop.example:3000");
        assert_eq!(own("http://shop.example:3000/cart"), Some("/cart".to_owned()));
        assert_eq!(own("http://shop.example:3000/en/cart?a=1#x"), Some("/cart?a=1".to_owned()));
        assert_eq!(own("http://shop.example:3000/en"), Some("/".to_owned()));
        assert_eq!(own("http://evil.example/cart"), None);
        assert_eq!(own("http://shop.example:3000//evil.example"), None);
        assert_eq!(own("http://shop.example:3000/\t/evil.example"), None);
        assert_eq!(own("nonsense"), None);
    }

    #[test]
    fn the_next_page_is_one_of_ours() {
        assert_eq!(safe_next("/cart?x=1"), "/cart?x=1");
        for wrong in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb"] {
            assert_eq!(safe_next(wrong), "/", "{wrong:?}");
        }
    }

    #[test]
    fn a_second_refusal_replaces_the_first_ones_flash() {
        assert_eq!(with_flash("/cart", "b"), "/cart?flash=b");
        assert_eq!(with_flash("/cart?flash=a", "b"), "/cart?flash=b");
        assert_eq!(with_flash("/cart?x=1&flash=a", "b"), "/cart?x=1&flash=b");
        assert_eq!(without_flash("/cart?flash=a"), "/cart");
        assert_eq!(without("/a?done=split&page=2", &[DONE_PARAMETER]), "/a?page=2");
    }

    #[test]
    fn nested_values_keep_their_place_in_the_form() {
        let form = serde_json::json!({"name": "茶", "variants": [{"price": "1"}, {"price": "2"}]});
        assert_eq!(
            form_values(&form),
            [("name", "茶"), ("variants.0.price", "1"), ("variants.1.price", "2")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
