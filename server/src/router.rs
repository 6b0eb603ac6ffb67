//! Which address leads where.
//!
//! - `asked`: what a request says by itself, and who therefore asks for what.
//! - `fixed`: what machines ask for, and where functions are called.
//! - `uploads`: forms with files.

mod asked;
mod fixed;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use app::context::{self, RequestInfo, SiteInfo};
use app::form::{FLASH_PARAMETER, UNKEPT_HEADER};
use app::layout::{Answer, Content, answer};
use app::routes::{FileAnswer, Page, all_pages, all_uploads, encode};
use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::locale::Locale;
use domain::time::Date;
use leptos::server_fn;
use service::Services;
use tokio::sync::Semaphore;
use tower::Layer as _;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::assets::Assets;
use crate::config::Limits;
use crate::kept_pages::{Address, KeptPage, KeptPages, Marks, State as KeptState};
use crate::limits::{self, Admission, Budget, Rates};
use crate::metrics::HttpMetrics;
use crate::{middleware, refusal};
use asked::{Asked, context_of, read_request, renew_cookie};
use fixed::fixed_route;
use uploads::upload_route;

pub use asked::{cookie, query_pairs, referer_locale};
pub use fixed::{FixedRoute, all_fixed_routes};
pub use uploads::{BUYER_ROOM_MIB, UPLOAD_ROOM_MIB};

/// What the routes share.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    pub site: Arc<SiteInfo>,
    pub assets: Assets,
    /// Where the payment page is; a form may lead there.
    pub payment_origin: Arc<str>,
    /// Signs the payment network's events.
    pub webhook_secret: Arc<str>,
    pub trust_proxy: bool,
    pub body_limit_bytes: usize,
    pub request_timeout: Duration,
    pub limits: Limits,
    /// Who gets in, and how many at once.
    pub admission: Arc<Admission>,
    /// How often, by address and by account.
    pub rates: Arc<Rates>,
    /// How many forms are read at once.
    pub reading: Arc<Semaphore>,
    /// Public pages that nothing has been written since.
    pub kept: Arc<KeptPages>,
    /// What is counted for the operator.
    pub http: Arc<HttpMetrics>,
    /// How many MiB of files are in memory at once, whoever sends them.
    pub upload_room: Arc<Semaphore>,
    /// The same for buyers.
    pub buyer_room: Arc<Semaphore>,
    /// Held by work that must be finished before the server stops.
    pub unfinished: Arc<()>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the secret that signs events.
        f.debug_struct("AppState").field("site", &self.site).finish_non_exhaustive()
    }
}

/// The whole shop. What is answered stands in three lists, each of which a table in `tests/http/access` is held against;
/// the rest is the browser's files and whatever leads nowhere.
pub fn router(state: AppState) -> Router {
    let form_limit_bytes = state.body_limit_bytes;
    let fixed = all_fixed_routes().into_iter().map(|fixed| fixed_route(fixed, form_limit_bytes));
    let uploads = all_uploads().into_iter().map(upload_route);
    let mut routes =
        fixed.chain(uploads).fold(Router::new(), |routes: Router<AppState>, more| routes.merge(more));
    for page in all_pages() {
        routes =
            routes.route(page.path, get(move |state, params, request| show(state, params, page, request)));
    }
    let routes = routes
        .fallback(elsewhere)
        .layer(CatchPanicLayer::custom(middleware::after_panic))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(state.clone(), middleware::edge))
        .with_state(state);
    // The prefix of the language has to go before any route is chosen.
    Router::new().fallback_service(MapRequestLayer::new(middleware::strip_locale).layer(routes))
}

/// A file of the browser's, or no page.
async fn elsewhere(state: State<AppState>, params: RawPathParams, request: Request) -> Response {
    if state.assets.has(request.uri().path()) {
        return state.assets.serve(request).await;
    }
    let page = Page::new("", app::features::errors::not_found);
    show(state, params, page, request).await
}

/// Makes a page.
async fn show(
    State(state): State<AppState>,
    params: RawPathParams,
    page: Page,
    request: Request,
) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let asked = read_request(&state, &request, params);
    let how = (asked.info.wants_html, asked.locale);
    let path_and_query = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    drop(request);
    let keeping = match Keeping::of(&state, &page, &asked, path_and_query).await {
        Some(keeping) => match keeping.find(&state, &asked) {
            Some(kept) => return kept,
            None => Some(keeping),
        },
        None => None,
    };
    let (mut current, renewed) = match context_of(&state, asked).await {
        Ok(current) => current,
        Err(error) => return unavailable(&error, how),
    };
    // A page is shown without these rather than not at all.
    current.cart_count = service::carts::badge_count(&state.services, &current.viewer).await.unwrap_or(0);
    let token = current.request.query_value(FLASH_PARAMETER).to_owned();
    if !token.is_empty() {
        let flash = service::flash::take(&state.services, &current.viewer, &token).await;
        current.flash = flash.ok().flatten().map(Arc::new);
    }
    let is_signed_in = current.viewer.user.is_some();
    let request = current.request.clone();
    let Answer { content, status, headers } = answer(page, current).await;
    if let (Some(keeping), Content::Html(html), None) = (keeping, &content, status) {
        keeping.keep(&state, html, &request, &headers);
    }
    let mut answer = match content {
        Content::File(file) => download(file),
        Content::Html(html) => shown(html, headers, is_signed_in),
    };
    if let Some(status) = status {
        *answer.status_mut() = status;
    }
    renew_cookie(&state, &mut answer, renewed);
    answer
}

