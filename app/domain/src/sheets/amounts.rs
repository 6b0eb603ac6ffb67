//! Amounts of stock as every form has them: kilograms of what is counted in grams, pieces of everything else.

use super::values::read_number;
use crate::failure::Problem;
use crate::thousands::without_grouping;
use crate::thousandths::thousandths_text;

/// Decimals of a kilogram: a gram is the least.
const DECIMALS: usize = 3;

/// Reads an amount to add or take away, of at most `max` base units.
pub(super) fn read_amount(text: &str, base_unit: &str, max: i64) -> Result<i64, Problem> {
    if base_unit != "g" {
        return read_number(text, -max, max);
    }
    let plain = without_grouping(text)?;
    let (kilograms, decimals) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let is_whole = kilograms.bytes().any(|byte| byte.is_ascii_digit());
    let is_read = decimals.len() <= DECIMALS && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !is_read || (!is_whole && decimals.is_empty()) {
        return Err(Problem::NotANumber);
    }
    // Decimals are read as digits: a float would not know 0.1.
    let whole = if is_whole { kilograms.to_owned() } else { format!("{kilograms}0") };
    let grams = format!("{whole}{decimals:0<DECIMALS$}");
    read_number(&grams, -max, max).map_err(|problem| match problem {
        Problem::OutOfRange { min, max } => Problem::OutOfRange { min: min / 1_000, max: max / 1_000 },
        other => other,
    })
}

/// An amount of base units as it stands in a cell; [`read_amount`] gives it back.
#[must_use]
pub fn amount_text(amount: i64, base_unit: &str) -> String {
    if base_unit != "g" {
        return amount.to_string();
    }
    thousandths_text(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: i64 = 1_000_000_000;

    #[test]
    fn what_is_weighed_is_read_in_kilograms_with_three_decimals() {
        let read = |text| read_amount(text, "g", MAX);
        for (text, grams) in [
            ("20", 20_000),
            ("+0.5", 500),
            ("−0.25", -250),
            ("-.5", -500),
            ("１．２５", 1_250),
            ("1,000.5", 1_000_500),
            ("3.", 3_000),
            ("0", 0),
        ] {
            assert_eq!(read(text), Ok(grams), "{text}");
        }
        for text in ["", ".", "-", "1.2345", "--5", "1.-5", "1.5.5", "5 kg", "很多"] {
            assert_eq!(read(text), Err(Problem::NotANumber), "{text}");
        }
        for text in ["1,5", "10,00", "1.000,5"] {
            assert_eq!(read(text), Err(Problem::WrongGrouping), "{text}");
        }
        let range = Problem::OutOfRange { min: -1_000_000, max: 1_000_000 };
        assert_eq!(read("1000001"), Err(range), "told in kilograms");
        assert_eq!(read_amount("-20", "piece", MAX), Ok(-20));
        assert_eq!(read_amount("0.5", "piece", MAX), Err(Problem::NotANumber));
    }

    #[test]
    fn amounts_stand_in_cells_as_they_are_typed() {
        for (grams, text) in [(12_500, "12.5"), (-250, "-0.25"), (0, "0"), (100_000, "100"), (5, "0.005")] {
            assert_eq!(amount_text(grams, "g"), text);
        }
        assert_eq!(amount_text(-20, "piece"), "-20");
    }

    proptest! {
        #[test]
        fn an_amount_comes_back_from_its_cell(amount in -MAX..=MAX, is_weighed in any::<bool>()) {
            let base_unit = if is_weighed { "g" } else { "piece" };
            prop_assert_eq!(read_amount(&amount_text(amount, base_unit), base_unit, MAX), Ok(amount));
        }
    }
}
