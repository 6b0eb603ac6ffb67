//! What was changed of listings, by whom and when. Only ever added to.

use domain::changes::ChangeSource;
use domain::ids::{ListingChangeId, ProductId, UserId};

use crate::{Conn, Result, sql};

/// A change that happened.
#[derive(Debug, Clone)]
pub struct NewChange {
    pub id: ListingChangeId,
    pub product_id: ProductId,
    /// The listing's version after it.
    pub version: i64,
    /// `None` for what the shop did by itself.
    pub user: Option<UserId>,
    pub at_ms: i64,
    pub source: ChangeSource,
    /// JSON: the fields that differ, as they were.
    pub old_fields: String,
    /// The same as they are.
    pub new_fields: String,
}

/// Notes a change in the transaction in which it happens.
pub async fn insert_change(conn: &mut Conn, change: &NewChange) -> Result<()> {
    sql::query(
        "INSERT INTO listing_changes (id, product_id, version, user_id, at_ms, source, old_fields, new_fields) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(change.id.get())
    .bind(change.product_id.get())
    .bind(change.version)
    .bind(change.user.map(UserId::get))
    .bind(change.at_ms)
    .bind(change.source.as_str())
    .bind(change.old_fields.clone())
    .bind(change.new_fields.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A change as it is read.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangeRow {
    #[sqlx(try_from = "i64")]
    pub id: ListingChangeId,
    pub version: i64,
    pub user_id: Option<i64>,
    /// Name of the account; `None` for the shop itself.
    pub user_name: Option<String>,
    pub at_ms: i64,
    #[sqlx(try_from = "String")]
    pub source: ChangeSource,
    pub old_fields: String,
    pub new_fields: String,
}

/// Changes of a listing, the latest first, at most `limit`: those before `before`, all when there is none, from the first
/// moment of `at` to before its last.
pub async fn list_changes(
    conn: &mut Conn,
    product: ProductId,
    before: Option<ListingChangeId>,
    at: (i64, i64),
    limit: i64,
) -> Result<Vec<ChangeRow>> {
    Ok(sql::query_as(
        "SELECT c.id, c.version, c.user_id, u.display_name AS user_name, c.at_ms, c.source, c.old_fields, \
            c.new_fields \
         FROM listing_changes c LEFT JOIN users u ON u.id = c.user_id \
         WHERE c.product_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR c.id < $2) AND c.at_ms >= $3 AND c.at_ms < $4 \
         ORDER BY c.id DESC LIMIT $5",
    )
    .bind(product.get())
    .bind(before.map(ListingChangeId::get))
    .bind(at.0)
    .bind(at.1)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
