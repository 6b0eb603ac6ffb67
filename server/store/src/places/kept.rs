//! Places and bodies as the county keeps them: what stands there, and what of it is said otherwise. Words in addresses stay.

use domain::ids::{CollectiveId, CorpsId, CountyId, ProductId, TeamId, TownId, VillageId};
use domain::money::Fen;

use super::Names;
use crate::units::UnitRow;
use crate::{Conn, Result, sql};

/// Takes all places and bodies for this transaction, so that they are changed one after the other: the county stands for all
/// of them. `None` before there is one.
pub async fn lock_county(conn: &mut Conn) -> Result<Option<CountyId>> {
    let id: Option<i64> = sql::query_scalar(
        "UPDATE counties SET name = name WHERE id = (SELECT MIN(id) FROM counties) RETURNING id",
    )
    .fetch_optional(&mut *conn)
    .await?;
    Ok(id.map(CountyId::from_i64))
}

/// A village with its collective.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptVillageRow {
    #[sqlx(try_from = "i64")]
    pub id: VillageId,
    #[sqlx(try_from = "i64")]
    pub town_id: TownId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    #[sqlx(try_from = "i64")]
    pub yearly_target_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    pub collective_name: String,
    pub collective_name_en: String,
    pub credit_code: String,
}

/// All villages by town.
pub async fn list_kept_villages(conn: &mut Conn) -> Result<Vec<KeptVillageRow>> {
    Ok(sql::query_as(
        "SELECT v.id, v.town_id, v.slug, v.name, v.name_en, v.story, v.story_en, v.yearly_target_fen,
            c.id AS collective_id, c.name AS collective_name, c.name_en AS collective_name_en, c.credit_code
        FROM villages v JOIN collectives c ON c.village_id = v.id ORDER BY v.town_id, v.id",
    )
    .fetch_all(&mut *conn)
    .await?)
}

/// The county's corps or a town's.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CorpsRow {
    #[sqlx(try_from = "i64")]
    pub id: CorpsId,
    pub name: String,
    pub name_en: String,
}

/// The county's corps, then those of the towns.
pub async fn list_corps(conn: &mut Conn) -> Result<Vec<CorpsRow>> {
    Ok(sql::query_as("SELECT id, name, name_en FROM corps ORDER BY COALESCE(town_id, 0), id")
        .fetch_all(&mut *conn)
        .await?)
}

/// A team, its corps, and what it sends from.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptTeamRow {
    #[sqlx(try_from = "i64")]
    pub id: TeamId,
    #[sqlx(try_from = "i64")]
    pub corps_id: CorpsId,
    pub slug: String,
    pub kind: String,
    pub name: String,
    pub name_en: String,
    /// Places of dispatch that are offered; without one nothing can be sold.
    pub places: i64,
}

/// All teams, in the order in which they were made.
pub async fn list_kept_teams(conn: &mut Conn) -> Result<Vec<KeptTeamRow>> {
    Ok(sql::query_as(
        "SELECT t.id, t.corps_id, t.slug, t.kind, t.name, t.name_en,
            (SELECT COUNT(*) FROM dispatch_places d WHERE d.team_id = t.id AND d.retired_at_ms IS NULL) AS places
        FROM teams t ORDER BY t.id",
    )
    .fetch_all(&mut *conn)
    .await?)
}

/// A village that a team works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct TeamVillageRow {
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
}

/// Which villages the teams work for.
pub async fn list_team_villages(conn: &mut Conn) -> Result<Vec<TeamVillageRow>> {
    Ok(sql::query_as("SELECT team_id, village_id FROM team_villages ORDER BY team_id, village_id")
        .fetch_all(&mut *conn)
        .await?)
}

/// All units, in the order in which they were made.
pub async fn list_kept_units(conn: &mut Conn) -> Result<Vec<UnitRow>> {
    Ok(sql::query_as("SELECT id, parent_id, slug, kind, name, name_en, credit_code FROM units ORDER BY id")
        .fetch_all(&mut *conn)
        .await?)
}

