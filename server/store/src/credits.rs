//! Credits (业绩归属) read and taken back: which cadre, team and unit brought what. A note of merit, never a commission.
//!
//! A credit is noted once ([`crate::books::insert_credit`]) and stays; a refund adds a reversal beside it. What counts is
//! the credit less its reversals.

use domain::ids::{CreditId, LineId, OrderId, RefundId, TeamId};
use domain::money::Fen;

use crate::county::SalesRow;
use crate::{Conn, Result, figures, sql};

/// What a line brought to whom, and how much of it is left.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LeftCreditRow {
    #[sqlx(try_from = "i64")]
    pub id: CreditId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub unit_id: Option<i64>,
    pub cadre_id: Option<i64>,
    /// After reversals.
    #[sqlx(try_from = "i64")]
    pub left_fen: Fen,
}

/// The credits of an order's lines, in the order in which they were noted.
pub async fn list_order_credits(conn: &mut Conn, order: OrderId) -> Result<Vec<LeftCreditRow>> {
    Ok(sql::query_as::<LeftCreditRow>(
        "SELECT c.id, c.line_id, c.team_id, c.unit_id, c.cadre_id,
                c.amount_fen - COALESCE((SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r
                                          WHERE r.credit_id = c.id), 0) AS left_fen
           FROM credits c WHERE c.order_id = $1 ORDER BY c.id",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Takes `amount` (above zero) of a credit back because of a refund; a refund takes from a credit once.
pub async fn insert_reversal(
    conn: &mut Conn,
    credit: CreditId,
    refund: RefundId,
    amount: Fen,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO credit_reversals (credit_id, refund_id, amount_fen, reversed_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (credit_id, refund_id) DO NOTHING",
    )
    .bind(credit.get())
    .bind(refund.get())
    .bind(amount.get())
    .bind(at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Cadres with what they brought from `from_ms` until before `until_ms`, best first; `above` is the village they are
/// posted to and `slug` the village's.
pub async fn list_cadre_sales(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<SalesRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as::<SalesRow>(
        "SELECT v.slug, d.title AS name, d.title_en AS name_en, v.name AS above, v.name_en AS above_en,
                CAST(SUM(s.order_count) AS BIGINT) AS order_count, CAST(SUM(s.amount_fen) AS BIGINT) AS amount_fen
           FROM cadres d
           JOIN villages v ON v.id = d.village_id
           JOIN sales_days s ON s.kind = 'cadre' AND s.subject_id = d.id AND s.day_number >= $1 AND s.day_number < $2
          GROUP BY d.id, d.title, d.title_en, v.slug, v.name, v.name_en
         HAVING SUM(s.amount_fen) > 0
          ORDER BY CAST(SUM(s.amount_fen) AS BIGINT) DESC, d.id",
    )
    .bind(from_day)
    .bind(until_day)
    .fetch_all(conn)
    .await?)
}

/// Units with what the cadres whom they posted brought from `from_ms` until before `until_ms`, best first.
pub async fn list_sending_unit_sales(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<SalesRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as::<SalesRow>(
        "SELECT u.slug, u.name, u.name_en, '' AS above, '' AS above_en,
                CAST(SUM(s.order_count) AS BIGINT) AS order_count, CAST(SUM(s.amount_fen) AS BIGINT) AS amount_fen
           FROM units u
           JOIN sales_days s ON s.kind = 'sending_unit' AND s.subject_id = u.id
                AND s.day_number >= $1 AND s.day_number < $2
          GROUP BY u.id, u.slug, u.name, u.name_en
         HAVING SUM(s.amount_fen) > 0
          ORDER BY CAST(SUM(s.amount_fen) AS BIGINT) DESC, u.id",
    )
    .bind(from_day)
    .bind(until_day)
    .fetch_all(conn)
    .await?)
}

/// The cadres to whom a unit's own purchases between two moments are credited; columns as in [`list_cadre_sales`].
pub async fn list_cadres_of_purchases(
    conn: &mut Conn,
    unit: i64,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<SalesRow>> {
    Ok(sql::query_as::<SalesRow>(
        "WITH kept (cadre_id, order_id, left_fen) AS (
             SELECT c.cadre_id, c.order_id,
                    c.amount_fen - COALESCE((SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM credit_reversals r
                                              WHERE r.credit_id = c.id), 0)
               FROM credits c JOIN orders o ON o.id = c.order_id
              WHERE c.unit_id = $1 AND o.paid_at_ms >= $2 AND o.paid_at_ms < $3)
         SELECT v.slug, d.title AS name, d.title_en AS name_en, v.name AS above, v.name_en AS above_en,
                COUNT(DISTINCT k.order_id) AS order_count, CAST(SUM(k.left_fen) AS BIGINT) AS amount_fen
           FROM kept k JOIN cadres d ON d.id = k.cadre_id JOIN villages v ON v.id = d.village_id
          WHERE k.left_fen > 0
          GROUP BY d.id, d.title, d.title_en, v.slug, v.name, v.name_en
          ORDER BY CAST(SUM(k.left_fen) AS BIGINT) DESC, d.id",
    )
    .bind(unit)
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(conn)
    .await?)
}
