//! What a team does with its batches besides selling them: writing off, splitting, moving, counting, correcting whose
//! harvest is in them, labels, warnings, recalls.
//!
//! # How it goes
//! Every act takes the batch first (several in ascending order of id, before their product), looks at it, changes it, and
//! writes a movement: who, when, why, how much ([`note`]). Movements are never changed; a mistake is another movement.
//! Orders are left alone: what is set aside or sold stays where it is, and the split of money frozen with an order stays
//! whatever is corrected later. Only a recall reaches into them: unpaid ones are given up, exchanges get other goods, and
//! the money of what has not left is given back as one list. What a paid order waits for is taken from another batch at the
//! shipping desk ([`crate::shipping::reallocate`]).

mod certificate;
mod count;
mod count_list;
mod desk;
mod inputs;
mod labels;
mod list;
mod loss;
mod movement_list;
mod place_count;
mod recall;
mod recall_list;
mod recall_refunds;
mod recall_view;
mod recall_withdrawal;
mod replacements;
mod shelf;
mod split;
mod view;

use domain::failure::Problem;
use domain::ids::{BatchId, MovementId, UserId};
use domain::stock::BatchStock;
use domain::stock::movement::{BatchDays, BatchState, MovementKind, batch_state};
use domain::time::Date;
use store::listing::{self as rows, ListingBatchRow, ListingRow};
use store::movements::{self, NewMovement};
use store::{Conn, WriteTx};

use crate::listing::{own_listing, today};
use crate::{Result, ServiceError, Services, Viewer};

pub use certificate::{remove_certificate, set_certificate};
pub use count::{CountLine, CountPage, CountRow, CountStock, count_page, count_stock};
pub use count_list::{CountsPage, CountsQuery, exported_counts, list_counts};
pub(crate) use desk::warnings_of;
pub use desk::{Expiring, LowStock, SetThreshold, StockWarnings, set_threshold, stock_warnings};
pub use inputs::{CorrectInputs, correct_inputs};
pub(crate) use inputs::{read_more, reweigh};
pub use labels::{LabelVariant, LabelView, batch_label};
pub use list::{BatchFilter, TeamBatch, TeamBatches, exported_batches, team_batches};
pub use loss::{WriteOff, write_off};
pub use movement_list::{
    MovementQuery, Movements, MovementsPage, TeamMovements, exported_movements, exported_team_movements,
    movements_page, team_movements,
};
pub use place_count::{CountPlace, ShelfLine, batch_of_key, count_place, line_key};
pub(crate) use recall::follow_up;
pub use recall::{RecallBatch, recall_batch};
pub use recall_list::{RecallQuery, RecallsPage, exported_recalls, list_recalls};
pub(crate) use recall_refunds::refund_listed;
pub use recall_refunds::{
    RecallRefunds, RefundList, RefundListState, confirm_recall_refunds, refund_recalled_orders,
};
pub use recall_view::{
    AffectedFilter, AffectedView, OrderRecall, RecallPage, RecallPreview, find_batch_by_code, order_recalls,
    recall_page, recall_preview,
};
pub use recall_withdrawal::withdraw_recall_refunds;
pub use shelf::{ShelfBatch, ShelfPage, ShelfQuery, shelf_page, shelf_places};
pub use split::{MoveBatch, SplitBatch, move_batch, split_batch};
pub use store::movements::{CorrectionLineRow, CountLineRow, MovementRow, ParcelBatchRow, StocktakeLineRow};
pub use store::recalls::RecallHeadRow;
pub use view::{BatchDesk, BatchStock as BatchStockView, StockView, batch_desk, parcel_batches, stock_view};

/// A note beside a movement, in characters.
const MAX_NOTE_CHARS: usize = 200;
/// A thousand tonnes, or a thousand million pieces.
const MAX_QUANTITY: i64 = 1_000_000_000;

/// A movement of `batch` by this viewer, now, which changes nothing yet.
pub(crate) fn movement(
    services: &Services,
    user: Option<UserId>,
    batch: BatchId,
    kind: MovementKind,
) -> NewMovement {
    // The number is given when it is noted.
    NewMovement::of(MovementId::from_i64(0), batch, kind, user, services.now_ms())
}

/// Writes a movement down, after the batch was changed and in the same transaction.
pub(crate) async fn note(conn: &mut Conn, services: &Services, movement: NewMovement) -> Result<()> {
    // What was done earlier stands before it.
    let earlier_id = services.new_id();
    let movement = NewMovement { id: services.new_id(), ..movement };
    Ok(movements::insert_movement(conn, &movement, earlier_id).await?)
}

/// A batch with its listing, if this viewer sells for the team; someone else's batch does not exist for them.
async fn own_batch(conn: &mut Conn, viewer: &Viewer, id: &str) -> Result<(ListingBatchRow, ListingRow)> {
    viewer.require_user()?;
    let id: BatchId = id.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let batch = rows::find_listing_batch(conn, id).await?.ok_or(ServiceError::NotFound)?;
    let listing = own_listing(conn, viewer, batch.product_id).await?;
    Ok((batch, listing))
}

/// The same, taken for this transaction and as it is now.
async fn lock_own_batch(
    tx: &mut WriteTx,
    viewer: &Viewer,
    id: &str,
) -> Result<(ListingBatchRow, ListingRow)> {
    let (seen, listing) = own_batch(tx, viewer, id).await?;
    rows::lock_batch(tx, seen.id).await?;
    let batch = rows::find_listing_batch(tx, seen.id).await?.ok_or(ServiceError::NotFound)?;
    Ok((batch, listing))
}

/// The quantities of a batch.
fn stock_of(batch: &ListingBatchRow) -> BatchStock {
    BatchStock {
        received: batch.received,
        available: batch.available,
        held: batch.held,
        sold: batch.sold,
        written_off: batch.written_off,
    }
}

/// The days that decide how a batch stands.
fn days_of(batch: &ListingBatchRow, is_recalled: bool) -> Result<BatchDays> {
    days_between(&batch.papers.produced_on, batch.papers.expires_on.as_deref(), is_recalled)
}

/// The same of days as they are stored.
fn days_between(produced_on: &str, expires_on: Option<&str>, is_recalled: bool) -> Result<BatchDays> {
    let day = |text: &str| text.parse::<Date>().map_err(ServiceError::internal);
    Ok(BatchDays {
        produced_on: day(produced_on)?,
        expires_on: expires_on.map(day).transpose()?,
        is_recalled,
    })
}

/// How a batch stands now; `near_percent` of its product or of the shop.
async fn state_of(
    conn: &mut Conn,
    services: &Services,
    batch: &ListingBatchRow,
    near_percent: i64,
) -> Result<BatchState> {
    let is_recalled = store::recalls::find_recall_of_batch(conn, batch.id).await?.is_some();
    Ok(batch_state(days_of(batch, is_recalled)?, batch.available, today(services), near_percent))
}

/// What is wrong with taking from a batch that stands like this; nothing when it may be taken from.
fn refusal_of(state: BatchState) -> Option<Problem> {
    match state {
        BatchState::Expired => Some(Problem::Expired),
        BatchState::Recalled => Some(Problem::NotForSale),
        BatchState::SoldOut => Some(Problem::OnlyLeft { left: 0 }),
        BatchState::NearExpiry | BatchState::ForSale => None,
    }
}
