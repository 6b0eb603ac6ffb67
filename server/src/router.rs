//! Which address leads where.

use std::sync::Arc;
use std::time::Duration;

use app::context::{self, RequestContext, RequestInfo, SiteInfo};
use app::form::{
    FLASH_PARAMETER, SessionCookie, UNKEPT_HEADER, UploadForm, UploadedFile, half_session_cookie_name,
    own_referer, session_cookie_name,
};
use app::layout::{FileSlot, answer};
use app::routes::{FileAnswer, Page, Upload, all_pages, all_uploads, encode};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use domain::device::Device;
use domain::locale::Locale;
use leptos::server_fn::{self, error::FromServerFnError as _};
use service::Services;
use tokio::sync::Semaphore;
use tower::Layer as _;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::assets::Assets;
use crate::config::Limits;
use crate::limits::{self, Admission, Budget, Rates};
use crate::metrics::HttpMetrics;
use crate::middleware::{self, PathLocale, RequestMarks};
use crate::{media_routes, refusal, webhooks, well_known};

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
    /// What is counted for the operator.
    pub http: Arc<HttpMetrics>,
    /// How many MiB of files are in memory at once, whoever sends them.
    pub upload_room: Arc<Semaphore>,
    /// Held by work that must be finished before the server stops.
    pub unfinished: Arc<()>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the secret that signs events.
        f.debug_struct("AppState").field("site", &self.site).finish_non_exhaustive()
    }
}

/// MiB of files that are held in memory at once: two whole listings, or dozens of single photos.
pub const UPLOAD_ROOM_MIB: usize = 256;
/// Whoever holds no role has no files to send: no more is read of theirs than it takes to say so field by field.
const UPLOAD_WITHOUT_ROLE_BYTES: usize = 64 * 1024;
/// The largest event of the payment network that is read.
const WEBHOOK_LIMIT_BYTES: usize = 256 * 1024;

/// The whole shop.
pub fn router(state: AppState) -> Router {
    let mut routes = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(well_known::readyz))
        .route("/robots.txt", get(well_known::robots))
        .route("/sitemap.xml", get(well_known::sitemap))
        .route("/regions.json", get(well_known::regions))
        .route("/media/{hash}/{name}", get(media_routes::rendition));
    for page in all_pages() {
        routes =
            routes.route(page.path, get(move |state, params, request| show(state, params, page, request)));
    }
    let api = Router::new()
        .route("/api/{*function}", post(server_function))
        .layer(RequestBodyLimitLayer::new(state.body_limit_bytes));
    let webhooks = Router::new()
        .route("/webhooks/stripe", post(webhooks::stripe))
        .layer(RequestBodyLimitLayer::new(WEBHOOK_LIMIT_BYTES));
    let routes = all_uploads()
        .into_iter()
        .fold(routes.merge(api).merge(webhooks), |routes, upload| routes.merge(upload_route(upload)))
        .fallback(elsewhere)
        .layer(CatchPanicLayer::custom(middleware::after_panic))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(state.clone(), middleware::edge))
        .with_state(state);
    // The prefix of the language has to go before any route is chosen.
    Router::new().fallback_service(MapRequestLayer::new(middleware::strip_locale).layer(routes))
}

