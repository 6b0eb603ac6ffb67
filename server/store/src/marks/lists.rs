//! Marks and licences as those see them who grant, hold or choose them.

use domain::ids::{CollectiveId, MarkId, MarkLicenceId, TeamId, VillageId};

use super::{MarkRow, marks_where};
use crate::listing::ChoiceRow;
use crate::{Conn, Result, sql};

/// The marks of a collective, oldest first.
pub async fn list_owned_marks(conn: &mut Conn, owner: CollectiveId) -> Result<Vec<MarkRow>> {
    Ok(sql::query_as::<MarkRow>(marks_where!("WHERE m.collective_id = $1 ORDER BY m.id"))
        .bind(owner.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// The marks that the goods of a team could bear: those of its villages, and those that were licensed to them.
pub async fn list_choosable_marks(conn: &mut Conn, team: TeamId) -> Result<Vec<MarkRow>> {
    Ok(sql::query_as::<MarkRow>(marks_where!(
        "WHERE EXISTS (SELECT 1 FROM team_villages t WHERE t.team_id = $1 AND t.village_id = c.village_id)
            OR EXISTS (SELECT 1 FROM mark_licences l
                         JOIN collectives h ON h.id = l.collective_id
                         JOIN team_villages t ON t.village_id = h.village_id
                        WHERE l.mark_id = m.id AND t.team_id = $1)
         ORDER BY m.id"
    ))
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Every collective, by the name of its village: whom a licence may be granted to.
pub async fn list_collective_choices(conn: &mut Conn) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT c.id, v.name, v.name_en FROM collectives c JOIN villages v ON v.id = c.village_id ORDER BY c.id",
    )
    .fetch_all(&mut *conn)
    .await?)
}

/// A licence with everything that names it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LicenceShownRow {
    #[sqlx(try_from = "i64")]
    pub id: MarkLicenceId,
    #[sqlx(try_from = "i64")]
    pub mark_id: MarkId,
    pub mark_slug: String,
    pub mark_name: String,
    pub mark_name_en: String,
    /// Whose licence it is.
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    /// The product or the category it is for.
    pub product_id: Option<i64>,
    pub category_id: Option<i64>,
    pub scope_name: String,
    pub scope_name_en: String,
    pub base_unit: String,
    pub starts_on: String,
    pub ends_on: String,
    pub quantity: i64,
    pub used: i64,
    pub granted_at_ms: i64,
    pub withdrawn_at_ms: Option<i64>,
    pub withdrawn_reason: String,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
}

macro_rules! licences_where {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.mark_id, m.slug AS mark_slug, m.name AS mark_name, m.name_en AS mark_name_en,
                    l.collective_id, v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en,
                    l.product_id, l.category_id, COALESCE(p.name, g.name, '') AS scope_name,
                    COALESCE(p.name_en, g.name_en, '') AS scope_name_en, l.base_unit, l.starts_on, l.ends_on,
                    l.quantity, l.used, l.granted_at_ms, l.withdrawn_at_ms, l.withdrawn_reason, v.id AS village_id
               FROM mark_licences l
               JOIN collective_marks m ON m.id = l.mark_id
               JOIN collectives c ON c.id = l.collective_id
               JOIN villages v ON v.id = c.village_id
               LEFT JOIN products p ON p.id = l.product_id
               LEFT JOIN categories g ON g.id = l.category_id ",
            $rest
        )
    };
}

