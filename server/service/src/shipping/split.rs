//! Parcels split and merged before they leave.
//!
//! A part of a line becomes a line of its own: its pieces keep their values, its villages their shares in proportion, its
//! goods their batches, its freight its part. Sums by order, team and collective stay, so the journal is not touched
//! (decision 0024).

use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{LineId, OrderId, ParcelId};
use domain::money::{Fen, take_from};
use domain::order::OrderStatus;
use domain::parcel::{ParcelEvent, ParcelStatus};
use domain::shipping::{split_freight, split_goods, split_line};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::orders::{LineRow, OrderRow};
use store::parcels::{ParcelRow, desk};

use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// What goes into a parcel of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitParcel {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub parcel: String,
    pub lines: Vec<SplitPieces>,
}

/// How many pieces of a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitPieces {
    pub line: String,
    /// Blank for none.
    pub quantity: String,
}

/// Parcels that are to leave as one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MergeParcels {
    pub key: String,
    /// The parcel that the others go into.
    pub into: String,
    pub parcels: Vec<String>,
}

/// Puts pieces of a parcel into a new one; answers the new one.
///
/// # Errors
/// Fields `lines.<n>.quantity`, and `lines` when nothing or everything would go; [`Conflict::StateChanged`] when the parcel
/// is not to be packed, [`Conflict::ParcelInAfterSale`], [`Conflict::Recalled`]. Guarded: the team's sellers; for others
/// there is no such parcel.
#[tracing::instrument(skip_all)]
pub async fn split_parcel(services: &Services, viewer: &Viewer, command: SplitParcel) -> Result<ParcelId> {
    let mut tx = services.db.write().await?;
    let (order, source) = lock(&mut tx, viewer, &command.parcel).await?;
    let request = Repeatable::new("split_parcel", viewer, &command.key, &command)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    desk::lock_order_batches(&mut tx, order.id).await?;
    require_whole(&mut tx, &order, &source).await?;
    let lines = desk::list_parcel_lines(&mut tx, source.id).await?;
    let moved = read_pieces(&command.lines, &lines)?;
    store::figures::take_off_order(&mut tx, order.id).await?;
    let target = ParcelRow {
        id: services.new_id(),
        freight_fen: Fen::ZERO,
        carrier: String::new(),
        tracking_number: String::new(),
        ..source.clone()
    };
    store::parcels::insert_parcel(&mut tx, &target).await?;
    let mut moved_fen = Fen::ZERO;
    for (line, pieces) in &moved {
        moved_fen += if *pieces == line.quantity {
            desk::move_line(&mut tx, line.id, target.id).await?;
            line.net_fen
        } else {
            divide_line(&mut tx, services, line, *pieces, target.id).await?
        };
    }
    let goods_fen = lines.iter().map(|line| line.net_fen).sum();
    let freight_fen =
        split_freight(source.freight_fen, goods_fen, moved_fen).map_err(ServiceError::internal)?;
    desk::update_freight(&mut tx, target.id, freight_fen).await?;
    desk::update_freight(&mut tx, source.id, source.freight_fen - freight_fen).await?;
    store::figures::add_order(&mut tx, order.id).await?;
    let detail = json!({ "into": target.id.to_string(), "freight_fen": freight_fen.get() });
    note(&mut tx, services, viewer, "parcel_split", source.id, detail).await?;
    idempotency::finish(&mut tx, &request, &target.id).await?;
    tx.commit().await?;
    Ok(target.id)
}

