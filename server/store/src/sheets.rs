//! A team's goods as a sheet has them, and previews that wait to be applied.

use domain::ids::{
    CategoryId, FreightTemplateId, PlaceId, ProductId, SheetPreviewId, TeamId, UserId, VillageId,
};

use crate::listing::{ListingFilter, has_level};
use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// What a sheet says of a product itself.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SheetProductRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub version: i64,
    pub name: String,
    pub name_en: String,
    #[sqlx(try_from = "i64")]
    pub category_id: CategoryId,
    pub status: String,
    /// `g` or `piece`.
    pub base_unit: String,
}

/// One product, of whichever team.
pub async fn find_sheet_product(conn: &mut Conn, id: ProductId) -> Result<Option<SheetProductRow>> {
    Ok(sql::query_as(
        "SELECT id, team_id, version, name, name_en, category_id, status, base_unit FROM products WHERE id = $1",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// What narrows products `p` to a [`ListingFilter`]: `$1` to `$8`, in its order.
macro_rules! filtered {
    () => {
        concat!(
            "p.team_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.status = $2) \
            AND (CAST($3 AS TEXT) = '' OR REPLACE(LOWER(p.name), $3, '') <> LOWER(p.name) \
                OR REPLACE(LOWER(p.name_en), $3, '') <> LOWER(p.name_en)) \
            AND (CAST($4 AS BIGINT) IS NULL OR p.category_id + 0 = $4) \
            AND (CAST($5 AS BIGINT) IS NULL OR p.village_id + 0 = $5) \
            AND ",
            has_level!("$6", "$7", "$8")
        )
    };
}

/// The columns of a [`SheetProductRow`] of products `p`.
macro_rules! columns {
    () => {
        "p.id, p.team_id, p.version, p.name, p.name_en, p.category_id, p.status, p.base_unit"
    };
}

/// A team's products by id, those after `after`, at most `limit`.
pub async fn list_sheet_products(
    conn: &mut Conn,
    filter: &ListingFilter<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<SheetProductRow>> {
    let (level, today, pieces) = filter.level_values();
    Ok(sql::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM products p WHERE ",
        filtered!(),
        " AND p.id > $9 ORDER BY p.id LIMIT $10"
    ))
    .bind(filter.team.get())
    .bind(filter.status.map(str::to_owned))
    .bind(filter.text.to_owned())
    .bind(filter.category.map(CategoryId::get))
    .bind(filter.village.map(VillageId::get))
    .bind(level)
    .bind(today)
    .bind(pieces)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// A page of a team's products, the newest first.
pub async fn list_table_products(
    conn: &mut Conn,
    filter: &ListingFilter<'_>,
    limit: i64,
    skipped: i64,
) -> Result<Vec<SheetProductRow>> {
    let (level, today, pieces) = filter.level_values();
    // Ordered by what no index has, so that nobody walks everybody's products to find this team's newest.
    Ok(sql::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM products p WHERE ",
        filtered!(),
        " ORDER BY p.id + 0 DESC LIMIT $9 OFFSET $10"
    ))
    .bind(filter.team.get())
    .bind(filter.status.map(str::to_owned))
    .bind(filter.text.to_owned())
    .bind(filter.category.map(CategoryId::get))
    .bind(filter.village.map(VillageId::get))
    .bind(level)
    .bind(today)
    .bind(pieces)
    .bind(limit)
    .bind(skipped)
    .fetch_all(&mut *conn)
    .await?)
}

/// How many products [`list_table_products`] has on all its pages.
pub async fn count_table_products(conn: &mut Conn, filter: &ListingFilter<'_>) -> Result<i64> {
    let (level, today, pieces) = filter.level_values();
    Ok(sql::query_scalar(concat!("SELECT COUNT(*) FROM products p WHERE ", filtered!()))
        .bind(filter.team.get())
        .bind(filter.status.map(str::to_owned))
        .bind(filter.text.to_owned())
        .bind(filter.category.map(CategoryId::get))
        .bind(filter.village.map(VillageId::get))
        .bind(level)
        .bind(today)
        .bind(pieces)
        .fetch_one(&mut *conn)
        .await?)
}

/// What a sheet says of a product beside its names, its shelf and its variants.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SheetDetailRow {
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
    pub story: String,
    pub story_en: String,
    pub season_from: String,
    pub season_until: String,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub village_name: String,
    pub village_name_en: String,
    #[sqlx(try_from = "i64")]
    pub place_id: PlaceId,
    pub place_name: String,
    #[sqlx(try_from = "i64")]
    pub freight_template_id: FreightTemplateId,
    pub template_name: String,
    pub food_class: String,
    pub sc_number: String,
    pub workshop_number: String,
    pub sales_region: String,
    pub ingredients: String,
    pub net_content: String,
    pub producer: String,
    pub storage: String,
    pub shelf_life_days: Option<i64>,
    /// Blank when the listing leaves it to its food class.
    pub return_rule: String,
}

/// These products in their order, with what they name: offered or no longer.
pub async fn list_sheet_details(conn: &mut Conn, ids: &[i64]) -> Result<Vec<SheetDetailRow>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<SheetDetailRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT p.id, p.story, p.story_en, p.season_from, p.season_until, p.village_id, \
                v.name AS village_name, v.name_en AS village_name_en, p.place_id, d.name AS place_name, \
                p.freight_template_id, t.name AS template_name, p.food_class, p.sc_number, p.workshop_number, \
                p.sales_region, p.ingredients, p.net_content, p.producer, p.storage, p.shelf_life_days, \
                COALESCE(r.return_rule, '') AS return_rule \
             FROM wanted w CROSS JOIN products p JOIN villages v ON v.id = p.village_id \
             JOIN dispatch_places d ON d.id = p.place_id \
             JOIN freight_templates t ON t.id = p.freight_template_id \
             LEFT JOIN product_return_rules r ON r.product_id = p.id \
             WHERE p.id = w.id ORDER BY w.n"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        found.extend(part);
    }
    Ok(found)
}

