//! What captains say of listings before they go into the shop.

use domain::ids::{ProductId, TeamId, UserId, VillageId};
use domain::review::ReviewStatus;

use super::ChoiceRow;
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

/// Which of the listings that wait for a team's captain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewFilter<'a> {
    pub team: TeamId,
    /// What their names contain, in lower case; blank for all.
    pub text: &'a str,
    pub village: Option<VillageId>,
    /// Whose they are; `None` for everybody's.
    pub submitter: Option<UserId>,
}

impl ReviewFilter<'_> {
    /// All that waits in a team.
    #[must_use]
    pub const fn all(team: TeamId) -> Self {
        Self { team, text: "", village: None, submitter: None }
    }
}

/// Whether review `r` of product `p` waits for the captain of the team `$1`. What waits in the whole county is little, so each
/// statement begins with it: its index has the order of the list.
macro_rules! waits {
    () => {
        "r.status = 'submitted' AND p.id = r.product_id AND p.team_id = $1 AND p.status <> 'published'"
    };
}

/// Whether it waits and is what the rest of a [`ReviewFilter`] asks for, `$2` to `$4`.
macro_rules! narrowed {
    () => {
        concat!(
            waits!(),
            " AND (CAST($2 AS TEXT) = '' OR REPLACE(LOWER(p.name), $2, '') <> LOWER(p.name)
                OR REPLACE(LOWER(p.name_en), $2, '') <> LOWER(p.name_en))
              AND (CAST($3 AS BIGINT) IS NULL OR p.village_id = $3)
              AND (CAST($4 AS BIGINT) IS NULL OR r.submitted_by = $4)"
        )
    };
}

/// A listing that waits for its captain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingReviewRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    pub village_name: String,
    pub village_name_en: String,
    pub submitted_at_ms: i64,
    /// Name of the account; `None` when there is none any more.
    pub submitted_by_name: Option<String>,
}

/// What waits for a team's captain, the longest first.
pub async fn list_waiting_reviews(
    conn: &mut Conn,
    filter: &ReviewFilter<'_>,
    limit: i64,
    offset: i64,
) -> Result<Vec<WaitingReviewRow>> {
    Ok(sql::query_as(concat!(
        "SELECT r.product_id, p.name, p.name_en, v.name AS village_name, v.name_en AS village_name_en,
                r.submitted_at_ms, u.display_name AS submitted_by_name
           FROM listing_reviews r CROSS JOIN products p CROSS JOIN villages v
           LEFT JOIN users u ON u.id = r.submitted_by
          WHERE v.id = p.village_id AND ",
        narrowed!(),
        " ORDER BY r.submitted_at_ms, r.product_id LIMIT $5 OFFSET $6"
    ))
    .bind(filter.team.get())
    .bind(filter.text.to_owned())
    .bind(filter.village.map(VillageId::get))
    .bind(filter.submitter.map(UserId::get))
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *conn)
    .await?)
}

/// How many they are.
pub async fn count_waiting_reviews(conn: &mut Conn, filter: &ReviewFilter<'_>) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(concat!(
        "SELECT COUNT(*) FROM listing_reviews r CROSS JOIN products p WHERE ",
        narrowed!()
    ))
    .bind(filter.team.get())
    .bind(filter.text.to_owned())
    .bind(filter.village.map(VillageId::get))
    .bind(filter.submitter.map(UserId::get))
    .fetch_one(&mut *conn)
    .await?)
}

/// Those whose listings wait for a team's captain.
pub async fn list_review_submitters(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(concat!(
        "SELECT u.id, u.display_name AS name, u.display_name AS name_en
           FROM listing_reviews r CROSS JOIN products p CROSS JOIN users u
          WHERE u.id = r.submitted_by AND ",
        waits!(),
        " GROUP BY u.id, u.display_name ORDER BY u.display_name, u.id"
    ))
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