/// A page that may be kept, on its way.
struct Keeping {
    of: KeptState,
    address: Address,
}

impl Keeping {
    /// `None` for every other page, for whoever has a session, and when the database does not tell its state.
    async fn of(state: &AppState, page: &Page, asked: &Asked, path_and_query: String) -> Option<Self> {
        let is_kept =
            page.is_kept && asked.is_of_nobody() && asked.info.query_value(FLASH_PARAMETER).is_empty();
        if !is_kept {
            return None;
        }
        let version = state.services.db.version().await.ok()?;
        let today = Date::from_epoch_ms(state.services.now_ms());
        let address = Address { locale: asked.locale, path_and_query };
        Some(Self { of: KeptState { version, today }, address })
    }

    fn find(&self, state: &AppState, asked: &Asked) -> Option<Response> {
        let page = state.kept.find(&self.of, &self.address)?;
        Some(shown(page.with(marks_of(&asked.info)), page.headers.clone(), false))
    }

    /// Keeps what search engines may list, too, and nothing else.
    fn keep(self, state: &AppState, html: &str, request: &RequestInfo, headers: &HeaderMap) {
        if headers.is_empty() {
            let page = KeptPage::of(html, marks_of(request), HeaderMap::new());
            state.kept.keep(&self.of, self.address, page);
        }
    }
}

fn marks_of(request: &RequestInfo) -> Marks<'_> {
    Marks { nonce: &request.nonce, form_key: &request.form_key }
}

fn shown(html: String, headers: HeaderMap, is_signed_in: bool) -> Response {
    let mut answer = axum::response::Html(html).into_response();
    answer.headers_mut().extend(headers);
    if !is_signed_in && !answer.headers().contains_key(header::CACHE_CONTROL) {
        // The browser may keep it to go back to, and asks again whenever it is opened anew.
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    answer
}

fn download(file: FileAnswer) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(&file.name));
    let mut answer = file.bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    answer
}

async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    if server_fn::axum::get_server_fn_service(request.uri().path(), Method::POST).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let asked = read_request(&state, &request, Vec::new());
    let how = (asked.info.wants_html, asked.locale);
    match context_of(&state, asked).await {
        Ok((current, renewed)) => {
            if let Err(wait_seconds) = take_token(&state, &current.viewer, Budget::Account) {
                return limits::too_many(how.0, how.1, wait_seconds);
            }
            let provide = move || context::provide(current.clone());
            let answer = leptos_axum::handle_server_fns_with_context(provide, request).await.into_response();
            let mut answer = refusal::with_own_status(answer).await;
            renew_cookie(&state, &mut answer, renewed);
            kept_or_unavailable(answer, how)
        }
        Err(error) => unavailable(&error, how),
    }
}

/// Takes a token of whoever asks, account or guest, from whatever address; says how long to wait when there is none.
fn take_token(state: &AppState, viewer: &service::Viewer, budget: Budget) -> Result<(), u64> {
    let now_ms = state.services.now_ms();
    let taken = match (viewer.user_id(), &viewer.session_hash) {
        (Some(user), _) => state.rates.take(budget, &user.get(), now_ms),
        (None, Some(session)) => state.rates.take(budget, session, now_ms),
        // Without either there is only the address, which was asked before.
        (None, None) => Ok(()),
    };
    if taken.is_err() {
        state.http.note_limited(budget);
    }
    taken
}

/// The database did not even tell who is asking. `how`: whether a page is wanted, and in which language.
fn unavailable(error: &service::ServiceError, how: (bool, Locale)) -> Response {
    if matches!(error, service::ServiceError::Unauthenticated) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    tracing::error!(%error, "no request context");
    crate::unavailable::answer(how.0, how.1)
}

/// The answer to a form; when what was typed could not even be kept, a page that says so instead of the way back to
/// an empty form.
fn kept_or_unavailable(answer: Response, how: (bool, Locale)) -> Response {
    if answer.headers().contains_key(UNKEPT_HEADER) {
        crate::unavailable::answer(how.0, how.1)
    } else {
        answer
    }
}

#[cfg(test)]
mod tests;
