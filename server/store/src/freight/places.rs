//! Where a team's parcels leave from.

use domain::ids::{PlaceId, TeamId};

use crate::{Conn, Result, sql};

/// A place as its team sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DispatchPlaceRow {
    #[sqlx(try_from = "i64")]
    pub id: PlaceId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub name: String,
    pub region_code: String,
    pub address: String,
    pub phone: String,
    /// Counts the edits.
    pub version: i64,
    /// Since when no product can choose it.
    pub retired_at_ms: Option<i64>,
    /// 1 for what the team's new products begin with.
    pub is_default: i64,
    /// Products in the shop that leave from it.
    pub published: i64,
}

macro_rules! places {
    ($where:literal) => {
        concat!(
            "SELECT d.id, d.team_id, d.name, d.region_code, d.address, d.phone, d.version, d.retired_at_ms,
                CAST(CASE WHEN s.place_id = d.id THEN 1 ELSE 0 END AS BIGINT) AS is_default,
                (SELECT COUNT(*) FROM products p WHERE p.place_id = d.id AND p.status = 'published'
                    AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)) AS published
             FROM dispatch_places d LEFT JOIN team_sending s ON s.team_id = d.team_id WHERE ",
            $where
        )
    };
}

/// A team's places, retired ones among them, in the order in which they were made.
pub async fn list_places(conn: &mut Conn, team: TeamId) -> Result<Vec<DispatchPlaceRow>> {
    Ok(sql::query_as(places!("d.team_id = $1 ORDER BY d.id")).bind(team.get()).fetch_all(&mut *conn).await?)
}

/// One place.
pub async fn find_place(conn: &mut Conn, id: PlaceId) -> Result<Option<DispatchPlaceRow>> {
    Ok(sql::query_as(places!("d.id = $1")).bind(id.get()).fetch_optional(&mut *conn).await?)
}

/// Takes a place for this transaction, raises its version and gives the new one.
pub async fn lock_place(conn: &mut Conn, id: PlaceId) -> Result<Option<i64>> {
    Ok(sql::query_scalar::<i64>(
        "UPDATE dispatch_places SET version = version + 1 WHERE id = $1 RETURNING version",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Writes a new place: version 1, offered, whatever the row says of that.
pub async fn insert_place(conn: &mut Conn, row: &DispatchPlaceRow) -> Result<()> {
    sql::query(
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.get())
    .bind(row.team_id.get())
    .bind(row.name.clone())
    .bind(row.region_code.clone())
    .bind(row.address.clone())
    .bind(row.phone.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Writes what is said of a place.
pub async fn update_place(conn: &mut Conn, row: &DispatchPlaceRow) -> Result<()> {
    sql::query(
        "UPDATE dispatch_places SET name = $2, region_code = $3, address = $4, phone = $5 WHERE id = $1",
    )
    .bind(row.id.get())
    .bind(row.name.clone())
    .bind(row.region_code.clone())
    .bind(row.address.clone())
    .bind(row.phone.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Since when a place is offered no longer; `None` offers it again.
pub async fn set_place_retired(conn: &mut Conn, id: PlaceId, at_ms: Option<i64>) -> Result<()> {
    sql::query("UPDATE dispatch_places SET retired_at_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Makes a place what the team's new products begin with; `None` for the first that is offered.
pub async fn put_default_place(conn: &mut Conn, team: TeamId, place: Option<PlaceId>) -> Result<()> {
    sql::query(
        "INSERT INTO team_sending (team_id, place_id) VALUES ($1, $2) \
         ON CONFLICT (team_id) DO UPDATE SET place_id = excluded.place_id",
    )
    .bind(team.get())
    .bind(place.map(PlaceId::get))
    .execute(&mut *conn)
    .await?;
    Ok(())
}
