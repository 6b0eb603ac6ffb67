//! Product lists: which products, in which order, and the cards that show them.
//!
//! A list is made in two steps: one statement finds the ids of a page by an index, one more (and one for the names of
//! the villages) fetches the cards of these ids. So a page costs the same number of statements whatever it shows.

use std::collections::BTreeMap;

use domain::ids::{ProductId, TownId, VillageId};
use domain::money::Fen;

use crate::bundles::{available, season_on};
use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// The most products a list counts and pages through; whoever looks for more narrows the filters.
const MAX_LISTED: i64 = 2_400;

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

/// Binds what a list is narrowed to as `$1`–`$5`.
macro_rules! narrowed {
    ($statement:expr, $filter:expr) => {
        $statement
            .bind($filter.category_id)
            .bind($filter.min_price_fen.unwrap_or(0))
            .bind($filter.max_price_fen.unwrap_or(i64::MAX))
            .bind(i64::from($filter.in_stock_only))
            .bind($filter.today.clone())
    };
}

/// Whether the stock of `p` suffices for its smallest order and its season is on, when `$4` asks for that.
macro_rules! in_stock {
    () => {
        concat!(
            "(CAST($4 AS BIGINT) = 0 OR (",
            season_on!("p", "$5"),
            " = 1 AND ",
            available!("p.id", "$5"),
            " >= (
                SELECT MIN(x.base_quantity * x.min_quantity) FROM variants x
                WHERE x.product_id = p.id AND x.active = 1
            )))"
        )
    };
}

/// Published products that pass `$1`–`$5`, of those that are found otherwise; `p` is the product. The concatenation
/// keeps SQLite from walking all published products first.
macro_rules! shown {
    () => {
        concat!(
            "p.status || '' = 'published'
            AND (CAST($1 AS BIGINT) IS NULL OR p.category_id = $1)
            AND p.price_from_fen >= CAST($2 AS BIGINT) AND p.price_from_fen <= CAST($3 AS BIGINT)
            AND ",
            in_stock!()
        )
    };
}

/// Published products of a list over the whole shop: `$category` and `$price` are conditions on `$1` and on `$2` and `$3`
/// that an index can follow.
macro_rules! walked {
    ($before:literal, $category:literal, $price:literal, $after:literal) => {
        concat!(
            $before,
            " FROM products p WHERE p.status = 'published' AND ",
            $category,
            " AND ",
            $price,
            " AND ",
            in_stock!(),
            $after
        )
    };
}

/// One text for each way to narrow a list, since an index follows no condition that may be none.
macro_rules! by_filter {
    ($filter:expr, $before:literal, $after:literal) => {
        match (
            $filter.category_id.is_some(),
            $filter.min_price_fen.is_some() || $filter.max_price_fen.is_some(),
        ) {
            (false, false) => {
                walked!(
                    $before,
                    "CAST($1 AS BIGINT) IS NULL",
                    "CAST($2 AS BIGINT) <= CAST($3 AS BIGINT)",
                    $after
                )
            }
            (true, false) => {
                walked!($before, "p.category_id = $1", "CAST($2 AS BIGINT) <= CAST($3 AS BIGINT)", $after)
            }
            (false, true) => walked!(
                $before,
                "CAST($1 AS BIGINT) IS NULL",
                "p.price_from_fen >= $2 AND p.price_from_fen <= $3",
                $after
            ),
            (true, true) => walked!(
                $before,
                "p.category_id = $1",
                "p.price_from_fen >= $2 AND p.price_from_fen <= $3",
                $after
            ),
        }
    };
}

