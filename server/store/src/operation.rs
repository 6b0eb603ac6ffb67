//! What keeps the shop honest when people and machines stumble: the audit log, refused forms, repeated requests.

use domain::ids::UserId;

use crate::{Conn, Result, StoreError, sql};

/// What the audit log is told; [`crate::audit`] reads it.
#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    pub id: i64,
    pub at_ms: i64,
    pub user: Option<UserId>,
    pub action: &'static str,
    pub subject_kind: &'static str,
    pub subject_id: i64,
    /// JSON without personal data.
    pub detail: String,
}

pub async fn insert_audit_entry(conn: &mut Conn, entry: &NewAuditEntry) -> Result<()> {
    sql::query(
        "INSERT INTO audit_log (id, at_ms, user_id, action, subject_kind, subject_id, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.id)
    .bind(entry.at_ms)
    .bind(entry.user.map(UserId::get))
    .bind(entry.action)
    .bind(entry.subject_kind)
    .bind(entry.subject_id)
    .bind(entry.detail.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Keeps a refused form; `session_hash` is who may take it, `None` for anyone with the token.
pub async fn insert_form_flash(
    conn: &mut Conn,
    token: &str,
    session_hash: Option<&[u8]>,
    content: &str,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO form_flashes (token, session_hash, content, created_at_ms) VALUES ($1, $2, $3, $4)",
    )
    .bind(token.to_owned())
    .bind(session_hash.map(<[u8]>::to_vec))
    .bind(content.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes a refused form away and gives its content, when it is of this session or of none, and not older than
/// `since_ms`.
pub async fn take_form_flash(
    conn: &mut Conn,
    token: &str,
    session_hash: Option<&[u8]>,
    since_ms: i64,
) -> Result<Option<String>> {
    Ok(sql::query_scalar(
        "DELETE FROM form_flashes \
         WHERE token = $1 AND (session_hash IS NULL OR session_hash = $2) AND created_at_ms >= $3 \
         RETURNING content",
    )
    .bind(token.to_owned())
    .bind(session_hash.map(<[u8]>::to_vec))
    .bind(since_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Reads a kept form without taking it away: a draft survives a reload. Conditions as in [`take_form_flash`].
pub async fn find_form_flash(
    conn: &mut Conn,
    token: &str,
    session_hash: Option<&[u8]>,
    since_ms: i64,
) -> Result<Option<String>> {
    Ok(sql::query_scalar(
        "SELECT content FROM form_flashes \
         WHERE token = $1 AND (session_hash IS NULL OR session_hash = $2) AND created_at_ms >= $3",
    )
    .bind(token.to_owned())
    .bind(session_hash.map(<[u8]>::to_vec))
    .bind(since_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Forgets forms older than `before_ms`; answers how many.
pub async fn purge_form_flashes(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM form_flashes WHERE created_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}

/// What is known about a request that may come twice.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IdempotencyRow {
    /// Of the content the key came with first.
    pub fingerprint: String,
    /// JSON; empty while the first request is under way in this very transaction.
    pub answer: String,
}

/// Claims a key for this transaction. Answers whether the key is new.
///
/// On PostgreSQL a second transaction with the same key waits here until the first has ended.
pub async fn claim_idempotency_key(
    conn: &mut Conn,
    scope: &str,
    key: &str,
    fingerprint: &str,
    at_ms: i64,
) -> Result<bool> {
    let done = sql::query(
        "INSERT INTO idempotency_keys (scope, key, fingerprint, answer, created_at_ms) \
         VALUES ($1, $2, $3, '', $4) ON CONFLICT (scope, key) DO NOTHING",
    )
    .bind(scope.to_owned())
    .bind(key.to_owned())
    .bind(fingerprint.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn find_idempotency_key(conn: &mut Conn, scope: &str, key: &str) -> Result<Option<IdempotencyRow>> {
    Ok(sql::query_as("SELECT fingerprint, answer FROM idempotency_keys WHERE scope = $1 AND key = $2")
        .bind(scope.to_owned())
        .bind(key.to_owned())
        .fetch_optional(&mut *conn)
        .await?)
}

/// Writes the first answer beside its key.
///
/// # Errors
/// [`StoreError::NotFound`] when the key was not claimed or is answered already.
pub async fn update_idempotency_answer(conn: &mut Conn, scope: &str, key: &str, answer: &str) -> Result<()> {
    let done =
        sql::query("UPDATE idempotency_keys SET answer = $3 WHERE scope = $1 AND key = $2 AND answer = ''")
            .bind(scope.to_owned())
            .bind(key.to_owned())
            .bind(answer.to_owned())
            .execute(&mut *conn)
            .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound("claimed idempotency key")) }
}

/// Forgets keys older than `before_ms`; answers how many.
pub async fn purge_idempotency_keys(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM idempotency_keys WHERE created_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
