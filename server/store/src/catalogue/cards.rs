//! Product lists: which products, in which order, and the cards that show them.
//!
//! A list is made in two steps: one statement finds the ids of a page by an index, one more (and one for the names of
//! the villages) fetches the cards of these ids. So a page costs the same number of statements whatever it shows.

use domain::ids::{ProductId, TownId, VillageId};
use domain::money::Fen;

use super::{pack_ids, wanted};
use crate::{Conn, Result, sql};

/// The most products a list counts and pages through; whoever looks for more narrows the filters.
const MAX_LISTED: i64 = 2_400;
/// How many ids are unpacked by one statement: unpacking costs the square of their number.
const PACKED_AT_ONCE: usize = 200;

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    #[default]
    Newest,
    PriceUp,
    PriceDown,
    BestSelling,
}

/// What a list is narrowed to; `None` does not narrow.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    pub category_id: Option<i64>,
    pub min_price_fen: Option<i64>,
    pub max_price_fen: Option<i64>,
    pub in_stock_only: bool,
    /// The day in China: batches that expired before it hold no stock.
    pub today: String,
}

/// Published products that pass `$1`–`$5`; `p` is the product.
macro_rules! shown {
    () => {
        "p.status = 'published'
            AND (CAST($1 AS BIGINT) IS NULL OR p.category_id = $1)
            AND (CAST($2 AS BIGINT) IS NULL OR p.price_from_fen >= $2)
            AND (CAST($3 AS BIGINT) IS NULL OR p.price_from_fen <= $3)
            AND (CAST($4 AS BIGINT) = 0 OR COALESCE((
                SELECT CAST(SUM(b.available) AS BIGINT) FROM batches b
                WHERE b.product_id = p.id AND (b.expires_on IS NULL OR b.expires_on >= $5)
            ), 0) >= (
                SELECT MIN(x.base_quantity * x.min_quantity) FROM variants x
                WHERE x.product_id = p.id AND x.active = 1
            ))"
    };
}

macro_rules! page {
    ($order:literal) => {
        concat!("SELECT p.id FROM products p WHERE ", shown!(), " ORDER BY ", $order, " LIMIT $6 OFFSET $7")
    };
}

/// The ids of one page of published products.
pub async fn list_product_ids(
    conn: &mut Conn,
    filter: &ListFilter,
    sort: SortOrder,
    limit: i64,
    offset: i64,
) -> Result<Vec<i64>> {
    let statement = match sort {
        SortOrder::Newest => sql::query_scalar::<i64>(page!("p.published_at_ms DESC, p.id DESC")),
        SortOrder::PriceUp => sql::query_scalar::<i64>(page!("p.price_from_fen, p.id")),
        SortOrder::PriceDown => sql::query_scalar::<i64>(page!("p.price_from_fen DESC, p.id DESC")),
        SortOrder::BestSelling => sql::query_scalar::<i64>(page!("p.sold_count DESC, p.id DESC")),
    };
    Ok(statement
        .bind(filter.category_id)
        .bind(filter.min_price_fen)
        .bind(filter.max_price_fen)
        .bind(i64::from(filter.in_stock_only))
        .bind(filter.today.clone())
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut *conn)
        .await?)
}

/// How many published products pass the filter, counted up to 2,400 so that counting never grows with the shop.
pub async fn count_products(conn: &mut Conn, filter: &ListFilter) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(concat!(
        "SELECT COUNT(*) FROM (SELECT p.id FROM products p WHERE ",
        shown!(),
        " LIMIT $6) AS counted"
    ))
    .bind(filter.category_id)
    .bind(filter.min_price_fen)
    .bind(filter.max_price_fen)
    .bind(i64::from(filter.in_stock_only))
    .bind(filter.today.clone())
    .bind(MAX_LISTED)
    .fetch_one(&mut *conn)
    .await?)
}

/// What a product is sorted by.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SortKeyRow {
    pub id: i64,
    pub published_at_ms: Option<i64>,
    pub price_from_fen: i64,
    pub sold_count: i64,
}

/// Published products of a village or a town that pass the filter: those listed by it and those whose batches in
/// stock have goods of it. At most 2,400, unsorted.
pub async fn list_local_keys(
    conn: &mut Conn,
    filter: &ListFilter,
    village: Option<VillageId>,
    town: Option<TownId>,
) -> Result<Vec<SortKeyRow>> {
    // CROSS JOIN keeps SQLite from walking all products first.
    Ok(sql::query_as(concat!(
        "SELECT p.id, p.published_at_ms, p.price_from_fen, p.sold_count
        FROM (
            SELECT q.id FROM villages v CROSS JOIN products q
            WHERE q.village_id = v.id AND (CAST($6 AS BIGINT) IS NULL OR v.id = $6) AND (CAST($7 AS BIGINT) IS NULL OR v.town_id = $7)
            UNION
            SELECT b.product_id FROM villages v CROSS JOIN batch_inputs i CROSS JOIN batches b
            WHERE i.village_id = v.id AND b.id = i.batch_id AND b.available > 0
                AND (CAST($6 AS BIGINT) IS NULL OR v.id = $6) AND (CAST($7 AS BIGINT) IS NULL OR v.town_id = $7)
        ) AS here
        JOIN products p ON p.id = here.id
        WHERE ",
        shown!(),
        " LIMIT $8"
    ))
    .bind(filter.category_id)
    .bind(filter.min_price_fen)
    .bind(filter.max_price_fen)
    .bind(i64::from(filter.in_stock_only))
    .bind(filter.today.clone())
    .bind(village.map(VillageId::get))
    .bind(town.map(TownId::get))
    .bind(MAX_LISTED)
    .fetch_all(&mut *conn)
    .await?)
}

