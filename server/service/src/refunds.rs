//! Money on its way back.
//!
//! A refund is sent in attempts. Each has a key of its own, so that asking the network twice within one sends the
//! money once, and each that comes back is followed by another after a pause that grows. A refund that came back
//! [`MAX_ATTEMPTS`] times waits for a person.

use domain::ids::RefundId;
use domain::money::Fen;
use domain::payment::{PaymentMethod, RefundStatus};
use domain::time::{DAY_MS, MINUTE_MS};
use serde_json::json;
use store::WriteTx;
use store::payments::RefundRow;

use crate::mail::{self, Letter};
use crate::ports::{PaymentError, RefundRequest, RefundState};
use crate::{Result, ServiceError, Services, Viewer, audit, books, timers};

/// After so many failures no attempt follows by itself: what stands in the way will not go away with time.
pub const MAX_ATTEMPTS: i64 = 6;
const FIRST_PAUSE_MS: i64 = 5 * MINUTE_MS;
const LONGEST_PAUSE_MS: i64 = DAY_MS;
/// Waiting refunds that are listed.
const STUCK_LIMIT: i64 = 100;

/// Sends a refund that was decided, or learns what became of it. A failed one is sent anew when its pause is over;
/// before that, and when it waits for a person, nothing happens.
///
/// # Errors
/// [`ServiceError::PaymentUnavailable`]: try again later.
#[tracing::instrument(skip_all, fields(refund = %refund_id))]
pub async fn send_refund(services: &Services, refund_id: RefundId) -> Result<()> {
    let (refund, payment) = {
        let mut conn = services.db.read().await?;
        let refund = store::payments::get_refund(&mut conn, refund_id).await?;
        let payment = store::payments::get_payment(&mut conn, refund.payment_id).await?;
        (refund, payment)
    };
    if payment.method != PaymentMethod::Online {
        return Ok(());
    }
    let refund = match refund.status {
        RefundStatus::Succeeded => return Ok(()),
        RefundStatus::Requested => refund,
        RefundStatus::Failed => match begin_attempt(services, refund_id).await? {
            Some(refund) => refund,
            None => return Ok(()),
        },
    };
    let state = match &refund.network_refund_id {
        Some(id) => services.payments.find_refund(id).await,
        None => {
            let intent_id =
                payment.intent_id.ok_or_else(|| ServiceError::internal("captured without an intent"))?;
            let request = RefundRequest {
                intent_id,
                amount_fen: refund.amount_fen,
                idempotency_key: attempt_key(&refund),
                refund_reference: refund.id.to_string(),
            };
            services.payments.refund(&request).await
        }
    };
    match state {
        Ok(state) => settle_refund(services, &refund, &state).await,
        Err(PaymentError::Refused { code, message }) => {
            tracing::error!(refund = %refund_id, code, message, "the network refused a refund");
            let state = RefundState::Failed { refund_id: String::new(), code };
            settle_refund(services, &refund, &state).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Begins the next attempt if its time has come; of several workers one does.
async fn begin_attempt(services: &Services, refund_id: RefundId) -> Result<Option<RefundRow>> {
    let mut tx = services.db.write().await?;
    let now_ms = services.now_ms();
    if !store::payments::begin_refund_attempt(&mut tx, refund_id, MAX_ATTEMPTS, now_ms).await? {
        return Ok(None);
    }
    let refund = store::payments::get_refund(&mut tx, refund_id).await?;
    tx.commit().await?;
    Ok(Some(refund))
}

/// The key of an attempt. The network answers a repeated key with its first answer, so whatever comes after a failure
/// needs another one.
fn attempt_key(refund: &RefundRow) -> String {
    match refund.attempts {
        0 => format!("refund-{}", refund.id),
        failed => format!("refund-{}-after-{failed}", refund.id),
    }
}

/// 5 min, 20 min, 80 min … up to a day.
fn pause_ms(failures: i64) -> i64 {
    let steps = u32::try_from((failures - 1).clamp(0, 10)).unwrap_or(10);
    (FIRST_PAUSE_MS << (2 * steps)).min(LONGEST_PAUSE_MS)
}

/// What the network says of an attempt becomes what the shop says, once: `asked` is the refund as it was when the
/// network was asked, and an answer about an attempt that is over changes nothing.
async fn settle_refund(services: &Services, asked: &RefundRow, state: &RefundState) -> Result<()> {
    let mut tx = services.db.write().await?;
    let now_ms = services.now_ms();
    match state {
        RefundState::Succeeded { refund_id } => {
            settle_succeeded(&mut tx, services, asked.id, Some(refund_id)).await?;
        }
        RefundState::Pending { refund_id } => {
            let again_ms = now_ms + services.rules.reconcile_after_minutes * MINUTE_MS;
            let id = named(refund_id);
            store::payments::update_refund_pending(&mut tx, asked.id, asked.attempts, id, again_ms).await?;
        }
        RefundState::Failed { refund_id, code } => {
            settle_failed(&mut tx, services, asked, named(refund_id), code).await?;
        }
    }
    Ok(tx.commit().await?)
}

fn named(network_refund_id: &str) -> Option<&str> {
    Some(network_refund_id).filter(|id| !id.is_empty())
}

/// The money is back: booked and told, once. False when it was already.
async fn settle_succeeded(
    tx: &mut WriteTx,
    services: &Services,
    refund_id: RefundId,
    network_refund_id: Option<&str>,
) -> Result<bool> {
    let now_ms = services.now_ms();
    let id = network_refund_id.and_then(named);
    if !store::payments::update_refund_succeeded(tx, refund_id, id, now_ms).await? {
        return Ok(false);
    }
    let refund = store::payments::get_refund(tx, refund_id).await?;
    let payment = store::payments::get_payment(tx, refund.payment_id).await?;
    books::post_refund_sent(tx, services, payment.method, &refund).await?;
    timers::stop(tx, services, timers::SEND_REFUND, refund_id.get()).await?;
    let order = store::orders::get_order(tx, refund.order_id).await?;
    store::work::insert_outbox(tx, services.new_id(), "refund_sent", order.id.get(), "{}", now_ms).await?;
    let to = mail::address_of_buyer(tx, &order).await?;
    let letter = Letter::RefundSent { order: order.id, refund: refund.id };
    mail::post_of_order(tx, services, &to, letter).await?;
    Ok(true)
}

async fn settle_failed(
    tx: &mut WriteTx,
    services: &Services,
    asked: &RefundRow,
    network_refund_id: Option<&str>,
    code: &str,
) -> Result<()> {
    let failures = asked.attempts + 1;
    let next_ms = services.now_ms() + pause_ms(failures);
    let id = asked.id;
    if !store::payments::fail_refund_attempt(tx, id, asked.attempts, network_refund_id, code, next_ms).await?
    {
        return Ok(());
    }
    if failures < MAX_ATTEMPTS {
        return timers::set(tx, services, timers::SEND_REFUND, id.get(), next_ms).await;
    }
    tracing::error!(refund = %id, code, failures, "a refund came back too often and waits for a person");
    let detail = json!({ "failures": failures, "code": code });
    audit::record(tx, services, None, "refund_stuck", "refund", id.get(), detail).await
}

/// A refund that came back too often and waits for a person.
#[derive(Debug, Clone)]
pub struct StuckRefund {
    pub refund_id: RefundId,
    pub order_number: String,
    pub amount_fen: Fen,
    /// How often it came back.
    pub attempts: i64,
    /// The network's word for the last failure.
    pub failure_code: String,
    pub decided_at_ms: i64,
}

/// Refunds that wait for a person, oldest first.
pub async fn list_stuck_refunds(services: &Services) -> Result<Vec<StuckRefund>> {
    let mut conn = services.db.read().await?;
    let rows = store::payments::list_stuck_refunds(&mut conn, MAX_ATTEMPTS, STUCK_LIMIT).await?;
    let stuck = rows.into_iter().map(|(row, order_number)| StuckRefund {
        refund_id: row.id,
        order_number,
        amount_fen: row.amount_fen,
        attempts: row.attempts,
        failure_code: row.failure_code,
        decided_at_ms: row.created_at_ms,
    });
    Ok(stuck.collect())
}

/// Lets a refund that waits for a person be sent once more, by the worker. For the terminal: whoever may run that may
/// do this.
///
/// # Errors
/// [`ServiceError::NotFound`] when it waits for nobody.
pub async fn retry_refund(services: &Services, refund_id: RefundId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let now_ms = services.now_ms();
    if !store::payments::release_refund(&mut tx, refund_id, MAX_ATTEMPTS, now_ms).await? {
        return Err(ServiceError::NotFound);
    }
    timers::set(&mut tx, services, timers::SEND_REFUND, refund_id.get(), now_ms).await?;
    audit::record(&mut tx, services, None, "refund_released", "refund", refund_id.get(), json!({})).await?;
    Ok(tx.commit().await?)
}

/// The seller's side has sent a bank transfer back by hand and says so. Saying it twice does nothing twice.
///
/// # Errors
/// Guarded: captain of a team of the order, or the county.
pub async fn confirm_bank_refund(services: &Services, viewer: &Viewer, refund_id: RefundId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let refund = store::payments::get_refund(&mut tx, refund_id).await?;
    crate::units::require_money_receiver(&mut tx, viewer, refund.order_id).await?;
    if store::payments::get_payment(&mut tx, refund.payment_id).await?.method != PaymentMethod::BankTransfer {
        return Err(ServiceError::NotFound);
    }
    if settle_succeeded(&mut tx, services, refund_id, None).await? {
        let (user, subject) = (viewer.user_id(), refund_id.get());
        audit::record(&mut tx, services, user, "bank_refund_confirmed", "refund", subject, json!({})).await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_day() {
        let minutes: Vec<i64> = (1..=6).map(|failures| pause_ms(failures) / MINUTE_MS).collect();
        assert_eq!(minutes, [5, 20, 80, 320, 1_280, 1_440]);
    }
}
