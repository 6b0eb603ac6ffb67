//! What variants cost before.

use domain::ids::{ProductId, VariantId};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// A price that holds no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct FormerPriceRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    /// Until when it held.
    pub until_ms: i64,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
}

/// Notes what a variant cost until now, in the transaction in which its price changes.
pub async fn note_former_price(conn: &mut Conn, variant: VariantId, price: Fen, until_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO former_prices (variant_id, until_ms, price_fen) VALUES ($1, $2, $3) \
         ON CONFLICT (variant_id, until_ms) DO NOTHING",
    )
    .bind(variant.get())
    .bind(until_ms)
    .bind(price.get())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What the variants of a product that are for sale cost before, as far as it held after `since_ms`; the oldest first.
pub async fn list_former_prices(
    conn: &mut Conn,
    product: ProductId,
    since_ms: i64,
) -> Result<Vec<FormerPriceRow>> {
    Ok(sql::query_as(
        "SELECT f.variant_id, f.until_ms, f.price_fen \
         FROM variants v JOIN former_prices f ON f.variant_id = v.id \
         WHERE v.product_id = $1 AND v.active = 1 AND f.until_ms > $2 ORDER BY f.variant_id, f.until_ms",
    )
    .bind(product.get())
    .bind(since_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// Forgets what held until `before_ms` at the latest.
pub async fn purge_former_prices(conn: &mut Conn, before_ms: i64) -> Result<()> {
    sql::query("DELETE FROM former_prices WHERE until_ms <= $1").bind(before_ms).execute(&mut *conn).await?;
    Ok(())
}
