//! Money from outside: opening a payment page, learning what became of it, giving money back.
//!
//! The network's notice, the buyer's return, the reconciliation job and the expiry of an order all end in
//! [`settle_checkout`]; whoever comes second finds it done. The network is never asked while a transaction is open.

use domain::failure::Conflict;
use domain::ids::{OrderId, PaymentId};
use domain::money::Fen;
use domain::order::{OrderEvent, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentEvent, PaymentMethod, PaymentStatus, RefundStatus};
use domain::time::Date;
use store::WriteTx;
use store::orders::OrderRow;
use store::payments::{PaymentEventRow, PaymentRow, RefundRow};

use crate::mail::{self, Letter};
use crate::operations::{self, Arrived};
use crate::orders::require_payer;
use crate::ports::{CheckoutRequest, CheckoutState, PaymentError};
use crate::{Result, ServiceError, Services, Viewer, books, holds, timers};

impl From<PaymentError> for ServiceError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Unavailable(what) => Self::PaymentUnavailable(what),
            PaymentError::Refused { code, message } => {
                Self::Internal(format!("payment refused: {code} {message}"))
            }
        }
    }
}

/// Where the payment network sends the buyer afterwards, as paths of this shop with their language.
#[derive(Debug, Clone)]
pub struct ComeBack {
    pub paid_path: String,
    pub unpaid_path: String,
}

/// Where to send the buyer to pay; asking again gives the same page while it is open.
///
/// # Errors
/// [`Conflict::StateChanged`] when there is nothing to pay any more; [`ServiceError::PaymentUnavailable`]. Guarded: the
/// buyer; of a unit's order its finance.
#[tracing::instrument(skip_all)]
pub async fn start_payment(
    services: &Services,
    viewer: &Viewer,
    order_id: OrderId,
    come_back: &ComeBack,
) -> Result<String> {
    let (order, payment) = {
        let mut tx = services.db.write().await?;
        let order = store::orders::lock_order(&mut tx, order_id).await?;
        require_payer(viewer, &order)?;
        if order.status != OrderStatus::AwaitingPayment {
            return Err(Conflict::StateChanged.into());
        }
        // Nobody is sent to pay for goods that are not sold any more; the recall's timer gives the order up.
        if store::recalls::lock_holds(&mut tx, order.id).await? {
            return Err(Conflict::StateChanged.into());
        }
        let payment = find_or_insert_payment(&mut tx, services, &order).await?;
        tx.commit().await?;
        (order, payment)
    };
    if let Some(url) = payment.page_url {
        return Ok(url);
    }
    let locale = domain::locale::Locale::parse(&order.locale).unwrap_or_default();
    let page = services
        .payments
        .open_checkout(&CheckoutRequest {
            payment_reference: payment.id.to_string(),
            order_number: order.number.clone(),
            amount_fen: payment.amount_fen,
            description: format!("{} {}", locale.pick("乡集订单", "Xiangji order"), order.number),
            customer_email: Some(order.email.clone()).filter(|email| !email.is_empty()),
            success_url: format!("{}{}", services.public_url, come_back.paid_path),
            cancel_url: format!("{}{}", services.public_url, come_back.unpaid_path),
            expires_at_ms: payment.expires_at_ms.unwrap_or(i64::MAX),
            locale: order.locale.clone(),
            idempotency_key: format!("checkout-{}", payment.id),
        })
        .await?;
    let mut tx = services.db.write().await?;
    store::payments::update_page(&mut tx, payment.id, &page.session_id, &page.url).await?;
    tx.commit().await?;
    Ok(page.url)
}

async fn find_or_insert_payment(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
) -> Result<PaymentRow> {
    let now_ms = services.now_ms();
    let payments = store::payments::list_order_payments(tx, order.id).await?;
    let open = payments.into_iter().find(|payment| {
        payment.method == PaymentMethod::Online
            && matches!(payment.status, PaymentStatus::Open | PaymentStatus::Processing)
            && payment.expires_at_ms.is_none_or(|until| until > now_ms)
    });
    if let Some(open) = open {
        return Ok(open);
    }
    // Stripe keeps a page open for 30 minutes at least; the expiry of the order closes it earlier when need be.
    let expires_at_ms =
        order.hold_until_ms.unwrap_or(now_ms).max(now_ms + 45 * 60_000).min(now_ms + 23 * 3_600_000);
    let row = PaymentRow {
        id: services.new_id(),
        order_id: order.id,
        method: PaymentMethod::Online,
        status: PaymentStatus::Open,
        amount_fen: order.total_fen,
        session_id: None,
        intent_id: None,
        page_url: None,
        bank_reference: None,
        created_at_ms: now_ms,
        expires_at_ms: Some(expires_at_ms),
        captured_at_ms: None,
        checked_at_ms: now_ms,
    };
    store::payments::insert_payment(tx, &row).await?;
    Ok(row)
}

