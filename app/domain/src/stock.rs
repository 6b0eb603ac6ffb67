//! Stock of a batch, and the choice of the batches that an order takes from.
//!
//! Quantities are base units of the product: grams or pieces. What is received is at any moment either available,
//! held for a checkout, sold or written off (invariant 3 of the product).

use crate::ids::{BatchId, ProductId};
use crate::time::Date;
use crate::word::words;
use std::collections::BTreeMap;

pub mod movement;

words! {
    /// How little of a product in the shop can be sold.
    pub enum StockLevel {
        /// Less than its team wants to be warned of, or nothing.
        Low = "low",
        /// Nothing.
        Out = "out",
    }
}

/// The stock of one batch, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchStock {
    /// All that ever came in.
    pub received: i64,
    /// What may be held.
    pub available: i64,
    /// What is set aside for checkouts.
    pub held: i64,
    /// What was paid for.
    pub sold: i64,
    /// What is lost: spoiled, damaged, expired.
    pub written_off: i64,
}

/// One of the places where stock can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// May be held.
    Available,
    /// Set aside.
    Held,
    /// Paid for.
    Sold,
    /// Lost.
    WrittenOff,
}

/// Why stock cannot be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StockError {
    /// A quantity of zero or less.
    #[error("{0} is no quantity to move")]
    NotPositive(i64),
    /// There is less than is to be moved.
    #[error("{wanted} wanted of {have} {bucket:?}")]
    NotEnough {
        /// Where it was to be taken from.
        bucket: Bucket,
        /// What was wanted.
        wanted: i64,
        /// What is there.
        have: i64,
    },
    /// Beyond 64 bits.
    #[error("the quantity is too large")]
    Overflow,
    /// The stored numbers contradict each other.
    #[error("received {received} differs from the {found} found, or a quantity is negative")]
    Broken {
        /// What came in.
        received: i64,
        /// The sum over all buckets.
        found: i128,
    },
}

impl BatchStock {
    /// A new batch of which everything is available.
    pub fn received(quantity: i64) -> Result<Self, StockError> {
        Self::default().receive(quantity)
    }

    /// Checks that nothing is negative and that received = available + held + sold + written off.
    pub fn check(&self) -> Result<(), StockError> {
        let buckets = [self.available, self.held, self.sold, self.written_off];
        let found: i128 = buckets.iter().map(|bucket| i128::from(*bucket)).sum();
        if found != i128::from(self.received) || buckets.iter().any(|bucket| *bucket < 0) {
            return Err(StockError::Broken { received: self.received, found });
        }
        Ok(())
    }

    /// More of the batch came in.
    pub fn receive(self, quantity: i64) -> Result<Self, StockError> {
        positive(quantity)?;
        let received = self.received.checked_add(quantity).ok_or(StockError::Overflow)?;
        let available = self.available.checked_add(quantity).ok_or(StockError::Overflow)?;
        Ok(Self { received, available, ..self })
    }

    /// Sets stock aside for a checkout.
    pub fn hold(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Available, Bucket::Held)
    }

    /// Gives up a hold.
    pub fn release(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Held, Bucket::Available)
    }

    /// The held stock was paid for.
    pub fn sell(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Held, Bucket::Sold)
    }

    /// Sold goods come back, or never left, and can be sold again.
    pub fn return_to_available(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Sold, Bucket::Available)
    }

    /// Sold goods come back and cannot be sold again.
    pub fn return_to_written_off(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Sold, Bucket::WrittenOff)
    }

    /// Available stock is lost.
    pub fn write_off(self, quantity: i64) -> Result<Self, StockError> {
        self.shift(quantity, Bucket::Available, Bucket::WrittenOff)
    }

    fn shift(mut self, quantity: i64, from: Bucket, to: Bucket) -> Result<Self, StockError> {
        positive(quantity)?;
        let have = *self.bucket(from);
        if have < quantity {
            return Err(StockError::NotEnough { bucket: from, wanted: quantity, have });
        }
        let filled = self.bucket(to).checked_add(quantity).ok_or(StockError::Overflow)?;
        *self.bucket(from) = have - quantity;
        *self.bucket(to) = filled;
        Ok(self)
    }

    fn bucket(&mut self, bucket: Bucket) -> &mut i64 {
        match bucket {
            Bucket::Available => &mut self.available,
            Bucket::Held => &mut self.held,
            Bucket::Sold => &mut self.sold,
            Bucket::WrittenOff => &mut self.written_off,
        }
    }
}

