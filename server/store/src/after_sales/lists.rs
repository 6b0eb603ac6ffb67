//! Lists of after-sales: of an order, of a team, of a town; and what they change in parcels that are packed.

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::ids::{AfterSaleId, LineId, OrderId, ParcelId, TeamId, TownId};
use domain::money::Fen;
use domain::parcel::ParcelStatus;

use crate::orders::LineRow;
use crate::{Conn, Result, sql};

/// An after-sale in a list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AfterSaleSummary {
    #[sqlx(try_from = "i64")]
    pub id: AfterSaleId,
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    pub order_number: String,
    pub team_name: String,
    pub team_name_en: String,
    #[sqlx(try_from = "String")]
    pub kind: AfterSaleKind,
    #[sqlx(try_from = "String")]
    pub reason: AfterSaleReason,
    #[sqlx(try_from = "String")]
    pub status: AfterSaleStatus,
    pub asked_at_ms: i64,
    pub due_at_ms: Option<i64>,
    /// Goods and freight that go back; zero until agreed.
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
    /// What the seller offers in place of what was asked for.
    pub offered_fen: Option<i64>,
    pub first_line: String,
    pub first_line_en: String,
    pub pieces: i64,
}

/// A summary's columns and where they come from; `$narrow`, texts as for `concat!`, narrows after-sales `a`.
macro_rules! summaries {
    ($($narrow:tt)+) => {
        concat!(
            "SELECT a.id, a.parcel_id, o.number AS order_number, t.name AS team_name, t.name_en AS team_name_en,
                a.kind, a.reason, a.status, a.asked_at_ms, a.due_at_ms, a.goods_fen + a.freight_fen AS amount_fen,
                a.offered_fen,
                (SELECT l.product_name FROM after_sale_lines x JOIN order_lines l ON l.id = x.line_id
                  WHERE x.after_sale_id = a.id ORDER BY l.position LIMIT 1) AS first_line,
                (SELECT l.product_name_en FROM after_sale_lines x JOIN order_lines l ON l.id = x.line_id
                  WHERE x.after_sale_id = a.id ORDER BY l.position LIMIT 1) AS first_line_en,
                (SELECT CAST(SUM(x.quantity) AS BIGINT) FROM after_sale_lines x WHERE x.after_sale_id = a.id) AS pieces
           FROM after_sales a JOIN orders o ON o.id = a.order_id JOIN teams t ON t.id = a.team_id
          WHERE ",
            $($narrow)+
        )
    };
}

/// The after-sales of an order, newest first.
pub async fn list_of_order(conn: &mut Conn, order: OrderId) -> Result<Vec<AfterSaleSummary>> {
    Ok(sql::query_as::<AfterSaleSummary>(summaries!("a.order_id = $1 ORDER BY a.id DESC"))
        .bind(order.get())
        .fetch_all(conn)
        .await?)
}

/// Which of a team's after-sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamList {
    /// What has not ended; whose time ends first comes first.
    Open,
    /// Of these those in which the buyer spoke last.
    Unanswered,
    /// What has ended, the newest first.
    Ended,
}

/// What a team's list is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamFilter<'a> {
    pub team: TeamId,
    pub list: TeamList,
    pub kind: Option<AfterSaleKind>,
    /// From the first moment to before the last in which it was asked for.
    pub asked: (i64, i64),
    /// What the order's number or the names of its goods contain, in lower case; blank for all.
    pub text: &'a str,
    pub limit: i64,
    pub offset: i64,
}

/// What of a team's after-sales `a` has not ended.
macro_rules! open_of_team {
    () => {
        "a.team_id = $1 AND a.status IN ('requested', 'awaiting_return', 'returning', 'awaiting_second',
                'replacing', 'refused', 'appealed')"
    };
}

/// The last that was said of after-sale `a` was said by its buyer.
macro_rules! unanswered {
    () => {
        " AND 'buyer said' = (SELECT m.side || ' ' || m.note FROM after_sale_messages m
                                 WHERE m.after_sale_id = a.id ORDER BY m.id DESC LIMIT 1)"
    };
}

