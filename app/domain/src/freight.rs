//! What sending a parcel costs.
//!
//! A template charges by piece, weight or volume: a first fee, and a step fee for each started step beyond the
//! first quantity. Its rows are chosen by the receiver's region; a region that no row covers is refused, never
//! free.

use crate::ids::FreightTemplateId;
use crate::money::{Fen, MoneyError};
use crate::word::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// What a template counts.
    pub enum FreightBasis {
        /// Sale units.
        Piece = "piece",
        /// Grams.
        WeightG = "weight_g",
        /// Cubic centimetres.
        VolumeCm3 = "volume_cm3",
    }
}

/// The fees for some regions. Quantities are in the unit of the template's basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreightRow {
    /// Beginnings of six-digit administrative codes (`61` a province, `6109` a prefecture, `610925` a county);
    /// empty for the default row, which covers what no other row does.
    pub region_prefixes: Vec<String>,
    /// The quantity that the first fee covers.
    pub first_quantity: i64,
    /// The fee for the first quantity.
    pub first_fee: Fen,
    /// The size of a step beyond it; at least 1.
    pub step_quantity: i64,
    /// The fee for each started step.
    pub step_fee: Fen,
    /// Added once to the parcel for a remote region; also due when the fees are waived by a free rule.
    pub surcharge: Fen,
    /// Whether there is no delivery to these regions.
    pub refused: bool,
}

/// When the first and step fees are waived. What is given must all be reached; a rule that gives nothing waives
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FreeRule {
    /// From this amount of goods of the template in the parcel.
    pub min_amount: Option<Fen>,
    /// From this number of sale units of the template in the parcel.
    pub min_count: Option<i64>,
}

impl FreeRule {
    /// Whether goods of this amount and count travel without first and step fees.
    pub fn waives(&self, amount: Fen, count: i64) -> bool {
        (self.min_amount.is_some() || self.min_count.is_some())
            && self.min_amount.is_none_or(|min| amount >= min)
            && self.min_count.is_none_or(|min| count >= min)
    }
}

/// How a seller charges freight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreightTemplate {
    /// Which template; items of the same id are counted together.
    pub id: FreightTemplateId,
    /// What is counted.
    pub basis: FreightBasis,
    /// The fees by region.
    pub rows: Vec<FreightRow>,
    /// When the fees are waived.
    pub free_rule: Option<FreeRule>,
}

/// A line's goods in a parcel. All quantities are for the whole line, not for one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreightItem<'a> {
    /// The template that its product is sent by.
    pub template: &'a FreightTemplate,
    /// Sale units.
    pub count: i64,
    /// Grams, with packaging.
    pub weight_g: i64,
    /// Cubic centimetres, with packaging.
    pub volume_cm3: i64,
    /// What the goods cost after discounts.
    pub amount: Fen,
}

/// Why no freight can be quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreightError {
    /// The template says that it does not deliver there.
    #[error("no delivery to this region by template {0}")]
    NoDelivery(FreightTemplateId),
    /// No row of the template covers the region.
    #[error("template {0} does not cover this region")]
    NoRow(FreightTemplateId),
    /// The region is not a six-digit administrative code.
    #[error("{0:?} is not a region code")]
    NotARegion(String),
    /// A row of the template has a step below 1, a negative fee or a prefix that is no part of a region code.
    #[error("row {row} of template {template} is not valid")]
    BadRow {
        /// Which template.
        template: FreightTemplateId,
        /// Index of the row.
        row: usize,
    },
    /// A count, weight, volume or amount below zero.
    #[error("a quantity of the parcel is negative")]
    NegativeQuantity,
    /// The fees leave the range of 64 bits.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl FreightTemplate {
    /// Checks the rows, for the form in which a template is written and before it is used.
    pub fn check(&self) -> Result<(), FreightError> {
        let bad = |row: &FreightRow| {
            let is_prefix = |text: &String| text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
            let fees = [row.first_fee, row.step_fee, row.surcharge];
            row.step_quantity < 1
                || row.first_quantity < 0
                || fees.iter().any(|fee| *fee < Fen::ZERO)
                || !row.region_prefixes.iter().all(is_prefix)
        };
        match self.rows.iter().position(bad) {
            Some(row) => Err(FreightError::BadRow { template: self.id, row }),
            None => Ok(()),
        }
    }

    /// The row for a region: that with the longest fitting prefix, the default row last, the earlier of equals.
    pub fn row_for(&self, region_code: &str) -> Result<&FreightRow, FreightError> {
        let mut best: Option<(usize, &FreightRow)> = None;
        for row in &self.rows {
            let fitting =
                row.region_prefixes.iter().filter(|prefix| region_code.starts_with(prefix.as_str()));
            let longest = fitting.map(String::len).max();
            let length = if row.region_prefixes.is_empty() { Some(0) } else { longest };
            if let Some(length) = length
                && best.is_none_or(|(so_far, _)| length > so_far)
            {
                best = Some((length, row));
            }
        }
        match best {
            Some((_, row)) if row.refused => Err(FreightError::NoDelivery(self.id)),
            Some((_, row)) => Ok(row),
            None => Err(FreightError::NoRow(self.id)),
        }
    }
}