/// The ids of one page of published products.
///
/// A page far back of a list that prices narrow to few goes by [`list_priced_keys`] instead, which does not walk past
/// all that is not in it.
pub async fn list_product_ids(
    conn: &mut Conn,
    filter: &ListFilter,
    sort: SortOrder,
    limit: i64,
    offset: i64,
) -> Result<Vec<i64>> {
    let text = match sort {
        SortOrder::Newest => {
            by_filter!(
                filter,
                "SELECT p.id",
                " ORDER BY p.published_at_ms DESC, p.id DESC LIMIT $6 OFFSET $7"
            )
        }
        SortOrder::PriceUp => {
            by_filter!(filter, "SELECT p.id", " ORDER BY p.price_from_fen, p.id LIMIT $6 OFFSET $7")
        }
        SortOrder::PriceDown => {
            by_filter!(filter, "SELECT p.id", " ORDER BY p.price_from_fen DESC, p.id DESC LIMIT $6 OFFSET $7")
        }
        SortOrder::BestSelling => {
            by_filter!(filter, "SELECT p.id", " ORDER BY p.sold_count DESC, p.id DESC LIMIT $6 OFFSET $7")
        }
    };
    Ok(narrowed!(sql::query_scalar::<i64>(text), filter)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut *conn)
        .await?)
}

/// How many published products pass the filter, counted up to 2,400 so that counting never grows with the shop.
pub async fn count_products(conn: &mut Conn, filter: &ListFilter) -> Result<i64> {
    let text = by_filter!(filter, "SELECT COUNT(*) FROM (SELECT p.id", " LIMIT $6) AS counted");
    Ok(narrowed!(sql::query_scalar::<i64>(text), filter).bind(MAX_LISTED).fetch_one(&mut *conn).await?)
}

/// The products of a list that prices narrow, unsorted; at most 2,400.
pub async fn list_priced_keys(conn: &mut Conn, filter: &ListFilter) -> Result<Vec<SortKeyRow>> {
    let text = by_filter!(
        filter,
        "SELECT p.id, p.published_at_ms, p.price_from_fen, p.sold_count",
        " ORDER BY p.price_from_fen, p.id LIMIT $6"
    );
    Ok(narrowed!(sql::query_as(text), filter).bind(MAX_LISTED).fetch_all(&mut *conn).await?)
}

/// What a product is sorted by.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SortKeyRow {
    pub id: i64,
    pub published_at_ms: Option<i64>,
    pub price_from_fen: i64,
    pub sold_count: i64,
}

/// Products that village `$6` lists, the first `$7` in an order.
macro_rules! listed_here {
    ($order:literal) => {
        concat!(
            "SELECT p.id, p.published_at_ms, p.price_from_fen, p.sold_count FROM products p
            WHERE p.village_id = $6 AND p.status = 'published'
                AND (CAST($1 AS BIGINT) IS NULL OR p.category_id = $1)
                AND p.price_from_fen >= CAST($2 AS BIGINT) AND p.price_from_fen <= CAST($3 AS BIGINT) AND ",
            in_stock!(),
            " ORDER BY ",
            $order,
            " LIMIT $7"
        )
    };
}

/// Published products of a village or a town that pass the filter: those listed by it, and those whose batches in stock
/// have goods of it. Unsorted, but the first `limit` of the former by `sort` are among them; of the latter the newest
/// `limit` batches are looked at.
pub async fn list_local_keys(
    conn: &mut Conn,
    filter: &ListFilter,
    village: Option<VillageId>,
    town: Option<TownId>,
    sort: SortOrder,
    limit: i64,
) -> Result<Vec<SortKeyRow>> {
    let listed_here = match sort {
        SortOrder::Newest => listed_here!("p.published_at_ms DESC, p.id DESC"),
        SortOrder::PriceUp => listed_here!("p.price_from_fen, p.id"),
        SortOrder::PriceDown => listed_here!("p.price_from_fen DESC, p.id DESC"),
        SortOrder::BestSelling => listed_here!("p.sold_count DESC, p.id DESC"),
    };
    let mut keys: BTreeMap<i64, SortKeyRow> = BTreeMap::new();
    for village in list_places(conn, village, town).await? {
        for text in [listed_here, GROWN_HERE] {
            let found: Vec<SortKeyRow> = narrowed!(sql::query_as(text), filter)
                .bind(village)
                .bind(limit.min(MAX_LISTED))
                .fetch_all(&mut *conn)
                .await?;
            keys.extend(found.into_iter().map(|key| (key.id, key)));
        }
    }
    Ok(keys.into_values().collect())
}

