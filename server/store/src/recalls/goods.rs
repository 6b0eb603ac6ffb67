//! Where goods of a recalled batch are: set aside, to be packed, on their way, with the buyer; replacements, too.

use domain::ids::{AfterSaleId, BatchId, LineId, OrderId, ParcelId};

use crate::{Conn, Result, sql};

/// A line with goods of a batch, in one parcel.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AffectedRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    /// The parcel they are in: the line's own, or one that replaces goods of it.
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    pub batch_code: String,
    pub order_number: String,
    pub order_status: String,
    pub parcel_status: String,
    pub recipient_name: String,
    pub recipient_phone: String,
    /// That of the order, or else the proved one of its account; empty when there is neither.
    pub email: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub unit: String,
    /// Pieces of the whole line, which may have goods of other batches, too.
    pub quantity: i64,
    /// Of this batch, in base units.
    pub base_quantity: i64,
    /// 1 when they are set aside to replace goods and have not left, whatever became of the parcel.
    pub is_replacement_here: i64,
    pub placed_at_ms: i64,
}

/// The lines that goods of a batch are set aside for or were sold to, as replacements, too; the oldest order first.
///
/// What came back is taken off the line as a whole and not off the batch, since nobody can say which of two batches a
/// piece was of, and not at all when it may have been a replacement: rather one buyer too many is told than one too few. A
/// line is left out when all that it took came back.
pub async fn list_affected(conn: &mut Conn, batch: BatchId) -> Result<Vec<AffectedRow>> {
    Ok(sql::query_as::<AffectedRow>(
        // 0: taken for the order itself, 1: sent to replace goods, 2: set aside for that.
        "WITH took (line_id, parcel_id, replaces, base_quantity) AS (
             SELECT a.line_id, l.parcel_id, 0, a.base_quantity
               FROM allocations a JOIN order_lines l ON l.id = a.line_id
              WHERE a.batch_id = $1 AND a.status IN ('held', 'sold')
             UNION ALL
             SELECT g.line_id, COALESCE(f.replacement_parcel_id, f.parcel_id),
                    CASE WHEN g.status = 'held' THEN 2 ELSE 1 END, g.base_quantity
               FROM after_sale_goods g JOIN after_sales f ON f.id = g.after_sale_id
              WHERE g.batch_id = $1 AND g.status IN ('held', 'sold')
         ), summed (line_id, parcel_id, replaces, base_quantity, stays) AS (
             SELECT t.line_id, t.parcel_id, t.replaces, CAST(SUM(t.base_quantity) AS BIGINT),
                    (SELECT CAST(SUM(a.base_quantity) AS BIGINT) FROM allocations a
                      WHERE a.line_id = t.line_id AND a.status IN ('held', 'sold'))
                    - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                 WHERE g.line_id = t.line_id AND g.status IN ('restocked', 'written_off')
                                   AND NOT EXISTS (SELECT 1 FROM after_sale_goods e
                                                    WHERE e.line_id = g.line_id AND e.status = 'sold'
                                                      AND e.after_sale_id < g.after_sale_id)), 0)
               FROM took t GROUP BY t.line_id, t.parcel_id, t.replaces
         )
         SELECT b.id AS batch_id, s.line_id, o.id AS order_id, p.id AS parcel_id, b.code AS batch_code,
                o.number AS order_number, o.status AS order_status, p.status AS parcel_status, o.recipient_name,
                o.recipient_phone,
                COALESCE(NULLIF(o.email, ''),
                         (SELECT n.value FROM login_names n
                           WHERE n.user_id = o.user_id AND n.kind = 'email' AND n.verified_at_ms IS NOT NULL
                             AND (o.unit_id IS NULL
                                  OR EXISTS (SELECT 1 FROM roles r
                                              WHERE r.user_id = o.user_id AND r.scope_id = o.unit_id
                                                AND r.revoked_at_ms IS NULL
                                                AND r.kind IN ('unit_buyer', 'unit_approver', 'unit_finance')))
                           ORDER BY n.value LIMIT 1), '') AS email,
                l.variant_name, l.variant_name_en, l.unit, l.quantity,
                CASE WHEN s.replaces = 0 AND s.stays < s.base_quantity THEN s.stays ELSE s.base_quantity END
                    AS base_quantity,
                CAST(CASE WHEN s.replaces = 2 THEN 1 ELSE 0 END AS BIGINT) AS is_replacement_here, o.placed_at_ms
           FROM summed s
           JOIN batches b ON b.id = $1
           JOIN order_lines l ON l.id = s.line_id
           JOIN orders o ON o.id = l.order_id
           JOIN parcels p ON p.id = s.parcel_id
          WHERE s.replaces > 0 OR s.stays > 0
          ORDER BY o.id, s.line_id, s.parcel_id, s.replaces",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Takes the batches that goods are set aside from for an order, in ascending order, and tells whether one of them was
