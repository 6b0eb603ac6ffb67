//! Money on its way back.

use domain::ids::{PaymentId, RefundId};
use domain::payment::{PaymentMethod, RefundStatus};

use crate::ports::{PaymentError, RefundRequest, RefundState};
use crate::{Result, ServiceError, Services, Viewer, audit, books};

/// Sends a refund that was decided. Asking the network twice sends the money once: the refund's id is the key.
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
                idempotency_key: format!("refund-{}", refund.id),
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

/// The network told us about a refund: ask it, and settle what it says.
pub async fn check_refund(services: &Services, reference: &str) -> Result<&'static str> {
    let Ok(id) = reference.parse::<RefundId>() else { return Ok("unknown refund") };
    match send_refund(services, id).await {
        Ok(()) => Ok("refund checked"),
        Err(ServiceError::NotFound) => Ok("unknown refund"),
        Err(error) => Err(error),
    }
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
