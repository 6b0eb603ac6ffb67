//! After-sales: what was asked for, what was answered, which goods and how much money moved because of it.

mod books;
mod check;
mod goods;
mod lists;
mod messages;
mod rules;

use domain::after_sale::{AfterSaleKind, AfterSaleReason, AfterSaleStatus};
use domain::ids::{AfterSaleId, LineId, OrderId, ParcelId, TeamId, TownId};
use domain::money::Fen;

use crate::{Conn, Result, StoreError, sql};

pub use books::{GoneGoodsRow, find_applied_payment, get_gone_goods, take_from_sold_count};
pub use check::{list_wrong_after_sales, list_wrong_goods};
pub use goods::{GoodsRow, insert_goods, list_goods, list_line_allocations, update_goods, write_off_sold};
pub use lists::{
    AfterSaleSummary, PackChangeRow, ReturnPlaceRow, TeamFilter, TeamList, TownFilter, count_open_of_team,
    count_open_of_town, count_unanswered, get_return_place, list_of_order, list_of_team, list_of_town,
    list_order_replacement_lines, list_pack_changes, list_replacement_lines,
};
pub use messages::{
    MessagePhotoRow, MessageRow, count_messages, erase_messages, insert_message, insert_message_photo,
    list_message_photos, list_messages,
};
pub use rules::{
    LineRuleRow, ProductRuleRow, delete_product_rule, find_product_rule, insert_line_rules, list_line_rules,
    put_product_rule,
};

/// An after-sale as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AfterSaleRow {
    #[sqlx(try_from = "i64")]
    pub id: AfterSaleId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub town_id: TownId,
    #[sqlx(try_from = "String")]
    pub kind: AfterSaleKind,
    #[sqlx(try_from = "String")]
    pub reason: AfterSaleReason,
    #[sqlx(try_from = "String")]
    pub status: AfterSaleStatus,
    pub asked_by: Option<i64>,
    pub asked_at_ms: i64,
    pub due_at_ms: Option<i64>,
    pub agreed_by: Option<i64>,
    pub agreed_at_ms: Option<i64>,
    pub confirmed_by: Option<i64>,
    pub carrier: String,
    pub tracking_number: String,
    pub sent_back_at_ms: Option<i64>,
    pub taken_back_at_ms: Option<i64>,
    #[sqlx(try_from = "i64")]
    pub goods_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub freight_fen: Fen,
    pub refund_id: Option<i64>,
    pub replacement_parcel_id: Option<i64>,
    pub closed_at_ms: Option<i64>,
    /// What the buyer wants for the goods; nothing for all that they are worth.
    pub asked_fen: Option<i64>,
    /// What the seller offers in its place; it stands until it is answered.
    pub offered_fen: Option<i64>,
    /// What was granted in place of what was asked for.
    pub granted_fen: Option<i64>,
    /// What the buyer paid to send the goods back.
    pub postage_asked_fen: Option<i64>,
    /// What goes back of that; it is a part of `freight_fen`.
    #[sqlx(try_from = "i64")]
    pub postage_fen: Fen,
    pub version: i64,
}

impl AfterSaleRow {
    /// What goes back of the goods' worth at most; nothing when it is all of it.
    #[must_use]
    pub fn limit(&self) -> Option<Fen> {
        self.granted_fen.or(self.asked_fen).map(Fen::new)
    }
}

/// Pieces of a line that an after-sale is about.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AfterSaleLineRow {
    #[sqlx(try_from = "i64")]
    pub after_sale_id: AfterSaleId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    pub quantity: i64,
    pub damage_permille: i64,
    #[sqlx(try_from = "i64")]
    pub value_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub refunded_fen: Fen,
}

/// How many pieces of a line after-sales are about: open or settled ones (`claimed`), those of them that were recalled
/// (`recalled`), and those whose money was decided (`settled`). Exchanged pieces count for neither: their replacement stands in their place. Pieces that came back stay
/// claimed even if nothing was paid for them: nobody can send them back a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct ClaimedRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    pub claimed: i64,
    pub recalled: i64,
    pub settled: i64,
}

