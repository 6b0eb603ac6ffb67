//! Listings that go into the shop at a moment somebody chose.

use domain::ids::{ProductId, UserId};

use crate::{Conn, Result, sql};

/// When a listing goes into the shop by itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ScheduleRow {
    pub publish_at_ms: i64,
    /// Who chose the moment.
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    /// JSON: what kept it out when the moment came; empty until then.
    pub problems: String,
}

/// The moment that was chosen for a listing.
pub async fn find_schedule(conn: &mut Conn, product: ProductId) -> Result<Option<ScheduleRow>> {
    Ok(sql::query_as("SELECT publish_at_ms, user_id, problems FROM listing_schedules WHERE product_id = $1")
        .bind(product.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// Chooses the moment, in place of another one.
pub async fn put_schedule(conn: &mut Conn, product: ProductId, row: &ScheduleRow) -> Result<()> {
    sql::query(
        "INSERT INTO listing_schedules (product_id, publish_at_ms, user_id, problems) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (product_id) DO UPDATE \
         SET publish_at_ms = excluded.publish_at_ms, user_id = excluded.user_id, problems = excluded.problems",
    )
    .bind(product.get())
    .bind(row.publish_at_ms)
    .bind(row.user_id.get())
    .bind(row.problems.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Gives the moment up; whether there was one.
pub async fn delete_schedule(conn: &mut Conn, product: ProductId) -> Result<bool> {
    let gone = sql::query("DELETE FROM listing_schedules WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}
