//! All batches of a team.

use domain::ids::{BatchId, ProductId, TeamId, VillageId};

use crate::{Conn, Result, sql};

/// A batch with its product. Quantities are base units.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TeamBatchRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub code: String,
    /// Where it lies.
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

/// A team's batches: with `has_rest` those of which something is for sale or set aside, the first to expire first; otherwise
/// the others, the youngest first. Of a village those that have harvest of it.
pub async fn list_team_batches(
    conn: &mut Conn,
    team: TeamId,
    has_rest: bool,
    village: Option<VillageId>,
    limit: i64,
) -> Result<Vec<TeamBatchRow>> {
    Ok(sql::query_as::<TeamBatchRow>(
        "SELECT b.id AS batch_id, p.id AS product_id, p.name, p.name_en, p.base_unit, b.code, d.name AS place_name,
                b.produced_on, b.expires_on, t.near_expiry_percent, b.recalled_at_ms, b.received, b.available, b.held,
                b.sold, b.written_off
           FROM products p
           JOIN batches b ON b.product_id = p.id
           JOIN dispatch_places d ON d.id = COALESCE(b.place_id, p.place_id)
           LEFT JOIN stock_thresholds t ON t.product_id = p.id
          WHERE p.team_id = $1 AND CASE WHEN b.available + b.held > 0 THEN 1 ELSE 0 END = $2
            AND (CAST($4 AS BIGINT) IS NULL
                 OR EXISTS (SELECT 1 FROM batch_inputs i WHERE i.batch_id = b.id AND i.village_id = $4))
          ORDER BY CASE WHEN $2 = 1 THEN COALESCE(b.expires_on, '9999-12-31') ELSE '' END,
                   CASE WHEN $2 = 1 THEN b.id ELSE -b.id END
          LIMIT $3",
    )
    .bind(team.get())
    .bind(i64::from(has_rest))
    .bind(limit)
    .bind(village.map(VillageId::get))
    .fetch_all(&mut *conn)
    .await?)
}
