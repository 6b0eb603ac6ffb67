//! Which batches the goods of a parcel are of, and goods of others that take their place before it leaves.

use domain::ids::{AllocationId, BatchId, GoodsChangeId, LineId, OrderId, ParcelId, UserId};

use crate::stock::NewAllocation;
use crate::{Conn, Result, sql};

/// What a line of a parcel takes of a batch.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ParcelGoodsRow {
    #[sqlx(try_from = "i64")]
    pub id: AllocationId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub batch_code: String,
    pub base_quantity: i64,
    /// Base units that the line takes of all its batches.
    pub line_base: i64,
    /// 1 when they must not leave.
    pub is_recalled: i64,
}

/// What the lines of a paid parcel take of which batch, line by line.
pub async fn list_parcel_goods(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<ParcelGoodsRow>> {
    Ok(sql::query_as::<ParcelGoodsRow>(
        "SELECT a.id, a.line_id, a.batch_id, b.code AS batch_code, a.base_quantity,
                (SELECT CAST(SUM(x.base_quantity) AS BIGINT) FROM allocations x WHERE x.line_id = l.id) AS line_base,
                CAST(CASE WHEN b.recalled_at_ms IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_recalled
           FROM order_lines l
           JOIN allocations a ON a.line_id = l.id AND a.status = 'sold'
           JOIN batches b ON b.id = a.batch_id
          WHERE l.parcel_id = $1 ORDER BY l.position, b.id",
    )
    .bind(parcel.get())
    .fetch_all(conn)
    .await?)
}

/// A line takes so much less of a batch, or nothing of it any more. The batch's own quantities are
/// [`crate::stock::take_back`]'s.
pub async fn take_less(conn: &mut Conn, goods: AllocationId, base_quantity: i64) -> Result<()> {
    let gone = sql::query("DELETE FROM allocations WHERE id = $1 AND base_quantity <= $2")
        .bind(goods.get())
        .bind(base_quantity)
        .execute(&mut *conn)
        .await?;
    if gone.rows_affected() == 0 {
        sql::query("UPDATE allocations SET base_quantity = base_quantity - $2 WHERE id = $1")
            .bind(goods.get())
            .bind(base_quantity)
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// A line takes so much more of a batch, sold. The batch's own quantities are [`crate::stock::sell`]'s.
pub async fn take_more(conn: &mut Conn, order: OrderId, goods: NewAllocation) -> Result<()> {
    sql::query(
        "INSERT INTO allocations (id, order_id, line_id, batch_id, base_quantity, status)
         VALUES ($1, $2, $3, $4, $5, 'sold')
         ON CONFLICT (line_id, batch_id) DO UPDATE
            SET base_quantity = allocations.base_quantity + excluded.base_quantity",
    )
    .bind(goods.id.get())
    .bind(order.get())
    .bind(goods.line.get())
    .bind(goods.batch.get())
    .bind(goods.base_quantity)
    .execute(conn)
    .await?;
    Ok(())
}

/// Goods of a batch took the place of those of another one.
#[derive(Debug, Clone)]
pub struct NewGoodsChange {
    pub id: GoodsChangeId,
    pub order: OrderId,
    pub line: LineId,
    pub from: BatchId,
    pub to: BatchId,
    pub base_quantity: i64,
    /// Why the former goods are lost, a word of [`domain::stock::movement::LossReason`]; `kept` when they are not.
    pub reason: &'static str,
    pub user: UserId,
    pub at_ms: i64,
}

/// Keeps a change of goods.
pub async fn insert_goods_change(conn: &mut Conn, change: &NewGoodsChange) -> Result<()> {
    sql::query(
        "INSERT INTO goods_changes (id, order_id, line_id, from_batch_id, to_batch_id, base_quantity, reason, user_id,
                at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(change.id.get())
    .bind(change.order.get())
    .bind(change.line.get())
    .bind(change.from.get())
    .bind(change.to.get())
    .bind(change.base_quantity)
    .bind(change.reason)
    .bind(change.user.get())
    .bind(change.at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// A change of goods as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GoodsChangeRow {
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub from_code: String,
    pub to_code: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub base_quantity: i64,
    pub reason: String,
    pub user_name: String,
    pub at_ms: i64,
}

/// The changes of goods of an order, the latest first.
pub async fn list_goods_changes(conn: &mut Conn, order: OrderId) -> Result<Vec<GoodsChangeRow>> {
    Ok(sql::query_as::<GoodsChangeRow>(
        "SELECT l.parcel_id, l.product_name, l.product_name_en, l.variant_name, l.variant_name_en, f.code AS from_code,
                t.code AS to_code, p.base_unit, c.base_quantity, c.reason, u.display_name AS user_name, c.at_ms
           FROM goods_changes c
           JOIN order_lines l ON l.id = c.line_id
           JOIN products p ON p.id = l.product_id
           JOIN batches f ON f.id = c.from_batch_id
           JOIN batches t ON t.id = c.to_batch_id
           JOIN users u ON u.id = c.user_id
          WHERE c.order_id = $1 ORDER BY c.id DESC",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}
