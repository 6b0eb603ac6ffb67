//! What a team is warned of: little left, about to expire.

use domain::ids::{BatchId, ProductId, TeamId};

use crate::{Conn, Result, sql};

/// When a team wants to be warned about a product; `None` for the shop's own rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct ThresholdRow {
    /// Base units.
    pub low_stock: Option<i64>,
    pub near_expiry_percent: Option<i64>,
}

/// The thresholds of a product.
pub async fn find_threshold(conn: &mut Conn, product: ProductId) -> Result<Option<ThresholdRow>> {
    Ok(sql::query_as::<ThresholdRow>(
        "SELECT low_stock, near_expiry_percent FROM stock_thresholds WHERE product_id = $1",
    )
    .bind(product.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Sets the thresholds of a product.
pub async fn put_threshold(
    conn: &mut Conn,
    product: ProductId,
    threshold: ThresholdRow,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO stock_thresholds (product_id, low_stock, near_expiry_percent, updated_at_ms)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (product_id) DO UPDATE SET low_stock = excluded.low_stock,
            near_expiry_percent = excluded.near_expiry_percent, updated_at_ms = excluded.updated_at_ms",
    )
    .bind(product.get())
    .bind(threshold.low_stock)
    .bind(threshold.near_expiry_percent)
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A product of which there is little.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LowStockRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    pub base_unit: String,
    /// Base units that can be sold.
    pub available: i64,
    /// Base units below which a warning was asked for.
    pub threshold: i64,
}

/// A team's products in the shop of which less can be sold than its threshold, or than `pieces` of the smallest order
/// where none was set; the emptiest first. Gift boxes have no stock of their own. `today` decides what has expired.
pub async fn list_low_stock(
    conn: &mut Conn,
    team: TeamId,
    today: &str,
    pieces: i64,
    limit: i64,
) -> Result<Vec<LowStockRow>> {
    Ok(sql::query_as::<LowStockRow>(
        "SELECT s.product_id, s.name, s.name_en, s.base_unit, s.available, s.threshold
           FROM (SELECT p.id AS product_id, p.name, p.name_en, p.base_unit,
                        COALESCE((SELECT CAST(SUM(b.available) AS BIGINT) FROM batches b
                                   WHERE b.product_id = p.id AND b.recalled_at_ms IS NULL
                                     AND (b.expires_on IS NULL OR b.expires_on >= $2)), 0) AS available,
                        COALESCE(t.low_stock, CAST($3 AS BIGINT) *
                                (SELECT MIN(v.base_quantity * v.min_quantity) FROM variants v
                                  WHERE v.product_id = p.id AND v.active = 1), 0) AS threshold
                   FROM products p LEFT JOIN stock_thresholds t ON t.product_id = p.id
                  WHERE p.team_id = $1 AND p.status = 'published'
                    AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)) AS s
          WHERE s.available < s.threshold
          ORDER BY s.available, s.product_id LIMIT $4",
    )
    .bind(team.get())
    .bind(today.to_owned())
    .bind(pieces)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// A batch that will expire, or has.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ExpiringRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub base_unit: String,
    pub produced_on: String,
    pub expires_on: String,
    pub available: i64,
    pub near_expiry_percent: Option<i64>,
}

/// A team's batches with something left that expire on `until` (`YYYY-MM-DD`) or before, also those that have; the first
/// to expire first.
pub async fn list_expiring(
    conn: &mut Conn,
    team: TeamId,
    until: &str,
    limit: i64,
) -> Result<Vec<ExpiringRow>> {
    Ok(sql::query_as::<ExpiringRow>(
        "SELECT b.id AS batch_id, p.id AS product_id, b.code, p.name, p.name_en, p.base_unit, b.produced_on,
                b.expires_on, b.available, t.near_expiry_percent
           FROM products p
           JOIN batches b ON b.product_id = p.id
           LEFT JOIN stock_thresholds t ON t.product_id = p.id
          WHERE p.team_id = $1 AND b.available > 0 AND b.recalled_at_ms IS NULL AND b.expires_on <= $2
          ORDER BY b.expires_on, b.id LIMIT $3",
    )
    .bind(team.get())
    .bind(until.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
