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

mod areas;
mod form;
mod size;

pub use areas::{UnknownArea, areas_text, read_areas};
pub use form::{PlaceForm, RowForm, TemplateForm};
pub use size::{NotASize, PackedSize};

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
    /// When the fees are waived here.
    pub free: RegionFree,
}

/// Whether a row goes by its template's free rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RegionFree {
    /// It does.
    #[default]
    AsTemplate,
    /// It has a rule of its own.
    Own(FreeRule),
    /// Nothing waives its fees.
    Never,
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
    /// When the fees are waived, in rows that do not say otherwise.
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

/// What is wrong with the rows of a template as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateFlaw {
    /// No row says what holds everywhere else.
    NoDefault,
    /// A region of this row stands in an earlier one too (a second default row: the first one).
    Overlap {
        /// Index of the row.
        row: usize,
        /// Index of the earlier one.
        with: usize,
    },
    /// Every row is without delivery.
    NoDeliveryAnywhere,
}

impl FreightTemplate {
    /// Checks the rows, for the form in which a template is written and before it is used.
    pub fn check(&self) -> Result<(), FreightError> {
        let bad = |row: &FreightRow| {
            let is_prefix = |text: &String| {
                (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
            };
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

    /// The free rule that holds in a row.
    #[must_use]
    pub fn free_rule_of(&self, row: &FreightRow) -> Option<FreeRule> {
        match row.free {
            RegionFree::AsTemplate => self.free_rule,
            RegionFree::Own(rule) => Some(rule),
            RegionFree::Never => None,
        }
    }

    /// What a seller has to mend before the template can be used, row by row: each region in one row, one default row,
    /// and somewhere to deliver to. Fees and steps are checked by [`FreightTemplate::check`].
    #[must_use]
    pub fn flaws(&self) -> Vec<TemplateFlaw> {
        let mut flaws = Vec::new();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut default = None;
        for (at, row) in self.rows.iter().enumerate() {
            if row.region_prefixes.is_empty() {
                match default {
                    Some(first) => flaws.push(TemplateFlaw::Overlap { row: at, with: first }),
                    None => default = Some(at),
                }
            }
            let twice = row.region_prefixes.iter().find_map(|prefix| {
                let first = *seen.entry(prefix).or_insert(at);
                (first != at).then_some(first)
            });
            flaws.extend(twice.map(|with| TemplateFlaw::Overlap { row: at, with }));
        }
        if default.is_none() {
            flaws.push(TemplateFlaw::NoDefault);
        }
        if self.rows.iter().all(|row| row.refused) {
            flaws.push(TemplateFlaw::NoDeliveryAnywhere);
        }
        flaws
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

/// What the goods of one template add to a parcel's freight, and how that comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge<'a> {
    /// Which template.
    pub template: &'a FreightTemplate,
    /// The row for the region.
    pub row: &'a FreightRow,
    /// What is counted, in the unit of the template's basis.
    pub quantity: i64,
    /// Sale units.
    pub count: i64,
    /// What the goods cost after discounts.
    pub amount: Fen,
    /// The rule that waives the fees.
    pub waived: Option<FreeRule>,
    /// Whether it pays its first fee; the others in the box pay step fees alone.
    pub leads: bool,
    /// Started steps that are charged.
    pub steps: i64,
    /// What comes of it, without the surcharge.
    pub fee: Fen,
}

/// A parcel's freight with everything that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelQuote<'a> {
    /// By template, in the order of their ids.
    pub charges: Vec<Charge<'a>>,
    /// For a remote region, once.
    pub surcharge: Fen,
    /// The fees and the surcharge.
    pub total: Fen,
}

/// The freight of one parcel to `region_code` (six digits).
///
/// Items are counted together by template. Of the templates whose fees are not waived, the one with the highest
/// first fee charges `first fee + ceil((n − first) / step) × step fee`; the others are in the same box and charge
/// `ceil(n / step) × step fee`. (Equal first fees: the lower template id goes first.) The highest surcharge of all
/// rows is added once, for there is one journey to one remote place. A parcel without items costs nothing.
///
/// Errors: a template without delivery to, or without any row for, the region refuses the whole parcel.
pub fn quote_parcel<'a>(
    items: &[FreightItem<'a>],
    region_code: &str,
) -> Result<ParcelQuote<'a>, FreightError> {
    if region_code.len() != 6 || !region_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FreightError::NotARegion(region_code.chars().take(16).collect()));
    }
    let mut by_template: BTreeMap<FreightTemplateId, Vec<&FreightItem<'a>>> = BTreeMap::new();
    for item in items {
        by_template.entry(item.template.id).or_default().push(item);
    }
    let mut charges =
        by_template.values().map(|group| group_of(group, region_code)).collect::<Result<Vec<_>, _>>()?;
    let surcharge = charges.iter().map(|charge| charge.row.surcharge).max().unwrap_or_default();
    // max_by_key gives the last of equals; the groups are in ascending order of id.
    let leader = charges
        .iter_mut()
        .rev()
        .filter(|charge| charge.waived.is_none())
        .max_by_key(|charge| charge.row.first_fee);
    if let Some(leader) = leader {
        leader.leads = true;
    }
    let mut total = surcharge;
    for charge in charges.iter_mut().filter(|charge| charge.waived.is_none()) {
        let row = charge.row;
        let (covered, first_fee) =
            if charge.leads { (row.first_quantity, row.first_fee) } else { (0, Fen::ZERO) };
        let beyond = (charge.quantity - covered).max(0);
        charge.steps = beyond / row.step_quantity + i64::from(beyond % row.step_quantity > 0);
        charge.fee = first_fee.checked_add(row.step_fee.times(charge.steps)?)?;
        total = total.checked_add(charge.fee)?;
    }
    Ok(ParcelQuote { charges, surcharge, total })
}

/// Sums the items of one template and finds their row. `items` holds at least one.
fn group_of<'a>(items: &[&FreightItem<'a>], region_code: &str) -> Result<Charge<'a>, FreightError> {
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
    let waived = template.free_rule_of(row).filter(|rule| rule.waives(amount, count));
    Ok(Charge { template, row, quantity, count, amount, waived, leads: false, steps: 0, fee: Fen::ZERO })
}

#[cfg(test)]
#[path = "freight/tests.rs"]
mod tests;
