//! The one way in which something is changed: a server function that is also a plain HTML form.
//!
//! ```ignore
//! #[derive(Debug, Clone, Default, Serialize, Deserialize)]
//! #[serde(default)]
//! pub struct AddLineForm { pub variant: String, pub quantity: String }
//!
//! #[server(endpoint = "cart/add_line")]
//! pub async fn add_line(#[server(flatten)] form: AddLineForm) -> Result<Answer<i64>, AppError> {
//!     submit_as_guest(form, async |services, viewer, form| { … Ok(Then::go(paths::cart(), count)) }).await
//! }
//! ```
//!
//! A browser without scripts posts the form and is sent on (303) to where [`Then`] says; when the service refuses, it
//! is sent back to the page it came from, which shows what was typed and what is wrong with it ([`FormState`]). An
//! island calls the same function and gets the [`Answer`] or the [`AppError`] as JSON.
//!
//! All fields are texts with a default, so that whatever is missing or wrong is said by the use case, field by field.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use server::{
    SessionCookie, Then, UploadForm, UploadedFile, ensure_session, submit, submit_as_guest, submit_upload,
};
#[cfg(feature = "ssr")]
pub use state::FormState;

/// The query parameter that leads a form page to what was typed.
pub const FLASH_PARAMETER: &str = "flash";

/// What a server function gives back to an island.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    pub value: T,
    /// Where a plain form would have been sent, with its language; an island may go there or stay.
    pub go_to: String,
}

/// How a field's name stands in HTML: `variants.0.price` becomes `variants[0][price]`, which is read as a list.
#[must_use]
pub fn html_name(field: &str) -> String {
    let mut parts = field.split('.');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.push('[');
        name.push_str(part);
        name.push(']');
    }
    name
}

/// A field's `id` in HTML, the target of the links in the list of errors.
#[must_use]
pub fn html_id(field: &str) -> String {
    format!("f-{}", field.replace('.', "-"))
}

#[cfg(feature = "ssr")]
mod server {
    use std::future::Future;

    use domain::locale::Locale;
    use http::{HeaderValue, StatusCode, header};
    use leptos::prelude::expect_context;
    use leptos_axum::ResponseOptions;
    use serde::Serialize;
    use service::flash::{self, FlashContent};
    use service::{ServiceError, Services, Viewer};
    use tracing::Instrument as _;

    use super::{Answer, FLASH_PARAMETER};
    use crate::AppError;
    use crate::context::{self, RequestContext, RequestInfo, localised};
    use crate::routes::{encode, paths};

