//! Goods that come back, and goods set aside to replace them.

use domain::after_sale::ReturnedGoods;
use domain::ids::BatchId;
use domain::parcel::{ParcelEvent, ParcelStatus};
use store::WriteTx;
use store::parcels::ParcelRow;

use super::case::Case;
use crate::holds::{HoldLine, take_stock};
use crate::{Result, ServiceError, Services, orders};

/// The pieces go back to the batches they were taken from, to be sold again or written off. Never more than a line took.
pub(super) async fn bring_back(
    tx: &mut WriteTx,
    services: &Services,
    case: &Case,
    outcome: ReturnedGoods,
) -> Result<()> {
    let lines = store::orders::list_order_lines(tx, case.order.id).await?;
    let allocations = store::stock::list_allocations(tx, case.order.id).await?;
    let mut moves = Vec::new();
    for one in &case.lines {
        let line = lines.iter().find(|line| line.id == one.line_id).ok_or(ServiceError::NotFound)?;
        let taken: i64 =
            allocations.iter().filter(|of| of.line_id == line.id).map(|of| of.base_quantity).sum();
        // A line took the same of its batches for every piece.
        let mut left = taken / line.quantity.max(1) * one.quantity;
        for (batch, still) in store::after_sales::list_line_allocations(tx, line.id).await? {
            let back = left.min(still);
            if back > 0 {
                moves.push((BatchId::from_i64(batch), line.id, back));
                left -= back;
            }
        }
        if left > 0 {
            return Err(ServiceError::internal(format!("line {} gives back more than it took", line.id)));
        }
    }
    // Batches are locked in ascending order of id.
    moves.sort_unstable();
    for (batch, line, back) in moves {
        let (done, status) = match outcome {
            ReturnedGoods::Restock => (store::stock::take_back(tx, batch, back).await?, "restocked"),
            ReturnedGoods::WriteOff => {
                (store::after_sales::write_off_sold(tx, batch, back).await?, "written_off")
            }
        };
        if !done {
            return Err(ServiceError::internal(format!("batch {batch} has sold less than its orders say")));
        }
        store::after_sales::insert_goods(tx, services.new_id(), case.row.id, line, batch, back, status)
            .await?;
    }
    Ok(())
}

/// Sets the same goods aside for a replacement, from what can be sold now.
///
/// # Errors
/// [`domain::failure::Conflict::OutOfStock`].
pub(super) async fn hold_replacement(tx: &mut WriteTx, services: &Services, case: &Case) -> Result<()> {
    let lines = store::orders::list_order_lines(tx, case.order.id).await?;
    let allocations = store::stock::list_allocations(tx, case.order.id).await?;
    let mut wanted = Vec::new();
    for one in &case.lines {
        let line = lines.iter().find(|line| line.id == one.line_id).ok_or(ServiceError::NotFound)?;
        let taken: i64 =
            allocations.iter().filter(|of| of.line_id == line.id).map(|of| of.base_quantity).sum();
        let base_per_piece = (taken / line.quantity.max(1)).max(1);
        wanted.push(HoldLine {
            line_id: line.id,
            product_id: line.product_id,
            base_quantity: base_per_piece * one.quantity,
            base_per_piece,
            net_fen: domain::money::Fen::ZERO,
            name: format!("{} {}", line.product_name, line.variant_name),
        });
    }
    for taken in take_stock(tx, services, &wanted).await? {
        let line = wanted.get(taken.line_index).ok_or_else(|| ServiceError::internal("allocation"))?.line_id;
        let (id, of) = (services.new_id(), case.row.id);
        store::after_sales::insert_goods(tx, id, of, line, taken.batch, taken.base_quantity, "held").await?;
    }
    Ok(())
}

/// What was set aside can be sold again.
pub(super) async fn release_replacement(tx: &mut WriteTx, case: &Case) -> Result<()> {
    move_replacement(tx, case, "released").await
}

/// What was set aside has left.
pub(super) async fn sell_replacement(tx: &mut WriteTx, case: &Case) -> Result<()> {
    move_replacement(tx, case, "sold").await
}

async fn move_replacement(tx: &mut WriteTx, case: &Case, to: &'static str) -> Result<()> {
    for row in store::after_sales::list_goods(tx, case.row.id).await? {
        if row.status != "held" {
            continue;
        }
        let done = match to {
            "sold" => store::stock::sell(tx, row.batch_id, row.base_quantity).await?,
            _ => store::stock::release(tx, row.batch_id, row.base_quantity).await?,
        };
        if !done {
            return Err(ServiceError::internal(format!("batch {} holds less than it should", row.batch_id)));
        }
    }
    Ok(store::after_sales::update_goods(tx, case.row.id, to).await?)
}

/// The parcel of a replacement that will not be sent after all. It may have been the last that was to come.
pub(super) async fn close_replacement_parcel(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
) -> Result<()> {
    let Some(id) = case.row.replacement_parcel_id else { return Ok(()) };
    let parcel = store::parcels::get_parcel(tx, id.into()).await?;
    if parcel.status == ParcelStatus::Cancelled {
        return Ok(());
    }
    let to = parcel.status.next(ParcelEvent::Cancel).map_err(ServiceError::internal)?;
    store::parcels::update_parcel_status(tx, parcel.id, to).await?;
    orders::open_after_sale_window(tx, services, &case.order).await?;
    // The timer of the order is set by what it says now.
    case.order = store::orders::get_order(tx, case.order.id).await?;
    Ok(())
}

/// The parcel in which the replacement will leave: from the same place, without payment.
pub(super) async fn open_replacement_parcel(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
) -> Result<()> {
    let first = store::parcels::get_parcel(tx, case.row.parcel_id).await?;
    let row = ParcelRow {
        id: services.new_id(),
        order_id: case.order.id,
        team_id: first.team_id,
        place_id: first.place_id,
        status: ParcelStatus::ToPack,
        freight_fen: domain::money::Fen::ZERO,
        carrier: String::new(),
        tracking_number: String::new(),
        shipped_at_ms: None,
        received_at_ms: None,
        created_at_ms: services.now_ms(),
    };
    store::parcels::insert_parcel(tx, &row).await?;
    case.row.replacement_parcel_id = Some(row.id.get());
    Ok(())
}
