//! What a product says beside its names, its shelf and its variants: where it comes from, how it is sent, its season, its
//! kind, its label, its story.

use super::attributes::{Values, attributes_text, read_attributes};
use super::columns::{Column, SheetRow, is_clear};
use super::group::Group;
use super::named::read_named;
use super::plan::{AttributeChange, Change};
use super::present::{Details, LongText};
use super::values::read_season;
use crate::attribute::AttributeValue;
use crate::failure::Problem;
use crate::ids::CategoryId;
use crate::locale::Locale;
use crate::money::Fen;
use crate::price::{parse_tiers, require_cheaper};

impl Group<'_> {
    /// `own` is the category it has, `category` the one it gets.
    pub(super) fn compare_details(
        &mut self,
        details: &Details,
        own: Option<CategoryId>,
        category: Option<CategoryId>,
        rows: &[&SheetRow],
    ) {
        let known = self.known;
        let references = [
            (Column::Village, &known.villages, &details.village),
            (Column::Place, &known.places, &details.place),
            (Column::FreightTemplate, &known.templates, &details.template),
        ];
        for (column, offered, stored) in references {
            let said = self.said_anew(rows, column, stored, |group, row| {
                let value = read_named(offered, stored.as_ref(), row.get(column));
                group.read(row, column, value).map(Some)
            });
            if let Some(after) = said.flatten() {
                let before = stored.clone();
                self.changes.push(match column {
                    Column::Village => Change::Village { before, after },
                    Column::Place => Change::Place { before, after },
                    _ => Change::FreightTemplate { before, after },
                });
            }
        }
        let season = self.said_anew(rows, Column::Season, &details.season, |group, row| {
            let value = read_season(row.get(Column::Season));
            group.read(row, Column::Season, value)
        });
        if let Some(after) = season {
            self.changes.push(Change::Season { before: details.season.clone(), after });
        }
        self.compare_attributes(details, own, category, rows);
        self.compare_label(&details.label, rows);
        self.compare_stories(details, rows);
    }

    fn compare_attributes(
        &mut self,
        details: &Details,
        own: Option<CategoryId>,
        category: Option<CategoryId>,
        rows: &[&SheetRow],
    ) {
        let known = self.known;
        let (offered_before, offered) = (known.attributes_of(own), known.attributes_of(category));
        let is_moved = own != category;
        // What another category had is left behind.
        let stored = if is_moved { Values::new() } else { details.attributes.clone() };
        let after = self.said_anew(rows, Column::Attributes, &stored, |group, row| {
            let text = row.get(Column::Attributes);
            // A cell that nobody typed into since it was taken out says nothing of the new category.
            let is_as_exported =
                |locale| attributes_text(offered_before, &details.attributes, locale) == text;
            if is_moved && Locale::ALL.into_iter().any(is_as_exported) {
                return Some(stored.clone());
            }
            group.read(row, Column::Attributes, read_attributes(offered, &stored, text))
        });
        let Some(after) = after else { return };
        for attribute in offered {
            let (before, after) = (stored.get(&attribute.id), after.get(&attribute.id));
            if before == after {
                continue;
            }
            let shown = |value: Option<&AttributeValue>| {
                value.map(|value| attribute.shown(value)).unwrap_or_default()
            };
            self.changes.push(Change::Attribute(AttributeChange {
                slug: attribute.slug.clone(),
                name: (attribute.name.clone(), attribute.name_en.clone()),
                before: shown(before),
                after: shown(after),
                typed: after.map(|value| attribute.typed(value)).unwrap_or_default(),
            }));
        }
    }

    fn compare_stories(&mut self, details: &Details, rows: &[&SheetRow]) {
        for (column, stored) in [(Column::Story, &details.story), (Column::StoryEn, &details.story_en)] {
            let is_stored = |text: &String| LongText::of(text) == *stored;
            let said = self.said_unlike(rows, column, is_stored, |group, row| {
                let text = row.get(column).to_owned();
                if is_stored(&text) { Some(text) } else { group.text(row, column, "") }
            });
            let Some(after) = said else { continue };
            let before = stored.beginning.clone();
            self.changes.push(match column {
                Column::Story => Change::Story { before, after },
                _ => Change::StoryEn { before, after },
            });
        }
    }

    /// The tier prices that a row says of a variant, or that they are to be taken away; `None` where the cell is blank or
    /// wrong. What stands there already is right as long as the `price` of one stays.
    pub(super) fn tiers(
        &mut self,
        row: &SheetRow,
        stored: &[(i64, Fen)],
        price: Fen,
        is_price_new: bool,
    ) -> Option<Vec<(i64, Fen)>> {
        let (column, text) = (Column::TierPrices, row.get(Column::TierPrices));
        if text.is_empty() {
            return None;
        }
        if is_clear(text) {
            return Some(Vec::new());
        }
        let max = column.max_chars();
        let value = if text.chars().count() > max {
            Err(Problem::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) })
        } else {
            parse_tiers(text).and_then(|tiers| {
                if tiers != stored || is_price_new {
                    require_cheaper(&tiers, price)?;
                }
                Ok(tiers)
            })
        };
        self.read(row, column, value)
    }
}
