//! Whatever is done with batches: nothing appears from nowhere, nothing vanishes, and every part stays whose it is.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn day(number: i64) -> Date {
    Date::from_day_number(20_000 + number)
}

fn village(number: i64) -> VillageId {
    VillageId::from_i64(number)
}

const ALWAYS: BatchDays = BatchDays { produced_on: Date::MAX, expires_on: None, is_recalled: false };

#[test]
fn a_batch_stands_as_its_strongest_reason_says() {
    let days = BatchDays { produced_on: day(0), expires_on: Some(day(100)), is_recalled: false };
    let state = |available, today| batch_state(days, available, day(today), 20);
    assert_eq!(state(5, 79), BatchState::ForSale);
    assert_eq!(state(5, 80), BatchState::NearExpiry, "20 of 100 days are left");
    assert_eq!(state(5, 100), BatchState::NearExpiry, "on its last day it is sold");
    assert_eq!(state(5, 101), BatchState::Expired);
    assert_eq!(state(0, 80), BatchState::SoldOut);
    assert_eq!(
        batch_state(days, 5, day(60), 40),
        BatchState::NearExpiry,
        "the part is for the county to say"
    );
    assert_eq!(batch_state(days, 5, day(60), 39), BatchState::ForSale);
    let recalled = BatchDays { is_recalled: true, ..days };
    assert_eq!(batch_state(recalled, 5, day(0), 20), BatchState::Recalled);
    assert_eq!(batch_state(ALWAYS, 5, day(0), 20), BatchState::ForSale, "what keeps never comes near");
    assert!(!BatchState::Recalled.can_sell());
    assert!(!BatchState::Expired.can_split() && BatchState::NearExpiry.can_split());
    assert!(!BatchState::SoldOut.can_split());
}

#[test]
fn only_what_can_be_sold_is_split_and_never_all_of_it() {
    let stock = BatchStock::received(100).unwrap().hold(30).unwrap().write_off(10).unwrap();
    let (kept, part) = stock.split(40).unwrap();
    assert_eq!(kept, BatchStock { received: 60, available: 20, held: 30, sold: 0, written_off: 10 });
    assert_eq!(part, BatchStock::received(40).unwrap());
    let short = StockError::NotEnough { bucket: crate::stock::Bucket::Available, wanted: 61, have: 60 };
    assert_eq!(stock.split(61), Err(SplitError::Stock(short)), "what is set aside stays where it is");
    assert_eq!(stock.split(0), Err(SplitError::Stock(StockError::NotPositive(0))));
    let whole = BatchStock::received(5).unwrap();
    assert_eq!(whole.split(5), Err(SplitError::Whole));
}

#[test]
fn weights_are_split_to_the_gram() {
    let inputs = [(village(1), 1_000), (village(2), 500)];
    let (kept, gone) = split_weights(&inputs, 1, 3).unwrap();
    assert_eq!(kept, [(village(1), 667), (village(2), 333)]);
    assert_eq!(gone, [(village(1), 333), (village(2), 167)]);
    let (kept, gone) = split_weights(&[(village(1), 2)], 1, 1_000_000).unwrap();
    assert_eq!((kept, gone), (vec![(village(1), 1)], vec![(village(1), 1)]), "nobody drops out");
    assert_eq!(split_weights(&[(village(1), 1)], 1, 2), Err(SplitError::WeightTooSmall));
    assert_eq!(split_weights(&inputs, 3, 3), Err(SplitError::Whole));
}

#[test]
fn a_difference_is_explained_by_what_can_explain_it() {
    use CountReason::{Damaged, Found, Lost, Miswritten, Other, Sample, Spoiled};
    let explaining = |difference: i64| {
        let reasons = CountReason::ALL.iter().copied();
        reasons.filter(|reason| reason.explains(difference)).collect::<Vec<_>>()
    };
    assert_eq!(explaining(-1), [Lost, Spoiled, Damaged, Sample, Miswritten, Other]);
    assert_eq!(explaining(1), [Found, Miswritten, Other]);
    assert_eq!(explaining(0), []);
    assert!(Other.needs_note() && !Lost.needs_note());
}

#[test]
fn counting_finds_and_misses_but_never_takes_what_orders_wait_for() {
    // 60 can be sold, 30 are set aside, 10 are sold of which 4 still lie here.
    let stock = BatchStock { received: 100, available: 60, held: 30, sold: 10, written_off: 0 };
    assert_eq!(stock.on_shelf(4), 94);
    assert_eq!(stock.count(4, 94).unwrap(), (stock, 0));
    let (more, found) = stock.count(4, 96).unwrap();
    assert_eq!((more.received, more.available, found), (102, 62, 2));
    let (less, missing) = stock.count(4, 90).unwrap();
    assert_eq!((less.written_off, less.available, missing), (4, 56, -4));
    assert!(stock.count(4, 34).is_ok(), "all that could be sold is gone");
    assert!(matches!(stock.count(4, 33), Err(StockError::NotEnough { wanted: 61, have: 60, .. })));
    assert_eq!(stock.count(4, -1), Err(StockError::NotPositive(-1)));
}

