//! Reading what was typed: what can be read is taken, what cannot is reported and leaves the stored value.

use domain::failure::{FieldError, Problem};
use domain::money::Fen;
use domain::price::{read_price, read_tiers};
use domain::search_text::fold_width;
use domain::thousands::without_grouping;
use domain::thousandths::read_thousandths;
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

    /// A number as it is typed, without what parts its thousands.
    fn plain(&mut self, field: &str, typed: &str) -> Option<String> {
        match without_grouping(typed) {
            Ok(plain) => Some(plain),
            Err(problem) => {
                self.report(field, problem);
                None
            }
        }
    }

    /// A whole number in a range; blank gives `None` without a report.
    pub(crate) fn optional_number(&mut self, field: &str, typed: &str, min: i64, max: i64) -> Option<i64> {
        let text = self.plain(field, typed)?;
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
        let text = self.plain(field, typed)?;
        if text.is_empty() {
            self.report(field, Problem::Missing);
            return None;
        }
        let grams = read_thousandths(&text).filter(|grams| (1..=MAX_WEIGHT_G).contains(grams));
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
