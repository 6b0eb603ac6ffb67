//! What was done to batches, as pages list it.

use domain::ids::{BatchId, MovementId, PlaceId, ProductId, TeamId};
use domain::stock::movement::MovementKind;

use crate::listing::ChoiceRow;
use crate::{Conn, Result, sql};

/// A movement as its page lists it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MovementRow {
    #[sqlx(try_from = "i64")]
    pub id: MovementId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub batch_code: String,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub product_name: String,
    pub product_name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    #[sqlx(try_from = "String")]
    pub kind: MovementKind,
    pub reason: String,
    pub received_change: i64,
    pub written_off_change: i64,
    pub counterpart_code: Option<String>,
    pub from_place: Option<String>,
    pub place: Option<String>,
    pub cause_id: Option<i64>,
    /// Of a correction of its days: as they were, as they are.
    pub former_produced_on: Option<String>,
    pub former_expires_on: Option<String>,
    pub produced_on: Option<String>,
    pub expires_on: Option<String>,
    pub note: String,
    pub user_name: Option<String>,
    pub at_ms: i64,
}

/// Whose movements are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementsOf {
    Product(ProductId),
    /// All products of a team, or the one that is named if it is the team's.
    Team(TeamId, Option<ProductId>),
}

/// Which movements are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovementFilter<'a> {
    pub of: MovementsOf,
    /// Of one batch; `None` for all.
    pub batch: Option<BatchId>,
    /// What the codes of their batches contain, in lower case; blank for all.
    pub code: &'a str,
    /// Where goods were carried from or to, or counted; of other movements where the batch lies. `None` for all.
    pub place: Option<PlaceId>,
    /// Of one kind; `None` for all.
    pub kind: Option<MovementKind>,
    /// From this moment until before that one.
    pub from_ms: i64,
    pub until_ms: i64,
}

impl MovementFilter<'_> {
    /// Everything that was done to a product, or to one of its batches.
    #[must_use]
    pub const fn all(product: ProductId, batch: Option<BatchId>) -> Self {
        Self { batch, ..Self::whole(MovementsOf::Product(product)) }
    }

    /// Everything that was done to a product or to the goods of a team.
    #[must_use]
    pub const fn whole(of: MovementsOf) -> Self {
        Self { of, batch: None, code: "", place: None, kind: None, from_ms: i64::MIN, until_ms: i64::MAX }
    }
}

/// What was done to the products that `$whose` says: found from their batches, whose movements stand together in an index. A
/// movement cannot name its team, since rows from before would never get one: none is ever changed. What the code contains is
/// what vanishes from it, so that nothing typed is a pattern.
macro_rules! movements {
    ($whose:literal) => {
        concat!(
            "SELECT m.id, m.batch_id, b.code AS batch_code, p.id AS product_id, p.name AS product_name,
                    p.name_en AS product_name_en, p.base_unit, m.kind, m.reason, m.received_change,
                    m.written_off_change, c.code AS counterpart_code, f.name AS from_place, t.name AS place, m.cause_id,
                    m.former_produced_on, m.former_expires_on, m.produced_on, m.expires_on, m.note,
                    u.display_name AS user_name, m.at_ms
               FROM products p
               JOIN batches b ON b.product_id = p.id
               JOIN stock_movements m ON m.batch_id = b.id
               LEFT JOIN batches c ON c.id = m.counterpart_id
               LEFT JOIN dispatch_places f ON f.id = m.from_place_id
               LEFT JOIN dispatch_places t ON t.id = m.place_id
               LEFT JOIN users u ON u.id = m.user_id
              WHERE ",
            $whose,
            " AND (CAST($2 AS BIGINT) IS NULL OR b.id = $2) AND m.id < $3
                AND CAST($5 AS TEXT) IN ('', m.kind) AND m.at_ms >= $6 AND m.at_ms < $7
                AND (CAST($8 AS TEXT) = '' OR REPLACE(LOWER(b.code), $8, '') <> LOWER(b.code))
                AND (CAST($9 AS BIGINT) IS NULL
                     OR $9 IN (m.from_place_id, COALESCE(m.place_id, b.place_id, p.place_id)))
             UNION ALL
             SELECT g.id, g.batch_id, b.code, p.id, p.name, p.name_en, p.base_unit, 'returned', '', CAST(0 AS BIGINT),
                    g.base_quantity, NULL, NULL, NULL, g.after_sale_id, NULL, NULL, NULL, NULL, '', NULL,
                    COALESCE(s.taken_back_at_ms, s.asked_at_ms)
               FROM products p
               JOIN batches b ON b.product_id = p.id
               JOIN after_sale_goods g ON g.batch_id = b.id AND g.status = 'written_off'
               JOIN after_sales s ON s.id = g.after_sale_id
              WHERE ",
            $whose,
            " AND (CAST($2 AS BIGINT) IS NULL OR b.id = $2) AND g.id < $3
                AND CAST($5 AS TEXT) IN ('', 'returned') AND COALESCE(s.taken_back_at_ms, s.asked_at_ms) >= $6
                AND COALESCE(s.taken_back_at_ms, s.asked_at_ms) < $7
                AND (CAST($8 AS TEXT) = '' OR REPLACE(LOWER(b.code), $8, '') <> LOWER(b.code))
                AND (CAST($9 AS BIGINT) IS NULL OR COALESCE(b.place_id, p.place_id) = $9)
              ORDER BY 1 DESC LIMIT $4"
        )
    };
}

/// What was done: latest first, those noted before `before`, at most `limit`. What came back from a buyer and is lost is read
/// from its after-sale, which keeps it.
pub async fn list_movements(
    conn: &mut Conn,
    filter: MovementFilter<'_>,
    before: i64,
    limit: i64,
) -> Result<Vec<MovementRow>> {
    let (statement, named) = match filter.of {
        MovementsOf::Product(product) => {
            let text = movements!("p.id = $1 AND CAST($10 AS BIGINT) IS NULL");
            (sql::query_as::<MovementRow>(text).bind(product.get()), None)
        }
        MovementsOf::Team(team, named) => {
            let text = movements!("p.team_id = $1 AND (CAST($10 AS BIGINT) IS NULL OR p.id + 0 = $10)");
            (sql::query_as::<MovementRow>(text).bind(team.get()), named)
        }
    };
    Ok(statement
        .bind(filter.batch.map(BatchId::get))
        .bind(before)
        .bind(limit)
        .bind(filter.kind.map_or("", MovementKind::as_str))
        .bind(filter.from_ms)
        .bind(filter.until_ms)
        .bind(filter.code.to_owned())
        .bind(filter.place.map(PlaceId::get))
        .bind(named.map(ProductId::get))
        .fetch_all(&mut *conn)
        .await?)
}

/// The products of a team to which anything was ever done.
pub async fn list_moved_products(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT p.id, p.name, p.name_en FROM products p
          WHERE p.team_id = $1
            AND EXISTS (SELECT 1 FROM batches b JOIN stock_movements m ON m.batch_id = b.id WHERE b.product_id = p.id)
          ORDER BY p.name, p.id + 0",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
