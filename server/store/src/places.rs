//! The county with its towns, villages and their collectives, its corps and teams, and the units that post cadres: what has to
//! stand before anything can be listed.
//!
//! Nothing of it is ever taken away: orders, books and roles name it.

mod kept;

use domain::ids::{CollectiveId, CorpsId, CountyId, MediaId, TeamId, TownId, UnitId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, sql};

pub use kept::{
    CorpsRow, KeptTeamRow, KeptVillageRow, TeamVillageRow, delete_team_village, list_corps,
    list_goods_of_team, list_kept_teams, list_kept_units, list_kept_villages, list_named_goods,
    list_team_villages, lock_county, update_team, update_town, update_unit, update_village,
};

/// How many counties there are; none in a fresh installation.
pub async fn count_counties(conn: &mut Conn) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM counties").fetch_one(&mut *conn).await?)
}

/// What every place and body is called, in addresses and in both languages.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Unique within its table; the code for a county; empty where the table has none.
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

impl sql::Statement<sql::Built> {
    /// Binds the three columns that every place and body has, side by side in this order.
    pub(crate) fn bind_names(self, names: &Names) -> Self {
        self.bind(names.slug.clone()).bind(names.name.clone()).bind(names.name_en.clone())
    }
}

/// A county; its slug is the six-digit code.
pub async fn insert_county(conn: &mut Conn, id: CountyId, names: &Names) -> Result<()> {
    sql::query("INSERT INTO counties (id, code, name, name_en) VALUES ($1, $2, $3, $4)")
        .bind(id.get())
        .bind_names(names)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

pub async fn insert_town(conn: &mut Conn, id: TownId, county: CountyId, names: &Names) -> Result<()> {
    sql::query("INSERT INTO towns (id, county_id, slug, name, name_en) VALUES ($1, $2, $3, $4, $5)")
        .bind(id.get())
        .bind(county.get())
        .bind_names(names)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A village with the body that earns for it.
#[derive(Debug, Clone)]
pub struct NewVillage {
    pub id: VillageId,
    pub town_id: TownId,
    pub names: Names,
    pub story: String,
    pub story_en: String,
    pub media_id: Option<MediaId>,
    pub yearly_target_fen: Fen,
    pub collective_id: CollectiveId,
    pub collective_name: String,
    pub collective_name_en: String,
    pub credit_code: String,
}

pub async fn insert_village(conn: &mut Conn, row: &NewVillage) -> Result<()> {
    sql::query(
        "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en, media_id, yearly_target_fen) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id.get())
    .bind(row.town_id.get())
    .bind_names(&row.names)
    .bind(row.story.clone())
    .bind(row.story_en.clone())
    .bind(row.media_id.map(MediaId::get))
    .bind(row.yearly_target_fen.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO collectives (id, village_id, name, name_en, credit_code) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.collective_id.get())
    .bind(row.id.get())
    .bind(row.collective_name.clone())
    .bind(row.collective_name_en.clone())
    .bind(row.credit_code.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// The county's corps, or a town's. `names.slug` is not kept.
pub async fn insert_corps(
    conn: &mut Conn,
    id: CorpsId,
    county: CountyId,
    town: Option<TownId>,
    names: &Names,
) -> Result<()> {
    sql::query("INSERT INTO corps (id, county_id, town_id, name, name_en) VALUES ($1, $2, $3, $4, $5)")
        .bind(id.get())
        .bind(county.get())
        .bind(town.map(TownId::get))
        .bind(names.name.clone())
        .bind(names.name_en.clone())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A team and the villages it works for.
pub async fn insert_team(
    conn: &mut Conn,
    id: TeamId,
    corps: CorpsId,
    kind: &str,
    names: &Names,
    villages: &[VillageId],
) -> Result<()> {
    sql::query("INSERT INTO teams (id, corps_id, kind, slug, name, name_en) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id.get())
        .bind(corps.get())
        .bind(kind.to_owned())
        .bind_names(names)
        .execute(&mut *conn)
        .await?;
    for village in villages {
        insert_team_village(conn, id, *village).await?;
    }
    Ok(())
}

/// A village that a team works for.
pub async fn insert_team_village(conn: &mut Conn, team: TeamId, village: VillageId) -> Result<()> {
    sql::query("INSERT INTO team_villages (team_id, village_id) VALUES ($1, $2)")
        .bind(team.get())
        .bind(village.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A dispatching unit; `kind` is `headquarters`, `branch`, `canteen` or `union`.
pub async fn insert_unit(
    conn: &mut Conn,
    id: UnitId,
    parent: Option<UnitId>,
    kind: &str,
    names: &Names,
    credit_code: &str,
) -> Result<()> {
    sql::query(
        "INSERT INTO units (id, parent_id, kind, slug, name, name_en, credit_code) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.get())
    .bind(parent.map(UnitId::get))
    .bind(kind.to_owned())
    .bind_names(names)
    .bind(credit_code.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(())
}
