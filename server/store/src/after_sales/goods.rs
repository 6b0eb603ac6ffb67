//! Goods that came back, and goods set aside to replace them.

use domain::ids::{AfterSaleId, BatchId, LineId};

use crate::{Conn, Result, sql};

/// Goods that moved because of an after-sale.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GoodsRow {
    pub id: i64,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub base_quantity: i64,
    pub status: String,
}

/// `status`: `restocked`, `written_off`, or `held` for a replacement.
pub async fn insert_goods(
    conn: &mut Conn,
    id: i64,
    after_sale: AfterSaleId,
    line: LineId,
    batch: BatchId,
    base_quantity: i64,
    status: &'static str,
) -> Result<()> {
    sql::query(
        "INSERT INTO after_sale_goods (id, after_sale_id, line_id, batch_id, base_quantity, status)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(after_sale.get())
    .bind(line.get())
    .bind(batch.get())
    .bind(base_quantity)
    .bind(status)
    .execute(conn)
    .await?;
    Ok(())
}

/// The goods of an after-sale, in the order in which batches are locked.
pub async fn list_goods(conn: &mut Conn, after_sale: AfterSaleId) -> Result<Vec<GoodsRow>> {
    Ok(sql::query_as::<GoodsRow>(
        "SELECT id, line_id, batch_id, base_quantity, status FROM after_sale_goods
          WHERE after_sale_id = $1 ORDER BY batch_id, line_id",
    )
    .bind(after_sale.get())
    .fetch_all(conn)
    .await?)
}

/// Moves the replacement of an after-sale from `held` to `sold` or `released`.
pub async fn update_goods(conn: &mut Conn, after_sale: AfterSaleId, to: &'static str) -> Result<()> {
    sql::query("UPDATE after_sale_goods SET status = $2 WHERE after_sale_id = $1 AND status = 'held'")
        .bind(after_sale.get())
        .bind(to)
        .execute(conn)
        .await?;
    Ok(())
}

/// Batch and base units that a line took, replacements among it, and has not given back by after-sales: recalled batches
/// first, then by batch.
pub async fn list_line_allocations(conn: &mut Conn, line: LineId) -> Result<Vec<(i64, i64)>> {
    Ok(sql::query_as::<(i64, i64)>(
        "SELECT t.batch_id, CAST(SUM(t.base_quantity) AS BIGINT)
           FROM (SELECT batch_id, base_quantity FROM allocations WHERE line_id = $1 AND status = 'sold'
                 UNION ALL
                 SELECT batch_id, CASE WHEN status = 'sold' THEN base_quantity ELSE -base_quantity END
                   FROM after_sale_goods WHERE line_id = $1 AND status IN ('sold', 'restocked', 'written_off')) t
           JOIN batches b ON b.id = t.batch_id
          GROUP BY t.batch_id, b.recalled_at_ms HAVING SUM(t.base_quantity) > 0
          ORDER BY CASE WHEN b.recalled_at_ms IS NULL THEN 1 ELSE 0 END, t.batch_id",
    )
    .bind(line.get())
    .fetch_all(conn)
    .await?)
}

/// Sold → written off: goods that came back and cannot be sold any more. False when less is sold.
pub async fn write_off_sold(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE batches SET sold = sold - $2, written_off = written_off + $2 WHERE id = $1 AND sold >= $2",
    )
    .bind(batch.get())
    .bind(base_quantity)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