/// The goods of one template in the parcel.
struct Group<'a> {
    row: &'a FreightRow,
    quantity: i64,
    waived: bool,
}

/// The freight of one parcel to `region_code` (six digits).
///
/// Items are counted together by template. Of the templates whose fees are not waived, the one with the highest
/// first fee charges `first fee + ceil((n − first) / step) × step fee`; the others are in the same box and charge
/// `ceil(n / step) × step fee`. (Equal first fees: the lower template id goes first.) The highest surcharge of all
/// rows is added once, for there is one journey to one remote place. A parcel without items costs nothing.
///
/// Errors: a template without delivery to, or without any row for, the region refuses the whole parcel.
pub fn quote_parcel(items: &[FreightItem<'_>], region_code: &str) -> Result<Fen, FreightError> {
    if region_code.len() != 6 || !region_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FreightError::NotARegion(region_code.chars().take(16).collect()));
    }
    let mut by_template: BTreeMap<FreightTemplateId, Vec<&FreightItem<'_>>> = BTreeMap::new();
    for item in items {
        by_template.entry(item.template.id).or_default().push(item);
    }
    let groups =
        by_template.values().map(|group| group_of(group, region_code)).collect::<Result<Vec<_>, _>>()?;
    let surcharge = groups.iter().map(|group| group.row.surcharge).max().unwrap_or_default();
    let charged: Vec<&Group<'_>> = groups.iter().filter(|group| !group.waived).collect();
    // max_by_key gives the last of equals; the groups are in ascending order of id.
    let leader =
        charged.iter().enumerate().rev().max_by_key(|(_, group)| group.row.first_fee).map(|(at, _)| at);
    let mut total = surcharge;
    for (at, group) in charged.iter().enumerate() {
        let (covered, first_fee) =
            if Some(at) == leader { (group.row.first_quantity, group.row.first_fee) } else { (0, Fen::ZERO) };
        let beyond = (group.quantity - covered).max(0);
        let steps = beyond / group.row.step_quantity + i64::from(beyond % group.row.step_quantity > 0);
        total = total.checked_add(first_fee)?.checked_add(group.row.step_fee.times(steps)?)?;
    }
    Ok(total)
}

/// Sums the items of one template and finds their row. `items` holds at least one.
fn group_of<'a>(items: &[&FreightItem<'a>], region_code: &str) -> Result<Group<'a>, FreightError> {
    let template = items[0].template;
    template.check()?;
    let row = template.row_for(region_code)?;
    let (mut count, mut quantity, mut amount) = (0i64, 0i64, Fen::ZERO);
    for item in items {
        let counted = match template.basis {
            FreightBasis::Piece => item.count,
            FreightBasis::WeightG => item.weight_g,
            FreightBasis::VolumeCm3 => item.volume_cm3,
        };
        if item.count < 0 || counted < 0 || item.amount < Fen::ZERO {
            return Err(FreightError::NegativeQuantity);
        }
        count = count.checked_add(item.count).ok_or(MoneyError::Overflow)?;
        quantity = quantity.checked_add(counted).ok_or(MoneyError::Overflow)?;
        amount = amount.checked_add(item.amount)?;
    }
    let waived = template.free_rule.is_some_and(|rule| rule.waives(amount, count));
    Ok(Group { row, quantity, waived })
}

#[cfg(test)]
#[path = "freight/tests.rs"]
mod tests;
