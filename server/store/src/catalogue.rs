//! What the shop shows: categories, places, products with their variants, photos and batches.
//!
//! Everything here only reads. Whoever lists goods writes them in the files of listing and stock.

mod batches;
mod card_villages;
mod cards;
mod earnings;
mod freight;
mod products;

use domain::ids::{CategoryId, TownId};

use crate::categories::category_shown;
use crate::{Conn, Result, sql};

pub use batches::{
    BatchInputRow, BatchRow, find_batch, find_latest_batch, find_next_batch, list_batch_inputs, sum_available,
};
pub use card_villages::{CardVillageRow, list_card_villages};
pub use cards::{
    CardRow, ListFilter, SortKeyRow, SortOrder, count_products, list_cards, list_hit_keys, list_local_keys,
    list_priced_keys, list_product_ids, list_related_ids, list_village_ids,
};
pub use earnings::{
    MoneyShareRow, OrderMoneyRow, ProductShareRow, ShareRow, find_order_money, list_order_shares,
    list_product_shares, list_shared_lines_shares, list_village_product_shares,
};
pub use freight::{FreightRowRow, FreightTemplateRow, get_freight_template};
pub use products::{
    PhotoRow, ProductRow, SitemapRow, TierPriceRow, VariantRow, find_product, find_product_by_slug,
    list_photos, list_published_slugs, list_tier_prices, list_variants,
};

/// A shelf of the shop.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CategoryRow {
    #[sqlx(try_from = "i64")]
    pub id: CategoryId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
    pub sizes: Option<String>,
    /// How many published products stand on it.
    pub products: i64,
}

/// The categories that stand in the shop, in their order, with the number of published products.
pub async fn list_categories(conn: &mut Conn) -> Result<Vec<CategoryRow>> {
    Ok(sql::query_as(concat!(
        "SELECT c.id, c.slug, c.name, c.name_en, m.content_hash, m.width, m.height, m.placeholder, m.sizes,
            COALESCE((SELECT n.products FROM product_counts n
                WHERE n.kind = 'category' AND n.subject_id = c.id), 0) AS products
        FROM categories c LEFT JOIN media m ON m.id = c.media_id
        WHERE ",
        category_shown!("c"),
        " ORDER BY c.position, c.id"
    ))
    .fetch_all(&mut *conn)
    .await?)
}

/// The county the shop is for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CountyRow {
    pub code: String,
    pub name: String,
    pub name_en: String,
}

/// The county, if one was set up.
pub async fn find_county(conn: &mut Conn) -> Result<Option<CountyRow>> {
    Ok(sql::query_as("SELECT code, name, name_en FROM counties ORDER BY id LIMIT 1")
        .fetch_optional(&mut *conn)
        .await?)
}

/// A town as filters offer it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TownRow {
    #[sqlx(try_from = "i64")]
    pub id: TownId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// All towns, oldest row first, which is the county's own order.
pub async fn list_towns(conn: &mut Conn) -> Result<Vec<TownRow>> {
    Ok(sql::query_as("SELECT id, slug, name, name_en FROM towns ORDER BY id").fetch_all(&mut *conn).await?)
}
