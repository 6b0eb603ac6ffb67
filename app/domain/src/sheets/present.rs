//! What is stored, as a sheet sees it, and how it stands in one.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, tidy};
use super::values::SheetState;
use crate::freight::PackedSize;
use crate::ids::{BatchId, CategoryId, ProductId, VariantId};
use crate::locale::Locale;
use crate::money::Fen;

/// A product as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub product: ProductId,
    /// Counts the edits: a change is applied to the version it was made for.
    pub version: i64,
    pub name: String,
    pub name_en: String,
    pub category: CategoryId,
    pub state: SheetState,
    /// In their order, those out of sale as well.
    pub variants: Vec<PresentVariant>,
    pub batches: Vec<PresentBatch>,
}

/// A variant as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentVariant {
    pub id: VariantId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub unit: String,
    pub price: Fen,
    pub base_quantity: i64,
    pub weight_g: i64,
    /// Where it is known.
    pub size: Option<PackedSize>,
    /// Whether it is for sale.
    pub is_active: bool,
}

/// A batch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentBatch {
    pub id: BatchId,
    pub code: String,
    /// Base units.
    pub available: i64,
    pub is_expired: bool,
    /// Goods of several villages are in it.
    pub is_shared: bool,
}

/// What is known of the team's goods, and of the shop as far as rows ask for it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The team's own products that the rows name.
    pub products: BTreeMap<ProductId, Present>,
    /// Codes of the team's own variants, in capitals.
    pub codes: BTreeMap<String, ProductId>,
    /// Codes of variants of anybody else.
    pub taken: BTreeSet<String>,
    /// The shop's categories with their names in both languages.
    pub categories: Vec<(CategoryId, String, String)>,
}

/// A product as the rows of a sheet, each a text for every column. Read again, they change nothing.
#[must_use]
pub fn rows_of(present: &Present, category: &str, locale: Locale) -> Vec<Vec<String>> {
    let stock: i64 =
        present.batches.iter().filter(|batch| !batch.is_expired).map(|batch| batch.available).sum();
    let row = |variant: Option<&PresentVariant>| {
        let of_variant = |text: &dyn Fn(&PresentVariant) -> String| variant.map(text).unwrap_or_default();
        let cell = |column: &Column| match column {
            Column::Product => present.product.to_string(),
            Column::Name => tidy(&present.name),
            Column::NameEn => tidy(&present.name_en),
            Column::Category => tidy(category),
            Column::Code => of_variant(&|variant| variant.code.clone()),
            Column::VariantName => of_variant(&|variant| tidy(&variant.name)),
            Column::VariantNameEn => of_variant(&|variant| tidy(&variant.name_en)),
            Column::Price => of_variant(&|variant| variant.price.to_yuan_string()),
            Column::Unit => of_variant(&|variant| tidy(&variant.unit)),
            Column::BaseQuantity => of_variant(&|variant| variant.base_quantity.to_string()),
            Column::WeightG => of_variant(&|variant| variant.weight_g.to_string()),
            Column::Size => {
                of_variant(&|variant| variant.size.map(|size| size.mm_text()).unwrap_or_default())
            }
            Column::Stock => stock.to_string(),
            Column::State => present.state.text(locale).to_owned(),
            Column::Batch | Column::StockChange | Column::Reason => String::new(),
        };
        Column::ALL.iter().map(cell).collect::<Vec<String>>()
    };
    let active: Vec<&PresentVariant> = present.variants.iter().filter(|variant| variant.is_active).collect();
    if active.is_empty() {
        vec![row(None)]
    } else {
        active.into_iter().map(|variant| row(Some(variant))).collect()
    }
}
