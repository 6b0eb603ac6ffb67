//! Reading what was typed: what can be read is taken, what cannot is reported and leaves the stored value.

use domain::failure::{FieldError, Problem};
use domain::money::Fen;
use domain::price::{read_price, read_tiers};
use domain::search_text::fold_width;
use domain::time::Date;
use store::listing::ChoiceRow;

/// Gathers what could not be read while a form is gone through.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) problems: Vec<FieldError>,
}

impl Reader {
    pub(crate) fn report(&mut self, field: impl Into<String>, problem: Problem) {
        self.problems.push(FieldError::new(field, problem));
    }

    /// Puts a trimmed text of at most `max` characters into `target`.
    pub(crate) fn text(&mut self, field: &str, typed: &str, max: usize, target: &mut String) {
        let text = typed.trim().replace("\r\n", "\n");
        if text.chars().count() > max {
            self.report(field, Problem::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) });
        } else {
            *target = text;
        }
    }

    /// The id chosen, if it is one of those offered.
    pub(crate) fn choice(&mut self, field: &str, typed: &str, choices: &[ChoiceRow]) -> Option<i64> {
        if typed.trim().is_empty() {
            self.report(field, Problem::Missing);
            return None;
        }
        let id = domain::ids::from_text(typed.trim()).ok();
        let found = id.filter(|id| choices.iter().any(|choice| choice.id == *id));
        if found.is_none() {
            self.report(field, Problem::UnknownCode);
        }
        found
    }

    /// A whole number in a range; blank gives `None` without a report.
    pub(crate) fn optional_number(&mut self, field: &str, typed: &str, min: i64, max: i64) -> Option<i64> {
        let text = digits_of(typed);
        if text.is_empty() {
            return None;
        }
        match text.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(_) => {
                self.report(field, Problem::OutOfRange { min, max });
                None
            }
            Err(_) => {
                self.report(field, Problem::NotANumber);
                None
            }
        }
    }

    /// A whole number in a range, which must be given.
    pub(crate) fn number(&mut self, field: &str, typed: &str, min: i64, max: i64) -> Option<i64> {
        if typed.trim().is_empty() {
            self.report(field, Problem::Missing);
        }
        self.optional_number(field, typed, min, max)
    }

    /// A price above zero in yuan, which must be given.
    pub(crate) fn price(&mut self, field: &str, typed: &str) -> Option<Fen> {
        match read_price(typed) {
            Ok(price) => Some(price),
            Err(problem) => {
                self.report(field, problem);
                None
            }
        }
    }

    /// A day; blank gives `None` without a report.
    pub(crate) fn optional_date(&mut self, field: &str, typed: &str) -> Option<Date> {
        let text = fold_width(typed.trim()).replace(['/', '.'], "-");
        if text.is_empty() {
            return None;
        }
        let date = text.parse::<Date>().ok();
        if date.is_none() {
            self.report(field, Problem::NotADate);
        }
        date
    }

    /// A weight above zero in kilograms with at most three decimals, as grams.
    pub(crate) fn kilograms(&mut self, field: &str, typed: &str) -> Option<i64> {
        let text = digits_of(typed);
        if text.is_empty() {
            self.report(field, Problem::Missing);
            return None;
        }
        let grams = grams_of(&text).filter(|grams| (1..=MAX_WEIGHT_G).contains(grams));
        if grams.is_none() {
            self.report(field, Problem::NotANumber);
        }
        grams
    }

    /// Tier prices as `50:128.00, 100:118.00`, each cheaper than the one before and than `retail`.
    pub(crate) fn tiers(&mut self, field: &str, typed: &str, retail: Fen) -> Option<Vec<(i64, Fen)>> {
        match read_tiers(typed, retail) {
            Ok(tiers) => Some(tiers),
            Err(problem) => {
                self.report(field, problem);
                None
            }
        }
    }
}

/// A thousand tonnes.
const MAX_WEIGHT_G: i64 = 1_000_000_000;

fn digits_of(typed: &str) -> String {
    fold_width(typed).chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

/// `1.25` → 1250. Decimals are read as digits: a float would not know 0.1.
fn grams_of(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole)
        || !all_digits(decimals)
        || decimals.len() > 3
        || (whole.is_empty() && decimals.is_empty())
    {
        return None;
    }
    format!("{whole}{decimals:0<3}").parse().ok()
}

/// Grams as kilograms without needless zeros: the inverse of reading them.
pub(crate) fn kilograms_text(grams: i64) -> String {
    let text = format!("{}.{:03}", grams / 1000, grams % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilograms_become_whole_grams() {
        for (typed, grams) in [("12", 12_000), ("0.1", 100), (".5", 500), ("1.255", 1_255), ("3.", 3_000)] {
            assert_eq!(grams_of(typed), Some(grams), "{typed}");
        }
        for typed in ["", ".", "1.2555", "1,5", "-1", "一"] {
            assert_eq!(grams_of(typed), None, "{typed}");
        }
        assert_eq!(
            (kilograms_text(1_250), kilograms_text(3_000), kilograms_text(5)),
            ("1.25".into(), "3".into(), "0.005".into())
        );
    }
}
