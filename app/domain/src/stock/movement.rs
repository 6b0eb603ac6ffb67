//! What may be done with a batch besides selling it: receiving more, splitting, moving, writing off, counting,
//! correcting whose harvest is in it or its days, recalling.
//!
//! Every such act is written down once, with who and when, and never changed. An act changes what came in
//! (`received`) and what is lost (`written_off`); what can be sold follows, since
//! received = available + held + sold + written off.

use super::{BatchStock, StockError};
use crate::ids::VillageId;
use crate::time::Date;
use crate::word::words;

words! {
    /// What was done to a batch.
    pub enum MovementKind {
        /// Goods came in: the batch itself, or more of it.
        Receive = "receive",
        /// A part became a batch of its own; this is the side that gave.
        SplitOut = "split_out",
        /// The side that was made by a split.
        SplitIn = "split_in",
        /// The batch lies at another place now.
        Move = "move",
        /// Goods that could be sold are lost.
        WriteOff = "write_off",
        /// Somebody counted and found more or less than was written down.
        Count = "count",
        /// The weights by village were corrected.
        Inputs = "inputs",
        /// The days of production and of sale were corrected.
        Days = "days",
        /// Sale was stopped and buyers were told.
        Recall = "recall",
        /// Sold goods came back and cannot be sold again.
        Returned = "returned",
        /// What was done before movements were written down, or by a release that does not write them.
        Earlier = "earlier",
    }
}

words! {
    /// Why goods are lost.
    pub enum LossReason {
        /// Rotten, mouldy, wilted.
        Spoiled = "spoiled",
        /// Broken, crushed, wet.
        Damaged = "damaged",
        /// Past the last day of sale.
        Expired = "expired",
        /// Given away to taste.
        Sample = "sample",
        /// Gone, nobody knows where.
        Lost = "lost",
        /// Destroyed after a recall.
        Recalled = "recalled",
        /// Something else; the note says what.
        Other = "other",
    }
}

impl LossReason {
    /// Whether the word alone says too little, so that a note is asked for.
    #[must_use]
    pub const fn needs_note(self) -> bool {
        matches!(self, Self::Lost | Self::Other)
    }
}

words! {
    /// Why what was counted is not what the books say.
    pub enum CountReason {
        /// Gone, nobody knows where.
        Lost = "lost",
        /// Rotten, mouldy, wilted.
        Spoiled = "spoiled",
        /// Broken, crushed, wet.
        Damaged = "damaged",
        /// Given away to taste.
        Sample = "sample",
        /// More lies there than anybody wrote down.
        Found = "found",
        /// What came in or was counted before was written down wrongly.
        Miswritten = "miswritten",
        /// Something else; the note says what.
        Other = "other",
    }
}

impl CountReason {
    /// Whether it can explain a difference: more goods are not spoiled, and fewer are not found.
    #[must_use]
    pub const fn explains(self, difference: i64) -> bool {
        match self {
            Self::Lost | Self::Spoiled | Self::Damaged | Self::Sample => difference < 0,
            Self::Found => difference > 0,
            Self::Miswritten | Self::Other => difference != 0,
        }
    }

    /// Whether the word alone says too little, so that a note is asked for.
    #[must_use]
    pub const fn needs_note(self) -> bool {
        matches!(self, Self::Other)
    }
}

words! {
    /// Why a batch is recalled.
    pub enum RecallReason {
        /// It may make people ill.
        Safety = "safety",
        /// It is not what it should be: mould, foreign matter, wrong grade.
        Quality = "quality",
        /// The label says something wrong: date, ingredients, allergens.
        Label = "label",
        /// A certificate turned out to be wrong or missing.
        Papers = "papers",
        /// Something else; the notice says what.
        Other = "other",
    }
}

words! {
    /// How far goods of a recalled batch had gone.
    pub enum RecallStage {
        /// Set aside for an order that is not paid.
        Unpaid = "unpaid",
        /// Paid and still here.
        ToPack = "to_pack",
        /// On the way.
        Shipped = "shipped",
        /// With the buyer.
        Received = "received",
    }
}

words! {
    /// How a batch stands towards its sale, the strongest reason first.
    pub enum BatchState {
        /// Recalled: nothing of it is sold ever again.
        Recalled = "recalled",
        /// Past its last day.
        Expired = "expired",
        /// Nothing left that could be sold.
        SoldOut = "sold_out",
        /// For sale, in the last part of its shelf life.
        NearExpiry = "near_expiry",
        /// For sale.
        ForSale = "for_sale",
    }
}

impl BatchState {
    /// Whether goods of it may be set aside for an order.
    #[must_use]
    pub const fn can_sell(self) -> bool {
        matches!(self, Self::NearExpiry | Self::ForSale)
    }

    /// Whether a part of it may become a batch of its own: only what could be sold is split.
    #[must_use]
    pub const fn can_split(self) -> bool {
        self.can_sell()
    }
}

/// What decides how a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchDays {
    /// Harvest or production.
    pub produced_on: Date,
    /// The last day of sale; `None` for goods that keep.
    pub expires_on: Option<Date>,
    /// Whether it was recalled.
    pub is_recalled: bool,
}

