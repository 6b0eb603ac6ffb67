//! Goods sold by weight that come in pieces: a chicken, a ham. What one weighs is known only when it is packed.
//!
//! A variant says what a piece weighs at most and at least, and what a kilogram costs. The buyer pays for the heaviest
//! piece and gets the difference back when the real one was weighed: never is more charged than was agreed, whatever the
//! scales say. A piece lighter than agreed is not sent.
//!
//! The pieces of a line have the fixed values of an after-sale ([`crate::after_sale::pieces_value`]); weighing lowers each
//! of them. So refunds before and after it add up to the line's net amount in any order.

use crate::after_sale::{LineRefund, pieces_value};
use crate::money::{Fen, MoneyError, allot};

/// How many times the lightest piece the heaviest may weigh. What comes back is decided by the scales alone, without a second
/// person, so it must stay a small part: with "1 g to 100 kg" nearly all of the money could go back with the goods gone.
pub const MOST_TIMES_LEAST: i64 = 3;
/// Nothing that a parcel carries weighs more, in grams.
pub const MOST_PIECE_G: i64 = 100_000;
/// A weight beyond so many times the most is a slip: kilograms typed as grams, two pieces on the scales.
const SLIP_TIMES: i64 = 2;

/// What a piece may weigh, in grams: from `least_g` to `most_g`, both agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightRange {
    least_g: i64,
    most_g: i64,
}

/// Why something sold by weight is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// No range of weights: nothing, the wrong way round, or heavier than [`MOST_PIECE_G`].
    #[error("{least_g} g to {most_g} g is no range of weights")]
    Range {
        /// The lower end.
        least_g: i64,
        /// The upper end.
        most_g: i64,
    },
    /// The price of the heaviest piece is less than a fen.
    #[error("a piece would cost nothing")]
    Free,
    /// A piece is lighter than was agreed: another one is packed, or its money goes back.
    #[error("piece {piece} weighs less than {least_g} g")]
    TooLight {
        /// Which of the pieces given, from 0.
        piece: usize,
        /// What was agreed.
        least_g: i64,
    },
    /// A piece is so heavy that it is a slip.
    #[error("piece {piece} weighs more than twice {most_g} g")]
    Slip {
        /// Which of the pieces given, from 0.
        piece: usize,
        /// What was agreed.
        most_g: i64,
    },
    /// Every piece that is packed is weighed, and no other.
    #[error("{wanted} pieces are to be weighed, not {given}")]
    Pieces {
        /// How many are packed.
        wanted: i64,
        /// How many weights there are.
        given: usize,
    },
    /// An amount cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl WeightRange {
    /// A range of weights in grams.
    ///
    /// # Errors
    /// [`WeightError::Range`].
    pub const fn new(least_g: i64, most_g: i64) -> Result<Self, WeightError> {
        if least_g < 1 || most_g < least_g || most_g > MOST_PIECE_G || most_g > least_g * MOST_TIMES_LEAST {
            return Err(WeightError::Range { least_g, most_g });
        }
        Ok(Self { least_g, most_g })
    }

    /// The lightest that is sent, in grams.
    #[must_use]
    pub const fn least_g(&self) -> i64 {
        self.least_g
    }

    /// The heaviest that is paid for, in grams.
    #[must_use]
    pub const fn most_g(&self) -> i64 {
        self.most_g
    }

    /// What one piece costs when it is ordered: the heaviest one at `per_kg`, rounded down to the fen.
    ///
    /// # Errors
    /// [`WeightError::Free`] for less than a fen; [`MoneyError::Overflow`].
    pub fn price_of_most(&self, per_kg: Fen) -> Result<Fen, WeightError> {
        let exact = i128::from(per_kg.get()) * i128::from(self.most_g) / 1_000;
        let price = i64::try_from(exact).map(Fen::new).map_err(|_| MoneyError::Overflow)?;
        if price.is_positive() { Ok(price) } else { Err(WeightError::Free) }
    }

    /// What a kilogram costs when the heaviest piece costs `price`: what was `agreed`, where that gives this price, else
    /// the lowest price of a kilogram that does (as after the price of a piece was changed by itself).
    #[must_use]
    pub fn per_kg(&self, price: Fen, agreed: Fen) -> Fen {
        if self.price_of_most(agreed) == Ok(price) {
            return agreed;
        }
        let most_g = i128::from(self.most_g);
        let exact = (i128::from(price.get()) * 1_000 + most_g - 1).div_euclid(most_g);
        i64::try_from(exact).map_or(agreed, Fen::new)
    }

    /// Whether the scales may say so of a piece.
    fn check(&self, piece: usize, weight_g: i64) -> Result<(), WeightError> {
        if weight_g < self.least_g {
            return Err(WeightError::TooLight { piece, least_g: self.least_g });
        }
        if weight_g > self.most_g * SLIP_TIMES {
            return Err(WeightError::Slip { piece, most_g: self.most_g });
        }
        Ok(())
    }
}

