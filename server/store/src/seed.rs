//! What a demonstration stands on beside its places ([`crate::places`]): people's postings, shelves, places of dispatch and
//! tariffs, written as a whole. Everyday changes have files of their own.

use domain::ids::{
    CadreId, CategoryId, FreightTemplateId, MediaId, PlaceId, TeamId, UnitId, UserId, VillageId,
};

use crate::places::Names;
use crate::{Conn, Result, sql};

/// How many times goods were sold from a batch before it came in: a history that was made up wrongly.
pub async fn count_early_sales(conn: &mut Conn) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM allocations a JOIN orders o ON o.id = a.order_id JOIN batches b ON b.id = a.batch_id \
         WHERE o.placed_at_ms < b.created_at_ms",
    )
    .fetch_one(&mut *conn)
    .await?)
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