/// The villages of a list of one village, or of one town.
async fn list_places(conn: &mut Conn, village: Option<VillageId>, town: Option<TownId>) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT id FROM villages WHERE (CAST($1 AS BIGINT) IS NULL OR id = $1)
            AND (CAST($2 AS BIGINT) IS NULL OR town_id = $2) ORDER BY id",
    )
    .bind(village.map(VillageId::get))
    .bind(town.map(TownId::get))
    .fetch_all(&mut *conn)
    .await?)
}

/// Products that have goods of village `$6` in the newest `$7` batches in stock with goods of it.
const GROWN_HERE: &str = concat!(
    "SELECT DISTINCT p.id, p.published_at_ms, p.price_from_fen, p.sold_count
    FROM (SELECT b.product_id FROM batch_inputs i CROSS JOIN batches b
        WHERE i.village_id = $6 AND b.id = i.batch_id AND b.available > 0
        ORDER BY i.batch_id DESC LIMIT $7) AS here CROSS JOIN products p
    WHERE p.id = here.product_id AND ",
    shown!()
);

/// Those of `ids` that are published and pass the filter, in the order of `ids`.
pub async fn list_hit_keys(conn: &mut Conn, filter: &ListFilter, ids: &[i64]) -> Result<Vec<SortKeyRow>> {
    let mut keys = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let text = concat!(
            "WITH RECURSIVE wanted (n, id) AS (
                SELECT CAST(1 AS BIGINT), CAST(substr(CAST($6 AS TEXT), 1, 19) AS BIGINT)
                UNION ALL
                SELECT n + 1, CAST(substr(CAST($6 AS TEXT), CAST(n * 19 + 1 AS INTEGER), 19) AS BIGINT)
                FROM wanted WHERE n < CAST($7 AS BIGINT)
            )
            SELECT p.id, p.published_at_ms, p.price_from_fen, p.sold_count
            FROM wanted w CROSS JOIN products p
            WHERE p.id = w.id AND ",
            shown!(),
            " ORDER BY w.n"
        );
        let passing: Vec<SortKeyRow> = narrowed!(sql::query_as(text), filter)
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
        ORDER BY published_at_ms DESC, id DESC LIMIT $3",
    )
    .bind(category_id)
    .bind(besides.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// The newest other products that a village lists.
pub async fn list_village_ids(
    conn: &mut Conn,
    village: VillageId,
    besides: ProductId,
    limit: i64,
) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT id FROM products WHERE village_id = $1 AND status = 'published' AND id <> $2
        ORDER BY published_at_ms DESC, id DESC LIMIT $3",
    )
    .bind(village.get())
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
    /// Between which days it can be ordered; blank for always.
    pub season_from: String,
    pub season_until: String,
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
                p.season_from, p.season_until, m.content_hash, m.width, m.height, m.placeholder, m.sizes,
                ",
            available!("p.id", "$3"),
            " AS available,
                (SELECT MIN(x.base_quantity * x.min_quantity) FROM variants x
                    WHERE x.product_id = p.id AND x.active = 1) AS smallest_order,
                (SELECT COUNT(*) FROM variants x WHERE x.product_id = p.id AND x.active = 1) AS active_variants,
                (SELECT MAX(b.produced_on) FROM batches b WHERE b.product_id = p.id AND b.available > 0
                    AND b.recalled_at_ms IS NULL AND (b.expires_on IS NULL OR b.expires_on >= $3)) AS produced_on
            FROM wanted w
            CROSS JOIN products p
            LEFT JOIN product_media f ON f.product_id = p.id
                AND f.position = (SELECT MIN(y.position) FROM product_media y WHERE y.product_id = p.id)
            LEFT JOIN media m ON m.id = f.media_id
            WHERE p.id = w.id
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
