//! Orders, their lines, and what approvers said of them.

use domain::ids::{LineId, OrderId, ParcelId, ProductId, TeamId, UserId, VariantId};
use domain::money::Fen;
use domain::order::{OrderKind, OrderStatus};

use crate::many::{MOST, Many};
use crate::{Conn, Result, StoreError, sql};

mod approvals;
mod lists;
mod origins;

pub use approvals::{ApprovalRow, find_last_approval, insert_approval, list_approvals};
pub use lists::{OrderSummary, list_unit_orders, list_user_orders};
pub use origins::{find_nth_unpaid_from, insert_origin, purge_origins};

/// An order as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OrderRow {
    #[sqlx(try_from = "i64")]
    pub id: OrderId,
    pub number: String,
    #[sqlx(try_from = "String")]
    pub kind: OrderKind,
    #[sqlx(try_from = "String")]
    pub status: OrderStatus,
    pub user_id: Option<i64>,
    pub guest_session_hash: Option<Vec<u8>>,
    pub unit_id: Option<i64>,
    #[sqlx(try_from = "i64")]
    pub goods_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub freight_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub total_fen: Fen,
    pub recipient_name: String,
    pub recipient_phone: String,
    pub region_code: String,
    pub region_name: String,
    pub address: String,
    pub note: String,
    pub email: String,
    pub locale: String,
    /// A [`domain::invoice::InvoiceWish`] as JSON.
    pub invoice: String,
    pub placed_at_ms: i64,
    pub hold_until_ms: Option<i64>,
    pub paid_at_ms: Option<i64>,
    pub closed_at_ms: Option<i64>,
    pub cancel_reason: String,
    pub after_sale_until_ms: Option<i64>,
    pub version: i64,
}

/// The columns of an [`OrderRow`], of the one table of a statement.
macro_rules! order_columns {
    () => {
        "id, number, kind, status, user_id, guest_session_hash, unit_id, goods_fen, freight_fen, total_fen,
                recipient_name, recipient_phone, region_code, region_name, address, note, email, locale, invoice,
                placed_at_ms, hold_until_ms, paid_at_ms, closed_at_ms, cancel_reason, after_sale_until_ms, version"
    };
}
pub(crate) use order_columns;

/// A line as stored: names and prices as they were on the day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LineRow {
    #[sqlx(try_from = "i64")]
    pub id: LineId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub parcel_id: ParcelId,
    #[sqlx(try_from = "i64")]
    pub variant_id: VariantId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    pub position: i64,
    pub product_name: String,
    pub product_name_en: String,
    pub variant_code: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub unit_price_fen: Fen,
    pub quantity: i64,
    #[sqlx(try_from = "i64")]
    pub net_fen: Fen,
}

/// The columns of a [`LineRow`] of order line `l`.
macro_rules! line_columns {
    () => {
        "l.id, l.order_id, l.parcel_id, l.variant_id, l.product_id, l.team_id, l.position, l.product_name,
                l.product_name_en, l.variant_code, l.variant_name, l.variant_name_en, l.unit, l.unit_price_fen,
                l.quantity, l.net_fen"
    };
}
pub(crate) use line_columns;

pub async fn insert_order(conn: &mut Conn, row: &OrderRow) -> Result<()> {
    sql::query(
        "INSERT INTO orders (id, number, kind, status, user_id, guest_session_hash, unit_id,
                goods_fen, freight_fen, total_fen, recipient_name, recipient_phone, region_code, region_name,
                address, note, email, locale, invoice, placed_at_ms, hold_until_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
    )
    .bind(row.id.get())
    .bind(row.number.clone())
    .bind(row.kind.as_str())
    .bind(row.status.as_str())
    .bind(row.user_id)
    .bind(row.guest_session_hash.clone())
    .bind(row.unit_id)
    .bind(row.goods_fen.get())
    .bind(row.freight_fen.get())
    .bind(row.total_fen.get())
    .bind(row.recipient_name.clone())
    .bind(row.recipient_phone.clone())
    .bind(row.region_code.clone())
    .bind(row.region_name.clone())
    .bind(row.address.clone())
    .bind(row.note.clone())
    .bind(row.email.clone())
    .bind(row.locale.clone())
    .bind(row.invoice.clone())
    .bind(row.placed_at_ms)
    .bind(row.hold_until_ms)
    .execute(conn)
    .await?;
    Ok(())
}