#[test]
fn words_that_say_too_little_ask_for_a_note() {
    let asking: Vec<&LossReason> = LossReason::ALL.iter().filter(|reason| reason.needs_note()).collect();
    assert_eq!(asking, [&LossReason::Lost, &LossReason::Other]);
}

/// A batch, whose it is, and what was written down about it.
#[derive(Debug, Clone)]
struct Kept {
    stock: BatchStock,
    inputs: Weights,
    /// Changes of what came in and of what is lost, as movements note them.
    noted: (i64, i64),
}

proptest! {
    /// Movements of all kinds, in any order, over a family of batches.
    #[test]
    fn a_family_of_batches_stays_whole(
        acts in prop::collection::vec((0..9u8, 0..8usize, 0..60i64), 0..80),
        first in prop::collection::vec(2..5_000i64, 1..5),
    ) {
        let inputs: Weights = (1..).map(village).zip(first.iter().copied()).collect();
        let mut family = vec![Kept { stock: BatchStock::received(100).unwrap(), inputs, noted: (100, 0) }];
        let mut came_in = 100;
        for (act, which, quantity) in acts {
            let at = which % family.len();
            let before = family[at].clone();
            let stock = before.stock;
            let (next, received, lost) = match act {
                0 => (stock.receive(quantity), quantity, 0),
                1 => (stock.hold(quantity), 0, 0),
                2 => (stock.release(quantity), 0, 0),
                3 => (stock.sell(quantity), 0, 0),
                4 => (stock.return_to_available(quantity), 0, 0),
                5 => (stock.return_to_written_off(quantity), 0, quantity),
                6 => (stock.write_off(quantity), 0, quantity),
                7 => match stock.count(stock.sold, quantity * 3) {
                    Ok((after, change)) => (Ok(after), change.max(0), (-change).max(0)),
                    Err(error) => (Err(error), 0, 0),
                },
                _ => {
                    let split = stock.split(quantity).ok().and_then(|(kept, part)| {
                        Some((kept, part, split_weights(&before.inputs, quantity, stock.received).ok()?))
                    });
                    if let Some((kept, part, (own, gone))) = split {
                        let noted = (before.noted.0 - quantity, before.noted.1);
                        family[at] = Kept { stock: kept, inputs: own, noted };
                        family.push(Kept { stock: part, inputs: gone, noted: (quantity, 0) });
                    }
                    continue;
                }
            };
            if let Ok(next) = next {
                came_in += received;
                let noted = (before.noted.0 + received, before.noted.1 + lost);
                family[at] = Kept { stock: next, noted, ..before };
            }
        }
        let mut weights: BTreeMap<VillageId, i64> = BTreeMap::new();
        for batch in &family {
            prop_assert_eq!(batch.stock.check(), Ok(()));
            prop_assert_eq!((batch.stock.received, batch.stock.written_off), batch.noted);
            prop_assert_eq!(batch.inputs.len(), first.len(), "every village stays in every part");
            for (of, weight_g) in &batch.inputs {
                prop_assert!(*weight_g > 0);
                *weights.entry(*of).or_default() += weight_g;
            }
        }
        prop_assert_eq!(family.iter().map(|batch| batch.stock.received).sum::<i64>(), came_in);
        let sums: Vec<i64> = weights.into_values().collect();
        prop_assert_eq!(sums, first, "splitting moves weights, it makes none");
    }

    #[test]
    fn splitting_keeps_the_shares_to_a_gram(
        weights in prop::collection::vec(2..1_000_000i64, 1..6),
        whole in 2..1_000_000i64,
        at in 0.0..1.0f64,
    ) {
        let part = ((whole as f64 * at) as i64).clamp(1, whole - 1);
        let inputs: Weights = (1..).map(village).zip(weights).collect();
        let (kept, gone) = split_weights(&inputs, part, whole).unwrap();
        for ((all, own), other) in inputs.iter().zip(&kept).zip(&gone) {
            prop_assert_eq!(all.1, own.1 + other.1);
            let exact = i128::from(all.1) * i128::from(part);
            let taken = i128::from(other.1) * i128::from(whole);
            prop_assert!((exact - taken).abs() <= i128::from(whole), "at most a gram beside its share");
        }
    }
}

#[test]
fn a_harvest_and_its_goods_weigh_what_they_weigh_unless_one_was_typed_in_grams() {
    for (given_g, came_in_g) in [
        (40_000, 10_000),
        (100_000, 10_000),
        (4_000, 10_000),
        (10_000, 10_000),
        // So little is typed right in either unit.
        (9_000, 6),
    ] {
        assert!(!weights_disagree(given_g, came_in_g), "{given_g} {came_in_g}");
    }
    for (given_g, came_in_g) in
        [(40_000_000, 10_000), (10_000, 10_000_000), (10, 10_000), (4_000_000, 10_000)]
    {
        assert!(weights_disagree(given_g, came_in_g), "{given_g} {came_in_g}");
    }
}