/// The licences of a mark, the latest first.
pub async fn list_mark_licences(conn: &mut Conn, mark: MarkId) -> Result<Vec<LicenceShownRow>> {
    Ok(sql::query_as::<LicenceShownRow>(licences_where!("WHERE l.mark_id = $1 ORDER BY l.id DESC"))
        .bind(mark.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// Licences under which a team sells and whose last day is one of these, without another one that goes on; ascending.
pub async fn list_ending_licences(
    conn: &mut Conn,
    team: TeamId,
    first: &str,
    last: &str,
) -> Result<Vec<MarkLicenceId>> {
    let ids = sql::query_scalar::<i64>(
        "SELECT l.id FROM mark_licences l
           JOIN collectives c ON c.id = l.collective_id
           JOIN team_villages t ON t.village_id = c.village_id AND t.team_id = $1
          WHERE l.withdrawn_at_ms IS NULL AND l.ends_on >= $2 AND l.ends_on <= $3
            AND EXISTS (SELECT 1 FROM product_marks b JOIN products p ON p.id = b.product_id
                         WHERE b.mark_id = l.mark_id AND p.team_id = $1)
            AND NOT EXISTS (SELECT 1 FROM mark_licences k
                             WHERE k.mark_id = l.mark_id AND k.collective_id = l.collective_id
                               AND COALESCE(k.product_id, 0) = COALESCE(l.product_id, 0)
                               AND COALESCE(k.category_id, 0) = COALESCE(l.category_id, 0)
                               AND k.withdrawn_at_ms IS NULL AND k.ends_on > $3)
          ORDER BY l.id",
    )
    .bind(team.get())
    .bind(first.to_owned())
    .bind(last.to_owned())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(MarkLicenceId::from_i64).collect())
}

/// The licences that were granted to a collective, the latest first.
pub async fn list_granted_licences(
    conn: &mut Conn,
    collective: CollectiveId,
) -> Result<Vec<LicenceShownRow>> {
    Ok(sql::query_as::<LicenceShownRow>(licences_where!("WHERE l.collective_id = $1 ORDER BY l.id DESC"))
        .bind(collective.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// A mark that a village may use.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VillageMarkRow {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// 1 for the village's own.
    pub is_owner: i64,
}

/// The marks of a village's collective, and those that it has a licence for on a day (`YYYY-MM-DD`); its own first.
pub async fn list_village_marks(
    conn: &mut Conn,
    village: VillageId,
    today: &str,
) -> Result<Vec<VillageMarkRow>> {
    Ok(sql::query_as::<VillageMarkRow>(
        "SELECT m.slug, m.name, m.name_en, CAST(1 AS BIGINT) AS is_owner, m.id
           FROM collectives c JOIN collective_marks m ON m.collective_id = c.id
          WHERE c.village_id = $1
         UNION
         SELECT m.slug, m.name, m.name_en, CAST(0 AS BIGINT), m.id
           FROM collectives c
           JOIN mark_licences l ON l.collective_id = c.id
           JOIN collective_marks m ON m.id = l.mark_id
          WHERE c.village_id = $1 AND l.withdrawn_at_ms IS NULL AND l.starts_on <= $2 AND l.ends_on >= $2
          ORDER BY 4 DESC, 5",
    )
    .bind(village.get())
    .bind(today.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}

/// Goods that a licence may be for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct GoodRow {
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
}

/// Goods in the shop that a collective's village lists or has harvest in, by name; gift boxes bear no mark of their own.
/// `text` is part of a name in lower case, blank for all.
pub async fn list_village_goods(
    conn: &mut Conn,
    collective: CollectiveId,
    text: &str,
    limit: i64,
) -> Result<Vec<GoodRow>> {
    // The village's products first, then what is known of each: nobody walks everybody's. A left join that no condition makes
    // an inner one is made in this order by both engines.
    Ok(sql::query_as::<GoodRow>(
        "SELECT p.slug, p.name, p.name_en, p.base_unit
           FROM (SELECT q.id
                   FROM collectives c JOIN products q ON q.village_id = c.village_id AND q.status = 'published'
                  WHERE c.id = $1
                 UNION
                 SELECT b.product_id
                   FROM collectives c
                   JOIN batch_inputs i ON i.village_id = c.village_id
                   JOIN batches b ON b.id = i.batch_id
                  WHERE c.id = $1) AS own
           LEFT JOIN products p ON p.id = own.id
          WHERE COALESCE(p.status, '') = 'published'
            AND (CAST($2 AS TEXT) = '' OR REPLACE(LOWER(p.name), $2, '') <> LOWER(p.name)
                OR REPLACE(LOWER(p.name_en), $2, '') <> LOWER(p.name_en))
            AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)
          ORDER BY p.name, p.id LIMIT $3",
    )
    .bind(collective.get())
    .bind(text.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
