//! Sessions: opened, looked up with the roles in force, listed and ended.

use super::UserId;
use crate::{Conn, Result, sql};

/// A session that has not expired, one row for each role of its account (one row without a role when it has none).
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRoleRow {
    /// The account the session was opened for; `None` for a guest.
    pub session_user_id: Option<i64>,
    pub created_at_ms: i64,
    pub seen_at_ms: i64,
    /// The account once more, but only while it may be used.
    pub user_id: Option<i64>,
    pub display_name: Option<String>,
    /// Since when the account has a second factor.
    pub second_factor_at_ms: Option<i64>,
    /// The passkey that opened the session.
    pub passkey_id: Option<i64>,
    pub role_kind: Option<String>,
    pub role_scope_id: Option<i64>,
    pub role_granted_at_ms: Option<i64>,
}

/// One session of an account, for its owner to look through.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    pub token_hash: Vec<u8>,
    pub created_at_ms: i64,
    pub seen_at_ms: i64,
    pub expires_at_ms: i64,
    /// Browser and system in words of ours; empty when unknown.
    pub device: String,
    /// The address it was opened from, without its last part; empty when unknown.
    pub network: String,
}

/// Opens a session; `user` is `None` for a guest.
pub async fn insert_session(
    conn: &mut Conn,
    token_hash: &[u8],
    user: Option<UserId>,
    at_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO sessions (token_hash, user_id, created_at_ms, seen_at_ms, expires_at_ms) \
         VALUES ($1, $2, $3, $3, $4)",
    )
    .bind(token_hash.to_vec())
    .bind(user.map(UserId::get))
    .bind(at_ms)
    .bind(expires_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Notes from what a session was opened.
pub async fn update_session_origin(
    conn: &mut Conn,
    token_hash: &[u8],
    device: &str,
    network: &str,
) -> Result<()> {
    sql::query("UPDATE sessions SET device = $2, network = $3 WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .bind(device.to_owned())
        .bind(network.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The session with its account and the roles in force, in one statement; empty when there is none at `at_ms`.
pub async fn list_session_roles(
    conn: &mut Conn,
    token_hash: &[u8],
    at_ms: i64,
) -> Result<Vec<SessionRoleRow>> {
    Ok(sql::query_as(
        "SELECT s.user_id AS session_user_id, s.created_at_ms, s.seen_at_ms, u.id AS user_id, u.display_name, \
                f.confirmed_at_ms AS second_factor_at_ms, s.passkey_id, \
                r.kind AS role_kind, r.scope_id AS role_scope_id, r.granted_at_ms AS role_granted_at_ms \
         FROM sessions s \
         LEFT JOIN users u ON u.id = s.user_id AND u.disabled_at_ms IS NULL \
         LEFT JOIN second_factors f ON f.user_id = u.id \
         LEFT JOIN roles r ON r.user_id = u.id AND r.revoked_at_ms IS NULL \
         WHERE s.token_hash = $1 AND s.expires_at_ms > $2 ORDER BY r.kind, r.scope_id",
    )
    .bind(token_hash.to_vec())
    .bind(at_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// Moves the session's end, because it was used.
pub async fn update_session_seen(
    conn: &mut Conn,
    token_hash: &[u8],
    at_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    sql::query("UPDATE sessions SET seen_at_ms = $2, expires_at_ms = $3 WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .bind(at_ms)
        .bind(expires_at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Sessions of an account that are open at `at_ms`, last used first.
pub async fn list_sessions(conn: &mut Conn, user: UserId, at_ms: i64) -> Result<Vec<SessionRow>> {
    Ok(sql::query_as(
        "SELECT token_hash, created_at_ms, seen_at_ms, expires_at_ms, device, network FROM sessions \
         WHERE user_id = $1 AND expires_at_ms > $2 ORDER BY seen_at_ms DESC, created_at_ms DESC",
    )
    .bind(user.get())
    .bind(at_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// Ends a session. Answers whether it was there; two who end it at once cannot both be told yes.
pub async fn delete_session(conn: &mut Conn, token_hash: &[u8]) -> Result<bool> {
    let done = sql::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends every session of an account but the one named, and whatever sign-in is half done; answers how many sessions.
pub async fn delete_sessions_of_user(conn: &mut Conn, user: UserId, except: Option<&[u8]>) -> Result<u64> {
    super::delete_half_sessions_of_user(conn, user).await?;
    // No hash is empty, so an empty one excepts nothing.
    let done = sql::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2")
        .bind(user.get())
        .bind(except.unwrap_or_default().to_vec())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}

/// Ends every session of every account, and whatever sign-in is half done; answers how many sessions. Those of guests stay.
pub async fn delete_sessions_of_accounts(conn: &mut Conn) -> Result<u64> {
    sql::query("DELETE FROM half_sessions").execute(&mut *conn).await?;
    let done = sql::query("DELETE FROM sessions WHERE user_id IS NOT NULL").execute(&mut *conn).await?;
    Ok(done.rows_affected())
}

/// Forgets sessions that ended before `before_ms`; answers how many.
pub async fn purge_sessions(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM sessions WHERE expires_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
