//! Recalls: which batches are never sold again, and which orders have goods of them.

mod goods;
mod refunds;

use domain::ids::{BatchId, LineId, OrderId, ParcelId, ProductId, RecallId, TeamId, UserId};
use domain::stock::movement::{RecallReason, RecallStage};

use crate::{Conn, Result, StoreError, sql};

pub use goods::{
    AffectedRow, ExpiredRow, RecalledGoodsRow, RecalledLineRow, list_affected, list_expired_in_parcel,
    list_recalled_in_parcel, list_recalled_of_order, list_recalled_replacements, lock_holds,
    lock_parcel_batches, release_goods,
};
pub use refunds::{
    RecallRefundRow, RefundParcelRow, RefundProgressRow, close_recall_refund, confirm_recall_refund,
    find_recall_refund, get_refund_progress, insert_recall_refund, list_parcels_to_refund,
    list_refund_buyers, list_waiting_refunds, lock_recall_refund, take_refund_parcel,
    update_refund_after_sale, withdraw_recall_refund,
};

/// The batch, what it was split from, and everything split from these: one harvest or production run. Ascending.
pub async fn list_family(conn: &mut Conn, batch: BatchId) -> Result<Vec<BatchId>> {
    let ids = sql::query_scalar::<i64>(
        "WITH RECURSIVE origins (id, from_id) AS (
             SELECT id, split_from_id FROM batches WHERE id = $1
             UNION ALL
             SELECT b.id, b.split_from_id FROM origins o JOIN batches b ON b.id = o.from_id
         ), family (id) AS (
             SELECT id FROM origins
             UNION
             SELECT b.id FROM family f JOIN batches b ON b.split_from_id = f.id
         )
         SELECT id FROM family ORDER BY id",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(BatchId::from_i64).collect())
}

/// Takes a batch and stops its sale; false when that was done before. Callers take batches in ascending order of id.
pub async fn stop_sale(conn: &mut Conn, batch: BatchId, at_ms: i64) -> Result<bool> {
    let done = sql::query("UPDATE batches SET recalled_at_ms = $2 WHERE id = $1 AND recalled_at_ms IS NULL")
        .bind(batch.get())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// A recall as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecallRow {
    #[sqlx(try_from = "i64")]
    pub id: RecallId,
    /// The batch that was named.
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "String")]
    pub reason: RecallReason,
    /// What buyers and the public are told.
    pub notice: String,
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    pub at_ms: i64,
}

