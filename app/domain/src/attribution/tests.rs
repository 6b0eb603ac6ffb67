//! Tests of attribution: exact sums, exact fractions, and any series of refunds.

use super::*;
use proptest::prelude::*;

fn input(collective: i64, weight_g: i64) -> BatchInput {
    BatchInput { collective: CollectiveId::from_i64(collective), weight_g }
}

fn plain(parts: &[AttributionPart]) -> Vec<(i64, i64)> {
    parts.iter().map(|part| (part.collective.get(), part.amount.get())).collect()
}

#[test]
fn four_villages_share_a_line_by_weight() {
    let batch = [input(4, 10_000), input(1, 40_000), input(3, 20_000), input(2, 30_000)];
    let parts = attribute(Fen::new(9_999), &[(500, &batch)]).unwrap();
    // 3999.6, 2999.7, 1999.8, 999.9: three fen are left, for the largest remainders.
    assert_eq!(plain(&parts), [(1, 3_999), (2, 3_000), (3, 2_000), (4, 1_000)]);
}

#[test]
fn two_batches_are_combined_before_rounding() {
    let first = [input(1, 1), input(2, 2)];
    let second = [input(1, 3), input(3, 1)];
    // 2 × 1/3 + 1 × 3/4 = 17/12; 2 × 2/3 = 16/12; 1 × 1/4 = 3/12; together 36/12.
    let parts = attribute(Fen::new(36), &[(2, &first), (1, &second)]).unwrap();
    assert_eq!(plain(&parts), [(1, 17), (2, 16), (3, 3)]);
    let swapped = attribute(Fen::new(36), &[(1, &second), (2, &first)]).unwrap();
    assert_eq!(swapped, parts);
}

#[test]
fn a_batch_nobody_weighed_cannot_be_attributed() {
    assert_eq!(attribute(Fen::new(1), &[]), Err(AttributionError::NoAllocation));
    assert_eq!(attribute(Fen::new(1), &[(1, &[])]), Err(AttributionError::NoInput(0)));
    assert_eq!(attribute(Fen::new(1), &[(1, &[input(1, 0)])]), Err(AttributionError::NoInput(0)));
    assert_eq!(attribute(Fen::new(1), &[(0, &[input(1, 1)])]), Err(AttributionError::NoQuantity(0)));
    assert_eq!(attribute(Fen::new(1), &[(1, &[input(1, -1)])]), Err(AttributionError::NegativeWeight(0)));
    assert!(attribute(Fen::new(-1), &[(1, &[input(1, 1)])]).is_err());
}

#[test]
fn many_batches_of_unusual_weights_still_add_up() {
    let batches: Vec<[BatchInput; 2]> =
        (0..12).map(|n| [input(1, 1_000_000_007 + n * 2), input(2 + n, 998_244_353 - n * 6)]).collect();
    let allocations: Vec<(i64, &[BatchInput])> = batches.iter().map(|b| (12_345, b.as_slice())).collect();
    let parts = attribute(Fen::new(1_000_000), &allocations).unwrap();
    assert_eq!(parts.iter().map(|part| part.amount).sum::<Fen>(), Fen::new(1_000_000));
    assert!(plain(&parts)[0].1 > 500_000, "the first collective put more than half into every batch");
}

#[test]
fn a_refund_beyond_the_line_is_refused() {
    let parts = attribute(Fen::new(100), &[(1, &[input(1, 1), input(2, 1)])]).unwrap();
    let none = [Fen::ZERO, Fen::ZERO];
    let reverse_of = |gone: &[Fen], refund: i64| reverse(&parts, gone, Fen::new(refund), Fen::new(100));
    assert_eq!(plain(&reverse_of(&none, 33).unwrap()), [(1, 17), (2, 16)]);
    assert_eq!(plain(&reverse_of(&[Fen::new(17), Fen::new(16)], 67).unwrap()), [(1, 33), (2, 34)]);
    assert!(matches!(
        reverse_of(&none, 101),
        Err(AttributionError::Money(MoneyError::MoreThanRemains { .. }))
    ));
    assert_eq!(reverse_of(&[Fen::ZERO], 1), Err(AttributionError::ReversalsDiffer));
    assert_eq!(reverse_of(&[Fen::new(51), Fen::ZERO], 1), Err(AttributionError::ReversalsDiffer));
    let differ = AttributionError::PartsDiffer { parts: Fen::new(100), line_net: Fen::new(99) };
    assert_eq!(reverse(&parts, &none, Fen::new(1), Fen::new(99)), Err(differ));
}

prop_compose! {
    fn any_batch()(inputs in prop::collection::vec((0..6i64, 0..2_000_000i64), 1..6), sure in 1..9_000i64)
        -> Vec<BatchInput>
    {
        inputs.into_iter().chain([(6, sure)]).map(|(collective, weight)| input(collective, weight)).collect()
    }
}

proptest! {
    #[test]
    fn parts_are_the_line_to_the_fen(
        line in 0..100_000_000i64,
        used in prop::collection::vec((1..100_000i64, any_batch()), 1..7),
    ) {
        let allocations: Vec<(i64, &[BatchInput])> = used.iter().map(|(q, b)| (*q, b.as_slice())).collect();
        let parts = attribute(Fen::new(line), &allocations).unwrap();
        prop_assert_eq!(parts.iter().map(|part| part.amount).sum::<Fen>(), Fen::new(line));
        prop_assert!(parts.iter().all(|part| part.amount >= Fen::ZERO));
        prop_assert!(parts.windows(2).all(|pair| pair[0].collective < pair[1].collective));
        let mut backwards = allocations.clone();
        backwards.reverse();
        prop_assert_eq!(attribute(Fen::new(line), &backwards).unwrap(), parts);
    }

    #[test]
    fn any_series_of_refunds_reverses_each_part_exactly(
        line in 0..50_000i64,
        batch in any_batch(),
        cuts in prop::collection::vec(0..20_000i64, 0..12),
    ) {
        let line_net = Fen::new(line);
        let parts = attribute(line_net, &[(7, &batch)]).unwrap();
        let mut gone = vec![Fen::ZERO; parts.len()];
        for cut in cuts.into_iter().chain([i64::MAX]) {
            let refund = Fen::new(cut).min(line_net - gone.iter().sum::<Fen>());
            let reversed = reverse(&parts, &gone, refund, line_net).unwrap();
            prop_assert_eq!(reversed.iter().map(|part| part.amount).sum::<Fen>(), refund);
            for (sum, part) in gone.iter_mut().zip(&reversed) {
                prop_assert!(part.amount >= Fen::ZERO);
                *sum += part.amount;
            }
        }
        let whole: Vec<Fen> = parts.iter().map(|part| part.amount).collect();
        prop_assert_eq!(gone, whole);
    }
}