/// What narrows after-sales `a` of orders `o` within a list of [`TeamFilter`].
macro_rules! narrowed {
    () => {
        " AND (CAST($2 AS TEXT) IS NULL OR a.kind = $2) AND a.asked_at_ms >= $3 AND a.asked_at_ms < $4
            AND (CAST($5 AS TEXT) = '' OR REPLACE(LOWER(o.number), $5, '') <> LOWER(o.number)
                 OR 0 < (SELECT COUNT(*) FROM after_sale_lines x JOIN order_lines l ON l.id = x.line_id
                          WHERE x.after_sale_id = a.id
                            AND (REPLACE(LOWER(l.product_name), $5, '') <> LOWER(l.product_name)
                                 OR REPLACE(LOWER(l.product_name_en), $5, '') <> LOWER(l.product_name_en))))"
    };
}

/// A team's after-sales.
pub async fn list_of_team(conn: &mut Conn, filter: &TeamFilter<'_>) -> Result<Vec<AfterSaleSummary>> {
    let text = match filter.list {
        TeamList::Open => {
            summaries!(open_of_team!(), narrowed!(), " ORDER BY a.due_at_ms, a.id LIMIT $6 OFFSET $7")
        }
        TeamList::Unanswered => summaries!(
            open_of_team!(),
            unanswered!(),
            narrowed!(),
            " ORDER BY a.due_at_ms, a.id LIMIT $6 OFFSET $7"
        ),
        TeamList::Ended => summaries!(
            "a.team_id = $1 AND a.status IN ('settled', 'exchanged', 'dismissed', 'withdrawn', 'lapsed')",
            narrowed!(),
            " ORDER BY a.id DESC LIMIT $6 OFFSET $7"
        ),
    };
    Ok(sql::query_as::<AfterSaleSummary>(text)
        .bind(filter.team.get())
        .bind(filter.kind.map(AfterSaleKind::as_str))
        .bind(filter.asked.0)
        .bind(filter.asked.1)
        .bind(filter.text.to_owned())
        .bind(filter.limit)
        .bind(filter.offset)
        .fetch_all(conn)
        .await?)
}

/// How many after-sales wait for the team.
pub async fn count_open_of_team(conn: &mut Conn, team: TeamId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM after_sales WHERE team_id = $1
            AND status IN ('requested', 'returning', 'awaiting_second', 'replacing')",
    )
    .bind(team.get())
    .fetch_one(conn)
    .await?)
}

/// In how many of a team's open after-sales the buyer spoke last.
pub async fn count_unanswered(conn: &mut Conn, team: TeamId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(concat!(
        "SELECT COUNT(*) FROM after_sales a WHERE ",
        open_of_team!(),
        unanswered!()
    ))
    .bind(team.get())
    .fetch_one(conn)
    .await?)
}

/// What a town's list is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TownFilter {
    pub town: TownId,
    /// What the town or a second person has decided, the newest first; otherwise what waits for one of them, whose time ends
    /// first.
    pub decided: bool,
    pub kind: Option<AfterSaleKind>,
    /// From the first moment to before the last in which it was asked for.
    pub asked: (i64, i64),
    pub limit: i64,
}

/// What buyers and sellers of a town cannot agree on, and large refunds.
pub async fn list_of_town(conn: &mut Conn, filter: &TownFilter) -> Result<Vec<AfterSaleSummary>> {
    let text = if filter.decided {
        summaries!(
            "a.town_id = $1 AND a.status IN ('requested', 'awaiting_return', 'returning', 'replacing', 'refused',
                'settled', 'exchanged', 'dismissed', 'withdrawn', 'lapsed')
            AND (a.confirmed_by IS NOT NULL OR EXISTS (SELECT 1 FROM after_sale_messages m
                    WHERE m.after_sale_id = a.id AND m.note IN ('upheld', 'dismissed')))
            AND (CAST($2 AS TEXT) IS NULL OR a.kind = $2) AND a.asked_at_ms >= $3 AND a.asked_at_ms < $4
          ORDER BY a.id DESC LIMIT $5"
        )
    } else {
        summaries!(
            "a.town_id = $1 AND a.status IN ('appealed', 'awaiting_second')
            AND (CAST($2 AS TEXT) IS NULL OR a.kind = $2) AND a.asked_at_ms >= $3 AND a.asked_at_ms < $4
          ORDER BY a.due_at_ms, a.id LIMIT $5"
        )
    };
    Ok(sql::query_as::<AfterSaleSummary>(text)
        .bind(filter.town.get())
        .bind(filter.kind.map(AfterSaleKind::as_str))
        .bind(filter.asked.0)
        .bind(filter.asked.1)
        .bind(filter.limit)
        .fetch_all(conn)
        .await?)
}

