//! The shape of `data/demo/county.json`.

use serde::Deserialize;

use crate::{Result, ServiceError};

/// Reads the embedded data.
pub(super) fn read() -> Result<County> {
    serde_json::from_str(include_str!("../../data/demo/county.json")).map_err(ServiceError::internal)
}

#[derive(Debug, Deserialize)]
pub(super) struct County {
    pub county: CountyHead,
    pub towns: Vec<Town>,
    pub villages: Vec<Village>,
    pub categories: Vec<Category>,
    pub teams: Vec<Team>,
    pub units: Vec<Unit>,
    pub cadres: Vec<Cadre>,
    pub freight_templates: Vec<Freight>,
    pub products: Vec<Product>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CountyHead {
    pub code: String,
    pub name: String,
    pub name_en: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Town {
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Village {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub town: String,
    pub story: String,
    pub story_en: String,
    pub yearly_target_fen: i64,
    pub picture: String,
    pub collective: Collective,
}

#[derive(Debug, Deserialize)]
pub(super) struct Collective {
    pub name: String,
    pub name_en: String,
    pub credit_code: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Category {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub picture: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Team {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub villages: Vec<String>,
    pub dispatch_place: DispatchPlace,
}

#[derive(Debug, Deserialize)]
pub(super) struct DispatchPlace {
    pub name: String,
    pub region_code: String,
    pub address: String,
    pub phone: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub parent: Option<String>,
    pub credit_code: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cadre {
    pub slug: String,
    pub title_name: String,
    pub title_en: String,
    pub village: String,
    pub unit: String,
    pub starts_on: String,
    pub ends_on: String,
    pub team: String,
    pub team_role: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Freight {
    pub slug: String,
    pub team: String,
    pub name: String,
    /// `weight` or `piece`.
    pub mode: String,
    pub first: i64,
    pub step: i64,
    pub rows: Vec<FreightRow>,
    pub free_over_fen: Option<i64>,
    pub no_delivery: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FreightRow {
    pub regions: Vec<String>,
    pub first_fee_fen: i64,
    pub step_fee_fen: i64,
    pub surcharge_fen: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Product {
    pub slug: String,
    pub team: String,
    pub category: String,
    pub village: String,
    pub freight_template: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub food_class: String,
    pub base_unit: String,
    pub label: Label,
    pub pictures: Vec<String>,
    pub variants: Vec<Variant>,
    pub batches: Vec<Batch>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Label {
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub sales_region_codes: Vec<String>,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Variant {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub unit: String,
    pub price_fen: i64,
    pub base_quantity: i64,
    pub weight_g: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
    /// From which quantity on, at which unit price.
    pub tiers: Vec<(i64, i64)>,
    /// What a kilogram costs and what a piece weighs, of what is sold by weight.
    #[serde(default)]
    pub by_weight: Option<ByWeight>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ByWeight {
    pub per_kg_fen: i64,
    pub least_g: i64,
    pub most_g: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    pub code: String,
    pub produced_days_ago: i64,
    /// `MM-DD` of the true season, where there is one.
    pub produced_month_day: Option<String>,
    pub expires_days_after: i64,
    pub received: i64,
    pub certificate_number: String,
    pub certificate_issuer: String,
    pub inputs: Vec<Input>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Input {
    pub village: String,
    pub weight_g: i64,
}
