//! A new draft that says what another listing says.

use domain::changes::{ChangeSource, Difference, Fields};
use domain::ids::{ProductId, TeamId, VariantId};
use domain::money::Fen;
use store::listing::{self as rows, ListingRow, ListingVariantRow};
use store::weighing::WeighedVariantRow;
use store::{WriteTx, catalogue};

use super::depth::{declare_rule, declared_rule};
use super::{busy_when_taken, code_for_new, own_listing};
use crate::bundles::lock_parts;
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer, changes};

/// Starts a draft with the words, label, photos, variants and prices of another listing of the team. Its codes are new
/// ones; stock and the papers of batches belong to what was harvested and are not copied.
/// Answers the team with it.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's listing.
pub async fn duplicate(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    key: &str,
) -> Result<(TeamId, ProductId)> {
    viewer.require_user()?;
    let mut tx = services.db.write().await?;
    let original = own_listing(&mut tx, viewer, product).await?;
    let request = Repeatable::new("duplicate_listing", viewer, key, &product)?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok((original.team_id, first));
    }
    let components = lock_contents(&mut tx, original.team_id, product).await?;
    let now_ms = services.now_ms();
    let id: ProductId = services.new_id();
    let blank = ListingRow::blank(id, now_ms);
    let mut row = ListingRow {
        id,
        slug: blank.slug,
        status: blank.status,
        version: blank.version,
        updated_at_ms: now_ms,
        published_at_ms: None,
        price_from_fen: Fen::ZERO,
        ..original
    };
    rows::insert_listing(&mut tx, &row, viewer.user_id(), now_ms).await?;
    copy_variants(&mut tx, services, product, &row).await?;
    copy_beside(&mut tx, product, id, now_ms).await?;
    if let Some(mode) = store::bundles::find_price_mode(&mut tx, product).await? {
        store::bundles::put_bundle(&mut tx, id, mode).await?;
        store::bundles::replace_components(&mut tx, id, &components).await?;
    }
    row.version = rows::update_listing(&mut tx, &row).await?;
    let difference = Difference::between(&Fields::new(), &changes::state(&mut tx, &row).await?);
    changes::record(&mut tx, services, viewer, id, row.version, ChangeSource::Copy, &difference).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok((row.team_id, id))
}

/// What is in the box, if it is one, taken before it: a box costs what its parts cost as long as it is copied.
async fn lock_contents(tx: &mut WriteTx, team: TeamId, product: ProductId) -> Result<Vec<(VariantId, i64)>> {
    let components = store::bundles::list_components(tx, product).await?;
    if !components.is_empty() {
        lock_parts(tx, team, components.iter().map(|(variant, _)| *variant)).await?;
        store::bundles::lock_product(tx, product).await?;
        if store::bundles::list_components(tx, product).await? != components {
            return Err(ServiceError::Busy);
        }
    }
    Ok(components)
}

/// The variants in use with what belongs to each, under codes of their own.
async fn copy_variants(
    tx: &mut WriteTx,
    services: &Services,
    product: ProductId,
    to: &ListingRow,
) -> Result<()> {
    let tiers = catalogue::list_tier_prices(tx, product).await?;
    let sizes = store::freight::list_sizes(tx, product).await?;
    let variants = rows::list_all_variants(tx, product).await?;
    let by_weight = store::weighing::list_weighed_variants(tx, product).await?;
    for (position, variant) in (0_i64..).zip(variants.into_iter().filter(|variant| variant.active == 1)) {
        let variant_id = services.new_id();
        // One that is made is always free.
        let code = code_for_new(tx, to, None, variant_id).await?.unwrap_or_default();
        let own: Vec<(i64, Fen)> = tiers
            .iter()
            .filter(|tier| tier.variant_id == variant.id)
            .map(|tier| (tier.min_quantity, tier.price_fen))
            .collect();
        let weighed = by_weight.iter().find(|weighed| weighed.variant_id == variant.id).copied();
        let copy = ListingVariantRow { id: variant_id, code, position, ..variant };
        rows::insert_variant(tx, to.id, &copy).await.map_err(busy_when_taken)?;
        rows::replace_tier_prices(tx, variant_id, &own).await?;
        if let Some((_, size)) = sizes.iter().find(|(of, _)| *of == variant.id) {
            store::freight::put_size(tx, variant_id, Some(*size)).await?;
        }
        if let Some(weighed) = weighed {
            let weighed = WeighedVariantRow { variant_id, ..weighed };
            store::weighing::put_weighed_variant(tx, &weighed).await?;
        }
    }
    Ok(())
}

/// What stands beside the row: related goods, what it has of its category, photos and the rule of returns.
async fn copy_beside(tx: &mut WriteTx, product: ProductId, to: ProductId, now_ms: i64) -> Result<()> {
    let related = rows::list_related(tx, product).await?;
    rows::replace_related(tx, to, &related).await?;
    let values = rows::list_product_attributes(tx, product).await?;
    rows::replace_product_attributes(tx, to, &values).await?;
    let photos = rows::list_listing_photos(tx, product).await?;
    let photos: Vec<_> = photos.into_iter().map(|photo| photo.media_id).collect();
    rows::replace_listing_photos(tx, to, &photos).await?;
    // What the listing declares about returns is part of what it says; a class that says it by itself goes on doing so.
    let rule = declared_rule(tx, product).await?;
    declare_rule(tx, to, rule, now_ms).await?;
    Ok(())
}
