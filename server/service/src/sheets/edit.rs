//! Writing what a preview says into one listing, or into a new draft.

use std::collections::BTreeSet;

use domain::after_sale::ReturnRule;
use domain::changes::{ChangeSource, Difference, Fields};
use domain::failure::{Conflict, FieldError, Problem};
use domain::freight::PackedSize;
use domain::ids::ProductId;
use domain::money::Fen;
use domain::price::{require_cheaper, tiers_text};
use domain::sheets::{Change, Column, Item, NewVariant, VariantChange};
use serde_json::json;
use store::WriteTx;
use store::listing::{self as goods, ListingRow, ListingVariantRow};

use super::apply::Place;
use super::details::{Choices, set_attributes, set_detail};
use crate::listing::form::Reader;
use crate::listing::{self, ListingStatus, Touched};
use crate::{Result, ServiceError, Services, Viewer, audit, bundles, changes};

const MAX_WEIGHT_G: i64 = 1_000_000;

/// Writes what changes of the listing itself, with its history; answers whether it is in the shop.
pub(super) async fn edit(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    choices: &mut Choices,
    row: &mut ListingRow,
    source: ChangeSource,
    item: &Item,
) -> Result<bool> {
    let is_published = listing::status_of(&row.status)? == ListingStatus::Published;
    let (former, former_variants) = (row.clone(), goods::list_all_variants(tx, row.id).await?);
    let mut variants = former_variants.clone();
    let today = listing::today(services);
    let touched = touched_by(item);
    let kept_before = match is_published {
        true => Some(listing::Kept::of_change(tx, row, today, touched).await?),
        false => None,
    };
    let difference = write(tx, services, choices, row, &mut variants, item).await?;
    if let Some(terms) = bundles::price::terms(tx, row.id).await? {
        require_box(terms, &former_variants, &variants)?;
    }
    for (former, now) in former_variants.iter().zip(&variants) {
        listing::note_price(tx, services, row, former, now.price_fen).await?;
    }
    row.version = goods::update_listing(tx, row).await?;
    if row.shelf_life_days != former.shelf_life_days {
        listing::apply_shelf_life(tx, row.id, former.shelf_life_days, row.shelf_life_days).await?;
    }
    if let Some(kept_before) = kept_before {
        // What time or sales brought about (expired, sold out) must not keep anyone from mending a price.
        let before: Vec<FieldError> = kept_before.problems(&former, &former_variants, today);
        let kept = match touched.is_anything() {
            true => listing::Kept::of_change(tx, row, today, touched).await?,
            false => kept_before,
        };
        let mut refused = kept.problems(row, &variants, today);
        refused.retain(|problem| !before.contains(problem));
        if !refused.is_empty() {
            return Err(ServiceError::Invalid(refused));
        }
    }
    if is_published {
        let detail = json!({ "version": row.version });
        audit::record(tx, services, viewer.user_id(), "listing.changed", "product", row.id.get(), detail)
            .await?;
    }
    if is_published {
        listing::review_change(tx, services, viewer, row, &difference).await?;
    }
    changes::record(tx, services, viewer, row.id, row.version, source, &difference).await?;
    Ok(is_published)
}

/// A gift box stays one variant that is counted by the box, and one that costs what its parts cost goes on doing so.
fn require_box(
    terms: bundles::price::Terms,
    former: &[ListingVariantRow],
    variants: &[ListingVariantRow],
) -> Result<()> {
    let mut active = variants.iter().filter(|variant| variant.active == 1);
    let Some(own) = active.next() else { return Ok(()) };
    if active.next().is_some() {
        return Err(ServiceError::invalid("name", Problem::BoxHasOneVariant));
    }
    if own.base_quantity != 1 {
        return Err(ServiceError::invalid("base_quantity", Problem::OutOfRange { min: 1, max: 1 }));
    }
    // What its parts cost may change in the same sheet: the price follows at its end.
    let is_priced = former.iter().any(|row| row.id == own.id && row.price_fen == own.price_fen);
    if is_priced { terms.require_parts() } else { terms.require_price(own.price_fen) }
}

/// What has to be looked at again beside the row and its variants. A new variant has neither size nor tiers unless it says so.
fn touched_by(item: &Item) -> Touched {
    let any = |is_meant: fn(&Change) -> bool| item.changes.iter().any(is_meant);
    Touched {
        attributes: any(|change| matches!(change, Change::Attribute(_))),
        batches: any(|change| {
            matches!(change, Change::Label { column: Column::FoodClass | Column::ShelfLifeDays, .. })
        }),
        sending: any(|change| matches!(change, Change::Place { .. } | Change::FreightTemplate { .. })),
        sizes: any(|change| match change {
            Change::NewVariant(_) => true,
            Change::Variant { change, .. } => matches!(change, VariantChange::Size { .. }),
            _ => false,
        }),
        tiers: any(|change| match change {
            Change::NewVariant(new) => !new.tiers.is_empty(),
            Change::Variant { change, .. } => matches!(change, VariantChange::TierPrices { .. }),
            _ => false,
        }),
    }
}

