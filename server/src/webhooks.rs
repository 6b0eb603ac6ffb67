//! What the payment network and carriers tell by themselves.
//!
//! An event is believed when its signature fits, stored before anything is done about it, and then only taken as a
//! reason to ask: what counts is what the network answers.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use service::ServiceError;
use tracing::Instrument as _;

use crate::payments::webhook::{self, Subject, WebhookEvent};
use crate::router::AppState;

/// `POST /webhooks/stripe`. Anything but 2xx makes the network send the event again.
pub async fn stripe(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Err(error) = webhook::verify(signature, &body, &state.webhook_secret, state.services.now_ms()) {
        tracing::warn!(%error, "an event was not believed");
        return StatusCode::BAD_REQUEST;
    }
    let event = webhook::parse(&body);
    let payload = String::from_utf8_lossy(&body).into_owned();
    let unfinished = state.unfinished.clone();
    // Money that came is not sent away because others wait.
    let state = AppState { services: state.services.urgent(), ..state };
    // A task of its own: the network hangs up early.
    let handling = async move {
        let outcome = handle(&state, &event, &payload).await;
        drop(unfinished);
        outcome
    };
    let handling = tokio::spawn(handling.in_current_span());
    match handling.await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(error)) => {
            tracing::error!(%error, "an event could not be handled");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Err(error) => {
            tracing::error!(%error, "the handling of an event broke off");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

async fn handle(state: &AppState, event: &WebhookEvent, payload: &str) -> Result<(), ServiceError> {
    let services = &state.services;
    // One that was here before may have failed the first time, so it is handled again: handling twice does no harm.
    service::payments::record_event(services, &event.id, &event.kind, payload).await?;
    let outcome = match &event.subject {
        Subject::CheckoutSession(facts) => match &facts.payment_reference {
            Some(reference) => service::payments::check_payment(services, reference).await?,
            None => "not ours",
        },
        Subject::Refund(facts) => refund(state, facts.refund_reference.as_deref()).await?,
        Subject::Other => "not used",
        Subject::Unreadable { reason } => {
            tracing::error!(event = event.id, reason, "an event lacks what it should have");
            "unreadable"
        }
    };
    service::payments::finish_event(services, &event.id, outcome).await
}

async fn refund(state: &AppState, reference: Option<&str>) -> Result<&'static str, ServiceError> {
    let Some(id) = reference.and_then(|reference| reference.parse().ok()) else { return Ok("not ours") };
    match service::refunds::send_refund(&state.services, id).await {
        Ok(()) => Ok("refund looked at"),
        Err(ServiceError::NotFound) => Ok("unknown refund"),
        Err(error) => Err(error),
    }
}

/// `POST /webhooks/carrier`. There is no such thing without a carrier; anything else but 2xx makes it send the notice again.
pub async fn carrier(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> StatusCode {
    use service::ports::CarrierError;
    let signature =
        headers.get("carrier-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match service::shipping::carriers::take_notice(&state.services, signature, &body).await {
        Ok(Ok(_)) => StatusCode::OK,
        Ok(Err(CarrierError::Off)) => StatusCode::NOT_FOUND,
        Ok(Err(error)) => {
            tracing::warn!(%error, "a carrier's notice was not taken");
            StatusCode::BAD_REQUEST
        }
        Err(error) => {
            tracing::error!(%error, "a carrier's notice could not be kept");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
