//! Something to sell: products with their variants and batches, published.

use domain::ids::{BatchId, FreightTemplateId, PlaceId, ProductId, TeamId, VariantId, VillageId};
use domain::money::Fen;
use store::listing::{self as rows, ListingRow, ListingVariantRow, NewBatch, PapersRow};

use super::places::Places;
use crate::Services;

/// A product that is for sale.
#[derive(Debug, Clone)]
pub struct Good {
    pub product: ProductId,
    pub variants: Vec<VariantId>,
    pub batches: Vec<BatchId>,
}

impl Good {
    /// The first variant.
    pub fn variant(&self) -> VariantId {
        self.variants[0]
    }
}

/// A batch: base units, day of expiry, villages with their weights in grams.
pub type Harvest = (i64, &'static str, Vec<(VillageId, i64)>);

/// What a product is made of.
#[derive(Debug, Clone)]
pub struct NewGood {
    pub slug: String,
    pub team: TeamId,
    pub place: PlaceId,
    pub freight: FreightTemplateId,
    pub village: VillageId,
    /// Code, price in fen, base units of a piece, weight of a piece in grams.
    pub variants: Vec<(String, i64, i64, i64)>,
    /// Unit prices of every variant from a quantity on.
    pub tiers: Vec<(i64, Fen)>,
    pub batches: Vec<Harvest>,
}

impl NewGood {
    fn of_tea_team(places: &Places, slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            team: places.tea_team,
            place: places.tea_place,
            freight: places.tea_freight,
            village: places.villages[0],
            variants: Vec::new(),
            tiers: Vec::new(),
            batches: Vec::new(),
        }
    }

    /// Lists it and publishes it.
    pub async fn publish(self, services: &Services, places: &Places) -> Good {
        let product: ProductId = services.new_id();
        let now_ms = services.now_ms();
        let row = self.row(product, places, now_ms);
        let mut tx = services.db.write().await.unwrap();
        rows::insert_listing(&mut tx, &row, None, now_ms).await.unwrap();
        let mut good = Good { product, variants: Vec::new(), batches: Vec::new() };
        for (position, (code, price_fen, base_quantity, weight_g)) in (0_i64..).zip(&self.variants) {
            let variant = ListingVariantRow {
                id: services.new_id(),
                code: code.clone(),
                name: code.clone(),
                name_en: code.clone(),
                unit: "件".to_owned(),
                price_fen: Fen::new(*price_fen),
                base_quantity: *base_quantity,
                weight_g: *weight_g,
                min_quantity: 1,
                step_quantity: 1,
                position,
                active: 1,
            };
            rows::insert_variant(&mut tx, product, &variant).await.unwrap();
            rows::replace_tier_prices(&mut tx, variant.id, &self.tiers).await.unwrap();
            good.variants.push(variant.id);
        }
        rows::update_listing(&mut tx, &row).await.unwrap();
        for (index, (received, expires_on, inputs)) in self.batches.into_iter().enumerate() {
            let batch = NewBatch {
                id: services.new_id(),
                product_id: product,
                code: format!("{}-{index}", self.slug),
                papers: PapersRow {
                    produced_on: "2026-05-01".to_owned(),
                    expires_on: Some(expires_on.to_owned()),
                    certificate_number: "HG-1".to_owned(),
                    certificate_issuer: "检测站".to_owned(),
                    certificate_contact: "0915-2999801".to_owned(),
                    ..PapersRow::default()
                },
                received,
                inputs,
                created_at_ms: now_ms,
            };
            rows::insert_batch(&mut tx, &batch).await.unwrap();
            good.batches.push(batch.id);
        }
        rows::publish_listing(&mut tx, product, &self.slug, now_ms).await.unwrap();
        tx.commit().await.unwrap();
        good
    }

    fn row(&self, id: ProductId, places: &Places, now_ms: i64) -> ListingRow {
        ListingRow {
            slug: self.slug.clone(),
            team_id: self.team,
            category_id: places.category,
            village_id: self.village,
            place_id: self.place,
            freight_template_id: self.freight,
            name: self.slug.clone(),
            name_en: self.slug.clone(),
            ..ListingRow::blank(id, now_ms)
        }
    }
}

/// Weights that no price divides by.
pub(super) async fn dendrobium(services: &Services, places: &Places) -> Good {
    let weights = [5_203, 3_101, 1_097, 599];
    let inputs = places.villages.into_iter().zip(weights).collect();
    NewGood {
        variants: vec![("SH-500".to_owned(), 16_801, 500, 600)],
        tiers: vec![(10, Fen::new(15_003))],
        batches: vec![(100_000, "2027-06-30", inputs)],
        ..NewGood::of_tea_team(places, "dendrobium")
    }
    .publish(services, places)
    .await
}

pub(super) async fn tea(services: &Services, places: &Places) -> Good {
    let village = places.villages[1];
    NewGood {
        village,
        variants: vec![("CH-100".to_owned(), 4_990, 100, 150), ("CH-250".to_owned(), 11_999, 250, 320)],
        batches: vec![
            (500, "2026-12-31", vec![(village, 500)]),
            (20_000, "2027-12-31", vec![(village, 20_000)]),
        ],
        ..NewGood::of_tea_team(places, "tea")
    }
    .publish(services, places)
    .await
}

pub(super) async fn honey(services: &Services, places: &Places) -> Good {
    let village = places.villages[2];
    NewGood {
        slug: "honey".to_owned(),
        team: places.honey_team,
        place: places.honey_place,
        freight: places.honey_freight,
        village,
        variants: vec![("FM-500".to_owned(), 8_800, 1, 700)],
        tiers: Vec::new(),
        batches: vec![(400, "2027-06-30", vec![(village, 280_000), (places.villages[3], 7_000)])],
    }
    .publish(services, places)
    .await
}

pub(super) async fn scarce(services: &Services, places: &Places, code: &str, pieces: i64) -> Good {
    NewGood {
        variants: vec![(code.to_owned(), 99_900, 1, 500)],
        batches: vec![(pieces, "2027-06-30", vec![(places.villages[0], 2_000), (places.villages[3], 1_000)])],
        ..NewGood::of_tea_team(places, &code.to_lowercase())
    }
    .publish(services, places)
    .await
}
