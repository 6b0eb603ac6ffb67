//! The first page, and the map of the site for search engines.

use domain::money::Fen;
use domain::time::Date;
use store::catalogue::{self, CategoryRow, ListFilter, SortOrder};
use store::{Conn, villages};

use super::village::{VillageCard, village_card};
use super::{Card, Photo, joined_photo, load_cards, year_span_ms};
use crate::{Result, Services};

/// How many products a row of the first page shows.
const ROW_OF_CARDS: i64 = 8;
/// The most addresses a map of the site may hold by its standard, less what the other pages need.
const SITEMAP_PRODUCTS: i64 = 45_000;

/// The county the shop is for.
#[derive(Debug, Clone)]
pub struct CountyView {
    pub code: String,
    pub name: String,
    pub name_en: String,
}

/// A shelf of the shop.
#[derive(Debug, Clone)]
pub struct CategoryView {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// How many published products stand on it.
    pub products: i64,
    pub photo: Option<Photo>,
}

impl From<CategoryRow> for CategoryView {
    fn from(row: CategoryRow) -> Self {
        Self {
            slug: row.slug,
            name: row.name,
            name_en: row.name_en,
            products: row.products,
            photo: joined_photo(row.content_hash, row.width, row.height, row.placeholder, row.sizes),
        }
    }
}

/// What the first page shows.
#[derive(Debug, Clone)]
pub struct HomePage {
    pub county: Option<CountyView>,
    /// The year that the sums are of.
    pub year: i32,
    pub village_count: usize,
    /// What the collectives earned this year.
    pub sold_this_year_fen: Fen,
    pub categories: Vec<CategoryView>,
    pub newest: Vec<Card>,
    pub best_selling: Vec<Card>,
    /// Those that earned most this year first.
    pub villages: Vec<VillageCard>,
}

/// The first page.
pub async fn home_page(services: &Services) -> Result<HomePage> {
    let mut conn = services.db.read().await?;
    home(&mut conn, Date::from_epoch_ms(services.now_ms())).await
}

pub(super) async fn home(conn: &mut Conn, today: Date) -> Result<HomePage> {
    let (from_ms, until_ms) = year_span_ms(today);
    let filter = ListFilter { today: today.to_string(), ..ListFilter::default() };
    let newest = catalogue::list_product_ids(conn, &filter, SortOrder::Newest, ROW_OF_CARDS, 0).await?;
    let best = catalogue::list_product_ids(conn, &filter, SortOrder::BestSelling, ROW_OF_CARDS, 0).await?;
    let mut villages: Vec<VillageCard> =
        villages::list_villages(conn, from_ms, until_ms).await?.into_iter().map(village_card).collect();
    villages.sort_by_key(|village| std::cmp::Reverse(village.income_fen));
    Ok(HomePage {
        county: catalogue::find_county(conn).await?.map(|row| CountyView {
            code: row.code,
            name: row.name,
            name_en: row.name_en,
        }),
        year: today.year(),
        village_count: villages.len(),
        sold_this_year_fen: villages.iter().map(|village| village.income_fen).sum(),
        categories: catalogue::list_categories(conn).await?.into_iter().map(CategoryView::from).collect(),
        newest: load_cards(conn, &newest, today).await?,
        best_selling: load_cards(conn, &best, today).await?,
        villages,
    })
}

/// One address of the shop, without the language's prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SitemapEntry {
    Category { slug: String },
    Village { slug: String },
    Product { slug: String, updated_at_ms: i64 },
}

/// Every category, village and published product.
pub async fn sitemap(services: &Services) -> Result<Vec<SitemapEntry>> {
    let mut conn = services.db.read().await?;
    let mut entries: Vec<SitemapEntry> = Vec::new();
    for category in catalogue::list_categories(&mut conn).await? {
        entries.push(SitemapEntry::Category { slug: category.slug });
    }
    for village in villages::list_village_names(&mut conn).await? {
        entries.push(SitemapEntry::Village { slug: village.slug });
    }
    for product in catalogue::list_published_slugs(&mut conn, SITEMAP_PRODUCTS).await? {
        entries.push(SitemapEntry::Product { slug: product.slug, updated_at_ms: product.updated_at_ms });
    }
    Ok(entries)
}
