//! The audit log read back, and where its entries came from. Writing an entry stands in [`crate::operation`]; there is
//! no statement that changes or removes one, and the schema refuses any.

use domain::ids::UserId;

use crate::{Conn, Result, sql};

/// One line of the log with its origin. There is no statement that changes or removes one.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EntryRow {
    pub id: i64,
    pub at_ms: i64,
    /// Who did it; `None` for guests and for the shop itself.
    pub user_id: Option<i64>,
    pub user_name: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: i64,
    /// JSON without personal data.
    pub detail: String,
    /// Empty when it was not known or has been forgotten.
    pub address: String,
    pub request_id: String,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who did it, or to whose account it was done.
    pub user: Option<i64>,
    pub action: Option<String>,
    /// The first id that counts: ids are sorted by time.
    pub from_id: i64,
    /// The first id that no longer counts.
    pub before_id: i64,
    pub limit: i64,
}

/// Notes from where an entry was caused.
pub async fn insert_origin(
    conn: &mut Conn,
    entry: i64,
    at_ms: i64,
    address: &str,
    request_id: &str,
) -> Result<()> {
    sql::query("INSERT INTO audit_origins (entry_id, at_ms, address, request_id) VALUES ($1, $2, $3, $4)")
        .bind(entry)
        .bind(at_ms)
        .bind(address.to_owned())
        .bind(request_id.to_owned())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The entries with their origins, and what else is said of them.
macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.at_ms, a.user_id, u.display_name AS user_name, a.action, a.subject_kind, a.subject_id,
                a.detail, COALESCE(o.address, '') AS address, COALESCE(o.request_id, '') AS request_id
             FROM audit_log a
             LEFT JOIN users u ON u.id = a.user_id
             LEFT JOIN audit_origins o ON o.entry_id = a.id ",
            $rest
        )
    };
}

/// Entries that fit the filter, latest first.
pub async fn list_entries(conn: &mut Conn, filter: &Filter) -> Result<Vec<EntryRow>> {
    Ok(sql::query_as(entries!(
        "WHERE a.id >= $1 AND a.id < $2
           AND (CAST($3 AS BIGINT) IS NULL OR a.user_id = $3 OR (a.subject_kind = 'user' AND a.subject_id = $3))
           AND (CAST($4 AS TEXT) IS NULL OR a.action = $4)
         ORDER BY a.id DESC LIMIT $5"
    ))
    .bind(filter.from_id)
    .bind(filter.before_id)
    .bind(filter.user)
    .bind(filter.action.clone())
    .bind(filter.limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// What was done to one thing, latest first, whoever did it.
pub async fn list_of_subject(
    conn: &mut Conn,
    subject_kind: &str,
    subject_id: i64,
    limit: i64,
) -> Result<Vec<EntryRow>> {
    Ok(sql::query_as(entries!(
        "WHERE a.subject_kind = $1 AND a.subject_id = $2 ORDER BY a.at_ms DESC, a.id DESC LIMIT $3"
    ))
    .bind(subject_kind.to_owned())
    .bind(subject_id)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// What one account did, latest first.
pub async fn list_by_account(conn: &mut Conn, user: UserId, limit: i64) -> Result<Vec<EntryRow>> {
    Ok(sql::query_as(entries!("WHERE a.user_id = $1 ORDER BY a.at_ms DESC, a.id DESC LIMIT $2"))
        .bind(user.get())
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?)
}

/// Accounts with this name as it is shown, for a filter typed by hand.
pub async fn list_users_named(conn: &mut Conn, display_name: &str) -> Result<Vec<i64>> {
    Ok(sql::query_scalar("SELECT id FROM users WHERE display_name = $1 ORDER BY id LIMIT 2")
        .bind(display_name.to_owned())
        .fetch_all(&mut *conn)
        .await?)
}

/// Forgets where entries before `before_ms` came from; answers how many. The entries stay.
pub async fn purge_origins(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done =
        sql::query("DELETE FROM audit_origins WHERE at_ms < $1").bind(before_ms).execute(&mut *conn).await?;
    Ok(done.rows_affected())
}
