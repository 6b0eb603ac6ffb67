//! The HTTP side: authentication, idempotency, faults, and the routes of Stripe's API.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::control::{Faults, Hindrance};
use crate::error::ApiError;
use crate::form::Form;
use crate::ledger::{API_VERSION, KEY_LIFETIME_MS, SavedAnswer, World};
use crate::{Shared, objects, page, refund, session, session_request, webhook};

/// How long a call that never answers is held open.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(120);

type Held = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/checkout/sessions", post(create_session))
        .route("/v1/checkout/sessions/{id}", get(find_session))
        .route("/v1/checkout/sessions/{id}/expire", post(expire_session))
        .route("/v1/payment_intents/{id}", get(find_intent))
        .route("/v1/refunds", post(create_refund))
        .route("/v1/refunds/{id}", get(find_refund))
        .route("/_control", post(control).get(show_control))
        .merge(page::routes())
        .with_state(shared)
}

async fn create_session(State(shared): Held, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let public_url = shared.config.public_url.clone();
    perform(&shared, &headers, Some(("/v1/checkout/sessions", &form)), |world, now_ms| {
        session_request::create(world, &form, now_ms)
            .map(|created| objects::session(&created, None, &public_url))
    })
    .await
}

async fn find_session(
    State(shared): Held,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let form = Form::parse(&query.unwrap_or_default());
    let expands = form.under(&["expand"]).iter().any(|(_, field)| *field == "payment_intent");
    perform(&shared, &headers, None, |world, _| {
        form.only(&["expand"])?;
        let found = session::find(world, &id)?;
        let intent = found.intent_id.as_ref().filter(|_| expands).and_then(|id| world.ledger.intents.get(id));
        Ok(objects::session(found, intent.map(objects::intent), &shared.config.public_url))
    })
    .await
}

async fn expire_session(
    State(shared): Held,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let path = format!("/v1/checkout/sessions/{id}/expire");
    let form = Form::parse(&String::from_utf8_lossy(&body));
    perform(&shared, &headers, Some((&path, &form)), |world, now_ms| {
        form.only(&["expand"])?;
        session::expire(world, &id, now_ms).map(|expired| objects::session(&expired, None, ""))
    })
    .await
}

async fn find_intent(State(shared): Held, headers: HeaderMap, Path(id): Path<String>) -> Response {
    perform(&shared, &headers, None, |world, _| {
        let found = world.ledger.intents.get(&id);
        found.map(objects::intent).ok_or_else(|| ApiError::missing("intent", "payment_intent", &id))
    })
    .await
}

async fn create_refund(State(shared): Held, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    perform(&shared, &headers, Some(("/v1/refunds", &form)), |world, now_ms| {
        refund::create(world, &form, now_ms).map(|created| objects::refund(&created))
    })
    .await
}

async fn find_refund(State(shared): Held, headers: HeaderMap, Path(id): Path<String>) -> Response {
    perform(&shared, &headers, None, |world, _| refund::find(world, &id).map(objects::refund)).await
}

/// One API call: faults, key, idempotency, work, answer.
async fn perform(
    shared: &Shared,
    headers: &HeaderMap,
    post: Option<(&str, &Form)>,
    work: impl FnOnce(&mut World, i64) -> Result<Value, ApiError>,
) -> Response {
    match shared.with(|world, _| world.faults.next_hindrance()) {
        Hindrance::Silence => tokio::time::sleep(SILENCE).await,
        Hindrance::Answer(status) => return refuse(shared, &ApiError::fault(status)),
        Hindrance::None => {}
    }
    if !is_authorized(shared, headers) {
        return refuse(shared, &ApiError::unauthorized());
    }
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let request = key.zip(post).map(|(key, (path, form))| (key, fingerprint(path, form)));
    let (outcome, delay) = shared.with(|world, now_ms| {
        let lose = world.faults.commit_then_fail_next_api > 0;
        let outcome = once(world, request.as_ref(), now_ms, work);
        let delay = world.faults.next_delay();
        if lose {
            world.faults.commit_then_fail_next_api -= 1;
            return (Err(ApiError::fault(500)), delay);
        }
        (outcome, delay)
    });
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match outcome {
        Ok(Answer { status, body, replayed }) => {
            let mut response = answer(shared, status, &body);
            if replayed {
                response
                    .headers_mut()
                    .insert("idempotent-replayed", header::HeaderValue::from_static("true"));
            }
            response
        }
        Err(error) => refuse(shared, &error),
    }
}

struct Answer {
    status: u16,
    body: Value,
    replayed: bool,
}

/// Does the work unless its answer is already known under the idempotency key.
fn once(
    world: &mut World,
    request: Option<&(&str, String)>,
    now_ms: i64,
    work: impl FnOnce(&mut World, i64) -> Result<Value, ApiError>,
) -> Result<Answer, ApiError> {
    if let Some((key, fingerprint)) = request
        && let Some(saved) = world.ledger.answers.get(*key)
    {
        if saved.fingerprint != *fingerprint {
            return Err(ApiError::key_reused(key));
        }
        return Ok(Answer { status: saved.status, body: saved.body.clone(), replayed: true });
    }
    let (status, body) = match work(world, now_ms) {
        Ok(body) => (200, body),
        Err(error) if error.executed => (error.status, error.body()),
        Err(error) => return Err(error),
    };
    if let Some((key, fingerprint)) = request {
        let saved =
            SavedAnswer { fingerprint: fingerprint.clone(), status, body: body.clone(), at_ms: now_ms };
        world.ledger.answers.insert((*key).to_owned(), saved);
        world.note_due(now_ms + KEY_LIFETIME_MS);
        world.dirty = true;
    }
    Ok(Answer { status, body, replayed: false })
}

/// Compares requests by their parameters, not their bytes: the order of a form means nothing.
fn fingerprint(path: &str, form: &Form) -> String {
    let digest = Sha256::new().chain_update(path).chain_update([0]).chain_update(form.canonical()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_authorized(shared: &Shared, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.strip_prefix("Bearer ")) == Some(shared.config.secret_key.as_str())
}

fn refuse(shared: &Shared, error: &ApiError) -> Response {
    answer(shared, error.status_code().as_u16(), &error.body())
}

fn answer(shared: &Shared, status: u16, body: &Value) -> Response {
    let request_id = shared.with(|world, _| {
        let id = world.new_id("req_", 14);
        // Request ids are not worth a place in the file.
        world.ledger.used_ids.remove(&id);
        id
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("request-id", request_id),
        ("stripe-version", API_VERSION.to_owned()),
    ];
    (status, headers, body.to_string()).into_response()
}

/// Replaces the faults; fields left out take their normal value.
async fn control(State(shared): Held, headers: HeaderMap, body: Bytes) -> Response {
    if !is_authorized(&shared, &headers) {
        return refuse(&shared, &ApiError::unauthorized());
    }
    match serde_json::from_slice::<Faults>(&body) {
        Ok(faults) => {
            shared.with(|world, _| webhook::set_faults(world, faults));
            show_control(State(shared), headers).await
        }
        Err(error) => refuse(&shared, &ApiError::invalid("body", "parameter_invalid", error.to_string())),
    }
}

async fn show_control(State(shared): Held, headers: HeaderMap) -> Response {
    if !is_authorized(&shared, &headers) {
        return refuse(&shared, &ApiError::unauthorized());
    }
    let faults = shared.with(|world, _| json!(world.faults));
    answer(&shared, 200, &faults)
}