/// How a batch with `available` base units stands on a day. `near_percent` is the last part of the shelf life in which
/// it counts as near expiry; the food law's is 20.
#[must_use]
pub fn batch_state(days: BatchDays, available: i64, today: Date, near_percent: i64) -> BatchState {
    if days.is_recalled {
        return BatchState::Recalled;
    }
    let days_left = days.expires_on.map(|last| today.days_until(last));
    if days_left.is_some_and(|left| left < 0) {
        BatchState::Expired
    } else if available <= 0 {
        BatchState::SoldOut
    } else if is_near_expiry(days, today, near_percent) {
        BatchState::NearExpiry
    } else {
        BatchState::ForSale
    }
}

/// Whether the last `near_percent` of the shelf life have begun and the last day is not over.
#[must_use]
pub fn is_near_expiry(days: BatchDays, today: Date, near_percent: i64) -> bool {
    let Some(last) = days.expires_on else { return false };
    let (left, whole) = (today.days_until(last), days.produced_on.days_until(last));
    left >= 0 && left.saturating_mul(100) <= whole.saturating_mul(near_percent)
}

/// Why a batch cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The quantity cannot be taken.
    #[error(transparent)]
    Stock(#[from] StockError),
    /// The whole batch is no part of it.
    #[error("all of the batch is no part of it")]
    Whole,
    /// A village gave so little that it cannot stand in both parts.
    #[error("the weight of a village cannot be split")]
    WeightTooSmall,
}

/// Village and weight in grams.
pub type Weights = Vec<(VillageId, i64)>;

/// Splits the weights of a batch as its quantity is split: `part` of `whole`. What is kept and what goes add up to
/// what was there, village by village, and each village stays in both.
///
/// # Errors
/// [`SplitError::WeightTooSmall`] when a village gave one gram; [`SplitError::Whole`] when `part` is no proper part.
pub fn split_weights(
    inputs: &[(VillageId, i64)],
    part: i64,
    whole: i64,
) -> Result<(Weights, Weights), SplitError> {
    if part <= 0 || part >= whole {
        return Err(SplitError::Whole);
    }
    let (mut kept, mut gone) = (Vec::with_capacity(inputs.len()), Vec::with_capacity(inputs.len()));
    for &(village, weight_g) in inputs {
        if weight_g < 2 {
            return Err(SplitError::WeightTooSmall);
        }
        let (weight, part, whole) = (i128::from(weight_g), i128::from(part), i128::from(whole));
        // To the nearest gram; the result lies below weight_g, which is an i64.
        let share = i64::try_from((weight * part * 2 + whole) / (whole * 2)).unwrap_or(weight_g);
        let share = share.clamp(1, weight_g - 1);
        kept.push((village, weight_g - share));
        gone.push((village, share));
    }
    Ok((kept, gone))
}

/// What villages give weighs less than so many times of what is made of it: of dried goods ten times.
const MOST_GIVEN: i64 = 300;
/// What is made weighs less than so many times of what villages give: of beans for tofu a few times.
const MOST_MADE: i64 = 20;
/// Of less than a kilogram nobody types a thousand times as much by mistaking the unit.
const LEAST_COMPARED_G: i64 = 1_000;

/// Whether the harvest that villages gave and the goods that came in of it cannot both be kilograms: somebody typed grams. They
/// are not the same either, since four kilograms of leaves make one of tea.
#[must_use]
pub const fn weights_disagree(given_g: i64, came_in_g: i64) -> bool {
    came_in_g >= LEAST_COMPARED_G && (given_g / MOST_GIVEN > came_in_g || came_in_g / MOST_MADE > given_g)
}

impl BatchStock {
    /// Takes a part of what can be sold out into a batch of its own: what is kept, and the new batch.
    ///
    /// # Errors
    /// [`SplitError::Stock`] for more than is available; [`SplitError::Whole`] for all that ever came in.
    pub fn split(self, quantity: i64) -> Result<(Self, Self), SplitError> {
        let part = Self::received(quantity)?;
        if self.available < quantity {
            let short = StockError::NotEnough {
                bucket: super::Bucket::Available,
                wanted: quantity,
                have: self.available,
            };
            return Err(short.into());
        }
        if quantity >= self.received {
            return Err(SplitError::Whole);
        }
        let kept = Self { received: self.received - quantity, available: self.available - quantity, ..self };
        Ok((kept, part))
    }

    /// What should lie on the shelf: what can be sold, what is set aside, and what is paid for but has not left.
    #[must_use]
    pub fn on_shelf(&self, sold_to_pack: i64) -> i64 {
        self.available.saturating_add(self.held).saturating_add(sold_to_pack)
    }

    /// Somebody counted what lies on the shelf. Answers the stock after it and the difference: more than was written
    /// down came in unnoticed, less is lost.
    ///
    /// # Errors
    /// [`StockError::NotEnough`] when more is missing than is available: orders stand against the rest, and must be
    /// given up first. [`StockError::NotPositive`] for a negative count.
    pub fn count(self, sold_to_pack: i64, counted: i64) -> Result<(Self, i64), StockError> {
        if counted < 0 {
            return Err(StockError::NotPositive(counted));
        }
        let difference = counted - self.on_shelf(sold_to_pack);
        let after = match difference {
            0 => self,
            found if found > 0 => self.receive(found)?,
            missing => self.write_off(-missing)?,
        };
        Ok((after, difference))
    }
}

#[cfg(test)]
#[path = "movement/tests.rs"]
mod tests;
