//! What captains say of listings before they go into the shop.

use domain::ids::{ProductId, TeamId};
use domain::review::ReviewStatus;

use crate::{Conn, Result, sql};

/// The review of a listing, the last one.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReviewRow {
    #[sqlx(try_from = "String")]
    pub status: ReviewStatus,
    /// JSON: the fields that it is about, as they were.
    pub claims: String,
    /// JSON: remarks by field; empty when there are none.
    pub remarks: String,
    pub submitted_by: Option<i64>,
    pub submitted_at_ms: i64,
    pub decided_by: Option<i64>,
    pub decided_at_ms: Option<i64>,
}

/// Whether a team's captain looks at listings before they go into the shop.
pub async fn reviews_listings(conn: &mut Conn, team: TeamId) -> Result<bool> {
    let switch = sql::query_scalar::<i64>("SELECT reviews_listings FROM teams WHERE id = $1")
        .bind(team.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(switch == Some(1))
}

/// Switches the captain's review on or off; whether that changed anything.
pub async fn set_reviews_listings(conn: &mut Conn, team: TeamId, is_on: bool) -> Result<bool> {
    let changed =
        sql::query("UPDATE teams SET reviews_listings = $2 WHERE id = $1 AND reviews_listings <> $2")
            .bind(team.get())
            .bind(i64::from(is_on))
            .execute(&mut *conn)
            .await?;
    Ok(changed.rows_affected() > 0)
}

/// The review of a listing; `None` when it was never submitted.
pub async fn find_review(conn: &mut Conn, product: ProductId) -> Result<Option<ReviewRow>> {
    Ok(sql::query_as(
        "SELECT status, claims, remarks, submitted_by, submitted_at_ms, decided_by, decided_at_ms \
         FROM listing_reviews WHERE product_id = $1",
    )
    .bind(product.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Writes the review of a listing in place of the last one.
pub async fn put_review(conn: &mut Conn, product: ProductId, row: &ReviewRow) -> Result<()> {
    sql::query(
        "INSERT INTO listing_reviews \
            (product_id, status, claims, remarks, submitted_by, submitted_at_ms, decided_by, decided_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (product_id) DO UPDATE \
         SET status = excluded.status, claims = excluded.claims, remarks = excluded.remarks, \
            submitted_by = excluded.submitted_by, submitted_at_ms = excluded.submitted_at_ms, \
            decided_by = excluded.decided_by, decided_at_ms = excluded.decided_at_ms",
    )
    .bind(product.get())
    .bind(row.status.as_str())
    .bind(row.claims.clone())
    .bind(row.remarks.clone())
    .bind(row.submitted_by)
    .bind(row.submitted_at_ms)
    .bind(row.decided_by)
    .bind(row.decided_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A listing that waits for its captain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingReviewRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    pub submitted_at_ms: i64,
    /// Name of the account; `None` when there is none any more.
    pub submitted_by_name: Option<String>,
}

/// What waits for a team's captain, the longest first, at most `limit`.
pub async fn list_waiting_reviews(
    conn: &mut Conn,
    team: TeamId,
    limit: i64,
) -> Result<Vec<WaitingReviewRow>> {
    Ok(sql::query_as(
        "SELECT p.id AS product_id, p.name, p.name_en, r.submitted_at_ms, u.display_name AS submitted_by_name \
         FROM listing_reviews r JOIN products p ON p.id = r.product_id LEFT JOIN users u ON u.id = r.submitted_by \
         WHERE r.status = 'submitted' AND p.team_id = $1 AND p.status <> 'published' \
         ORDER BY r.submitted_at_ms, p.id LIMIT $2",
    )
    .bind(team.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
