//! Goods of another batch for a paid order: what was set aside for it broke before it was packed, or was recalled.
//!
//! The buyer gets what was paid for and pays nothing else. What the line earns passes to the villages of the goods that leave,
//! as long as it is pending and nothing of it went back (decision 0032).

use std::collections::{BTreeMap, BTreeSet};

use domain::failure::{Conflict, Problem};
use domain::ids::{AllocationId, BatchId, GoodsChangeId, ParcelId};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::stock::Allocation;
use domain::stock::movement::{LossReason, MovementKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::movements::NewMovement;
use store::orders::{LineRow, OrderRow};
use store::parcels::desk;
use store::parcels::goods::{self, NewGoodsChange, ParcelGoodsRow};
use store::stock::NewAllocation;
use store::{Conn, WriteTx};

use super::split::lock;
use crate::holds::{self, HoldLine};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::today;
use crate::{Result, ServiceError, Services, Viewer, audit, books, marks, stock};

pub use store::parcels::goods::GoodsChangeRow;

const MAX_NOTE_CHARS: usize = 200;
/// The reason of goods that are not lost: they lie with their batch again.
pub const KEPT: &str = "kept";

/// Goods of a parcel that others are to take the place of, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reallocate {
    /// Made with the page; a second click with it does nothing twice.
    pub key: String,
    pub parcel: String,
    /// What a line takes of a batch, in its shown form.
    pub allocation: String,
    /// Pieces.
    pub quantity: String,
    /// A word of [`LossReason`] when the goods are lost, [`KEPT`] when they are not.
    pub reason: String,
    /// Asked for where the word alone says too little.
    pub note: String,
}

/// Goods of a parcel that waits to be packed, and how many pieces of them others may take the place of.
#[derive(Debug, Clone)]
pub struct Replaceable {
    pub goods: ParcelGoodsRow,
    pub line: LineRow,
    pub pieces: i64,
}

/// What may be given up of a parcel for goods of other batches.
pub(super) async fn replaceable(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<Replaceable>> {
    let lines = desk::list_parcel_lines(conn, parcel).await?;
    let found = goods::list_parcel_goods(conn, parcel).await?.into_iter().filter_map(|goods| {
        let line = lines.iter().find(|line| line.id == goods.line_id)?.clone();
        let pieces = most_pieces(&goods, base_per_piece(&goods, &line));
        Some(Replaceable { goods, line, pieces })
    });
    Ok(found.collect())
}

/// A line took the same for every piece.
fn base_per_piece(goods: &ParcelGoodsRow, line: &LineRow) -> i64 {
    (goods.line_base / line.quantity.max(1)).max(1)
}

/// Pieces that have something of this batch.
fn most_pieces(goods: &ParcelGoodsRow, base_per_piece: i64) -> i64 {
    (goods.base_quantity + base_per_piece - 1) / base_per_piece
}

/// Lets goods of other batches, those that expire first, take the place of pieces that cannot be sent; answers the parcel.
/// The others are lost, or lie with their batch again.
///
/// # Errors
/// Fields `quantity`, `reason`, `note`; [`Conflict::NoOtherBatch`] when the others have too little, or do not bear the
/// collective mark that the line was sold under; [`Conflict::StateChanged`] when the parcel does not wait to be packed, or its
/// goods are others by now; [`Conflict::ParcelInAfterSale`]. Guarded: the team's sellers; for others there is no such parcel.
#[tracing::instrument(skip_all)]
pub async fn reallocate(services: &Services, viewer: &Viewer, command: &Reallocate) -> Result<ParcelId> {
    let mut tx = services.db.write().await?;
    let (order, parcel) = lock(&mut tx, viewer, &command.parcel).await?;
    let request = Repeatable::new("reallocate", viewer, &command.key, command)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    if order.status != OrderStatus::Paid || parcel.status != ParcelStatus::ToPack {
        return Err(Conflict::StateChanged.into());
    }
    if desk::count_after_sales_in_effect(&mut tx, parcel.id).await? > 0 {
        return Err(Conflict::ParcelInAfterSale.into());
    }
    let named = command.allocation.trim().parse::<AllocationId>().ok();
    let found = replaceable(&mut tx, parcel.id).await?.into_iter().find(|one| Some(one.goods.id) == named);
    let from = found.ok_or(Conflict::StateChanged)?;
    let wanted = read(command, &from)?;
    holds::lock_batches(&mut tx, services, from.line.product_id, from.goods.batch_id).await?;
    give_up(&mut tx, services, viewer, &order, &from, &wanted).await?;
    let taken = take_others(&mut tx, services, &order, &from, wanted.base_quantity).await?;
    let cause = note(&mut tx, services, viewer, &from, &wanted, &taken).await?;
    attribute_anew(&mut tx, services, &from.line, cause).await?;
    // Which piece was weighed is not known any more: the line is weighed anew.
    store::weighing::replace_pieces(&mut tx, from.line.id, &[]).await?;
    idempotency::finish(&mut tx, &request, &parcel.id).await?;
    tx.commit().await?;
    Ok(parcel.id)
}

/// What was read: how much, and why.
struct Wanted {
    base_quantity: i64,
    /// `None` for goods that are not lost.
    lost: Option<LossReason>,
    note: String,
}

impl Wanted {
    fn reason(&self) -> &'static str {
        self.lost.map_or(KEPT, LossReason::as_str)
    }
}

