//! Refunds of captured payments, in one or several parts.

use serde_json::Value;

use crate::control::RefundMode;
use crate::error::ApiError;
use crate::form::Form;
use crate::ledger::{Intent, IntentStatus, Refund, RefundStatus, Settlement, World};
use crate::{objects, session_request};

/// What `POST /v1/refunds` takes here: the published parameters that make sense for a payment by card or wallet.
const KNOWN_PARAMETERS: &[&str] = &["amount", "charge", "expand", "metadata", "payment_intent", "reason"];

/// `POST /v1/refunds`.
pub(crate) fn create(world: &mut World, form: &Form, now_ms: i64) -> Result<Refund, ApiError> {
    form.only(KNOWN_PARAMETERS)?;
    recall_demonstration(world, form, now_ms);
    let (intent, charge_id) = payment(world, form)?;
    let remaining = intent.amount - world.ledger.refunded(&intent.id);
    let amount = form.integer(&["amount"])?.unwrap_or(remaining);
    let reason = reason(form)?;
    let metadata = session_request::metadata(form, &["metadata"])?;
    if remaining == 0 {
        let message = format!("Charge {charge_id} has already been refunded.");
        return Err(ApiError::forbidden_by_state("charge_already_refunded", message));
    }
    if amount <= 0 {
        return Err(ApiError::invalid("amount", "parameter_invalid_integer", "Invalid positive integer"));
    }
    if amount > remaining {
        let message = format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({}).",
            objects::yuan(amount),
            objects::yuan(remaining)
        );
        return Err(ApiError::invalid("amount", "amount_too_large", message));
    }
    let mode = world.faults.refunds;
    if mode == RefundMode::Refuse {
        let message = "You have insufficient funds in your Stripe account.";
        return Err(ApiError::forbidden_by_state("balance_insufficient", message));
    }
    let settlement =
        Settlement { at_ms: now_ms + world.faults.settle_after_ms, succeeds: mode == RefundMode::Pending };
    let at_once = mode == RefundMode::Succeed;
    let refund = Refund {
        id: world.new_id("re_3", 23),
        status: if at_once { RefundStatus::Succeeded } else { RefundStatus::Pending },
        intent_id: intent.id.clone(),
        charge_id,
        amount,
        currency: intent.currency.clone(),
        reason,
        failure_reason: None,
        metadata,
        created: now_ms.div_euclid(1000),
        settlement: (!at_once).then_some(settlement),
    };
    world.ledger.refunds.insert(refund.id.clone(), refund.clone());
    world.note_due(settlement.at_ms);
    world.dirty = true;
    emit(world, "refund.created", &refund.id, now_ms);
    let charge = objects::charge(&intent, world.ledger.refunded(&intent.id));
    world.emit("charge.refunded", &charge, now_ms);
    Ok(refund)
}

/// A demonstration shop begins with months of orders that were never paid here. Their intents are named
/// `demo_pi_<reference>_<amount in fen>`; the first refund of one brings it to mind, as captured by card.
fn recall_demonstration(world: &mut World, form: &Form, now_ms: i64) {
    let Some(id) = form.get(&["payment_intent"]) else { return };
    let stated = id.strip_prefix("demo_pi_").and_then(|rest| rest.rsplit_once('_'));
    let Some((reference, Ok(amount))) = stated.map(|(reference, amount)| (reference, amount.parse::<i64>()))
    else {
        return;
    };
    if amount <= 0 || world.ledger.intents.contains_key(id) {
        return;
    }
    let intent = Intent {
        id: id.to_owned(),
        status: IntentStatus::Succeeded,
        amount,
        currency: "cny".to_owned(),
        description: None,
        metadata: std::collections::BTreeMap::new(),
        receipt_email: None,
        method: "card".to_owned(),
        payment_method_types: vec!["card".to_owned()],
        charge_id: Some(format!("demo_ch_{reference}")),
        declined: false,
        created: now_ms.div_euclid(1000),
        canceled_at: None,
    };
    world.ledger.intents.insert(id.to_owned(), intent);
    world.dirty = true;
}

/// The captured payment named by `payment_intent` or `charge`.
fn payment(world: &World, form: &Form) -> Result<(Intent, String), ApiError> {
    let intent = match (form.get(&["payment_intent"]), form.get(&["charge"])) {
        (Some(id), _) => world
            .ledger
            .intents
            .get(id)
            .ok_or_else(|| ApiError::missing("payment_intent", "payment_intent", id))?,
        (None, Some(id)) => {
            let of_charge = |intent: &&Intent| intent.charge_id.as_deref() == Some(id);
            let found = world.ledger.intents.values().find(of_charge);
            found.ok_or_else(|| ApiError::missing("charge", "charge", id))?
        }
        (None, None) => {
            let message =
                "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(ApiError::invalid("payment_intent", "parameter_missing", message));
        }
    };
    match &intent.charge_id {
        Some(charge_id) if intent.status == IntentStatus::Succeeded => {
            Ok((intent.clone(), charge_id.clone()))
        }
        _ => {
            let message =
                format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
            Err(ApiError::forbidden_by_state("payment_intent_unexpected_state", message))
        }
    }
}

fn reason(form: &Form) -> Result<Option<String>, ApiError> {
    match form.get(&["reason"]) {
        Some(reason) if !["duplicate", "fraudulent", "requested_by_customer"].contains(&reason) => {
            Err(ApiError::invalid("reason", "parameter_invalid", format!("Invalid reason: {reason}")))
        }
        other => Ok(other.map(str::to_owned)),
    }
}

/// `GET /v1/refunds/{id}`.
pub(crate) fn find<'world>(world: &'world World, id: &str) -> Result<&'world Refund, ApiError> {
    world.ledger.refunds.get(id).ok_or_else(|| ApiError::missing("id", "refund", id))
}

/// Ends a pending refund; nothing happens when it is not pending.
pub(crate) fn settle(world: &mut World, id: &str, succeeds: bool, now_ms: i64) {
    let Some(refund) = world.ledger.refunds.get_mut(id) else {
        return;
    };
    if refund.settlement.take().is_none() {
        return;
    }
    world.dirty = true;
    if succeeds {
        refund.status = RefundStatus::Succeeded;
    } else {
        refund.status = RefundStatus::Failed;
        refund.failure_reason = Some("declined".to_owned());
    }
    emit(world, "refund.updated", id, now_ms);
    if !succeeds {
        emit(world, "refund.failed", id, now_ms);
    }
}

/// Ends the pending refunds that have come due.
pub(crate) fn sweep(world: &mut World, now_ms: i64) {
    let due = |refund: &Refund| {
        let settlement = refund.settlement.filter(|settlement| settlement.at_ms <= now_ms)?;
        Some((refund.id.clone(), settlement.succeeds))
    };
    let settled: Vec<(String, bool)> = world.ledger.refunds.values().filter_map(due).collect();
    for (id, succeeds) in settled {
        settle(world, &id, succeeds, now_ms);
    }
}

fn emit(world: &mut World, kind: &str, id: &str, now_ms: i64) {
    let object = world.ledger.refunds.get(id).map(objects::refund);
    world.emit(kind, &object.unwrap_or(Value::Null), now_ms);
}
