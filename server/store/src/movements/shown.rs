//! What was done to batches, as pages list it.

use domain::ids::{BatchId, MovementId, ProductId};
use domain::stock::movement::MovementKind;

use crate::{Conn, Result, sql};

/// A movement as its page lists it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MovementRow {
    #[sqlx(try_from = "i64")]
    pub id: MovementId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub batch_code: String,
    #[sqlx(try_from = "String")]
    pub kind: MovementKind,
    pub reason: String,
    pub received_change: i64,
    pub written_off_change: i64,
    pub counterpart_code: Option<String>,
    pub from_place: Option<String>,
    pub place: Option<String>,
    pub cause_id: Option<i64>,
    /// Of a correction of its days: as they were, as they are.
    pub former_produced_on: Option<String>,
    pub former_expires_on: Option<String>,
    pub produced_on: Option<String>,
    pub expires_on: Option<String>,
    pub note: String,
    pub user_name: Option<String>,
    pub at_ms: i64,
}

/// Which movements of a product are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovementFilter {
    pub product: ProductId,
    /// Of one batch; `None` for all.
    pub batch: Option<BatchId>,
    /// Of one kind; `None` for all.
    pub kind: Option<MovementKind>,
    /// From this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

impl MovementFilter {
    /// Everything that was done to a product, or to one of its batches.
    #[must_use]
    pub const fn all(product: ProductId, batch: Option<BatchId>) -> Self {
        Self { product, batch, kind: None, from_ms: i64::MIN, until_ms: i64::MAX }
    }
}

/// What was done: latest first, those noted before `before`, at most `limit`. What came back from a buyer and is lost is read
/// from its after-sale, which keeps it.
pub async fn list_movements(
    conn: &mut Conn,
    filter: MovementFilter,
    before: i64,
    limit: i64,
) -> Result<Vec<MovementRow>> {
    Ok(sql::query_as::<MovementRow>(
        "SELECT m.id, m.batch_id, b.code AS batch_code, m.kind, m.reason, m.received_change, m.written_off_change,
                c.code AS counterpart_code, f.name AS from_place, t.name AS place, m.cause_id,
                m.former_produced_on, m.former_expires_on, m.produced_on, m.expires_on, m.note,
                u.display_name AS user_name, m.at_ms
           FROM batches b
           JOIN stock_movements m ON m.batch_id = b.id
           LEFT JOIN batches c ON c.id = m.counterpart_id
           LEFT JOIN dispatch_places f ON f.id = m.from_place_id
           LEFT JOIN dispatch_places t ON t.id = m.place_id
           LEFT JOIN users u ON u.id = m.user_id
          WHERE b.product_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR b.id = $2) AND m.id < $3
            AND CAST($5 AS TEXT) IN ('', m.kind) AND m.at_ms >= $6 AND m.at_ms < $7
         UNION ALL
         SELECT g.id, g.batch_id, b.code, 'returned', '', CAST(0 AS BIGINT), g.base_quantity, NULL, NULL, NULL,
                g.after_sale_id, NULL, NULL, NULL, NULL, '', NULL, COALESCE(s.taken_back_at_ms, s.asked_at_ms)
           FROM batches b
           JOIN after_sale_goods g ON g.batch_id = b.id AND g.status = 'written_off'
           JOIN after_sales s ON s.id = g.after_sale_id
          WHERE b.product_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR b.id = $2) AND g.id < $3
            AND CAST($5 AS TEXT) IN ('', 'returned') AND COALESCE(s.taken_back_at_ms, s.asked_at_ms) >= $6
            AND COALESCE(s.taken_back_at_ms, s.asked_at_ms) < $7
          ORDER BY 1 DESC LIMIT $4",
    )
    .bind(filter.product.get())
    .bind(filter.batch.map(BatchId::get))
    .bind(before)
    .bind(limit)
    .bind(filter.kind.map_or("", MovementKind::as_str))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .fetch_all(&mut *conn)
    .await?)
}
