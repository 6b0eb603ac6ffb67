//! Counting the shelf, and corrections of whose harvest is in a batch.

use domain::ids::{BatchId, InputCorrectionId, ProductId, StocktakeId, UserId, VillageId};

use crate::{Conn, Result, sql};

/// What is paid for, or promised as a replacement, and has not left: by batch of a product, in base units.
pub async fn list_sold_to_pack(conn: &mut Conn, product: ProductId) -> Result<Vec<(i64, i64)>> {
    Ok(sql::query_as::<(i64, i64)>(
        "SELECT s.batch_id, CAST(SUM(s.base_quantity) AS BIGINT)
           FROM (SELECT b.id AS batch_id, a.base_quantity
                   FROM batches b
                   JOIN allocations a ON a.batch_id = b.id AND a.status = 'sold'
                   JOIN order_lines l ON l.id = a.line_id
                   JOIN parcels p ON p.id = l.parcel_id
                  WHERE b.product_id = $1 AND p.status || '' = 'to_pack'
                 UNION ALL
                 SELECT b.id, g.base_quantity
                   FROM batches b
                   JOIN after_sale_goods g ON g.batch_id = b.id AND g.status = 'sold'
                   JOIN after_sales f ON f.id = g.after_sale_id
                   JOIN parcels p ON p.id = f.replacement_parcel_id
                  WHERE b.product_id = $1 AND p.status || '' = 'to_pack'
                 UNION ALL
                 SELECT b.id, -g.base_quantity
                   FROM batches b
                   JOIN after_sale_goods g ON g.batch_id = b.id AND g.status IN ('restocked', 'written_off')
                   JOIN order_lines l ON l.id = g.line_id
                   JOIN parcels p ON p.id = l.parcel_id
                  WHERE b.product_id = $1 AND p.status || '' = 'to_pack') AS s
          GROUP BY s.batch_id HAVING SUM(s.base_quantity) > 0 ORDER BY s.batch_id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A count of batches, with batch, what should have been there and what was, in base units.
#[derive(Debug, Clone)]
pub struct NewStocktake {
    pub id: StocktakeId,
    pub product_id: ProductId,
    pub note: String,
    pub user_id: UserId,
    pub at_ms: i64,
    pub lines: Vec<(BatchId, i64, i64)>,
}

/// Keeps a count.
pub async fn insert_stocktake(conn: &mut Conn, count: &NewStocktake) -> Result<()> {
    sql::query("INSERT INTO stocktakes (id, product_id, note, user_id, at_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(count.id.get())
        .bind(count.product_id.get())
        .bind(count.note.clone())
        .bind(count.user_id.get())
        .bind(count.at_ms)
        .execute(&mut *conn)
        .await?;
    for (batch, expected, counted) in &count.lines {
        sql::query(
            "INSERT INTO stocktake_lines (stocktake_id, batch_id, expected, counted) VALUES ($1, $2, $3, $4)",
        )
        .bind(count.id.get())
        .bind(batch.get())
        .bind(*expected)
        .bind(*counted)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// A line of a count as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StocktakeLineRow {
    pub stocktake_id: i64,
    pub at_ms: i64,
    pub user_name: String,
    pub note: String,
    pub batch_code: String,
    pub expected: i64,
    pub counted: i64,
}

/// The lines of the latest counts of a product, latest first, at most `limit` lines.
pub async fn list_stocktake_lines(
    conn: &mut Conn,
    product: ProductId,
    limit: i64,
) -> Result<Vec<StocktakeLineRow>> {
    Ok(sql::query_as::<StocktakeLineRow>(
        "SELECT s.id AS stocktake_id, s.at_ms, u.display_name AS user_name, s.note, b.code AS batch_code,
                l.expected, l.counted
           FROM stocktakes s
           JOIN users u ON u.id = s.user_id
           JOIN stocktake_lines l ON l.stocktake_id = s.id
           JOIN batches b ON b.id = l.batch_id
          WHERE s.product_id = $1 ORDER BY s.id DESC, b.id LIMIT $2",
    )
    .bind(product.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// A correction of weights: village, grams before, grams after.
#[derive(Debug, Clone)]
pub struct NewInputCorrection {
    pub id: InputCorrectionId,
    pub batch_id: BatchId,
    pub reason: String,
    pub user_id: UserId,
    pub at_ms: i64,
    pub lines: Vec<(VillageId, i64, i64)>,
}

/// Keeps a correction of weights.
pub async fn insert_input_correction(conn: &mut Conn, correction: &NewInputCorrection) -> Result<()> {
    sql::query(
        "INSERT INTO input_corrections (id, batch_id, reason, user_id, at_ms) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(correction.id.get())
    .bind(correction.batch_id.get())
    .bind(correction.reason.clone())
    .bind(correction.user_id.get())
    .bind(correction.at_ms)
    .execute(&mut *conn)
    .await?;
    for (village, old_weight_g, new_weight_g) in &correction.lines {
        sql::query(
            "INSERT INTO input_correction_lines (correction_id, village_id, old_weight_g, new_weight_g)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(correction.id.get())
        .bind(village.get())
        .bind(*old_weight_g)
        .bind(*new_weight_g)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// A line of a correction as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CorrectionLineRow {
    pub correction_id: i64,
    pub at_ms: i64,
    pub user_name: String,
    pub reason: String,
    pub village_name: String,
    pub village_name_en: String,
    pub old_weight_g: i64,
    pub new_weight_g: i64,
}

/// The corrections of a batch, latest first.
pub async fn list_input_corrections(conn: &mut Conn, batch: BatchId) -> Result<Vec<CorrectionLineRow>> {
    Ok(sql::query_as::<CorrectionLineRow>(
        "SELECT c.id AS correction_id, c.at_ms, u.display_name AS user_name, c.reason, v.name AS village_name,
                v.name_en AS village_name_en, l.old_weight_g, l.new_weight_g
           FROM input_corrections c
           JOIN users u ON u.id = c.user_id
           JOIN input_correction_lines l ON l.correction_id = c.id
           JOIN villages v ON v.id = l.village_id
          WHERE c.batch_id = $1 ORDER BY c.id DESC, v.id",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?)
}
