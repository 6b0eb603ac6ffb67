//! Dispatching units, the price list their buyers order from, and what they have bought.

use domain::ids::{UnitId, VariantId};
use domain::money::Fen;

use crate::bundles::available;
use crate::{Conn, Result, sql};

/// A unit and what it is part of.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UnitRow {
    #[sqlx(try_from = "i64")]
    pub id: UnitId,
    /// The number of the unit above it.
    pub parent_id: Option<i64>,
    pub slug: String,
    pub kind: String,
    pub name: String,
    pub name_en: String,
    pub credit_code: String,
}

/// A variant in the price list for units.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PriceRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    pub code: String,
    pub product_slug: String,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub village_name: String,
    pub village_name_en: String,
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
    pub min_quantity: i64,
    pub step_quantity: i64,
    /// Pieces in stock.
    pub in_stock: i64,
    /// Lowest tier price and the quantity it starts at, when there are tiers.
    pub best_price_fen: Option<i64>,
    pub best_from_quantity: Option<i64>,
}

/// What a unit bought from one village's collective, of one product.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PurchaseRow {
    pub town: String,
    pub town_en: String,
    pub village: String,
    pub village_en: String,
    pub village_slug: String,
    pub collective: String,
    pub collective_en: String,
    pub product: String,
    pub product_en: String,
    pub order_count: i64,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

pub async fn find_unit(conn: &mut Conn, id: i64) -> Result<Option<UnitRow>> {
    Ok(sql::query_as::<UnitRow>(
        "SELECT id, parent_id, slug, kind, name, name_en, credit_code FROM units WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?)
}

pub async fn find_unit_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<UnitRow>> {
    Ok(sql::query_as::<UnitRow>(
        "SELECT id, parent_id, slug, kind, name, name_en, credit_code FROM units WHERE slug = $1",
    )
    .bind(slug.to_owned())
    .fetch_optional(conn)
    .await?)
}

/// How many products a price list has; whatever else is on sale is ordered by its code all the same.
pub const LISTED_PRODUCTS: i64 = 120;

/// What is on sale with its order code, of the 120 products that sell best; `today` (`YYYY-MM-DD`) decides which batches
/// count.
pub async fn list_price_list(conn: &mut Conn, today: &str) -> Result<Vec<PriceRow>> {
    Ok(sql::query_as::<PriceRow>(concat!(
        "SELECT v.id AS variant_id, v.code, p.slug AS product_slug, p.name AS product_name,
                p.name_en AS product_name_en, v.name AS variant_name, v.name_en AS variant_name_en,
                w.name AS village_name, w.name_en AS village_name_en, v.unit, v.price_fen, v.min_quantity,
                v.step_quantity,
                ",
        available!("p.id", "$1"),
        " / v.base_quantity AS in_stock,
                (SELECT MIN(t.price_fen) FROM tier_prices t WHERE t.variant_id = v.id) AS best_price_fen,
                (SELECT MAX(t.min_quantity) FROM tier_prices t WHERE t.variant_id = v.id) AS best_from_quantity
           FROM (SELECT id FROM products WHERE status = 'published' ORDER BY sold_count DESC, id DESC LIMIT $2) AS best
           JOIN products p ON p.id = best.id
           JOIN variants v ON v.product_id = p.id
           JOIN villages w ON w.id = p.village_id
          WHERE v.active = 1
          ORDER BY p.category_id, p.id, v.position"
    ))
    .bind(today.to_owned())
    .bind(LISTED_PRODUCTS)
    .fetch_all(conn)
    .await?)
}

/// A price from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TierRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    pub min_quantity: i64,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
}

/// Tier prices of the price list, by variant and quantity.
pub async fn list_tiers(conn: &mut Conn) -> Result<Vec<TierRow>> {
    Ok(sql::query_as::<TierRow>(
        "SELECT t.variant_id, t.min_quantity, t.price_fen
           FROM (SELECT id FROM products WHERE status = 'published' ORDER BY sold_count DESC, id DESC LIMIT $1) AS best
           JOIN variants v ON v.product_id = best.id
           JOIN tier_prices t ON t.variant_id = v.id
          WHERE v.active = 1
          ORDER BY t.variant_id, t.min_quantity",
    )
    .bind(LISTED_PRODUCTS)
    .fetch_all(conn)
    .await?)
}

/// What a unit paid for between two moments, in sum.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct BoughtRow {
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    /// Villages it was bought from.
    pub village_count: i64,
}

/// The sum of what [`list_purchases`] lists.
pub async fn sum_purchases(conn: &mut Conn, unit: i64, from_ms: i64, until_ms: i64) -> Result<BoughtRow> {
    Ok(sql::query_as::<BoughtRow>(
        "SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS amount_fen,
                COUNT(DISTINCT village_id) AS village_count
           FROM (SELECT c.village_id, CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
                   FROM orders o
                   JOIN order_lines l ON l.order_id = o.id
                   JOIN attributions a ON a.line_id = l.id
                   JOIN collectives c ON c.id = a.collective_id
                  WHERE o.unit_id = $1 AND o.paid_at_ms >= $2 AND o.paid_at_ms < $3
                    AND a.status IN ('pending', 'available')
                  GROUP BY c.village_id, l.product_name, l.product_name_en
                 HAVING SUM(a.amount_fen - a.reversed_fen) > 0) AS bought",
    )
    .bind(unit)
    .bind(from_ms)
    .bind(until_ms)
    .fetch_one(conn)
    .await?)
}

/// What a unit paid for between two moments, by village and product, after refunds.
pub async fn list_purchases(
    conn: &mut Conn,
    unit: i64,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<PurchaseRow>> {
    Ok(sql::query_as::<PurchaseRow>(
        "SELECT t.name AS town, t.name_en AS town_en, w.name AS village, w.name_en AS village_en,
                w.slug AS village_slug, c.name AS collective, c.name_en AS collective_en,
                l.product_name AS product, l.product_name_en AS product_en,
                COUNT(DISTINCT o.id) AS order_count,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
           FROM orders o
           JOIN order_lines l ON l.order_id = o.id
           JOIN attributions a ON a.line_id = l.id
           JOIN collectives c ON c.id = a.collective_id
           JOIN villages w ON w.id = c.village_id
           JOIN towns t ON t.id = w.town_id
          WHERE o.unit_id = $1 AND o.paid_at_ms >= $2 AND o.paid_at_ms < $3
            AND a.status IN ('pending', 'available')
          GROUP BY t.name, t.name_en, w.name, w.name_en, w.slug, c.name, c.name_en, l.product_name, l.product_name_en
         HAVING SUM(a.amount_fen - a.reversed_fen) > 0
          ORDER BY CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) DESC, w.slug, l.product_name",
    )
    .bind(unit)
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(conn)
    .await?)
}