/// How many after-sales of a town wait for its decision or for a second person.
pub async fn count_open_of_town(conn: &mut Conn, town: TownId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM after_sales WHERE town_id = $1 AND status IN ('appealed', 'awaiting_second')",
    )
    .bind(town.get())
    .fetch_one(conn)
    .await?)
}

/// Pieces of a line that are no longer packed, since their money went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct PackChangeRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    pub pieces: i64,
}

/// What is not packed of a team's parcels in one state.
pub async fn list_pack_changes(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
) -> Result<Vec<PackChangeRow>> {
    Ok(sql::query_as::<PackChangeRow>(
        "SELECT x.line_id, CAST(SUM(x.quantity) AS BIGINT) AS pieces
           FROM parcels c JOIN after_sales a ON a.parcel_id = c.id JOIN after_sale_lines x ON x.after_sale_id = a.id
          WHERE c.team_id = $1 AND c.status = $2 AND a.kind = 'refund_unshipped' AND a.status || '' = 'settled'
          GROUP BY x.line_id ORDER BY x.line_id",
    )
    .bind(team.get())
    .bind(status.as_str())
    .fetch_all(conn)
    .await?)
}

/// What is in the replacement parcels of a team in one state: lines with the pieces that are exchanged, in the parcel
/// that carries them. They cost nothing.
pub async fn list_replacement_lines(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
) -> Result<Vec<LineRow>> {
    Ok(sql::query_as::<LineRow>(
        "SELECT l.id, l.order_id, a.replacement_parcel_id AS parcel_id, l.variant_id, l.product_id, l.team_id,
                l.position, l.product_name, l.product_name_en, l.variant_code, l.variant_name, l.variant_name_en,
                l.unit, l.unit_price_fen, x.quantity, CAST(0 AS BIGINT) AS net_fen
           FROM parcels c
           JOIN after_sales a ON a.replacement_parcel_id = c.id
           JOIN after_sale_lines x ON x.after_sale_id = a.id
           JOIN order_lines l ON l.id = x.line_id
          WHERE c.team_id = $1 AND c.status = $2 ORDER BY l.order_id, l.position",
    )
    .bind(team.get())
    .bind(status.as_str())
    .fetch_all(conn)
    .await?)
}

/// The same of an order's replacement parcels, whatever became of them.
pub async fn list_order_replacement_lines(conn: &mut Conn, order: OrderId) -> Result<Vec<LineRow>> {
    Ok(sql::query_as::<LineRow>(
        "SELECT l.id, l.order_id, a.replacement_parcel_id AS parcel_id, l.variant_id, l.product_id, l.team_id,
                l.position, l.product_name, l.product_name_en, l.variant_code, l.variant_name, l.variant_name_en,
                l.unit, l.unit_price_fen, x.quantity, CAST(0 AS BIGINT) AS net_fen
           FROM after_sales a
           JOIN after_sale_lines x ON x.after_sale_id = a.id
           JOIN order_lines l ON l.id = x.line_id
          WHERE a.order_id = $1 AND a.replacement_parcel_id IS NOT NULL ORDER BY l.position",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Where goods of a parcel are sent back to: the team that sent it, and the place it left from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReturnPlaceRow {
    pub team_name: String,
    pub team_name_en: String,
    pub name: String,
    pub region_code: String,
    pub address: String,
    pub phone: String,
}

pub async fn get_return_place(conn: &mut Conn, parcel: ParcelId) -> Result<ReturnPlaceRow> {
    sql::query_as::<ReturnPlaceRow>(
        "SELECT t.name AS team_name, t.name_en AS team_name_en, d.name, d.region_code, d.address, d.phone
           FROM parcels c JOIN dispatch_places d ON d.id = c.place_id JOIN teams t ON t.id = c.team_id
          WHERE c.id = $1",
    )
    .bind(parcel.get())
    .fetch_optional(conn)
    .await?
    .ok_or(crate::StoreError::NotFound("dispatch_place"))
}
