//! Goods that come in, and goods that have expired.

use domain::ids::BatchId;
use serde_json::json;
use store::WriteTx;
use store::listing as rows;

use super::world::{ArrivingBatch, Good, World};
use crate::search::reindex_product;
use crate::{Result, Services, audit};

/// A batch is received; with the first one the product goes into the shop.
pub(super) async fn arrive(
    tx: &mut WriteTx,
    services: &Services,
    good: &Good,
    batch: &ArrivingBatch,
) -> Result<()> {
    let is_first = rows::count_batches(tx, good.id).await? == 0;
    rows::insert_batch(tx, &batch.row).await?;
    if is_first {
        rows::publish_listing(tx, good.id, &good.slug, services.now_ms()).await?;
        reindex_product(tx, good.id).await?;
    }
    Ok(())
}

/// What is left of a batch when it has expired is written off.
pub(super) async fn write_off_rest(world: &World, batch: BatchId) -> Result<()> {
    let services = &world.services;
    let mut tx = services.db.write().await?;
    let left = rows::find_listing_batch(&mut tx, batch).await?.map_or(0, |row| row.available);
    if left > 0 && rows::write_off(&mut tx, batch, left).await? {
        let detail = json!({ "change": -left, "reason": "expired" });
        let user = Some(world.staff()?.packer);
        audit::record(&mut tx, services, user, "batch.corrected", "batch", batch.get(), detail).await?;
    }
    tx.commit().await?;
    Ok(())
}
