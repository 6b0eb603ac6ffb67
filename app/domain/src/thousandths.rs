//! Whole thousandths as people type and read them: kilograms of what is kept in grams, litres, numbers of attributes.

use crate::thousands::without_grouping;

/// `1.25` → 1250, of at most three decimals and without a sign. Decimals are read as digits: a float would not know 0.1.
#[must_use]
pub fn read_thousandths(typed: &str) -> Option<i64> {
    let text = without_grouping(typed).ok()?;
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_digits(whole) && is_digits(decimals) && decimals.len() <= 3;
    if !is_number || whole.len() + decimals.len() == 0 {
        return None;
    }
    format!("{whole}{decimals:0<3}").parse().ok()
}

/// Thousandths without needless zeros: `1.25`, `-0.005`. Of what is not below zero it is the inverse of
/// [`read_thousandths`].
#[must_use]
pub fn thousandths_text(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let amount = thousandths.unsigned_abs();
    let text = format!("{sign}{}.{:03}", amount / 1_000, amount % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_typed_becomes_whole_thousandths() {
        for (typed, thousandths) in [
            ("12", 12_000),
            ("0.1", 100),
            (".5", 500),
            ("1.255", 1_255),
            ("3.", 3_000),
            ("1,200", 1_200_000),
            ("１．５", 1_500),
        ] {
            assert_eq!(read_thousandths(typed), Some(thousandths), "{typed}");
        }
        for typed in ["", ".", "1.2555", "-1", "一", "1.2.3", "1,5"] {
            assert_eq!(read_thousandths(typed), None, "{typed}");
        }
    }

    #[test]
    fn no_zero_stands_at_the_end_and_what_is_below_zero_says_so() {
        for (thousandths, text) in
            [(1_250, "1.25"), (3_000, "3"), (5, "0.005"), (100_000, "100"), (0, "0"), (-250, "-0.25")]
        {
            assert_eq!(thousandths_text(thousandths), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(thousandths in 0..=i64::MAX) {
            prop_assert_eq!(read_thousandths(&thousandths_text(thousandths)), Some(thousandths));
        }
    }
}
