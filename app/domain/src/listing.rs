//! What a seller types into the forms of a listing: the page sends these texts, the use case reads them.
//!
//! Everything is text as it was typed, so that a form that is refused can be shown again as it was. Ids are in their
//! shown form; blank means "none".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The longest story, in characters; in English it may have twice as many.
pub const MAX_STORY_CHARS: usize = 5_000;

/// The whole form of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListingForm {
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub category: String,
    pub village: String,
    pub place: String,
    pub freight_template: String,
    /// `g` or `piece`; cannot be changed once there is a batch.
    pub base_unit: String,
    /// A word of [`crate::food::FoodClass`].
    pub food_class: String,
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: String,
    /// Between which days it can be ordered, see [`crate::season::Season::read`]; blank for always.
    pub season_from: String,
    pub season_until: String,
    /// A word of [`crate::after_sale::ReturnRule`]; blank for what the food class says.
    pub return_rule: String,
    /// What it has of its category, by the attribute's slug; see [`crate::attribute::Attribute::read`].
    pub attributes: BTreeMap<String, String>,
    /// Ids of products that stand beside it, in their order; none to have them chosen by category and village.
    pub related: Vec<String>,
    /// In their order. Variants that are not named here are taken out of sale.
    pub variants: Vec<VariantForm>,
    /// Ids of uploaded photos in their order; the first is the cover.
    pub photos: Vec<String>,
}

/// One variant. A row without an id in which nothing was typed is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VariantForm {
    /// Blank for a new one.
    pub id: String,
    /// Blank to have one made of the product's name.
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// Sale unit such as 罐; blank for 件.
    pub unit: String,
    /// Yuan.
    pub price: String,
    /// Base units of the product in one sale unit.
    pub base_quantity: String,
    /// Grams as sent, with packing; blank for the content's weight when the base unit is the gram.
    pub weight_g: String,
    /// With packing, as [`crate::freight::PackedSize`] reads it; blank when it is not known.
    pub size: String,
    /// Blank for 1.
    pub min_quantity: String,
    /// Blank for 1.
    pub step_quantity: String,
    /// Kilograms that a piece weighs at least and at most, when it is sold by weight; blank when it is not.
    pub least_kg: String,
    pub most_kg: String,
    /// Yuan a kilogram. When sold by weight, the price is that of the heaviest piece: it follows from this, unless the
    /// price alone was changed.
    pub per_kg: String,
    /// `50:128.00, 100:118.00`: from which quantity on, and the price of one in yuan.
    pub tier_prices: String,
    /// `on` takes the variant out of sale, as if it were not named.
    pub remove: String,
}

/// A harvest or production run that came in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddBatch {
    pub product: String,
    /// Printed on the package; blank to have one made of the date.
    pub code: String,
    #[serde(flatten)]
    pub papers: PapersForm,
    /// Base units of the product, all of which can be sold.
    pub received: String,
    /// Whose harvest is in it; rows in which nothing was typed are ignored.
    pub inputs: Vec<InputForm>,
}

/// What one village put in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InputForm {
    pub village: String,
    /// Kilograms with at most three decimals.
    pub weight_kg: String,
}

/// New papers for a batch. Quantities and inputs are not changed with them: lines are attributed by these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateBatch {
    pub batch: String,
    #[serde(flatten)]
    pub papers: PapersForm,
    /// Why a day was wrong; needed only when one is corrected.
    pub reason: String,
}

/// The days and the certificate of a batch; days as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PapersForm {
    pub produced_on: String,
    /// Blank for production plus shelf life, when the product has one; never later than that.
    pub expires_on: String,
    /// Of the 承诺达标合格证.
    pub certificate_number: String,
    /// Who signed the certificate, or issued the quarantine certificate.
    pub certificate_issuer: String,
    pub certificate_contact: String,
    /// When it was signed; blank for the day of production.
    pub issued_on: String,
    /// Of the 检疫证明; only live poultry and meat have one.
    pub quarantine_number: String,
}
