//! The paid orders of a recall that are refunded in one go: what the list holds, who asked for it and who confirmed it, how
//! far it is.

use domain::ids::{AfterSaleId, OrderId, ParcelId, RecallId, RecallRefundId, UserId};
use domain::money::Fen;

use crate::{Conn, Result, StoreError, sql};

/// A list of parcels whose money goes back.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecallRefundRow {
    #[sqlx(try_from = "i64")]
    pub id: RecallRefundId,
    #[sqlx(try_from = "i64")]
    pub recall_id: RecallId,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    /// 1 when somebody else has to confirm it.
    pub needs_second: i64,
    #[sqlx(try_from = "i64")]
    pub asked_by: UserId,
    pub asked_at_ms: i64,
    pub confirmed_by: Option<i64>,
    pub confirmed_at_ms: Option<i64>,
    pub closed_at_ms: Option<i64>,
    /// Who gave it up before it was confirmed: nothing of it went back.
    pub withdrawn_by: Option<i64>,
    pub withdrawn_at_ms: Option<i64>,
    /// Asked of whoever declined what somebody else had asked for.
    pub withdrawn_reason: String,
}

/// The columns of a [`RecallRefundRow`].
macro_rules! columns {
    () => {
        "id, recall_id, amount_fen, needs_second, asked_by, asked_at_ms, confirmed_by, confirmed_at_ms, closed_at_ms, \
         withdrawn_by, withdrawn_at_ms, withdrawn_reason"
    };
}

/// A parcel of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct RefundParcelRow {
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// Paid parcels with goods of a recall that have not left, with their orders. What was given back of them is not in them
/// any more.
pub async fn list_parcels_to_refund(conn: &mut Conn, recall: RecallId) -> Result<Vec<(ParcelId, OrderId)>> {
    let rows = sql::query_as::<(i64, i64)>(
        "SELECT DISTINCT l.parcel_id, x.order_id
           FROM recall_lines x
           JOIN order_lines l ON l.id = x.line_id
           JOIN parcels p ON p.id = l.parcel_id
           JOIN orders o ON o.id = x.order_id
           JOIN allocations a ON a.line_id = x.line_id AND a.batch_id = x.batch_id AND a.status || '' = 'sold'
          WHERE x.recall_id = $1 AND x.stage = 'to_pack' AND p.status || '' = 'to_pack' AND o.status || '' = 'paid'
            AND a.base_quantity > COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                             WHERE g.line_id = x.line_id AND g.batch_id = x.batch_id
                                               AND g.status IN ('restocked', 'written_off')), 0)
          ORDER BY l.parcel_id",
    )
    .bind(recall.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(parcel, order)| (ParcelId::from_i64(parcel), OrderId::from_i64(order)))
        .collect())
}