static NEW_LINES: Many = Many::new(
    "INSERT INTO order_lines (id, order_id, parcel_id, variant_id, product_id, team_id, position, product_name,
            product_name_en, variant_code, variant_name, variant_name_en, unit, unit_price_fen, quantity, net_fen)
     VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "",
);

/// Writes lines of orders.
pub async fn insert_lines(conn: &mut Conn, rows: &[LineRow]) -> Result<()> {
    for rows in rows.chunks(MOST) {
        let mut statement = sql::query(NEW_LINES.text(rows.len()));
        for row in rows {
            statement = statement
                .bind(row.id.get())
                .bind(row.order_id.get())
                .bind(row.parcel_id.get())
                .bind(row.variant_id.get())
                .bind(row.product_id.get())
                .bind(row.team_id.get())
                .bind(row.position)
                .bind(row.product_name.clone())
                .bind(row.product_name_en.clone())
                .bind(row.variant_code.clone())
                .bind(row.variant_name.clone())
                .bind(row.variant_name_en.clone())
                .bind(row.unit.clone())
                .bind(row.unit_price_fen.get())
                .bind(row.quantity)
                .bind(row.net_fen.get());
        }
        statement.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes the order for a decision: nobody else can move it until the transaction ends.
pub async fn lock_order(conn: &mut Conn, id: OrderId) -> Result<OrderRow> {
    sql::query_as::<OrderRow>(concat!(
        "UPDATE orders SET version = version + 1 WHERE id = $1 RETURNING ",
        order_columns!()
    ))
    .bind(id.get())
    .fetch_optional(conn)
    .await?
    .ok_or(StoreError::NotFound("order"))
}

pub async fn get_order(conn: &mut Conn, id: OrderId) -> Result<OrderRow> {
    sql::query_as::<OrderRow>(concat!("SELECT ", order_columns!(), " FROM orders WHERE id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?
        .ok_or(StoreError::NotFound("order"))
}

pub async fn find_order_by_number(conn: &mut Conn, number: &str) -> Result<Option<OrderRow>> {
    Ok(sql::query_as::<OrderRow>(concat!("SELECT ", order_columns!(), " FROM orders WHERE number = $1"))
        .bind(number.to_owned())
        .fetch_optional(conn)
        .await?)
}

pub async fn list_order_lines(conn: &mut Conn, order: OrderId) -> Result<Vec<LineRow>> {
    Ok(sql::query_as::<LineRow>(concat!(
        "SELECT ",
        line_columns!(),
        " FROM order_lines l WHERE l.order_id = $1 ORDER BY l.position"
    ))
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// First photo of each line's product, by line.
pub async fn list_line_photos(conn: &mut Conn, order: OrderId) -> Result<Vec<(i64, String, String)>> {
    Ok(sql::query_as::<(i64, String, String)>(
        "SELECT l.id, m.content_hash, p.slug
           FROM order_lines l
           JOIN products p ON p.id = l.product_id
           JOIN product_media pm ON pm.product_id = p.id AND pm.position = 0
           JOIN media m ON m.id = pm.media_id
          WHERE l.order_id = $1",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Moves the order to `status`; `closed_at_ms` is kept when `None`.
pub async fn update_status(
    conn: &mut Conn,
    id: OrderId,
    status: OrderStatus,
    closed_at_ms: Option<i64>,
    cancel_reason: &str,
) -> Result<()> {
    sql::query(
        "UPDATE orders SET status = $2, closed_at_ms = COALESCE($3, closed_at_ms),
                cancel_reason = CASE WHEN $4 = '' THEN cancel_reason ELSE $4 END
          WHERE id = $1",
    )
    .bind(id.get())
    .bind(status.as_str())
    .bind(closed_at_ms)
    .bind(cancel_reason.to_owned())
    .execute(conn)
    .await?;
    Ok(())
}

/// Until when the stock is set aside; `None` when nothing is held any more.
pub async fn update_hold(conn: &mut Conn, id: OrderId, hold_until_ms: Option<i64>) -> Result<()> {
    sql::query("UPDATE orders SET hold_until_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(hold_until_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// The order is paid: its stock is no longer merely held.
pub async fn update_paid(conn: &mut Conn, id: OrderId, paid_at_ms: i64) -> Result<()> {
    sql::query(
        "UPDATE orders SET status = 'paid', paid_at_ms = $2, hold_until_ms = NULL, closed_at_ms = NULL
          WHERE id = $1",
    )
    .bind(id.get())
    .bind(paid_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds sold pieces to the products of an order, boxes and what is in them alike (taken off again with `sign` −1), for
/// "best selling".
pub async fn update_sold_counts(conn: &mut Conn, order: OrderId, sign: i64) -> Result<()> {
    let sums = sql::query_as::<(i64, i64)>(
        "SELECT product_id, CAST(SUM(quantity) AS BIGINT)
           FROM (SELECT 0 AS is_box, product_id, quantity FROM order_lines WHERE order_id = $1
                 UNION ALL SELECT 1, product_id, quantity FROM order_bundles WHERE order_id = $1) AS sold
          GROUP BY is_box, product_id ORDER BY is_box, product_id",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?;
    // One by one in ascending order, boxes after what is in them as everywhere (decision 0027), so that two orders of the same
    // products cannot wait for each other.
    for (product, quantity) in sums {
        sql::query("UPDATE products SET sold_count = sold_count + $2 WHERE id = $1")
            .bind(product)
            .bind(sign * quantity)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// From when on the villages' earnings are theirs.
pub async fn update_after_sale_until(conn: &mut Conn, id: OrderId, until_ms: i64) -> Result<()> {
    sql::query("UPDATE orders SET after_sale_until_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(until_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether this account or guest session ever placed an order.
pub async fn has_orders(conn: &mut Conn, user: Option<UserId>, session_hash: Option<&[u8]>) -> Result<bool> {
    let found = sql::query_scalar::<i64>(
        "SELECT (CASE WHEN EXISTS (SELECT 1 FROM orders WHERE user_id = $1) THEN 1 ELSE 0 END)
            + (CASE WHEN EXISTS (SELECT 1 FROM orders WHERE guest_session_hash = $2) THEN 1 ELSE 0 END)",
    )
    .bind(user.map(UserId::get))
    .bind(session_hash.map(<[u8]>::to_vec))
    .fetch_one(conn)
    .await?;
    Ok(found > 0)
}

/// Unpaid orders that hold stock for this buyer: by account or guest session. Not by telephone: anybody can type
/// anybody's number, and would keep its owner from ordering.
pub async fn count_unpaid(conn: &mut Conn, user: Option<UserId>, session_hash: Option<&[u8]>) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        // Two searches: all that is unpaid is many people's.
        "SELECT (SELECT COUNT(*) FROM orders WHERE user_id = $1
                AND status || '' = 'awaiting_payment' AND kind = 'retail')
            + (SELECT COUNT(*) FROM orders WHERE guest_session_hash = $2 AND (user_id IS NULL OR user_id <> $1
                OR CAST($1 AS BIGINT) IS NULL) AND status || '' = 'awaiting_payment' AND kind = 'retail')",
    )
    .bind(user.map(UserId::get))
    .bind(session_hash.map(<[u8]>::to_vec))
    .fetch_one(conn)
    .await?)
}

/// Gives a guest's orders to the account that the guest signed in to.
pub async fn claim_guest_orders(conn: &mut Conn, session_hash: &[u8], user: UserId) -> Result<u64> {
    let claimed =
        sql::query("UPDATE orders SET user_id = $2 WHERE guest_session_hash = $1 AND user_id IS NULL")
            .bind(session_hash.to_vec())
            .bind(user.get())
            .execute(conn)
            .await?;
    Ok(claimed.rows_affected())
}
