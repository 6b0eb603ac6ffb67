//! What the county sells, for its administrators: by village, team and unit, by day, and what is late.
//!
//! Sales are what was attributed and paid (`pending` or `available`) less what was reversed, counted at the moment it
//! became pending: the same figures as on the villages' pages.

use domain::money::Fen;
use domain::order::OrderStatus;

use crate::parcels::waits_since;
use crate::{Conn, Result, figures, sql};

/// The county's name.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CountyRow {
    pub name: String,
    pub name_en: String,
}

/// What was sold of one village, team or unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SalesRow {
    /// Its name in addresses.
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// What it belongs to: the village's town, the team's corps; empty for units.
    pub above: String,
    pub above_en: String,
    pub order_count: i64,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// How many orders are in a state, and what they are worth together.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OrderCountRow {
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    pub order_count: i64,
    #[sqlx(try_from = "i64")]
    pub total_fen: Fen,
}

/// A paid parcel that still lies at its place of dispatch.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LateParcelRow {
    pub order_number: String,
    pub team_name: String,
    pub team_name_en: String,
    pub place_name: String,
    /// Since it was paid for; one that replaces goods since it was granted.
    pub waits_since_ms: i64,
}

/// The county; a shop has one.
pub async fn find_county(conn: &mut Conn) -> Result<Option<CountyRow>> {
    Ok(sql::query_as::<CountyRow>("SELECT name, name_en FROM counties ORDER BY id LIMIT 1")
        .fetch_optional(conn)
        .await?)
}

/// Every village with its sales on the days that the span touches, best first; villages without sales too.
pub async fn list_village_sales(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<SalesRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as::<SalesRow>(
        "SELECT v.slug, v.name, v.name_en, t.name AS above, t.name_en AS above_en,
                COALESCE(CAST(SUM(s.order_count) AS BIGINT), 0) AS order_count,
                COALESCE(CAST(SUM(s.amount_fen) AS BIGINT), 0) AS amount_fen
           FROM villages v
           JOIN towns t ON t.id = v.town_id
           JOIN collectives c ON c.village_id = v.id
           LEFT JOIN sales_days s ON s.kind = 'collective' AND s.subject_id = c.id
                AND s.day_number >= $1 AND s.day_number < $2
          GROUP BY v.id, v.slug, v.name, v.name_en, t.name, t.name_en
          ORDER BY COALESCE(CAST(SUM(s.amount_fen) AS BIGINT), 0) DESC, v.id",
    )
    .bind(from_day)
    .bind(until_day)
    .fetch_all(conn)
    .await?)
}

/// Teams that sold something, best first.
pub async fn list_team_sales(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<SalesRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as::<SalesRow>(
        // Added up before anything is joined: the days of a year are sorted without the names.
        "SELECT t.slug, t.name, t.name_en, c.name AS above, c.name_en AS above_en, sold.order_count, sold.amount_fen
           FROM (SELECT w.id, CAST(SUM(s.order_count) AS BIGINT) AS order_count,
                        CAST(SUM(s.amount_fen) AS BIGINT) AS amount_fen
                   FROM teams w CROSS JOIN sales_days s
                  WHERE s.kind = 'team' AND s.subject_id = w.id AND s.day_number >= $1 AND s.day_number < $2
                  GROUP BY w.id) AS sold
           JOIN teams t ON t.id = sold.id
           JOIN corps c ON c.id = t.corps_id
          ORDER BY sold.amount_fen DESC, t.id",
    )
    .bind(from_day)
    .bind(until_day)
    .fetch_all(conn)
    .await?)
}

