//! Founding a county: the places, bodies, people's postings and tariffs that stand before anything can be listed.
//!
//! Used by the demonstration and by whoever sets up a new county; everyday changes have files of their own.

use domain::ids::{
    CadreId, CategoryId, CollectiveId, CorpsId, CountyId, FreightTemplateId, MediaId, PlaceId, TeamId,
    TownId, UnitId, UserId, VillageId,
};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// How many counties there are; none in a fresh installation.
pub async fn count_counties(conn: &mut Conn) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM counties").fetch_one(&mut *conn).await?)
}

/// How many times goods were sold from a batch before it came in: a history that was made up wrongly.
pub async fn count_early_sales(conn: &mut Conn) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM allocations a JOIN orders o ON o.id = a.order_id JOIN batches b ON b.id = a.batch_id \
         WHERE o.placed_at_ms < b.created_at_ms",
    )
    .fetch_one(&mut *conn)
    .await?)
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
    fn bind_names(self, names: &Names) -> Self {
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
        sql::query("INSERT INTO team_villages (team_id, village_id) VALUES ($1, $2)")
            .bind(id.get())
            .bind(village.get())
            .execute(&mut *conn)
            .await?;
    }
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

/// A posting to a village and the duty in a team that goes with it, both for the same term.
#[derive(Debug, Clone)]
pub struct NewCadre {
    pub id: CadreId,
    pub user_id: Option<UserId>,
    /// `name` and `name_en` are the title: demonstrations and lists name the post, not the person.
    pub names: Names,
    pub village_id: VillageId,
    pub unit_id: UnitId,
    /// `YYYY-MM-DD`, inclusive.
    pub starts_on: String,
    pub ends_on: String,
    pub team_id: TeamId,
    /// `captain`, `deputy` or `member`.
    pub duty: String,
}

pub async fn insert_cadre(conn: &mut Conn, row: &NewCadre) -> Result<()> {
    sql::query(
        "INSERT INTO cadres (id, user_id, slug, title, title_en, village_id, unit_id, starts_on, ends_on) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id.get())
    .bind(row.user_id.map(UserId::get))
    .bind_names(&row.names)
    .bind(row.village_id.get())
    .bind(row.unit_id.get())
    .bind(row.starts_on.clone())
    .bind(row.ends_on.clone())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "INSERT INTO team_members (team_id, cadre_id, duty, starts_on, ends_on) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.team_id.get())
    .bind(row.id.get())
    .bind(row.duty.clone())
    .bind(row.starts_on.clone())
    .bind(row.ends_on.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

pub async fn insert_category(
    conn: &mut Conn,
    id: CategoryId,
    names: &Names,
    position: i64,
    media: Option<MediaId>,
) -> Result<()> {
    sql::query(
        "INSERT INTO categories (id, slug, name, name_en, position, media_id) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.get())
    .bind_names(names)
    .bind(position)
    .bind(media.map(MediaId::get))
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Where a team's parcels leave from.
#[derive(Debug, Clone)]
pub struct NewDispatchPlace {
    pub id: PlaceId,
    pub team_id: TeamId,
    pub name: String,
    pub region_code: String,
    pub address: String,
    pub phone: String,
}

pub async fn insert_dispatch_place(conn: &mut Conn, row: &NewDispatchPlace) -> Result<()> {
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

/// A tariff: what is counted, from when on the way is free, what each group of regions pays.
#[derive(Debug, Clone)]
pub struct NewFreightTemplate {
    pub id: FreightTemplateId,
    pub team_id: TeamId,
    pub name: String,
    /// `piece`, `weight` or `volume`.
    pub basis: String,
    pub free_from_fen: Option<i64>,
    pub rows: Vec<crate::catalogue::FreightRowRow>,
}

pub async fn insert_freight_template(conn: &mut Conn, template: &NewFreightTemplate) -> Result<()> {
    sql::query(
        "INSERT INTO freight_templates (id, team_id, name, basis, free_from_fen) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(template.id.get())
    .bind(template.team_id.get())
    .bind(template.name.clone())
    .bind(template.basis.clone())
    .bind(template.free_from_fen)
    .execute(&mut *conn)
    .await?;
    for (position, row) in (0_i64..).zip(&template.rows) {
        sql::query(
            "INSERT INTO freight_rows (template_id, position, region_prefixes, refused, first_quantity, \
                first_fee_fen, step_quantity, step_fee_fen, surcharge_fen) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(template.id.get())
        .bind(position)
        .bind(row.region_prefixes.clone())
        .bind(row.refused)
        .bind(row.first_quantity)
        .bind(row.first_fee_fen)
        .bind(row.step_quantity)
        .bind(row.step_fee_fen)
        .bind(row.surcharge_fen)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
