//! A listing that is to bear a mark, and what keeps it from that.

use domain::failure::Problem;
use domain::ids::{MarkId, ProductId, TeamId};
use domain::mark::Lack;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::listing::ListingRow;
use store::marks::{self, MarkRow};

use super::count::{count, licences, standings};
use super::goods_of;
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::{lock_own_listing, own_listing, today};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// The mark of a listing, as chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChooseMark {
    /// In its shown form.
    pub product: String,
    /// Of the mark, in its shown form; blank for none.
    pub mark: String,
}

/// Says which mark a listing is to bear, and counts its batches if it is in the shop; choosing the same mark again counts
/// again. Answers whether everything of it that can be sold bears the mark now.
///
/// # Errors
/// [`ServiceError::Invalid`]: `mark` with [`Problem::UnknownCode`] for a mark that no village of the team owns or was ever
/// licensed to use. [`ServiceError::NotFound`] for another team's listing.
pub async fn choose_mark(
    services: &Services,
    viewer: &Viewer,
    command: &ChooseMark,
    key: &str,
) -> Result<bool> {
    let user = viewer.require_user()?.user_id;
    let product: ProductId = command.product.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let request = Repeatable::new("choose_mark", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let listing = lock_own_listing(&mut tx, services, viewer, product).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let wanted = match command.mark.trim() {
        "" => None,
        typed => {
            let chosen: Option<MarkId> = typed.parse().ok();
            let offered = marks::list_choosable_marks(&mut tx, listing.team_id).await?;
            let mark = offered.into_iter().find(|mark| Some(mark.id) == chosen);
            Some(mark.ok_or_else(|| ServiceError::invalid("mark", Problem::UnknownCode))?)
        }
    };
    let before = marks::find_product_mark(&mut tx, product).await?;
    if before != wanted.as_ref().map(|mark| mark.id) {
        match &wanted {
            Some(mark) => {
                marks::put_product_mark(&mut tx, product, mark.id, user, services.now_ms()).await?;
            }
            None => marks::delete_product_mark(&mut tx, product).await?,
        }
        let detail = json!({ "mark": wanted.as_ref().map(|mark| mark.id) });
        audit::record(&mut tx, services, Some(user), "listing.mark", "product", product.get(), detail)
            .await?;
    }
    let bears = count(&mut tx, services, viewer, &listing).await?;
    idempotency::finish(&mut tx, &request, &bears).await?;
    tx.commit().await?;
    Ok(bears)
}

/// A batch that can be sold, and what keeps it from bearing the mark.
#[derive(Debug, Clone)]
pub struct BatchStanding {
    pub code: String,
    /// It was counted and bears the mark.
    pub bears: bool,
    /// Name of the village in both languages, and what it lacks; nothing when it fits or bears the mark.
    pub lacks: Vec<(Option<(String, String)>, Lack)>,
}

/// A listing and its mark.
#[derive(Debug, Clone)]
pub struct ListingMark {
    pub product: ProductId,
    pub team: TeamId,
    /// `g` or `piece`.
    pub base_unit: String,
    pub is_published: bool,
    /// What may be chosen.
    pub choices: Vec<MarkRow>,
    pub chosen: Option<MarkRow>,
    /// Buyers see the mark now.
    pub is_shown: bool,
    pub batches: Vec<BatchStanding>,
}

/// The mark of a listing with what is missing, for those who sell it.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's listing.
pub async fn listing_mark(services: &Services, viewer: &Viewer, product: ProductId) -> Result<ListingMark> {
    let mut conn = services.db.read().await?;
    let listing = own_listing(&mut conn, viewer, product).await?;
    let chosen = match marks::find_product_mark(&mut conn, product).await? {
        Some(id) => marks::find_mark(&mut conn, id).await?,
        None => None,
    };
    let mut choices = marks::list_choosable_marks(&mut conn, listing.team_id).await?;
    if let Some(mark) = chosen.as_ref().filter(|mark| choices.iter().all(|other| other.id != mark.id)) {
        choices.push(mark.clone());
    }
    let batches = match &chosen {
        Some(mark) => batches_of(&mut conn, services, &listing, mark).await?,
        None => Vec::new(),
    };
    let is_published = listing.status == "published";
    let all_bear = !batches.is_empty() && batches.iter().all(|batch| batch.bears);
    Ok(ListingMark {
        product,
        team: listing.team_id,
        base_unit: listing.base_unit,
        is_published,
        choices,
        is_shown: is_published && all_bear,
        chosen,
        batches,
    })
}

async fn batches_of(
    conn: &mut Conn,
    services: &Services,
    listing: &ListingRow,
    mark: &MarkRow,
) -> Result<Vec<BatchStanding>> {
    let licences = licences(conn, mark).await?;
    let names = store::listing::list_product_inputs(conn, listing.id).await?;
    let found = standings(conn, mark, &goods_of(listing), licences, today(services)).await?;
    Ok(found
        .into_iter()
        .map(|standing| {
            let lacks = standing.wanted.as_ref().and_then(|wanted| wanted.plan.as_ref().err());
            let named = lacks.into_iter().flatten().map(|(village, lack)| {
                let row = names.iter().find(|row| Some(row.village_id) == *village);
                (row.map(|row| (row.name.clone(), row.name_en.clone())), *lack)
            });
            BatchStanding {
                bears: standing.wanted.is_none(),
                lacks: named.collect(),
                code: standing.batch.code,
            }
        })
        .collect())
}
