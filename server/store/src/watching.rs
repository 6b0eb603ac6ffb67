//! What the people who run the shop look at: the last check of the books and the last backup, money and refunds that wait for a person,
//! and how much waits to be done.

use domain::ids::{PaymentId, RefundId};
use domain::money::Fen;

use crate::{Conn, Result, StoreError, sql};

/// The last check of the books.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BooksCheckRow {
    /// `None` until the first check has ended.
    pub checked_at_ms: Option<i64>,
    pub took_ms: i64,
    pub mismatches: i64,
    /// Invariant and subject of the first mismatch; empty when the books are sound.
    pub first_mismatch: String,
}

/// Money that came for a payment but is not what was asked for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnmatchedRow {
    #[sqlx(try_from = "i64")]
    pub payment_id: PaymentId,
    pub order_number: String,
    /// What the order asks for.
    #[sqlx(try_from = "i64")]
    pub expected_fen: Fen,
    /// What came, in hundredths of `currency`.
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    pub currency: String,
    /// The payment that the network named, as it named it.
    pub reference: String,
    pub intent_id: String,
    pub first_seen_at_ms: i64,
}

/// What the network said about money that does not match.
#[derive(Debug, Clone)]
pub struct NewUnmatched<'a> {
    pub payment: PaymentId,
    pub amount_fen: Fen,
    pub currency: &'a str,
    pub reference: &'a str,
    pub intent_id: &'a str,
}

/// A refund that does not go on by itself.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingRefundRow {
    #[sqlx(try_from = "i64")]
    pub refund_id: RefundId,
    pub order_number: String,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    /// `online` or `bank_transfer`.
    pub method: String,
    /// `failed`: the network said no too often; `requested`: a bank transfer that is to be sent by hand.
    pub status: String,
    pub failure_code: String,
    pub created_at_ms: i64,
}

/// An event of the network that led to nothing although it should have.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StrangeEventRow {
    pub event_id: String,
    pub kind: String,
    /// Empty when it could not be handled at all.
    pub outcome: String,
    pub received_at_ms: i64,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct BacklogRow {
    /// Unpaid orders that hold stock.
    pub open_holds: i64,
    pub outbox_due: i64,
    /// `None` when nothing waits.
    pub outbox_oldest_due_ms: Option<i64>,
    pub timers_overdue: i64,
    pub timers_oldest_due_ms: Option<i64>,
    pub unmatched_money: i64,
    /// Refunds whose last attempt came back, whether another one follows or not.
    pub failed_refunds: i64,
    /// Refunds that came back too often and wait for a person.
    pub stuck_refunds: i64,
    pub bank_refunds: i64,
    /// Events stored five minutes ago or earlier and not handled.
    pub events_unhandled: i64,
}

/// How late an event may be handled before it counts as left lying.
const EVENT_PATIENCE_MS: i64 = 5 * 60_000;

