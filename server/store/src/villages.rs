//! Villages: the list, one village's page, and what its collective has earned.
//!
//! Income is what was attributed and paid (`pending` or `available`) less what was reversed, counted on the day it
//! became pending.

use domain::ids::{CollectiveId, TeamId, TownId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, figures, sql};

/// A village with its town, its collective and its income in a span of time.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VillageRow {
    #[sqlx(try_from = "i64")]
    pub id: VillageId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    #[sqlx(try_from = "i64")]
    pub yearly_target_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub town_id: TownId,
    pub town_slug: String,
    pub town_name: String,
    pub town_name_en: String,
    pub county_name: String,
    pub county_name_en: String,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    pub collective_name: String,
    pub collective_name_en: String,
    pub credit_code: String,
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
    pub sizes: Option<String>,
    #[sqlx(try_from = "i64")]
    pub income_fen: Fen,
    /// Published products that the village lists itself.
    pub products: i64,
}

macro_rules! village {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.slug, v.name, v.name_en, v.story, v.story_en, v.yearly_target_fen,
                t.id AS town_id, t.slug AS town_slug, t.name AS town_name, t.name_en AS town_name_en,
                y.name AS county_name, y.name_en AS county_name_en,
                c.id AS collective_id, c.name AS collective_name, c.name_en AS collective_name_en, c.credit_code,
                m.content_hash, m.width, m.height, m.placeholder, m.sizes,
                COALESCE((
                    SELECT CAST(SUM(s.amount_fen) AS BIGINT) FROM sales_days s
                    WHERE s.kind = 'collective' AND s.subject_id = c.id AND s.day_number >= $1 AND s.day_number < $2
                ), 0) AS income_fen,
                COALESCE((
                    SELECT n.products FROM product_counts n WHERE n.kind = 'village' AND n.subject_id = v.id
                ), 0) AS products
            FROM villages v
            JOIN towns t ON t.id = v.town_id
            JOIN counties y ON y.id = t.county_id
            JOIN collectives c ON c.village_id = v.id
            LEFT JOIN media m ON m.id = v.media_id ",
            $rest
        )
    };
}

/// All villages by town, with their income on the days that the span from `from_ms` until before `until_ms` touches.
pub async fn list_villages(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<VillageRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as(village!("ORDER BY t.id, v.id"))
        .bind(from_day)
        .bind(until_day)
        .fetch_all(&mut *conn)
        .await?)
}

/// One village by its name in addresses, with its income on the days that the span touches.
pub async fn find_village(
    conn: &mut Conn,
    slug: &str,
    from_ms: i64,
    until_ms: i64,
) -> Result<Option<VillageRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as(village!("WHERE v.slug = $3"))
        .bind(from_day)
        .bind(until_day)
        .bind(slug.to_owned())
        .fetch_optional(&mut *conn)
        .await?)
}

/// A village as filters offer it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VillageNameRow {
    #[sqlx(try_from = "i64")]
    pub id: VillageId,
    #[sqlx(try_from = "i64")]
    pub town_id: TownId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// The names of all villages by town.
pub async fn list_village_names(conn: &mut Conn) -> Result<Vec<VillageNameRow>> {
    Ok(sql::query_as("SELECT id, town_id, slug, name, name_en FROM villages ORDER BY town_id, id")
        .fetch_all(&mut *conn)
        .await?)
}

/// A collective's income in each of the spans that follow one another: each begins on one of the days in `starts` (days
/// since 1970-01-01, in China) and ends before the next; there is one day more than spans.
pub async fn list_income_by_span(
    conn: &mut Conn,
    collective: CollectiveId,
    starts: &[i64],
) -> Result<Vec<Fen>> {
    figures::sum_spans(conn, "collective", collective.get(), starts).await
}

/// A team that works for a village.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VillageTeamRow {
    #[sqlx(try_from = "i64")]
    pub id: TeamId,
    pub slug: String,
    pub kind: String,
    pub name: String,
    pub name_en: String,
}

/// The teams that work for a village.
pub async fn list_village_teams(conn: &mut Conn, village: VillageId) -> Result<Vec<VillageTeamRow>> {
    Ok(sql::query_as(
        "SELECT t.id, t.slug, t.kind, t.name, t.name_en
        FROM team_villages x JOIN teams t ON t.id = x.team_id WHERE x.village_id = $1 ORDER BY t.id",
    )
    .bind(village.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A cadre posted to a village.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VillageCadreRow {
    pub slug: String,
    pub title: String,
    pub title_en: String,
    pub unit_name: String,
    pub unit_name_en: String,
    pub unit_kind: String,
    pub starts_on: String,
    pub ends_on: String,
}

/// The cadres whose term in a village includes the day `today`.
pub async fn list_village_cadres(
    conn: &mut Conn,
    village: VillageId,
    today: &str,
) -> Result<Vec<VillageCadreRow>> {
    Ok(sql::query_as(
        "SELECT c.slug, c.title, c.title_en, u.name AS unit_name, u.name_en AS unit_name_en, u.kind AS unit_kind,
            c.starts_on, c.ends_on
        FROM cadres c JOIN units u ON u.id = c.unit_id
        WHERE c.village_id = $1 AND c.starts_on <= $2 AND c.ends_on >= $2 ORDER BY c.starts_on, c.id",
    )
    .bind(village.get())
    .bind(today.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}
