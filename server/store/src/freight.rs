//! What a seller says of sending: freight templates, places of dispatch, sizes of packed goods; and the surcharge that an
//! order was placed with.
//!
//! The rows by which freight is quoted are read by [`crate::catalogue::get_freight_template`].

mod places;

use domain::freight::PackedSize;
use domain::ids::{FreightTemplateId, OrderId, ProductId, TeamId, VariantId};
use domain::money::Fen;

use crate::catalogue::FreightRowRow;
use crate::listing::ChoiceRow;
use crate::{Conn, Result, sql};

pub use places::{
    DispatchPlaceRow, find_place, insert_place, list_places, lock_place, put_default_place,
    set_place_retired, update_place,
};

/// A template as its team sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TeamTemplateRow {
    #[sqlx(try_from = "i64")]
    pub id: FreightTemplateId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub name: String,
    /// `piece`, `weight` or `volume`.
    pub basis: String,
    pub free_from_fen: Option<i64>,
    pub free_from_count: Option<i64>,
    /// Counts the edits.
    pub version: i64,
    /// Since when no product can choose it.
    pub retired_at_ms: Option<i64>,
    /// 1 for what the team's new products begin with.
    pub is_default: i64,
    /// Products in the shop that are sent by it.
    pub published: i64,
}

macro_rules! templates {
    ($where:literal) => {
        concat!(
            "SELECT t.id, t.team_id, t.name, t.basis, t.free_from_fen, t.free_from_count, t.version, t.retired_at_ms,
                CAST(CASE WHEN s.template_id = t.id THEN 1 ELSE 0 END AS BIGINT) AS is_default,
                (SELECT COUNT(*) FROM products p
                    WHERE p.freight_template_id = t.id AND p.status = 'published'
                        AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)) AS published
             FROM freight_templates t LEFT JOIN team_sending s ON s.team_id = t.team_id WHERE ",
            $where
        )
    };
}

