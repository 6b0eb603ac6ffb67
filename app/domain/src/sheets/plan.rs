//! What the rows of a sheet change, product by product.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::columns::{Column, SheetRow};
use super::group::Group;
use super::named::Named;
use super::present::Known;
use super::values::{SheetState, normal_code};
use crate::failure::Problem;
use crate::freight::PackedSize;
use crate::ids::{BatchId, CategoryId, ProductId, VariantId};
use crate::money::Fen;

/// One cell that is wrong, or a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// As the spreadsheet numbers it.
    pub row: u32,
    pub column: Column,
    /// What stands there.
    pub text: String,
    pub problem: Problem,
}

/// How many errors, in the order of rows, say which names would fit: more than anybody is shown. Of thousands of cells that
/// say so each takes more memory than its row.
const TOLD: usize = 1_000;

/// Notes an error; those that are too many are told without the names that would fit.
pub(super) fn note_error(errors: &mut Vec<CellError>, error: CellError) {
    errors.push(error);
    if !errors.len().is_multiple_of(TOLD) {
        return;
    }
    errors.sort_by_key(|error| (error.row, error.column));
    for error in errors.iter_mut().skip(TOLD) {
        if let Problem::UnknownName { fits, .. } | Problem::AmbiguousName { fits, .. } = &mut error.problem {
            *fits = Vec::new();
        }
    }
}

/// What happens to one product, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// `None` for a draft that is to be made.
    pub product: Option<ProductId>,
    /// The version it was made for; 0 for a new one.
    pub version: i64,
    /// Its name as it is now.
    pub name: String,
    /// The rows it comes from.
    pub rows: Vec<u32>,
    pub changes: Vec<Change>,
}

/// One thing that changes. Of a season both ends, as they are stored; of a story that was there the beginning only, to be
/// shown; of a label the texts as the form of a listing has them. Stock changes by base units; a preview of an older release does not say of which kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    Name { before: String, after: String },
    NameEn { before: String, after: String },
    Category { before: Option<CategoryId>, after: CategoryId },
    Village { before: Option<Named>, after: Named },
    Place { before: Option<Named>, after: Named },
    FreightTemplate { before: Option<Named>, after: Named },
    Season { before: (String, String), after: (String, String) },
    Attribute(AttributeChange),
    Label { column: Column, before: String, after: String },
    Story { before: String, after: String },
    StoryEn { before: String, after: String },
    State { before: SheetState, after: SheetState },
    Variant { variant: VariantId, code: String, change: VariantChange },
    NewVariant(NewVariant),
    Stock { batch: BatchId, code: String, change: i64, base_unit: Option<String>, reason: String },
}

/// Something of its category that a product is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// The attribute's word in addresses and forms.
    pub slug: String,
    /// What it is called and what it was and is, in both languages.
    pub name: (String, String),
    pub before: (String, String),
    pub after: (String, String),
    /// The new value as the form of a listing takes it; blank to take it away.
    pub typed: String,
}

/// One thing that changes of a variant. Of tier prices from which quantity on, and the price of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VariantChange {
    Name { before: String, after: String },
    NameEn { before: String, after: String },
    Unit { before: String, after: String },
    Price { before: Fen, after: Fen },
    TierPrices { before: Vec<(i64, Fen)>, after: Vec<(i64, Fen)> },
    MinQuantity { before: i64, after: i64 },
    StepQuantity { before: i64, after: i64 },
    BaseQuantity { before: i64, after: i64 },
    WeightG { before: i64, after: i64 },
    Size { before: Option<PackedSize>, after: Option<PackedSize> },
}

