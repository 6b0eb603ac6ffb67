//! What the form of a listing offers.

use domain::ids::TeamId;

use crate::categories::category_shown;
use crate::{Conn, Result, sql};

/// Something to choose in the form.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ChoiceRow {
    pub id: i64,
    pub name: String,
    pub name_en: String,
}

/// All shelves, hidden ones as well: what stands on one keeps it, and is called by its name.
pub async fn list_category_choices(conn: &mut Conn) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as("SELECT id, name, name_en FROM categories ORDER BY position, id")
        .fetch_all(&mut *conn)
        .await?)
}

/// The shelves of the shop that something new may be put on.
pub async fn list_shown_category_choices(conn: &mut Conn) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(concat!(
        "SELECT c.id, c.name, c.name_en FROM categories c WHERE ",
        category_shown!("c"),
        " ORDER BY c.position, c.id"
    ))
    .fetch_all(&mut *conn)
    .await?)
}

/// The villages a team works for, each with a collective that can earn.
pub async fn list_village_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT v.id, v.name, v.name_en FROM team_villages t JOIN villages v ON v.id = t.village_id \
         JOIN collectives c ON c.village_id = v.id WHERE t.team_id = $1 ORDER BY v.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Where a team's parcels may leave from, its default first.
pub async fn list_place_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT d.id, d.name, d.name AS name_en FROM dispatch_places d \
         LEFT JOIN team_sending s ON s.team_id = d.team_id WHERE d.team_id = $1 AND d.retired_at_ms IS NULL \
         ORDER BY CASE WHEN s.place_id = d.id THEN 0 ELSE 1 END, d.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A team's freight templates, its default first.
pub async fn list_template_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT t.id, t.name, t.name AS name_en FROM freight_templates t \
         LEFT JOIN team_sending s ON s.team_id = t.team_id WHERE t.team_id = $1 AND t.retired_at_ms IS NULL \
         ORDER BY CASE WHEN s.template_id = t.id THEN 0 ELSE 1 END, t.id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