/// A team's templates, retired ones among them, in the order in which they were made.
pub async fn list_templates(conn: &mut Conn, team: TeamId) -> Result<Vec<TeamTemplateRow>> {
    Ok(sql::query_as(templates!("t.team_id = $1 ORDER BY t.id"))
        .bind(team.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// One template.
pub async fn find_template(conn: &mut Conn, id: FreightTemplateId) -> Result<Option<TeamTemplateRow>> {
    Ok(sql::query_as(templates!("t.id = $1")).bind(id.get()).fetch_optional(&mut *conn).await?)
}

/// Takes a template for this transaction, raises its version and gives the new one.
pub async fn lock_template(conn: &mut Conn, id: FreightTemplateId) -> Result<Option<i64>> {
    Ok(sql::query_scalar::<i64>(
        "UPDATE freight_templates SET version = version + 1 WHERE id = $1 RETURNING version",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// What is written of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateContent {
    pub name: String,
    /// `piece`, `weight` or `volume`.
    pub basis: String,
    pub free_from_fen: Option<i64>,
    pub free_from_count: Option<i64>,
    /// In their order.
    pub rows: Vec<FreightRowRow>,
}

/// Writes a new template.
pub async fn insert_template(
    conn: &mut Conn,
    id: FreightTemplateId,
    team: TeamId,
    content: &TemplateContent,
) -> Result<()> {
    sql::query(
        "INSERT INTO freight_templates (id, team_id, name, basis, free_from_fen, free_from_count) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.get())
    .bind(team.get())
    .bind(content.name.clone())
    .bind(content.basis.clone())
    .bind(content.free_from_fen)
    .bind(content.free_from_count)
    .execute(&mut *conn)
    .await?;
    insert_rows(conn, id, &content.rows).await
}

/// Writes a template anew, with all its rows.
pub async fn update_template(
    conn: &mut Conn,
    id: FreightTemplateId,
    content: &TemplateContent,
) -> Result<()> {
    sql::query(
        "UPDATE freight_templates SET name = $2, basis = $3, free_from_fen = $4, free_from_count = $5 WHERE id = $1",
    )
    .bind(id.get())
    .bind(content.name.clone())
    .bind(content.basis.clone())
    .bind(content.free_from_fen)
    .bind(content.free_from_count)
    .execute(&mut *conn)
    .await?;
    sql::query("DELETE FROM freight_rows WHERE template_id = $1").bind(id.get()).execute(&mut *conn).await?;
    insert_rows(conn, id, &content.rows).await
}

async fn insert_rows(conn: &mut Conn, id: FreightTemplateId, rows: &[FreightRowRow]) -> Result<()> {
    for (position, row) in (0_i64..).zip(rows) {
        sql::query(
            "INSERT INTO freight_rows (template_id, position, region_prefixes, refused, first_quantity, \
                first_fee_fen, step_quantity, step_fee_fen, surcharge_fen, free_kind, free_from_fen, \
                free_from_count) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(id.get())
        .bind(position)
        .bind(row.region_prefixes.clone())
        .bind(row.refused)
        .bind(row.first_quantity)
        .bind(row.first_fee_fen)
        .bind(row.step_quantity)
        .bind(row.step_fee_fen)
        .bind(row.surcharge_fen)
        .bind(row.free_kind.clone())
        .bind(row.row_free_from_fen)
        .bind(row.row_free_from_count)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Since when a template is offered no longer; `None` offers it again.
pub async fn set_template_retired(conn: &mut Conn, id: FreightTemplateId, at_ms: Option<i64>) -> Result<()> {
    sql::query("UPDATE freight_templates SET retired_at_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(at_ms)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Makes a template what the team's new products begin with; `None` for the first that is offered.
pub async fn put_default_template(
    conn: &mut Conn,
    team: TeamId,
    template: Option<FreightTemplateId>,
) -> Result<()> {
    sql::query(
        "INSERT INTO team_sending (team_id, template_id) VALUES ($1, $2) \
         ON CONFLICT (team_id) DO UPDATE SET template_id = excluded.template_id",
    )
    .bind(team.get())
    .bind(template.map(FreightTemplateId::get))
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How many variants in the shop are sent by a template and have no size.
pub async fn count_sizeless(conn: &mut Conn, id: FreightTemplateId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM products p JOIN variants v ON v.product_id = p.id \
         WHERE p.freight_template_id = $1 AND p.status = 'published' AND v.active = 1 AND v.volume_cm3 = 0 \
            AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)",
    )
    .bind(id.get())
    .fetch_one(&mut *conn)
    .await?)
}

/// Templates and places of a team that are offered no longer, for products that still name them.
pub async fn list_retired_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT id, name, name AS name_en FROM freight_templates WHERE team_id = $1 AND retired_at_ms IS NOT NULL \
         UNION ALL \
         SELECT id, name, name AS name_en FROM dispatch_places WHERE team_id = $1 AND retired_at_ms IS NOT NULL",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// How a product is sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProductSendingRow {
    /// 1 when its place is offered no longer.
    pub is_place_retired: i64,
    /// 1 when its template is offered no longer.
    pub is_template_retired: i64,
    /// `piece`, `weight` or `volume`.
    pub basis: String,
}

/// How a product is sent; `None` when there is no such product.
pub async fn find_product_sending(conn: &mut Conn, product: ProductId) -> Result<Option<ProductSendingRow>> {
    Ok(sql::query_as(
        "SELECT CAST(CASE WHEN d.retired_at_ms IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_place_retired,
            CAST(CASE WHEN t.retired_at_ms IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_template_retired, t.basis
         FROM products p JOIN dispatch_places d ON d.id = p.place_id
            JOIN freight_templates t ON t.id = p.freight_template_id
         WHERE p.id = $1",
    )
    .bind(product.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// A variant with its size.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
struct SizeRow {
    #[sqlx(try_from = "i64")]
    variant_id: VariantId,
    length_mm: i64,
    width_mm: i64,
    height_mm: i64,
}

/// The sizes of a product's variants, as far as they were given.
pub async fn list_sizes(conn: &mut Conn, product: ProductId) -> Result<Vec<(VariantId, PackedSize)>> {
    let rows: Vec<SizeRow> = sql::query_as(
        "SELECT z.variant_id, z.length_mm, z.width_mm, z.height_mm \
         FROM variant_sizes z JOIN variants v ON v.id = z.variant_id WHERE v.product_id = $1",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?;
    let size = |row: SizeRow| {
        let SizeRow { variant_id, length_mm, width_mm, height_mm } = row;
        (variant_id, PackedSize { length_mm, width_mm, height_mm })
    };
    Ok(rows.into_iter().map(size).collect())
}

/// Says how large a packed variant is, and its volume with it; `None` takes both away.
pub async fn put_size(conn: &mut Conn, variant: VariantId, size: Option<PackedSize>) -> Result<()> {
    match size {
        Some(size) => {
            sql::query(
                "INSERT INTO variant_sizes (variant_id, length_mm, width_mm, height_mm) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (variant_id) DO UPDATE SET length_mm = excluded.length_mm, \
                    width_mm = excluded.width_mm, height_mm = excluded.height_mm",
            )
            .bind(variant.get())
            .bind(size.length_mm)
            .bind(size.width_mm)
            .bind(size.height_mm)
            .execute(&mut *conn)
            .await?;
        }
        None => {
            sql::query("DELETE FROM variant_sizes WHERE variant_id = $1")
                .bind(variant.get())
                .execute(&mut *conn)
                .await?;
        }
    }
    sql::query("UPDATE variants SET volume_cm3 = $2 WHERE id = $1")
        .bind(variant.get())
        .bind(size.map_or(0, |size| size.volume_cm3()))
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Keeps what of an order's freight is for its remote region.
pub async fn insert_surcharge(conn: &mut Conn, order: OrderId, surcharge: Fen) -> Result<()> {
    sql::query("INSERT INTO order_surcharges (order_id, surcharge_fen) VALUES ($1, $2)")
        .bind(order.get())
        .bind(surcharge.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// What of an order's freight was for its remote region when it was placed; zero for most orders.
pub async fn find_surcharge(conn: &mut Conn, order: OrderId) -> Result<Fen> {
    let fen = sql::query_scalar::<i64>("SELECT surcharge_fen FROM order_surcharges WHERE order_id = $1")
        .bind(order.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(fen.map_or(Fen::ZERO, Fen::new))
}

/// A variant to try a template with.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TrialVariantRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_name: String,
    pub variant_name_en: String,
}

/// The variants of a team's products changed last, at most `limit`; what is in gift boxes is sent as what it is.
pub async fn list_trial_variants(conn: &mut Conn, team: TeamId, limit: i64) -> Result<Vec<TrialVariantRow>> {
    Ok(sql::query_as(
        "SELECT v.id AS variant_id, p.name AS product_name, p.name_en AS product_name_en,
            v.name AS variant_name, v.name_en AS variant_name_en
         FROM products p JOIN variants v ON v.product_id = p.id
         WHERE p.team_id = $1 AND v.active = 1
            AND NOT EXISTS (SELECT 1 FROM bundles g WHERE g.product_id = p.id)
         ORDER BY p.updated_at_ms DESC, p.id DESC, v.position LIMIT $2",
    )
    .bind(team.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
