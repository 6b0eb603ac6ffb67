//! Collective marks: a brand of one collective that others use within licences.
//!
//! The owner's own goods need no licence. Every other village needs one for the product or its category, for days and for
//! an amount in base units. A batch is counted as a whole when it goes on sale under the mark: each village's share of it,
//! by weight, uses up that village's licences. What was counted is never given back, also not when goods are lost: the
//! packages bear the mark. What came in later, and what is left when a licence has ended, is counted anew; until then the
//! batch does not bear the mark.

use crate::ids::{CategoryId, MarkLicenceId, ProductId, VillageId};
use crate::money::{Fen, allot, take_from};
use crate::time::Date;
use crate::word::words;

/// Larger licences and batches are slips: a thousand tonnes, or a thousand million pieces.
pub const MOST_QUANTITY: i64 = 1_000_000_000;

words! {
    /// How a licence stands on a day.
    pub enum LicenceState {
        /// Its first day has not come.
        Coming = "coming",
        InForce = "in_force",
        /// In force, and nothing of its quantity is left.
        UsedUp = "used_up",
        /// Its last day is over.
        Ended = "ended",
        /// The owner has taken it back.
        Withdrawn = "withdrawn",
    }
}

/// What a licence is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenceScope {
    /// One product.
    Product(ProductId),
    /// Every product of a category that is counted in the licence's unit.
    Category(CategoryId),
}

/// A licence of one village's collective for one mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    pub id: MarkLicenceId,
    pub village: VillageId,
    pub scope: LicenceScope,
    /// `g` or `piece`.
    pub base_unit: String,
    /// The first and the last day.
    pub starts_on: Date,
    pub ends_on: Date,
    /// Base units, in all and those that batches have used.
    pub quantity: i64,
    pub used: i64,
    pub is_withdrawn: bool,
}

/// The product that a batch is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    pub product: ProductId,
    pub category: CategoryId,
    /// `g` or `piece`.
    pub base_unit: String,
}

impl Licence {
    /// How it stands.
    #[must_use]
    pub fn state(&self, today: Date) -> LicenceState {
        match () {
            () if self.is_withdrawn => LicenceState::Withdrawn,
            () if today < self.starts_on => LicenceState::Coming,
            () if today > self.ends_on => LicenceState::Ended,
            () if self.left() == 0 => LicenceState::UsedUp,
            () => LicenceState::InForce,
        }
    }

    /// What was used under it may still be sold under the mark.
    #[must_use]
    pub fn is_valid(&self, today: Date) -> bool {
        matches!(self.state(today), LicenceState::InForce | LicenceState::UsedUp)
    }

    /// Base units that may still be counted.
    #[must_use]
    pub fn left(&self) -> i64 {
        (self.quantity - self.used).max(0)
    }

    /// Whether it is for these goods.
    #[must_use]
    pub fn covers(&self, goods: &Goods) -> bool {
        let is_meant = match self.scope {
            LicenceScope::Product(product) => product == goods.product,
            LicenceScope::Category(category) => category == goods.category,
        };
        is_meant && self.base_unit == goods.base_unit
    }
}

/// What was counted of a batch before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub village: VillageId,
    /// `None` for the owner's own share.
    pub licence: Option<MarkLicenceId>,
    pub base_quantity: i64,
}

/// A batch that is to bear a mark.
#[derive(Debug, Clone)]
pub struct MarkedBatch<'a> {
    pub goods: &'a Goods,
    /// Grams by village.
    pub weights: &'a [(VillageId, i64)],
    /// Base units that must be counted: everything that came in and was not lost, without what was sold under licences
    /// that have ended since.
    pub whole: i64,
    pub counted: &'a [Counted],
}

/// Why a village's share of a batch may not bear the mark. The most telling reason: what is nearest to a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// No licence for these goods.
    Unlicensed,
    /// A licence begins on this day.
    Coming {
        /// Its first day.
        from: Date,
    },
    /// The last licence has ended on this day.
    Ended {
        /// Its last day.
        on: Date,
    },
    /// The owner has taken the licence back.
    Withdrawn,
    /// The licences leave less than is wanted.
    Short {
        /// Base units that are wanted beyond what was counted.
        wanted: i64,
        /// Base units that are left.
        left: i64,
    },
    /// Nobody has weighed what came from where, so no village's share can be counted.
    Unweighed,
}

/// A village and what it lacks; `None` when no village is known.
pub type VillageLack = (Option<VillageId>, Lack);

/// What is to be counted so that a batch bears the mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// New entries, each above zero.
    pub uses: Vec<Counted>,
    /// The last day on which it bears the mark; `None` when only the owner's goods are in it.
    pub until: Option<Date>,
}

/// Each village's share of `whole` base units by weight, to the unit, by largest remainder: they add up to the whole.
/// `None` without weights.
#[must_use]
pub fn shares(weights: &[(VillageId, i64)], whole: i64) -> Option<Vec<(VillageId, i64)>> {
    let grams: Vec<i64> = weights.iter().map(|(_, weight_g)| *weight_g).collect();
    let parts = allot(Fen::new(whole.max(0)), &grams).ok()?;
    Some(weights.iter().zip(parts).map(|((village, _), part)| (*village, part.get())).collect())
}

