//! Goods that come in, and goods that have expired.

use domain::ids::{BatchId, UserId};
use domain::stock::movement::{LossReason, MovementKind};
use store::WriteTx;
use store::listing as rows;
use store::movements::NewMovement;

use super::history::packer;
use super::world::{ArrivingBatch, Good, World};
use crate::search::reindex_product;
use crate::stock::{self, WriteOff};
use crate::{Result, Services};

/// A batch is received; with the first one the product goes into the shop.
pub(super) async fn arrive(
    tx: &mut WriteTx,
    services: &Services,
    good: &Good,
    batch: &ArrivingBatch,
    by: UserId,
) -> Result<()> {
    let is_first = rows::count_batches(tx, good.id).await? == 0;
    rows::insert_batch(tx, &batch.row).await?;
    let came_in = NewMovement {
        received_change: batch.row.received,
        ..stock::movement(services, Some(by), batch.row.id, MovementKind::Receive)
    };
    stock::note(tx, services, came_in).await?;
    if is_first {
        rows::publish_listing(tx, good.id, &good.slug, services.now_ms()).await?;
        reindex_product(tx, good.id).await?;
    }
    Ok(())
}

/// What is left of a batch when it has expired is written off.
pub(super) async fn write_off_rest(world: &World, batch: BatchId) -> Result<()> {
    let left = {
        let mut conn = world.services.db.read().await?;
        rows::find_listing_batch(&mut conn, batch).await?.map_or(0, |row| row.available)
    };
    if left > 0 {
        let rest = WriteOff {
            batch: batch.to_string(),
            quantity: left.to_string(),
            reason: LossReason::Expired.as_str().to_owned(),
            note: String::new(),
        };
        stock::write_off(&world.services, &packer(world)?, &rest, &format!("demo-rest-{batch}")).await?;
    }
    Ok(())
}