/// What a town and its corps are called.
pub async fn update_town(conn: &mut Conn, id: TownId, names: &Names, corps: &Names) -> Result<()> {
    sql::query("UPDATE towns SET name = $2, name_en = $3 WHERE id = $1")
        .bind(id.get())
        .bind(names.name.clone())
        .bind(names.name_en.clone())
        .execute(&mut *conn)
        .await?;
    sql::query("UPDATE corps SET name = $2, name_en = $3 WHERE town_id = $1")
        .bind(id.get())
        .bind(corps.name.clone())
        .bind(corps.name_en.clone())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What is said of a village and its collective.
pub async fn update_village(conn: &mut Conn, row: &KeptVillageRow) -> Result<()> {
    sql::query(
        "UPDATE villages SET town_id = $2, name = $3, name_en = $4, story = $5, story_en = $6, yearly_target_fen = $7
        WHERE id = $1",
    )
    .bind(row.id.get())
    .bind(row.town_id.get())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.story.clone())
    .bind(row.story_en.clone())
    .bind(row.yearly_target_fen.get())
    .execute(&mut *conn)
    .await?;
    sql::query("UPDATE collectives SET name = $2, name_en = $3, credit_code = $4 WHERE village_id = $1")
        .bind(row.id.get())
        .bind(row.collective_name.clone())
        .bind(row.collective_name_en.clone())
        .bind(row.credit_code.clone())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What is said of a team; its villages are said apart.
pub async fn update_team(conn: &mut Conn, row: &KeptTeamRow) -> Result<()> {
    sql::query("UPDATE teams SET corps_id = $2, kind = $3, name = $4, name_en = $5 WHERE id = $1")
        .bind(row.id.get())
        .bind(row.corps_id.get())
        .bind(row.kind.clone())
        .bind(row.name.clone())
        .bind(row.name_en.clone())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The products of a team that are listed for a village, published or not, or of which it has something left in a batch: what
/// was sold of it is history.
pub async fn list_goods_of_team(conn: &mut Conn, team: TeamId, village: VillageId) -> Result<Vec<ProductId>> {
    let ids: Vec<i64> = sql::query_scalar(
        "SELECT p.id FROM products p WHERE p.team_id = $1 AND p.village_id = $2
        UNION
        SELECT p.id FROM batch_inputs i CROSS JOIN batches b CROSS JOIN products p
        WHERE i.village_id = $2 AND b.id = i.batch_id AND b.available + b.held > 0 AND p.id = b.product_id
            AND p.team_id = $1",
    )
    .bind(team.get())
    .bind(village.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(ProductId::from_i64).collect())
}

/// A team no longer works for a village.
pub async fn delete_team_village(conn: &mut Conn, team: TeamId, village: VillageId) -> Result<()> {
    sql::query("DELETE FROM team_villages WHERE team_id = $1 AND village_id = $2")
        .bind(team.get())
        .bind(village.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What is said of a unit.
pub async fn update_unit(conn: &mut Conn, row: &UnitRow) -> Result<()> {
    sql::query(
        "UPDATE units SET parent_id = $2, kind = $3, name = $4, name_en = $5, credit_code = $6 WHERE id = $1",
    )
    .bind(row.id.get())
    .bind(row.parent_id)
    .bind(row.kind.clone())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.credit_code.clone())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Published products that are found by the name of a village, in the order of their ids, at most `limit` after one of them:
/// what it lists, what has goods of it in stock, and gift boxes with such goods.
pub async fn list_named_goods(
    conn: &mut Conn,
    village: VillageId,
    after: ProductId,
    limit: i64,
) -> Result<Vec<ProductId>> {
    let ids: Vec<i64> = sql::query_scalar(
        "SELECT s.id FROM (
            SELECT p.id FROM products p WHERE p.village_id = $1 AND p.status = 'published'
            UNION
            SELECT b.product_id AS id FROM batch_inputs i CROSS JOIN batches b
            WHERE i.village_id = $1 AND b.id = i.batch_id AND b.available > 0
            UNION
            SELECT c.product_id AS id FROM products p CROSS JOIN variants x CROSS JOIN bundle_components c
            WHERE p.village_id = $1 AND x.product_id = p.id AND c.variant_id = x.id
            UNION
            SELECT c.product_id AS id FROM batch_inputs i CROSS JOIN batches b CROSS JOIN variants x
                CROSS JOIN bundle_components c
            WHERE i.village_id = $1 AND b.id = i.batch_id AND b.available > 0 AND x.product_id = b.product_id
                AND c.variant_id = x.id
        ) AS s CROSS JOIN products q
        WHERE q.id = s.id AND q.status = 'published' AND s.id > $2 ORDER BY s.id LIMIT $3",
    )
    .bind(village.get())
    .bind(after.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(ProductId::from_i64).collect())
}