/// What each of these products takes in a sheet, by id: rows, one for each variant for sale and one without any, and the
/// bytes of its stories and its label.
pub async fn list_sheet_sizes(conn: &mut Conn, filter: &ListingFilter<'_>) -> Result<Vec<(i64, i64, i64)>> {
    let (level, today, pieces) = filter.level_values();
    Ok(sql::query_as(concat!(
        "SELECT p.id, (SELECT COUNT(*) + CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END FROM variants v \
            WHERE v.product_id = p.id AND v.active = 1), \
            CAST(OCTET_LENGTH(p.story) + OCTET_LENGTH(p.story_en) + OCTET_LENGTH(p.sc_number) \
                + OCTET_LENGTH(p.workshop_number) + OCTET_LENGTH(p.sales_region) + OCTET_LENGTH(p.ingredients) \
                + OCTET_LENGTH(p.net_content) + OCTET_LENGTH(p.producer) + OCTET_LENGTH(p.storage) AS BIGINT) \
         FROM products p WHERE ",
        filtered!(),
        " ORDER BY p.id + 0"
    ))
    .bind(filter.team.get())
    .bind(filter.status.map(str::to_owned))
    .bind(filter.text.to_owned())
    .bind(filter.category.map(CategoryId::get))
    .bind(filter.village.map(VillageId::get))
    .bind(level)
    .bind(today)
    .bind(pieces)
    .fetch_all(&mut *conn)
    .await?)
}

/// Whose variant has a code.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CodeOwnerRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
}

