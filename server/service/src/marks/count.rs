//! Counting batches under the mark of their listing.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{BatchId, MarkLicenceId, ProductId};
use domain::mark::{Counted, Goods, Licence, MarkedBatch, Plan, VillageLack, plan, split_uses};
use domain::time::Date;
use serde_json::json;
use store::listing::{self as rows, ListingRow};
use store::marks::{self, BatchMarkRow, MarkRow, MarkedBatchRow, NewUse};
use store::{Conn, WriteTx};

use super::{NEVER, goods_of, licence_of};
use crate::listing::today;
use crate::{Result, ServiceError, Services, Viewer, audit};

/// A batch that can be sold and how it stands to the mark.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub batch: MarkedBatchRow,
    /// `None` when it bears the mark as it is.
    pub wanted: Option<Wanted>,
}

/// What a batch needs to bear the mark.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// What of it was lost before it was counted, and what was sold under licences that have ended since.
    pub lost_before: i64,
    pub sold_before: i64,
    /// Base units that must be counted: all that came in but for these two.
    pub whole: i64,
    pub plan: std::result::Result<Plan, Vec<VillageLack>>,
}

/// The licences of a mark as the rules know them.
pub(super) async fn licences(conn: &mut Conn, mark: &MarkRow) -> Result<Vec<Licence>> {
    marks::list_licences(conn, mark.id).await?.iter().map(licence_of).collect()
}

/// How the batches of a listing stand, one after the other: what the first would use is used for the next.
pub(super) async fn standings(
    conn: &mut Conn,
    mark: &MarkRow,
    goods: &Goods,
    mut licences: Vec<Licence>,
    today: Date,
) -> Result<Vec<Standing>> {
    let mut found = Vec::new();
    for batch in marks::list_marked_batches(conn, goods.product, mark.id, &today.to_string()).await? {
        if batch.bears == 1 {
            found.push(Standing { batch, wanted: None });
            continue;
        }
        let before = marks::find_batch_mark(conn, batch.id).await?.filter(|row| row.mark_id == mark.id);
        let (lost_before, sold_before) = match before {
            Some(row) if row.until_on < today.to_string() => {
                (batch.written_off, row.sold_before.max(batch.sold))
            }
            Some(row) => (row.lost_before, row.sold_before),
            None => (batch.written_off, 0),
        };
        let whole = (batch.received - lost_before - sold_before).max(0);
        let counted = counted_of(conn, batch.id, mark).await?;
        let weights = store::movements::list_weights(conn, batch.id).await?;
        let asked = MarkedBatch { goods, weights: &weights, whole, counted: &counted };
        let plan = plan(&asked, mark.village_id, &licences, today);
        if let Ok(plan) = &plan {
            for used in &plan.uses {
                if let Some(licence) = licences.iter_mut().find(|one| Some(one.id) == used.licence) {
                    licence.used += used.base_quantity;
                }
            }
        }
        found.push(Standing { batch, wanted: Some(Wanted { lost_before, sold_before, whole, plan }) });
    }
    Ok(found)
}

async fn counted_of(conn: &mut Conn, batch: BatchId, mark: &MarkRow) -> Result<Vec<Counted>> {
    let uses = marks::list_uses(conn, batch, mark.id).await?;
    Ok(uses
        .into_iter()
        .map(|row| Counted {
            village: row.village_id,
            licence: row.licence_id.map(MarkLicenceId::from_i64),
            base_quantity: row.base_quantity,
        })
        .collect())
}