/// Takes the check of the books until `claim_until_ms`, when it is due and nobody else has it.
pub async fn claim_books_check(conn: &mut Conn, now_ms: i64, claim_until_ms: i64) -> Result<bool> {
    let done = sql::query(
        "INSERT INTO books_checks (id, due_at_ms, claimed_until_ms) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET claimed_until_ms = $2
         WHERE books_checks.due_at_ms <= $1 AND books_checks.claimed_until_ms <= $1",
    )
    .bind(now_ms)
    .bind(claim_until_ms)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down what a check found, and when the next one is due.
pub async fn finish_books_check(conn: &mut Conn, found: &BooksCheckRow, due_at_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE books_checks SET checked_at_ms = $1, took_ms = $2, mismatches = $3, first_mismatch = $4,
                due_at_ms = $5, claimed_until_ms = 0
          WHERE id = 1",
    )
    .bind(found.checked_at_ms)
    .bind(found.took_ms)
    .bind(found.mismatches)
    .bind(found.first_mismatch.clone())
    .bind(due_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_books_check(conn: &mut Conn) -> Result<Option<BooksCheckRow>> {
    Ok(sql::query_as::<BooksCheckRow>(
        "SELECT checked_at_ms, took_ms, mismatches, first_mismatch FROM books_checks WHERE id = 1",
    )
    .fetch_optional(conn)
    .await?)
}

/// Notes the newest backup: everything that was committed before `began_at_ms` is in it.
pub async fn note_backup(conn: &mut Conn, began_at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO backups (id, began_at_ms) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET began_at_ms = $1",
    )
    .bind(began_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Until when the newest backup has everything.
pub async fn find_backup(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(sql::query_scalar::<i64>("SELECT began_at_ms FROM backups WHERE id = 1").fetch_optional(conn).await?)
}

/// Keeps money that does not match; seen again, it only counts as seen again. Answers whether it is new.
pub async fn insert_unmatched(conn: &mut Conn, found: &NewUnmatched<'_>, now_ms: i64) -> Result<bool> {
    let first_seen_at_ms = sql::query_scalar::<i64>(
        "INSERT INTO unmatched_money
                (payment_id, amount_fen, currency, reference, intent_id, first_seen_at_ms, last_seen_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (payment_id) DO UPDATE SET last_seen_at_ms = $6
         RETURNING first_seen_at_ms",
    )
    .bind(found.payment.get())
    .bind(found.amount_fen.get())
    .bind(found.currency.to_owned())
    .bind(found.reference.to_owned())
    .bind(found.intent_id.to_owned())
    .bind(now_ms)
    .fetch_one(conn)
    .await?;
    Ok(first_seen_at_ms == now_ms)
}

/// Money that waits for a person, oldest first.
pub async fn list_unmatched(conn: &mut Conn, limit: i64) -> Result<Vec<UnmatchedRow>> {
    Ok(sql::query_as::<UnmatchedRow>(
        "SELECT m.payment_id, o.number AS order_number, p.amount_fen AS expected_fen, m.amount_fen, m.currency,
                m.reference, m.intent_id, m.first_seen_at_ms
           FROM unmatched_money m JOIN payments p ON p.id = m.payment_id JOIN orders o ON o.id = p.order_id
          WHERE m.closed_at_ms IS NULL ORDER BY m.first_seen_at_ms, m.payment_id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// A person has dealt with it.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none that is open.
pub async fn close_unmatched(conn: &mut Conn, payment: PaymentId, note: &str, now_ms: i64) -> Result<()> {
    let done = sql::query(
        "UPDATE unmatched_money SET closed_at_ms = $2, note = $3 WHERE payment_id = $1 AND closed_at_ms IS NULL",
    )
    .bind(payment.get())
    .bind(now_ms)
    .bind(note.to_owned())
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound("unmatched money")) }
}

/// Refunds that wait for a person: come back `max_attempts` times, or to be sent by bank; oldest first.
pub async fn list_waiting_refunds(
    conn: &mut Conn,
    max_attempts: i64,
    limit: i64,
) -> Result<Vec<WaitingRefundRow>> {
    Ok(sql::query_as::<WaitingRefundRow>(
        "SELECT r.id AS refund_id, o.number AS order_number, r.amount_fen, p.method, r.status, r.failure_code,
                r.created_at_ms
           FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = r.order_id
          WHERE (r.status = 'failed' AND r.attempts >= $1)
             OR (r.status = 'requested' AND p.method = 'bank_transfer')
          ORDER BY r.created_at_ms, r.id LIMIT $2",
    )
    .bind(max_attempts)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Events since `since_ms` that name nothing of ours or could not be handled, latest first.
pub async fn list_strange_events(
    conn: &mut Conn,
    since_ms: i64,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<StrangeEventRow>> {
    Ok(sql::query_as::<StrangeEventRow>(
        "SELECT event_id, kind, outcome, received_at_ms FROM payment_events
          WHERE received_at_ms >= $1
            AND (outcome IN ('unknown payment', 'unknown refund', 'unreadable')
                 OR (handled_at_ms IS NULL AND received_at_ms < $2))
          ORDER BY received_at_ms DESC, event_id LIMIT $3",
    )
    .bind(since_ms)
    .bind(now_ms - EVENT_PATIENCE_MS)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// How much waits, in one question. A refund that came back `max_attempts` times waits for a person.
pub async fn get_backlog(conn: &mut Conn, now_ms: i64, max_attempts: i64) -> Result<BacklogRow> {
    Ok(sql::query_as::<BacklogRow>(
        "SELECT (SELECT COUNT(*) FROM orders WHERE status = 'awaiting_payment') AS open_holds,
                (SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL AND due_at_ms <= $1) AS outbox_due,
                (SELECT MIN(due_at_ms) FROM outbox WHERE done_at_ms IS NULL AND due_at_ms <= $1)
                    AS outbox_oldest_due_ms,
                (SELECT COUNT(*) FROM timers WHERE done_at_ms IS NULL AND due_at_ms <= $1) AS timers_overdue,
                (SELECT MIN(due_at_ms) FROM timers WHERE done_at_ms IS NULL AND due_at_ms <= $1)
                    AS timers_oldest_due_ms,
                (SELECT COUNT(*) FROM unmatched_money WHERE closed_at_ms IS NULL) AS unmatched_money,
                (SELECT COUNT(*) FROM refunds WHERE status = 'failed') AS failed_refunds,
                (SELECT COUNT(*) FROM refunds WHERE status = 'failed' AND attempts >= $3) AS stuck_refunds,
                (SELECT COUNT(*) FROM refunds r JOIN payments p ON p.id = r.payment_id
                  WHERE r.status = 'requested' AND p.method = 'bank_transfer') AS bank_refunds,
                (SELECT COUNT(*) FROM payment_events WHERE handled_at_ms IS NULL AND received_at_ms < $2)
                    AS events_unhandled",
    )
    .bind(now_ms)
    .bind(now_ms - EVENT_PATIENCE_MS)
    .bind(max_attempts)
    .fetch_one(conn)
    .await?)
}
