//! Tests of amounts: reading, exact splits, and takings that leave nothing behind.

use super::*;
use proptest::prelude::*;

fn fen(numbers: &[i64]) -> Vec<Fen> {
    numbers.iter().copied().map(Fen).collect()
}

#[test]
fn reads_amounts_as_people_type_them() {
    let good = [
        ("12.30", 1230),
        ("12", 1200),
        (" 12.3 ", 1230),
        ("0.05", 5),
        (".5", 50),
        ("¥1,234.50", 123_450),
        ("¥1,234,567", 123_456_700),
        ("12。30", 1230),
        ("88元", 8800),
        ("-3.00", -300),
    ];
    for (text, expected) in good {
        assert_eq!(Fen::parse_yuan(text), Ok(Fen(expected)), "{text}");
    }
}

#[test]
fn refuses_what_is_not_an_amount() {
    assert_eq!(Fen::parse_yuan("  "), Err(MoneyError::Empty));
    assert_eq!(Fen::parse_yuan("1.234"), Err(MoneyError::TooManyDecimals));
    assert_eq!(Fen::parse_yuan("99999999999999999999"), Err(MoneyError::Overflow));
    for text in
        ["12,30", "1,2,3", ",123", "1.2.3", "twelve", "¥", "--1", "1e3", ".", "1234,567", "+5", "1.-2"]
    {
        assert!(matches!(Fen::parse_yuan(text), Err(MoneyError::NotAnAmount(_))), "{text}");
    }
}

#[test]
fn splits_by_largest_remainder_in_index_order() {
    assert_eq!(allot(Fen(100), &[1, 1, 1]), Ok(fen(&[34, 33, 33])));
    assert_eq!(allot(Fen(-100), &[1, 1, 1]), Ok(fen(&[-34, -33, -33])));
    assert_eq!(allot(Fen(5), &[0, 3, 0, 1]), Ok(fen(&[0, 4, 0, 1])));
    assert_eq!(allot(Fen(0), &[2, 3]), Ok(fen(&[0, 0])));
    assert_eq!(allot(Fen(i64::MIN), &[1]), Ok(fen(&[i64::MIN])));
    assert_eq!(allot(Fen(100), &[]), Err(MoneyError::NoWeight));
    assert_eq!(allot(Fen(100), &[0, 0]), Err(MoneyError::NoWeight));
    assert_eq!(allot(Fen(100), &[1, -1]), Err(MoneyError::NegativeWeight));
}

#[test]
fn arithmetic_never_wraps() {
    assert_eq!(Fen(i64::MAX).times(2), Err(MoneyError::Overflow));
    assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), Err(MoneyError::Overflow));
    assert!(std::panic::catch_unwind(|| Fen(i64::MAX) + Fen(1)).is_err());
}

proptest! {
    #[test]
    fn yuan_text_and_amount_are_each_others_inverse(number in -i64::MAX..i64::MAX) {
        prop_assert_eq!(Fen::parse_yuan(&Fen(number).to_yuan_string()), Ok(Fen(number)));
    }

    #[test]
    fn parts_add_up_are_fair_and_ordered(
        total in any::<i64>(),
        weights in prop::collection::vec(prop_oneof![Just(0i64), 0..50i64, 0..=i64::MAX], 1..12),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let parts = allot(Fen(total), &weights).unwrap();
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.0)).sum::<i128>(), i128::from(total));
        let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (part, weight) in parts.iter().zip(&weights) {
            let floor = i128::from(total.unsigned_abs()) * i128::from(*weight) / whole;
            let size = i128::from(part.0).abs();
            prop_assert!(size == floor || size == floor + 1, "{} of {}", part, floor);
            prop_assert!(part.is_zero() || *weight > 0);
        }
        for (a, weight_a) in parts.iter().zip(&weights) {
            for (b, weight_b) in parts.iter().zip(&weights) {
                prop_assert!(weight_a <= weight_b || a.0.unsigned_abs() >= b.0.unsigned_abs());
            }
        }
    }

    #[test]
    fn wide_shares_agree_with_plain_arithmetic(total in any::<u64>(), weight in 0..u64::MAX, more in 1..u64::MAX) {
        let whole = u128::from(weight) + u128::from(more);
        let (quotient, remainder) = share(total, u128::from(weight), whole);
        let product = u128::from(total) * u128::from(weight);
        prop_assert_eq!((u128::from(quotient), remainder), (product / whole, product % whole));
    }

    #[test]
    fn any_series_of_takings_empties_every_part(
        whole in prop::collection::vec(0..5_000i64, 1..8),
        cuts in prop::collection::vec(0..6_000i64, 0..20),
    ) {
        let mut remaining = fen(&whole);
        for cut in cuts.into_iter().chain([i64::MAX]) {
            let left: Fen = remaining.iter().sum();
            let amount = left.min(Fen(cut));
            let taken = take_from(&remaining, amount).unwrap();
            prop_assert_eq!(taken.iter().sum::<Fen>(), amount);
            for (rest, part) in remaining.iter_mut().zip(taken) {
                prop_assert!(part >= Fen::ZERO && part <= *rest);
                *rest -= part;
            }
            prop_assert!(take_from(&remaining, left - amount + Fen(1)).is_err());
        }
        prop_assert!(remaining.iter().all(|rest| rest.is_zero()));
    }
}
