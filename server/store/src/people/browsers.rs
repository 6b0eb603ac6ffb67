//! Browsers that an account was signed in on, by the hash of what lies in a cookie of theirs.

use super::UserId;
use crate::{Conn, Result, sql};

/// Whether the account with this normalised login name was signed in on the browser; in one statement, so that it takes the
/// same whether there is such an account or not.
pub async fn is_browser_known_to(conn: &mut Conn, login_name: &str, token_hash: &[u8]) -> Result<bool> {
    let user: Option<i64> = sql::query_scalar(
        "SELECT b.user_id FROM login_names l JOIN known_browsers b ON b.user_id = l.user_id \
         WHERE l.value = $1 AND b.token_hash = $2",
    )
    .bind(login_name.to_owned())
    .bind(token_hash.to_vec())
    .fetch_optional(&mut *conn)
    .await?;
    Ok(user.is_some())
}

/// The browser is known by another token now, to every account that was signed in on it.
pub async fn replace_browser_token(conn: &mut Conn, old_hash: &[u8], new_hash: &[u8]) -> Result<()> {
    sql::query("UPDATE known_browsers SET token_hash = $2 WHERE token_hash = $1")
        .bind(old_hash.to_vec())
        .bind(new_hash.to_vec())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The account is signed in on the browser now.
pub async fn put_known_browser(conn: &mut Conn, user: UserId, token_hash: &[u8], at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO known_browsers (user_id, token_hash, seen_at_ms) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, token_hash) DO UPDATE SET seen_at_ms = excluded.seen_at_ms",
    )
    .bind(user.get())
    .bind(token_hash.to_vec())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Forgets all browsers of an account but the `kept` that it was signed in on last.
pub async fn forget_older_browsers(conn: &mut Conn, user: UserId, kept: i64) -> Result<()> {
    sql::query(
        "DELETE FROM known_browsers WHERE user_id = $1 AND token_hash NOT IN \
         (SELECT token_hash FROM known_browsers WHERE user_id = $1 ORDER BY seen_at_ms DESC, token_hash LIMIT $2)",
    )
    .bind(user.get())
    .bind(kept)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// When the account was signed in on each of its browsers, the latest first.
pub async fn list_known_browsers(conn: &mut Conn, user: UserId) -> Result<Vec<i64>> {
    Ok(sql::query_scalar(
        "SELECT seen_at_ms FROM known_browsers WHERE user_id = $1 ORDER BY seen_at_ms DESC, token_hash",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Forgets browsers that nobody signed in on since `before_ms`; answers how many.
pub async fn purge_known_browsers(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM known_browsers WHERE seen_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