/// recalled. Without taking them a recall in the same moment would go unseen.
pub async fn lock_holds(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let batches = sql::query_scalar::<i64>(
        "SELECT DISTINCT batch_id FROM allocations WHERE order_id = $1 AND status = 'held' ORDER BY batch_id",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?;
    let mut is_recalled = false;
    for batch in batches {
        is_recalled |= lock(conn, batch).await?;
    }
    Ok(is_recalled)
}

/// Takes the batches that goods of a parcel are of, in ascending order; then [`list_recalled_in_parcel`] is the truth until
/// the end of the transaction.
pub async fn lock_parcel_batches(conn: &mut Conn, parcel: ParcelId) -> Result<()> {
    let batches = sql::query_scalar::<i64>(
        "SELECT a.batch_id FROM order_lines l JOIN allocations a ON a.line_id = l.id AND a.status = 'sold'
          WHERE l.parcel_id = $1
         UNION
         SELECT g.batch_id FROM after_sales f JOIN after_sale_goods g ON g.after_sale_id = f.id
          WHERE f.replacement_parcel_id = $1 AND g.status IN ('held', 'sold')
          ORDER BY 1",
    )
    .bind(parcel.get())
    .fetch_all(&mut *conn)
    .await?;
    for batch in batches {
        lock(conn, batch).await?;
    }
    Ok(())
}

/// Takes a batch and tells whether it was recalled.
async fn lock(conn: &mut Conn, batch: i64) -> Result<bool> {
    let recalled = sql::query_scalar::<i64>(
        "UPDATE batches SET available = available WHERE id = $1
         RETURNING CAST(CASE WHEN recalled_at_ms IS NULL THEN 0 ELSE 1 END AS BIGINT)",
    )
    .bind(batch)
    .fetch_one(&mut *conn)
    .await?;
    Ok(recalled == 1)
}

/// The codes of the recalled batches that goods of a parcel are of. What was given back before it left is not in it.
pub async fn list_recalled_in_parcel(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<String>> {
    Ok(sql::query_scalar::<String>(
        "SELECT b.code FROM order_lines l
           JOIN allocations a ON a.line_id = l.id AND a.status = 'sold'
           JOIN batches b ON b.id = a.batch_id
          WHERE l.parcel_id = $1 AND b.recalled_at_ms IS NOT NULL
            AND a.base_quantity > COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                             WHERE g.line_id = l.id AND g.batch_id = b.id
                                               AND g.status IN ('restocked', 'written_off')), 0)
         UNION
         SELECT b.code FROM after_sales f
           JOIN after_sale_goods g ON g.after_sale_id = f.id AND g.status IN ('held', 'sold')
           JOIN batches b ON b.id = g.batch_id
          WHERE f.replacement_parcel_id = $1 AND b.recalled_at_ms IS NOT NULL
          ORDER BY 1",
    )
    .bind(parcel.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A batch past its last day.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ExpiredRow {
    pub code: String,
    pub expires_on: String,
}

/// The batches that goods of a parcel are of and whose last day was before `today`. What was given back before it left is
/// not in it. Like [`list_recalled_in_parcel`] the truth while the batches are taken.
pub async fn list_expired_in_parcel(
    conn: &mut Conn,
    parcel: ParcelId,
    today: &str,
) -> Result<Vec<ExpiredRow>> {
    Ok(sql::query_as::<ExpiredRow>(
        "SELECT b.code, b.expires_on FROM order_lines l
           JOIN allocations a ON a.line_id = l.id AND a.status = 'sold'
           JOIN batches b ON b.id = a.batch_id
          WHERE l.parcel_id = $1 AND b.expires_on < $2
            AND a.base_quantity > COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                             WHERE g.line_id = l.id AND g.batch_id = b.id
                                               AND g.status IN ('restocked', 'written_off')), 0)
         UNION
         SELECT b.code, b.expires_on FROM after_sales f
           JOIN after_sale_goods g ON g.after_sale_id = f.id AND g.status IN ('held', 'sold')
           JOIN batches b ON b.id = g.batch_id
          WHERE f.replacement_parcel_id = $1 AND b.expires_on < $2
          ORDER BY 2, 1",
    )
    .bind(parcel.get())
    .bind(today.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}

/// What of a line is of recalled batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct RecalledLineRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    /// In base units, as the recalls noted it.
    pub base_quantity: i64,
}

/// The lines of an order with recalled goods that are still packed, on their way or with the buyer. Goods that were here when
/// they were recalled never left: once their parcel has gone they are not in it, and before that only as many as the line
/// takes of the batch still: others may have taken their place, or they were given back for another reason. What
/// after-sales have taken since of goods that had left, or because of the recall, is not taken off.
pub async fn list_recalled_of_order(conn: &mut Conn, order: OrderId) -> Result<Vec<RecalledLineRow>> {
    Ok(sql::query_as::<RecalledLineRow>(
        "WITH noted (line_id, base_quantity, still) AS (
             SELECT x.line_id, x.base_quantity,
                    CASE WHEN x.stage <> 'to_pack' THEN x.base_quantity
                         ELSE COALESCE((SELECT a.base_quantity FROM allocations a
                                         WHERE a.line_id = x.line_id AND a.batch_id = x.batch_id), 0)
                              - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT)
                                            FROM after_sale_goods g JOIN after_sales f ON f.id = g.after_sale_id
                                           WHERE g.line_id = x.line_id AND g.batch_id = x.batch_id
                                             AND g.status IN ('restocked', 'written_off')
                                             AND f.reason <> 'recalled'), 0) END
               FROM recall_lines x
               JOIN order_lines l ON l.id = x.line_id
               JOIN parcels p ON p.id = l.parcel_id
              WHERE x.order_id = $1
                AND (x.stage IN ('shipped', 'received') OR (x.stage = 'to_pack' AND p.status || '' = 'to_pack'))
         )
         SELECT n.line_id,
                CAST(SUM(CASE WHEN n.still < n.base_quantity THEN n.still ELSE n.base_quantity END) AS BIGINT)
                    AS base_quantity
           FROM noted n WHERE n.still > 0 GROUP BY n.line_id ORDER BY n.line_id",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Goods of a recalled batch that are set aside to replace others.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecalledGoodsRow {
    /// The row of the goods.
    pub id: i64,
    #[sqlx(try_from = "i64")]
    pub after_sale_id: AfterSaleId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub base_quantity: i64,
}

/// Goods of a batch that are set aside to replace others, by order.
pub async fn list_recalled_replacements(conn: &mut Conn, batch: BatchId) -> Result<Vec<RecalledGoodsRow>> {
    Ok(sql::query_as::<RecalledGoodsRow>(
        "SELECT g.id, g.after_sale_id, f.order_id, g.line_id, g.batch_id, g.base_quantity
           FROM after_sale_goods g JOIN after_sales f ON f.id = g.after_sale_id
          WHERE g.batch_id = $1 AND g.status = 'held' ORDER BY f.order_id, g.id",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Gives up goods that were set aside to replace others; false when they are not set aside any more.
pub async fn release_goods(conn: &mut Conn, goods: i64) -> Result<bool> {
    let done =
        sql::query("UPDATE after_sale_goods SET status = 'released' WHERE id = $1 AND status = 'held'")
            .bind(goods)
            .execute(&mut *conn)
            .await?;
    Ok(done.rows_affected() == 1)
}