/// What must be counted for a batch to bear the mark of `owner`'s village.
///
/// # Errors
/// Every village that lacks something, and what.
pub fn plan(
    batch: &MarkedBatch<'_>,
    owner: VillageId,
    licences: &[Licence],
    today: Date,
) -> Result<Plan, Vec<VillageLack>> {
    let Some(shares) = shares(batch.weights, batch.whole) else {
        return Err(vec![(None, Lack::Unweighed)]);
    };
    let (mut uses, mut until, mut lacks): (Vec<Counted>, Option<Date>, Vec<VillageLack>) =
        (Vec::new(), None, Vec::new());
    for (village, share) in shares {
        if village == owner {
            let wanted = share - counted_by_owner(batch.counted, village);
            if wanted > 0 {
                uses.push(Counted { village, licence: None, base_quantity: wanted });
            }
            continue;
        }
        let own: Vec<&Licence> = licences
            .iter()
            .filter(|licence| licence.village == village && licence.covers(batch.goods))
            .collect();
        match plan_share(batch.counted, village, share, &own, today) {
            Ok((more, last)) => {
                uses.extend(more);
                until = Some(until.map_or(last, |known: Date| known.min(last)));
            }
            Err(lack) => lacks.push((Some(village), lack)),
        }
    }
    if lacks.is_empty() { Ok(Plan { uses, until }) } else { Err(lacks) }
}

fn counted_by_owner(counted: &[Counted], village: VillageId) -> i64 {
    let own = counted.iter().filter(|one| one.village == village && one.licence.is_none());
    own.map(|one| one.base_quantity).sum()
}

/// The share of one licensed village: what was counted under valid licences stays counted, the rest is taken from
/// licences in the order in which they end, those for the very product first.
fn plan_share(
    counted: &[Counted],
    village: VillageId,
    share: i64,
    licences: &[&Licence],
    today: Date,
) -> Result<(Vec<Counted>, Date), Lack> {
    let mut valid: Vec<&Licence> = licences.iter().copied().filter(|one| one.is_valid(today)).collect();
    valid.sort_by_key(|one| (matches!(one.scope, LicenceScope::Category(_)), one.ends_on, one.id));
    if valid.is_empty() {
        return Err(nearest(licences, today));
    }
    let (mut had, mut last) = (0, None::<Date>);
    let mut lean_on = |licence: &Licence| {
        last = Some(last.map_or(licence.ends_on, |known| known.min(licence.ends_on)));
    };
    for one in counted.iter().filter(|one| one.village == village && one.base_quantity > 0) {
        if let Some(licence) = valid.iter().find(|licence| one.licence == Some(licence.id)) {
            had += one.base_quantity;
            lean_on(licence);
        }
    }
    let wanted = (share - had).max(0);
    let (mut missing, mut uses) = (wanted, Vec::new());
    for licence in &valid {
        let taken = missing.min(licence.left());
        if taken > 0 {
            uses.push(Counted { village, licence: Some(licence.id), base_quantity: taken });
            missing -= taken;
            lean_on(licence);
        }
    }
    if missing > 0 {
        return Err(Lack::Short { wanted, left: wanted - missing });
    }
    // A share of nothing leans on no licence; the village is in the batch all the same.
    let last = last.or_else(|| valid.iter().map(|licence| licence.ends_on).max());
    last.map(|last| (uses, last)).ok_or(Lack::Unlicensed)
}

fn nearest(licences: &[&Licence], today: Date) -> Lack {
    let standing = |wanted: LicenceState| licences.iter().filter(move |one| one.state(today) == wanted);
    if let Some(from) = standing(LicenceState::Coming).map(|one| one.starts_on).min() {
        return Lack::Coming { from };
    }
    if let Some(on) = standing(LicenceState::Ended).map(|one| one.ends_on).max() {
        return Lack::Ended { on };
    }
    if standing(LicenceState::Withdrawn).next().is_some() { Lack::Withdrawn } else { Lack::Unlicensed }
}

/// What goes along when `part` base units are split off a batch: of each entry its proportion, no more than is counted.
/// The sum over both batches stays, so no licence is used twice for the same goods.
#[must_use]
pub fn split_uses(counted: &[Counted], part: i64) -> Vec<Counted> {
    let held: Vec<Fen> = counted.iter().map(|one| Fen::new(one.base_quantity.max(0))).collect();
    let most: i64 = held.iter().map(|fen| fen.get()).sum();
    let taken = take_from(&held, Fen::new(part.clamp(0, most))).unwrap_or_default();
    counted
        .iter()
        .zip(taken)
        .filter(|(_, taken)| taken.is_positive())
        .map(|(one, taken)| Counted { base_quantity: taken.get(), ..*one })
        .collect()
}

#[cfg(test)]
mod tests;