fn read(command: &Reallocate, from: &Replaceable) -> Result<Wanted> {
    let mut reader = Reader::default();
    let pieces = reader.number("quantity", &command.quantity, 1, from.pieces);
    let reason = command.reason.trim();
    let lost = LossReason::parse(reason).ok();
    if lost.is_none() && reason != KEPT {
        reader.report("reason", Problem::Missing);
    }
    let mut note = String::new();
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut note);
    if lost.is_some_and(LossReason::needs_note) && command.note.trim().is_empty() {
        reader.report("note", Problem::Missing);
    }
    match pieces {
        Some(pieces) if reader.problems.is_empty() => {
            let base_quantity = pieces * base_per_piece(&from.goods, &from.line);
            Ok(Wanted { base_quantity: base_quantity.min(from.goods.base_quantity), lost, note })
        }
        _ => Err(ServiceError::Invalid(reader.problems)),
    }
}

/// The former goods lie with their batch again, or are lost. The batches were taken.
async fn give_up(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    order: &OrderRow,
    from: &Replaceable,
    wanted: &Wanted,
) -> Result<()> {
    let (batch, base_quantity) = (from.goods.batch_id, wanted.base_quantity);
    if !store::stock::take_back(tx, batch, base_quantity).await? {
        return Err(ServiceError::internal(format!("batch {batch} has sold less than its orders say")));
    }
    goods::take_less(tx, from.goods.id, base_quantity).await?;
    let Some(reason) = wanted.lost else { return Ok(()) };
    if !store::listing::write_off(tx, batch, base_quantity).await? {
        return Err(ServiceError::internal("a locked batch changed"));
    }
    let lost = NewMovement {
        written_off_change: base_quantity,
        reason: reason.as_str().to_owned(),
        note: format!("{} {}", order.number, wanted.note).trim_end().to_owned(),
        ..stock::movement(services, viewer.user_id(), batch, MovementKind::WriteOff)
    };
    stock::note(tx, services, lost).await?;
    marks::note_losses(tx, &BTreeMap::from([(batch, base_quantity)])).await
}