/// Keeps a list.
///
/// # Errors
/// [`StoreError::AlreadyExists`] while another one of the recall is not done.
pub async fn insert_recall_refund(
    conn: &mut Conn,
    row: &RecallRefundRow,
    parcels: &[RefundParcelRow],
) -> Result<()> {
    sql::query(
        "INSERT INTO recall_refunds (id, recall_id, amount_fen, needs_second, asked_by, asked_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.get())
    .bind(row.recall_id.get())
    .bind(row.amount_fen.get())
    .bind(row.needs_second)
    .bind(row.asked_by.get())
    .bind(row.asked_at_ms)
    .execute(&mut *conn)
    .await?;
    for parcel in parcels {
        sql::query(
            "INSERT INTO recall_refund_parcels (recall_refund_id, parcel_id, order_id, amount_fen)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(row.id.get())
        .bind(parcel.parcel_id.get())
        .bind(parcel.order_id.get())
        .bind(parcel.amount_fen.get())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The latest list of a recall; the one that is not done, if there is one.
pub async fn find_recall_refund(conn: &mut Conn, recall: RecallId) -> Result<Option<RecallRefundRow>> {
    Ok(sql::query_as::<RecallRefundRow>(concat!(
        "SELECT ",
        columns!(),
        " FROM recall_refunds WHERE recall_id = $1 \
          ORDER BY CASE WHEN closed_at_ms IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 1"
    ))
    .bind(recall.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Takes a list for a decision.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn lock_recall_refund(conn: &mut Conn, id: RecallRefundId) -> Result<RecallRefundRow> {
    sql::query_as::<RecallRefundRow>(concat!(
        "UPDATE recall_refunds SET amount_fen = amount_fen WHERE id = $1 RETURNING ",
        columns!()
    ))
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("refunds of a recall"))
}

/// Somebody else has confirmed a list; false when somebody has before.
pub async fn confirm_recall_refund(
    conn: &mut Conn,
    id: RecallRefundId,
    by: UserId,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE recall_refunds SET confirmed_by = $2, confirmed_at_ms = $3 WHERE id = $1 AND confirmed_by IS NULL",
    )
    .bind(id.get())
    .bind(by.get())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A list that waits for its second person is given up, so that another one may be asked for; false when it does not wait.
pub async fn withdraw_recall_refund(
    conn: &mut Conn,
    id: RecallRefundId,
    by: UserId,
    reason: &str,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE recall_refunds SET withdrawn_by = $2, withdrawn_reason = $3, withdrawn_at_ms = $4, closed_at_ms = $4
          WHERE id = $1 AND confirmed_by IS NULL AND closed_at_ms IS NULL",
    )
    .bind(id.get())
    .bind(by.get())
    .bind(reason.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All of a list is done.
pub async fn close_recall_refund(conn: &mut Conn, id: RecallRefundId, at_ms: i64) -> Result<()> {
    sql::query("UPDATE recall_refunds SET closed_at_ms = $2 WHERE id = $1 AND closed_at_ms IS NULL")
        .bind(id.get())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Who bought what is in a list: account and unit.
pub async fn list_refund_buyers(
    conn: &mut Conn,
    id: RecallRefundId,
) -> Result<Vec<(Option<i64>, Option<i64>)>> {
    Ok(sql::query_as::<(Option<i64>, Option<i64>)>(
        "SELECT DISTINCT o.user_id, o.unit_id FROM recall_refund_parcels x JOIN orders o ON o.id = x.order_id
          WHERE x.recall_refund_id = $1",
    )
    .bind(id.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// What of a list is still to be done.
pub async fn list_waiting_refunds(conn: &mut Conn, id: RecallRefundId) -> Result<Vec<RefundParcelRow>> {
    Ok(sql::query_as::<RefundParcelRow>(
        "SELECT parcel_id, order_id, amount_fen FROM recall_refund_parcels
          WHERE recall_refund_id = $1 AND done_at_ms IS NULL ORDER BY parcel_id",
    )
    .bind(id.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Takes a parcel of a list; false when it was done before.
pub async fn take_refund_parcel(
    conn: &mut Conn,
    id: RecallRefundId,
    parcel: ParcelId,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "UPDATE recall_refund_parcels SET done_at_ms = $3
          WHERE recall_refund_id = $1 AND parcel_id = $2 AND done_at_ms IS NULL",
    )
    .bind(id.get())
    .bind(parcel.get())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes by which after-sale the money of a parcel went back.
pub async fn update_refund_after_sale(
    conn: &mut Conn,
    id: RecallRefundId,
    parcel: ParcelId,
    after_sale: AfterSaleId,
) -> Result<()> {
    sql::query(
        "UPDATE recall_refund_parcels SET after_sale_id = $3 WHERE recall_refund_id = $1 AND parcel_id = $2",
    )
    .bind(id.get())
    .bind(parcel.get())
    .bind(after_sale.get())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How far a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct RefundProgressRow {
    pub parcels: i64,
    pub done: i64,
    /// Of these those of which money went back, or waits for a second person because more of it goes back by now.
    pub refunded: i64,
}

pub async fn get_refund_progress(conn: &mut Conn, id: RecallRefundId) -> Result<RefundProgressRow> {
    Ok(sql::query_as::<RefundProgressRow>(
        "SELECT COUNT(*) AS parcels, COUNT(done_at_ms) AS done, COUNT(after_sale_id) AS refunded
           FROM recall_refund_parcels WHERE recall_refund_id = $1",
    )
    .bind(id.get())
    .fetch_one(&mut *conn)
    .await?)
}