/// Those of `ids` that are published and pass the filter, in the order of `ids`.
pub async fn list_hit_keys(conn: &mut Conn, filter: &ListFilter, ids: &[i64]) -> Result<Vec<SortKeyRow>> {
    let mut keys = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let passing: Vec<SortKeyRow> = sql::query_as(concat!(
            "WITH RECURSIVE wanted (n, id) AS (
                SELECT CAST(1 AS BIGINT), CAST(substr(CAST($6 AS TEXT), 1, 19) AS BIGINT)
                UNION ALL
                SELECT n + 1, CAST(substr(CAST($6 AS TEXT), CAST(n * 19 + 1 AS INTEGER), 19) AS BIGINT)
                FROM wanted WHERE n < CAST($7 AS BIGINT)
            )
            SELECT p.id, p.published_at_ms, p.price_from_fen, p.sold_count
            FROM wanted w JOIN products p ON p.id = w.id
            WHERE ",
            shown!(),
            " ORDER BY w.n"
        ))
        .bind(filter.category_id)
        .bind(filter.min_price_fen)
        .bind(filter.max_price_fen)
        .bind(i64::from(filter.in_stock_only))
        .bind(filter.today.clone())
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        keys.extend(passing);
    }
    Ok(keys)
}

/// The newest other products of the same category.
pub async fn list_related_ids(
    conn: &mut Conn,
    category_id: i64,
    besides: ProductId,
    limit: i64,
) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT id FROM products WHERE category_id = $1 AND status = 'published' AND id <> $2
        ORDER BY published_at_ms DESC LIMIT $3",
    )
    .bind(category_id)
    .bind(besides.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// A product as a list shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CardRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    #[sqlx(try_from = "i64")]
    pub price_from_fen: Fen,
    pub sold_count: i64,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    /// The cover photo.
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
    pub sizes: Option<String>,
    /// Unexpired stock in base units.
    pub available: i64,
    /// The smallest number of base units one can order, over the active variants; none without a variant.
    pub smallest_order: Option<i64>,
    pub active_variants: i64,
    /// The youngest production day among the batches in stock.
    pub produced_on: Option<String>,
}

/// The cards of `ids`, in their order. Whether they are published is the caller's to have asked.
pub async fn list_cards(conn: &mut Conn, ids: &[i64], today: &str) -> Result<Vec<CardRow>> {
    let mut cards = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<CardRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT p.id, p.slug, p.name, p.name_en, p.price_from_fen, p.sold_count, p.village_id,
                m.content_hash, m.width, m.height, m.placeholder, m.sizes,
                COALESCE((SELECT CAST(SUM(b.available) AS BIGINT) FROM batches b
                    WHERE b.product_id = p.id AND (b.expires_on IS NULL OR b.expires_on >= $3)), 0) AS available,
                (SELECT MIN(x.base_quantity * x.min_quantity) FROM variants x
                    WHERE x.product_id = p.id AND x.active = 1) AS smallest_order,
                (SELECT COUNT(*) FROM variants x WHERE x.product_id = p.id AND x.active = 1) AS active_variants,
                (SELECT MAX(b.produced_on) FROM batches b WHERE b.product_id = p.id AND b.available > 0
                    AND (b.expires_on IS NULL OR b.expires_on >= $3)) AS produced_on
            FROM wanted w
            JOIN products p ON p.id = w.id
            LEFT JOIN product_media f ON f.product_id = p.id
                AND f.position = (SELECT MIN(y.position) FROM product_media y WHERE y.product_id = p.id)
            LEFT JOIN media m ON m.id = f.media_id
            ORDER BY w.n"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .bind(today.to_owned())
        .fetch_all(&mut *conn)
        .await?;
        cards.extend(part);
    }
    Ok(cards)
}

/// A village that a product on a card comes from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CardVillageRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// The villages of the products `ids`: the one that lists each, and the sources of its batches in stock.
pub async fn list_card_villages(conn: &mut Conn, ids: &[i64]) -> Result<Vec<CardVillageRow>> {
    let mut villages = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<CardVillageRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT s.product_id, s.village_id, v.slug, v.name, v.name_en
            FROM (
                SELECT p.id AS product_id, p.village_id AS village_id
                FROM wanted w JOIN products p ON p.id = w.id
                UNION
                SELECT b.product_id, i.village_id
                FROM wanted w JOIN batches b ON b.product_id = w.id JOIN batch_inputs i ON i.batch_id = b.id
                WHERE b.available > 0
            ) AS s
            JOIN villages v ON v.id = s.village_id
            ORDER BY s.product_id, s.village_id"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        villages.extend(part);
    }
    Ok(villages)
}

fn count(ids: &[i64]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}