/// Counts every batch of the listing that can be sold and does not bear its mark yet; all of them or, when one does not
/// fit, none. Answers whether all bear it now. The caller has taken the product.
pub(crate) async fn count(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    listing: &ListingRow,
) -> Result<bool> {
    let Some(mark) = marks::find_product_mark(tx, listing.id).await? else { return Ok(false) };
    if listing.status != "published" {
        return Ok(false);
    }
    let mark = marks::find_mark(tx, mark).await?.ok_or(ServiceError::NotFound)?;
    let (goods, today) = (goods_of(listing), today(services));
    let known = marks::list_marked_batches(tx, listing.id, mark.id, &today.to_string()).await?;
    if known.iter().all(|batch| batch.bears == 1) {
        return Ok(true);
    }
    // Taken in ascending order, and read again once nobody else can use them.
    for licence in usable_ids(&licences(tx, &mark).await?, &goods, today) {
        marks::lock_licence(tx, licence).await?;
    }
    let licences = licences(tx, &mark).await?;
    let found = standings(tx, &mark, &goods, licences, today).await?;
    if found.iter().any(|one| one.wanted.as_ref().is_some_and(|wanted| wanted.plan.is_err())) {
        return Ok(false);
    }
    for standing in found {
        let Some(Wanted { lost_before, sold_before, whole, plan: Ok(plan) }) = standing.wanted else {
            continue;
        };
        use_plan(tx, services, &mark, standing.batch.id, &plan).await?;
        let row = BatchMarkRow {
            batch_id: standing.batch.id,
            mark_id: mark.id,
            category_id: listing.category_id,
            counted: whole,
            lost_before,
            sold_before,
            until_on: plan.until.map_or_else(|| NEVER.to_owned(), |until| until.to_string()),
        };
        marks::put_batch_mark(tx, &row, services.now_ms()).await?;
        let detail = json!({ "batch": standing.batch.id, "product": listing.id, "counted": whole });
        audit::record(tx, services, viewer.user_id(), "mark.counted", "mark", mark.id.get(), detail).await?;
    }
    Ok(true)
}

/// The licences that goods may use today, ascending.
fn usable_ids(licences: &[Licence], goods: &Goods, today: Date) -> BTreeSet<MarkLicenceId> {
    let usable = licences.iter().filter(|licence| licence.is_valid(today) && licence.covers(goods));
    usable.map(|licence| licence.id).collect()
}

async fn use_plan(
    tx: &mut WriteTx,
    services: &Services,
    mark: &MarkRow,
    batch: BatchId,
    plan: &Plan,
) -> Result<()> {
    for used in &plan.uses {
        if let Some(licence) = used.licence
            && !marks::use_licence(tx, licence, used.base_quantity).await?
        {
            return Err(ServiceError::internal("a licence that was taken changed"));
        }
        let entry = NewUse {
            id: services.new_id(),
            mark_id: mark.id,
            licence_id: used.licence,
            batch_id: batch,
            village_id: used.village,
            base_quantity: used.base_quantity,
            at_ms: services.now_ms(),
        };
        marks::insert_use(tx, &entry).await?;
    }
    Ok(())
}

/// [`count`] after something has changed of a product whose batches were taken and whose row was not.
pub(crate) async fn count_after(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
) -> Result<()> {
    if marks::find_product_mark(tx, product).await?.is_none() {
        return Ok(());
    }
    let Some(listing) = rows::lock_listing(tx, product, services.now_ms()).await? else { return Ok(()) };
    count(tx, services, viewer, &listing).await?;
    Ok(())
}

/// [`count_after`] for the products of several batches: all products are taken before the first licence, and all licences
/// before the first is used, both in ascending order.
pub(crate) async fn count_products(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    batches: &BTreeSet<BatchId>,
) -> Result<()> {
    let marked = marks::list_products_with_marks(tx, batches).await?;
    let products: BTreeSet<ProductId> = marked.iter().map(|(_, product)| *product).collect();
    let mut listings: BTreeMap<ProductId, ListingRow> = BTreeMap::new();
    for product in products {
        if let Some(listing) = rows::lock_listing(tx, product, services.now_ms()).await? {
            listings.insert(product, listing);
        }
    }
    let mut usable: BTreeSet<MarkLicenceId> = BTreeSet::new();
    for (mark, product) in &marked {
        let Some(listing) = listings.get(product) else { continue };
        let mark = marks::find_mark(tx, *mark).await?.ok_or(ServiceError::NotFound)?;
        usable.extend(usable_ids(&licences(tx, &mark).await?, &goods_of(listing), today(services)));
    }
    for licence in usable {
        marks::lock_licence(tx, licence).await?;
    }
    for (_, product) in marked {
        if let Some(listing) = listings.get(&product) {
            count(tx, services, viewer, listing).await?;
        }
    }
    Ok(())
}

