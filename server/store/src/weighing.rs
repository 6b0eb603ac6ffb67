//! Goods sold by weight: what a piece may weigh, what was agreed with an order, what the scales said.

mod check;

use domain::by_weight::{WeightError, WeightRange};
use domain::ids::{LineId, OrderId, ParcelId, PlaceId, ProductId, RefundId, TeamId, VariantId};
use domain::money::Fen;
use domain::parcel::ParcelStatus;

use crate::{Conn, Result, sql};

pub use check::list_wrong_weighings;

/// A variant that is sold by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct WeighedVariantRow {
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    /// What a kilogram costs, as typed; see [`WeightRange::per_kg`].
    #[sqlx(try_from = "i64")]
    pub per_kg_fen: Fen,
    pub least_g: i64,
    pub most_g: i64,
}

impl WeighedVariantRow {
    /// What a piece may weigh.
    ///
    /// # Errors
    /// [`WeightError::Range`] for what is none.
    pub const fn range(&self) -> std::result::Result<WeightRange, WeightError> {
        WeightRange::new(self.least_g, self.most_g)
    }
}

/// Sells a variant by weight, or changes how.
pub async fn put_weighed_variant(conn: &mut Conn, row: &WeighedVariantRow) -> Result<()> {
    sql::query(
        "INSERT INTO weighed_variants (variant_id, per_kg_fen, least_g, most_g) VALUES ($1, $2, $3, $4)
         ON CONFLICT (variant_id) DO UPDATE SET per_kg_fen = excluded.per_kg_fen, least_g = excluded.least_g,
                most_g = excluded.most_g",
    )
    .bind(row.variant_id.get())
    .bind(row.per_kg_fen.get())
    .bind(row.least_g)
    .bind(row.most_g)
    .execute(conn)
    .await?;
    Ok(())
}

/// Sells a variant by weight no longer. Orders keep what was agreed.
pub async fn delete_weighed_variant(conn: &mut Conn, variant: VariantId) -> Result<()> {
    sql::query("DELETE FROM weighed_variants WHERE variant_id = $1")
        .bind(variant.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// The variants of a product that are sold by weight.
pub async fn list_weighed_variants(conn: &mut Conn, product: ProductId) -> Result<Vec<WeighedVariantRow>> {
    Ok(sql::query_as::<WeighedVariantRow>(
        "SELECT y.variant_id, y.per_kg_fen, y.least_g, y.most_g
           FROM variants v JOIN weighed_variants y ON y.variant_id = v.id
          WHERE v.product_id = $1 ORDER BY y.variant_id",
    )
    .bind(product.get())
    .fetch_all(conn)
    .await?)
}

/// Freezes what is agreed of an order's lines: their variants may be sold otherwise tomorrow. Twice does nothing twice.
pub async fn insert_weighed_lines(conn: &mut Conn, order: OrderId) -> Result<()> {
    sql::query(
        "INSERT INTO weighed_lines (line_id, least_g, most_g)
         SELECT l.id, y.least_g, y.most_g
           FROM order_lines l JOIN weighed_variants y ON y.variant_id = l.variant_id
          WHERE l.order_id = $1
         ON CONFLICT (line_id) DO NOTHING",
    )
    .bind(order.get())
    .execute(conn)
    .await?;
    Ok(())
}

/// A line sold by weight, with what was paid for how many pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct WeighedLineRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    pub quantity: i64,
    #[sqlx(try_from = "i64")]
    pub net_fen: Fen,
    pub least_g: i64,
    pub most_g: i64,
    /// When its parcel left: since then its pieces cost what they weigh.
    pub charged_at_ms: Option<i64>,
    pub refund_id: Option<i64>,
}

/// A piece and what the scales said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct PieceRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    /// Which piece of the line, from 0.
    pub piece: i64,
    pub weight_g: i64,
    #[sqlx(try_from = "i64")]
    pub paid_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub charged_fen: Fen,
}

