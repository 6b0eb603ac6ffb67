//! An order after it was placed: giving it up, receiving it; [`page`]: looking at it.

mod page;

use domain::after_sale::return_until_ms;
use domain::failure::{Conflict, Problem};
use domain::ids::{OrderId, ParcelId, UnitId};
use domain::order::{OrderEvent, OrderKind, OrderStatus};
use domain::parcel::{ParcelEvent, ParcelStatus};
use domain::payment::{PaymentMethod, PaymentStatus};
use store::WriteTx;
pub use store::orders::{ApprovalRow, LineRow, OrderRow, OrderSummary};
pub use store::parcels::ParcelRow;
pub use store::payments::{PaymentRow, RefundRow};

use crate::ports::CheckoutState;
use crate::{Result, ServiceError, Services, Viewer, books, holds, payments, timers};

pub use page::{OrderPage, OrderPageLine, OrderShare, PAGE_SIZE, list_my_orders, order_page};

/// Longest reason for giving an order up, in characters.
const REASON_MAX_CHARS: usize = 200;

/// Whether this viewer bought the order: by account or by guest session. A unit's order is the unit's: its members see
/// it, and whoever handed it in no longer does after leaving the unit.
pub(crate) fn require_buyer(viewer: &Viewer, order: &OrderRow) -> Result<()> {
    let is_theirs = match order.unit_id {
        Some(unit) => viewer.require_unit_member(UnitId::from_i64(unit)).is_ok(),
        None => {
            let by_account = viewer.user_id().is_some_and(|user| order.user_id == Some(user.get()));
            let by_session = order.user_id.is_none()
                && order.guest_session_hash.is_some()
                && viewer.session_hash == order.guest_session_hash;
            by_account || by_session
        }
    };
    // Someone else's order does not exist for this viewer.
    if is_theirs { Ok(()) } else { Err(ServiceError::NotFound) }
}

/// Whether this viewer may pay the order: its buyer; of a unit's order only the unit's finance.
pub(crate) fn require_payer(viewer: &Viewer, order: &OrderRow) -> Result<()> {
    require_buyer(viewer, order)?;
    match order.unit_id {
        Some(unit) => viewer.require_unit_finance(UnitId::from_i64(unit)).map(|_| ()),
        None => Ok(()),
    }
}

/// Before payment always; after payment as long as nothing has left and no after-sale has begun to take it apart.
fn can_cancel(order: &OrderRow, parcels: &[ParcelRow], after_sales: i64) -> bool {
    match order.status {
        OrderStatus::Paid if after_sales > 0 => false,
        // One whose goods went into another parcel is cancelled, and keeps nothing.
        OrderStatus::Paid => parcels
            .iter()
            .all(|parcel| matches!(parcel.status, ParcelStatus::ToPack | ParcelStatus::Cancelled)),
        status => status.next(OrderEvent::Cancel).is_ok(),
    }
}

/// Whether the viewer, by account or as a guest, ever placed an order: who never did has nothing to show of one.
///
/// # Errors
/// Those of the database.
pub async fn has_bought(services: &Services, viewer: &Viewer) -> Result<bool> {
    let mut conn = services.db.read().await?;
    Ok(store::orders::has_orders(&mut conn, viewer.user_id(), viewer.session_hash.as_deref()).await?)
}

/// Gives an order up: unpaid ones give their stock back, paid ones that have not left are refunded in full.
///
/// # Errors
/// [`Conflict::StateChanged`] when something has left already; [`Conflict::AlreadyPaid`] when the money came first:
/// asking again then refunds it; [`Conflict::ClosedOtherwise`] when it was given up before, for another reason.
pub async fn cancel_order(
    services: &Services,
    viewer: &Viewer,
    order_id: OrderId,
    reason: &str,
) -> Result<()> {
    let order = {
        let mut conn = services.db.read().await?;
        store::orders::get_order(&mut conn, order_id).await?
    };
    require_buyer(viewer, &order)?;
    cancel(services, order_id, reason, GivenUpBy::BuyerOrShop).await
}

/// The same for the seller's side, for example when the goods turn out to be damaged.
///
/// # Errors
/// [`Conflict::LargeRefund`] for a paid order of so much that a second person has to confirm it. Guarded: whoever sells all of it; [`ServiceError::NotFound`] for those who sell none of it.
pub async fn cancel_order_as_seller(
    services: &Services,
    viewer: &Viewer,
    order_id: OrderId,
    reason: &str,
) -> Result<()> {
    let parcels = {
        let mut conn = services.db.read().await?;
        store::parcels::list_order_parcels(&mut conn, order_id).await?
    };
    viewer.require_user()?;
    // Someone else's order does not exist for this viewer; one shared with another team is not theirs alone to cancel.
    let own = parcels.iter().filter(|parcel| viewer.require_seller(parcel.team_id).is_ok()).count();
    if own == 0 {
        return Err(ServiceError::NotFound);
    }
    if own < parcels.len() {
        return Err(ServiceError::Forbidden);
    }
    cancel(services, order_id, reason, GivenUpBy::Seller).await
}

