//! Goods of the real shop: what a sequence sells, and how it is weighed, corrected and called back.

use domain::after_sale::ReturnRule;
use domain::ids::{VariantId, VillageId};
use domain::listing::InputForm;
use domain::money::Fen;
use service::Viewer;
use service::bundles::{PartForm, SaveContents, contents, create_bundle, save_contents};
use service::stock::{CorrectInputs, RecallBatch, correct_inputs, recall_batch};
use service::testing::{Good, NewGood, TestShop};
use service::weighing::{TypedPiece, WeighParcel, weigh_parcel};
use store::weighing::WeighedVariantRow;

use super::goods_steps::GoodsStep;
use super::reference::*;
use super::steps::Wanted;
use super::world::{World, outcome, run_worker};

/// Far behind whatever time a sequence lets pass.
const LAST_DAYS: [&str; 2] = ["2098-12-31", "2099-12-31"];

pub fn code(number: u32, variant: usize) -> String {
    format!("M{number}-{variant}")
}

/// Grams as they are typed.
fn kilograms(grams: i64) -> String {
    format!("{}.{:03}", grams / 1_000, grams % 1_000)
}

/// A product of the reference with its batches.
pub async fn list(shop: &TestShop, number: u32, product: usize) -> Good {
    let places = &shop.places;
    let (team, place, freight) = match TEAMS[product] {
        0 => (places.tea_team, places.tea_place, places.tea_freight),
        _ => (places.honey_team, places.honey_place, places.honey_freight),
    };
    let specs: Vec<(usize, &VariantSpec)> =
        VARIANTS.iter().enumerate().filter(|(_, spec)| spec.product == product).collect();
    let batches = BATCHES.iter().filter(|spec| spec.product == product).zip(LAST_DAYS);
    let good = NewGood {
        slug: format!("model-{number}-{product}"),
        team,
        place,
        freight,
        village: places.villages[0],
        variants: specs
            .iter()
            .map(|(index, spec)| (code(number, *index), spec.price_fen, spec.base, spec.weight_g))
            .collect(),
        tiers: Vec::new(),
        batches: batches
            .map(|(spec, last_day)| {
                let inputs = places.villages.into_iter().zip(spec.inputs);
                (spec.received, last_day, inputs.filter(|(_, weight)| *weight > 0).collect())
            })
            .collect(),
    }
    .publish(&shop.services, places)
    .await;
    let mut tx = shop.services.db.write().await.unwrap();
    for (variant, _) in good.variants.iter().zip(&specs).filter(|(_, (_, spec))| spec.by_weight) {
        let row = WeighedVariantRow {
            variant_id: *variant,
            per_kg_fen: Fen::new(PER_KG_FEN),
            least_g: LEAST_G,
            most_g: MOST_G,
        };
        store::weighing::put_weighed_variant(&mut tx, &row).await.unwrap();
    }
    store::after_sales::put_product_rule(&mut tx, good.product, ReturnRule::SevenDays, 0).await.unwrap();
    tx.commit().await.unwrap();
    good
}

/// The gift box, of some of these variants: the variant that is bought, and its code.
pub async fn list_box(
    shop: &TestShop,
    seller: &Viewer,
    number: u32,
    variants: &[VariantId],
) -> (VariantId, String) {
    let services = &shop.services;
    let key = services.new_token();
    let product = create_bundle(services, seller, shop.places.tea_team, &key).await.unwrap();
    let page = contents(services, seller, product).await.unwrap();
    let part = |(variant, pieces): (usize, i64)| PartForm {
        variant: variants[variant].to_string(),
        quantity: pieces.to_string(),
    };
    let form = SaveContents {
        product: product.to_string(),
        version: page.version,
        price_mode: "free".to_owned(),
        price: Fen::new(BOX_PRICE_FEN).to_yuan_string(),
        parts: BOX_PARTS.map(part).to_vec(),
    };
    save_contents(services, seller, &form, &key).await.unwrap();
    let mut tx = services.db.write().await.unwrap();
    // What a seller must write of it is written by hand.
    store::testing::counties::rewrite_product(&mut tx, product, "礼盒", "").await.unwrap();
    let slug = format!("model-{number}-box");
    store::listing::publish_listing(&mut tx, product, &slug, services.now_ms()).await.unwrap();
    let own = store::listing::list_all_variants(&mut tx, product).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    (own.id, own.code)
}

