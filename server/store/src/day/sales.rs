//! What a team sold, from kept figures: by day, by product, by village.

use domain::ids::TeamId;
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// What a team sold on one day.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DaySalesRow {
    /// Days since 1970-01-01, in China.
    pub day_number: i64,
    pub order_count: i64,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// What a team sold on each day from `from_day` until before `until_day` on which it sold anything.
pub async fn list_day_sales(
    conn: &mut Conn,
    team: TeamId,
    from_day: i64,
    until_day: i64,
) -> Result<Vec<DaySalesRow>> {
    Ok(sql::query_as::<DaySalesRow>(
        "SELECT day_number, order_count, amount_fen FROM sales_days
          WHERE kind = 'team' AND subject_id = $1 AND day_number >= $2 AND day_number < $3 ORDER BY day_number",
    )
    .bind(team.get())
    .bind(from_day)
    .bind(until_day)
    .fetch_all(&mut *conn)
    .await?)
}

/// What a team sold of one product, or for one village.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PartSalesRow {
    /// The product or the village.
    pub id: i64,
    pub name: String,
    pub name_en: String,
    /// On the last of the days.
    #[sqlx(try_from = "i64")]
    pub today_fen: Fen,
    /// On all of the days.
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// What a team sold of each product from `from_day` to `last_day`, the most first.
pub async fn list_product_sales(
    conn: &mut Conn,
    team: TeamId,
    from_day: i64,
    last_day: i64,
    limit: i64,
) -> Result<Vec<PartSalesRow>> {
    Ok(sql::query_as::<PartSalesRow>(
        "SELECT p.id, p.name, p.name_en, s.today_fen, s.amount_fen
           FROM (SELECT d.product_id,
                        CAST(SUM(CASE WHEN d.day_number = $3 THEN d.amount_fen ELSE 0 END) AS BIGINT) AS today_fen,
                        CAST(SUM(d.amount_fen) AS BIGINT) AS amount_fen
                   FROM team_days d WHERE d.team_id = $1 AND d.day_number >= $2 AND d.day_number <= $3
                  GROUP BY d.product_id) s CROSS JOIN products p
          WHERE p.id = s.product_id AND s.amount_fen > 0 ORDER BY s.amount_fen DESC, p.id LIMIT $4",
    )
    .bind(team.get())
    .bind(from_day)
    .bind(last_day)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// What a team sold for each village from `from_day` to `last_day`, the most first.
pub async fn list_village_sales(
    conn: &mut Conn,
    team: TeamId,
    from_day: i64,
    last_day: i64,
    limit: i64,
) -> Result<Vec<PartSalesRow>> {
    Ok(sql::query_as::<PartSalesRow>(
        "SELECT v.id, v.name, v.name_en, s.today_fen, s.amount_fen
           FROM (SELECT d.collective_id,
                        CAST(SUM(CASE WHEN d.day_number = $3 THEN d.amount_fen ELSE 0 END) AS BIGINT) AS today_fen,
                        CAST(SUM(d.amount_fen) AS BIGINT) AS amount_fen
                   FROM team_days d WHERE d.team_id = $1 AND d.day_number >= $2 AND d.day_number <= $3
                  GROUP BY d.collective_id) s CROSS JOIN collectives k CROSS JOIN villages v
          WHERE k.id = s.collective_id AND v.id = k.village_id AND s.amount_fen > 0
          ORDER BY s.amount_fen DESC, v.id LIMIT $4",
    )
    .bind(team.get())
    .bind(from_day)
    .bind(last_day)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
