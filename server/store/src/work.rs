//! Outbox and timers: what must follow from a transaction, and what happens by itself when its time has come.
//!
//! A job is claimed for a while by one conditional `UPDATE`; a worker that dies lets the claim run out and another
//! takes over. Jobs are therefore written so that doing them twice does nothing twice.

use domain::ids::{OutboxId, TimerId};

use crate::{Conn, Result, sql};

/// A piece of work that follows from a transaction.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OutboxRow {
    #[sqlx(try_from = "i64")]
    pub id: OutboxId,
    pub topic: String,
    pub subject_id: i64,
    pub payload: String,
    pub attempts: i64,
}

/// A thing to happen at a time.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TimerRow {
    #[sqlx(try_from = "i64")]
    pub id: TimerId,
    pub kind: String,
    pub subject_id: i64,
    pub due_at_ms: i64,
    pub attempts: i64,
}

pub async fn insert_outbox(
    conn: &mut Conn,
    id: OutboxId,
    topic: &'static str,
    subject_id: i64,
    payload: &str,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO outbox (id, topic, subject_id, payload, created_at_ms, due_at_ms)
         VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(id.get())
    .bind(topic)
    .bind(subject_id)
    .bind(payload.to_owned())
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes up to `limit` due jobs until `claim_until_ms`; letters are claimed apart, by [`crate::mail::claim_mail`].
pub async fn claim_outbox(
    conn: &mut Conn,
    now_ms: i64,
    claim_until_ms: i64,
    limit: i64,
) -> Result<Vec<OutboxRow>> {
    Ok(sql::query_as::<OutboxRow>(
        "UPDATE outbox SET claimed_until_ms = $2, attempts = attempts + 1
          WHERE claimed_until_ms <= $1 AND done_at_ms IS NULL AND id IN
                (SELECT id FROM outbox WHERE done_at_ms IS NULL AND due_at_ms <= $1 AND claimed_until_ms <= $1
                    AND topic <> 'mail' ORDER BY due_at_ms, id LIMIT $3)
         RETURNING id, topic, subject_id, payload, attempts",
    )
    .bind(now_ms)
    .bind(claim_until_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

pub async fn finish_outbox(conn: &mut Conn, id: OutboxId, now_ms: i64) -> Result<()> {
    sql::query("UPDATE outbox SET done_at_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a failed job off until `due_at_ms`.
pub async fn postpone_outbox(conn: &mut Conn, id: OutboxId, due_at_ms: i64, error: &str) -> Result<()> {
    sql::query("UPDATE outbox SET due_at_ms = $2, claimed_until_ms = 0, last_error = $3 WHERE id = $1")
        .bind(id.get())
        .bind(due_at_ms)
        .bind(error.to_owned())
        .execute(conn)
        .await?;
    Ok(())
}

/// Sets the timer of `kind` for a subject; an existing one is moved, and woken if it had already rung.
pub async fn set_timer(
    conn: &mut Conn,
    id: TimerId,
    kind: &'static str,
    subject_id: i64,
    due_at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO timers (id, kind, subject_id, due_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, subject_id) DO UPDATE
         SET due_at_ms = excluded.due_at_ms, claimed_until_ms = 0, attempts = 0, done_at_ms = NULL",
    )
    .bind(id.get())
    .bind(kind)
    .bind(subject_id)
    .bind(due_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Stops a timer that is no longer needed; none is no error.
pub async fn stop_timer(conn: &mut Conn, kind: &'static str, subject_id: i64, now_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE timers SET done_at_ms = $3 WHERE kind = $1 AND subject_id = $2 AND done_at_ms IS NULL",
    )
    .bind(kind)
    .bind(subject_id)
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes up to `limit` due timers until `claim_until_ms`.
pub async fn claim_timers(
    conn: &mut Conn,
    now_ms: i64,
    claim_until_ms: i64,
    limit: i64,
) -> Result<Vec<TimerRow>> {
    Ok(sql::query_as::<TimerRow>(
        "UPDATE timers SET claimed_until_ms = $2, attempts = attempts + 1
          WHERE claimed_until_ms <= $1 AND done_at_ms IS NULL AND id IN
                (SELECT id FROM timers WHERE done_at_ms IS NULL AND due_at_ms <= $1 AND claimed_until_ms <= $1
                  ORDER BY due_at_ms, id LIMIT $3)
         RETURNING id, kind, subject_id, due_at_ms, attempts",
    )
    .bind(now_ms)
    .bind(claim_until_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// Marks a timer as rung, unless it was moved to a later time meanwhile.
pub async fn finish_timer(conn: &mut Conn, id: TimerId, due_at_ms: i64, now_ms: i64) -> Result<()> {
    sql::query("UPDATE timers SET done_at_ms = $3 WHERE id = $1 AND due_at_ms = $2")
        .bind(id.get())
        .bind(due_at_ms)
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts a timer that was due at `due_at_ms` off until `again_ms`, unless it was moved meanwhile: whoever moved it
/// knew better than whoever failed.
pub async fn postpone_timer(conn: &mut Conn, id: TimerId, due_at_ms: i64, again_ms: i64) -> Result<()> {
    sql::query("UPDATE timers SET due_at_ms = $3, claimed_until_ms = 0 WHERE id = $1 AND due_at_ms = $2")
        .bind(id.get())
        .bind(due_at_ms)
        .bind(again_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Jobs waiting now, and the age of the oldest in milliseconds: what an operator watches.
pub async fn get_backlog(conn: &mut Conn, now_ms: i64) -> Result<(i64, i64)> {
    let (count, oldest) = sql::query_as::<(i64, Option<i64>)>(
        "SELECT COUNT(*), MIN(due_at_ms) FROM outbox WHERE done_at_ms IS NULL AND due_at_ms <= $1",
    )
    .bind(now_ms)
    .fetch_one(conn)
    .await?;
    Ok((count, oldest.map_or(0, |oldest| now_ms - oldest)))
}