/// Whether a product is found by what changes.
pub(super) const fn is_of_search(change: &Change) -> bool {
    match change {
        Change::Name { .. }
        | Change::NameEn { .. }
        | Change::Category { .. }
        | Change::Village { .. }
        | Change::Story { .. }
        | Change::StoryEn { .. }
        | Change::NewVariant(_) => true,
        Change::Variant { change, .. } => matches!(change, VariantChange::Name { .. }),
        Change::Place { .. }
        | Change::FreightTemplate { .. }
        | Change::Season { .. }
        | Change::Attribute(_)
        | Change::Label { .. }
        | Change::Stock { .. }
        | Change::State { .. } => false,
    }
}

/// Writes the variants, and changes the listing's own row in place for the caller to write; answers what differs for the
/// history.
async fn write(
    tx: &mut WriteTx,
    services: &Services,
    choices: &mut Choices,
    row: &mut ListingRow,
    variants: &mut Vec<ListingVariantRow>,
    item: &Item,
) -> Result<Difference> {
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    let mut tiers: Vec<(usize, &[(i64, Fen)])> = Vec::new();
    let mut difference = Difference::default();
    let mut reader = Reader::default();
    let former_category = row.category_id;
    // A place in the order, which is what a history keeps, is counted among those for sale.
    let mut place = variants.iter().filter(|variant| variant.active == 1).count();
    let mut position = variants.iter().map(|variant| variant.position + 1).max().unwrap_or(0);
    for change in &item.changes {
        match change {
            Change::Name { after, .. } => difference.set("name", &mut row.name, after),
            Change::NameEn { after, .. } => difference.set("name_en", &mut row.name_en, after),
            Change::Category { after, .. } => {
                difference.set("category", &mut row.category_id.to_string(), &after.to_string());
                row.category_id = *after;
            }
            Change::Variant { variant, change, .. } => {
                let at = variants.iter().position(|stored| stored.id == *variant && stored.active == 1);
                let at = at.ok_or(Conflict::VersionChanged)?;
                set(&mut difference, &mut variants[at], change);
                match change {
                    VariantChange::Size { after, .. } => {
                        store::freight::put_size(tx, *variant, *after).await?;
                    }
                    VariantChange::TierPrices { after, .. } => tiers.push((at, after.as_slice())),
                    _ => {
                        touched.insert(at);
                    }
                }
            }
            Change::NewVariant(new) => {
                let variant = add_variant(tx, services, row, new, position).await?;
                note_new(&mut difference, &variant, new, place);
                variants.push(variant);
                position += 1;
                place += 1;
            }
            // Stored beside the listing's own row.
            Change::Label { column: Column::ReturnRule, before, after } => {
                let rule = (!after.is_empty()).then(|| ReturnRule::parse(after)).transpose();
                let rule = rule.map_err(ServiceError::internal)?;
                listing::declare_rule(tx, row.id, rule, services.now_ms()).await?;
                difference.set("return_rule", &mut before.clone(), after);
            }
            Change::Attribute(_) | Change::Stock { .. } | Change::State { .. } => {}
            detail => set_detail(choices, &mut reader, row, detail, &mut difference)?,
        }
    }
    for at in touched {
        goods::update_variant(tx, &variants[at]).await.map_err(listing::busy_when_taken)?;
    }
    for (at, after) in tiers {
        // Held against the price that the variant has now, as in its form.
        if let Err(problem) = require_cheaper(after, variants[at].price_fen) {
            reader.report(format!("variants.{at}.tier_prices"), problem);
        }
        goods::replace_tier_prices(tx, variants[at].id, after).await?;
    }
    set_attributes(tx, choices, &mut reader, row, former_category, item, &mut difference).await?;
    if reader.problems.is_empty() { Ok(difference) } else { Err(ServiceError::Invalid(reader.problems)) }
}