/// Puts everything in `parcels` into one; answers that one. The emptied ones will not be sent.
///
/// # Errors
/// Field `parcels` when none is named; [`Conflict::ParcelsDiffer`] when they do not belong together, and as
/// [`split_parcel`].
#[tracing::instrument(skip_all)]
pub async fn merge_parcels(services: &Services, viewer: &Viewer, command: MergeParcels) -> Result<ParcelId> {
    let mut tx = services.db.write().await?;
    let (order, target) = lock(&mut tx, viewer, &command.into).await?;
    let request = Repeatable::new("merge_parcels", viewer, &command.key, &command)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut sources: Vec<ParcelId> = Vec::new();
    for parcel in &command.parcels {
        sources.push(parcel.parse().map_err(|_| ServiceError::NotFound)?);
    }
    sources.sort_unstable();
    sources.dedup();
    if sources.is_empty() {
        return Err(ServiceError::invalid("parcels", Problem::Missing));
    }
    desk::lock_order_batches(&mut tx, order.id).await?;
    require_whole(&mut tx, &order, &target).await?;
    let all = store::parcels::list_order_parcels(&mut tx, order.id).await?;
    store::figures::take_off_order(&mut tx, order.id).await?;
    let mut freight_fen = target.freight_fen;
    for id in &sources {
        let is_sibling = |one: &&ParcelRow| {
            one.id == *id
                && one.id != target.id
                && (one.team_id, one.place_id) == (target.team_id, target.place_id)
        };
        let source = all.iter().find(is_sibling).ok_or(Conflict::ParcelsDiffer)?;
        require_whole(&mut tx, &order, source).await?;
        for line in desk::list_parcel_lines(&mut tx, source.id).await? {
            desk::move_line(&mut tx, line.id, target.id).await?;
        }
        freight_fen = freight_fen.checked_add(source.freight_fen).map_err(ServiceError::internal)?;
        desk::update_freight(&mut tx, source.id, Fen::ZERO).await?;
        let to = source.status.next(ParcelEvent::Cancel).map_err(ServiceError::internal)?;
        store::parcels::update_parcel_status(&mut tx, source.id, to).await?;
        let detail = json!({ "into": target.id.to_string(), "freight_fen": source.freight_fen.get() });
        note(&mut tx, services, viewer, "parcels_merged", source.id, detail).await?;
    }
    desk::update_freight(&mut tx, target.id, freight_fen).await?;
    store::figures::add_order(&mut tx, order.id).await?;
    idempotency::finish(&mut tx, &request, &target.id).await?;
    tx.commit().await?;
    Ok(target.id)
}

/// Takes the order of a parcel of the viewer's team.
pub(super) async fn lock(tx: &mut WriteTx, viewer: &Viewer, parcel: &str) -> Result<(OrderRow, ParcelRow)> {
    let id: ParcelId = parcel.parse().map_err(|_| ServiceError::NotFound)?;
    viewer.require_user()?;
    let parcel = store::parcels::get_parcel(tx, id).await?;
    viewer.require_seller(parcel.team_id).map_err(|_| ServiceError::NotFound)?;
    let order = store::orders::lock_order(tx, parcel.order_id).await?;
    let parcel = store::parcels::get_parcel(tx, id).await?;
    Ok((order, parcel))
}

/// Whether a parcel waits to be packed, and nothing else is going on with it.
async fn require_whole(tx: &mut WriteTx, order: &OrderRow, parcel: &ParcelRow) -> Result<()> {
    if order.status != OrderStatus::Paid || parcel.status != ParcelStatus::ToPack {
        return Err(Conflict::StateChanged.into());
    }
    if desk::count_after_sales_in_effect(tx, parcel.id).await? > 0 {
        return Err(Conflict::ParcelInAfterSale.into());
    }
    if let Some(code) = store::recalls::list_recalled_in_parcel(tx, parcel.id).await?.into_iter().next() {
        return Err(Conflict::Recalled { code }.into());
    }
    Ok(())
}

