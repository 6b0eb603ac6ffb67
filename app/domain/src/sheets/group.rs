//! What the rows of one product change.

use std::collections::BTreeMap;

use super::columns::{Column, SheetRow, is_clear, tidy};
use super::label::LABEL_COLUMNS;
use super::plan::{CellError, Change, NewVariant, VariantChange, cell_error, note_error};
use super::present::{Details, Known, Present, PresentVariant};
use super::values::{SheetState, normal_code, read_code, read_number};
use crate::failure::Problem;
use crate::freight::PackedSize;
use crate::ids::{CategoryId, VariantId};
use crate::price::read_price;

/// Ten tonnes or ten million pieces in one sale unit.
const MAX_BASE_QUANTITY: i64 = 10_000_000;
const MAX_WEIGHT_G: i64 = 1_000_000;
/// At least so many at once, or so many more.
const MAX_QUANTITY: i64 = 99_999;

/// The rows of one product.
pub(super) struct Group<'a> {
    is_code_known: bool,
    pub(super) known: &'a Known,
    pub(super) errors: Vec<CellError>,
    pub(super) changes: Vec<Change>,
}

impl<'a> Group<'a> {
    /// `errors` are those that are known already.
    pub(super) const fn new(is_code_known: bool, known: &'a Known, errors: Vec<CellError>) -> Self {
        Self { is_code_known, known, errors, changes: Vec::new() }
    }

    pub(super) fn report(&mut self, row: &SheetRow, column: Column, problem: Problem) {
        note_error(&mut self.errors, cell_error(row, column, problem));
    }