impl World {
    /// What the page would say that pieces may weigh and that boxes hold.
    pub(super) fn agreed_terms(&self, wanted: &Wanted) -> String {
        let mut terms = Vec::new();
        for (thing, quantity) in wanted {
            let id = self.variants[*thing];
            if *thing == BOX {
                let part = |(variant, pieces): (usize, i64)| {
                    format!("{id}:{}x{}", self.variants[variant], pieces * quantity)
                };
                terms.extend(BOX_PARTS.map(part));
            } else if VARIANTS[*thing].by_weight {
                terms.push(format!("{id}:{LEAST_G}-{MOST_G}"));
            }
        }
        terms.join(" ")
    }

    pub(super) async fn goods_step(&self, shop: &TestShop, after: &Shop, step: &GoodsStep) -> Outcome {
        match step {
            GoodsStep::Weigh { order, line, weights_g } => self.weigh(shop, (*order, *line), weights_g).await,
            GoodsStep::CorrectInputs { batch, inputs } => {
                self.correct_inputs(shop, after, *batch, *inputs).await
            }
            GoodsStep::Recall { batch } => self.recall(shop, after, *batch).await,
        }
    }

    async fn weigh(&self, shop: &TestShop, (order, line): (usize, usize), weights_g: &[i64]) -> Outcome {
        let row = self.line(shop, order, line).await;
        let piece = |weight_g: &i64| TypedPiece { line: row.id.to_string(), weight: kilograms(*weight_g) };
        let command = WeighParcel {
            key: shop.services.new_token(),
            parcel: row.parcel_id.to_string(),
            pieces: weights_g.iter().map(piece).collect(),
        };
        outcome(weigh_parcel(&shop.services, &self.seller, command).await)
    }

    async fn correct_inputs(&self, shop: &TestShop, after: &Shop, batch: usize, inputs: [i64; 4]) -> Outcome {
        let (services, villages, id) = (&shop.services, shop.places.villages, self.batches[batch]);
        let input = |(village, weight_g): (VillageId, i64)| InputForm {
            village: village.to_string(),
            // A village that is left blank put nothing in.
            weight_kg: if weight_g > 0 { kilograms(weight_g) } else { String::new() },
        };
        let command = CorrectInputs {
            batch: id.to_string(),
            inputs: villages.into_iter().zip(inputs).map(input).collect(),
            reason: "过磅单看错".to_owned(),
        };
        let key = services.new_token();
        let answer = outcome(correct_inputs(services, &self.seller, &command, &key).await);
        let weights = {
            let mut conn = services.db.read().await.unwrap();
            store::movements::list_weights(&mut conn, id).await.unwrap()
        };
        let found = villages.map(|village| {
            weights.iter().find(|(of, _)| *of == village).map_or(0, |(_, weight_g)| *weight_g)
        });
        assert_eq!(found, after.batches[batch].inputs, "grams from each village in batch {batch}");
        answer
    }

    /// The worker does what follows at once.
    async fn recall(&self, shop: &TestShop, after: &Shop, batch: usize) -> Outcome {
        let services = &shop.services;
        let command = RecallBatch {
            batch: self.batches[batch].to_string(),
            reason: "safety".to_owned(),
            notice: "检出霉菌，请不要食用。".to_owned(),
            confirm: "on".to_owned(),
        };
        let answer = recall_batch(services, &self.seller, &command, &services.new_token()).await;
        if let Ok(recall) = &answer {
            run_worker(shop).await;
            let mut conn = services.db.read().await.unwrap();
            let rows = store::recalls::list_recall_lines(&mut conn, *recall).await.unwrap();
            let place = |row: &store::recalls::RecallLineRow| {
                let place = self.orders.iter().position(|order| order.order_id == row.order_id);
                place.expect("an order of this sequence")
            };
            let mut told: Vec<_> =
                rows.iter().map(|row| (place(row), row.stage, row.base_quantity)).collect();
            told.sort_unstable();
            assert_eq!(told, after.told, "orders with goods of batch {batch}");
        }
        outcome(answer)
    }
}
