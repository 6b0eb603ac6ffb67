//! What waits to be done, and who has claimed it.

use crate::{Conn, Result, sql};

/// Adds jobs of a topic that no use case knows, with these ids, due now.
pub async fn insert_jobs(conn: &mut Conn, topic: &str, ids: &[i64], now_ms: i64) -> Result<()> {
    for id in ids {
        sql::query(
            "INSERT INTO outbox (id, topic, subject_id, payload, created_at_ms, due_at_ms)
             VALUES ($1, $2, $1, '{}', $3, $3)",
        )
        .bind(*id)
        .bind(topic.to_owned())
        .bind(now_ms)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Claims every second job of a topic that is left, for somebody who will never do it.
pub async fn claim_half(conn: &mut Conn, topic: &str, until_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE outbox SET claimed_until_ms = $1 WHERE topic = $2 AND done_at_ms IS NULL AND id % 2 = 0",
    )
    .bind(until_ms)
    .bind(topic.to_owned())
    .execute(conn)
    .await?;
    Ok(())
}

/// How many jobs of a topic are not done.
pub async fn count_open(conn: &mut Conn, topic: &str) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM outbox WHERE topic = $1 AND done_at_ms IS NULL";
    Ok(sql::query_scalar::<i64>(text).bind(topic.to_owned()).fetch_one(conn).await?)
}

/// How often jobs of a topic were claimed, all together.
pub async fn count_claims(conn: &mut Conn, topic: &str) -> Result<i64> {
    let text = "SELECT COALESCE(CAST(SUM(attempts) AS BIGINT), 0) FROM outbox WHERE topic = $1";
    Ok(sql::query_scalar::<i64>(text).bind(topic.to_owned()).fetch_one(conn).await?)
}

/// How many jobs and timers are due and not done.
pub async fn count_forgotten(conn: &mut Conn, now_ms: i64) -> Result<(i64, i64)> {
    let jobs = "SELECT COUNT(*) FROM outbox WHERE done_at_ms IS NULL AND due_at_ms <= $1";
    let timers = "SELECT COUNT(*) FROM timers WHERE done_at_ms IS NULL AND due_at_ms <= $1";
    Ok((
        sql::query_scalar::<i64>(jobs).bind(now_ms).fetch_one(&mut *conn).await?,
        sql::query_scalar::<i64>(timers).bind(now_ms).fetch_one(conn).await?,
    ))
}

/// How many migrations stand in the database more than once.
pub async fn count_repeated_migrations(conn: &mut Conn) -> Result<i64> {
    let text = "SELECT COUNT(*) - COUNT(DISTINCT version) FROM _sqlx_migrations";
    Ok(sql::query_scalar::<i64>(text).fetch_one(conn).await?)
}