/// Keeps a recall of these batches.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when one of them was recalled before.
pub async fn insert_recall(conn: &mut Conn, recall: &RecallRow, batches: &[BatchId]) -> Result<()> {
    sql::query(
        "INSERT INTO recalls (id, batch_id, product_id, team_id, reason, notice, user_id, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(recall.id.get())
    .bind(recall.batch_id.get())
    .bind(recall.product_id.get())
    .bind(recall.team_id.get())
    .bind(recall.reason.as_str())
    .bind(recall.notice.clone())
    .bind(recall.user_id.get())
    .bind(recall.at_ms)
    .execute(&mut *conn)
    .await?;
    for batch in batches {
        sql::query("INSERT INTO recall_batches (recall_id, batch_id) VALUES ($1, $2)")
            .bind(recall.id.get())
            .bind(batch.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Notes that a line had goods of a recalled batch, how far they had gone, and whether a letter tells of it.
pub async fn insert_recall_line(
    conn: &mut Conn,
    recall: RecallId,
    line: &AffectedRow,
    stage: RecallStage,
    is_mailed: bool,
) -> Result<()> {
    sql::query(
        "INSERT INTO recall_lines (recall_id, line_id, batch_id, order_id, parcel_id, base_quantity, stage, is_mailed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(recall.get())
    .bind(line.line_id.get())
    .bind(line.batch_id.get())
    .bind(line.order_id.get())
    .bind(line.parcel_id.get())
    .bind(line.base_quantity)
    .bind(stage.as_str())
    .bind(i64::from(is_mailed))
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A recall.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_recall(conn: &mut Conn, id: RecallId) -> Result<RecallRow> {
    sql::query_as::<RecallRow>(
        "SELECT id, batch_id, product_id, team_id, reason, notice, user_id, at_ms FROM recalls WHERE id = $1",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("recall"))
}

/// The recall of a batch.
pub async fn find_recall_of_batch(conn: &mut Conn, batch: BatchId) -> Result<Option<RecallRow>> {
    Ok(sql::query_as::<RecallRow>(
        "SELECT r.id, r.batch_id, r.product_id, r.team_id, r.reason, r.notice, r.user_id, r.at_ms
           FROM recall_batches x JOIN recalls r ON r.id = x.recall_id WHERE x.batch_id = $1",
    )
    .bind(batch.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// The codes of the batches of a recall.
pub async fn list_recalled_codes(conn: &mut Conn, recall: RecallId) -> Result<Vec<String>> {
    Ok(sql::query_scalar::<String>(
        "SELECT b.code FROM recall_batches x JOIN batches b ON b.id = x.batch_id WHERE x.recall_id = $1 ORDER BY b.id",
    )
    .bind(recall.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// The batches of a recall, ascending.
pub async fn list_recalled_batches(conn: &mut Conn, recall: RecallId) -> Result<Vec<BatchId>> {
    let ids = sql::query_scalar::<i64>(
        "SELECT batch_id FROM recall_batches WHERE recall_id = $1 ORDER BY batch_id",
    )
    .bind(recall.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(BatchId::from_i64).collect())
}

/// A line of a recall: as it was then, and where its order is now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecallLineRow {
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    pub order_number: String,
    pub order_status: String,
    pub parcel_status: String,
    pub recipient_name: String,
    pub recipient_phone: String,
    pub batch_code: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub unit: String,
    pub quantity: i64,
    pub base_quantity: i64,
    #[sqlx(try_from = "String")]
    pub stage: RecallStage,
    pub is_mailed: i64,
    pub placed_at_ms: i64,
}

/// The lines of a recall, the oldest order first.
pub async fn list_recall_lines(conn: &mut Conn, recall: RecallId) -> Result<Vec<RecallLineRow>> {
    Ok(sql::query_as::<RecallLineRow>(
        "SELECT x.order_id, x.line_id, p.id AS parcel_id, o.number AS order_number, o.status AS order_status,
                p.status AS parcel_status, o.recipient_name, o.recipient_phone, b.code AS batch_code, l.variant_name,
                l.variant_name_en, l.unit, l.quantity, x.base_quantity, x.stage, x.is_mailed, o.placed_at_ms
           FROM recall_lines x
           JOIN batches b ON b.id = x.batch_id
           JOIN order_lines l ON l.id = x.line_id
           JOIN orders o ON o.id = x.order_id
           JOIN parcels p ON p.id = x.parcel_id
          WHERE x.recall_id = $1 ORDER BY x.order_id, x.line_id, x.batch_id, x.parcel_id, x.stage",
    )
    .bind(recall.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Orders of a recall that wait for money still.
pub async fn list_unpaid_orders(conn: &mut Conn, recall: RecallId) -> Result<Vec<OrderId>> {
    let ids = sql::query_scalar::<i64>(
        "SELECT DISTINCT x.order_id FROM recall_lines x JOIN orders o ON o.id = x.order_id
          WHERE x.recall_id = $1 AND o.status || '' = 'awaiting_payment' ORDER BY x.order_id",
    )
    .bind(recall.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(OrderId::from_i64).collect())
}

/// What the buyer of an order is told of a recall.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderRecallRow {
    #[sqlx(try_from = "i64")]
    pub recall_id: RecallId,
    #[sqlx(try_from = "String")]
    pub reason: RecallReason,
    pub notice: String,
    pub at_ms: i64,
    pub product_name: String,
    pub product_name_en: String,
    pub product_slug: String,
    pub batch_code: String,
}

/// The recalls that concern an order, one row a batch and product, latest first; without those whose goods were all changed for
/// others before they left.
pub async fn list_order_recalls(conn: &mut Conn, order: OrderId) -> Result<Vec<OrderRecallRow>> {
    Ok(sql::query_as::<OrderRecallRow>(
        "SELECT DISTINCT r.id AS recall_id, r.reason, r.notice, r.at_ms, l.product_name, l.product_name_en,
                p.slug AS product_slug, b.code AS batch_code
           FROM recall_lines x
           JOIN recalls r ON r.id = x.recall_id
           JOIN order_lines l ON l.id = x.line_id
           JOIN products p ON p.id = l.product_id
           JOIN batches b ON b.id = x.batch_id
          WHERE x.order_id = $1
            AND (NOT EXISTS (SELECT 1 FROM goods_changes c
                              WHERE c.line_id = x.line_id AND c.from_batch_id = x.batch_id)
              OR EXISTS (SELECT 1 FROM allocations a WHERE a.line_id = x.line_id AND a.batch_id = x.batch_id))
          ORDER BY r.id DESC, b.code",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A recall in a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecallHeadRow {
    #[sqlx(try_from = "i64")]
    pub id: RecallId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub team_name: String,
    pub code: String,
    pub name: String,
    pub name_en: String,
    #[sqlx(try_from = "String")]
    pub reason: RecallReason,
    pub at_ms: i64,
}

/// Which recalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecallFilter {
    /// Of one team; `None` for all.
    pub team: Option<TeamId>,
    /// For one reason; `None` for all.
    pub reason: Option<RecallReason>,
    /// Done from this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

impl RecallFilter {
    /// All recalls of a team, or of everybody.
    #[must_use]
    pub const fn all(team: Option<TeamId>) -> Self {
        Self { team, reason: None, from_ms: i64::MIN, until_ms: i64::MAX }
    }
}

/// Recalls, latest first.
pub async fn list_recalls(
    conn: &mut Conn,
    filter: RecallFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<RecallHeadRow>> {
    Ok(sql::query_as::<RecallHeadRow>(
        "SELECT r.id, r.batch_id, r.team_id, t.name AS team_name, b.code, p.name, p.name_en, r.reason, r.at_ms
           FROM recalls r
           JOIN batches b ON b.id = r.batch_id
           JOIN products p ON p.id = r.product_id
           JOIN teams t ON t.id = r.team_id
          WHERE (CAST($1 AS BIGINT) IS NULL OR r.team_id = $1) AND CAST($2 AS TEXT) IN ('', r.reason)
            AND r.at_ms >= $3 AND r.at_ms < $4
          ORDER BY r.id DESC LIMIT $5 OFFSET $6",
    )
    .bind(filter.team.map(TeamId::get))
    .bind(filter.reason.map_or("", RecallReason::as_str))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *conn)
    .await?)
}

/// The recalls of a team of which something is still to be done: goods to be destroyed, or paid parcels that cannot leave;
/// latest first, at most `limit`.
pub async fn list_unfinished(conn: &mut Conn, team: TeamId, limit: i64) -> Result<Vec<RecallHeadRow>> {
    Ok(sql::query_as::<RecallHeadRow>(
        "SELECT r.id, r.batch_id, r.team_id, t.name AS team_name, b.code, p.name, p.name_en, r.reason, r.at_ms
           FROM recalls r
           JOIN batches b ON b.id = r.batch_id
           JOIN products p ON p.id = r.product_id
           JOIN teams t ON t.id = r.team_id
          WHERE r.team_id = $1
            AND (EXISTS (SELECT 1 FROM recall_batches x JOIN batches y ON y.id = x.batch_id
                          WHERE x.recall_id = r.id AND y.available > 0)
              OR EXISTS (SELECT 1 FROM recall_lines l JOIN parcels c ON c.id = l.parcel_id
                          WHERE l.recall_id = r.id AND c.status || '' = 'to_pack'))
          ORDER BY r.id DESC LIMIT $2",
    )
    .bind(team.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