/// Sells the line goods of other batches, first expired first; of a line under a mark only of those that bear it.
async fn take_others(
    tx: &mut WriteTx,
    services: &Services,
    order: &OrderRow,
    from: &Replaceable,
    base_quantity: i64,
) -> Result<Vec<Allocation>> {
    let line = &from.line;
    let mut except = BTreeSet::from([from.goods.batch_id]);
    if let Some(mark) = store::marks::find_line_mark(tx, line.id).await? {
        let day = today(services).to_string();
        let offered = store::marks::list_marked_batches(tx, line.product_id, mark, &day).await?;
        except.extend(offered.iter().filter(|batch| batch.bears == 0).map(|batch| batch.id));
    }
    let wanted = HoldLine {
        line_id: line.id,
        product_id: line.product_id,
        base_quantity,
        base_per_piece: base_per_piece(&from.goods, line),
        net_fen: line.net_fen,
        name: format!("{} {}", line.product_name, line.variant_name),
    };
    let taken = holds::take_stock_except(tx, services, &[wanted], &except).await;
    let taken = taken.map_err(|error| match error {
        ServiceError::Conflict(Conflict::OutOfStock { name, left }) => {
            Conflict::NoOtherBatch { name, left }.into()
        }
        other => other,
    })?;
    for one in &taken {
        if !store::stock::sell(tx, one.batch, one.base_quantity).await? {
            return Err(ServiceError::internal(format!("locked batch {} changed", one.batch)));
        }
        let more = NewAllocation {
            id: services.new_id(),
            line: line.id,
            batch: one.batch,
            base_quantity: one.base_quantity,
        };
        goods::take_more(tx, order.id, more).await?;
    }
    Ok(taken)
}

/// Writes down which goods took the place of which; answers what stands for all of it.
async fn note(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    from: &Replaceable,
    wanted: &Wanted,
    taken: &[Allocation],
) -> Result<GoodsChangeId> {
    let user = viewer.require_user()?.user_id;
    let mut cause = None;
    for one in taken {
        let change = NewGoodsChange {
            id: services.new_id(),
            order: from.line.order_id,
            line: from.line.id,
            from: from.goods.batch_id,
            to: one.batch,
            base_quantity: one.base_quantity,
            reason: wanted.reason(),
            user,
            at_ms: services.now_ms(),
        };
        goods::insert_goods_change(tx, &change).await?;
        cause.get_or_insert(change.id);
    }
    let parcel = from.line.parcel_id.get();
    let batches: Vec<BatchId> = taken.iter().map(|one| one.batch).collect();
    let (batch, quantity, reason) = (from.goods.batch_id, wanted.base_quantity, wanted.reason());
    let detail = json!({ "from": batch, "to": batches, "quantity": quantity, "reason": reason });
    audit::record(tx, services, Some(user), "parcel_reallocated", "parcel", parcel, detail).await?;
    cause.ok_or_else(|| ServiceError::internal("nothing was taken"))
}

/// Splits what the line earns over the villages of the goods that it takes now, all of it by the weights of today.
async fn attribute_anew(
    tx: &mut WriteTx,
    services: &Services,
    line: &LineRow,
    cause: GoodsChangeId,
) -> Result<()> {
    let rows = store::books::list_attributions(tx, line.order_id).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| row.line_id == line.id).collect();
    // What was released is the villages', and what went back was taken from them.
    if rows.is_empty() || rows.iter().any(|row| row.status != "pending" || row.reversed_fen.is_positive()) {
        return Err(Conflict::StateChanged.into());
    }
    let taken = taken_by(tx, line).await?;
    let parts = holds::split_of(tx, line.net_fen, &taken).await?;
    books::post_reattribution(tx, services, line.order_id, &rows, &parts, cause).await
}

/// What a line takes of which batch.
async fn taken_by(tx: &mut WriteTx, line: &LineRow) -> Result<Vec<(BatchId, i64)>> {
    let all = store::stock::list_allocations(tx, line.order_id).await?;
    let own = all.into_iter().filter(|row| row.line_id == line.id);
    Ok(own.map(|row| (row.batch_id, row.base_quantity)).collect())
}
