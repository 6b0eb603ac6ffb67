//! The seller's list of listings.

use domain::ids::{ProductId, TeamId};
use domain::money::Fen;
use domain::stock::StockLevel;
use serde::{Deserialize, Serialize};
use store::listing as rows;

use super::page::ListingPhoto;
use super::{Choice, ListingStatus, check, status_of, today};
use crate::{Result, ServiceError, Services, Viewer};

/// Listings that one page shows.
pub(super) const MAX_LISTED: i64 = 60;

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListingsQuery {
    /// All when absent.
    pub status: Option<ListingStatus>,
    /// Part of the name, in either language; blank for all.
    pub text: String,
    /// A category and a village in their shown forms; blank for all.
    pub category: String,
    pub village: String,
    /// Those of which little or nothing can be sold; all when absent.
    pub stock: Option<StockLevel>,
}

impl ListingsQuery {
    /// Whether anything but the status is narrowed.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.stock.is_some()
            || [&self.text, &self.category, &self.village].iter().any(|text| !text.trim().is_empty())
    }

    /// The same as the store is asked, on this day and under the shop's rules.
    pub(crate) fn narrowing(&self, services: &Services) -> Narrowing<'_> {
        Narrowing {
            query: self,
            searched: self.text.trim().to_lowercase(),
            today: today(services).to_string(),
            pieces: services.rules.low_stock_pieces,
        }
    }
}

/// What a [`ListingsQuery`] comes to on a day.
#[derive(Debug)]
pub(crate) struct Narrowing<'q> {
    query: &'q ListingsQuery,
    /// What names are searched for.
    searched: String,
    today: String,
    pieces: i64,
}

impl Narrowing<'_> {
    /// Of a team's listings. What cannot be read narrows nothing.
    pub(crate) fn filter(&self, team: TeamId) -> rows::ListingFilter<'_> {
        let level = |level| rows::LevelFilter { level, today: &self.today, pieces: self.pieces };
        rows::ListingFilter {
            team,
            status: self.query.status.map(ListingStatus::as_str),
            text: &self.searched,
            category: self.query.category.trim().parse().ok(),
            village: self.query.village.trim().parse().ok(),
            level: self.query.stock.map(level),
        }
    }
}

/// A team's listings.
#[derive(Debug, Clone)]
pub struct ListingsPage {
    pub team: TeamId,
    /// Last changed first.
    pub cards: Vec<ListingCard>,
    pub counts: ListingCounts,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
    /// What the list may be narrowed to.
    pub categories: Vec<Choice>,
    pub villages: Vec<Choice>,
}

/// How many listings the team has, whatever the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListingCounts {
    pub draft: i64,
    pub published: i64,
    pub unpublished: i64,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ListingCard {
    pub product: ProductId,
    pub slug: String,
    /// Blank while nothing was typed.
    pub name: String,
    pub name_en: String,
    pub status: ListingStatus,
    /// `None` while there is no variant.
    pub price_from: Option<Fen>,
    /// Unexpired stock in base units.
    pub stock: i64,
    /// `g` or `piece`.
    pub base_unit: String,
    pub sold_count: i64,
    pub updated_at_ms: i64,
    pub published_at_ms: Option<i64>,
    pub photo: Option<ListingPhoto>,
    /// How many things keep it from being published; 0 for what is published.
    pub missing: usize,
}

/// The team's listings for its sellers, those changed last first.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for anyone else.
pub async fn list_listings(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    page: i64,
) -> Result<ListingsPage> {
    viewer.require_seller(team)?;
    let today = today(services);
    let mut conn = services.db.read().await?;
    let today_text = today.to_string();
    let narrowing = query.narrowing(services);
    let filter = narrowing.filter(team);
    let (page, limit) = (page.clamp(1, 1_000), MAX_LISTED + 1);
    let mut listed =
        rows::list_listings(&mut conn, &filter, &today_text, limit, (page - 1) * MAX_LISTED).await?;
    let has_more = crate::paging::cut(&mut listed, MAX_LISTED);
    let categories = rows::list_category_choices(&mut conn).await?.into_iter().map(Choice::from).collect();
    let villages = rows::list_village_choices(&mut conn, team).await?.into_iter().map(Choice::from).collect();
    let mut cards = Vec::with_capacity(listed.len());
    for row in listed {
        let status = status_of(&row.status)?;
        let missing = match status {
            ListingStatus::Published => 0,
            ListingStatus::Draft | ListingStatus::Unpublished => {
                let listing = rows::find_listing(&mut conn, row.id).await?.ok_or(ServiceError::NotFound)?;
                check::problems(&mut conn, &listing, today).await?.len()
            }
        };
        let photo = match (row.content_hash, row.width, row.height, row.placeholder) {
            (Some(content_hash), Some(width), Some(height), Some(placeholder)) => {
                Some(ListingPhoto { media_id: String::new(), content_hash, width, height, placeholder })
            }
            _ => None,
        };
        cards.push(ListingCard {
            product: row.id,
            slug: row.slug,
            name: row.name,
            name_en: row.name_en,
            status,
            price_from: Some(row.price_from_fen).filter(|price| price.is_positive()),
            stock: row.stock,
            base_unit: row.base_unit,
            sold_count: row.sold_count,
            updated_at_ms: row.updated_at_ms,
            published_at_ms: row.published_at_ms,
            photo,
            missing,
        });
    }
    let mut counts = ListingCounts::default();
    for (status, count) in rows::count_listings(&mut conn, team).await? {
        match status_of(&status)? {
            ListingStatus::Draft => counts.draft = count,
            ListingStatus::Published => counts.published = count,
            ListingStatus::Unpublished => counts.unpublished = count,
        }
    }
    Ok(ListingsPage { team, cards, counts, page, has_more, categories, villages })
}