/// Whose word it is that an order is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenUpBy {
    BuyerOrShop,
    Seller,
}

#[tracing::instrument(skip_all)]
pub(crate) async fn cancel(
    services: &Services,
    order_id: OrderId,
    reason: &str,
    by: GivenUpBy,
) -> Result<()> {
    if reason.chars().count() > REASON_MAX_CHARS {
        return Err(ServiceError::invalid("reason", Problem::TooLong { max: REASON_MAX_CHARS as i64 }));
    }
    // Close the payment page first: once nobody can pay any more, giving the stock back is safe.
    if close_pages(services, order_id).await? {
        return Err(Conflict::AlreadyPaid.into());
    }
    let mut tx = services.db.write().await?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    let parcels = store::parcels::list_order_parcels(&mut tx, order_id).await?;
    if matches!(order.status, OrderStatus::Cancelled | OrderStatus::Refunded) {
        // Taken again the step is taken; whoever gives another reason would believe that it stands there now.
        let is_said = reason.is_empty() || reason == order.cancel_reason;
        return if is_said { Ok(()) } else { Err(Conflict::ClosedOtherwise.into()) };
    }
    let after_sales = store::after_sales::count_in_effect(&mut tx, order_id).await?;
    if !can_cancel(&order, &parcels, after_sales) {
        return Err(Conflict::StateChanged.into());
    }
    // A seller's word alone does not send much money anywhere.
    let limit = services.rules.second_person_from_fen;
    let is_large = limit > 0 && order.total_fen.get() >= limit;
    if by == GivenUpBy::Seller && order.status == OrderStatus::Paid && is_large {
        return Err(Conflict::LargeRefund.into());
    }
    let now_ms = services.now_ms();
    holds::release_stock(&mut tx, order_id).await?;
    let from =
        if order.status == OrderStatus::Paid { ParcelStatus::ToPack } else { ParcelStatus::AwaitingPayment };
    store::parcels::update_order_parcels(&mut tx, order_id, from, ParcelStatus::Cancelled).await?;
    if order.status == OrderStatus::Paid {
        refund_whole_order(&mut tx, services, &order).await?;
        store::orders::update_status(&mut tx, order_id, OrderStatus::Refunded, Some(now_ms), reason).await?;
        store::figures::add_order(&mut tx, order_id).await?;
    } else {
        store::books::update_attributions(&mut tx, order_id, "frozen", "void", None).await?;
        store::orders::update_status(&mut tx, order_id, OrderStatus::Cancelled, Some(now_ms), reason).await?;
    }
    store::orders::update_hold(&mut tx, order_id, None).await?;
    timers::stop(&mut tx, services, timers::UNPAID_ORDER, order_id.get()).await?;
    store::work::insert_outbox(&mut tx, services.new_id(), "order_cancelled", order_id.get(), "{}", now_ms)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn refund_whole_order(tx: &mut WriteTx, services: &Services, order: &OrderRow) -> Result<()> {
    let payments = store::payments::list_order_payments(tx, order.id).await?;
    // A second captured payment was refunded when it came; the one to refund is the one with nothing asked back.
    for payment in payments.iter().filter(|payment| payment.status == PaymentStatus::Captured) {
        if store::payments::sum_refunds(tx, payment.id).await? > domain::money::Fen::ZERO {
            continue;
        }
        let refund =
            payments::request_refund(tx, services, order, payment, payment.amount_fen, "order_cancelled")
                .await?;
        store::orders::update_sold_counts(tx, order.id, -1).await?;
        books::post_full_refund(tx, services, order, &refund).await?;
        return Ok(());
    }
    Err(ServiceError::internal("a paid order without a captured payment"))
}

/// Closes the open payment pages of an order. True when money turned out to have arrived first.
pub(crate) async fn close_pages(services: &Services, order_id: OrderId) -> Result<bool> {
    let open = {
        let mut conn = services.db.read().await?;
        store::payments::list_order_payments(&mut conn, order_id).await?
    };
    let mut paid = false;
    for payment in open {
        let waiting = matches!(payment.status, PaymentStatus::Open | PaymentStatus::Processing);
        let (true, PaymentMethod::Online, Some(session)) = (waiting, payment.method, &payment.session_id)
        else {
            continue;
        };
        let state = services.payments.expire_checkout(session).await?;
        paid |= matches!(state, CheckoutState::Paid { .. });
        payments::settle_checkout(services, payment.id, &state).await?;
    }
    Ok(paid)
}

/// The time to pay ran out. Called by the timer; safe to call at any time.
///
/// `give_up_asking` releases the stock even when the network does not answer: money that comes after all is then
/// handled as late money.
#[tracing::instrument(skip_all)]
pub(crate) async fn expire_order(services: &Services, order_id: OrderId, give_up_asking: bool) -> Result<()> {
    match close_pages(services, order_id).await {
        // Also when the network refuses, or no answer is ever understood: the stock must not be held for good.
        Err(error) if give_up_asking && !matches!(error, ServiceError::Busy) => {
            tracing::warn!(order = %order_id, %error, "releasing stock without the network's word");
        }
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    let mut tx = services.db.write().await?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    let due = order.hold_until_ms.is_some_and(|until| until <= services.now_ms());
    if order.status != OrderStatus::AwaitingPayment || !due {
        return Ok(());
    }
    holds::release_stock(&mut tx, order_id).await?;
    let now_ms = services.now_ms();
    store::orders::update_status(&mut tx, order_id, OrderStatus::Expired, Some(now_ms), "").await?;
    store::orders::update_hold(&mut tx, order_id, None).await?;
    store::work::insert_outbox(&mut tx, services.new_id(), "order_expired", order_id.get(), "{}", now_ms)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The buyer has the parcel in hands.
///
/// # Errors
/// [`Conflict::StateChanged`] when it has not left yet.
pub async fn confirm_receipt(services: &Services, viewer: &Viewer, parcel_id: ParcelId) -> Result<()> {
    let order = {
        let mut conn = services.db.read().await?;
        let parcel = store::parcels::get_parcel(&mut conn, parcel_id).await?;
        store::orders::get_order(&mut conn, parcel.order_id).await?
    };
    require_buyer(viewer, &order)?;
    receive_parcel(services, parcel_id).await
}

/// The parcel has arrived, by the buyer's word or by the timer. With the last parcel the after-sale window opens:
/// it ends with the seventh day (by default) counted from the day after receipt.
#[tracing::instrument(skip_all)]
pub(crate) async fn receive_parcel(services: &Services, parcel_id: ParcelId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let order_id = store::parcels::get_parcel(&mut tx, parcel_id).await?.order_id;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    if parcel.status == ParcelStatus::Received {
        return Ok(());
    }
    note_received(&mut tx, services, &order, &parcel).await?;
    tx.commit().await?;
    Ok(())
}

/// The same in a transaction that has the order already.
pub(crate) async fn note_received(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    parcel: &ParcelRow,
) -> Result<()> {
    parcel.status.next(ParcelEvent::Receive).map_err(|_| Conflict::StateChanged)?;
    store::parcels::update_received(tx, parcel.id, services.now_ms()).await?;
    timers::stop(tx, services, timers::AUTO_RECEIPT, parcel.id.get()).await?;
    open_after_sale_window(tx, services, order).await
}

/// Once nothing of an order is to come any more, its after-sale window is that of the parcel that came last.
pub(crate) async fn open_after_sale_window(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
) -> Result<()> {
    let parcels = store::parcels::list_order_parcels(tx, order.id).await?;
    let last_ms = parcels.iter().filter_map(|parcel| parcel.received_at_ms).max();
    let (OrderStatus::Paid, true, Some(last_ms)) = (order.status, is_all_here(&parcels), last_ms) else {
        return Ok(());
    };
    let until_ms = return_until_ms(last_ms, services.rules.after_sale_days);
    store::orders::update_after_sale_until(tx, order.id, until_ms).await?;
    timers::set(tx, services, timers::AFTER_SALE_END, order.id.get(), until_ms).await
}

/// Whether every parcel has been received or will never be sent.
fn is_all_here(parcels: &[ParcelRow]) -> bool {
    parcels.iter().all(|parcel| matches!(parcel.status, ParcelStatus::Received | ParcelStatus::Cancelled))
}

/// The after-sale window has closed: the order is complete and the earnings are the villages'. While an after-sale is
/// open, or a replacement on its way, nothing happens; whatever ends it sets the timer anew.
#[tracing::instrument(skip_all)]
pub(crate) async fn complete_order(services: &Services, order_id: OrderId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    let due = order.after_sale_until_ms.is_some_and(|until| until <= services.now_ms());
    if order.status.next(OrderEvent::Complete).is_err() || !due {
        return Ok(());
    }
    let parcels = store::parcels::list_order_parcels(&mut tx, order_id).await?;
    if !is_all_here(&parcels) || store::after_sales::count_open_of_order(&mut tx, order_id).await? > 0 {
        return Ok(());
    }
    books::post_release(&mut tx, services, order_id).await?;
    let now_ms = services.now_ms();
    store::orders::update_status(&mut tx, order_id, OrderStatus::Completed, Some(now_ms), "").await?;
    tx.commit().await?;
    Ok(())
}

/// Days until receipt is taken as confirmed, by kind of order.
pub(crate) fn auto_receipt_days(services: &Services, kind: OrderKind) -> i64 {
    match kind {
        OrderKind::Retail => services.rules.auto_receipt_days,
        OrderKind::Unit => services.rules.unit_auto_receipt_days,
    }
}
