//! Goods of a recalled batch that were set aside to replace others: other goods are set aside instead.

use domain::failure::Conflict;
use domain::ids::BatchId;
use domain::money::Fen;
use serde_json::json;
use store::recalls::{self, RecalledGoodsRow};

use crate::holds::{HoldLine, lock_batches, take_stock};
use crate::{Result, ServiceError, Services, audit};

/// Sets goods of other batches aside for every exchange that waits for goods of `batch`. Until there are some its parcel
/// does not leave: [`crate::shipping::ship_parcel`] looks.
///
/// # Errors
/// [`Conflict::OutOfStock`] when one of them has to wait: the timer comes again.
pub(super) async fn set_others_aside(services: &Services, batch: BatchId) -> Result<()> {
    let waiting = {
        let mut conn = services.db.read().await?;
        recalls::list_recalled_replacements(&mut conn, batch).await?
    };
    let mut short = None;
    for goods in waiting {
        match exchange(services, &goods).await {
            Err(ServiceError::Conflict(conflict @ Conflict::OutOfStock { .. })) => {
                tracing::warn!(after_sale = %goods.after_sale_id, "nothing is left to replace recalled goods with");
                short = Some(conflict);
            }
            done => done?,
        }
    }
    short.map_or(Ok(()), |conflict| Err(conflict.into()))
}

async fn exchange(services: &Services, goods: &RecalledGoodsRow) -> Result<()> {
    let mut tx = services.db.write().await?;
    // In the order in which everybody takes them: the order, the after-sale, the batches by number.
    let order = store::orders::lock_order(&mut tx, goods.order_id).await?;
    store::after_sales::lock_after_sale(&mut tx, goods.after_sale_id).await?;
    let lines = store::orders::list_order_lines(&mut tx, order.id).await?;
    let line = lines.into_iter().find(|line| line.id == goods.line_id).ok_or(ServiceError::NotFound)?;
    let wanted = HoldLine {
        line_id: line.id,
        product_id: line.product_id,
        base_quantity: goods.base_quantity,
        base_per_piece: 1,
        net_fen: Fen::ZERO,
        name: format!("{} {}", line.product_name, line.variant_name),
    };
    lock_batches(&mut tx, services, wanted.product_id, goods.batch_id).await?;
    if !recalls::release_goods(&mut tx, goods.id).await? {
        return Ok(());
    }
    if !store::stock::release(&mut tx, goods.batch_id, goods.base_quantity).await? {
        return Err(ServiceError::internal(format!("batch {} holds less than it should", goods.batch_id)));
    }
    for taken in take_stock(&mut tx, services, &[wanted]).await? {
        let (id, of) = (services.new_id(), goods.after_sale_id);
        store::after_sales::insert_goods(&mut tx, id, of, line.id, taken.batch, taken.base_quantity, "held")
            .await?;
    }
    let detail = json!({ "batch": goods.batch_id, "quantity": goods.base_quantity });
    let subject = goods.after_sale_id.get();
    audit::record(&mut tx, services, None, "after_sale.other_goods", "after_sale", subject, detail).await?;
    tx.commit().await?;
    Ok(())
}
