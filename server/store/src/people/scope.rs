//! What roles are held of: whether it exists and to which county it belongs.

use super::{CollectiveId, CountyId, PostingRow, TeamId, TownId, UnitId, UserId};
use crate::{Conn, Result, sql};

/// The county whose corps the team belongs to.
pub async fn find_team_county(conn: &mut Conn, team: TeamId) -> Result<Option<CountyId>> {
    let county: Option<i64> = sql::query_scalar(
        "SELECT c.county_id FROM teams t JOIN corps c ON c.id = t.corps_id WHERE t.id = $1",
    )
    .bind(team.get())
    .fetch_optional(&mut *conn)
    .await?;
    Ok(county.map(CountyId::from_i64))
}

pub async fn find_collective_county(conn: &mut Conn, collective: CollectiveId) -> Result<Option<CountyId>> {
    let county: Option<i64> = sql::query_scalar(
        "SELECT w.county_id FROM collectives c JOIN villages v ON v.id = c.village_id \
         JOIN towns w ON w.id = v.town_id WHERE c.id = $1",
    )
    .bind(collective.get())
    .fetch_optional(&mut *conn)
    .await?;
    Ok(county.map(CountyId::from_i64))
}

pub async fn find_town_county(conn: &mut Conn, town: TownId) -> Result<Option<CountyId>> {
    let county: Option<i64> = sql::query_scalar("SELECT county_id FROM towns WHERE id = $1")
        .bind(town.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(county.map(CountyId::from_i64))
}

pub async fn has_county(conn: &mut Conn, county: CountyId) -> Result<bool> {
    let found = sql::query_scalar::<i64>("SELECT id FROM counties WHERE id = $1")
        .bind(county.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(found.is_some())
}

/// Whether there is such a dispatching unit; units belong to no county.
pub async fn has_unit(conn: &mut Conn, unit: UnitId) -> Result<bool> {
    let found = sql::query_scalar::<i64>("SELECT id FROM units WHERE id = $1")
        .bind(unit.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(found.is_some())
}

/// Where the account's owner is posted on `day` (`YYYY-MM-DD`), with village and posting unit.
pub async fn list_postings(conn: &mut Conn, user: UserId, day: &str) -> Result<Vec<PostingRow>> {
    Ok(sql::query_as(
        "SELECT c.id AS cadre_id, c.slug, c.title, c.title_en, \
                v.id AS village_id, v.name AS village_name, v.name_en AS village_name_en, \
                u.id AS unit_id, u.name AS unit_name, u.name_en AS unit_name_en, c.ends_on \
         FROM cadres c JOIN villages v ON v.id = c.village_id JOIN units u ON u.id = c.unit_id \
         WHERE c.user_id = $1 AND c.starts_on <= $2 AND c.ends_on >= $2 ORDER BY c.id",
    )
    .bind(user.get())
    .bind(day.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}
