//! Goods sold by weight: whatever the scales say, nobody pays more than was agreed, and every fen is somebody's.

use super::*;
use proptest::prelude::*;

fn chicken() -> WeightRange {
    WeightRange::new(1_200, 2_000).unwrap()
}

fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}

#[test]
fn a_range_is_something_that_a_parcel_carries() {
    for (least_g, most_g) in [(0, 10), (-1, 10), (11, 10), (MOST_PIECE_G, MOST_PIECE_G + 1), (1_000, 3_001)] {
        assert_eq!(WeightRange::new(least_g, most_g), Err(WeightError::Range { least_g, most_g }));
    }
    let same = WeightRange::new(500, 500).unwrap();
    assert_eq!((same.least_g(), same.most_g()), (500, 500), "a piece of a fixed weight");
}

#[test]
fn the_heaviest_piece_is_paid_for() {
    // 36 yuan a jin, 72 a kilogram.
    assert_eq!(chicken().price_of_most(fen(7_200)), Ok(fen(14_400)));
    assert_eq!(WeightRange::new(111, 333).unwrap().price_of_most(fen(100)), Ok(fen(33)), "rounded down");
    assert_eq!(WeightRange::new(3, 9).unwrap().price_of_most(fen(100)), Err(WeightError::Free));
    assert_eq!(chicken().price_of_most(fen(0)), Err(WeightError::Free));
    assert_eq!(chicken().price_of_most(fen(-5)), Err(WeightError::Free));
    let most = WeightRange::new(MOST_PIECE_G, MOST_PIECE_G).unwrap();
    assert_eq!(most.price_of_most(fen(i64::MAX)), Err(WeightError::Money(MoneyError::Overflow)));
}

#[test]
fn a_lighter_piece_costs_less_and_a_heavier_one_what_was_agreed() {
    let pieces = weigh_line(fen(43_200), 3, 0, chicken(), &[1_500, 2_000, 2_300]).unwrap();
    let charged: Vec<Fen> = pieces.iter().map(|piece| piece.charged).collect();
    assert_eq!(charged, [fen(10_800), fen(14_400), fen(14_400)]);
    assert_eq!(total_back(&pieces), Ok(fen(3_600)));
}

#[test]
fn what_a_discount_left_is_what_is_split_by_weight() {
    // 144 yuan with 20 off: 124 for 2 kg are 62 a kilogram.
    let pieces = weigh_line(fen(12_400), 1, 0, chicken(), &[1_750]).unwrap();
    assert_eq!((pieces[0].charged, pieces[0].back()), (fen(10_850), fen(1_550)));
}

#[test]
fn pieces_that_are_not_packed_are_not_weighed() {
    // Of three pieces for 100.00 the first was given back before.
    let pieces = weigh_line(fen(10_000), 3, 1, chicken(), &[2_000, 1_999]).unwrap();
    assert_eq!(pieces.iter().map(|piece| piece.paid).collect::<Vec<_>>(), [fen(3_333), fen(3_333)]);
    assert_eq!(weigh_line(fen(10_000), 3, 3, chicken(), &[]), Ok(Vec::new()), "all of it went back");
    for weights in [&[1_500][..], &[1_500; 3], &[]] {
        let wrong = WeightError::Pieces { wanted: 2, given: weights.len() };
        assert_eq!(weigh_line(fen(10_000), 3, 1, chicken(), weights), Err(wrong));
    }
    assert!(weigh_line(fen(10_000), 3, 4, chicken(), &[]).is_err());
}

#[test]
fn what_was_not_agreed_to_is_not_sent() {
    let light = WeightError::TooLight { piece: 1, least_g: 1_200 };
    assert_eq!(weigh_line(fen(2), 2, 0, chicken(), &[1_200, 1_199]), Err(light));
    let slip = WeightError::Slip { piece: 0, most_g: 2_000 };
    assert_eq!(weigh_line(fen(2), 2, 0, chicken(), &[4_001, 1_500]), Err(slip));
    assert!(weigh_line(fen(2), 2, 0, chicken(), &[4_000, 1_200]).is_ok());
    assert!(weigh_line(fen(-1), 1, 0, chicken(), &[1_500]).is_err());
}

#[test]
fn after_weighing_a_piece_is_worth_what_was_charged() {
    let pieces = weigh_line(fen(28_800), 2, 0, chicken(), &[1_500, 2_000]).unwrap();
    let half = refund_of_weighed(&pieces, 0, 1, 500).unwrap();
    assert_eq!((half.value, half.amount), (fen(10_800), fen(5_400)));
    assert_eq!(refund_of_weighed(&pieces, 1, 1, 1000).unwrap().amount, fen(14_400));
    assert!(refund_of_weighed(&pieces, 1, 2, 1000).is_err());
}

/// A range, what a line cost, and what its pieces weigh.
fn line() -> impl Strategy<Value = (WeightRange, i64, Vec<i64>)> {
    (1..3_000i64, 0..3_000i64).prop_flat_map(|(least_g, wider_g)| {
        let wider_g = wider_g.min(least_g * (MOST_TIMES_LEAST - 1));
        let range = WeightRange::new(least_g, least_g + wider_g).unwrap();
        let weight = least_g..=(least_g + wider_g) * SLIP_TIMES;
        (Just(range), 0..10_000_000i64, prop::collection::vec(weight, 1..12))
    })
}

