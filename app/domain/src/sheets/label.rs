//! What a label says of a product, and how it may be given back: each a text, as the form of a listing has it.

use std::collections::BTreeMap;

use super::columns::{Column, SheetRow, is_clear, tidy};
use super::group::Group;
use super::plan::Change;
use super::values::read_number;
use crate::after_sale::ReturnRule;
use crate::failure::Problem;
use crate::food::{FoodClass, ScNumber};
use crate::locale::Locale;

/// As long as the form of a listing takes.
const MAX_SHELF_LIFE_DAYS: i64 = 36_500;

/// The columns of a label. The stored text of each is the name of its field in the form.
pub const LABEL_COLUMNS: [Column; 10] = [
    Column::FoodClass,
    Column::ScNumber,
    Column::WorkshopNumber,
    Column::SalesRegion,
    Column::Ingredients,
    Column::NetContent,
    Column::Producer,
    Column::Storage,
    Column::ShelfLifeDays,
    Column::ReturnRule,
];

/// What stands on a label by column, as a sheet compares it; what is blank is left out.
pub type Label = BTreeMap<Column, String>;

/// A label of what is stored.
#[must_use]
pub fn label_of(stored: impl IntoIterator<Item = (Column, String)>) -> Label {
    let tidied = stored.into_iter().map(|(column, text)| (column, tidy(&text)));
    tidied.filter(|(_, text)| !text.is_empty()).collect()
}

/// A text of a label as it stands in a cell.
#[must_use]
pub fn label_text(locale: Locale, column: Column, text: &str) -> String {
    let shown = match column {
        Column::FoodClass => FoodClass::parse(text).ok().map(|class| class.text(locale)),
        Column::ReturnRule => ReturnRule::parse(text).ok().map(|rule| rule.text(locale)),
        _ => None,
    };
    shown.unwrap_or(text).to_owned()
}

impl Group<'_> {
    pub(super) fn compare_label(&mut self, stored: &Label, rows: &[&SheetRow]) {
        for column in LABEL_COLUMNS {
            let before = stored.get(&column).cloned().unwrap_or_default();
            let said = self.said_anew(rows, column, &before, |group, row| group.label(row, column, &before));
            if let Some(after) = said {
                self.changes.push(Change::Label { column, before, after });
            }
        }
    }

    /// What a cell says, as the form would have it, or blank where the cell asks for that.
    fn label(&mut self, row: &SheetRow, column: Column, stored: &str) -> Option<String> {
        let text = row.get(column);
        let value = match column {
            Column::ReturnRule | Column::ShelfLifeDays if is_clear(text) => Ok(String::new()),
            Column::FoodClass => read_class(text),
            Column::ReturnRule => read_rule(text),
            Column::ShelfLifeDays => read_number(text, 1, MAX_SHELF_LIFE_DAYS).map(|days| days.to_string()),
            _ => {
                let text = self.text(row, column, stored)?;
                let is_typed = column == Column::ScNumber && text != stored;
                // A number with a slip in it stays as typed, so that it can be mended; publishing refuses it.
                let read = if is_typed { ScNumber::parse(&text).ok().map(String::from) } else { None };
                return Some(read.unwrap_or(text));
            }
        };
        self.read(row, column, value)
    }
}

/// Reads a food class in either language or as stored.
fn read_class(text: &str) -> Result<String, Problem> {
    let is_meant = |class: &&FoodClass| {
        let words = [class.as_str(), class.text(Locale::Zh), class.text(Locale::En)];
        words.iter().any(|word| word.eq_ignore_ascii_case(text))
    };
    FoodClass::ALL.iter().find(is_meant).map(|class| class.as_str().to_owned()).ok_or(Problem::Unknown)
}

/// Reads a return rule in either language or as stored.
fn read_rule(text: &str) -> Result<String, Problem> {
    let is_meant = |rule: &&ReturnRule| {
        let words = [rule.as_str(), rule.text(Locale::Zh), rule.text(Locale::En)];
        words.iter().any(|word| word.eq_ignore_ascii_case(text))
    };
    ReturnRule::ALL.iter().find(is_meant).map(|rule| rule.as_str().to_owned()).ok_or(Problem::Unknown)
}
