//! What lies at a place of dispatch, and what was counted: by place, by product, by day.

use domain::ids::{BatchId, PlaceId, ProductId, TeamId};
use domain::stock::BatchStock;

use crate::listing::ChoiceRow;
use crate::{Conn, Result, sql};

/// A batch where it lies. Quantities are base units.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ShelfRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub code: String,
    #[sqlx(try_from = "i64")]
    pub place_id: PlaceId,
    pub place_name: String,
    pub produced_on: String,
    pub expires_on: Option<String>,
    /// What the team said for the product; `None` for the shop's rule.
    pub near_expiry_percent: Option<i64>,
    pub recalled_at_ms: Option<i64>,
    pub received: i64,
    pub available: i64,
    pub held: i64,
    pub sold: i64,
    pub written_off: i64,
}

impl ShelfRow {
    /// Its quantities.
    #[must_use]
    pub const fn stock(&self) -> BatchStock {
        BatchStock {
            received: self.received,
            available: self.available,
            held: self.held,
            sold: self.sold,
            written_off: self.written_off,
        }
    }
}

macro_rules! shelf {
    ($rest:literal) => {
        concat!(
            "SELECT b.id AS batch_id, p.id AS product_id, p.name, p.name_en, p.base_unit, b.code, d.id AS place_id,
                    d.name AS place_name, b.produced_on, b.expires_on, t.near_expiry_percent, b.recalled_at_ms,
                    b.received, b.available, b.held, b.sold, b.written_off
               FROM products p
               JOIN batches b ON b.product_id = p.id
               JOIN dispatch_places d ON d.id = COALESCE(b.place_id, p.place_id)
               LEFT JOIN stock_thresholds t ON t.product_id = p.id
              WHERE p.team_id = $1 ",
            $rest
        )
    };
}

/// A team's batches that lie at a place: first those of which something is for sale or set aside, of either the youngest
/// first, at most `limit`.
pub async fn list_shelf(conn: &mut Conn, team: TeamId, place: PlaceId, limit: i64) -> Result<Vec<ShelfRow>> {
    Ok(sql::query_as::<ShelfRow>(shelf!(
        "AND d.id = $2
              ORDER BY CASE WHEN b.available + b.held > 0 THEN 0 ELSE 1 END, b.id DESC LIMIT $3"
    ))
    .bind(team.get())
    .bind(place.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// One batch of a team, wherever it lies.
pub async fn find_shelf_batch(conn: &mut Conn, team: TeamId, batch: BatchId) -> Result<Option<ShelfRow>> {
    Ok(sql::query_as::<ShelfRow>(shelf!("AND b.id = $2"))
        .bind(team.get())
        .bind(batch.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// What [`super::list_sold_to_pack`] answers of a product, of all products of a team: found from its parcels, which are few.
pub async fn list_team_to_pack(conn: &mut Conn, team: TeamId) -> Result<Vec<(i64, i64)>> {
    Ok(sql::query_as::<(i64, i64)>(
        "SELECT s.batch_id, CAST(SUM(s.base_quantity) AS BIGINT)
           FROM (SELECT a.batch_id, a.base_quantity
                   FROM parcels p
                   JOIN order_lines l ON l.parcel_id = p.id
                   JOIN allocations a ON a.line_id = l.id AND a.status = 'sold'
                  WHERE p.team_id = $1 AND p.status = 'to_pack'
                 UNION ALL
                 SELECT g.batch_id, g.base_quantity
                   FROM parcels p
                   JOIN after_sales f ON f.replacement_parcel_id = p.id
                   JOIN after_sale_goods g ON g.after_sale_id = f.id AND g.status = 'sold'
                  WHERE p.team_id = $1 AND p.status = 'to_pack'
                 UNION ALL
                 SELECT g.batch_id, -g.base_quantity
                   FROM parcels p
                   JOIN order_lines l ON l.parcel_id = p.id
                   JOIN after_sale_goods g ON g.line_id = l.id AND g.status IN ('restocked', 'written_off')
                  WHERE p.team_id = $1 AND p.status = 'to_pack') AS s
          GROUP BY s.batch_id HAVING SUM(s.base_quantity) > 0 ORDER BY s.batch_id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Which lines of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountFilter {
    pub team: TeamId,
    pub place: Option<PlaceId>,
    pub product: Option<ProductId>,
    /// From this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

/// A line of a count with what was counted where.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CountLineRow {
    pub stocktake_id: i64,
    pub at_ms: i64,
    pub user_name: String,
    pub note: String,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    pub base_unit: String,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub code: String,
    pub place_name: String,
    /// A word of [`domain::stock::movement::CountReason`]; empty where none was given.
    pub reason: String,
    pub expected: i64,
    pub counted: i64,
}

/// The lines of a team's counts, the latest first. The place is where the batch lay when it was counted; of counts from
/// before that was written down, where it lies.
pub async fn list_count_lines(
    conn: &mut Conn,
    filter: &CountFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<CountLineRow>> {
    Ok(sql::query_as::<CountLineRow>(
        "SELECT s.id AS stocktake_id, s.at_ms, u.display_name AS user_name, s.note, p.id AS product_id, p.name,
                p.name_en, p.base_unit, b.id AS batch_id, b.code, d.name AS place_name,
                COALESCE(m.reason, '') AS reason, l.expected, l.counted
           FROM products p
           JOIN stocktakes s ON s.product_id = p.id
           JOIN users u ON u.id = s.user_id
           JOIN stocktake_lines l ON l.stocktake_id = s.id
           JOIN batches b ON b.id = l.batch_id
           LEFT JOIN stock_movements m ON m.batch_id = l.batch_id AND m.cause_id = s.id AND m.kind = 'count'
           JOIN dispatch_places d ON d.id = COALESCE(m.place_id, b.place_id, p.place_id)
          WHERE p.team_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR d.id = $2)
            AND (CAST($3 AS BIGINT) IS NULL OR p.id + 0 = $3) AND s.at_ms >= $4 AND s.at_ms < $5
          ORDER BY s.at_ms DESC, s.id DESC, b.id LIMIT $6 OFFSET $7",
    )
    .bind(filter.team.get())
    .bind(filter.place.map(PlaceId::get))
    .bind(filter.product.map(ProductId::get))
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *conn)
    .await?)
}

/// The products of a team that were ever counted.
pub async fn list_counted_products(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT p.id, p.name, p.name_en FROM products p
          WHERE p.team_id = $1 AND EXISTS (SELECT 1 FROM stocktakes s WHERE s.product_id = p.id)
          ORDER BY p.name, p.id + 0",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
