//! The request being answered, for pages and server functions: services, viewer, language, address.
//!
//! The server puts a [`RequestContext`] into place before it runs a page or a server function. Islands have none of
//! this: what they need is passed to them as props.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::locale::Locale;
use leptos::prelude::{expect_context, provide_context, use_context};
use service::{Services, Viewer};

pub use crate::routes::encode;

/// What a page may know of the site it is part of; the same for all requests.
#[derive(Debug, Clone, Default)]
pub struct SiteInfo {
    /// Where the shop is reached from outside, without a slash at the end.
    pub public_url: String,
    /// The shop stands behind HTTPS: cookies are `Secure` and carry the `__Host-` prefix.
    pub is_secure: bool,
    /// The data is invented, and every page says so.
    pub is_demo: bool,
    /// From what a file is called (`style.css`) to where it is served (`/pkg/style.0a1b.css`).
    pub assets: BTreeMap<String, String>,
    /// The duties of disclosure; empty lines are left out.
    pub business_licence: String,
    pub food_permit: String,
    pub icp_record: String,
    /// Who answers questions: shown in the footer and on the privacy page.
    pub contact: String,
    /// What PDF files are set in; without any there are none.
    pub print_fonts: print::FontFiles,
}

/// What is known of the request itself.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// The number under which the log has this request.
    pub id: String,
    /// Without the language's prefix and without the query.
    pub path: String,
    /// The query's pairs, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// The varying parts of the page's path, decoded.
    pub params: Vec<(String, String)>,
    /// Path and query of the page that sent the request, without the language's prefix; `None` when it was not ours.
    pub referer: Option<String>,
    /// A person's browser wants a page (and not a script some data).
    pub wants_html: bool,
    /// For throttling only.
    pub client_address: String,
    /// The key of a form on a page that is kept: tells two answers with the same page apart.
    pub form_key: String,
    /// Marks the scripts and styles of this answer as ours.
    pub nonce: String,
    /// When the form was saved whose answer led here; `None` when none did.
    pub saved_at_ms: Option<i64>,
    /// What the link of a letter held that was followed in this browser a short time ago.
    pub link_token: Option<String>,
}

impl RequestInfo {
    /// The first value of a query parameter; empty when absent.
    #[must_use]
    pub fn query_value(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub fn query_values(&self, name: &str) -> Vec<String> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// The query with `name` set to `value` (or taken away by an empty value), as `?a=b` or an empty text. Also
    /// forgets the page number and the flash, since both belong to the old query.
    #[must_use]
    pub fn query_with(&self, name: &str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .query
            .iter()
            .map(|(key, kept)| (key.as_str(), kept.as_str()))
            .filter(|(key, _)| *key != name && *key != "page" && *key != crate::form::FLASH_PARAMETER)
            .collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        query_text(&pairs)
    }
}

/// Pairs as `?a=b&c=d`, percent-encoded; empty for none.
#[must_use]
pub fn query_text(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    if encoded.is_empty() { String::new() } else { format!("?{}", encoded.join("&")) }
}

/// [`query_text`] of those pairs of which something is given: what narrows a list.
#[must_use]
pub fn given_text(pairs: &[(&str, &str)]) -> String {
    let given: Vec<(&str, &str)> = pairs.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    query_text(&given)
}

/// Everything that belongs to one request. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub services: Services,
    pub viewer: Viewer,
    pub request: Arc<RequestInfo>,
    pub site: Arc<SiteInfo>,
    /// Pieces in the viewer's cart, for the badge; 0 while a server function runs.
    pub cart_count: i64,
    /// What a form sent back to this page had in it.
    pub flash: Option<Arc<service::flash::FlashContent>>,
    /// Held by work that must be finished before the server stops, with the memory that its files may take.
    pub unfinished: Arc<dyn std::any::Any + Send + Sync>,
}

/// Puts the request's context into place.
pub fn provide(context: RequestContext) {
    provide_context(leptos::nonce::Nonce::from_value(context.request.nonce.clone()));
    // Asked for by every word of a page, so it stands by itself.
    provide_context(context.viewer.locale);
    provide_context(Arc::new(context));
}

/// All of it.
pub(crate) fn current() -> Arc<RequestContext> {
    expect_context::<Arc<RequestContext>>()
}

fn try_current() -> Option<Arc<RequestContext>> {
    use_context::<Arc<RequestContext>>()
}

/// Database, clock, payments and the rest.
#[must_use]
pub fn services() -> Services {
    current().services.clone()
}

/// The time by the shop's clock, in milliseconds since the Unix epoch.
#[must_use]
pub fn now_ms() -> i64 {
    current().services.now_ms()
}

/// Whoever asks.
#[must_use]
pub fn viewer() -> Viewer {
    current().viewer.clone()
}

/// The language of the page.
#[must_use]
pub fn locale() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}

/// Chooses between the two texts that stand side by side.
#[must_use]
pub fn t(zh: &'static str, en: &'static str) -> &'static str {
    locale().pick(zh, en)
}

/// Chooses between the two names of a thing; the Chinese one stands in where there is no English one.
#[must_use]
pub fn name<'a>(zh: &'a str, en: &'a str) -> &'a str {
    if locale() == Locale::En && !en.trim().is_empty() { en } else { zh }
}

/// The request itself.
#[must_use]
pub fn request() -> Arc<RequestInfo> {
    current().request.clone()
}

/// The request itself, if there is one (there is none in tests of parts).
#[must_use]
pub fn try_request() -> Option<Arc<RequestInfo>> {
    try_current().map(|context| context.request.clone())
}

/// A varying part of the page's path; empty when the path has no such part.
#[must_use]
pub fn param(name: &str) -> String {
    let request = request();
    request.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// A varying part of the page's path as an id or another typed value.
///
/// # Errors
/// `NotFound` when it cannot be read as one.
pub fn typed_param<T: std::str::FromStr>(name: &str) -> service::Result<T> {
    param(name).parse().map_err(|_| service::ServiceError::NotFound)
}

/// The first value of a query parameter; empty when absent.
#[must_use]
pub fn query(name: &str) -> String {
    request().query_value(name).to_owned()
}

/// The site.
#[must_use]
pub fn site() -> Arc<SiteInfo> {
    current().site.clone()
}

/// Where a published file is served: `asset("style.css")`.
#[must_use]
pub fn asset(name: &str) -> String {
    site().assets.get(name).cloned().unwrap_or_else(|| format!("/pkg/{name}"))
}

/// A path with the language of this page before it. Other sites' addresses stay as they are.
#[must_use]
pub fn link(path: &str) -> String {
    localised(locale(), path)
}

/// A path with a language before it. Other sites' addresses stay as they are.
#[must_use]
pub fn localised(locale: Locale, path: &str) -> String {
    if path.starts_with('/') { locale.path(path) } else { path.to_owned() }
}

/// Pieces in the viewer's cart.
#[must_use]
pub fn cart_count() -> i64 {
    try_current().map_or(0, |context| context.cart_count)
}

/// What a form sent back to this page had in it.
#[must_use]
pub fn flash() -> Option<Arc<service::flash::FlashContent>> {
    try_current().and_then(|context| context.flash.clone())
}