    /// The value, if it can be read; otherwise the cell is reported.
    pub(super) fn read<T>(&mut self, row: &SheetRow, column: Column, value: Result<T, Problem>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(row, column, problem);
                None
            }
        }
    }

    /// A text of at most as many characters as its column takes, or blank where the cell asks for that; what is `stored`
    /// is no such wish, whatever it says.
    pub(super) fn text(&mut self, row: &SheetRow, column: Column, stored: &str) -> Option<String> {
        let (text, max) = (row.get(column).to_owned(), column.max_chars());
        let value = if text != stored && is_clear(&text) {
            match column {
                Column::NameEn | Column::VariantNameEn | Column::Story | Column::StoryEn => Ok(String::new()),
                label if LABEL_COLUMNS.contains(&label) => Ok(String::new()),
                _ => Err(Problem::Missing),
            }
        } else if text.chars().count() > max {
            Err(Problem::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) })
        } else {
            Ok(text)
        };
        self.read(row, column, value)
    }

    /// Rows of a product that is there.
    pub(super) fn compare(&mut self, present: &Present, rows: &[&SheetRow]) {
        self.compare_product(present, rows);
        let mut seen: BTreeMap<VariantId, u32> = BTreeMap::new();
        let mut new_codes: BTreeMap<String, u32> = BTreeMap::new();
        for row in rows {
            match self.variant_of(present, row) {
                Meant::Product => {}
                Meant::Wrong(column, problem) => self.report(row, column, problem),
                Meant::Variant(variant) => {
                    let first = *seen.entry(variant.id).or_insert(row.row);
                    if first == row.row {
                        self.compare_variant(variant, row);
                    } else {
                        self.report(row, Column::Code, Problem::DuplicateOfRow { row: i64::from(first) });
                    }
                }
                Meant::New => self.add_variant(row, &mut new_codes),
            }
        }
        self.compare_stock(present, rows);
    }

    /// What belongs to the product and stands in every row: a row that says something new counts, two that say
    /// different things are an error.
    pub(super) fn said_anew<T: PartialEq>(
        &mut self,
        rows: &[&SheetRow],
        column: Column,
        present: &T,
        read: impl Fn(&mut Self, &SheetRow) -> Option<T>,
    ) -> Option<T> {
        self.said_unlike(rows, column, |value| value == present, read)
    }

    /// [`Self::said_anew`] of what is compared in another way with what is stored.
    pub(super) fn said_unlike<T: PartialEq>(
        &mut self,
        rows: &[&SheetRow],
        column: Column,
        is_stored: impl Fn(&T) -> bool,
        read: impl Fn(&mut Self, &SheetRow) -> Option<T>,
    ) -> Option<T> {
        let mut said: Option<(u32, T)> = None;
        for row in rows.iter().filter(|row| row.has(column)) {
            let Some(value) = read(self, row) else { continue };
            match &said {
                _ if is_stored(&value) => {}
                Some((_, known)) if *known == value => {}
                Some((first, _)) => {
                    let problem = Problem::DuplicateOfRow { row: i64::from(*first) };
                    self.report(row, column, problem);
                }
                None => said = Some((row.row, value)),
            }
        }
        said.map(|(_, value)| value)
    }

    fn text_anew(&mut self, rows: &[&SheetRow], column: Column, stored: &String) -> Option<String> {
        self.said_anew(rows, column, stored, |group, row| group.text(row, column, stored))
    }

    fn compare_product(&mut self, present: &Present, rows: &[&SheetRow]) {
        let (name, name_en) = (tidy(&present.name), tidy(&present.name_en));
        if let Some(after) = self.text_anew(rows, Column::Name, &name) {
            self.changes.push(Change::Name { before: name, after });
        }
        if let Some(after) = self.text_anew(rows, Column::NameEn, &name_en) {
            self.changes.push(Change::NameEn { before: name_en, after });
        }
        let present_category = present.category;
        let category = self.said_anew(rows, Column::Category, &present_category, |group, row| {
            let value = group.read_category(row.get(Column::Category), Some(present_category));
            group.read(row, Column::Category, value)
        });
        if let Some(after) = category {
            self.changes.push(Change::Category { before: Some(present_category), after });
        }
        let own = Some(present_category);
        self.compare_details(&present.details, own, category.or(own), rows);
        let state = self.said_anew(rows, Column::State, &present.state, |group, row| {
            let value = SheetState::read(row.get(Column::State));
            group.read(row, Column::State, value.and_then(|after| reachable(present.state, after)))
        });
        if let Some(after) = state {
            self.changes.push(Change::State { before: present.state, after });
        }
    }

    /// A category by its name in either language; of two with one name the present one.
    fn read_category(&self, text: &str, present: Option<CategoryId>) -> Result<CategoryId, Problem> {
        let is_meant = |(_, zh, en): &&(CategoryId, String, String)| {
            [zh, en].iter().any(|name| tidy(name).eq_ignore_ascii_case(text))
        };
        let meant: Vec<CategoryId> =
            self.known.categories.iter().filter(is_meant).map(|(id, ..)| *id).collect();
        match present.filter(|id| meant.contains(id)) {
            Some(id) => Ok(id),
            None => meant.first().copied().ok_or(Problem::Unknown),
        }
    }

    fn variant_of<'p>(&self, present: &'p Present, row: &SheetRow) -> Meant<'p> {
        let says_something = VARIANT_COLUMNS.iter().any(|column| row.has(*column));
        let active = || present.variants.iter().filter(|variant| variant.is_active);
        if row.has(Column::Code) {
            let code = normal_code(row.get(Column::Code));
            if let Some(variant) = active().find(|variant| variant.code.to_ascii_uppercase() == code) {
                return Meant::Variant(variant);
            }
            // One out of sale comes back through its own form, where all of it can be seen.
            return match self.known.codes.get(&code) {
                Some(_) => Meant::Wrong(Column::Code, Problem::NotForSale),
                None if self.known.taken.contains(&code) => Meant::Wrong(Column::Code, Problem::Taken),
                None => Meant::New,
            };
        }
        if !says_something {
            return Meant::Product;
        }
        let mut named = active().filter(|variant| tidy(&variant.name) == row.get(Column::VariantName));
        let mut all = active();
        match (self.is_code_known, named.next(), named.next(), all.next(), all.next()) {
            (_, Some(variant), None, _, _) | (false, _, _, Some(variant), None) => Meant::Variant(variant),
            (_, Some(_), Some(_), _, _) | (false, ..) => Meant::Wrong(Column::Code, Problem::Missing),
            (true, ..) => Meant::New,
        }
    }

    fn compare_variant(&mut self, variant: &PresentVariant, row: &SheetRow) {
        let mut changes = Vec::new();
        let mut price_now = variant.price;
        let texts = [
            (Column::VariantName, &variant.name),
            (Column::VariantNameEn, &variant.name_en),
            (Column::Unit, &variant.unit),
        ];
        for (column, stored) in texts.into_iter().filter(|(column, _)| row.has(*column)) {
            let before = tidy(stored);
            let Some(after) = self.text(row, column, &before).filter(|after| *after != before) else {
                continue;
            };
            changes.push(match column {
                Column::VariantName => VariantChange::Name { before, after },
                Column::VariantNameEn => VariantChange::NameEn { before, after },
                _ => VariantChange::Unit { before, after },
            });
        }
        if row.has(Column::Price) {
            let price = self.read(row, Column::Price, read_price(row.get(Column::Price)));
            if let Some(after) = price.filter(|price| *price != variant.price) {
                changes.push(VariantChange::Price { before: variant.price, after });
                price_now = after;
            }
        }
        let tiers = self.tiers(row, &variant.tiers, price_now, price_now != variant.price);
        if let Some(after) = tiers.filter(|after| *after != variant.tiers) {
            changes.push(VariantChange::TierPrices { before: variant.tiers.clone(), after });
        }
        if let Some(after) = self.number(row, Column::MinQuantity, 1, MAX_QUANTITY) {
            changes.push(VariantChange::MinQuantity { before: variant.min_quantity, after });
        }
        if let Some(after) = self.number(row, Column::StepQuantity, 1, MAX_QUANTITY) {
            changes.push(VariantChange::StepQuantity { before: variant.step_quantity, after });
        }
        if let Some(after) = self.number(row, Column::BaseQuantity, 1, MAX_BASE_QUANTITY) {
            changes.push(VariantChange::BaseQuantity { before: variant.base_quantity, after });
        }
        if let Some(after) = self.number(row, Column::WeightG, 1, MAX_WEIGHT_G) {
            changes.push(VariantChange::WeightG { before: variant.weight_g, after });
        }
        if let Some(after) = self.size(row).filter(|after| *after != variant.size) {
            changes.push(VariantChange::Size { before: variant.size, after });
        }
        changes.retain(|change| {
            !matches!(change, VariantChange::BaseQuantity { before, after } | VariantChange::WeightG { before, after }
                | VariantChange::MinQuantity { before, after } | VariantChange::StepQuantity { before, after }
                if before == after)
        });
        let of_variant = |change| Change::Variant { variant: variant.id, code: variant.code.clone(), change };
        self.changes.extend(changes.into_iter().map(of_variant));
    }

    /// A whole number; `None` where the cell is blank or wrong.
    pub(super) fn number(&mut self, row: &SheetRow, column: Column, min: i64, max: i64) -> Option<i64> {
        if !row.has(column) {
            return None;
        }
        self.read(row, column, read_number(row.get(column), min, max))
    }

    /// The size that a cell says, or that it is to be taken away; `None` where the cell is blank or wrong.
    fn size(&mut self, row: &SheetRow) -> Option<Option<PackedSize>> {
        let text = row.get(Column::Size);
        if text.is_empty() {
            return None;
        }
        if is_clear(text) {
            return Some(None);
        }
        let size = PackedSize::parse_mm(text).map(Some).map_err(|_| Problem::NotASize);
        self.read(row, Column::Size, size)
    }

    fn add_variant(&mut self, row: &SheetRow, new_codes: &mut BTreeMap<String, u32>) {
        let code = match row.get(Column::Code) {
            "" => None,
            typed => {
                let code = self.read(row, Column::Code, read_code(typed));
                if let Some(code) = &code {
                    let first = *new_codes.entry(code.clone()).or_insert(row.row);
                    if first != row.row {
                        self.report(row, Column::Code, Problem::DuplicateOfRow { row: i64::from(first) });
                    }
                }
                code
            }
        };
        for column in [Column::VariantName, Column::Price, Column::BaseQuantity] {
            if !row.has(column) {
                self.report(row, column, Problem::Missing);
            }
        }
        let name = self.text(row, Column::VariantName, "");
        let name_en = self.text(row, Column::VariantNameEn, "");
        let unit = self.text(row, Column::Unit, "");
        let price =
            row.has(Column::Price).then(|| self.read(row, Column::Price, read_price(row.get(Column::Price))));
        let base_quantity = self.number(row, Column::BaseQuantity, 1, MAX_BASE_QUANTITY);
        let weight_g = self.number(row, Column::WeightG, 1, MAX_WEIGHT_G);
        let min_quantity = self.number(row, Column::MinQuantity, 1, MAX_QUANTITY);
        let step_quantity = self.number(row, Column::StepQuantity, 1, MAX_QUANTITY);
        let size = self.size(row).flatten();
        let (Some(name), Some(Some(price)), Some(base_quantity)) = (name, price, base_quantity) else {
            return;
        };
        let tiers = self.tiers(row, &[], price, true).unwrap_or_default();
        self.changes.push(Change::NewVariant(NewVariant {
            code,
            name,
            name_en: name_en.unwrap_or_default(),
            unit: unit.unwrap_or_default(),
            price,
            base_quantity,
            weight_g,
            size,
            tiers,
            min_quantity,
            step_quantity,
        }));
    }

    /// A draft that is to be made of rows without an id.
    pub(super) fn invent(&mut self, name: &str, rows: &[&SheetRow]) {
        let mut new_codes = BTreeMap::new();
        let blank = String::new();
        if let Some(after) = self.text_anew(rows, Column::Name, &blank) {
            self.changes.push(Change::Name { before: String::new(), after });
        }
        if let Some(after) = self.text_anew(rows, Column::NameEn, &blank) {
            self.changes.push(Change::NameEn { before: String::new(), after });
        }
        let category = self.said_anew(rows, Column::Category, &None, |group, row| {
            let value = group.read_category(row.get(Column::Category), None);
            group.read(row, Column::Category, value).map(Some)
        });
        let category = category.flatten();
        if let Some(after) = category {
            self.changes.push(Change::Category { before: None, after });
        }
        // Without a category it gets the first, as a draft of the form does.
        let category = category.or(self.known.categories.first().map(|(id, ..)| *id));
        self.compare_details(&Details::default(), category, category, rows);
        for row in rows {
            if row.has(Column::State) {
                let state = self.read(row, Column::State, SheetState::read(row.get(Column::State)));
                if state.is_some_and(|state| state != SheetState::Draft) {
                    self.report(row, Column::State, Problem::PhotoMissing);
                }
            }
            if row.has(Column::StockChange) {
                self.report(row, Column::StockChange, Problem::NoBatch);
            }
            if row.has(Column::Code) || VARIANT_COLUMNS.iter().any(|column| row.has(*column)) {
                self.add_variant(row, &mut new_codes);
            }
        }
        debug_assert!(!name.is_empty());
    }
}

/// What a row says about a variant.
const VARIANT_COLUMNS: [Column; 10] = [
    Column::VariantName,
    Column::VariantNameEn,
    Column::Price,
    Column::TierPrices,
    Column::MinQuantity,
    Column::StepQuantity,
    Column::Unit,
    Column::BaseQuantity,
    Column::WeightG,
    Column::Size,
];

enum Meant<'a> {
    /// Nothing about a variant.
    Product,
    Variant(&'a PresentVariant),
    New,
    Wrong(Column, Problem),
}

/// What was shown once is never a draft again, and a draft is not taken out.
fn reachable(before: SheetState, after: SheetState) -> Result<SheetState, Problem> {
    match (before, after) {
        (SheetState::Draft, SheetState::Unpublished) | (_, SheetState::Draft) if before != after => {
            Err(Problem::Unknown)
        }
        _ => Ok(after),
    }
}
