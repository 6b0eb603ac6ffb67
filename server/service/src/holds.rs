//! Setting stock aside for an order, and freezing who earns what from it.

use std::collections::{BTreeMap, BTreeSet};

use domain::attribution::{AttributionPart, BatchInput, attribute};
use domain::failure::Conflict;
use domain::ids::{BatchId, CollectiveId, LineId, OrderId, ProductId};
use domain::money::Fen;
use domain::stock::{Allocation, BatchOffer, Demand, Shortage, allocate};
use domain::time::Date;
use store::stock::{NewAllocation, OfferRow};
use store::{Engine, WriteTx};

use crate::{Result, ServiceError, Services};

/// A line that wants stock.
#[derive(Debug, Clone)]
pub(crate) struct HoldLine {
    pub line_id: LineId,
    pub product_id: ProductId,
    /// Base units of the product for the whole line.
    pub base_quantity: i64,
    /// Base units of one piece, to say how many pieces are left.
    pub base_per_piece: i64,
    pub net_fen: Fen,
    pub name: String,
}

/// Holds stock for all lines or for none, first expired first, and freezes the attribution of each line.
///
/// The batches are locked before they are looked at: whoever is refused is refused because the goods are gone, not
/// because another buyer was faster in one of several batches.
///
/// # Errors
/// [`Conflict::OutOfStock`] with what is left of the first product that is short.
pub(crate) async fn hold_stock(
    tx: &mut WriteTx,
    services: &Services,
    order: OrderId,
    lines: &[HoldLine],
) -> Result<()> {
    let allocations = take_stock(tx, services, lines).await?;
    let mut rows = Vec::with_capacity(allocations.len());
    for allocation in &allocations {
        let line = lines.get(allocation.line_index).ok_or_else(|| ServiceError::internal("allocation"))?;
        rows.push(NewAllocation {
            id: services.new_id(),
            line: line.line_id,
            batch: allocation.batch,
            base_quantity: allocation.base_quantity,
        });
    }
    store::stock::insert_allocations(tx, order, &rows).await?;
    crate::marks::freeze(tx, services, order).await?;
    freeze_attribution(tx, services, order, lines, &allocations).await
}

/// Moves stock of all lines or of none from available to held; answers what was taken of which batch, in the order in
/// which batches are locked. The caller notes for what.
///
/// # Errors
/// As [`hold_stock`].
pub(crate) async fn take_stock(
    tx: &mut WriteTx,
    services: &Services,
    lines: &[HoldLine],
) -> Result<Vec<Allocation>> {
    take_stock_except(tx, services, lines, &BTreeSet::new()).await
}

/// [`take_stock`] of other batches than these.
///
/// # Errors
/// As [`hold_stock`].
pub(crate) async fn take_stock_except(
    tx: &mut WriteTx,
    services: &Services,
    lines: &[HoldLine],
    except: &BTreeSet<BatchId>,
) -> Result<Vec<Allocation>> {
    let today = Date::from_epoch_ms(services.now_ms());
    let mut offers = lock_offers(tx, services.db.engine(), lines, today).await?;
    offers.retain(|offer| !except.contains(&offer.batch));
    let demands: Vec<Demand> = lines
        .iter()
        .enumerate()
        .map(|(line_index, line)| Demand {
            line_index,
            product: line.product_id,
            base_quantity: line.base_quantity,
        })
        .collect();
    let mut allocations =
        allocate(&demands, &offers, today).map_err(|shortage| shortage_conflict(&shortage, lines))?;
    // Batches are locked in ascending order of id, whatever order they were chosen in.
    allocations.sort_by_key(|allocation| (allocation.batch, allocation.line_index));
    for allocation in &allocations {
        if !store::stock::hold(tx, allocation.batch, allocation.base_quantity).await? {
            return Err(ServiceError::internal(format!("locked batch {} changed", allocation.batch)));
        }
    }
    Ok(allocations)
}

/// Takes the batches that may be sold of a product, and `given_up`, of which goods are given back, in ascending order.
pub(crate) async fn lock_batches(
    tx: &mut WriteTx,
    services: &Services,
    product: ProductId,
    given_up: BatchId,
) -> Result<()> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let offers = store::stock::list_offers(tx, &[product], &today).await?;
    let mut batches: BTreeSet<BatchId> = offers.iter().map(|offer| offer.batch_id).collect();
    batches.insert(given_up);
    for batch in batches {
        store::listing::lock_batch(tx, batch).await?;
    }
    Ok(())
}

async fn lock_offers(
    tx: &mut WriteTx,
    engine: Engine,
    lines: &[HoldLine],
    today: Date,
) -> Result<Vec<BatchOffer>> {
    let today = today.to_string();
    let mut products: Vec<ProductId> = lines.iter().map(|line| line.product_id).collect();
    products.sort_unstable();
    products.dedup();
    let mut offers = store::stock::list_offers(tx, &products, &today).await?;
    // SQLite lets one write at a time: what a transaction that writes has read stays as it is.
    if engine == Engine::Postgres {
        offers.sort_unstable_by_key(|offer| offer.batch_id);
        let mut locked = Vec::with_capacity(offers.len());
        for offer in offers {
            locked.extend(store::stock::lock_offer(tx, offer.batch_id, &today).await?);
        }
        offers = locked;
    }
    offers.into_iter().map(offer_of).collect()
}

