//! The split of a line's net amount over the collectives whose goods it took, and its reversal on refund.

use crate::ids::CollectiveId;
use crate::money::{self, Fen, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one village's collective put into a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchInput {
    /// Whose goods they were.
    pub collective: CollectiveId,
    /// Their weighed mass in grams.
    pub weight_g: i64,
}

/// A collective's frozen part of a line's net amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionPart {
    /// Who earned it.
    pub collective: CollectiveId,
    /// How much; zero when the line is too cheap to reach this collective.
    pub amount: Fen,
}

/// Why a line could not be attributed or a reversal not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    /// The line took nothing from any batch.
    #[error("the line was not allocated from any batch")]
    NoAllocation,
    /// An allocation of zero or fewer base units.
    #[error("allocation {0} has no quantity")]
    NoQuantity(usize),
    /// A batch without any weighed input, so that nobody can be named as its source.
    #[error("the batch of allocation {0} has no weighed input")]
    NoInput(usize),
    /// A batch with a negative input weight.
    #[error("the batch of allocation {0} has a negative input weight")]
    NegativeWeight(usize),
    /// A line's net amount, or a refund, below zero.
    #[error("{0} is negative")]
    NegativeAmount(Fen),
    /// The parts do not add up to the line's net amount.
    #[error("the parts of the line add up to {parts}, not to {line_net}")]
    PartsDiffer {
        /// Sum of the parts.
        parts: Fen,
        /// What they should add up to.
        line_net: Fen,
    },
    /// The list of earlier reversals does not fit the parts: another length, or a part reversed beyond itself.
    #[error("what was reversed before does not fit the parts of the line")]
    ReversalsDiffer,
    /// More than what is left of the line, or beyond 64 bits.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Splits `line_net` over the collectives of the batches that the line was allocated from.
///
/// `allocations` holds, for each batch used, the base units taken and the batch's weighed inputs. A collective's
/// weight is the sum over the batches of *quantity × its input / the batch's input*, computed as an exact fraction
/// over a common denominator; then there is a single allotment by largest remainder, collectives in ascending
/// order of id. So the parts add up to the fen, do not depend on the order of the allocations, and each collective
/// has one part. Collectives without input weight get no part.
pub fn attribute(
    line_net: Fen,
    allocations: &[(i64, &[BatchInput])],
) -> Result<Vec<AttributionPart>, AttributionError> {
    if line_net < Fen::ZERO {
        return Err(AttributionError::NegativeAmount(line_net));
    }
    if allocations.is_empty() {
        return Err(AttributionError::NoAllocation);
    }
    let sources = allocations
        .iter()
        .enumerate()
        .map(|(index, (quantity, inputs))| Source::new(index, *quantity, inputs))
        .collect::<Result<Vec<_>, _>>()?;
    let weights = exact_weights(&sources).unwrap_or_else(|| fine_weights(&sources));
    let plain: Vec<u128> = weights.values().copied().collect();
    let amounts = money::allot_wide(line_net, &plain)?;
    Ok(weights
        .into_keys()
        .zip(amounts)
        .map(|(collective, amount)| AttributionPart { collective, amount })
        .collect())
}

/// The parts of a refund of `refund` on a line: what to reverse of each part, in the order of `parts`.
///
/// Each refund is spread in proportion to what is *left* of the parts after `already_reversed` (one amount per
/// part), by [`money::take_from`]. The alternative, an allotment of the cumulative refund minus what was reversed
/// before, is not monotone under largest remainder (a larger total may give a part less) and could ask for a
/// negative reversal; spreading over the rest cannot, never overdraws a part, and the refund that brings the line
/// to zero takes the exact balance of each.
pub fn reverse(
    parts: &[AttributionPart],
    already_reversed: &[Fen],
    refund: Fen,
    line_net: Fen,
) -> Result<Vec<AttributionPart>, AttributionError> {
    if refund < Fen::ZERO {
        return Err(AttributionError::NegativeAmount(refund));
    }
    let sum = Fen::checked_sum(parts.iter().map(|part| part.amount))?;
    if sum != line_net {
        return Err(AttributionError::PartsDiffer { parts: sum, line_net });
    }
    let fits = |(part, gone): (&AttributionPart, &Fen)| Fen::ZERO <= *gone && *gone <= part.amount;
    if parts.len() != already_reversed.len() || !parts.iter().zip(already_reversed).all(fits) {
        return Err(AttributionError::ReversalsDiffer);
    }
    let left: Vec<Fen> = parts.iter().zip(already_reversed).map(|(part, gone)| part.amount - *gone).collect();
    let taken = money::take_from(&left, refund)?;
    Ok(parts
        .iter()
        .zip(taken)
        .map(|(part, amount)| AttributionPart { collective: part.collective, amount })
        .collect())
}

/// One allocation in lowest terms: `quantity` base units, of which `weight / whole` come from each collective.
struct Source {
    quantity: u128,
    whole: u128,
    weights: BTreeMap<CollectiveId, u128>,
}

impl Source {
    fn new(index: usize, quantity: i64, inputs: &[BatchInput]) -> Result<Self, AttributionError> {
        let quantity =
            u128::try_from(quantity).ok().filter(|q| *q > 0).ok_or(AttributionError::NoQuantity(index))?;
        let mut weights = BTreeMap::new();
        for input in inputs.iter().filter(|input| input.weight_g != 0) {
            let weight =
                u128::try_from(input.weight_g).map_err(|_| AttributionError::NegativeWeight(index))?;
            *weights.entry(input.collective).or_insert(0) += weight;
        }
        let common = weights.values().copied().fold(0, greatest_common_divisor);
        if common == 0 {
            return Err(AttributionError::NoInput(index));
        }
        weights.values_mut().for_each(|weight| *weight /= common);
        let whole = weights.values().sum();
        Ok(Self { quantity, whole, weights })
    }
}

/// The collectives' exact weights as numerators over the least common denominator of all sources, or `None` when
/// they leave the range of [`money::allot_wide`], which takes many batches of unusual weights.
fn exact_weights(sources: &[Source]) -> Option<BTreeMap<CollectiveId, u128>> {
    let denominator = sources.iter().try_fold(1u128, |common, source| {
        (common / greatest_common_divisor(common, source.whole)).checked_mul(source.whole)
    })?;
    let mut weights = BTreeMap::new();
    for source in sources {
        let factor = source.quantity.checked_mul(denominator / source.whole)?;
        for (collective, weight) in &source.weights {
            let sum: &mut u128 = weights.entry(*collective).or_insert(0);
            *sum = sum.checked_add(weight.checked_mul(factor)?)?;
        }
    }
    let total = weights.values().try_fold(0u128, |sum, weight| sum.checked_add(*weight))?;
    (total < 1 << 126).then_some(weights)
}

/// The weights rounded down to 2^-56 of the quantities' sum, for lines whose exact fractions are too long. An
/// order must not fail for that, and the error is far below a fen; the result is as deterministic as the exact one.
fn fine_weights(sources: &[Source]) -> BTreeMap<CollectiveId, u128> {
    const FINENESS: u32 = 56;
    let mut weights = BTreeMap::new();
    for source in sources {
        for (collective, weight) in &source.weights {
            let share = (weight << FINENESS) / source.whole;
            let sum: &mut u128 = weights.entry(*collective).or_insert(0);
            *sum = sum.saturating_add(share.saturating_mul(source.quantity));
        }
    }
    weights
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
#[path = "attribution/tests.rs"]
mod tests;
