//! The money of recalled goods that have not left, order by order of a list that is decided about as a whole.

use domain::after_sale::{AfterSaleKind, AfterSaleNote, AfterSaleReason, Side};
use domain::ids::{AfterSaleId, OrderId, ParcelId, TownId, UserId};
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use store::orders::OrderRow;
use store::parcels::ParcelRow;
use store::{Conn, WriteTx};

use super::begin::{Checked, draft, insert};
use super::facts::read_facts;
use super::money;
use crate::orders::require_buyer;
use crate::{Result, ServiceError, Services, Viewer};

/// What of a parcel would go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ToRefund {
    pub amount: Fen,
    /// What of the order went back before without a second person.
    pub unconfirmed: Fen,
}

/// Who decided about a list, and what it said of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decided {
    pub by: UserId,
    pub confirmed_by: Option<UserId>,
    pub at_most: Fen,
}

/// What would go back of a parcel's recalled goods if this viewer gave it back; `None` when nothing would, and for what
/// the viewer bought: nobody pays out to themselves.
pub(crate) async fn recalled_to_refund(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    order: OrderId,
    parcel: ParcelId,
) -> Result<Option<ToRefund>> {
    let order = store::orders::get_order(conn, order).await?;
    let parcel = store::parcels::get_parcel(conn, parcel).await?;
    if require_buyer(viewer, &order).is_ok() {
        return Ok(None);
    }
    let Some((checked, town)) = recalled_goods(conn, &order, &parcel).await? else { return Ok(None) };
    let (row, lines) = draft(services, viewer.user_id(), &order, &parcel, town, &checked);
    let plan = money::plan(conn, services, &order, &row, &lines).await?;
    Ok(Some(ToRefund { amount: plan.total(), unconfirmed: plan.unconfirmed }))
}

/// All recalled pieces of a paid parcel that is still here and that nobody has asked about, with the town of their goods.
async fn recalled_goods(
    conn: &mut Conn,
    order: &OrderRow,
    parcel: &ParcelRow,
) -> Result<Option<(Checked, TownId)>> {
    if order.status != OrderStatus::Paid || parcel.status != ParcelStatus::ToPack {
        return Ok(None);
    }
    let facts = read_facts(conn, order).await?;
    let of_parcel = facts.lines.iter().filter(|line| line.parcel_id == parcel.id);
    let lines: Vec<_> = of_parcel
        .map(|line| (line.id, facts.recalled_left(line), 1000))
        .filter(|(_, pieces, _)| *pieces > 0)
        .collect();
    let Some((first, _, _)) = lines.first() else { return Ok(None) };
    let town = facts.town(*first).ok_or_else(|| ServiceError::internal("goods of no town"))?;
    let (kind, reason) = (AfterSaleKind::RefundUnshipped, AfterSaleReason::Recalled);
    Ok(Some((Checked { kind, reason, words: String::new(), amount: None, lines }, town)))
}

/// Gives the money of a parcel's recalled goods back as a list has decided; of an order that is taken already. An order of
/// nothing else is refunded whole by that. `None` when there is nothing left to give back.
pub(crate) async fn refund_recalled(
    tx: &mut WriteTx,
    services: &Services,
    order: OrderRow,
    parcel: &ParcelRow,
    decided: Decided,
) -> Result<Option<AfterSaleId>> {
    let Some((checked, town)) = recalled_goods(tx, &order, parcel).await? else { return Ok(None) };
    let by = Some(decided.by);
    let mut case = insert(tx, services, by, order, parcel, town, &checked).await?;
    case.note(tx, services, Side::Seller, by, AfterSaleNote::Asked, "").await?;
    let Decided { by, confirmed_by, at_most } = decided;
    money::pay_as_listed(tx, services, &mut case, by, confirmed_by, at_most).await?;
    Ok(Some(case.row.id))
}
