//! How a checkout session goes from open to paid or expired.

use serde_json::Value;

use crate::error::ApiError;
use crate::ledger::{Intent, IntentStatus, Session, SessionStatus, Settlement, World};
use crate::objects;

/// `GET /v1/checkout/sessions/{id}`.
pub(crate) fn find<'world>(world: &'world World, id: &str) -> Result<&'world Session, ApiError> {
    world.ledger.sessions.get(id).ok_or_else(|| ApiError::missing("session", "checkout.session", id))
}

/// `POST /v1/checkout/sessions/{id}/expire`: only an open session can be closed.
pub(crate) fn expire(world: &mut World, id: &str, now_ms: i64) -> Result<Session, ApiError> {
    let session = find(world, id)?;
    if session.status != SessionStatus::Open {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a \
             status of {}.",
            objects::session_status(session.status)
        );
        return Err(ApiError::forbidden_by_state("checkout_session_not_open", message));
    }
    close(world, id, now_ms);
    find(world, id).cloned()
}

fn close(world: &mut World, id: &str, now_ms: i64) {
    let Some(session) = world.ledger.sessions.get_mut(id) else {
        return;
    };
    session.status = SessionStatus::Expired;
    if let Some(intent) = session.intent_id.as_ref().and_then(|id| world.ledger.intents.get_mut(id)) {
        intent.status = IntentStatus::Canceled;
        intent.canceled_at = Some(now_ms.div_euclid(1000));
    }
    emit(world, "checkout.session.expired", id, now_ms);
}

/// What the payer does on the payment page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The money is there at once.
    Succeed,
    /// The payer is done, the money comes (or fails) later.
    Later { succeeds: bool },
    /// Refused by the bank; the page stays open for another try.
    Decline,
}

/// Does what the payer did. A session that is no longer open stays as it is.
pub(crate) fn pay(
    world: &mut World,
    id: &str,
    method: &str,
    step: Step,
    now_ms: i64,
) -> Result<Session, ApiError> {
    let session = find(world, id)?.clone();
    if session.status != SessionStatus::Open {
        return Ok(session);
    }
    let intent_id = match session.intent_id.clone() {
        Some(intent_id) => intent_id,
        None => new_intent(world, &session, now_ms),
    };
    let settle_at_ms = now_ms + world.faults.settle_after_ms;
    if let Some(intent) = world.ledger.intents.get_mut(&intent_id) {
        intent.method = chosen(&session, method);
        intent.declined = step == Step::Decline;
        intent.status = match step {
            Step::Succeed | Step::Decline => IntentStatus::RequiresPaymentMethod,
            Step::Later { .. } => IntentStatus::Processing,
        };
    }
    if let Some(open) = world.ledger.sessions.get_mut(id) {
        open.intent_id = Some(intent_id);
        match step {
            Step::Succeed => open.status = SessionStatus::Complete,
            Step::Later { succeeds } => {
                open.status = SessionStatus::Complete;
                open.settlement = Some(Settlement { at_ms: settle_at_ms, succeeds });
            }
            Step::Decline => {}
        }
    }
    world.dirty = true;
    world.note_due(settle_at_ms);
    match step {
        Step::Succeed => {
            capture(world, id);
            emit(world, "checkout.session.completed", id, now_ms);
        }
        Step::Later { .. } => emit(world, "checkout.session.completed", id, now_ms),
        Step::Decline => {}
    }
    find(world, id).cloned()
}

fn chosen(session: &Session, method: &str) -> String {
    let offered = |name: &&String| name.as_str() == method;
    let first = session.payment_method_types.first();
    session.payment_method_types.iter().find(offered).or(first).cloned().unwrap_or_else(|| "card".to_owned())
}

fn new_intent(world: &mut World, session: &Session, now_ms: i64) -> String {
    let id = world.new_id("pi_3", 23);
    let intent = Intent {
        id: id.clone(),
        status: IntentStatus::RequiresPaymentMethod,
        amount: session.amount,
        currency: session.currency.clone(),
        description: session.intent_description.clone(),
        metadata: session.intent_metadata.clone(),
        receipt_email: None,
        method: "card".to_owned(),
        payment_method_types: session.payment_method_types.clone(),
        charge_id: None,
        declined: false,
        created: now_ms.div_euclid(1000),
        canceled_at: None,
    };
    world.ledger.intents.insert(id.clone(), intent);
    id
}

fn capture(world: &mut World, session_id: &str) {
    let charge_id = world.new_id("ch_3", 23);
    let Some(session) = world.ledger.sessions.get_mut(session_id) else {
        return;
    };
    session.paid = true;
    session.settlement = None;
    let Some(intent) = session.intent_id.as_ref().and_then(|id| world.ledger.intents.get_mut(id)) else {
        return;
    };
    intent.status = IntentStatus::Succeeded;
    intent.charge_id = Some(charge_id);
    intent.declined = false;
}

/// Ends a delayed payment one way or the other; nothing happens when none is under way.
pub(crate) fn settle(world: &mut World, id: &str, succeeds: bool, now_ms: i64) {
    let Some(session) = world.ledger.sessions.get_mut(id) else {
        return;
    };
    if session.settlement.take().is_none() {
        return;
    }
    world.dirty = true;
    if succeeds {
        capture(world, id);
        emit(world, "checkout.session.async_payment_succeeded", id, now_ms);
        return;
    }
    if let Some(intent) = session.intent_id.as_ref().and_then(|id| world.ledger.intents.get_mut(id)) {
        intent.status = IntentStatus::RequiresPaymentMethod;
        intent.declined = true;
    }
    emit(world, "checkout.session.async_payment_failed", id, now_ms);
}

/// Closes what has run out of time and ends what has come due.
pub(crate) fn sweep(world: &mut World, now_ms: i64) {
    let late = |session: &&Session| {
        session.status == SessionStatus::Open && session.expires_at <= now_ms.div_euclid(1000)
    };
    let expired: Vec<String> =
        world.ledger.sessions.values().filter(late).map(|late| late.id.clone()).collect();
    for id in expired {
        close(world, &id, now_ms);
    }
    let due = |session: &Session| {
        let settlement = session.settlement.filter(|settlement| settlement.at_ms <= now_ms)?;
        Some((session.id.clone(), settlement.succeeds))
    };
    let settled: Vec<(String, bool)> = world.ledger.sessions.values().filter_map(due).collect();
    for (id, succeeds) in settled {
        settle(world, &id, succeeds, now_ms);
    }
}

fn emit(world: &mut World, kind: &str, id: &str, now_ms: i64) {
    let object = world.ledger.sessions.get(id).map(|session| objects::session(session, None, ""));
    world.emit(kind, &object.unwrap_or(Value::Null), now_ms);
}
