//! The status of a call that was refused before any of our code saw it.
//!
//! leptos answers every error of a server function with 500. Ours set their own status; a request whose arguments
//! cannot be read never gets that far, and would look like a fault of the shop in its log and its metrics.

use app::error::AppError;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::server_fn::error::FromServerFnError as _;

/// An error is a line of JSON.
const LONGEST_ERROR_BYTES: usize = 64 * 1024;

/// Gives an answer of 500 the status of the error that it tells.
pub async fn with_own_status(answer: Response) -> Response {
    if answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST_ERROR_BYTES).await else {
        return Response::from_parts(head, Body::empty());
    };
    if is_bad_request(&bytes) {
        head.status = StatusCode::BAD_REQUEST;
    }
    Response::from_parts(head, Body::from(bytes))
}

fn is_bad_request(bytes: &Bytes) -> bool {
    matches!(AppError::de(bytes.clone()), AppError::BadRequest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_sender_did_wrong_is_told_as_such() {
        let told = |error: &AppError| is_bad_request(&error.ser());
        assert!(told(&AppError::BadRequest));
        assert!(!told(&AppError::Internal { request_id: "1".to_owned() }));
        assert!(!is_bad_request(&Bytes::from_static(b"<html>")));
    }
}