fn positive(quantity: i64) -> Result<(), StockError> {
    if quantity > 0 { Ok(()) } else { Err(StockError::NotPositive(quantity)) }
}

/// What a line needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Which line of the order; lines are served in the order in which they are given.
    pub line_index: usize,
    /// Of which product.
    pub product: ProductId,
    /// How many base units.
    pub base_quantity: i64,
}

/// A batch that may be taken from; each batch is offered once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchOffer {
    /// Which batch.
    pub batch: BatchId,
    /// Of which product.
    pub product: ProductId,
    /// How many base units may be held.
    pub available: i64,
    /// The last day on which it may be sold; `None` for goods that do not expire.
    pub expires_on: Option<Date>,
    /// When it came in.
    pub received_at_ms: i64,
}

/// What a line takes from a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// Which line of the order.
    pub line_index: usize,
    /// Which batch.
    pub batch: BatchId,
    /// How many base units.
    pub base_quantity: i64,
}

/// A product of which there is less than the lines together want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Which product.
    pub product: ProductId,
    /// What all lines want together, in base units.
    pub wanted: i64,
    /// What unexpired batches have, in base units.
    pub available: i64,
}

/// Why an order cannot be allocated. Nothing is allocated then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Shortage {
    /// Some products do not suffice; each is named once, in ascending order of id.
    #[error("{} product(s) are short of stock", .0.len())]
    Products(Vec<Missing>),
    /// A line wants zero or fewer base units.
    #[error("line {0} wants nothing")]
    NothingWanted(usize),
}

/// Chooses the batches for all lines together: first expired, first out; without expiry last; then in the order of
/// arrival and of id. Batches whose last day is before `today` are never used.
///
/// The demand of all lines for a product is summed before it is compared with the stock, so that two lines cannot
/// each be promised the same last unit.
pub fn allocate(
    demands: &[Demand],
    batches: &[BatchOffer],
    today: Date,
) -> Result<Vec<Allocation>, Shortage> {
    if let Some(empty) = demands.iter().find(|demand| demand.base_quantity <= 0) {
        return Err(Shortage::NothingWanted(empty.line_index));
    }
    let mut usable: Vec<BatchOffer> = batches
        .iter()
        .filter(|offer| offer.available > 0 && offer.expires_on.is_none_or(|last_day| last_day >= today))
        .copied()
        .collect();
    usable.sort_by_key(|offer| (offer.expires_on.unwrap_or(Date::MAX), offer.received_at_ms, offer.batch));
    check_sums(demands, &usable)?;

    let mut allocations = Vec::new();
    for demand in demands {
        let mut wanted = demand.base_quantity;
        for offer in usable.iter_mut().filter(|offer| offer.product == demand.product) {
            let taken = wanted.min(offer.available);
            if taken > 0 {
                offer.available -= taken;
                wanted -= taken;
                let Demand { line_index, .. } = *demand;
                allocations.push(Allocation { line_index, batch: offer.batch, base_quantity: taken });
            }
        }
    }
    Ok(allocations)
}

/// Compares, product by product, what all lines want with what there is.
fn check_sums(demands: &[Demand], usable: &[BatchOffer]) -> Result<(), Shortage> {
    // Saturation is harmless: a demand that large is never met, and a stock that large meets any other.
    let mut sums: BTreeMap<ProductId, (i64, i64)> = BTreeMap::new();
    for demand in demands {
        let sum = sums.entry(demand.product).or_default();
        sum.0 = sum.0.saturating_add(demand.base_quantity);
    }
    for offer in usable {
        if let Some(sum) = sums.get_mut(&offer.product) {
            sum.1 = sum.1.saturating_add(offer.available);
        }
    }
    let missing: Vec<Missing> = sums
        .into_iter()
        .filter(|(_, (wanted, available))| wanted > available)
        .map(|(product, (wanted, available))| Missing { product, wanted, available })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Shortage::Products(missing)) }
}

#[cfg(test)]
#[path = "stock/tests.rs"]
mod tests;
