//! Goods are found by the names of their villages and towns: where one is called otherwise, they are found anew, some at a time.

use domain::ids::{ProductId, VillageId};
use store::WriteTx;
use store::places as rows;
use store::work::OutboxRow;

use crate::search::reindex_products;
use crate::{Result, ServiceError, Services};

/// Products found anew in one transaction: others write meanwhile.
const AT_ONCE: i64 = 50;

/// A village or its town is called otherwise. Subject: village.
pub(crate) const RENAMED: &str = "village_renamed";

/// Has the goods of a village found anew, all of them.
pub(super) async fn put_off(tx: &mut WriteTx, services: &Services, village: VillageId) -> Result<()> {
    put_off_after(tx, services, village, ProductId::from_i64(0)).await
}

async fn put_off_after(
    tx: &mut WriteTx,
    services: &Services,
    village: VillageId,
    after: ProductId,
) -> Result<()> {
    let payload = serde_json::to_string(&after.get()).map_err(ServiceError::internal)?;
    let (id, now_ms) = (services.new_id(), services.now_ms());
    Ok(store::work::insert_outbox(tx, id, RENAMED, village.get(), &payload, now_ms).await?)
}

/// Makes the next goods of a village findable by its name of today, and leaves the rest to another job.
pub(crate) async fn find_anew(services: &Services, job: &OutboxRow) -> Result<()> {
    let after: i64 = serde_json::from_str(&job.payload).map_err(ServiceError::unreadable)?;
    let village = VillageId::from_i64(job.subject_id);
    let mut tx = services.db.write().await?;
    let next = rows::list_named_goods(&mut tx, village, ProductId::from_i64(after), AT_ONCE).await?;
    for product in &next {
        store::bundles::lock_product(&mut tx, *product).await?;
    }
    reindex_products(&mut tx, &next).await?;
    let is_full = i64::try_from(next.len()).is_ok_and(|found| found >= AT_ONCE);
    if let Some(last) = next.last().filter(|_| is_full) {
        put_off_after(&mut tx, services, village, *last).await?;
    }
    store::work::finish_outbox(&mut tx, job.id, services.now_ms()).await?;
    Ok(tx.commit().await?)
}
