//! Counters of failed sign-ins. A bucket is an opaque text for a login name or an address.

use super::LoginAttemptsRow;
use crate::{Conn, Result, sql};

/// How often the bucket failed, nothing being forgotten yet; zero when unknown. Takes the bucket's row until the
/// transaction ends, so that simultaneous attempts are judged one after the other.
pub async fn lock_login_attempts(conn: &mut Conn, bucket: &str) -> Result<LoginAttemptsRow> {
    Ok(sql::query_as(
        "INSERT INTO login_attempts (bucket, failures, last_failed_at_ms) VALUES ($1, 0, 0) \
         ON CONFLICT (bucket) DO UPDATE SET failures = login_attempts.failures \
         RETURNING failures, last_failed_at_ms",
    )
    .bind(bucket.to_owned())
    .fetch_one(&mut *conn)
    .await?)
}

/// Counts one more; failures before `forget_before_ms` no longer count.
pub async fn count_login_attempt(
    conn: &mut Conn,
    bucket: &str,
    at_ms: i64,
    forget_before_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO login_attempts (bucket, failures, last_failed_at_ms) VALUES ($1, 1, $2) \
         ON CONFLICT (bucket) DO UPDATE SET last_failed_at_ms = $2, \
         failures = CASE WHEN login_attempts.last_failed_at_ms < $3 THEN 1 ELSE login_attempts.failures + 1 END",
    )
    .bind(bucket.to_owned())
    .bind(at_ms)
    .bind(forget_before_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes one count back: what was counted in advance turned out well.
pub async fn forgive_login_attempt(conn: &mut Conn, bucket: &str) -> Result<()> {
    sql::query("UPDATE login_attempts SET failures = failures - 1 WHERE bucket = $1 AND failures > 0")
        .bind(bucket.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

pub async fn clear_login_attempts(conn: &mut Conn, bucket: &str) -> Result<()> {
    sql::query("DELETE FROM login_attempts WHERE bucket = $1")
        .bind(bucket.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Forgets buckets that last failed before `before_ms`; answers how many.
pub async fn purge_login_attempts(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM login_attempts WHERE last_failed_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
