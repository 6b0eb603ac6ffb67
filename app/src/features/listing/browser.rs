//! What the islands need of the browser: sending with progress, and going on when it is connected again.

use leptos::prelude::*;
use leptos::server_fn::Bytes;
use leptos::server_fn::Decodes as _;
use leptos::server_fn::codec::JsonEncoding;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{EventTarget, ProgressEvent, XmlHttpRequest};

use crate::AppError;
use crate::form::Answer;

/// A request may take this long; a phone in a valley is slow, but a dead connection must be noticed.
const TIMEOUT_MS: u32 = 120_000;

/// Sends a form, tells how many bytes have left, and gives its answer. What did not reach the server is [`AppError::Unreachable`].
pub fn post<T: DeserializeOwned + 'static>(
    address: &str,
    body: &JsValue,
    on_progress: Option<Box<dyn Fn(f64)>>,
    done: impl FnOnce(Result<T, AppError>) + 'static,
) {
    let Ok(request) = XmlHttpRequest::new() else { return };
    if request.open("POST", address).is_err() {
        return;
    }
    request.set_timeout(TIMEOUT_MS);
    let _ = request.set_request_header("Accept", "application/json");
    if let Some(account) = account() {
        let _ = request.set_request_header("X-Account", &account);
    }
    if body.is_string() {
        let _ = request.set_request_header("Content-Type", "application/x-www-form-urlencoded");
    }
    if let (Some(on_progress), Ok(upload)) = (on_progress, request.upload()) {
        let listener = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            on_progress(event.loaded());
        });
        let target: &EventTarget = upload.unchecked_ref();
        let _ = target.add_event_listener_with_callback("progress", listener.into_js_value().unchecked_ref());
    }
    let finished = request.clone();
    // `loadend` comes exactly once, whatever became of the request.
    let listener = Closure::once_into_js(move || done(outcome(&finished)));
    let target: &EventTarget = request.unchecked_ref();
    let _ = target.add_event_listener_with_callback("loadend", listener.unchecked_ref());
    // The browser takes texts and forms alike; only the binding asks which.
    let _ = request.send_with_opt_form_data(Some(body.unchecked_ref()));
}

/// Whose console this page is (`layout/field.rs`). What was typed or chosen here is sent in nobody else's name, should
/// somebody else have signed in since.
fn account() -> Option<String> {
    document().get_element_by_id("field")?.get_attribute("data-account")
}

fn outcome<T: DeserializeOwned>(request: &XmlHttpRequest) -> Result<T, AppError> {
    let status = request.status().unwrap_or(0);
    let text = request.response_text().ok().flatten().unwrap_or_default();
    let bytes = Bytes::from(text.into_bytes());
    match status {
        0 => Err(AppError::Unreachable),
        200..=299 => {
            let answer: Result<Answer<T>, _> = JsonEncoding::decode(bytes);
            answer.map(|answer| answer.value).map_err(|_| AppError::Unreachable)
        }
        413 => Err(AppError::Invalid(vec![domain::failure::FieldError::new(
            "photo",
            domain::failure::Problem::PhotoTooLarge,
        )])),
        _ => Err(AppError::de(bytes)),
    }
}

/// Whether the same request may do better later.
pub fn may_pass(error: &AppError) -> bool {
    matches!(error, AppError::Unreachable | AppError::Busy | AppError::Internal { .. })
}

/// Seconds to wait before the attempt after `failed` ones: 1, 2, 4 … 30.
pub fn wait_seconds(failed: u32) -> u64 {
    (1_u64 << failed.min(5)).min(30)
}

/// Calls `again` when the browser is connected again.
pub fn on_reconnect(again: impl Fn() + 'static) {
    let handle = window_event_listener_untyped("online", move |_| again());
    on_cleanup(move || handle.remove());
}