/// Stores an event of the network before anything is done about it; false when it was here before.
pub async fn record_event(services: &Services, event_id: &str, kind: &str, payload: &str) -> Result<bool> {
    let mut tx = services.db.write().await?;
    let row = PaymentEventRow {
        event_id: event_id.to_owned(),
        kind: kind.to_owned(),
        payload: payload.to_owned(),
        received_at_ms: services.now_ms(),
    };
    let new = store::payments::insert_event(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(new)
}

/// Notes what became of a stored event.
pub async fn finish_event(services: &Services, event_id: &str, outcome: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    store::payments::update_event_handled(&mut tx, event_id, outcome, services.now_ms()).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks the network about the payment that `reference` names, and settles what it says. Events only wake us up:
/// what is believed is what the network answers when asked, so a forged, late or doubled event does no harm.
#[tracing::instrument(skip_all)]
pub async fn check_payment(services: &Services, reference: &str) -> Result<&'static str> {
    let Ok(id) = reference.parse::<PaymentId>() else { return Ok("unknown payment") };
    let payment = {
        let mut conn = services.db.read().await?;
        store::payments::find_payment(&mut conn, id).await?
    };
    let Some(payment) = payment else { return Ok("unknown payment") };
    let Some(session_id) = &payment.session_id else { return Ok("no page yet") };
    let state = services.payments.find_checkout(session_id).await?;
    settle_checkout(services, payment.id, &state).await
}

/// The buyer came back from the payment page, or looks at an order that waits for money.
pub async fn check_order(services: &Services, order_id: OrderId) -> Result<()> {
    let payments = {
        let mut conn = services.db.read().await?;
        store::payments::list_order_payments(&mut conn, order_id).await?
    };
    for payment in payments {
        let waiting = matches!(payment.status, PaymentStatus::Open | PaymentStatus::Processing);
        if waiting && payment.session_id.is_some() {
            check_payment(services, &payment.id.to_string()).await?;
        }
    }
    Ok(())
}

/// What the network says becomes what the shop says, once.
#[tracing::instrument(skip_all, fields(payment = %payment_id))]
pub(crate) async fn settle_checkout(
    services: &Services,
    payment_id: PaymentId,
    state: &CheckoutState,
) -> Result<&'static str> {
    let mut tx = services.db.write().await?;
    let payment = store::payments::get_payment(&mut tx, payment_id).await?;
    let order = store::orders::lock_order(&mut tx, payment.order_id).await?;
    // Read again under the lock: another notice may have been faster.
    let payment = store::payments::get_payment(&mut tx, payment_id).await?;
    let now_ms = services.now_ms();
    let outcome = match state {
        CheckoutState::Paid { intent_id, amount_fen, currency, payment_reference } => {
            if payment.status == PaymentStatus::Captured {
                "already captured"
            } else if *amount_fen != payment.amount_fen
                || !currency.eq_ignore_ascii_case("cny")
                || *payment_reference != payment.id.to_string()
            {
                let arrived =
                    Arrived { amount_fen: *amount_fen, currency, reference: payment_reference, intent_id };
                operations::keep_unmatched(&mut tx, services, payment.id, arrived).await?;
                store::payments::update_checked(&mut tx, payment.id, now_ms).await?;
                "does not match"
            } else {
                capture(&mut tx, services, &order, &payment, Some(intent_id)).await?
            }
        }
        CheckoutState::Processing if payment.status.next(PaymentEvent::Process).is_ok() => {
            store::payments::update_payment_status(&mut tx, payment.id, PaymentStatus::Processing, now_ms)
                .await?;
            "processing"
        }
        CheckoutState::Expired if payment.status.next(PaymentEvent::Expire).is_ok() => {
            store::payments::update_payment_status(&mut tx, payment.id, PaymentStatus::Expired, now_ms)
                .await?;
            "expired"
        }
        CheckoutState::Open | CheckoutState::Processing | CheckoutState::Expired => {
            store::payments::update_checked(&mut tx, payment.id, now_ms).await?;
            "no change"
        }
    };
    tx.commit().await?;
    Ok(outcome)
}