    /// What becomes of the session's cookie.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum SessionCookie {
        Set { token: String, max_age_seconds: i64 },
        Clear,
    }

    /// What follows when the use case did what was asked.
    #[derive(Debug, Clone)]
    pub struct Then<T> {
        value: T,
        go_to: Option<String>,
        cookie: Option<SessionCookie>,
    }

    impl<T> Then<T> {
        /// Go to a path of ours (without a language) or to another site's address (the payment page).
        pub fn go(path: impl Into<String>, value: T) -> Self {
            Self { value, go_to: Some(path.into()), cookie: None }
        }

        /// Go back to the page that sent the form.
        pub fn stay(value: T) -> Self {
            Self { value, go_to: None, cookie: None }
        }

        /// The browser is to keep this session from now on.
        #[must_use]
        pub fn with_session(mut self, token: impl Into<String>, max_age_seconds: i64) -> Self {
            self.cookie = Some(SessionCookie::Set { token: token.into(), max_age_seconds });
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
        let current = expect_context::<RequestContext>();
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

    /// A file that was sent.
    #[derive(Debug, Clone)]
    pub struct UploadedFile {
        /// The field it was sent in.
        pub field: String,
        /// The name it had on the sender's machine; only to be shown.
        pub name: String,
        pub bytes: Vec<u8>,
    }

    /// A multipart form: its texts, and its files.
    #[derive(Debug, Clone, Default)]
    pub struct UploadForm {
        pub values: Vec<(String, String)>,
        pub files: Vec<UploadedFile>,
    }

    impl UploadForm {
        /// The first text of a field; empty when absent.
        #[must_use]
        pub fn value(&self, field: &str) -> &str {
            self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
        }
    }

    impl Serialize for UploadForm {
        /// What can be shown again: the texts, since no browser lets a page fill in a file.
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.values.iter().map(|(name, value)| (name, value)))
        }
    }

    /// [`submit`] for an upload; the value goes to the script that sent it.
    pub async fn submit_upload<Work, Fut, T>(
        form: UploadForm,
        work: Work,
    ) -> Result<Answer<serde_json::Value>, AppError>
    where
        Work: FnOnce(Services, Viewer, UploadForm) -> Fut + Send + 'static,
        Fut: Future<Output = service::Result<Then<T>>> + Send + 'static,
        T: Serialize + Send + 'static,
    {
        let answer = submit(form, work).await?;
        let value = serde_json::to_value(answer.value).map_err(ServiceError::internal)?;
        Ok(Answer { value, go_to: answer.go_to })
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

    fn succeed<T>(current: &RequestContext, response: &ResponseOptions, then: Then<T>) -> Answer<T> {
        let go_to = then.go_to.or_else(|| current.request.referer.clone()).unwrap_or_else(paths::home);
        let go_to = localised(current.viewer.locale, &without_flash(&go_to));
        if let Some(cookie) = then.cookie {
            set_cookie(current, response, &cookie);
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
            response.set_status(
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            );
            return error;
        }
        let referer = request.referer.clone().unwrap_or_else(paths::home);
        if error == AppError::Unauthenticated {
            redirect(response, &sign_in_path(current.viewer.locale, &without_flash(&referer)));
            return error;
        }
        let failure = match &error {
            AppError::Invalid(_) => None,
            other => serde_json::to_value(other).ok(),
        };
        let content = FlashContent {
            form: request.path.clone(),
            values,
            errors: error.field_errors().to_vec(),
            failure,
        };
        let back = match flash::keep(&current.services, &current.viewer, &content).await {
            Ok(token) => with_flash(&referer, &token),
            Err(unkept) => {
                tracing::warn!(request_id = request.id, %unkept, "a refused form could not be kept");
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

    fn redirect(response: &ResponseOptions, to: &str) {
        if let Ok(location) = HeaderValue::from_str(to) {
            response.insert_header(header::LOCATION, location);
            response.set_status(StatusCode::SEE_OTHER);
        }
    }

    fn set_cookie(current: &RequestContext, response: &ResponseOptions, cookie: &SessionCookie) {
        let secure = if current.site.is_secure { "; Secure" } else { "" };
        let name = session_cookie_name(current.site.is_secure);
        let text = match cookie {
            SessionCookie::Set { token, max_age_seconds } => {
                format!("{name}={token}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}")
            }
            SessionCookie::Clear => format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"),
        };
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.append_header(header::SET_COOKIE, value);
        }
    }

    /// The name of the session's cookie. `__Host-` keeps other hosts of the domain from setting it, and browsers
    /// accept that prefix over HTTPS only.
    #[must_use]
    pub fn session_cookie_name(is_secure: bool) -> &'static str {
        if is_secure { "__Host-xj" } else { "xj" }
    }

    fn with_flash(path: &str, token: &str) -> String {
        let path = without_flash(path);
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}{FLASH_PARAMETER}={token}")
    }

    fn without_flash(path: &str) -> String {
        let Some((bare, query)) = path.split_once('?') else { return path.to_owned() };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| pair.split('=').next() != Some(FLASH_PARAMETER) && !pair.is_empty())
            .collect();
        if kept.is_empty() { bare.to_owned() } else { format!("{bare}?{}", kept.join("&")) }
    }

    /// What was typed, flat: `variants.0.price`.
    fn form_values(form: &impl Serialize) -> Vec<(String, String)> {
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
            Value::Object(fields) => {
                fields.iter().for_each(|(key, value)| flatten(&below(key), value, values))
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(at, value)| flatten(&below(&at.to_string()), value, values));
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
        // Two slashes would lead to another host.
        if !bare.starts_with('/') || bare.starts_with("//") || bare.contains('\\') {
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

    /// Kept so that pages need not know where the context lives.
    #[must_use]
    pub fn current_request() -> std::sync::Arc<RequestInfo> {
        context::request()
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
}

#[cfg(feature = "ssr")]
pub(crate) use server::sign_in_path;
#[cfg(feature = "ssr")]
pub use server::{current_request, own_referer, safe_next, session_cookie_name};

#[cfg(feature = "ssr")]
mod state {
    use std::sync::Arc;

    use domain::failure::FieldError;
    use leptos::server_fn::ServerFn;
    use service::flash::FlashContent;

    use crate::context::{self, link, locale};
    use crate::text::{error_text, problem_text};
    use crate::{AppError, text};

    /// A form as its page shows it: empty at first; with what was typed, and what is wrong with it, after a refusal.
    #[derive(Debug, Clone)]
    pub struct FormState {
        action: String,
        flash: Option<Arc<FlashContent>>,
    }

    impl FormState {
        /// The state of the form that posts to the server function `F` (the type the `#[server]` macro makes:
        /// `AddLine` for `fn add_line`).
        #[must_use]
        pub fn of<F: ServerFn>() -> Self {
            Self::of_path(F::PATH)
        }

        /// The state of a form that posts to another address of ours.
        #[must_use]
        pub fn of_path(path: &str) -> Self {
            let flash = context::flash().filter(|flash| flash.form == path);
            Self { action: link(path), flash }
        }

        /// Of several forms with one action (one for each line of a cart), the one whose hidden `field` is `value`.
        #[must_use]
        pub fn only_if(mut self, field: &str, value: &str) -> Self {
            self.flash = self.flash.filter(|flash| flash.value(field) == value);
            self
        }

        /// The form's `action`.
        #[must_use]
        pub fn action(&self) -> String {
            self.action.clone()
        }

        /// Whether the form came back refused.
        #[must_use]
        pub fn is_refused(&self) -> bool {
            self.flash.is_some()
        }

        /// What was typed into a field; else `otherwise` (the stored value of what is being edited).
        #[must_use]
        pub fn value_or(&self, field: &str, otherwise: &str) -> String {
            match &self.flash {
                Some(flash) => flash.value(field).to_owned(),
                None => otherwise.to_owned(),
            }
        }

        /// What was typed into a field.
        #[must_use]
        pub fn value(&self, field: &str) -> String {
            self.value_or(field, "")
        }

        /// Whether a list field (`village[]`) was sent with this value among others.
        #[must_use]
        pub fn has_value(&self, field: &str, value: &str) -> bool {
            let prefix = format!("{field}.");
            self.flash.as_ref().is_some_and(|flash| {
                flash
                    .values
                    .iter()
                    .any(|(name, typed)| (name == field || name.starts_with(&prefix)) && typed == value)
            })
        }

        /// How many rows of a repeated group were sent: `variants.0.…`, `variants.1.…`; else `otherwise`.
        #[must_use]
        pub fn rows_or(&self, group: &str, otherwise: usize) -> usize {
            let Some(flash) = &self.flash else { return otherwise };
            let prefix = format!("{group}.");
            flash
                .values
                .iter()
                .filter_map(|(name, _)| name.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok())
                .max()
                .map_or(0, |last| last + 1)
        }

        /// What is wrong with a field, in the reader's language.
        #[must_use]
        pub fn error(&self, field: &str) -> Option<String> {
            let flash = self.flash.as_ref()?;
            let error = flash.errors.iter().find(|error| error.field == field)?;
            Some(problem_text(locale(), &error.problem))
        }

        /// All that is wrong with fields.
        #[must_use]
        pub fn errors(&self) -> Vec<FieldError> {
            self.flash.as_ref().map(|flash| flash.errors.clone()).unwrap_or_default()
        }

        /// Why the form was refused as a whole.
        #[must_use]
        pub fn failure(&self) -> Option<AppError> {
            let failure = self.flash.as_ref()?.failure.clone()?;
            serde_json::from_value(failure).ok()
        }

        /// The failure in words.
        #[must_use]
        pub fn failure_text(&self) -> Option<String> {
            self.failure().map(|failure| error_text(locale(), &failure))
        }

        /// `有 2 处需要修改`, or why the form was refused; `None` when it was not.
        #[must_use]
        pub fn headline(&self) -> Option<String> {
            if let Some(failure) = self.failure_text() {
                return Some(failure);
            }
            let count = self.flash.as_ref()?.errors.len();
            Some(text::fields_to_mend(locale(), count))
        }
    }
}