/// Notes that goods of batches are lost, ascending: first those that were not counted. What was counted stays counted.
/// Products and licences were taken before, if they are taken at all.
pub(crate) async fn note_losses(tx: &mut WriteTx, losses: &BTreeMap<BatchId, i64>) -> Result<()> {
    for (batch, base_quantity) in losses {
        marks::note_loss(tx, *batch, *base_quantity).await?;
    }
    Ok(())
}

/// Counts a batch anew whose villages have changed, with what is sold of it already: it bears the mark again only if each
/// of them may use it. The listing was taken.
pub(crate) async fn recount(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    listing: &ListingRow,
    batch: BatchId,
) -> Result<()> {
    let seen = marks::find_batch_mark(tx, batch).await?.map(|row| row.mark_id);
    if let Some(id) = seen {
        let mark = marks::find_mark(tx, id).await?.ok_or(ServiceError::NotFound)?;
        // Licences before the batch's own row, as whoever withdraws one takes them.
        for licence in usable_ids(&licences(tx, &mark).await?, &goods_of(listing), today(services)) {
            marks::lock_licence(tx, licence).await?;
        }
    }
    if let Some(row) = marks::find_batch_mark(tx, batch).await? {
        marks::put_batch_mark(tx, &BatchMarkRow { counted: 0, ..row }, services.now_ms()).await?;
    }
    count(tx, services, viewer, listing).await?;
    Ok(())
}

/// Lets a part that was split off a batch take along what was counted of it, so that the same goods are counted once.
/// The batch and then its product were taken.
pub(crate) async fn split(
    tx: &mut WriteTx,
    services: &Services,
    from: BatchId,
    part: BatchId,
    base_quantity: i64,
) -> Result<()> {
    let Some(row) = marks::find_batch_mark(tx, from).await? else { return Ok(()) };
    let mark = marks::find_mark(tx, row.mark_id).await?.ok_or(ServiceError::NotFound)?;
    let counted = counted_of(tx, from, &mark).await?;
    // A licence that is withdrawn in this moment takes the mark off both batches, or off the one that is still whole.
    let mut carried: Vec<MarkLicenceId> = counted.iter().filter_map(|one| one.licence).collect();
    carried.sort_unstable();
    carried.dedup();
    for licence in carried {
        marks::lock_licence(tx, licence).await?;
    }
    let Some(row) = marks::find_batch_mark(tx, from).await? else { return Ok(()) };
    let gone = split_uses(&counted, base_quantity.min(row.counted));
    for moved in &gone {
        for (batch, sign) in [(from, -1), (part, 1)] {
            let entry = NewUse {
                id: services.new_id(),
                mark_id: mark.id,
                licence_id: moved.licence,
                batch_id: batch,
                village_id: moved.village,
                base_quantity: sign * moved.base_quantity,
                at_ms: services.now_ms(),
            };
            marks::insert_use(tx, &entry).await?;
        }
    }
    let taken: i64 = gone.iter().map(|one| one.base_quantity).sum();
    let kept = BatchMarkRow { counted: row.counted - taken, ..row.clone() };
    marks::put_batch_mark(tx, &kept, services.now_ms()).await?;
    let made = BatchMarkRow { batch_id: part, counted: taken, lost_before: 0, sold_before: 0, ..row };
    Ok(marks::put_batch_mark(tx, &made, services.now_ms()).await?)
}
