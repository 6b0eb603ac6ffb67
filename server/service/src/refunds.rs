//! Money on its way back.

use domain::ids::{PaymentId, RefundId};
use domain::payment::{PaymentMethod, RefundStatus};
use store::payments::RefundRow;

use crate::ports::{PaymentError, RefundRequest, RefundState};
use crate::{Result, ServiceError, Services, Viewer, audit, books};

/// Sends a refund that was decided. Asking the network twice sends the money once: every attempt has its key.
///
/// # Errors
/// [`ServiceError::PaymentUnavailable`]: try again later.
pub async fn send_refund(services: &Services, refund_id: RefundId) -> Result<()> {
    let (refund, payment) = {
        let mut conn = services.db.read().await?;
        let refund = store::payments::get_refund(&mut conn, refund_id).await?;
        let payment = store::payments::get_payment(&mut conn, refund.payment_id).await?;
        (refund, payment)
    };
    if refund.status == RefundStatus::Succeeded || payment.method != PaymentMethod::Online {
        return Ok(());
    }
    let state = match &refund.network_refund_id {
        Some(id) if refund.status == RefundStatus::Requested => services.payments.find_refund(id).await,
        _ => {
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
        Ok(state) => settle_refund(services, refund_id, &state).await,
        Err(PaymentError::Refused { code, message }) => {
            tracing::error!(refund = %refund_id, code, message, "the network refused a refund");
            let state = RefundState::Failed { refund_id: String::new(), code };
            settle_refund(services, refund_id, &state).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The key of this attempt. The network answers a repeated key with its first answer, so an attempt that came back
/// needs another one: it is named after the attempt that failed.
fn attempt_key(refund: &RefundRow) -> String {
    match &refund.network_refund_id {
        Some(failed) => format!("refund-{}-after-{failed}", refund.id),
        None => format!("refund-{}", refund.id),
    }
}

/// What the network says of a refund becomes what the shop says, once.
pub(crate) async fn settle_refund(
    services: &Services,
    refund_id: RefundId,
    state: &RefundState,
) -> Result<()> {
    let (status, network_id, code) = match state {
        RefundState::Pending { refund_id } => (RefundStatus::Requested, refund_id, ""),
        RefundState::Succeeded { refund_id } => (RefundStatus::Succeeded, refund_id, ""),
        RefundState::Failed { refund_id, code } => (RefundStatus::Failed, refund_id, code.as_str()),
    };
    let network_id = Some(network_id.as_str()).filter(|id| !id.is_empty());
    let mut tx = services.db.write().await?;
    let now_ms = services.now_ms();
    let changed =
        store::payments::update_refund(&mut tx, refund_id, status, network_id, code, now_ms).await?;
    if changed && status == RefundStatus::Succeeded {
        let refund = store::payments::get_refund(&mut tx, refund_id).await?;
        let payment = store::payments::get_payment(&mut tx, refund.payment_id).await?;
        books::post_refund_sent(&mut tx, services, payment.method, &refund).await?;
        let order = refund.order_id.get();
        store::work::insert_outbox(&mut tx, services.new_id(), "refund_sent", order, "{}", now_ms).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The seller's side has sent a bank transfer back by hand and says so.
///
/// # Errors
/// Guarded: captain of a team of the order, or the county.
pub async fn confirm_bank_refund(services: &Services, viewer: &Viewer, refund_id: RefundId) -> Result<()> {
    let payment: PaymentId = {
        let mut conn = services.db.read().await?;
        let refund = store::payments::get_refund(&mut conn, refund_id).await?;
        crate::units::require_money_receiver(&mut conn, viewer, refund.order_id).await?;
        refund.payment_id
    };
    {
        let mut conn = services.db.read().await?;
        if store::payments::get_payment(&mut conn, payment).await?.method != PaymentMethod::BankTransfer {
            return Err(ServiceError::NotFound);
        }
    }
    settle_refund(services, refund_id, &RefundState::Succeeded { refund_id: String::new() }).await?;
    let mut tx = services.db.write().await?;
    audit::record(
        &mut tx,
        services,
        viewer.user_id(),
        "bank_refund_confirmed",
        "refund",
        refund_id.get(),
        serde_json::json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A bank transfer that has to be sent back by hand.
#[derive(Debug, Clone)]
pub struct BankRefund {
    pub refund_id: RefundId,
    pub order_number: String,
    /// Who gets the money: the recipient of the order.
    pub recipient_name: String,
    pub amount_fen: domain::money::Fen,
    /// Under which reference the money came.
    pub bank_reference: String,
    pub reason: String,
    pub decided_at_ms: i64,
}

/// Bank transfers that a team's captain has to send back, oldest first.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn list_bank_refunds(
    services: &Services,
    viewer: &Viewer,
    team: domain::ids::TeamId,
) -> Result<Vec<BankRefund>> {
    /// Open refunds of the whole shop that are looked through; online ones settle within minutes.
    const LIST_LIMIT: i64 = 500;
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut found = Vec::new();
    for refund in store::payments::list_open_refunds(&mut conn, services.now_ms() + 1, LIST_LIMIT).await? {
        let payment = store::payments::get_payment(&mut conn, refund.payment_id).await?;
        if payment.method != PaymentMethod::BankTransfer {
            continue;
        }
        let parcels = store::parcels::list_order_parcels(&mut conn, refund.order_id).await?;
        if !parcels.iter().any(|parcel| parcel.team_id == team) {
            continue;
        }
        let order = store::orders::get_order(&mut conn, refund.order_id).await?;
        found.push(BankRefund {
            refund_id: refund.id,
            order_number: order.number,
            recipient_name: order.recipient_name,
            amount_fen: refund.amount_fen,
            bank_reference: payment.bank_reference.unwrap_or_default(),
            reason: refund.reason,
            decided_at_ms: refund.created_at_ms,
        });
    }
    Ok(found)
}
