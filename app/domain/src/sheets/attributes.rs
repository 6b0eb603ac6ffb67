//! What a product has of its category in one cell: `等级：特级；海拔：900 米`.
//!
//! One cell and not a column for each attribute: goods of many categories stand in one sheet, and the county may add an
//! attribute on any day.

use std::collections::BTreeMap;

use super::columns::{Column, is_clear, plain, tidy};
use super::named::{fits, in_locale};
use crate::attribute::{Attribute, AttributeKind, AttributeValue};
use crate::failure::Problem;
use crate::locale::Locale;

/// What a product has, by the attribute's id.
pub type Values = BTreeMap<i64, AttributeValue>;

/// Signs that part the pairs of a cell.
const BETWEEN_PAIRS: [char; 3] = [';', '；', '\n'];
/// Signs between a name and its value.
const AFTER_NAME: [char; 2] = [':', '：'];

/// The cell that says `values`; read again, it changes nothing.
#[must_use]
pub fn attributes_text(offered: &[Attribute], values: &Values, locale: Locale) -> String {
    let pair = |attribute: &Attribute| {
        let (zh, en) = attribute.shown(values.get(&attribute.id)?);
        let shown = tidy(in_locale(locale, &zh, &en));
        if shown.is_empty() {
            return None;
        }
        let needs_quotes = shown.contains('"') || shown.contains(BETWEEN_PAIRS);
        let shown = if needs_quotes { format!("\"{}\"", shown.replace('"', "\"\"")) } else { shown };
        Some(format!("{}{}{shown}", name_of(offered, attribute, locale), locale.pick("：", ": ")))
    };
    let pairs: Vec<String> = offered.iter().filter_map(pair).collect();
    pairs.join(locale.pick("；", "; "))
}

/// What an attribute is called in a cell: by its name where that is nobody else's and can be read again, else by its word in
/// addresses.
fn name_of<'a>(offered: &[Attribute], attribute: &'a Attribute, locale: Locale) -> &'a str {
    let names = [in_locale(locale, &attribute.name, &attribute.name_en), attribute.name.as_str()];
    let is_read_again = |name: &&str| {
        let signs = [&BETWEEN_PAIRS[..], &AFTER_NAME, &['"']].concat();
        tidy(name) == **name
            && !name.contains(&signs[..])
            && find(offered, name).is_ok_and(|found| found.id == attribute.id)
    };
    names.into_iter().find(is_read_again).unwrap_or(&attribute.slug)
}

/// What a product has once a cell is applied to what is `stored`: what the cell does not name stays.
pub(super) fn read_attributes(offered: &[Attribute], stored: &Values, text: &str) -> Result<Values, Problem> {
    let max = Column::Attributes.max_chars();
    if text.chars().count() > max {
        return Err(Problem::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) });
    }
    if is_clear(text) {
        return Ok(Values::new());
    }
    let mut said: BTreeMap<i64, Option<AttributeValue>> = BTreeMap::new();
    for (name, typed) in pairs(text)? {
        let attribute = find(offered, &name)?;
        // As a blank cell, a blank value leaves what is there.
        if typed.is_empty() {
            continue;
        }
        let value = read_value(attribute, stored.get(&attribute.id), &typed)?;
        if said.insert(attribute.id, value.clone()).is_some_and(|former| former != value) {
            return Err(Problem::OneOfTwo);
        }
    }
    let mut values = stored.clone();
    for (id, value) in said {
        match value {
            Some(value) => values.insert(id, value),
            None => values.remove(&id),
        };
    }
    Ok(values)
}

/// The pairs of a cell; what stands in quotes parts nothing.
fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let (mut parts, mut part, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if !is_quoted && BETWEEN_PAIRS.contains(&c) {
            parts.push(std::mem::take(&mut part));
        } else {
            is_quoted ^= c == '"';
            part.push(c);
        }
    }
    parts.push(part);
    if is_quoted {
        return Err(Problem::Unreadable);
    }
    let read = |part: &String| -> Result<(String, String), Problem> {
        let (name, value) = part.split_once(AFTER_NAME).ok_or(Problem::Unreadable)?;
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let value = quoted.map_or_else(|| value.to_owned(), |quoted| quoted.replace("\"\"", "\""));
        Ok((tidy(name), tidy(&value)))
    };
    parts.iter().filter(|part| !part.trim().is_empty()).map(read).collect()
}

/// The attribute of that name.
fn find<'a>(offered: &'a [Attribute], name: &str) -> Result<&'a Attribute, Problem> {
    let is_called = |one: &&Attribute| is_called(name, [&one.slug, &one.name, &one.name_en]);
    let called: Vec<&Attribute> = offered.iter().filter(is_called).collect();
    match called[..] {
        [one] => Ok(one),
        [] => {
            let names = offered.iter().map(|one| (one.name.as_str(), one.name_en.as_str()));
            Err(Problem::UnknownName { name: cut(name), fits: fits(names) })
        }
        _ => {
            let words = called.iter().map(|one| (one.slug.as_str(), one.slug.as_str()));
            Err(Problem::AmbiguousName { name: cut(name), fits: fits(words) })
        }
    }
}

fn is_called(text: &str, words: [&String; 3]) -> bool {
    let wanted = plain(text);
    words.into_iter().any(|word| !word.is_empty() && plain(word) == wanted)
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A value as it is shown, or as the form of a listing takes it; `None` where it is to be taken away. What is stored is
/// meant before anything else of its name.
fn read_value(
    attribute: &Attribute,
    stored: Option<&AttributeValue>,
    text: &str,
) -> Result<Option<AttributeValue>, Problem> {
    let is_shown = |value: &&AttributeValue| {
        let (zh, en) = attribute.shown(value);
        [zh, en].iter().any(|shown| tidy(shown) == text)
    };
    if let Some(stored) = stored.filter(is_shown) {
        return Ok(Some(stored.clone()));
    }
    if is_clear(text) {
        return Ok(None);
    }
    match attribute.kind {
        AttributeKind::Text => attribute.read(text),
        AttributeKind::Number => {
            let units = [&attribute.unit, &attribute.unit_en];
            let mut units = units.into_iter().filter(|unit| !unit.is_empty());
            let bare = units.find_map(|unit| text.strip_suffix(unit.as_str()));
            attribute.read(bare.unwrap_or(text))
        }
        AttributeKind::Choice => {
            let choices = || attribute.choices.iter();
            let called = choices().filter(|one| is_called(text, [&one.slug, &one.name, &one.name_en]));
            let called: Vec<_> = called.collect();
            match called[..] {
                [one] => attribute.read(&one.slug),
                [] => {
                    let names = choices().map(|one| (one.name.as_str(), one.name_en.as_str()));
                    Err(Problem::UnknownName { name: cut(text), fits: fits(names) })
                }
                _ => {
                    let words = called.iter().map(|one| (one.slug.as_str(), one.slug.as_str()));
                    Err(Problem::AmbiguousName { name: cut(text), fits: fits(words) })
                }
            }
        }
    }
}
