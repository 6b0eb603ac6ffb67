//! A seller gives money back without being asked: for what cannot be sent, or was sent short. It ends like a request that
//! was agreed to: the same amounts, the same second person, the same conversation.

use domain::after_sale::{AfterSaleKind, AfterSaleNote, AfterSaleReason, Refusal, Side};
use domain::failure::{Conflict, FieldError};
use domain::ids::{AfterSaleId, LineId, ParcelId};
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use serde::{Deserialize, Serialize};
use store::Conn;
use store::orders::OrderRow;
use store::parcels::ParcelRow;

use super::ask::{AskLine, check_left, check_recalled, read_lines};
use super::begin::{Checked, insert};
use super::facts::read_facts;
use super::{money, part, talk};
use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::orders::require_buyer;
use crate::{Result, ServiceError, Services, Viewer};

/// What the seller typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfferRefund {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub parcel: String,
    /// Why; the buyer reads it.
    pub words: String,
    /// Yuan for pieces that the buyer has, and keeps; blank for all that they cost.
    pub amount: String,
    pub lines: Vec<AskLine>,
}

/// Gives the money of pieces of a parcel back, with the reason; a large amount waits for a second person.
///
/// # Errors
/// Fields `words`, `amount`, `lines`, `lines.0.quantity`; [`Conflict::StateChanged`] when the order is not paid, or is
/// complete and the goods were not recalled; [`Conflict::SecondPersonNeeded`] for an own order. Guarded: the team's sellers;
/// for others there is no such parcel.
#[tracing::instrument(skip_all)]
pub async fn offer_refund(services: &Services, viewer: &Viewer, command: OfferRefund) -> Result<AfterSaleId> {
    let parcel_id: ParcelId = command.parcel.parse().map_err(|_| ServiceError::NotFound)?;
    let mut tx = services.db.write().await?;
    let (_, order) = parcel_of_seller(&mut tx, viewer, parcel_id).await?;
    let order = store::orders::lock_order(&mut tx, order.id).await?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    if require_buyer(viewer, &order).is_ok() {
        return Err(Conflict::SecondPersonNeeded.into());
    }
    let request = Repeatable::new("offer_refund", viewer, &command.key, &command)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let (words, amount, lines) = check(&command)?;
    let kind = kind_for(&order, &parcel).ok_or(Conflict::StateChanged)?;
    if amount.is_some() && !kind.may_be_in_part() {
        // What has not left is put back to stock, so it is paid back whole.
        return Err(Conflict::AfterSale(Refusal::WrongMoment).into());
    }
    let facts = read_facts(&mut tx, &order).await?;
    let is_complete = order.status == OrderStatus::Completed;
    // The villages' money is theirs by now; only a recall takes it back.
    if is_complete && !lines.iter().all(|(line, _, _)| facts.was_recalled(*line)) {
        return Err(Conflict::StateChanged.into());
    }
    check_left(&facts, &parcel, &lines)?;
    let reason = if is_complete {
        check_recalled(&facts, &lines)?;
        AfterSaleReason::Recalled
    } else {
        AfterSaleReason::CannotDeliver
    };
    let town = lines.first().and_then(|(line, _, _)| facts.town(*line));
    let town = town.ok_or_else(|| ServiceError::internal("goods of no town"))?;
    let checked = Checked { kind, reason, words, amount, lines };
    let mut case = insert(&mut tx, services, viewer.user_id(), order, &parcel, town, &checked).await?;
    money::check_asked_amount(&mut tx, services, &case).await?;
    let (user, note) = (viewer.user_id(), AfterSaleNote::Asked);
    case.note_amount(&mut tx, services, Side::Seller, user, note, &checked.words, amount).await?;
    money::pay_or_ask_second(&mut tx, services, &mut case, user).await?;
    idempotency::finish(&mut tx, &request, &case.row.id).await?;
    tx.commit().await?;
    Ok(case.row.id)
}

async fn parcel_of_seller(
    conn: &mut Conn,
    viewer: &Viewer,
    parcel: ParcelId,
) -> Result<(ParcelRow, OrderRow)> {
    viewer.require_user()?;
    let parcel = store::parcels::get_parcel(conn, parcel).await?;
    viewer.require_seller(parcel.team_id).map_err(|_| ServiceError::NotFound)?;
    let order = store::orders::get_order(conn, parcel.order_id).await?;
    Ok((parcel, order))
}

/// What giving money back is called while the goods are where they are; `None` when there is no money to give.
fn kind_for(order: &OrderRow, parcel: &ParcelRow) -> Option<AfterSaleKind> {
    match (order.status, parcel.status) {
        (OrderStatus::Paid, ParcelStatus::ToPack) => Some(AfterSaleKind::RefundUnshipped),
        (OrderStatus::Paid | OrderStatus::Completed, ParcelStatus::Shipped | ParcelStatus::Received) => {
            Some(AfterSaleKind::RefundOnly)
        }
        _ => None,
    }
}

/// Words, amount and lines as typed.
type Read = (String, Option<Fen>, Vec<(LineId, i64, i64)>);

fn check(command: &OfferRefund) -> Result<Read> {
    let mut errors: Vec<FieldError> = Vec::new();
    let lines = read_lines(&command.lines, false, &mut errors)?;
    let amount = part::read_amount(&command.amount).unwrap_or_else(|problem| {
        errors.push(FieldError::new("amount", problem));
        None
    });
    match talk::check_words("words", &command.words, true) {
        Ok(words) => all_or(errors).map(|()| (words, amount, lines)),
        Err(ServiceError::Invalid(found)) => Err(ServiceError::Invalid([errors, found].concat())),
        Err(other) => Err(other),
    }
}
