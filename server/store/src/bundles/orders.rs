//! The boxes of orders: which of an order's lines were bought as one.

use domain::ids::{LineId, OrderBundleId, OrderId, PlaceId, ProductId, TeamId, VariantId};
use domain::money::Fen;
use domain::parcel::ParcelStatus;

use crate::{Conn, Result, sql};

/// Boxes that were ordered, with their name of that day.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderBundleRow {
    #[sqlx(try_from = "i64")]
    pub id: OrderBundleId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_code: String,
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub unit_price_fen: Fen,
    pub quantity: i64,
    /// What its lines add up to.
    #[sqlx(try_from = "i64")]
    pub net_fen: Fen,
}

pub async fn insert_order_bundle(conn: &mut Conn, row: &OrderBundleRow) -> Result<()> {
    sql::query(
        "INSERT INTO order_bundles (id, order_id, product_id, variant_id, product_name, product_name_en, variant_code,
                unit, unit_price_fen, quantity, net_fen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.id.get())
    .bind(row.order_id.get())
    .bind(row.product_id.get())
    .bind(row.variant_id.get())
    .bind(row.product_name.clone())
    .bind(row.product_name_en.clone())
    .bind(row.variant_code.clone())
    .bind(row.unit.clone())
    .bind(row.unit_price_fen.get())
    .bind(row.quantity)
    .bind(row.net_fen.get())
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a line is part of a box.
pub async fn insert_order_bundle_line(conn: &mut Conn, line: LineId, bundle: OrderBundleId) -> Result<()> {
    sql::query("INSERT INTO order_bundle_lines (line_id, bundle_id) VALUES ($1, $2)")
        .bind(line.get())
        .bind(bundle.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// A line of an order and the box that it is a part of.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LineBundleRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(flatten)]
    pub bundle: OrderBundleRow,
}

/// The columns of a [`LineBundleRow`] of box `g` with line `x`.
macro_rules! line_bundle_columns {
    () => {
        "x.line_id, g.id, g.order_id, g.product_id, g.variant_id, g.product_name, g.product_name_en, g.variant_code,
                g.unit, g.unit_price_fen, g.quantity, g.net_fen"
    };
}

/// The lines of an order that are parts of boxes, box by box.
pub async fn list_line_bundles(conn: &mut Conn, order: OrderId) -> Result<Vec<LineBundleRow>> {
    Ok(sql::query_as::<LineBundleRow>(concat!(
        "SELECT ",
        line_bundle_columns!(),
        " FROM order_bundles g JOIN order_bundle_lines x ON x.bundle_id = g.id
          WHERE g.order_id = $1 ORDER BY g.id, x.line_id"
    ))
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// The same of a team's parcels in one state, of those that have waited longest.
pub async fn list_team_line_bundles(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<LineBundleRow>> {
    Ok(sql::query_as::<LineBundleRow>(concat!(
        "SELECT ",
        line_bundle_columns!(),
        "
           FROM (SELECT id FROM parcels
                  WHERE team_id = $1 AND status = $2 AND (CAST($4 AS BIGINT) IS NULL OR place_id + 0 = $4)
                  ORDER BY created_at_ms, id LIMIT $3) AS c
           JOIN order_lines l ON l.parcel_id = c.id
           JOIN order_bundle_lines x ON x.line_id = l.id
           JOIN order_bundles g ON g.id = x.bundle_id
          ORDER BY g.id, x.line_id"
    ))
    .bind(team.get())
    .bind(status.as_str())
    .bind(limit)
    .bind(place.map(PlaceId::get))
    .fetch_all(conn)
    .await?)
}
