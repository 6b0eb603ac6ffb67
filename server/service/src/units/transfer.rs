//! Paying by bank transfer: the unit's finance names the transfer, the seller's side confirms that it came.

use domain::failure::{Conflict, Problem};
use domain::ids::{OrderId, PaymentId, UnitId, UserId};
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::payment::{PaymentEvent, PaymentMethod, PaymentStatus};
use domain::role::Role;
use domain::time::DAY_MS;
use serde_json::json;
use store::orders::OrderRow;
use store::payments::PaymentRow;
use store::{Conn, StoreError, WriteTx};

use super::order::find_unit_order;
use crate::notifications::{note_transfer, tell_of_transfer};
use crate::{Result, ServiceError, Services, Viewer, audit, payments, timers};

const REFERENCE_MAX_CHARS: usize = 60;

/// Finance says under which reference the bank sent the money. The stock stays held while it travels.
///
/// # Errors
/// Field `bank_reference`: missing, too long, or used for another order; guarded: finance of the unit.
pub async fn announce_transfer(
    services: &Services,
    viewer: &Viewer,
    number: &str,
    reference: &str,
) -> Result<()> {
    let reference = read_reference(reference)?;
    let mut tx = services.db.write().await?;
    let (order_id, finance) = require_finance_of(&mut tx, viewer, number).await?;
    let order = store::orders::lock_order(&mut tx, order_id).await?;
    let known = store::payments::list_order_payments(&mut tx, order_id).await?;
    if known.iter().any(|payment| payment.bank_reference.as_deref() == Some(reference)) {
        return Ok(());
    }
    if order.status != OrderStatus::AwaitingPayment || known.iter().any(is_announced) {
        return Err(Conflict::StateChanged.into());
    }
    let now_ms = services.now_ms();
    let row = PaymentRow {
        id: services.new_id(),
        order_id,
        method: PaymentMethod::BankTransfer,
        status: PaymentStatus::Processing,
        amount_fen: order.total_fen,
        session_id: None,
        intent_id: None,
        page_url: None,
        bank_reference: Some(reference.to_owned()),
        created_at_ms: now_ms,
        expires_at_ms: None,
        captured_at_ms: None,
        checked_at_ms: now_ms,
    };
    store::payments::insert_payment(&mut tx, &row).await.map_err(taken)?;
    let until_ms = now_ms + services.rules.unit_hold_days * DAY_MS;
    store::orders::update_hold(&mut tx, order_id, Some(until_ms)).await?;
    timers::set(&mut tx, services, timers::UNPAID_ORDER, order_id.get(), until_ms).await?;
    audit::record(&mut tx, services, Some(finance), "transfer_announced", "order", order_id.get(), json!({}))
        .await?;
    tell_of_transfer(&mut tx, services, order_id, row.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Finance mistyped the reference of a transfer that nobody has confirmed yet: `reference` takes the place of
/// `replaced`. Naming what it replaces keeps a form that is sent again, or an old page, from undoing a later correction.
/// The stock is held no longer for it.
///
/// # Errors
/// Field `bank_reference` as in [`announce_transfer`]; [`Conflict::StateChanged`]: no such transfer waits any more;
/// guarded: finance of the unit.
pub async fn correct_transfer(
    services: &Services,
    viewer: &Viewer,
    number: &str,
    replaced: &str,
    reference: &str,
) -> Result<()> {
    let reference = read_reference(reference)?;
    let mut tx = services.db.write().await?;
    let (order_id, finance) = require_finance_of(&mut tx, viewer, number).await?;
    store::orders::lock_order(&mut tx, order_id).await?;
    let known = store::payments::list_order_payments(&mut tx, order_id).await?;
    let named = |payment: &PaymentRow, reference: &str| payment.bank_reference.as_deref() == Some(reference);
    if known.iter().any(|payment| named(payment, reference)) {
        return Ok(());
    }
    let waiting = known.iter().find(|payment| is_announced(payment) && named(payment, replaced.trim()));
    let payment = waiting.ok_or(Conflict::StateChanged)?;
    store::payments::update_bank_reference(&mut tx, payment.id, reference).await.map_err(taken)?;
    let detail = json!({ "payment": payment.id.to_string() });
    audit::record(&mut tx, services, Some(finance), "transfer_corrected", "order", order_id.get(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The reference as it is kept.
fn read_reference(typed: &str) -> Result<&str> {
    let reference = typed.trim();
    if reference.is_empty() {
        return Err(ServiceError::invalid("bank_reference", Problem::Missing));
    }
    if reference.chars().count() > REFERENCE_MAX_CHARS {
        let problem = Problem::TooLong { max: REFERENCE_MAX_CHARS as i64 };
        return Err(ServiceError::invalid("bank_reference", problem));
    }
    Ok(reference)
}

/// The order, and who of its unit's finance asks; to strangers there is no such order.
async fn require_finance_of(conn: &mut Conn, viewer: &Viewer, number: &str) -> Result<(OrderId, UserId)> {
    viewer.require_user()?;
    let (order_id, unit) = find_unit_order(conn, number).await?;
    viewer.require_unit_member(unit).map_err(|_| ServiceError::NotFound)?;
    Ok((order_id, viewer.require_unit_finance(unit)?.user_id))
}

/// Said to be on its way, and neither seen nor given up.
fn is_announced(payment: &PaymentRow) -> bool {
    payment.method == PaymentMethod::BankTransfer && payment.status == PaymentStatus::Processing
}

/// A reference stands for one transfer of the whole shop.
fn taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::AlreadyExists => ServiceError::invalid("bank_reference", Problem::Taken),
        other => other.into(),
    }
}

/// The money is on the account: the order is paid. Confirming twice does nothing twice.
///
/// # Errors
/// Field `amount` with what was expected, as [`Conflict::WrongAmount`]; guarded: captain of a team that sells in this
/// order, or the county.
#[tracing::instrument(skip_all)]
pub async fn confirm_transfer(
    services: &Services,
    viewer: &Viewer,
    payment_id: PaymentId,
    received: Fen,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let (user, order, payment) = lock_transfer(&mut tx, viewer, payment_id).await?;
    if received != payment.amount_fen {
        return Err(Conflict::WrongAmount { expected_fen: payment.amount_fen }.into());
    }
    if payment.status == PaymentStatus::Captured {
        return Ok(());
    }
    payments::capture(&mut tx, services, &order, &payment, None).await?;
    note_transfer(&mut tx, services, order.id, payment_id).await?;
    let subject = payment_id.get();
    audit::record(&mut tx, services, Some(user), "transfer_confirmed", "payment", subject, json!({})).await?;
    tx.commit().await?;
    Ok(())
}

/// The money never came, and the order it was for is closed: nobody looks for it any more. Should it come after all, it is
/// confirmed like any other and sent back. Saying so twice is saying it once.
///
/// # Errors
/// [`Conflict::StateChanged`] while the order still waits for it, and when it came; guarded as [`confirm_transfer`].
pub async fn give_up_transfer(services: &Services, viewer: &Viewer, payment_id: PaymentId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let (user, order, payment) = lock_transfer(&mut tx, viewer, payment_id).await?;
    if payment.status == PaymentStatus::Failed {
        return Ok(());
    }
    let status = payment.status.next(PaymentEvent::Fail).map_err(|_| Conflict::StateChanged)?;
    if order.status == OrderStatus::AwaitingPayment {
        return Err(Conflict::StateChanged.into());
    }
    store::payments::update_payment_status(&mut tx, payment_id, status, services.now_ms()).await?;
    note_transfer(&mut tx, services, order.id, payment_id).await?;
    let subject = payment_id.get();
    audit::record(&mut tx, services, Some(user), "transfer_given_up", "payment", subject, json!({})).await?;
    Ok(tx.commit().await?)
}

/// A transfer with its order taken, and who says something of it.
async fn lock_transfer(
    tx: &mut WriteTx,
    viewer: &Viewer,
    payment_id: PaymentId,
) -> Result<(UserId, OrderRow, PaymentRow)> {
    let user = viewer.require_user()?.user_id;
    let payment = store::payments::get_payment(tx, payment_id).await?;
    require_money_receiver(tx, viewer, payment.order_id).await?;
    if payment.method != PaymentMethod::BankTransfer {
        return Err(ServiceError::NotFound);
    }
    let order = store::orders::lock_order(tx, payment.order_id).await?;
    Ok((user, order, store::payments::get_payment(tx, payment_id).await?))
}

/// Whoever may say that money came or went: captains of the teams that sell in the order, and the county; never a
/// member of the unit that pays, or one person could announce a transfer and confirm it.
pub(crate) async fn require_money_receiver(conn: &mut Conn, viewer: &Viewer, order: OrderId) -> Result<()> {
    viewer.require_user()?;
    let parcels = store::parcels::list_order_parcels(conn, order).await?;
    let is_captain = parcels.iter().any(|parcel| viewer.has_role(Role::CaptainOf(parcel.team_id)));
    if is_captain || viewer.require_county_admin().is_ok() {
        let payer = store::orders::get_order(conn, order).await?.unit_id.map(UnitId::from_i64);
        let pays = payer.is_some_and(|unit| viewer.require_unit_member(unit).is_ok());
        return if pays { Err(ServiceError::Forbidden) } else { Ok(()) };
    }
    // A seller of the team may know of the order, but not move money; anyone else is told nothing.
    let knows = parcels.iter().any(|parcel| viewer.require_seller(parcel.team_id).is_ok());
    Err(if knows { ServiceError::Forbidden } else { ServiceError::NotFound })
}