/// The product and the team of the variant with a code.
pub async fn find_code_team(conn: &mut Conn, code: &str) -> Result<Option<CodeOwnerRow>> {
    Ok(sql::query_as(
        "SELECT v.product_id, p.team_id FROM variants v JOIN products p ON p.id = v.product_id WHERE v.code = $1",
    )
    .bind(code.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// A preview that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PreviewRow {
    #[sqlx(try_from = "i64")]
    pub id: SheetPreviewId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub user_id: UserId,
    /// A word of [`domain::changes::ChangeSource`].
    pub source: String,
    /// JSON.
    pub content: String,
    pub created_at_ms: i64,
}

/// Keeps a preview.
pub async fn insert_preview(conn: &mut Conn, row: &PreviewRow) -> Result<()> {
    sql::query(
        "INSERT INTO sheet_previews (id, team_id, user_id, source, content, created_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.get())
    .bind(row.team_id.get())
    .bind(row.user_id.get())
    .bind(row.source.clone())
    .bind(row.content.clone())
    .bind(row.created_at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// A preview that was made for a team at `since_ms` or later.
pub async fn find_preview(
    conn: &mut Conn,
    id: SheetPreviewId,
    team: TeamId,
    since_ms: i64,
) -> Result<Option<PreviewRow>> {
    Ok(sql::query_as(
        "SELECT id, team_id, user_id, source, content, created_at_ms FROM sheet_previews \
         WHERE id = $1 AND team_id = $2 AND created_at_ms >= $3",
    )
    .bind(id.get())
    .bind(team.get())
    .bind(since_ms)
    .fetch_optional(&mut *conn)
    .await?)
}

/// The previews that somebody has, the latest first.
pub async fn list_previews_of(conn: &mut Conn, user: UserId) -> Result<Vec<i64>> {
    Ok(sql::query_scalar("SELECT id FROM sheet_previews WHERE user_id = $1 ORDER BY id DESC")
        .bind(user.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// Previews older than `before_ms`.
pub async fn list_old_previews(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<i64>> {
    Ok(sql::query_scalar("SELECT id FROM sheet_previews WHERE created_at_ms < $1 ORDER BY id LIMIT $2")
        .bind(before_ms)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?)
}

/// Takes a preview for this transaction; false when it is forgotten.
pub async fn lock_preview(conn: &mut Conn, id: SheetPreviewId) -> Result<bool> {
    let taken = sql::query("UPDATE sheet_previews SET created_at_ms = created_at_ms WHERE id = $1")
        .bind(id.get())
        .execute(&mut *conn)
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// Forgets a preview with what became of it.
pub async fn delete_preview(conn: &mut Conn, id: SheetPreviewId) -> Result<()> {
    // Whoever is applying it ends first, so that none of its outcomes comes after they were forgotten.
    lock_preview(conn, id).await?;
    sql::query("DELETE FROM sheet_outcomes WHERE preview_id = $1").bind(id.get()).execute(&mut *conn).await?;
    sql::query("DELETE FROM sheet_previews WHERE id = $1").bind(id.get()).execute(&mut *conn).await?;
    Ok(())
}

/// What became of a product of a preview.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutcomeRow {
    /// Its place in the preview, from 0.
    pub item: i64,
    pub product_id: Option<i64>,
    pub outcome: String,
    /// JSON.
    pub problems: String,
}

/// What it says of a product that was applied: nothing is written over it.
pub const DONE: &str = "done";

/// Notes what became of a product of a preview, in place of an earlier refusal. False when it was applied before.
///
/// On PostgreSQL a second transaction with the same product of the preview waits here until the first has ended.
pub async fn note_outcome(conn: &mut Conn, preview: SheetPreviewId, row: &OutcomeRow) -> Result<bool> {
    let noted = sql::query(
        "INSERT INTO sheet_outcomes (preview_id, item, product_id, outcome, problems) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (preview_id, item) DO UPDATE \
         SET product_id = excluded.product_id, outcome = excluded.outcome, problems = excluded.problems \
         WHERE sheet_outcomes.outcome <> 'done'",
    )
    .bind(preview.get())
    .bind(row.item)
    .bind(row.product_id)
    .bind(row.outcome.clone())
    .bind(row.problems.clone())
    .execute(&mut *conn)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// What became of the products of a preview, in their order.
pub async fn list_outcomes(conn: &mut Conn, preview: SheetPreviewId) -> Result<Vec<OutcomeRow>> {
    Ok(sql::query_as(
        "SELECT item, product_id, outcome, problems FROM sheet_outcomes WHERE preview_id = $1 ORDER BY item",
    )
    .bind(preview.get())
    .fetch_all(&mut *conn)
    .await?)
}
