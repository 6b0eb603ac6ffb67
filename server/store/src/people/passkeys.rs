//! Passkeys and what sessions were asked to sign. The shop has the public halves only: reading the tables gives nobody a
//! way in.

use super::{PasskeyId, UserId};
use crate::{Conn, Result, sql};

/// A passkey of an account.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PasskeyRow {
    #[sqlx(try_from = "i64")]
    pub id: PasskeyId,
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    /// By what the authenticator names it.
    pub credential_id: Vec<u8>,
    /// The COSE key as the authenticator gave it.
    pub public_key: Vec<u8>,
    /// What the authenticator's counter said last; 0 for those that do not count.
    pub sign_count: i64,
    /// 1 when it may be copied to the person's other devices.
    pub is_synced: i64,
    /// What its owner calls it.
    pub name: String,
    pub created_at_ms: i64,
    pub used_at_ms: Option<i64>,
}

/// What a session was asked to sign.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChallengeRow {
    pub challenge: Vec<u8>,
    /// Of a passkey that is being added: its name.
    pub name: String,
    pub expires_at_ms: i64,
}

/// Gives an account a passkey.
///
/// # Errors
/// [`crate::StoreError::AlreadyExists`] when some account has that credential already.
pub async fn insert_passkey(conn: &mut Conn, row: &PasskeyRow) -> Result<()> {
    sql::query(
        "INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, is_synced, name, created_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id.get())
    .bind(row.user_id.get())
    .bind(row.credential_id.clone())
    .bind(row.public_key.clone())
    .bind(row.sign_count)
    .bind(row.is_synced)
    .bind(row.name.clone())
    .bind(row.created_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Passkeys of an account, oldest first.
pub async fn list_passkeys(conn: &mut Conn, user: UserId) -> Result<Vec<PasskeyRow>> {
    Ok(sql::query_as(
        "SELECT id, user_id, credential_id, public_key, sign_count, is_synced, name, created_at_ms, used_at_ms \
         FROM passkeys WHERE user_id = $1 ORDER BY created_at_ms, id",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// How many passkeys an account has.
pub async fn count_passkeys(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(sql::query_scalar("SELECT COUNT(*) FROM passkeys WHERE user_id = $1")
        .bind(user.get())
        .fetch_one(&mut *conn)
        .await?)
}

/// The passkey that an authenticator calls `credential_id`.
pub async fn find_passkey_by_credential(conn: &mut Conn, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
    Ok(sql::query_as(
        "SELECT id, user_id, credential_id, public_key, sign_count, is_synced, name, created_at_ms, used_at_ms \
         FROM passkeys WHERE credential_id = $1",
    )
    .bind(credential_id.to_vec())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Notes a use with what the authenticator's counter said. Answers whether that was more than ever before (or is 0 as
/// ever): of two that say the same only one is told yes.
pub async fn use_passkey(conn: &mut Conn, id: PasskeyId, sign_count: i64, at_ms: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE passkeys SET sign_count = $2, used_at_ms = $3 \
         WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))",
    )
    .bind(id.get())
    .bind(sign_count)
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives an account's passkey another name. Answers whether it has it.
pub async fn rename_passkey(conn: &mut Conn, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
    let done = sql::query("UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2")
        .bind(id.get())
        .bind(user.get())
        .bind(name.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a passkey from its account, ends the sessions it opened but the one named, and takes from that one the proof
/// that it was. Answers whether the account had it.
pub async fn delete_passkey(conn: &mut Conn, user: UserId, id: PasskeyId, except: &[u8]) -> Result<bool> {
    let done = sql::query("DELETE FROM passkeys WHERE id = $1 AND user_id = $2")
        .bind(id.get())
        .bind(user.get())
        .execute(&mut *conn)
        .await?;
    sql::query("DELETE FROM sessions WHERE user_id = $1 AND passkey_id = $2 AND token_hash <> $3")
        .bind(user.get())
        .bind(id.get())
        .bind(except.to_vec())
        .execute(&mut *conn)
        .await?;
    sql::query("UPDATE sessions SET passkey_id = NULL WHERE user_id = $1 AND passkey_id = $2")
        .bind(user.get())
        .bind(id.get())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes every passkey from an account; answers how many. Its sessions are the caller's to end.
pub async fn delete_passkeys_of_user(conn: &mut Conn, user: UserId) -> Result<u64> {
    let done =
        sql::query("DELETE FROM passkeys WHERE user_id = $1").bind(user.get()).execute(&mut *conn).await?;
    Ok(done.rows_affected())
}

/// Notes which passkey opened a session.
pub async fn update_session_passkey(conn: &mut Conn, token_hash: &[u8], id: PasskeyId) -> Result<()> {
    sql::query("UPDATE sessions SET passkey_id = $2 WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .bind(id.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Asks a session to sign something, in the place of what it was asked before. `purpose` is `add` or `sign_in`.
pub async fn put_challenge(
    conn: &mut Conn,
    session_hash: &[u8],
    purpose: &'static str,
    row: &ChallengeRow,
) -> Result<()> {
    sql::query(
        "INSERT INTO passkey_challenges (session_hash, purpose, challenge, name, expires_at_ms) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (session_hash, purpose) DO UPDATE SET challenge = $3, name = $4, expires_at_ms = $5",
    )
    .bind(session_hash.to_vec())
    .bind(purpose)
    .bind(row.challenge.clone())
    .bind(row.name.clone())
    .bind(row.expires_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What a session is asked to sign at `at_ms`.
pub async fn find_challenge(
    conn: &mut Conn,
    session_hash: &[u8],
    purpose: &'static str,
    at_ms: i64,
) -> Result<Option<ChallengeRow>> {
    Ok(sql::query_as(
        "SELECT challenge, name, expires_at_ms FROM passkey_challenges \
         WHERE session_hash = $1 AND purpose = $2 AND expires_at_ms > $3",
    )
    .bind(session_hash.to_vec())
    .bind(purpose)
    .bind(at_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Takes away what a session was asked to sign: of two answers at once only one gets it. `None` also for what was asked
/// too long ago.
pub async fn take_challenge(
    conn: &mut Conn,
    session_hash: &[u8],
    purpose: &'static str,
    at_ms: i64,
) -> Result<Option<ChallengeRow>> {
    let taken: Option<ChallengeRow> = sql::query_as(
        "DELETE FROM passkey_challenges WHERE session_hash = $1 AND purpose = $2 \
         RETURNING challenge, name, expires_at_ms",
    )
    .bind(session_hash.to_vec())
    .bind(purpose)
    .fetch_optional(&mut *conn)
    .await?;
    Ok(taken.filter(|row| row.expires_at_ms > at_ms))
}

/// Forgets what nobody signed before `before_ms`; answers how many.
pub async fn purge_challenges(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM passkey_challenges WHERE expires_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
