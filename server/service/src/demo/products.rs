//! What is listed: products with their labels, variants, tier prices, photos and the batches still to come.

use domain::food::FoodClass;
use domain::ids::MediaId;
use domain::money::Fen;
use domain::time::{Date, HOUR_MS, start_of_day_ms};
use store::WriteTx;
use store::listing::{self as rows, ListingRow, ListingVariantRow, NewBatch, PapersRow};
use store::weighing::WeighedVariantRow;

use super::batches;
use super::county::{Batch, County, Product};
use super::places::{Media, narrowed_slug};
use super::world::{ArrivingBatch, Good, GoodVariant, World, named};
use crate::{Result, ServiceError};

/// Writes every product as a draft and brings in the batches that were there before the history begins.
pub(super) async fn insert_products(
    tx: &mut WriteTx,
    world: &mut World,
    county: &County,
    media: &Media,
) -> Result<()> {
    let (founded_ms, by) = (world.services.now_ms(), world.staff()?.packer);
    for product in &county.products {
        let good = insert_product(tx, world, county, product, media).await?;
        for batch in good.batches.iter().filter(|batch| batch.row.created_at_ms <= founded_ms) {
            batches::arrive(tx, &world.services, &good, batch, by).await?;
        }
        world.goods.push(good);
    }
    Ok(())
}

async fn insert_product(
    tx: &mut WriteTx,
    world: &World,
    county: &County,
    product: &Product,
    media: &Media,
) -> Result<Good> {
    let row = listing_row(world, product)?;
    let at_ms = world.services.now_ms();
    rows::insert_listing(tx, &row, Some(world.staff()?.seller), at_ms).await?;
    let mut variants = Vec::new();
    for (position, variant) in (0_i64..).zip(&product.variants) {
        let new = ListingVariantRow {
            id: world.services.new_id(),
            code: variant.code.clone(),
            name: variant.name.clone(),
            name_en: variant.name_en.clone(),
            unit: variant.unit.clone(),
            price_fen: Fen::new(variant.price_fen),
            base_quantity: variant.base_quantity,
            weight_g: variant.weight_g,
            min_quantity: variant.min_quantity,
            step_quantity: variant.step_quantity,
            position,
            active: 1,
        };
        rows::insert_variant(tx, row.id, &new).await?;
        let tiers: Vec<(i64, Fen)> =
            variant.tiers.iter().map(|(from, fen)| (*from, Fen::new(*fen))).collect();
        rows::replace_tier_prices(tx, new.id, &tiers).await?;
        if let Some(by_weight) = variant.by_weight {
            let weighed = WeighedVariantRow {
                variant_id: new.id,
                per_kg_fen: Fen::new(by_weight.per_kg_fen),
                least_g: by_weight.least_g,
                most_g: by_weight.most_g,
            };
            store::weighing::put_weighed_variant(tx, &weighed).await?;
        }
        variants.push(GoodVariant { id: new.id, code: new.code, base_quantity: new.base_quantity });
    }
    // Writes the label and, now that there are variants, the lowest price.
    rows::update_listing(tx, &row).await?;
    let photos: Vec<MediaId> =
        product.pictures.iter().filter_map(|name| media.get(name.as_str()).copied()).collect();
    rows::replace_listing_photos(tx, row.id, &photos).await?;
    let arriving = product.batches.iter().map(|batch| arriving_batch(world, county, product, &row, batch));
    Ok(Good {
        id: row.id,
        slug: row.slug.clone(),
        category: product.category.clone(),
        variants,
        batches: arriving.collect::<Result<_>>()?,
    })
}

fn listing_row(world: &World, product: &Product) -> Result<ListingRow> {
    let team = named(&world.teams, &product.team)?;
    let label = &product.label;
    let template = if label.sales_region_codes.is_empty() {
        product.freight_template.clone()
    } else {
        narrowed_slug(&product.freight_template, &label.sales_region_codes)
    };
    Ok(ListingRow {
        id: world.services.new_id(),
        slug: product.slug.clone(),
        team_id: team.team,
        category_id: *named(&world.categories, &product.category)?,
        village_id: *named(&world.villages, &product.village)?,
        place_id: team.place,
        freight_template_id: *named(&world.templates, &template)?,
        name: product.name.clone(),
        name_en: product.name_en.clone(),
        story: product.story.clone(),
        story_en: product.story_en.clone(),
        base_unit: product.base_unit.clone(),
        food_class: FoodClass::parse(&product.food_class).map_err(ServiceError::internal)?,
        sc_number: label.sc_number.clone(),
        workshop_number: label.workshop_number.clone(),
        sales_region: label.sales_region.clone(),
        ingredients: label.ingredients.clone(),
        net_content: label.net_content.clone(),
        producer: label.producer.clone(),
        storage: label.storage.clone(),
        shelf_life_days: label.shelf_life_days,
        season_from: String::new(),
        season_until: String::new(),
        status: "draft".to_owned(),
        version: 1,
        updated_at_ms: world.services.now_ms(),
        published_at_ms: None,
        price_from_fen: Fen::ZERO,
    })
}

fn arriving_batch(
    world: &World,
    county: &County,
    product: &Product,
    row: &ListingRow,
    batch: &Batch,
) -> Result<ArrivingBatch> {
    let produced_on = production_day(world.today(), batch)?;
    let expires_on = produced_on.plus_days(batch.expires_days_after);
    let team = county.teams.iter().find(|team| team.slug == product.team);
    let inputs = batch
        .inputs
        .iter()
        .map(|input| Ok((*named(&world.villages, &input.village)?, input.weight_g)))
        .collect::<Result<_>>()?;
    let is_meat = row.food_class == FoodClass::LivePoultryMeat;
    Ok(ArrivingBatch {
        row: NewBatch {
            id: world.services.new_id(),
            product_id: row.id,
            code: batch.code.clone(),
            papers: PapersRow {
                produced_on: produced_on.to_string(),
                expires_on: Some(expires_on.to_string()),
                certificate_number: batch.certificate_number.clone(),
                certificate_issuer: batch.certificate_issuer.clone(),
                certificate_contact: team.map(|team| team.dispatch_place.phone.clone()).unwrap_or_default(),
                issued_on: Some(produced_on.to_string()),
                quarantine_number: if is_meat { batch.certificate_number.clone() } else { String::new() },
            },
            received: batch.received,
            inputs,
            created_at_ms: (start_of_day_ms(produced_on) + 10 * HOUR_MS).min(world.now_ms),
        },
        expires_on,
    })
}

/// The day of the true season where the data names one, else so many days ago.
fn production_day(today: Date, batch: &Batch) -> Result<Date> {
    let Some(month_day) = &batch.produced_month_day else {
        return Ok(today.plus_days(-batch.produced_days_ago));
    };
    let in_year =
        |year: i32| format!("{year:04}-{month_day}").parse::<Date>().map_err(ServiceError::internal);
    let this_year = in_year(today.year())?;
    if this_year <= today { Ok(this_year) } else { in_year(today.year() - 1) }
}