/// The columns of an [`AfterSaleRow`].
macro_rules! columns {
    () => {
        "id, order_id, parcel_id, team_id, town_id, kind, reason, status, asked_by, asked_at_ms, due_at_ms,
                agreed_by, agreed_at_ms, confirmed_by, carrier, tracking_number, sent_back_at_ms, taken_back_at_ms,
                goods_fen, freight_fen, refund_id, replacement_parcel_id, closed_at_ms, asked_fen, offered_fen,
                granted_fen, postage_asked_fen, postage_fen, version"
    };
}
pub async fn insert_after_sale(conn: &mut Conn, row: &AfterSaleRow) -> Result<()> {
    sql::query(
        "INSERT INTO after_sales (id, order_id, parcel_id, team_id, town_id, kind, reason, status, asked_by,
                asked_at_ms, due_at_ms, asked_fen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id.get())
    .bind(row.order_id.get())
    .bind(row.parcel_id.get())
    .bind(row.team_id.get())
    .bind(row.town_id.get())
    .bind(row.kind.as_str())
    .bind(row.reason.as_str())
    .bind(row.status.as_str())
    .bind(row.asked_by)
    .bind(row.asked_at_ms)
    .bind(row.due_at_ms)
    .bind(row.asked_fen)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn insert_after_sale_line(conn: &mut Conn, row: &AfterSaleLineRow) -> Result<()> {
    sql::query(
        "INSERT INTO after_sale_lines (after_sale_id, line_id, quantity, damage_permille) VALUES ($1, $2, $3, $4)",
    )
    .bind(row.after_sale_id.get())
    .bind(row.line_id.get())
    .bind(row.quantity)
    .bind(row.damage_permille)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn find_after_sale(conn: &mut Conn, id: AfterSaleId) -> Result<Option<AfterSaleRow>> {
    Ok(sql::query_as::<AfterSaleRow>(concat!("SELECT ", columns!(), " FROM after_sales WHERE id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?)
}

/// Takes an after-sale for a decision; its order is taken first.
pub async fn lock_after_sale(conn: &mut Conn, id: AfterSaleId) -> Result<AfterSaleRow> {
    sql::query_as::<AfterSaleRow>(concat!(
        "UPDATE after_sales SET version = version + 1 WHERE id = $1 RETURNING ",
        columns!()
    ))
    .bind(id.get())
    .fetch_optional(conn)
    .await?
    .ok_or(StoreError::NotFound("after_sale"))
}

/// Everything about it that may change.
pub async fn update_after_sale(conn: &mut Conn, row: &AfterSaleRow) -> Result<()> {
    sql::query(
        "UPDATE after_sales SET status = $2, due_at_ms = $3, agreed_by = $4, agreed_at_ms = $5, confirmed_by = $6,
                carrier = $7, tracking_number = $8, sent_back_at_ms = $9, taken_back_at_ms = $10, goods_fen = $11,
                freight_fen = $12, refund_id = $13, replacement_parcel_id = $14, closed_at_ms = $15,
                offered_fen = $16, granted_fen = $17, postage_asked_fen = $18, postage_fen = $19
          WHERE id = $1",
    )
    .bind(row.id.get())
    .bind(row.status.as_str())
    .bind(row.due_at_ms)
    .bind(row.agreed_by)
    .bind(row.agreed_at_ms)
    .bind(row.confirmed_by)
    .bind(row.carrier.clone())
    .bind(row.tracking_number.clone())
    .bind(row.sent_back_at_ms)
    .bind(row.taken_back_at_ms)
    .bind(row.goods_fen.get())
    .bind(row.freight_fen.get())
    .bind(row.refund_id)
    .bind(row.replacement_parcel_id)
    .bind(row.closed_at_ms)
    .bind(row.offered_fen)
    .bind(row.granted_fen)
    .bind(row.postage_asked_fen)
    .bind(row.postage_fen.get())
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn list_lines(conn: &mut Conn, id: AfterSaleId) -> Result<Vec<AfterSaleLineRow>> {
    Ok(sql::query_as::<AfterSaleLineRow>(
        "SELECT after_sale_id, line_id, quantity, damage_permille, value_fen, refunded_fen
           FROM after_sale_lines WHERE after_sale_id = $1 ORDER BY line_id",
    )
    .bind(id.get())
    .fetch_all(conn)
    .await?)
}

/// Notes what the pieces cost and what went back for them.
pub async fn update_line_amounts(conn: &mut Conn, row: &AfterSaleLineRow) -> Result<()> {
    sql::query(
        "UPDATE after_sale_lines SET value_fen = $3, refunded_fen = $4 WHERE after_sale_id = $1 AND line_id = $2",
    )
    .bind(row.after_sale_id.get())
    .bind(row.line_id.get())
    .bind(row.value_fen.get())
    .bind(row.refunded_fen.get())
    .execute(conn)
    .await?;
    Ok(())
}

/// The lines of an order that after-sales are about; lines without any have no row.
pub async fn list_claimed(conn: &mut Conn, order: OrderId) -> Result<Vec<ClaimedRow>> {
    Ok(sql::query_as::<ClaimedRow>(
        "SELECT x.line_id, CAST(SUM(x.quantity) AS BIGINT) AS claimed,
                CAST(SUM(CASE WHEN a.reason = 'recalled' THEN x.quantity ELSE 0 END) AS BIGINT) AS recalled,
                CAST(SUM(CASE WHEN a.status = 'settled' THEN x.quantity ELSE 0 END) AS BIGINT) AS settled
           FROM after_sales a JOIN after_sale_lines x ON x.after_sale_id = a.id
          WHERE a.order_id = $1 AND a.status <> 'exchanged'
            AND (a.status NOT IN ('dismissed', 'withdrawn', 'lapsed') OR a.taken_back_at_ms IS NOT NULL)
          GROUP BY x.line_id ORDER BY x.line_id",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// How many after-sales of an order have not ended.
pub async fn count_open_of_order(conn: &mut Conn, order: OrderId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM after_sales WHERE order_id = $1
            AND status NOT IN ('settled', 'exchanged', 'dismissed', 'withdrawn', 'lapsed')",
    )
    .bind(order.get())
    .fetch_one(conn)
    .await?)
}

/// How many after-sales of an order are open or ended with something: such an order is not cancelled as a whole.
pub async fn count_in_effect(conn: &mut Conn, order: OrderId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM after_sales WHERE order_id = $1 AND status NOT IN ('dismissed', 'withdrawn', 'lapsed')",
    )
    .bind(order.get())
    .fetch_one(conn)
    .await?)
}

/// How many after-sales ask for the money of goods in this parcel that have not left, and are not answered.
pub async fn count_open_unshipped(conn: &mut Conn, parcel: ParcelId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM after_sales WHERE parcel_id = $1 AND kind = 'refund_unshipped'
            AND status IN ('requested', 'awaiting_second', 'appealed')",
    )
    .bind(parcel.get())
    .fetch_one(conn)
    .await?)
}

/// After-sales that asked for the money of goods in this parcel before it left, and were refused.
pub async fn list_refused_unshipped(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<AfterSaleId>> {
    let ids = sql::query_scalar::<i64>(
        "SELECT id FROM after_sales WHERE parcel_id = $1 AND kind = 'refund_unshipped' AND status || '' = 'refused'
          ORDER BY id",
    )
    .bind(parcel.get())
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(AfterSaleId::from_i64).collect())
}

/// Every after-sale of a parcel there has ever been.
pub async fn count_of_parcel(conn: &mut Conn, parcel: ParcelId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM after_sales WHERE parcel_id = $1")
        .bind(parcel.get())
        .fetch_one(conn)
        .await?)
}

/// The after-sale whose replacement this parcel carries.
pub async fn find_by_replacement(conn: &mut Conn, parcel: ParcelId) -> Result<Option<AfterSaleRow>> {
    Ok(sql::query_as::<AfterSaleRow>(concat!(
        "SELECT ",
        columns!(),
        " FROM after_sales WHERE replacement_parcel_id = $1"
    ))
    .bind(parcel.get())
    .fetch_optional(conn)
    .await?)
}
