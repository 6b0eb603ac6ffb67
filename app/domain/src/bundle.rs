//! Gift boxes: what one costs, what of that its parts earn, and how many can be made.
//!
//! A box is sold as one, but whatever happens to it afterwards (stock, parcels, attribution, refunds) happens to its
//! parts. So its price is split over them once, when it is ordered, by what they cost singly.

use std::collections::BTreeMap;

use crate::ids::OrderBundleId;
use crate::money::{self, Fen, MoneyError};
use crate::word::words;

words! {
    /// Where the price of a box comes from.
    pub enum PriceMode {
        /// It costs what its parts cost together.
        Summed = "summed",
        /// It has a price of its own, below or above that.
        Free = "free",
    }
}

/// Fewest pieces in a box: one piece alone is no box.
pub const MIN_PIECES: i64 = 2;
/// Most different variants in a box.
pub const MAX_PARTS: usize = 30;
/// Most pieces of one variant in a box.
pub const MAX_PART_QUANTITY: i64 = 99;

/// So many pieces of a variant in one box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What one piece costs singly.
    pub price: Fen,
    /// Pieces in one box.
    pub quantity: i64,
}

impl Part {
    /// What its pieces in one box cost singly.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn value(self) -> Result<Fen, MoneyError> {
        self.price.times(self.quantity)
    }
}

/// What the parts of one box cost singly.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub fn sum(parts: &[Part]) -> Result<Fen, MoneyError> {
    let values = parts.iter().map(|part| part.value()).collect::<Result<Vec<_>, _>>()?;
    Fen::checked_sum(values)
}

/// What of `total`, the price of some number of boxes, belongs to each part: in proportion to what they cost singly, by
/// largest remainder, odd fen to the part that comes first.
///
/// # Errors
/// [`MoneyError`] without parts, or when one of them costs less than nothing.
pub fn split(total: Fen, parts: &[Part]) -> Result<Vec<Fen>, MoneyError> {
    let values = parts.iter().map(|part| part.value().map(Fen::get)).collect::<Result<Vec<_>, _>>()?;
    money::allot(total, &values)
}

/// The first part of which a box for this price leaves less than a fen for every piece: what earned nothing could not be
/// refunded. Odd fen are not counted on, so what holds for one box holds for any number of them.
#[must_use]
pub fn given_away(price: Fen, parts: &[Part]) -> Option<usize> {
    let whole = sum(parts).unwrap_or(Fen::ZERO).get();
    parts.iter().position(|part| {
        let value = i128::from(part.value().unwrap_or(Fen::ZERO).get());
        whole <= 0 || i128::from(price.get()) * value / i128::from(whole) < i128::from(part.quantity)
    })
}

/// Whether a box for this price leaves at least a fen for every piece in it.
#[must_use]
pub fn reaches_every_piece(price: Fen, parts: &[Part]) -> bool {
    !parts.is_empty() && given_away(price, parts).is_none()
}

/// How many boxes can be made, and which product is the first to run out, given of each how much there is and how much one
/// box takes, in base units. Parts of one product are to be added up before; `None` of nothing.
#[must_use]
pub fn scarcest(stock: &[(i64, i64)]) -> Option<(usize, i64)> {
    let boxes = stock.iter().map(|(there, taken)| there.max(&0) / taken.max(&1)).enumerate();
    boxes.min_by_key(|(_, boxes)| *boxes)
}