/// The lines of an order that are sold by weight.
pub async fn list_weighed_lines(conn: &mut Conn, order: OrderId) -> Result<Vec<WeighedLineRow>> {
    Ok(sql::query_as::<WeighedLineRow>(
        "SELECT y.line_id, l.parcel_id, l.quantity, l.net_fen, y.least_g, y.most_g, y.charged_at_ms, y.refund_id
           FROM order_lines l JOIN weighed_lines y ON y.line_id = l.id
          WHERE l.order_id = $1 ORDER BY l.position",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// The weighed pieces of an order, line by line in their order.
pub async fn list_pieces(conn: &mut Conn, order: OrderId) -> Result<Vec<PieceRow>> {
    Ok(sql::query_as::<PieceRow>(
        "SELECT x.line_id, x.piece, x.weight_g, x.paid_fen, x.charged_fen
           FROM order_lines l JOIN weighed_pieces x ON x.line_id = l.id
          WHERE l.order_id = $1 ORDER BY x.line_id, x.piece",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// The same lines of the parcels that [`crate::parcels::list_team_parcels`] lists.
pub async fn list_team_weighed_lines(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<WeighedLineRow>> {
    Ok(sql::query_as::<WeighedLineRow>(
        "SELECT y.line_id, l.parcel_id, l.quantity, l.net_fen, y.least_g, y.most_g, y.charged_at_ms, y.refund_id
           FROM (SELECT id, order_id FROM parcels
                  WHERE team_id = $1 AND status = $2 AND (CAST($4 AS BIGINT) IS NULL OR place_id + 0 = $4)
                  ORDER BY created_at_ms, id LIMIT $3) AS c
           JOIN order_lines l ON l.order_id = c.order_id AND l.parcel_id = c.id
           JOIN weighed_lines y ON y.line_id = l.id
          ORDER BY l.order_id, l.position",
    )
    .bind(team.get())
    .bind(status.as_str())
    .bind(limit)
    .bind(place.map(PlaceId::get))
    .fetch_all(conn)
    .await?)
}

/// The weighed pieces in them, line by line in their order.
pub async fn list_team_pieces(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<PieceRow>> {
    Ok(sql::query_as::<PieceRow>(
        "SELECT x.line_id, x.piece, x.weight_g, x.paid_fen, x.charged_fen
           FROM (SELECT id, order_id FROM parcels
                  WHERE team_id = $1 AND status = $2 AND (CAST($4 AS BIGINT) IS NULL OR place_id + 0 = $4)
                  ORDER BY created_at_ms, id LIMIT $3) AS c
           JOIN order_lines l ON l.order_id = c.order_id AND l.parcel_id = c.id
           JOIN weighed_pieces x ON x.line_id = l.id
          ORDER BY x.line_id, x.piece",
    )
    .bind(team.get())
    .bind(status.as_str())
    .bind(limit)
    .bind(place.map(PlaceId::get))
    .fetch_all(conn)
    .await?)
}

/// Writes down what the scales said of a line's pieces, in place of what was written before.
pub async fn replace_pieces(conn: &mut Conn, line: LineId, pieces: &[PieceRow]) -> Result<()> {
    sql::query("DELETE FROM weighed_pieces WHERE line_id = $1").bind(line.get()).execute(&mut *conn).await?;
    for row in pieces {
        sql::query(
            "INSERT INTO weighed_pieces (line_id, piece, weight_g, paid_fen, charged_fen)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(line.get())
        .bind(row.piece)
        .bind(row.weight_g)
        .bind(row.paid_fen.get())
        .bind(row.charged_fen.get())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The line's parcel leaves: its pieces cost what they weigh from now on, and `refund` gives back the rest.
pub async fn update_charged(
    conn: &mut Conn,
    line: LineId,
    refund: Option<RefundId>,
    now_ms: i64,
) -> Result<()> {
    sql::query("UPDATE weighed_lines SET charged_at_ms = $2, refund_id = $3 WHERE line_id = $1")
        .bind(line.get())
        .bind(now_ms)
        .bind(refund.map(RefundId::get))
        .execute(conn)
        .await?;
    Ok(())
}
