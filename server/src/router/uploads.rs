//! Forms with files: who may send how much, and how much of it is in memory at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use app::form::{UploadForm, UploadedFile};
use app::routes::Upload;
use axum::Router;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use leptos::server_fn::error::FromServerFnError as _;
use tower_http::limit::RequestBodyLimitLayer;

use super::asked::{context_of, read_request, renew_cookie};
use super::{AppState, kept_or_unavailable, take_token, unavailable};
use crate::limits::{self, Budget};

/// MiB of files that are held in memory at once: two whole listings, or dozens of single photos.
pub const UPLOAD_ROOM_MIB: usize = 256;
/// MiB of what buyers show in their after-sales, beside that: two forms with six large photos each, or dozens with one. Anybody
/// may have an order, so this room is their own, and no seller waits for it.
pub const BUYER_ROOM_MIB: usize = 150;
/// How long a form waits for room: then its sender is told to come again, and waits in nobody's way.
const ROOM_WAIT: Duration = Duration::from_secs(5);
/// A sender of whom nothing comes for so long holds no room any more.
const STALLED: Duration = Duration::from_secs(20);
/// Whoever neither works here nor may have bought has no files to send: no more is read of theirs than it takes to say
/// so field by field.
const UPLOAD_WITHOUT_ROLE_BYTES: usize = 64 * 1024;

/// The route of a form with files.
pub(super) fn upload_route(upload: Upload) -> Router<AppState> {
    let limit = upload.max_bytes;
    Router::new()
        .route(upload.path, post(move |state, request| take_upload(state, upload, request)))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limit))
}

async fn take_upload(State(state): State<AppState>, upload: Upload, request: Request) -> Response {
    let asked = read_request(&state, &request, Vec::new());
    let how = (asked.info.wants_html, asked.locale);
    let (mut current, renewed) = match context_of(&state, asked).await {
        Ok(current) => current,
        Err(error) => return unavailable(&error, how),
    };
    if let Err(wait_seconds) = take_token(&state, &current.viewer, Budget::Uploads) {
        return limits::too_many(how.0, how.1, wait_seconds);
    }
    let is_page = current.request.wants_html;
    let works_here = current.viewer.user.as_ref().is_some_and(|user| !user.roles.is_empty());
    let may_have_bought = upload.is_of_buyers && current.viewer.session_hash.is_some();
    let may_have_bought = match may_have_bought {
        true => service::orders::has_bought(&current.services, &current.viewer).await,
        false => Ok(false),
    };
    let room = match (works_here, may_have_bought) {
        (true, _) => Some((&state.upload_room, UPLOAD_ROOM_MIB)),
        (false, Ok(true)) => Some((&state.buyer_room, BUYER_ROOM_MIB)),
        (false, Ok(false)) => None,
        (false, Err(error)) => return unavailable(&error, how),
    };
    let form = match room {
        Some((room, size_mib)) => {
            let free = room.clone().acquire_many_owned(mib_of(&request, &upload, size_mib));
            let Ok(Ok(room)) = tokio::time::timeout(ROOM_WAIT, free).await else {
                return crate::unavailable::answer(how.0, how.1);
            };
            // Held until the work is done, which goes on when the sender has left: the files stay in memory as long.
            current.unfinished = Arc::new((current.unfinished, room));
            read_multipart(request, &state).await
        }
        None => read_small(request, &state).await,
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
                app::context::provide(current);
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

/// MiB that a request says it carries; of one that does not say, the most it may. Never more than there is room at all.
pub(super) fn mib_of(request: &Request, upload: &Upload, room_mib: usize) -> u32 {
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let mib = said.unwrap_or(upload.max_bytes).min(upload.max_bytes).div_ceil(1 << 20);
    u32::try_from(mib.clamp(1, room_mib)).unwrap_or(1)
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
    while let Some(mut part) = in_time(parts.next_field()).await? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let mut bytes = Vec::new();
                while let Some(piece) = in_time(part.chunk()).await? {
                    bytes.extend_from_slice(&piece);
                }
                // A file field left empty is sent as a nameless empty file.
                if !(name.is_empty() && bytes.is_empty()) {
                    form.files.push(UploadedFile { field, name, bytes });
                }
            }
            None => form.values.push((field, in_time(part.text()).await?)),
        }
    }
    Ok(form)
}

/// What comes next of a form, unless its sender has stalled.
async fn in_time<T>(next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, StatusCode> {
    match tokio::time::timeout(STALLED, next).await {
        Ok(came) => came.map_err(|error| error.status()),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}
