//! Payments, what the network told us about them, and refunds.

mod bank;
mod refunds;

use domain::ids::{OrderId, PaymentId};
use domain::money::Fen;
use domain::payment::{PaymentMethod, PaymentStatus};

use crate::{Conn, Result, StoreError, sql};

pub use bank::{BankMoneyFilter, BankMoneyRow, count_waiting_bank_money, list_bank_money};
pub use refunds::*;

/// One attempt to pay an order.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PaymentRow {
    #[sqlx(try_from = "i64")]
    pub id: PaymentId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "String")]
    pub method: PaymentMethod,
    #[sqlx(try_from = "String")]
    pub status: PaymentStatus,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    pub session_id: Option<String>,
    pub intent_id: Option<String>,
    pub page_url: Option<String>,
    pub bank_reference: Option<String>,
    pub created_at_ms: i64,
    pub expires_at_ms: Option<i64>,
    pub captured_at_ms: Option<i64>,
    pub checked_at_ms: i64,
}

/// The columns of a [`PaymentRow`], of the one table of a statement.
macro_rules! payment_columns {
    () => {
        "id, order_id, method, status, amount_fen, session_id, intent_id, page_url, bank_reference, created_at_ms,
                expires_at_ms, captured_at_ms, checked_at_ms"
    };
}

/// An event of the network, as it came.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PaymentEventRow {
    pub event_id: String,
    pub kind: String,
    pub payload: String,
    pub received_at_ms: i64,
}

pub async fn insert_payment(conn: &mut Conn, row: &PaymentRow) -> Result<()> {
    sql::query(
        "INSERT INTO payments (id, order_id, method, status, amount_fen, bank_reference, created_at_ms,
                expires_at_ms, checked_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id.get())
    .bind(row.order_id.get())
    .bind(row.method.as_str())
    .bind(row.status.as_str())
    .bind(row.amount_fen.get())
    .bind(row.bank_reference.clone())
    .bind(row.created_at_ms)
    .bind(row.expires_at_ms)
    .bind(row.checked_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_payment(conn: &mut Conn, id: PaymentId) -> Result<Option<PaymentRow>> {
    Ok(sql::query_as::<PaymentRow>(concat!("SELECT ", payment_columns!(), " FROM payments WHERE id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?)
}

pub async fn get_payment(conn: &mut Conn, id: PaymentId) -> Result<PaymentRow> {
    find_payment(conn, id).await?.ok_or(StoreError::NotFound("payment"))
}

/// Every attempt to pay an order, newest first.
pub async fn list_order_payments(conn: &mut Conn, order: OrderId) -> Result<Vec<PaymentRow>> {
    Ok(sql::query_as::<PaymentRow>(concat!(
        "SELECT ",
        payment_columns!(),
        " FROM payments WHERE order_id = $1 ORDER BY id DESC"
    ))
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Keeps the network's names for a payment page.
pub async fn update_page(conn: &mut Conn, id: PaymentId, session_id: &str, page_url: &str) -> Result<()> {
    sql::query("UPDATE payments SET session_id = $2, page_url = $3 WHERE id = $1")
        .bind(id.get())
        .bind(session_id.to_owned())
        .bind(page_url.to_owned())
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn update_payment_status(
    conn: &mut Conn,
    id: PaymentId,
    status: PaymentStatus,
    checked_at_ms: i64,
) -> Result<()> {
    sql::query("UPDATE payments SET status = $2, checked_at_ms = $3 WHERE id = $1")
        .bind(id.get())
        .bind(status.as_str())
        .bind(checked_at_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// The money is here.
pub async fn update_captured(
    conn: &mut Conn,
    id: PaymentId,
    intent_id: Option<&str>,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "UPDATE payments SET status = 'captured', captured_at_ms = $3, checked_at_ms = $3,
                intent_id = COALESCE($2, intent_id)
          WHERE id = $1",
    )
    .bind(id.get())
    .bind(intent_id.map(str::to_owned))
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Another reference for a bank transfer that is still awaited.
pub async fn update_bank_reference(conn: &mut Conn, id: PaymentId, reference: &str) -> Result<()> {
    sql::query("UPDATE payments SET bank_reference = $2 WHERE id = $1")
        .bind(id.get())
        .bind(reference.to_owned())
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that the network was asked; the next question waits its turn.
pub async fn update_checked(conn: &mut Conn, id: PaymentId, now_ms: i64) -> Result<()> {
    sql::query("UPDATE payments SET checked_at_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Online payments without an end that were last asked about before `before_ms`.
pub async fn list_to_check(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<PaymentRow>> {
    Ok(sql::query_as::<PaymentRow>(concat!(
        "SELECT ",
        payment_columns!(),
        " FROM payments WHERE status IN ('open', 'processing') AND checked_at_ms < $1
            AND method = 'online' AND session_id IS NOT NULL
          ORDER BY checked_at_ms, id LIMIT $2"
    ))
    .bind(before_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Stores an event before anything is done about it; false when it was here before.
pub async fn insert_event(conn: &mut Conn, row: &PaymentEventRow) -> Result<bool> {
    let inserted = sql::query(
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (event_id) DO NOTHING",
    )
    .bind(row.event_id.clone())
    .bind(row.kind.clone())
    .bind(row.payload.clone())
    .bind(row.received_at_ms)
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Says what became of an event.
pub async fn update_event_handled(conn: &mut Conn, event_id: &str, outcome: &str, now_ms: i64) -> Result<()> {
    sql::query("UPDATE payment_events SET handled_at_ms = $3, outcome = $2 WHERE event_id = $1")
        .bind(event_id.to_owned())
        .bind(outcome.to_owned())
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}
