//! Photos, as they are stored: the name is made of the content's hash, so what it gives never changes.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use service::ServiceError;

use crate::router::AppState;
use crate::unavailable::RETRY_AFTER_SECONDS;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// `GET /media/{hash}/{name}`
pub async fn rendition(
    State(state): State<AppState>,
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let tag = format!("\"{hash}-{name}\"");
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    match service::photos::load_rendition(&state.services, &hash, &name).await {
        Ok(_) if is_known => (StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, FOR_EVER)]).into_response(),
        Ok((bytes, media_type)) => {
            let mut answer = bytes.into_response();
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.insert(header::CACHE_CONTROL, FOR_EVER);
            if let Ok(tag) = HeaderValue::from_str(&tag) {
                headers.insert(header::ETAG, tag);
            }
            answer
        }
        Err(ServiceError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(ServiceError::Busy) => {
            let again = [(header::RETRY_AFTER, RETRY_AFTER_SECONDS)];
            (StatusCode::SERVICE_UNAVAILABLE, again).into_response()
        }
        Err(error) => {
            // Enough to find it by, and too little to see it.
            let begin = hash.get(..12).unwrap_or_default();
            tracing::error!(%error, begin, name, "a photo could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
