//! What a mark is registered as with the trademark office: number, classes of goods, last day.

use std::collections::BTreeSet;

use domain::failure::Problem;
use domain::search_text::fold_width;

use super::owner::SaveMark;
use crate::listing::form::Reader;

/// Numbers are eight digits in this country, and longer with a letter before or behind them elsewhere.
const NUMBER_CHARS: std::ops::RangeInclusive<usize> = 4..=20;
/// Classes of goods and services, after the agreement of Nice.
const CLASSES: std::ops::RangeInclusive<i64> = 1..=45;

/// A registration; blank where nobody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registration {
    pub number: String,
    /// As `29, 30`.
    pub classes: String,
    pub valid_until: Option<String>,
}

/// Reads what was typed, reporting `registration_number`, `goods_classes` and `valid_until`. Classes and a last day are of
/// a number.
pub(super) fn read(reader: &mut Reader, command: &SaveMark) -> Registration {
    let number = fold_width(&command.registration_number).to_uppercase();
    let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let classes = read_classes(&command.goods_classes);
    let valid_until = reader.optional_date("valid_until", &command.valid_until);
    let is_number = number.chars().all(|c| c.is_ascii_alphanumeric()) && NUMBER_CHARS.contains(&number.len());
    if number.is_empty() {
        let has_more = !command.goods_classes.trim().is_empty() || valid_until.is_some();
        if has_more {
            reader.report("registration_number", Problem::Missing);
        }
    } else if !is_number {
        reader.report("registration_number", Problem::Unreadable);
    }
    let classes = classes.unwrap_or_else(|problem| {
        reader.report("goods_classes", problem);
        String::new()
    });
    Registration { number, classes, valid_until: valid_until.map(|day| day.to_string()) }
}

/// `第29类、30` → `29, 30`.
fn read_classes(typed: &str) -> Result<String, Problem> {
    let plain = fold_width(typed).replace(['第', '类'], " ");
    let parts = plain.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | ';' | '/'));
    let mut classes = BTreeSet::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let class: i64 = part.parse().map_err(|_| Problem::NotANumber)?;
        if !CLASSES.contains(&class) {
            return Err(Problem::OutOfRange { min: *CLASSES.start(), max: *CLASSES.end() });
        }
        classes.insert(class);
    }
    Ok(classes.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(number: &str, classes: &str, until: &str) -> (Registration, Vec<String>) {
        let mut reader = Reader::default();
        let command = SaveMark {
            registration_number: number.to_owned(),
            goods_classes: classes.to_owned(),
            valid_until: until.to_owned(),
            ..SaveMark::default()
        };
        let read = read(&mut reader, &command);
        (read, reader.problems.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_registration_is_read_as_people_write_it() {
        let (read, wrong) = typed("１２３４ ５６７８a", "第30类、29，30", "2034/05/06");
        assert_eq!(wrong, [""; 0]);
        assert_eq!((read.number.as_str(), read.classes.as_str()), ("12345678A", "29, 30"));
        assert_eq!(read.valid_until.as_deref(), Some("2034-05-06"));
        let (none, wrong) = typed("", " ", "");
        assert_eq!((none.number.as_str(), none.valid_until, wrong.len()), ("", None, 0), "nobody has to say");
    }

    #[test]
    fn what_is_no_registration_is_named_field_by_field() {
        assert_eq!(typed("", "30", "").1, ["registration_number"], "of which number?");
        assert_eq!(typed("", "", "2034-05-06").1, ["registration_number"]);
        assert_eq!(typed("12", "茶", "soon").1, ["valid_until", "registration_number", "goods_classes"]);
        for wrong in ["0", "46", "2-9"] {
            assert_eq!(typed("12345678", wrong, "").1, ["goods_classes"], "{wrong}");
        }
        assert_eq!(typed("12345678', DROP", "", "").1, ["registration_number"]);
    }
}
