//! Into the shop and out of it.

use domain::changes::{ChangeSource, Difference};
use domain::failure::Conflict;
use domain::ids::ProductId;
use pinyin::ToPinyin;
use serde_json::json;
use store::WriteTx;
use store::listing::{self as rows, ListingRow};

use super::{
    ListingStatus, busy_when_taken, check, lock_own_listing, own_listing, review, shelf_life, status_of,
    today,
};
use crate::notifications::note_publication;
use crate::search::reindex_product;
use crate::{Result, ServiceError, Services, Viewer, audit, changes, marks};

/// Longest name in an address that is made from a product's name.
const MAX_SLUG_CHARS: usize = 60;

/// A listing that is in the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Its name in addresses; it never changes again.
    pub slug: String,
}

/// Puts the listing into the shop. Publishing what is published is no error.
///
/// # Errors
/// [`ServiceError::Invalid`] with what [`super::check_listing`] finds, or `review` when the captain has to see it first.
pub async fn publish(services: &Services, viewer: &Viewer, product: ProductId) -> Result<Published> {
    let mut tx = services.db.write().await?;
    let seen = own_listing(&mut tx, viewer, product).await?;
    shelf_life::lock_batches(&mut tx, product, seen.shelf_life_days, seen.shelf_life_days).await?;
    let row = lock_own_listing(&mut tx, services, viewer, product).await?;
    if status_of(&row.status)? == ListingStatus::Published {
        // Nothing stays in the shop without the last day of sale that its shelf life gives it.
        if shelf_life::apply(&mut tx, product, row.shelf_life_days, row.shelf_life_days).await? > 0 {
            tx.commit().await?;
        }
        return Ok(Published { slug: row.slug });
    }
    let published = publish_in(&mut tx, services, viewer, &row, ChangeSource::Form).await?;
    tx.commit().await?;
    Ok(published)
}

/// [`publish`] within a transaction that has taken the listing and, before it, the batches that its shelf life dates.
pub(crate) async fn publish_in(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    row: &ListingRow,
    source: ChangeSource,
) -> Result<Published> {
    // Nothing goes into the shop without the last day of sale that its shelf life gives it.
    shelf_life::apply(tx, row.id, row.shelf_life_days, row.shelf_life_days).await?;
    if status_of(&row.status)? == ListingStatus::Published {
        return Ok(Published { slug: row.slug.clone() });
    }
    let problems = check::problems(tx, row, today(services)).await?;
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    review::before_publishing(tx, services, viewer, row).await?;
    let slug = slug_for(tx, row).await?;
    rows::publish_listing(tx, row.id, &slug, services.now_ms()).await.map_err(busy_when_taken)?;
    reindex_product(tx, row.id).await?;
    // In the shop before the moment that was chosen for it: its timer will find nothing to do.
    rows::delete_schedule(tx, row.id).await?;
    note_publication(tx, services, row.team_id, row.id).await?;
    let status = Difference::of_status(&row.status, ListingStatus::Published.as_str());
    changes::record(tx, services, viewer, row.id, row.version, source, &status).await?;
    let detail = json!({ "version": row.version });
    audit::record(tx, services, viewer.user_id(), "listing.published", "product", row.id.get(), detail)
        .await?;
    // On sale from now on: whatever bears a mark is counted. What does not fit is sold without it.
    let shown = ListingRow { status: ListingStatus::Published.as_str().to_owned(), ..row.clone() };
    marks::count(tx, services, viewer, &shown).await?;
    Ok(Published { slug })
}

/// Takes the listing out of the shop; orders that were placed go on.
///
/// # Errors
/// [`Conflict::StateChanged`] for a draft, which was never in it.
pub async fn unpublish(services: &Services, viewer: &Viewer, product: ProductId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let row = lock_own_listing(&mut tx, services, viewer, product).await?;
    if unpublish_in(&mut tx, services, viewer, &row, ChangeSource::Form).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// [`unpublish`] within a transaction that has taken the listing; false when it was out of the shop before.
pub(crate) async fn unpublish_in(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    row: &ListingRow,
    source: ChangeSource,
) -> Result<bool> {
    match status_of(&row.status)? {
        ListingStatus::Draft => return Err(Conflict::StateChanged.into()),
        ListingStatus::Unpublished => return Ok(false),
        ListingStatus::Published => {}
    }
    rows::unpublish_listing(tx, row.id).await?;
    reindex_product(tx, row.id).await?;
    let status = Difference::of_status(&row.status, ListingStatus::Unpublished.as_str());
    changes::record(tx, services, viewer, row.id, row.version, source, &status).await?;
    let detail = json!({ "version": row.version });
    audit::record(tx, services, viewer.user_id(), "listing.unpublished", "product", row.id.get(), detail)
        .await?;
    Ok(true)
}

/// The name in addresses: made once of the product's name, then kept, because links and QR codes carry it.
async fn slug_for(tx: &mut WriteTx, row: &ListingRow) -> Result<String> {
    let id = row.id.to_string();
    if row.slug != id {
        return Ok(row.slug.clone());
    }
    let wished = slug_of(&row.name);
    if wished.is_empty() {
        return Ok(id);
    }
    let longer = format!("{wished}-{}", &id[id.len() - 4..]);
    for slug in [wished, longer] {
        if !rows::is_slug_taken(tx, &slug).await? {
            return Ok(slug);
        }
    }
    Ok(id)
}

/// 明前绿茶 → `ming-qian-lv-cha`; Latin words and numbers stay whole.
pub(crate) fn slug_of(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut is_in_word = false;
    for c in name.chars() {
        if let Some(reading) = c.to_pinyin() {
            words.push(reading.plain().replace('ü', "v"));
            is_in_word = false;
        } else if c.is_ascii_alphanumeric() {
            let c = c.to_ascii_lowercase();
            match words.last_mut().filter(|_| is_in_word) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
            is_in_word = true;
        } else {
            is_in_word = false;
        }
    }
    let mut slug = String::new();
    for word in words {
        if slug.len() + word.len() + 1 > MAX_SLUG_CHARS {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_can_be_read_and_typed() {
        assert_eq!(slug_of("明前绿茶"), "ming-qian-lv-cha");
        assert_eq!(slug_of("土蜂蜜 500g（2 瓶）"), "tu-feng-mi-500g-2-ping");
        assert_eq!(slug_of("——"), "");
        assert!(slug_of(&"茶".repeat(60)).len() <= MAX_SLUG_CHARS);
    }
}
