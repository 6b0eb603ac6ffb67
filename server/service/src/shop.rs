//! The pages a shopper reads. Everything here only reads, and only what is published; what is not is not found, but
//! for the team's own preview.
//!
//! A page is one plain value with both languages' names, so that the view only lays it out.

mod beside;
mod facets;
mod home;
mod list;
mod money_bar;
mod product;
#[cfg(test)]
mod tests;
mod village;

use std::collections::HashMap;

use domain::ids::{ProductId, VillageId};
use domain::money::Fen;
use domain::season::{Closed, closed_on};
use domain::time::{Date, start_of_year_ms};
use store::Conn;
use store::catalogue::{self, CardRow, CardVillageRow, PhotoRow};

use crate::Result;

pub use beside::AttributeView;
pub use facets::{Facet, FacetChoice, FacetRange};
pub use home::{CategoryView, CountyView, HomePage, SitemapEntry, home_page, sitemap};
pub use list::{Approximation, ListPage, ListQuery, ListSort, PAGE_SIZE, TownView, list_page};
pub use money_bar::{MoneyBar, MoneyPart, MoneyPartKind, order_money_bar};
pub use product::{
    BatchPage, BatchView, BundleView, ByWeightView, FreightFee, FreightPreview, OriginShare, ProductPage,
    RecallNotice, TierView, VariantView, batch_page, product_page,
};
pub use village::{
    CadreView, MonthIncome, ProductIncome, TeamView, VillageCard, VillageMark, VillagePage, VillagesPage,
    village_page, villages_page,
};

/// Something with an address and a name in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// A photo in the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub content_hash: String,
    /// Of the original, in pixels.
    pub width: i64,
    pub height: i64,
    /// What to show until it has come, as a data URL.
    pub placeholder: String,
    /// Widths of the renditions in pixels, as stored: narrowest first.
    pub widths: Vec<i64>,
}

impl From<PhotoRow> for Photo {
    fn from(row: PhotoRow) -> Self {
        Self {
            content_hash: row.content_hash,
            width: row.width,
            height: row.height,
            placeholder: row.placeholder,
            widths: row.sizes.split(',').filter_map(|width| width.trim().parse().ok()).collect(),
        }
    }
}

/// A photo from the columns of an outer join.
fn joined_photo(
    content_hash: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
    placeholder: Option<String>,
    sizes: Option<String>,
) -> Option<Photo> {
    let row = PhotoRow {
        content_hash: content_hash?,
        width: width?,
        height: height?,
        placeholder: placeholder.unwrap_or_default(),
        sizes: sizes.unwrap_or_default(),
    };
    Some(row.into())
}

/// A product as a list shows it.
#[derive(Debug, Clone)]
pub struct Card {
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// The lowest price of a variant.
    pub price_from_fen: Fen,
    /// Whether there are dearer variants, so that the price reads "from".
    pub has_more_prices: bool,
    /// Where it comes from; the village that lists it first.
    pub villages: Vec<Named>,
    pub photo: Option<Photo>,
    pub sold_count: i64,
    /// Whether the smallest order can be had today.
    pub has_stock: bool,
    /// Its season is not on.
    pub closed: Option<Closed>,
    /// The youngest production day in stock, `YYYY-MM-DD`.
    pub produced_on: Option<String>,
    /// The collective mark that everything of it that can be sold bears.
    pub mark: Option<Named>,
}

/// The cards of `ids` in their order, by three statements whatever their number.
pub(crate) async fn load_cards(conn: &mut Conn, ids: &[i64], today: Date) -> Result<Vec<Card>> {
    let rows = catalogue::list_cards(conn, ids, &today.to_string()).await?;
    let mut marks: HashMap<ProductId, Named> =
        crate::marks::shown_marks(conn, ids, today).await?.into_iter().collect();
    let mut villages: HashMap<ProductId, Vec<CardVillageRow>> = HashMap::new();
    for village in catalogue::list_card_villages(conn, ids).await? {
        villages.entry(village.product_id).or_default().push(village);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let sources = villages.remove(&row.id).unwrap_or_default();
            let mark = marks.remove(&row.id);
            Card { mark, ..card(row, sources, today) }
        })
        .collect())
}

fn card(row: CardRow, mut villages: Vec<CardVillageRow>, today: Date) -> Card {
    let closed = closed_on(&row.season_from, &row.season_until, today);
    let listed_by = |village: &CardVillageRow, main: VillageId| village.village_id != main;
    // A stable sort: the village that lists it first, the others as they were.
    villages.sort_by_key(|village| listed_by(village, row.village_id));
    Card {
        id: row.id,
        slug: row.slug,
        name: row.name,
        name_en: row.name_en,
        price_from_fen: row.price_from_fen,
        has_more_prices: row.active_variants > 1,
        villages: villages
            .into_iter()
            .map(|village| Named { slug: village.slug, name: village.name, name_en: village.name_en })
            .collect(),
        photo: joined_photo(row.content_hash, row.width, row.height, row.placeholder, row.sizes),
        sold_count: row.sold_count,
        has_stock: closed.is_none() && row.smallest_order.is_some_and(|smallest| row.available >= smallest),
        closed,
        produced_on: row.produced_on,
        mark: None,
    }
}

/// From when until before when the year of `today` lasts in China.
fn year_span_ms(today: Date) -> (i64, i64) {
    (start_of_year_ms(today.year()), start_of_year_ms(today.year() + 1))
}

/// Shares out of a thousand that add up to a thousand; all zero when nothing has weight.
fn permille(weights: &[i64]) -> Vec<i64> {
    domain::money::allot(Fen::new(1000), weights)
        .map_or_else(|_| vec![0; weights.len()], |parts| parts.into_iter().map(Fen::get).collect())
}