/// A variant that is to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVariant {
    /// `None` to have one made.
    pub code: Option<String>,
    pub name: String,
    pub name_en: String,
    /// Empty for 件.
    pub unit: String,
    pub price: Fen,
    pub base_quantity: i64,
    /// `None` for the content's weight where that is weighed.
    pub weight_g: Option<i64>,
    /// `None` where it is not known; a preview of an older release has none.
    #[serde(default)]
    pub size: Option<PackedSize>,
    #[serde(default)]
    pub tiers: Vec<(i64, Fen)>,
    /// `None` for 1.
    #[serde(default)]
    pub min_quantity: Option<i64>,
    #[serde(default)]
    pub step_quantity: Option<i64>,
}

/// What a sheet comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Products in the order in which the sheet names them; none of them has an error in any row.
    pub items: Vec<Item>,
    /// In the order of rows.
    pub errors: Vec<CellError>,
    /// How many products stay as they are.
    pub unchanged: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Subject {
    Stored(ProductId),
    New(String),
}

/// Works out what the rows change. `is_code_known` says whether the sheet has a column of codes: without one, a row
/// means the only variant of its product.
#[must_use]
pub fn plan(rows: &[SheetRow], is_code_known: bool, known: &Known) -> Plan {
    let mut plan = Plan::default();
    let mut groups: Vec<(Subject, Vec<&SheetRow>, Vec<CellError>)> = Vec::new();
    let mut place_of: HashMap<Subject, usize> = HashMap::new();
    for row in rows {
        let formulas = row.formulas.iter().map(|column| cell_error(row, *column, Problem::Formula));
        match subject_of(row, known) {
            Ok(subject) => {
                let place = *place_of.entry(subject.clone()).or_insert(groups.len());
                if place == groups.len() {
                    groups.push((subject, Vec::new(), Vec::new()));
                }
                groups[place].1.push(row);
                // Whatever else the row says, nothing of its product is applied.
                groups[place].2.extend(formulas);
            }
            Err(_) if !row.formulas.is_empty() => plan.errors.extend(formulas),
            Err((column, problem)) => plan.errors.push(cell_error(row, column, problem)),
        }
    }
    for (subject, rows, formulas) in groups {
        let mut group = Group::new(is_code_known, known, formulas);
        let (product, version, name) = match subject {
            Subject::Stored(id) => match known.products.get(&id) {
                Some(present) => {
                    group.compare(present, &rows);
                    (Some(id), present.version, present.name.clone())
                }
                None => continue,
            },
            Subject::New(name) => {
                group.invent(&name, &rows);
                (None, 0, name)
            }
        };
        let Group { errors, changes, .. } = group;
        if !errors.is_empty() {
            for error in errors {
                note_error(&mut plan.errors, error);
            }
        } else if changes.is_empty() {
            plan.unchanged += 1;
        } else {
            let rows = rows.iter().map(|row| row.row).collect();
            plan.items.push(Item { product, version, name, rows, changes });
        }
    }
    plan.errors.sort_by_key(|error| (error.row, error.column));
    // What a formula comes to may be wrong as well; that it is one says enough.
    plan.errors.dedup_by_key(|error| (error.row, error.column));
    plan
}

pub(super) fn cell_error(row: &SheetRow, column: Column, problem: Problem) -> CellError {
    CellError { row: row.row, column, text: row.get(column).chars().take(80).collect(), problem }
}

/// Which product a row is about: never one that is not the team's own.
fn subject_of(row: &SheetRow, known: &Known) -> Result<Subject, (Column, Problem)> {
    if row.has(Column::Product) {
        let id = row.get(Column::Product).parse::<ProductId>().ok();
        let own = id.filter(|id| known.products.contains_key(id));
        return own.map(Subject::Stored).ok_or((Column::Product, Problem::UnknownCode));
    }
    let code = normal_code(row.get(Column::Code));
    if known.taken.contains(&code) {
        return Err((Column::Code, Problem::Taken));
    }
    if let Some(own) = known.codes.get(&code).filter(|own| known.products.contains_key(own)) {
        return Ok(Subject::Stored(*own));
    }
    match row.get(Column::Name) {
        "" => Err((Column::Name, Problem::Missing)),
        name => Ok(Subject::New(name.to_owned())),
    }
}