/// Changes one thing of a variant and notes it as its form would say it.
fn set(difference: &mut Difference, variant: &mut ListingVariantRow, change: &VariantChange) {
    let id = variant.id;
    let field = |name: &str| format!("variants.{id}.{name}");
    match change {
        VariantChange::Name { after, .. } => difference.set(&field("name"), &mut variant.name, after),
        VariantChange::NameEn { after, .. } => difference.set(&field("name_en"), &mut variant.name_en, after),
        VariantChange::Unit { after, .. } => difference.set(&field("unit"), &mut variant.unit, after),
        VariantChange::Price { after, .. } => {
            let mut stored = variant.price_fen.to_yuan_string();
            difference.set(&field("price"), &mut stored, &after.to_yuan_string());
            variant.price_fen = *after;
        }
        // Stored beside the variant, by the caller.
        VariantChange::TierPrices { before, after } => {
            difference.set(&field("tier_prices"), &mut tiers_text(before), &tiers_text(after));
        }
        VariantChange::MinQuantity { after, .. } => {
            let mut stored = variant.min_quantity.to_string();
            difference.set(&field("min_quantity"), &mut stored, &after.to_string());
            variant.min_quantity = *after;
        }
        VariantChange::StepQuantity { after, .. } => {
            let mut stored = variant.step_quantity.to_string();
            difference.set(&field("step_quantity"), &mut stored, &after.to_string());
            variant.step_quantity = *after;
        }
        VariantChange::BaseQuantity { after, .. } => {
            let mut stored = variant.base_quantity.to_string();
            difference.set(&field("base_quantity"), &mut stored, &after.to_string());
            variant.base_quantity = *after;
        }
        VariantChange::WeightG { after, .. } => {
            difference.set(&field("weight_g"), &mut variant.weight_g.to_string(), &after.to_string());
            variant.weight_g = *after;
        }
        // Stored beside the variant, by the caller.
        VariantChange::Size { before, after } => {
            difference.set(&field("size"), &mut size_text(*before), &size_text(*after));
        }
    }
}

/// A size as the form of a listing shows it.
fn size_text(size: Option<PackedSize>) -> String {
    size.map(|size| size.to_string()).unwrap_or_default()
}

/// Notes a variant that was added.
fn note_new(difference: &mut Difference, variant: &ListingVariantRow, new: &NewVariant, place: usize) {
    let texts = [
        ("position", place.to_string()),
        ("code", variant.code.clone()),
        ("name", variant.name.clone()),
        ("name_en", variant.name_en.clone()),
        ("unit", variant.unit.clone()),
        ("price", variant.price_fen.to_yuan_string()),
        ("base_quantity", variant.base_quantity.to_string()),
        ("weight_g", variant.weight_g.to_string()),
        ("size", size_text(new.size)),
        ("min_quantity", variant.min_quantity.to_string()),
        ("step_quantity", variant.step_quantity.to_string()),
        ("tier_prices", tiers_text(&new.tiers)),
    ];
    for (name, text) in texts {
        difference.set(&format!("variants.{}.{name}", variant.id), &mut String::new(), &text);
    }
}

async fn add_variant(
    tx: &mut WriteTx,
    services: &Services,
    row: &ListingRow,
    new: &NewVariant,
    position: i64,
) -> Result<ListingVariantRow> {
    let id = services.new_id();
    let code = listing::code_for_new(tx, row, new.code.as_deref(), id).await?;
    let code = code.ok_or_else(|| ServiceError::invalid("code", Problem::Taken))?;
    let by_content = (row.base_unit == "g").then(|| new.base_quantity.min(MAX_WEIGHT_G));
    let weight_g =
        new.weight_g.or(by_content).ok_or_else(|| ServiceError::invalid("weight_g", Problem::Missing))?;
    let unit = if new.unit.is_empty() { "件".to_owned() } else { new.unit.clone() };
    let variant = ListingVariantRow {
        id,
        code,
        name: new.name.clone(),
        name_en: new.name_en.clone(),
        unit,
        price_fen: new.price,
        base_quantity: new.base_quantity,
        weight_g,
        min_quantity: new.min_quantity.unwrap_or(1),
        step_quantity: new.step_quantity.unwrap_or(1),
        position,
        active: 1,
    };
    goods::insert_variant(tx, row.id, &variant).await.map_err(listing::busy_when_taken)?;
    if new.size.is_some() {
        store::freight::put_size(tx, id, new.size).await?;
    }
    if !new.tiers.is_empty() {
        goods::replace_tier_prices(tx, id, &new.tiers).await?;
    }
    Ok(variant)
}

/// Starts a draft with the team's first village, place and freight template, as its form does; it is not in the shop.
pub(super) async fn make_product(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    place: &Place,
    choices: &mut Choices,
    id: ProductId,
    item: &Item,
) -> Result<bool> {
    let user = viewer.require_seller(place.team)?.user_id;
    let mut row = listing::blank_for(choices.offered()?, place.team, id, services.now_ms())?;
    goods::insert_listing(tx, &row, Some(user), services.now_ms()).await?;
    write(tx, services, choices, &mut row, &mut Vec::new(), item).await?;
    row.version = goods::update_listing(tx, &row).await?;
    let difference = Difference::between(&Fields::new(), &changes::state(tx, &row).await?);
    changes::record(tx, services, viewer, id, row.version, place.source, &difference).await?;
    Ok(false)
}