/// Units that bought something, best first.
pub async fn list_unit_sales(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<SalesRow>> {
    let (from_day, until_day) = figures::days_of(from_ms, until_ms);
    Ok(sql::query_as::<SalesRow>(
        "SELECT u.slug, u.name, u.name_en, '' AS above, '' AS above_en, sold.order_count, sold.amount_fen
           FROM (SELECT w.id, CAST(SUM(s.order_count) AS BIGINT) AS order_count,
                        CAST(SUM(s.amount_fen) AS BIGINT) AS amount_fen
                   FROM units w CROSS JOIN sales_days s
                  WHERE s.kind = 'unit' AND s.subject_id = w.id AND s.day_number >= $1 AND s.day_number < $2
                  GROUP BY w.id) AS sold
           JOIN units u ON u.id = sold.id
          ORDER BY sold.amount_fen DESC, u.id",
    )
    .bind(from_day)
    .bind(until_day)
    .fetch_all(conn)
    .await?)
}

/// The county's sales in each of the spans that follow one another: each begins on one of the days in `starts` (days since
/// 1970-01-01, in China) and ends before the next; there is one day more than spans.
pub async fn list_sales_by_span(conn: &mut Conn, starts: &[i64]) -> Result<Vec<Fen>> {
    figures::sum_spans(conn, "county", 0, starts).await
}

/// Orders placed from `from_ms` until before `until_ms`, by state.
pub async fn list_order_counts(conn: &mut Conn, from_ms: i64, until_ms: i64) -> Result<Vec<OrderCountRow>> {
    Ok(sql::query_as::<OrderCountRow>(
        // The concatenation keeps SQLite from walking all orders by their states.
        "SELECT status, COUNT(*) AS order_count, CAST(SUM(total_fen) AS BIGINT) AS total_fen
           FROM (SELECT status || '' AS status, total_fen FROM orders
                  WHERE placed_at_ms >= $1 AND placed_at_ms < $2) AS placed
          GROUP BY status ORDER BY status",
    )
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(conn)
    .await?)
}

/// Parcels that wait to be packed since before `since_ms`, longest waiting first.
pub async fn list_late_parcels(conn: &mut Conn, since_ms: i64, limit: i64) -> Result<Vec<LateParcelRow>> {
    Ok(sql::query_as::<LateParcelRow>(
        concat!(
            "SELECT o.number AS order_number, t.name AS team_name, t.name_en AS team_name_en,
                    d.name AS place_name, ",
            waits_since!("p", "o"),
            " AS waits_since_ms
               FROM parcels p CROSS JOIN orders o
               JOIN teams t ON t.id = p.team_id
               JOIN dispatch_places d ON d.id = p.place_id
              WHERE o.id = p.order_id AND p.status = 'to_pack' AND p.created_at_ms < $1 AND o.status = 'paid' AND ",
            waits_since!("p", "o"),
            " < $1
              ORDER BY waits_since_ms, p.id LIMIT $2"
        ),
    )
    .bind(since_ms)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// What waits in a team.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TeamWorkRow {
    pub name: String,
    pub name_en: String,
    /// Parcels to pack, and those of them that should have left.
    pub to_pack: i64,
    pub late: i64,
    /// After-sales that wait for the team.
    pub to_answer: i64,
}

/// Teams in which something waits, those with the most late parcels (waiting since before `since_ms`) first.
pub async fn list_team_work(conn: &mut Conn, since_ms: i64) -> Result<Vec<TeamWorkRow>> {
    Ok(sql::query_as::<TeamWorkRow>(
        concat!(
            "SELECT t.name, t.name_en, COALESCE(k.to_pack, 0) AS to_pack, COALESCE(k.late, 0) AS late,
                COALESCE(w.to_answer, 0) AS to_answer
           FROM teams t
           LEFT JOIN (SELECT p.team_id, COUNT(*) AS to_pack,
                             CAST(SUM(CASE WHEN o.status || '' = 'paid' AND ",
            waits_since!("p", "o"),
            " < $1 THEN 1 ELSE 0 END) AS BIGINT) AS late
                        FROM parcels p CROSS JOIN orders o
                       WHERE o.id = p.order_id AND p.status = 'to_pack' GROUP BY p.team_id) k ON k.team_id = t.id
           LEFT JOIN (SELECT a.team_id, COUNT(*) AS to_answer FROM after_sales a
                       WHERE a.status IN ('requested', 'returning', 'awaiting_second', 'replacing')
                       GROUP BY a.team_id) w ON w.team_id = t.id
          WHERE k.to_pack IS NOT NULL OR w.to_answer IS NOT NULL
          ORDER BY COALESCE(k.late, 0) DESC, COALESCE(k.to_pack, 0) DESC, t.id"
        ),
    )
    .bind(since_ms)
    .fetch_all(conn)
    .await?)
}
