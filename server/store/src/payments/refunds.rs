//! Refunds and the attempts at them.

use domain::ids::{OrderId, PaymentId, RefundId};
use domain::money::Fen;
use domain::payment::RefundStatus;

use crate::{Conn, Result, StoreError, sql};

/// Money on its way back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RefundRow {
    #[sqlx(try_from = "i64")]
    pub id: RefundId,
    #[sqlx(try_from = "i64")]
    pub payment_id: PaymentId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    pub reason: String,
    #[sqlx(try_from = "String")]
    pub status: RefundStatus,
    pub network_refund_id: Option<String>,
    pub failure_code: String,
    pub created_at_ms: i64,
    pub settled_at_ms: Option<i64>,
    /// How often it came back.
    pub attempts: i64,
    /// When the network is asked about it next; 0 for at once.
    pub next_attempt_at_ms: i64,
}

/// The columns of a [`RefundRow`] of refund `r`.
macro_rules! refund_columns {
    () => {
        "r.id, r.payment_id, r.order_id, r.amount_fen, r.reason, r.status, r.network_refund_id, r.failure_code,
                r.created_at_ms, r.settled_at_ms, r.attempts, r.next_attempt_at_ms"
    };
}

pub async fn insert_refund(conn: &mut Conn, row: &RefundRow) -> Result<()> {
    sql::query(
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id.get())
    .bind(row.payment_id.get())
    .bind(row.order_id.get())
    .bind(row.amount_fen.get())
    .bind(row.reason.clone())
    .bind(row.status.as_str())
    .bind(row.created_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get_refund(conn: &mut Conn, id: RefundId) -> Result<RefundRow> {
    sql::query_as::<RefundRow>(concat!("SELECT ", refund_columns!(), " FROM refunds r WHERE r.id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?
        .ok_or(StoreError::NotFound("refund"))
}

pub async fn list_order_refunds(conn: &mut Conn, order: OrderId) -> Result<Vec<RefundRow>> {
    Ok(sql::query_as::<RefundRow>(concat!(
        "SELECT ",
        refund_columns!(),
        " FROM refunds r WHERE r.order_id = $1 ORDER BY r.id"
    ))
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// What has been asked back of a payment so far; failed attempts do not count.
pub async fn sum_refunds(conn: &mut Conn, payment: PaymentId) -> Result<Fen> {
    let sum = sql::query_scalar::<i64>(
        "SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) FROM refunds WHERE payment_id = $1",
    )
    .bind(payment.get())
    .fetch_one(conn)
    .await?;
    Ok(Fen::new(sum))
}

/// Notes that the money of a refund is back. Answers false when that was known.
pub async fn update_refund_succeeded(
    conn: &mut Conn,
    id: RefundId,
    network_refund_id: Option<&str>,
    now_ms: i64,
) -> Result<bool> {
    let changed = sql::query(
        "UPDATE refunds SET status = 'succeeded', network_refund_id = COALESCE($2, network_refund_id),
                failure_code = '', settled_at_ms = $3
          WHERE id = $1 AND status <> 'succeeded'",
    )
    .bind(id.get())
    .bind(network_refund_id.map(str::to_owned))
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Notes that the attempt after `attempts` earlier ones is on its way, and when the network is asked about it next.
/// False when that attempt is over.
pub async fn update_refund_pending(
    conn: &mut Conn,
    id: RefundId,
    attempts: i64,
    network_refund_id: Option<&str>,
    next_attempt_at_ms: i64,
) -> Result<bool> {
    let changed = sql::query(
        "UPDATE refunds SET network_refund_id = COALESCE($3, network_refund_id), next_attempt_at_ms = $4
          WHERE id = $1 AND status = 'requested' AND attempts = $2",
    )
    .bind(id.get())
    .bind(attempts)
    .bind(network_refund_id.map(str::to_owned))
    .bind(next_attempt_at_ms)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Begins another attempt at a refund that came back, when its time has come and `max_attempts` are not used up. Of
/// several who try at once one is answered true.
pub async fn begin_refund_attempt(
    conn: &mut Conn,
    id: RefundId,
    max_attempts: i64,
    now_ms: i64,
) -> Result<bool> {
    let changed = sql::query(
        "UPDATE refunds SET status = 'requested', network_refund_id = NULL
          WHERE id = $1 AND status = 'failed' AND next_attempt_at_ms <= $2 AND attempts < $3",
    )
    .bind(id.get())
    .bind(now_ms)
    .bind(max_attempts)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Notes that the attempt after `attempts` earlier ones came back. False when that is known already, or another
/// attempt has begun since.
pub async fn fail_refund_attempt(
    conn: &mut Conn,
    id: RefundId,
    attempts: i64,
    network_refund_id: Option<&str>,
    failure_code: &str,
    next_attempt_at_ms: i64,
) -> Result<bool> {
    let changed = sql::query(
        "UPDATE refunds SET status = 'failed', attempts = attempts + 1, failure_code = $4, next_attempt_at_ms = $5,
                network_refund_id = COALESCE($3, network_refund_id)
          WHERE id = $1 AND status = 'requested' AND attempts = $2",
    )
    .bind(id.get())
    .bind(attempts)
    .bind(network_refund_id.map(str::to_owned))
    .bind(failure_code.to_owned())
    .bind(next_attempt_at_ms)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Lets a refund that came back too often be tried once more: `attempts` goes on counting. False for any other.
pub async fn release_refund(conn: &mut Conn, id: RefundId, max_attempts: i64, now_ms: i64) -> Result<bool> {
    let changed = sql::query(
        "UPDATE refunds SET status = 'requested', network_refund_id = NULL, next_attempt_at_ms = $3
          WHERE id = $1 AND status = 'failed' AND attempts >= $2",
    )
    .bind(id.get())
    .bind(max_attempts)
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Online refunds decided before `before_ms` that the network is to be asked about now.
pub async fn list_due_refunds(
    conn: &mut Conn,
    before_ms: i64,
    now_ms: i64,
    max_attempts: i64,
    limit: i64,
) -> Result<Vec<RefundRow>> {
    Ok(sql::query_as::<RefundRow>(concat!(
        "SELECT ",
        refund_columns!(),
        " FROM refunds r JOIN payments p ON p.id = r.payment_id
          WHERE r.status IN ('requested', 'failed') AND r.next_attempt_at_ms <= $2 AND r.created_at_ms < $1
            AND (r.status = 'requested' OR r.attempts < $3) AND p.method = 'online'
          ORDER BY r.next_attempt_at_ms, r.id LIMIT $4"
    ))
    .bind(before_ms)
    .bind(now_ms)
    .bind(max_attempts)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Refunds that came back `max_attempts` times or more and now wait for a person, with the order's number.
pub async fn list_stuck_refunds(
    conn: &mut Conn,
    max_attempts: i64,
    limit: i64,
) -> Result<Vec<(RefundRow, String)>> {
    let rows = sql::query_as::<RefundRow>(concat!(
        "SELECT ",
        refund_columns!(),
        " FROM refunds r WHERE r.status = 'failed' AND r.attempts >= $1 ORDER BY r.created_at_ms LIMIT $2"
    ))
    .bind(max_attempts)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let number = sql::query_scalar::<String>("SELECT number FROM orders WHERE id = $1")
            .bind(row.order_id.get())
            .fetch_one(&mut *conn)
            .await?;
        found.push((row, number));
    }
    Ok(found)
}