/// A piece that was weighed. What is charged and what goes back add up to what was paid for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeighedPiece {
    /// What the scales said, in grams.
    pub weight_g: i64,
    /// Its share of what was paid for the line.
    pub paid: Fen,
    /// What it costs by its weight: never more than was paid.
    pub charged: Fen,
}

impl WeighedPiece {
    /// What goes back to the buyer.
    #[must_use]
    pub fn back(&self) -> Fen {
        self.paid - self.charged
    }
}

/// Weighs the pieces of a line that are packed: all but the first `settled`, whose money went back before. `net` is what
/// was paid for all `quantity` pieces, after discounts; a piece costs its part of that in proportion to its weight, rounded
/// down to the fen, and a piece heavier than the most costs what was paid for it.
///
/// # Errors
/// [`WeightError::Pieces`], [`WeightError::TooLight`], [`WeightError::Slip`]; [`WeightError::Money`] as
/// [`pieces_value`].
pub fn weigh_line(
    net: Fen,
    quantity: i64,
    settled: i64,
    range: WeightRange,
    weights_g: &[i64],
) -> Result<Vec<WeighedPiece>, WeightError> {
    let wanted = quantity.checked_sub(settled).ok_or(MoneyError::Overflow)?;
    if i64::try_from(weights_g.len()).ok() != Some(wanted) {
        return Err(WeightError::Pieces { wanted, given: weights_g.len() });
    }
    let weighed = (settled..).zip(weights_g.iter().enumerate()).map(|(number, (piece, weight_g))| {
        range.check(piece, *weight_g)?;
        let paid = pieces_value(net, quantity, number, 1)?;
        let counted_g = (*weight_g).min(range.most_g);
        let exact = i128::from(paid.get()) * i128::from(counted_g) / i128::from(range.most_g);
        // At most what was paid, which is an i64.
        let charged = i64::try_from(exact).map(Fen::new).map_err(|_| MoneyError::Overflow)?;
        Ok(WeighedPiece { weight_g: *weight_g, paid, charged })
    });
    weighed.collect()
}

/// What goes back for all of them.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn total_back(pieces: &[WeighedPiece]) -> Result<Fen, MoneyError> {
    Fen::checked_sum(pieces.iter().map(WeighedPiece::back))
}

/// The refund of `count` weighed pieces after the first `settled` of them: by what they were charged, since the rest went
/// back when they were weighed. `damage_permille` as in [`crate::after_sale::refund_of_pieces`].
///
/// # Errors
/// [`MoneyError::Overflow`] for pieces that there are not; as [`allot`].
pub fn refund_of_weighed(
    pieces: &[WeighedPiece],
    settled: usize,
    count: usize,
    damage_permille: i64,
) -> Result<LineRefund, MoneyError> {
    let end = settled.checked_add(count).ok_or(MoneyError::Overflow)?;
    let chosen = pieces.get(settled..end).ok_or(MoneyError::Overflow)?;
    let value = Fen::checked_sum(chosen.iter().map(|piece| piece.charged))?;
    let parts = allot(value, &[damage_permille, 1000 - damage_permille])?;
    Ok(LineRefund { value, amount: parts.first().copied().unwrap_or_default() })
}

#[cfg(test)]
#[path = "by_weight/tests.rs"]
mod tests;
