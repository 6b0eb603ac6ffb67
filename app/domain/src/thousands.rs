//! What parts the thousands of a number as people type it: a comma or a blank, or nothing.
//!
//! One rule for every form and every sheet. Such a sign is dropped where it parts thousands and refused anywhere else: `1,5` is
//! one and a half to who typed it, and would be fifteen to who drops the comma.

use crate::failure::Problem;
use crate::search_text::fold_width;

fn is_parting(character: char) -> bool {
    character == ',' || character.is_whitespace()
}

/// A number in half width without what parts its thousands. What is no number is passed on as it is, for its reader to refuse.
///
/// # Errors
/// [`Problem::WrongGrouping`].
pub fn without_grouping(typed: &str) -> Result<String, Problem> {
    let text = fold_width(typed.trim()).replace('−', "-");
    let amount = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let sign = &text[..text.len() - amount.len()];
    let amount = amount.trim_start();
    let is_of_number =
        |character: char| character.is_ascii_digit() || character == '.' || is_parting(character);
    if !amount.contains(is_parting) || !amount.chars().all(is_of_number) {
        return Ok(format!("{sign}{amount}"));
    }
    let (whole, decimals) = amount.split_at(amount.find('.').unwrap_or(amount.len()));
    match join_thousands(&whole.replace(char::is_whitespace, ",")) {
        Some(whole) if !decimals.contains(is_parting) => Ok(format!("{sign}{whole}{decimals}")),
        _ => Err(Problem::WrongGrouping),
    }
}

/// What stands before the point without the commas between its thousands; none where a comma stands anywhere else.
pub(crate) fn join_thousands(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_and_nothing_else() {
        for (typed, plain) in [
            ("", ""),
            (" 10 ", "10"),
            ("10,000", "10000"),
            ("１０，０００．５", "10000.5"),
            ("1,234,567", "1234567"),
            ("12 500", "12500"),
            ("−1,000", "-1000"),
            ("+ 5", "+5"),
            (".5", ".5"),
        ] {
            assert_eq!(without_grouping(typed).as_deref(), Ok(plain), "{typed}");
        }
        for typed in ["1,5", "10,00", "1,0000", "1234,567", ",500", "1,,000", "1.000,5", "1 5", "10,000,"] {
            assert_eq!(without_grouping(typed), Err(Problem::WrongGrouping), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_left_to_its_reader() {
        for typed in ["很多", "5 kg", "--5", "1.2.3"] {
            assert_eq!(without_grouping(typed).as_deref(), Ok(typed));
        }
    }
}
