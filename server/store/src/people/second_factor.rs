//! What an account proves besides its password: the authenticator's secret, recovery codes, sign-ins that are half
//! done. Secrets are sealed by the service before they come here.

use super::UserId;
use crate::{Conn, Result, sql};

/// An account's second factor.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SecondFactorRow {
    pub sealed_secret: Vec<u8>,
    pub confirmed_at_ms: i64,
    /// The period of 30 s whose code was accepted last, counted from the epoch.
    pub last_step: i64,
}

/// A second factor that is being set up, or codes that are being shown; one of the two is there.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SecondFactorSetupRow {
    pub sealed_secret: Option<Vec<u8>>,
    pub sealed_codes: Option<Vec<u8>>,
}

pub async fn find_second_factor(conn: &mut Conn, user: UserId) -> Result<Option<SecondFactorRow>> {
    Ok(sql::query_as(
        "SELECT sealed_secret, confirmed_at_ms, last_step FROM second_factors WHERE user_id = $1",
    )
    .bind(user.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// An account's secret as the server's key has sealed it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealedSecretRow {
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    pub sealed_secret: Vec<u8>,
}

/// The sealed secrets of so many accounts.
pub async fn list_sealed_secrets(conn: &mut Conn, limit: i64) -> Result<Vec<SealedSecretRow>> {
    Ok(sql::query_as("SELECT user_id, sealed_secret FROM second_factors ORDER BY user_id LIMIT $1")
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?)
}

/// Gives the account its second factor, in the place of an older one.
pub async fn put_second_factor(
    conn: &mut Conn,
    user: UserId,
    sealed_secret: &[u8],
    at_ms: i64,
    last_step: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO second_factors (user_id, sealed_secret, confirmed_at_ms, last_step) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, confirmed_at_ms = $3, last_step = $4",
    )
    .bind(user.get())
    .bind(sealed_secret.to_vec())
    .bind(at_ms)
    .bind(last_step)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Notes that the code of `step` was used. Answers whether it was the first use of it and of all later ones.
pub async fn use_second_factor_step(conn: &mut Conn, user: UserId, step: i64) -> Result<bool> {
    let done = sql::query("UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2")
        .bind(user.get())
        .bind(step)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes the second factor from the account, with its recovery codes. Answers whether there was one.
pub async fn delete_second_factor(conn: &mut Conn, user: UserId) -> Result<bool> {
    delete_recovery_codes(conn, user).await?;
    let done = sql::query("DELETE FROM second_factors WHERE user_id = $1")
        .bind(user.get())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn insert_recovery_code(conn: &mut Conn, user: UserId, code_hash: &[u8]) -> Result<()> {
    sql::query("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)")
        .bind(user.get())
        .bind(code_hash.to_vec())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Uses a recovery code up. Answers whether it was there and unused.
pub async fn use_recovery_code(conn: &mut Conn, user: UserId, code_hash: &[u8], at_ms: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE recovery_codes SET used_at_ms = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at_ms IS NULL",
    )
    .bind(user.get())
    .bind(code_hash.to_vec())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many recovery codes are left.
pub async fn count_recovery_codes(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(sql::query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at_ms IS NULL")
        .bind(user.get())
        .fetch_one(&mut *conn)
        .await?)
}

pub async fn delete_recovery_codes(conn: &mut Conn, user: UserId) -> Result<()> {
    sql::query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user.get()).execute(&mut *conn).await?;
    Ok(())
}

/// Keeps what is to be shown to one session of the account, in the place of what was kept before.
pub async fn put_second_factor_setup(
    conn: &mut Conn,
    user: UserId,
    session_hash: &[u8],
    setup: &SecondFactorSetupRow,
    expires_at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO second_factor_setups (user_id, session_hash, sealed_secret, sealed_codes, expires_at_ms) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET \
         session_hash = $2, sealed_secret = $3, sealed_codes = $4, expires_at_ms = $5",
    )
    .bind(user.get())
    .bind(session_hash.to_vec())
    .bind(setup.sealed_secret.clone())
    .bind(setup.sealed_codes.clone())
    .bind(expires_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What is to be shown to this session of the account at `at_ms`.
pub async fn find_second_factor_setup(
    conn: &mut Conn,
    user: UserId,
    session_hash: &[u8],
    at_ms: i64,
) -> Result<Option<SecondFactorSetupRow>> {
    Ok(sql::query_as(
        "SELECT sealed_secret, sealed_codes FROM second_factor_setups \
         WHERE user_id = $1 AND session_hash = $2 AND expires_at_ms > $3",
    )
    .bind(user.get())
    .bind(session_hash.to_vec())
    .bind(at_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Forgets what was to be shown.
pub async fn delete_second_factor_setup(conn: &mut Conn, user: UserId) -> Result<()> {
    sql::query("DELETE FROM second_factor_setups WHERE user_id = $1")
        .bind(user.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What a sign-in that is half done lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// The password was right; the code is still to come.
    Code,
    /// Whatever proves the owner was right; a password of the owner's choice is still to come.
    Password,
}

impl Owed {
    const fn owes_password(self) -> i64 {
        match self {
            Self::Code => 0,
            Self::Password => 1,
        }
    }
}

/// Begins a sign-in that is not done yet.
pub async fn insert_half_session(
    conn: &mut Conn,
    token_hash: &[u8],
    user: UserId,
    owed: Owed,
    expires_at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO half_sessions (token_hash, user_id, owes_password, expires_at_ms) VALUES ($1, $2, $3, $4)",
    )
    .bind(token_hash.to_vec())
    .bind(user.get())
    .bind(owed.owes_password())
    .bind(expires_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Whose sign-in is half done under this token at `at_ms` and lacks this.
pub async fn find_half_session(
    conn: &mut Conn,
    token_hash: &[u8],
    owed: Owed,
    at_ms: i64,
) -> Result<Option<UserId>> {
    let user: Option<i64> = sql::query_scalar(
        "SELECT user_id FROM half_sessions WHERE token_hash = $1 AND owes_password = $2 AND expires_at_ms > $3",
    )
    .bind(token_hash.to_vec())
    .bind(owed.owes_password())
    .bind(at_ms)
    .fetch_optional(&mut *conn)
    .await?;
    Ok(user.map(UserId::from_i64))
}

/// Ends a half-done sign-in. Answers whether it was there: of two who finish it at once only one is told yes.
pub async fn delete_half_session(conn: &mut Conn, token_hash: &[u8]) -> Result<bool> {
    let done = sql::query("DELETE FROM half_sessions WHERE token_hash = $1")
        .bind(token_hash.to_vec())
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn delete_half_sessions_of_user(conn: &mut Conn, user: UserId) -> Result<()> {
    sql::query("DELETE FROM half_sessions WHERE user_id = $1").bind(user.get()).execute(&mut *conn).await?;
    Ok(())
}

/// Forgets half-done sign-ins and set-ups that ended before `before_ms`; answers how many.
pub async fn purge_second_factor_leftovers(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let halves = sql::query("DELETE FROM half_sessions WHERE expires_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    let setups = sql::query("DELETE FROM second_factor_setups WHERE expires_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(halves.rows_affected() + setups.rows_affected())
}