/// Money is here: book it, and give it to the order if the order can still take it, else send it back.
pub(crate) async fn capture(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    payment: &PaymentRow,
    intent_id: Option<&str>,
) -> Result<&'static str> {
    let now_ms = services.now_ms();
    store::payments::update_captured(tx, payment.id, intent_id, now_ms).await?;
    let payment = store::payments::get_payment(tx, payment.id).await?;
    let takes_it = match order.status {
        // Goods of a recalled batch are not sold: the money goes back, and the order is given up by the recall's timer.
        // The batches are taken, so that a recall in this moment either sees the order paid or is seen here.
        OrderStatus::AwaitingPayment => !store::recalls::lock_holds(tx, order.id).await?,
        OrderStatus::Expired => {
            order.status.next(OrderEvent::PayLate).is_ok()
                && holds::hold_again(tx, services, order.id).await?
        }
        _ => false,
    };
    if !takes_it {
        books::post_capture(tx, services, &payment).await?;
        request_refund(tx, services, order, &payment, payment.amount_fen, "late_money").await?;
        return Ok("late: refunded");
    }
    holds::sell_stock(tx, order.id).await?;
    store::orders::update_paid(tx, order.id, now_ms).await?;
    store::orders::update_sold_counts(tx, order.id, 1).await?;
    store::parcels::update_order_parcels(tx, order.id, ParcelStatus::AwaitingPayment, ParcelStatus::ToPack)
        .await?;
    books::post_capture(tx, services, &payment).await?;
    books::post_apply(tx, services, order, &payment).await?;
    credit_lines(tx, services, order).await?;
    store::figures::add_order(tx, order.id).await?;
    timers::stop(tx, services, timers::UNPAID_ORDER, order.id.get()).await?;
    store::work::insert_outbox(tx, services.new_id(), "order_paid", order.id.get(), "{}", now_ms).await?;
    mail::post_of_order(tx, services, &order.email, Letter::OrderPaid { order: order.id }).await?;
    Ok("captured")
}

/// Notes which team, unit and cadre brought each line.
async fn credit_lines(tx: &mut WriteTx, services: &Services, order: &OrderRow) -> Result<()> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    for line in store::orders::list_order_lines(tx, order.id).await? {
        let sale =
            store::carts::find_sale_variant(tx, line.variant_id).await?.ok_or(ServiceError::NotFound)?;
        let village = sale.village_id.get();
        let cadre_id = store::books::find_credited_cadre(tx, line.id, village, order.unit_id, &today).await?;
        let row = store::books::CreditRow {
            id: services.new_id(),
            order_id: order.id,
            line_id: line.id,
            team_id: line.team_id,
            unit_id: order.unit_id,
            cadre_id,
            amount_fen: line.net_fen,
            credited_at_ms: services.now_ms(),
        };
        store::books::insert_credit(tx, &row).await?;
    }
    Ok(())
}

/// Decides to give `amount` of a payment back; a timer sends it. For money that no order took (`late_money`) the
/// unapplied receipt is turned round, for an order its parts are reversed by the caller.
pub(crate) async fn request_refund(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    payment: &PaymentRow,
    amount: Fen,
    reason: &str,
) -> Result<RefundRow> {
    let refunded = store::payments::sum_refunds(tx, payment.id).await?;
    if refunded.checked_add(amount).map_err(ServiceError::internal)? > payment.amount_fen {
        return Err(Conflict::RefundExceedsPayment.into());
    }
    let row = RefundRow {
        id: services.new_id(),
        payment_id: payment.id,
        order_id: order.id,
        amount_fen: amount,
        reason: reason.to_owned(),
        status: RefundStatus::Requested,
        network_refund_id: None,
        failure_code: String::new(),
        created_at_ms: services.now_ms(),
        settled_at_ms: None,
        attempts: 0,
        next_attempt_at_ms: 0,
    };
    store::payments::insert_refund(tx, &row).await?;
    if reason == "late_money" {
        books::post_unapplied_refund(tx, services, &row).await?;
    }
    if payment.method == PaymentMethod::Online {
        timers::set(tx, services, timers::SEND_REFUND, row.id.get(), services.now_ms()).await?;
    }
    Ok(row)
}
