//! What is stored, as a sheet sees it, and how it stands in one.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::amounts::amount_text;
use super::attributes::{Values, attributes_text};
use super::columns::{Column, tidy, tidy_lines};
use super::label::{Label, label_text};
use super::named::Named;
use super::values::{SheetState, season_text};
use crate::attribute::Attribute;
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
    /// `g` or `piece`.
    pub base_unit: String,
    /// In their order, those out of sale as well.
    pub variants: Vec<PresentVariant>,
    pub batches: Vec<PresentBatch>,
    /// Nothing where a sheet does not speak of it.
    pub details: Details,
}

/// What else a product says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    pub village: Option<Named>,
    pub place: Option<Named>,
    pub template: Option<Named>,
    /// Both ends as they are stored; blank for all year.
    pub season: (String, String),
    pub attributes: Values,
    pub label: Label,
    pub story: LongText,
    pub story_en: LongText,
}

/// A long text as a sheet is compared with it: what it comes to, and its beginning to be shown. The stories of all the
/// goods that a sheet names would not fit into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongText {
    digest: u64,
    pub beginning: String,
}

impl LongText {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = tidy_lines(text);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { digest: hasher.finish(), beginning: beginning_of(&text) }
    }
}

impl Default for LongText {
    fn default() -> Self {
        Self::of("")
    }
}

/// Characters of a long text that are shown.
const SHOWN_CHARS: usize = 60;

/// The beginning of a long text in one line.
#[must_use]
pub fn beginning_of(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_CHARS).collect();
    let more = if text.chars().nth(SHOWN_CHARS).is_some() { "…" } else { "" };
    format!("{}{more}", tidy(&shown))
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
    /// From which quantity on, and the price of one; the smallest first.
    pub tiers: Vec<(i64, Fen)>,
    pub min_quantity: i64,
    pub step_quantity: i64,
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
    /// What the team may choose from.
    pub villages: Vec<Named>,
    pub places: Vec<Named>,
    pub templates: Vec<Named>,
    /// What goods of a category are told apart by.
    pub attributes: BTreeMap<CategoryId, Vec<Attribute>>,
}

impl Known {
    pub(super) fn attributes_of(&self, category: Option<CategoryId>) -> &[Attribute] {
        let found = category.and_then(|category| self.attributes.get(&category));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// What stands in a product's rows beside what a sheet is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its category, in the language of the sheet, and what goods of it are told apart by.
    pub category: &'a str,
    pub attributes: &'a [Attribute],
    pub story: &'a str,
    pub story_en: &'a str,
}

/// A product as the rows of a sheet, each a text for every column. Read again, they change nothing.
#[must_use]
pub fn rows_of(present: &Present, told: &Told<'_>, locale: Locale) -> Vec<Vec<String>> {
    let stock: i64 =
        present.batches.iter().filter(|batch| !batch.is_expired).map(|batch| batch.available).sum();
    let details = &present.details;
    let named = |named: &Option<Named>| tidy(named.as_ref().map_or("", |named| named.text(locale)));
    let row = |at: usize, variant: Option<&PresentVariant>| {
        let of_variant = |text: &dyn Fn(&PresentVariant) -> String| variant.map(text).unwrap_or_default();
        // A label is said once, as the stories are: a blank cell leaves it.
        let of_label = |column: Column| {
            let text = details.label.get(&column).filter(|_| at == 0);
            text.map(|text| label_text(locale, column, text)).unwrap_or_default()
        };
        let cell = |column: &Column| match column {
            Column::Product => present.product.to_string(),
            Column::Name => tidy(&present.name),
            Column::NameEn => tidy(&present.name_en),
            Column::Category => tidy(told.category),
            Column::Village => named(&details.village),
            Column::Place => named(&details.place),
            Column::FreightTemplate => named(&details.template),
            Column::Season => season_text(locale, &details.season),
            Column::Attributes => attributes_text(told.attributes, &details.attributes, locale),
            Column::Code => of_variant(&|variant| variant.code.clone()),
            Column::VariantName => of_variant(&|variant| tidy(&variant.name)),
            Column::VariantNameEn => of_variant(&|variant| tidy(&variant.name_en)),
            Column::Price => of_variant(&|variant| variant.price.to_yuan_string()),
            Column::TierPrices => of_variant(&|variant| tiers_cell(&variant.tiers)),
            Column::MinQuantity => of_variant(&|variant| variant.min_quantity.to_string()),
            Column::StepQuantity => of_variant(&|variant| variant.step_quantity.to_string()),
            Column::Unit => of_variant(&|variant| tidy(&variant.unit)),
            Column::BaseQuantity => of_variant(&|variant| variant.base_quantity.to_string()),
            Column::WeightG => of_variant(&|variant| variant.weight_g.to_string()),
            Column::Size => {
                of_variant(&|variant| variant.size.map(|size| size.mm_text()).unwrap_or_default())
            }
            Column::Stock => amount_text(stock, &present.base_unit),
            Column::State => present.state.text(locale).to_owned(),
            Column::FoodClass
            | Column::ScNumber
            | Column::WorkshopNumber
            | Column::SalesRegion
            | Column::Ingredients
            | Column::NetContent
            | Column::Producer
            | Column::Storage
            | Column::ShelfLifeDays
            | Column::ReturnRule => of_label(*column),
            Column::Story if at == 0 => tidy_lines(told.story),
            Column::StoryEn if at == 0 => tidy_lines(told.story_en),
            // Said once: a blank cell leaves it, and beside every variant a story would fill the sheet.
            Column::Story | Column::StoryEn => String::new(),
            Column::Batch | Column::StockChange | Column::Reason => String::new(),
        };
        Column::ALL.iter().map(cell).collect::<Vec<String>>()
    };
    let active: Vec<&PresentVariant> = present.variants.iter().filter(|variant| variant.is_active).collect();
    if active.is_empty() {
        vec![row(0, None)]
    } else {
        active.into_iter().enumerate().map(|(at, variant)| row(at, Some(variant))).collect()
    }
}

/// Tier prices in a cell. Without the sign a spreadsheet would take `10:45` for the time of day.
fn tiers_cell(tiers: &[(i64, Fen)]) -> String {
    let parts: Vec<String> = tiers.iter().map(|(quantity, price)| format!("≥{quantity}:{price}")).collect();
    parts.join(", ")
}
