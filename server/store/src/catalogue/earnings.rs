//! What was paid for goods and to whom it went: the figures of the money bar. Only real postings count here;
//! attributions that are frozen (unpaid) or void are absent.

use domain::ids::{CollectiveId, OrderId, ProductId, VillageId};
use domain::money::Fen;

use crate::{Conn, Result, figures, sql};

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

/// A share of the money of many orders.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MoneyShareRow {
    #[sqlx(flatten)]
    pub share: ShareRow,
    /// Freight and payment fees of what was paid, in proportion to the goods: of all shares together, beside each.
    pub freight_fen: i64,
    pub fee_fen: i64,
}

/// Shares by collective, best first; `$amount` is what each row of `$from` brings it, `$beside` further columns.
macro_rules! shares {
    ($amount:literal, $from:literal) => {
        shares!($amount, "", $from)
    };
    ($amount:literal, $beside:literal, $from:literal) => {
        concat!(
            "SELECT c.id AS collective_id, c.name AS collective_name, c.name_en AS collective_name_en,
                v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en,
                CAST(SUM(",
            $amount,
            ") AS BIGINT) AS amount_fen",
            $beside,
            "
            FROM ",
            $from,
            "
            GROUP BY c.id, c.name, c.name_en, v.slug, v.name, v.name_en
            ORDER BY CAST(SUM(",
            $amount,
            ") AS BIGINT) DESC, c.id"
        )
    };
}

/// What each collective earned with a product since the beginning of the year in which `from_ms` lies, and the product's
/// share of freight and of payment fees on paid orders since then; of each parcel and order in proportion to its lines,
/// rounded down.
pub async fn list_product_shares(
    conn: &mut Conn,
    product: ProductId,
    from_ms: i64,
) -> Result<Vec<MoneyShareRow>> {
    Ok(sql::query_as(shares!(
        "y.amount_fen",
        ", (SELECT COALESCE(CAST(SUM(b.freight_fen) AS BIGINT), 0) FROM beside_years b
            WHERE b.kind = 'product' AND b.subject_id = $1 AND b.year >= $2) AS freight_fen,
        (SELECT COALESCE(CAST(SUM(b.fee_fen) AS BIGINT), 0) FROM beside_years b
            WHERE b.kind = 'product' AND b.subject_id = $1 AND b.year >= $2) AS fee_fen",
        "product_years y JOIN collectives c ON c.id = y.collective_id JOIN villages v ON v.id = c.village_id
        WHERE y.product_id = $1 AND y.year >= $2"
    ))
    .bind(product.get())
    .bind(figures::years_of(from_ms, i64::MAX).0)
    .fetch_all(&mut *conn)
    .await?)
}

/// What each collective has of the lines with which `collective` earned in the years that the span from `from_ms` until
/// before `until_ms` touches; itself among them, with its income of those years. Freight and payment fees of these lines,
/// shared out by the same rule.
pub async fn list_shared_lines_shares(
    conn: &mut Conn,
    collective: CollectiveId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<MoneyShareRow>> {
    let (from_year, until_year) = figures::years_of(from_ms, until_ms);
    Ok(sql::query_as(shares!(
        "y.amount_fen",
        ", (SELECT COALESCE(CAST(SUM(b.freight_fen) AS BIGINT), 0) FROM beside_years b
            WHERE b.kind = 'collective' AND b.subject_id = $1 AND b.year >= $2 AND b.year < $3) AS freight_fen,
        (SELECT COALESCE(CAST(SUM(b.fee_fen) AS BIGINT), 0) FROM beside_years b
            WHERE b.kind = 'collective' AND b.subject_id = $1 AND b.year >= $2 AND b.year < $3) AS fee_fen",
        "shared_years y JOIN collectives c ON c.id = y.other_id JOIN villages v ON v.id = c.village_id
        WHERE y.collective_id = $1 AND y.year >= $2 AND y.year < $3"
    ))
    .bind(collective.get())
    .bind(from_year)
    .bind(until_year)
    .fetch_all(&mut *conn)
    .await?)
}

/// What each collective has of an order.
pub async fn list_order_shares(conn: &mut Conn, order: OrderId) -> Result<Vec<ShareRow>> {
    Ok(sql::query_as(shares!(
        "a.amount_fen - a.reversed_fen",
        "attributions a JOIN collectives c ON c.id = a.collective_id JOIN villages v ON v.id = c.village_id
        WHERE a.order_id = $1 AND a.status IN ('pending', 'available')"
    ))
    .bind(order.get())
    .fetch_all(&mut *conn)
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

/// What the village's collective earned with each product in the year in which `from_ms` lies, best first.
pub async fn list_village_product_shares(
    conn: &mut Conn,
    village: VillageId,
    from_ms: i64,
    limit: i64,
) -> Result<Vec<ProductShareRow>> {
    Ok(sql::query_as(
        "SELECT p.id AS product_id, p.slug, p.name, p.name_en, p.status, y.amount_fen
        FROM collectives c CROSS JOIN product_years y CROSS JOIN products p
        WHERE c.village_id = $1 AND y.collective_id = c.id AND y.year = $2 AND p.id = y.product_id
        ORDER BY y.amount_fen DESC, p.id LIMIT $3",
    )
    .bind(village.get())
    .bind(figures::years_of(from_ms, i64::MAX).0)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
