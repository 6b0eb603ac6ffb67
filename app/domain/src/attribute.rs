//! What goods of a category are told apart by: grade, harvest, process. Defined as data of the category, so a county that
//! sells mushrooms says so without a new release.

use crate::failure::Problem;
use crate::thousands::without_grouping;
use crate::thousandths::{read_thousandths, thousandths_text};
use crate::word::words;

words! {
    /// What a value of an attribute is.
    pub enum AttributeKind {
        /// A few words.
        Text = "text",
        /// One of a list, which lists of goods are narrowed by.
        Choice = "choice",
        /// A number with the attribute's unit.
        Number = "number",
    }
}

/// Characters of a text.
const MAX_TEXT_CHARS: usize = 60;
/// A million, in thousandths.
const MAX_NUMBER_MILLI: i64 = 1_000_000_000;

/// One of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChoice {
    pub id: i64,
    /// The word in addresses and forms.
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// An attribute of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub id: i64,
    /// The word in addresses and forms.
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub kind: AttributeKind,
    /// Of a number; empty for none.
    pub unit: String,
    pub unit_en: String,
    /// In their order; empty unless it is a choice.
    pub choices: Vec<AttributeChoice>,
}

/// What a product has of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    /// Id of the choice.
    Choice(i64),
    /// Thousandths of the unit.
    Number(i64),
}

impl Attribute {
    /// Reads a value as it is typed: a choice's slug, a number with at most three decimals, words. Blank is none.
    ///
    /// # Errors
    /// [`Problem::UnknownCode`], [`Problem::NotANumber`], [`Problem::WrongGrouping`], [`Problem::OutOfRange`],
    /// [`Problem::TooLong`].
    pub fn read(&self, typed: &str) -> Result<Option<AttributeValue>, Problem> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        match self.kind {
            AttributeKind::Text if typed.chars().count() > MAX_TEXT_CHARS => {
                Err(Problem::TooLong { max: i64::try_from(MAX_TEXT_CHARS).unwrap_or(i64::MAX) })
            }
            AttributeKind::Text => Ok(Some(AttributeValue::Text(typed.to_owned()))),
            AttributeKind::Choice => {
                let found = self.choices.iter().find(|choice| choice.slug == typed);
                found.map(|choice| Some(AttributeValue::Choice(choice.id))).ok_or(Problem::UnknownCode)
            }
            AttributeKind::Number => {
                let milli = read_thousandths(&without_grouping(typed)?).ok_or(Problem::NotANumber)?;
                if milli > MAX_NUMBER_MILLI {
                    return Err(Problem::OutOfRange { min: 0, max: MAX_NUMBER_MILLI / 1000 });
                }
                Ok(Some(AttributeValue::Number(milli)))
            }
        }
    }

    /// Reads one end of a range that goods are looked for in, in thousandths; what makes no sense is none.
    #[must_use]
    pub fn read_bound(&self, typed: &str) -> Option<i64> {
        match self.read(typed) {
            Ok(Some(AttributeValue::Number(milli))) => Some(milli),
            _ => None,
        }
    }

    /// A value as it is typed: the inverse of [`Self::read`]. Blank for a choice that there is no more.
    #[must_use]
    pub fn typed(&self, value: &AttributeValue) -> String {
        match value {
            AttributeValue::Text(text) => text.clone(),
            AttributeValue::Choice(id) => {
                let found = self.choices.iter().find(|choice| choice.id == *id);
                found.map(|choice| choice.slug.clone()).unwrap_or_default()
            }
            AttributeValue::Number(milli) => thousandths_text(*milli),
        }
    }

    /// A value as people read it, in both languages; blank for a choice that there is no more.
    #[must_use]
    pub fn shown(&self, value: &AttributeValue) -> (String, String) {
        match value {
            AttributeValue::Text(text) => (text.clone(), text.clone()),
            AttributeValue::Choice(id) => {
                let found = self.choices.iter().find(|choice| choice.id == *id);
                found.map(|choice| (choice.name.clone(), choice.name_en.clone())).unwrap_or_default()
            }
            AttributeValue::Number(milli) => {
                let with = |unit: &str| format!("{} {unit}", thousandths_text(*milli)).trim_end().to_owned();
                (with(&self.unit), with(&self.unit_en))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute(kind: AttributeKind) -> Attribute {
        let choice = |id: i64, slug: &str| AttributeChoice {
            id,
            slug: slug.to_owned(),
            name: format!("{slug}级"),
            name_en: format!("Grade {slug}"),
        };
        Attribute {
            id: 1,
            slug: "grade".to_owned(),
            name: "等级".to_owned(),
            name_en: "Grade".to_owned(),
            kind,
            unit: "米".to_owned(),
            unit_en: "m".to_owned(),
            choices: vec![choice(10, "top"), choice(11, "first")],
        }
    }

    #[test]
    fn values_are_read_by_their_kind() {
        let choice = attribute(AttributeKind::Choice);
        assert_eq!(choice.read(" top "), Ok(Some(AttributeValue::Choice(10))));
        assert_eq!(choice.read("best"), Err(Problem::UnknownCode));
        assert_eq!(choice.read(""), Ok(None));
        assert_eq!(choice.shown(&AttributeValue::Choice(11)).1, "Grade first");
        assert_eq!(choice.shown(&AttributeValue::Choice(99)), (String::new(), String::new()), "it is gone");
        let number = attribute(AttributeKind::Number);
        assert_eq!(number.read("1，200.5"), Ok(Some(AttributeValue::Number(1_200_500))));
        assert_eq!(
            number.shown(&AttributeValue::Number(1_200_000)),
            ("1200 米".to_owned(), "1200 m".to_owned())
        );
        for wrong in ["-1", "1.2345", "tall", "."] {
            assert_eq!(number.read(wrong), Err(Problem::NotANumber), "{wrong}");
        }
        assert_eq!(number.read("1000001"), Err(Problem::OutOfRange { min: 0, max: 1_000_000 }));
        let text = attribute(AttributeKind::Text);
        assert_eq!(text.read(&"茶".repeat(61)), Err(Problem::TooLong { max: 60 }));
    }

    proptest! {
        #[test]
        fn what_is_typed_comes_back(milli in 0..=MAX_NUMBER_MILLI, words in "[a-z茶][a-z茶 ]{0,20}[a-z茶]") {
            let number = attribute(AttributeKind::Number);
            let value = AttributeValue::Number(milli);
            prop_assert_eq!(number.read(&number.typed(&value)), Ok(Some(value)));
            let text = attribute(AttributeKind::Text);
            let value = AttributeValue::Text(words);
            prop_assert_eq!(text.read(&text.typed(&value)), Ok(Some(value)));
        }
    }
}