proptest! {
    #[test]
    fn never_more_than_agreed_and_every_fen_is_accounted_for((range, net, weights) in line()) {
        let quantity = weights.len() as i64;
        let pieces = weigh_line(fen(net), quantity, 0, range, &weights).unwrap();
        let paid: Fen = pieces.iter().map(|piece| piece.paid).sum();
        prop_assert_eq!(paid, fen(net));
        for piece in &pieces {
            prop_assert!(piece.charged >= Fen::ZERO && piece.charged <= piece.paid);
            let (most_g, counted_g) = (i128::from(range.most_g()), i128::from(piece.weight_g.min(range.most_g())));
            let exact = i128::from(piece.paid.get()) * counted_g;
            let short = exact - i128::from(piece.charged.get()) * most_g;
            prop_assert!((0..most_g).contains(&short), "less than a fen is lost to rounding, and never to the buyer");
            prop_assert_eq!(piece.back().is_zero(), piece.charged == piece.paid);
        }
        let charged: Fen = pieces.iter().map(|piece| piece.charged).sum();
        prop_assert_eq!(charged + total_back(&pieces).unwrap(), fen(net));
    }

    #[test]
    fn a_heavier_piece_never_costs_less((range, net, weights) in line(), more_g in 0..5_000i64) {
        let one = weights[0];
        let heavier = (one + more_g).min(range.most_g() * SLIP_TIMES);
        let cost = |weight_g| weigh_line(fen(net), 1, 0, range, &[weight_g]).unwrap()[0].charged;
        prop_assert!(cost(heavier) >= cost(one));
        prop_assert_eq!(cost(range.most_g()), fen(net), "the heaviest costs what was paid");
    }

    /// Given back before packing, weighed, given back after: in the end the whole net amount and no fen more.
    #[test]
    fn refunds_before_and_after_weighing_add_up((range, net, weights) in line(), cut in 0.0..1.0f64, at in 0.0..1.0f64) {
        let quantity = weights.len();
        let settled = (quantity as f64 * cut) as usize;
        let before = pieces_value(fen(net), quantity as i64, 0, settled as i64).unwrap();
        let pieces =
            weigh_line(fen(net), quantity as i64, settled as i64, range, &weights[settled..]).unwrap();
        let first = (pieces.len() as f64 * at) as usize;
        let one = refund_of_weighed(&pieces, 0, first, 1000).unwrap().amount;
        let two = refund_of_weighed(&pieces, first, pieces.len() - first, 1000).unwrap().amount;
        prop_assert_eq!(before + total_back(&pieces).unwrap() + one + two, fen(net));
    }

    /// Claims of damage after weighing, in whatever steps: never more than the pieces cost by their weight, and with what
    /// went back for the weight never more than was paid.
    #[test]
    fn damage_after_weighing_is_a_share_of_what_was_charged(
        (range, net, weights) in line(), steps in prop::collection::vec((1..4usize, 0..=1_000i64), 1..8),
    ) {
        let pieces = weigh_line(fen(net), weights.len() as i64, 0, range, &weights).unwrap();
        let charged = |from: usize, to: usize| -> Fen { pieces[from..to].iter().map(|piece| piece.charged).sum() };
        let (mut settled, mut back) = (0, total_back(&pieces).unwrap());
        for (count, permille) in steps {
            let count = count.min(pieces.len() - settled);
            let refund = refund_of_weighed(&pieces, settled, count, permille).unwrap();
            prop_assert_eq!(refund.value, charged(settled, settled + count));
            prop_assert!(refund.amount >= Fen::ZERO && refund.amount <= refund.value);
            let exact = i128::from(refund.value.get()) * i128::from(permille) / 1000;
            prop_assert!((i128::from(refund.amount.get()) - exact).abs() <= 1);
            settled += count;
            back += refund.amount;
            prop_assert!(back <= fen(net));
        }
        prop_assert!(refund_of_weighed(&pieces, settled, pieces.len() - settled + 1, 1000).is_err());
    }
}

#[test]
fn a_kilogram_costs_what_was_agreed_until_the_price_of_a_piece_changes() {
    let range = WeightRange::new(200, 300).unwrap();
    assert_eq!(range.price_of_most(fen(7_235)), Ok(fen(2_170)));
    assert_eq!(range.per_kg(fen(2_170), fen(7_235)), fen(7_235), "as it was typed");
    assert_eq!(range.per_kg(fen(3_000), fen(7_235)), fen(10_000));
    assert_eq!(chicken().per_kg(fen(14_400), Fen::ZERO), fen(7_200));
}

proptest! {
    #[test]
    fn a_price_of_a_piece_has_a_price_of_a_kilogram(price in 1_i64..100_000_000, most_g in 1_i64..=MOST_PIECE_G) {
        let range = WeightRange::new(most_g, most_g).unwrap();
        let per_kg = range.per_kg(fen(price), Fen::ZERO);
        // Above a kilogram a fen of it is more than a fen of the price, which then lies a little below.
        let price_again = range.price_of_most(per_kg).unwrap();
        if most_g <= 1_000 {
            prop_assert_eq!(price_again, fen(price));
        } else {
            prop_assert!(price_again >= fen(price) && (price_again - fen(price)).get() <= most_g / 1_000);
        }
    }
}