fn upload_route(upload: Upload) -> Router<AppState> {
    let limit = upload.max_bytes;
    Router::new()
        .route(upload.path, post(move |state, request| take_upload(state, upload, request)))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limit))
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
    let slot = FileSlot::default();
    let made = slot.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || context::provide(current.clone()),
        move || answer(page.clone(), made.clone()),
    );
    let mut shown = render(request).await;
    if !is_signed_in && !shown.headers().contains_key(header::CACHE_CONTROL) {
        // The browser may keep it to go back to, and asks again whenever it is opened anew.
        shown.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    let mut answer = match slot.take() {
        Some(file) => download(file),
        None => shown,
    };
    renew_cookie(&state, &mut answer, renewed);
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

async fn take_upload(State(state): State<AppState>, upload: Upload, request: Request) -> Response {
    let asked = read_request(&state, &request, Vec::new());
    let how = (asked.info.wants_html, asked.locale);
    let (current, renewed) = match context_of(&state, asked).await {
        Ok(current) => current,
        Err(error) => return unavailable(&error, how),
    };
    if let Err(wait_seconds) = take_token(&state, &current.viewer, Budget::Uploads) {
        return limits::too_many(how.0, how.1, wait_seconds);
    }
    let is_page = current.request.wants_html;
    let may_send_files = current.viewer.user.as_ref().is_some_and(|user| !user.roles.is_empty());
    // Held until the answer: the files stay in memory as long.
    let (form, _room) = if may_send_files {
        let Ok(room) = state.upload_room.clone().acquire_many_owned(mib_of(&request, &upload)).await else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        (read_multipart(request, &state).await, Some(room))
    } else {
        (read_small(request, &state).await, None)
    };
    let form = match form {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let response = leptos_axum::ResponseOptions::default();
    let (options, run) = (response.clone(), upload.clone());
    let owner = leptos::prelude::Owner::new();
    let outcome = owner
        .with(|| {
            leptos::reactive::computed::ScopedFuture::new(async move {
                leptos::prelude::provide_context(options);
                context::provide(current);
                run.run(form).await
            })
        })
        .await;
    let mut answer = match &outcome {
        _ if is_page => StatusCode::SEE_OTHER.into_response(),
        Ok(answer) => axum::Json(answer).into_response(),
        Err(error) => ([(header::CONTENT_TYPE, "application/json")], error.ser()).into_response(),
    };
    let mut parts = response.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(status) = parts.status {
        *answer.status_mut() = status;
    }
    answer.headers_mut().extend(std::mem::take(&mut parts.headers));
    renew_cookie(&state, &mut answer, renewed);
    kept_or_unavailable(answer, how)
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

/// MiB that a request says it carries; of one that does not say, the most it may.
fn mib_of(request: &Request, upload: &Upload) -> u32 {
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let mib = said.unwrap_or(upload.max_bytes).min(upload.max_bytes).div_ceil(1 << 20);
    u32::try_from(mib.clamp(1, UPLOAD_ROOM_MIB)).unwrap_or(1)
}

async fn read_multipart(request: Request, state: &AppState) -> Result<UploadForm, Response> {
    let parts = Multipart::from_request(request, state).await.map_err(|refused| refused.into_response())?;
    read_form(parts).await.map_err(|status| status.into_response())
}

/// The form of someone who has no files to send; as good as empty when it is a large one.
async fn read_small(request: Request, state: &AppState) -> Result<UploadForm, Response> {
    let (head, body) = request.into_parts();
    match axum::body::to_bytes(body, UPLOAD_WITHOUT_ROLE_BYTES).await {
        Ok(bytes) => read_multipart(Request::from_parts(head, Body::from(bytes)), state).await,
        Err(_too_large) => Ok(UploadForm::default()),
    }
}

async fn read_form(mut parts: Multipart) -> Result<UploadForm, StatusCode> {
    let mut form = UploadForm::default();
    let status = |error: axum::extract::multipart::MultipartError| error.status();
    while let Some(part) = parts.next_field().await.map_err(status)? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let bytes = part.bytes().await.map_err(status)?.to_vec();
                // A file field left empty is sent as a nameless empty file.
                if !(name.is_empty() && bytes.is_empty()) {
                    form.files.push(UploadedFile { field, name, bytes });
                }
            }
            None => form.values.push((field, part.text().await.map_err(status)?)),
        }
    }
    Ok(form)
}

/// The database did not even tell who is asking. `how`: whether a page is wanted, and in which language.
fn unavailable(error: &service::ServiceError, how: (bool, Locale)) -> Response {
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

/// What a request says by itself, before the database is asked.
struct Asked {
    info: RequestInfo,
    locale: Locale,
    token: Option<String>,
    half_token: Option<String>,
    device: Option<Device>,
}

fn read_request(state: &AppState, request: &Request<Body>, params: Vec<(String, String)>) -> Asked {
    let headers = request.headers();
    let text = |name: header::HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let (marks, prefix) =
        (request.extensions().get::<RequestMarks>(), request.extensions().get::<PathLocale>());
    let wants_html = text(header::ACCEPT).contains("text/html");
    let mut locale = prefix.map_or(Locale::default(), |prefix| prefix.0);
    if !wants_html && locale == Locale::default() {
        // An island calls without a prefix; the page it stands on tells its language.
        locale = referer_locale(text(header::REFERER));
    }
    let peer = middleware::peer_of(request);
    let info = RequestInfo {
        id: marks.map(|marks| marks.id.to_string()).unwrap_or_default(),
        nonce: marks.map(|marks| marks.nonce.to_string()).unwrap_or_default(),
        path: request.uri().path().to_owned(),
        query: query_pairs(request.uri().query().unwrap_or_default()),
        params,
        referer: own_referer(text(header::REFERER), text(header::HOST)),
        wants_html,
        client_address: middleware::client_address(headers, peer, state.trust_proxy).to_string(),
    };
    let user_agent = text(header::USER_AGENT);
    Asked {
        device: (!user_agent.is_empty()).then(|| Device::from_user_agent(user_agent)),
        info,
        locale,
        token: cookie(headers, session_cookie_name(state.site.is_secure)),
        half_token: cookie(headers, half_session_cookie_name(state.site.is_secure)),
    }
}

/// Who asks for what, in which language; and the cookie that has to last as long as a session whose end was moved.
async fn context_of(
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
    viewer.client_address = asked.info.client_address.parse().ok();
    viewer.device = asked.device;
    viewer.half_session_hash = asked.half_token.as_deref().map(service::hash_token);
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
fn renew_cookie(state: &AppState, answer: &mut Response, renewed: Option<HeaderValue>) {
    let Some(cookie) = renewed else { return };
    let prefix = format!("{}=", session_cookie_name(state.site.is_secure));
    let says = |value: &HeaderValue| value.as_bytes().starts_with(prefix.as_bytes());
    if !answer.headers().get_all(header::SET_COOKIE).iter().any(says) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn referer_locale(referer: &str) -> Locale {
    let path = referer.splitn(4, '/').nth(3).unwrap_or_default();
    Locale::from_prefix(&format!("/{}", path.split(['?', '#']).next().unwrap_or_default())).0
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(
        &format!("/?{query}").parse().unwrap_or_default(),
    );
    pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default()
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests;