/// The lines of which pieces go, with how many.
fn read_pieces<'l>(typed: &[SplitPieces], lines: &'l [LineRow]) -> Result<Vec<(&'l LineRow, i64)>> {
    let mut errors = Vec::new();
    let mut moved: Vec<(&LineRow, i64)> = Vec::new();
    for (at, one) in typed.iter().enumerate() {
        let id: LineId = one.line.parse().map_err(|_| ServiceError::NotFound)?;
        let line = lines.iter().find(|line| line.id == id).ok_or(ServiceError::NotFound)?;
        let text = one.quantity.trim();
        let field = format!("lines.{at}.quantity");
        match text.parse::<i64>() {
            _ if text.is_empty() => {}
            Ok(0) => {}
            Ok(pieces) if (1..=line.quantity).contains(&pieces) => {
                if moved.iter().any(|(other, _)| other.id == id) {
                    return Err(ServiceError::NotFound);
                }
                moved.push((line, pieces));
            }
            Ok(_) => {
                errors.push(FieldError::new(field, Problem::OutOfRange { min: 0, max: line.quantity }));
            }
            Err(_) => errors.push(FieldError::new(field, Problem::NotANumber)),
        }
    }
    all_or(errors)?;
    let all: i64 = lines.iter().map(|line| line.quantity).sum();
    let gone: i64 = moved.iter().map(|(_, pieces)| pieces).sum();
    if gone == 0 {
        return Err(ServiceError::invalid("lines", Problem::Missing));
    }
    if gone == all {
        return Err(ServiceError::invalid("lines", Problem::OutOfRange { min: 1, max: all - 1 }));
    }
    Ok(moved)
}

/// Puts the last pieces of a line into a line of their own in `parcel`; answers what they cost.
async fn divide_line(
    tx: &mut WriteTx,
    services: &Services,
    line: &LineRow,
    pieces: i64,
    parcel: ParcelId,
) -> Result<Fen> {
    let moved_fen = split_line(line.net_fen, line.quantity, pieces).map_err(ServiceError::internal)?;
    let part = LineRow {
        id: services.new_id(),
        parcel_id: parcel,
        position: desk::next_position(tx, line.order_id).await?,
        quantity: pieces,
        net_fen: moved_fen,
        ..line.clone()
    };
    store::orders::insert_lines(tx, std::slice::from_ref(&part)).await?;
    let earned = desk::list_line_parts(tx, line.id).await?;
    let left: Vec<Fen> = earned.iter().map(|row| row.amount_fen - row.reversed_fen).collect();
    for (row, amount) in earned.iter().zip(take_from(&left, moved_fen).map_err(ServiceError::internal)?) {
        desk::move_part(tx, row.id, services.new_id(), part.id, amount).await?;
    }
    desk::move_credit(tx, line.id, services.new_id(), part.id, moved_fen).await?;
    let goods = desk::list_line_goods(tx, line.id).await?;
    let stored: Vec<i64> = goods.iter().map(|row| row.base_quantity).collect();
    let all: i64 = stored.iter().sum();
    if all % line.quantity != 0 {
        return Err(ServiceError::internal("goods of a line that are not whole pieces"));
    }
    let taken = split_goods(&stored, all / line.quantity * pieces);
    let taken = taken.ok_or_else(|| ServiceError::internal("goods of a line that are too few"))?;
    for (row, base_quantity) in goods.iter().zip(taken).filter(|(_, base_quantity)| *base_quantity > 0) {
        if base_quantity == row.base_quantity {
            desk::move_goods(tx, row.id, part.id).await?;
        } else {
            desk::split_goods(tx, row.id, services.new_id(), part.id, base_quantity).await?;
        }
    }
    desk::update_line_amounts(tx, line.id, line.quantity - pieces, line.net_fen - moved_fen).await?;
    desk::copy_line_terms(tx, line.id, part.id).await?;
    Ok(moved_fen)
}

async fn note(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    action: &'static str,
    parcel: ParcelId,
    detail: serde_json::Value,
) -> Result<()> {
    audit::record(tx, services, viewer.user_id(), action, "parcel", parcel.get(), detail).await
}

/// Parcels that could go into this one, by id: of the same order, place and team, waiting, and not in an after-sale.
pub(super) async fn siblings(
    conn: &mut store::Conn,
    order: OrderId,
    parcel: &ParcelRow,
) -> Result<Vec<ParcelRow>> {
    let mut found = Vec::new();
    for other in store::parcels::list_order_parcels(conn, order).await? {
        let fits = other.id != parcel.id
            && (other.team_id, other.place_id, other.status)
                == (parcel.team_id, parcel.place_id, ParcelStatus::ToPack);
        if fits && desk::count_after_sales_in_effect(conn, other.id).await? == 0 {
            found.push(other);
        }
    }
    Ok(found)
}
