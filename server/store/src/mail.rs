//! Letters: the outbox jobs that are mail, links that work once, addresses that wait to be proved.
//!
//! Mail is claimed apart from other jobs, so that a slow mail server holds up nothing but mail.

use domain::ids::{OutboxId, UserId};

use crate::work::OutboxRow;
use crate::{Conn, Result, sql};

/// The outbox topic of letters.
pub const TOPIC: &str = "mail";

/// What a link that works once stands for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LinkRow {
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    /// Where it was sent; empty for links that are not mailed.
    pub address: String,
}

/// A login name with what is known of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LoginNameRow {
    pub value: String,
    /// `phone` or `email`.
    pub kind: String,
    pub verified_at_ms: Option<i64>,
}

/// A letter that was tried too often.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GivenUpRow {
    pub id: i64,
    pub subject_id: i64,
    pub attempts: i64,
    pub given_up_at_ms: i64,
    pub last_error: String,
}

/// Takes up to `limit` due letters until `claim_until_ms`.
pub async fn claim_mail(
    conn: &mut Conn,
    now_ms: i64,
    claim_until_ms: i64,
    limit: i64,
) -> Result<Vec<OutboxRow>> {
    Ok(sql::query_as::<OutboxRow>(
        "UPDATE outbox SET claimed_until_ms = $2, attempts = attempts + 1 \
          WHERE claimed_until_ms <= $1 AND done_at_ms IS NULL AND id IN \
                (SELECT id FROM outbox WHERE topic = 'mail' AND done_at_ms IS NULL AND due_at_ms <= $1 \
                    AND claimed_until_ms <= $1 ORDER BY due_at_ms, id LIMIT $3) \
         RETURNING id, topic, subject_id, payload, attempts",
    )
    .bind(now_ms)
    .bind(claim_until_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// A letter is sent, or there is nobody to send it to: what it said is forgotten.
pub async fn finish_mail(conn: &mut Conn, id: OutboxId, now_ms: i64) -> Result<()> {
    sql::query("UPDATE outbox SET done_at_ms = $2, payload = '{}', last_error = '' WHERE id = $1")
        .bind(id.get())
        .bind(now_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A letter cannot be sent and is not tried any more.
pub async fn give_mail_up(conn: &mut Conn, id: OutboxId, now_ms: i64, error: &str) -> Result<()> {
    sql::query(
        "UPDATE outbox SET done_at_ms = $2, given_up_at_ms = $2, payload = '{}', last_error = $3 WHERE id = $1",
    )
    .bind(id.get())
    .bind(now_ms)
    .bind(error.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Letters that were given up since `since_ms`, latest first.
pub async fn list_given_up(conn: &mut Conn, since_ms: i64, limit: i64) -> Result<Vec<GivenUpRow>> {
    Ok(sql::query_as(
        "SELECT id, subject_id, attempts, given_up_at_ms, last_error FROM outbox \
         WHERE topic = 'mail' AND given_up_at_ms >= $1 ORDER BY given_up_at_ms DESC, id DESC LIMIT $2",
    )
    .bind(since_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Forgets jobs that ended before `before_ms`; answers how many.
pub async fn purge_outbox(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done =
        sql::query("DELETE FROM outbox WHERE done_at_ms < $1").bind(before_ms).execute(&mut *conn).await?;
    Ok(done.rows_affected())
}

/// The account's e-mail address, proved or not.
pub async fn find_email(conn: &mut Conn, user: UserId) -> Result<Option<LoginNameRow>> {
    Ok(sql::query_as(
        "SELECT value, kind, verified_at_ms FROM login_names WHERE user_id = $1 AND kind = 'email' \
         ORDER BY value LIMIT 1",
    )
    .bind(user.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Login names of an account with what is known of them.
pub async fn list_login_names(conn: &mut Conn, user: UserId) -> Result<Vec<LoginNameRow>> {
    Ok(sql::query_as(
        "SELECT value, kind, verified_at_ms FROM login_names WHERE user_id = $1 ORDER BY kind, value",
    )
    .bind(user.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// The owner has proved that this login name is theirs. Answers whether the account has it.
pub async fn verify_login_name(conn: &mut Conn, user: UserId, value: &str, at_ms: i64) -> Result<bool> {
    let done = sql::query("UPDATE login_names SET verified_at_ms = $3 WHERE user_id = $1 AND value = $2")
        .bind(user.get())
        .bind(value.to_owned())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes the account's login names of a kind (`phone`, `email`) away.
pub async fn delete_login_names_of_kind(conn: &mut Conn, user: UserId, kind: &str) -> Result<()> {
    sql::query("DELETE FROM login_names WHERE user_id = $1 AND kind = $2")
        .bind(user.get())
        .bind(kind.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Keeps the address that shall become the account's; a later one replaces it.
pub async fn put_pending_email(conn: &mut Conn, user: UserId, address: &str, at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO pending_emails (user_id, address, asked_at_ms) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id) DO UPDATE SET address = excluded.address, asked_at_ms = excluded.asked_at_ms",
    )
    .bind(user.get())
    .bind(address.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

pub async fn find_pending_email(conn: &mut Conn, user: UserId) -> Result<Option<String>> {
    Ok(sql::query_scalar("SELECT address FROM pending_emails WHERE user_id = $1")
        .bind(user.get())
        .fetch_optional(&mut *conn)
        .await?)
}

pub async fn delete_pending_email(conn: &mut Conn, user: UserId) -> Result<()> {
    sql::query("DELETE FROM pending_emails WHERE user_id = $1").bind(user.get()).execute(&mut *conn).await?;
    Ok(())
}

/// Forgets addresses that nobody proved before `before_ms`; answers how many.
pub async fn purge_pending_emails(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM pending_emails WHERE asked_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}

/// Browsers and systems the account was signed in from lately.
pub async fn list_known_devices(conn: &mut Conn, user: UserId) -> Result<Vec<String>> {
    Ok(sql::query_scalar("SELECT device FROM known_devices WHERE user_id = $1 ORDER BY device")
        .bind(user.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// The account is signed in from a device now.
pub async fn put_known_device(conn: &mut Conn, user: UserId, device: &str, at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO known_devices (user_id, device, seen_at_ms) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, device) DO UPDATE SET seen_at_ms = excluded.seen_at_ms",
    )
    .bind(user.get())
    .bind(device.to_owned())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Forgets devices that were not signed in from since `before_ms`; answers how many.
pub async fn purge_known_devices(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM known_devices WHERE seen_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}

/// Keeps the hash of a link that works once; `purpose` is `reset`, `email` or `export`.
pub async fn insert_link(
    conn: &mut Conn,
    token_hash: &[u8],
    user: UserId,
    purpose: &'static str,
    address: &str,
    at_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO account_links (token_hash, user_id, purpose, address, created_at_ms, expires_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(token_hash.to_vec())
    .bind(user.get())
    .bind(purpose)
    .bind(address.to_owned())
    .bind(at_ms)
    .bind(expires_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What a link stands for, if it still works at `now_ms`.
pub async fn find_link(
    conn: &mut Conn,
    token_hash: &[u8],
    purpose: &'static str,
    now_ms: i64,
) -> Result<Option<LinkRow>> {
    Ok(sql::query_as(
        "SELECT user_id, address FROM account_links \
         WHERE token_hash = $1 AND purpose = $2 AND expires_at_ms > $3",
    )
    .bind(token_hash.to_vec())
    .bind(purpose)
    .bind(now_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Uses a link up: of two who come with it at once, one gets it.
pub async fn take_link(
    conn: &mut Conn,
    token_hash: &[u8],
    purpose: &'static str,
    now_ms: i64,
) -> Result<Option<LinkRow>> {
    Ok(sql::query_as(
        "DELETE FROM account_links WHERE token_hash = $1 AND purpose = $2 AND expires_at_ms > $3 \
         RETURNING user_id, address",
    )
    .bind(token_hash.to_vec())
    .bind(purpose)
    .bind(now_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// Ends every link of an account for a purpose.
pub async fn delete_links(conn: &mut Conn, user: UserId, purpose: &'static str) -> Result<()> {
    sql::query("DELETE FROM account_links WHERE user_id = $1 AND purpose = $2")
        .bind(user.get())
        .bind(purpose)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Links made for an account and a purpose since `since_ms`.
pub async fn count_links(conn: &mut Conn, user: UserId, purpose: &'static str, since_ms: i64) -> Result<i64> {
    Ok(sql::query_scalar(
        "SELECT COUNT(*) FROM account_links WHERE user_id = $1 AND purpose = $2 AND created_at_ms >= $3",
    )
    .bind(user.get())
    .bind(purpose)
    .bind(since_ms)
    .fetch_one(&mut *conn)
    .await?)
}

/// Forgets links that ended before `before_ms`; answers how many.
pub async fn purge_links(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done = sql::query("DELETE FROM account_links WHERE expires_at_ms < $1")
        .bind(before_ms)
        .execute(&mut *conn)
        .await?;
    Ok(done.rows_affected())
}