fn offer_of(row: OfferRow) -> Result<BatchOffer> {
    let expires_on = row
        .expires_on
        .map(|text| text.parse::<Date>().map_err(|_| ServiceError::internal("batch expiry")))
        .transpose()?;
    Ok(BatchOffer {
        batch: row.batch_id,
        product: row.product_id,
        available: row.available,
        expires_on,
        received_at_ms: row.created_at_ms,
    })
}

fn shortage_conflict(shortage: &Shortage, lines: &[HoldLine]) -> ServiceError {
    let Shortage::Products(missing) = shortage else {
        return ServiceError::internal(shortage);
    };
    let short = missing.first().and_then(|missing| {
        let line = lines.iter().find(|line| line.product_id == missing.product)?;
        Some(Conflict::OutOfStock { name: line.name.clone(), left: missing.available / line.base_per_piece })
    });
    short.map_or_else(|| ServiceError::internal(shortage), ServiceError::from)
}

async fn freeze_attribution(
    tx: &mut WriteTx,
    services: &Services,
    order: OrderId,
    lines: &[HoldLine],
    allocations: &[Allocation],
) -> Result<()> {
    let mut batches: Vec<BatchId> = allocations.iter().map(|allocation| allocation.batch).collect();
    batches.dedup();
    let inputs = inputs_of(tx, &batches).await?;
    let mut parts = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let taken: Vec<(i64, &[BatchInput])> = allocations
            .iter()
            .filter(|allocation| allocation.line_index == index)
            .map(|allocation| {
                let inputs = inputs.get(&allocation.batch.get()).map_or(&[][..], Vec::as_slice);
                (allocation.base_quantity, inputs)
            })
            .collect();
        for part in attribute(line.net_fen, &taken).map_err(ServiceError::internal)? {
            parts.push((services.new_id(), line.line_id, part));
        }
    }
    Ok(store::books::insert_attributions(tx, order, &parts).await?)
}

/// Who put how much into each batch.
async fn inputs_of(tx: &mut WriteTx, batches: &[BatchId]) -> Result<BTreeMap<i64, Vec<BatchInput>>> {
    let mut inputs: BTreeMap<i64, Vec<BatchInput>> = BTreeMap::new();
    for (batch, collective, weight_g) in store::stock::list_inputs(tx, batches).await? {
        let collective = CollectiveId::from_i64(collective);
        inputs.entry(batch).or_default().push(BatchInput { collective, weight_g });
    }
    Ok(inputs)
}

/// Who earns what of a line that took so much of these batches, by their weights of today.
pub(crate) async fn split_of(
    tx: &mut WriteTx,
    net_fen: Fen,
    taken: &[(BatchId, i64)],
) -> Result<Vec<AttributionPart>> {
    let batches: Vec<BatchId> = taken.iter().map(|(batch, _)| *batch).collect();
    let inputs = inputs_of(tx, &batches).await?;
    let of = |batch: &BatchId| inputs.get(&batch.get()).map_or(&[][..], Vec::as_slice);
    let taken: Vec<(i64, &[BatchInput])> =
        taken.iter().map(|(batch, base_quantity)| (*base_quantity, of(batch))).collect();
    attribute(net_fen, &taken).map_err(ServiceError::internal)
}

/// Gives the stock of an order back. The frozen attribution stays: late money may revive the order.
pub(crate) async fn release_stock(tx: &mut WriteTx, order: OrderId) -> Result<()> {
    for row in store::stock::list_allocations(tx, order).await? {
        let done = match row.status.as_str() {
            "held" => store::stock::release(tx, row.batch_id, row.base_quantity).await?,
            "sold" => store::stock::take_back(tx, row.batch_id, row.base_quantity).await?,
            _ => true,
        };
        if !done {
            return Err(ServiceError::internal(format!(
                "batch {} holds less than its orders say",
                row.batch_id
            )));
        }
    }
    store::stock::update_allocations(tx, order, "released").await?;
    Ok(())
}

/// Held stock becomes sold stock.
pub(crate) async fn sell_stock(tx: &mut WriteTx, order: OrderId) -> Result<()> {
    for row in store::stock::list_allocations(tx, order).await? {
        if row.status != "held" || !store::stock::sell(tx, row.batch_id, row.base_quantity).await? {
            return Err(ServiceError::internal(format!("order {order} is paid but its stock is not held")));
        }
    }
    store::stock::update_allocations(tx, order, "sold").await?;
    Ok(())
}

/// Takes the same stock again for an order whose money came late. False when it is gone or has passed its date:
/// nothing is held then.
pub(crate) async fn hold_again(tx: &mut WriteTx, services: &Services, order: OrderId) -> Result<bool> {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let rows = store::stock::list_allocations(tx, order).await?;
    for row in &rows {
        if store::stock::lock_offer(tx, row.batch_id, &today).await?.is_none() {
            return Ok(false);
        }
    }
    for (done, row) in rows.iter().enumerate() {
        if store::stock::hold(tx, row.batch_id, row.base_quantity).await? {
            continue;
        }
        for row in rows.iter().take(done) {
            store::stock::release(tx, row.batch_id, row.base_quantity).await?;
        }
        return Ok(false);
    }
    store::stock::update_allocations(tx, order, "held").await?;
    Ok(!rows.is_empty())
}
