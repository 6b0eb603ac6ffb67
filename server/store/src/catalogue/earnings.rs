//! What was paid for goods and to whom it went: the figures of the money bar. Only real postings count here;
//! attributions that are frozen (unpaid) or void are absent.

use domain::ids::{CollectiveId, OrderId, ProductId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// What one collective has of the money, after reversals.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ShareRow {
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    pub collective_name: String,
    pub collective_name_en: String,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

macro_rules! shares {
    ($from:literal) => {
        concat!(
            "SELECT c.id AS collective_id, c.name AS collective_name, c.name_en AS collective_name_en,
                v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en,
                CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
            FROM ",
            $from,
            " AND a.status IN ('pending', 'available')
            GROUP BY c.id, c.name, c.name_en, v.slug, v.name, v.name_en
            ORDER BY CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) DESC, c.id"
        )
    };
}

/// What each collective earned with a product since `from_ms`.
pub async fn list_product_shares(conn: &mut Conn, product: ProductId, from_ms: i64) -> Result<Vec<ShareRow>> {
    Ok(sql::query_as(shares!(
        "order_lines l JOIN attributions a ON a.line_id = l.id
        JOIN collectives c ON c.id = a.collective_id JOIN villages v ON v.id = c.village_id
        WHERE l.product_id = $1 AND a.pending_at_ms >= $2"
    ))
    .bind(product.get())
    .bind(from_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// What each collective has of the lines with which `collective` earned from `from_ms` until before `until_ms`; itself
/// among them, with its income of that span.
pub async fn list_shared_lines_shares(
    conn: &mut Conn,
    collective: CollectiveId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<ShareRow>> {
    Ok(sql::query_as(shares!(
        "attributions own JOIN attributions a ON a.line_id = own.line_id
        JOIN collectives c ON c.id = a.collective_id JOIN villages v ON v.id = c.village_id
        WHERE own.collective_id = $1 AND own.status IN ('pending', 'available')
            AND own.pending_at_ms >= $2 AND own.pending_at_ms < $3"
    ))
    .bind(collective.get())
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// What each collective has of an order.
pub async fn list_order_shares(conn: &mut Conn, order: OrderId) -> Result<Vec<ShareRow>> {
    Ok(sql::query_as(shares!(
        "attributions a JOIN collectives c ON c.id = a.collective_id JOIN villages v ON v.id = c.village_id
        WHERE a.order_id = $1"
    ))
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Freight and payment fees of what was paid, in proportion to the goods.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LineMoneyRow {
    pub freight_fen: i64,
    pub fee_fen: i64,
}

/// Freight and fees of the lines of paid orders that `$where` leaves; the code of the fee account is `$2`.
macro_rules! line_money {
    ($from:literal, $where:literal) => {
        // CROSS JOIN keeps SQLite from walking all fees for each order.
        concat!(
            "SELECT COALESCE(CAST(SUM(s.freight) AS BIGINT), 0) AS freight_fen,
                COALESCE(CAST(SUM(s.fee) AS BIGINT), 0) AS fee_fen
            FROM (
                SELECT CASE WHEN p.freight_fen = 0 THEN 0 ELSE p.freight_fen * l.net_fen / NULLIF(CAST((
                        SELECT SUM(x.net_fen) FROM order_lines x WHERE x.parcel_id = p.id) AS BIGINT), 0) END AS freight,
                    CAST((
                        SELECT SUM(g.amount_fen) FROM journal_entries j CROSS JOIN postings g CROSS JOIN accounts k
                        WHERE j.order_id = o.id AND g.entry_id = j.id AND k.id = g.account_id AND k.code = $2
                    ) AS BIGINT) * l.net_fen / NULLIF(o.goods_fen, 0) AS fee
                FROM ",
            $from,
            " JOIN parcels p ON p.id = l.parcel_id JOIN orders o ON o.id = l.order_id
                WHERE o.status IN ('paid', 'completed') AND ",
            $where,
            ") AS s"
        )
    };
}

/// The product's share of freight and of the payment fees booked to `fee_account` on paid orders since `from_ms`;
/// of each parcel and order in proportion to its lines, rounded down.
pub async fn sum_product_money(
    conn: &mut Conn,
    product: ProductId,
    fee_account: &str,
    from_ms: i64,
) -> Result<LineMoneyRow> {
    Ok(sql::query_as(line_money!("order_lines l", "l.product_id = $1 AND o.paid_at_ms >= $3"))
        .bind(product.get())
        .bind(fee_account.to_owned())
        .bind(from_ms)
        .fetch_one(&mut *conn)
        .await?)
}

/// Freight and payment fees, shared out by the same rule, of the whole lines with which `collective` earned from
/// `from_ms` until before `until_ms`.
pub async fn sum_shared_lines_money(
    conn: &mut Conn,
    collective: CollectiveId,
    fee_account: &str,
    from_ms: i64,
    until_ms: i64,
) -> Result<LineMoneyRow> {
    Ok(sql::query_as(line_money!(
        "attributions own JOIN order_lines l ON l.id = own.line_id",
        "own.collective_id = $1 AND own.status IN ('pending', 'available')
            AND own.pending_at_ms >= $3 AND own.pending_at_ms < $4"
    ))
    .bind(collective.get())
    .bind(fee_account.to_owned())
    .bind(from_ms)
    .bind(until_ms)
    .fetch_one(&mut *conn)
    .await?)
}

/// The amounts of one order.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OrderMoneyRow {
    #[sqlx(try_from = "i64")]
    pub goods_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub freight_fen: Fen,
    #[sqlx(try_from = "i64")]
    pub total_fen: Fen,
    pub paid_at_ms: Option<i64>,
    /// What was booked to the fee account for it.
    pub fee_fen: i64,
    /// What went back to the buyer.
    pub refunded_fen: i64,
}

/// An order's amounts, with the fee from the journal and the refunds that arrived.
pub async fn find_order_money(
    conn: &mut Conn,
    order: OrderId,
    fee_account: &str,
) -> Result<Option<OrderMoneyRow>> {
    Ok(sql::query_as(
        "SELECT o.goods_fen, o.freight_fen, o.total_fen, o.paid_at_ms,
            COALESCE((
                SELECT CAST(SUM(g.amount_fen) AS BIGINT) FROM journal_entries j CROSS JOIN postings g CROSS JOIN accounts k
                    WHERE j.order_id = o.id AND g.entry_id = j.id AND k.id = g.account_id AND k.code = $2
            ), 0) AS fee_fen,
            COALESCE((
                SELECT CAST(SUM(r.amount_fen) AS BIGINT) FROM refunds r
                WHERE r.order_id = o.id AND r.status = 'succeeded'
            ), 0) AS refunded_fen
        FROM orders o WHERE o.id = $1",
    )
    .bind(order.get())
    .bind(fee_account.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// What a village's collective earned with one product.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ProductShareRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// `published` products can be linked to.
    pub status: String,
    #[sqlx(try_from = "i64")]
    pub amount_fen: Fen,
}

/// What the village's collective earned with each product from `from_ms` until before `until_ms`, best first.
pub async fn list_village_product_shares(
    conn: &mut Conn,
    village: VillageId,
    from_ms: i64,
    until_ms: i64,
    limit: i64,
) -> Result<Vec<ProductShareRow>> {
    Ok(sql::query_as(
        "SELECT p.id AS product_id, p.slug, p.name, p.name_en, p.status,
            CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) AS amount_fen
        FROM collectives c
        JOIN attributions a ON a.collective_id = c.id AND a.status IN ('pending', 'available')
            AND a.pending_at_ms >= $2 AND a.pending_at_ms < $3
        JOIN order_lines l ON l.id = a.line_id
        JOIN products p ON p.id = l.product_id
        WHERE c.village_id = $1
        GROUP BY p.id, p.slug, p.name, p.name_en, p.status
        ORDER BY CAST(SUM(a.amount_fen - a.reversed_fen) AS BIGINT) DESC, p.id LIMIT $4",
    )
    .bind(village.get())
    .bind(from_ms)
    .bind(until_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