/// The lines of an order in their order, but those of one box beside its first: a part that was split off for another parcel
/// stands at the end of its order.
#[must_use]
pub fn together<T>(lines: Vec<T>, box_of: impl Fn(&T) -> Option<OrderBundleId>) -> Vec<T> {
    let mut firsts: BTreeMap<OrderBundleId, usize> = BTreeMap::new();
    let mut placed: Vec<(usize, T)> = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| (box_of(&line).map_or(at, |of| *firsts.entry(of).or_insert(at)), line))
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn part() -> impl Strategy<Value = Part> {
        (1..2_000_000_i64, 1..=MAX_PART_QUANTITY)
            .prop_map(|(price, quantity)| Part { price: Fen::new(price), quantity })
    }

    #[test]
    fn what_was_split_off_a_box_stands_with_it() {
        let lines = [(1, Some(7)), (2, Some(7)), (3, None), (4, Some(8)), (5, Some(7)), (6, None)];
        let order = together(lines.to_vec(), |(_, of)| of.map(OrderBundleId::from_i64));
        assert_eq!(order.into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [1, 2, 5, 3, 4, 6]);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_none_is_negative(
            parts in vec(part(), 1..MAX_PARTS), price in 1..10_000_000_i64, count in 1..999_i64,
        ) {
            let total = Fen::new(price * count);
            let shares = split(total, &parts).unwrap();
            prop_assert_eq!(Fen::checked_sum(shares.iter().copied()).unwrap(), total);
            prop_assert!(shares.iter().all(|share| *share >= Fen::ZERO && *share <= total));
        }

        #[test]
        fn a_summed_box_gives_every_part_its_own_price(parts in vec(part(), 1..MAX_PARTS), count in 1..99_i64) {
            let total = sum(&parts).unwrap().times(count).unwrap();
            let own: Vec<Fen> = parts.iter().map(|part| part.value().unwrap().times(count).unwrap()).collect();
            prop_assert_eq!(split(total, &parts).unwrap(), own);
            prop_assert!(reaches_every_piece(sum(&parts).unwrap(), &parts));
        }

        #[test]
        fn what_reaches_every_piece_of_one_box_reaches_them_in_many(
            parts in vec((1..500_i64, 1..9_i64), 1..MAX_PARTS), price in 1..2_000_i64, count in 1..999_i64,
        ) {
            let part = |(price, quantity)| Part { price: Fen::new(price), quantity };
            let parts: Vec<Part> = parts.into_iter().map(part).collect();
            let shares = split(Fen::new(price * count), &parts).unwrap();
            let is_paid = shares.iter().zip(&parts).all(|(share, part)| share.get() >= part.quantity * count);
            prop_assert!(is_paid || !reaches_every_piece(Fen::new(price), &parts));
        }

        #[test]
        fn shares_are_within_a_fen_of_the_value_and_follow_it(
            parts in vec(part(), 2..MAX_PARTS), price in 1..10_000_000_i64,
        ) {
            let shares = split(Fen::new(price), &parts).unwrap();
            let whole = i128::from(sum(&parts).unwrap().get());
            for (share, part) in shares.iter().zip(&parts) {
                let exact = i128::from(price) * i128::from(part.value().unwrap().get());
                prop_assert!((i128::from(share.get()) * whole - exact).abs() < whole);
            }
            for (a, b) in shares.iter().zip(&parts).zip(shares.iter().zip(&parts).skip(1)) {
                if a.1.value().unwrap() > b.1.value().unwrap() {
                    prop_assert!(a.0 >= b.0, "what is worth more never earns less");
                }
            }
        }

        #[test]
        fn another_order_of_the_parts_moves_odd_fen_only(parts in vec(part(), 1..MAX_PARTS), price in 1..10_000_000_i64) {
            let total = Fen::new(price);
            let shares = split(total, &parts).unwrap();
            prop_assert_eq!(&split(total, &parts).unwrap(), &shares, "the same twice");
            let turned: Vec<Part> = parts.iter().rev().copied().collect();
            let back = split(total, &turned).unwrap();
            for (one, other) in shares.iter().zip(back.iter().rev()) {
                prop_assert!((one.get() - other.get()).abs() <= 1);
            }
        }

        #[test]
        fn so_many_boxes_and_not_one_more(stock in vec((0..100_000_i64, 1..5_000_i64), 1..9)) {
            let (at, count) = scarcest(&stock).unwrap();
            prop_assert_eq!(stock[at].0 / stock[at].1, count);
            prop_assert!(stock.iter().all(|(there, taken)| taken * count <= *there));
            prop_assert!(stock.iter().any(|(there, taken)| taken * (count + 1) > *there));
        }
    }

    #[test]
    fn odd_fen_go_to_the_first_and_nobody_earns_nothing() {
        let part = |price, quantity| Part { price: Fen::new(price), quantity };
        let three = [part(1_000, 1), part(1_000, 1), part(1_000, 1)];
        assert_eq!(split(Fen::new(2_000), &three).unwrap(), [667, 667, 666].map(Fen::new));
        assert!(!reaches_every_piece(Fen::new(2), &three), "three pieces for two fen");
        assert!(reaches_every_piece(Fen::new(3), &three));
        assert!(!reaches_every_piece(Fen::new(100), &[part(100_000, 1), part(10, 1)]), "a share below a fen");
        assert!(split(Fen::new(1), &[]).is_err());
        assert_eq!(scarcest(&[]), None);
    }
}
