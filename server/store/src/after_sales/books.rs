//! What after-sales mean for the books.

use domain::ids::{OrderId, ParcelId, PaymentId};
use domain::money::Fen;

use crate::{Conn, Result, sql};

/// The payment whose money an order took.
pub async fn find_applied_payment(conn: &mut Conn, order: OrderId) -> Result<Option<PaymentId>> {
    let found = sql::query_scalar::<i64>(
        "SELECT payment_id FROM journal_entries WHERE order_id = $1 AND kind = 'apply' AND payment_id IS NOT NULL",
    )
    .bind(order.get())
    .fetch_optional(conn)
    .await?;
    Ok(found.map(PaymentId::from_i64))
}

/// What went back of a parcel's goods and freight so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct GoneGoodsRow {
    /// Of goods, because the seller's side was at fault.
    #[sqlx(try_from = "i64")]
    pub faulty_fen: Fen,
    /// Without the postage of returns.
    #[sqlx(try_from = "i64")]
    pub freight_fen: Fen,
    /// Everything that went back of what the team's parcels of the order brought that have left.
    #[sqlx(try_from = "i64")]
    pub team_fen: Fen,
    /// Goods and freight that nobody has confirmed as the second person, over all parcels of the order that the team
    /// sends: splitting a parcel is no way around that person.
    #[sqlx(try_from = "i64")]
    pub unconfirmed_fen: Fen,
}

pub async fn get_gone_goods(conn: &mut Conn, parcel: ParcelId) -> Result<GoneGoodsRow> {
    Ok(sql::query_as::<GoneGoodsRow>(
        "SELECT COALESCE(CAST(SUM(CASE WHEN reason <> 'changed_mind' THEN goods_fen ELSE 0 END) AS BIGINT), 0)
                    AS faulty_fen,
                COALESCE(CAST(SUM(freight_fen - postage_fen) AS BIGINT), 0) AS freight_fen,
                (SELECT COALESCE(CAST(SUM(CASE WHEN a.status || '' = 'exchanged' THEN a.postage_fen
                                               ELSE a.goods_fen + a.freight_fen END) AS BIGINT), 0)
                   FROM parcels p JOIN after_sales a ON a.order_id = p.order_id AND a.team_id = p.team_id
                   JOIN parcels q ON q.id = a.parcel_id
                  WHERE p.id = $1 AND a.status || '' IN ('settled', 'exchanged') AND q.status || '' <> 'to_pack')
                    AS team_fen,
                (SELECT COALESCE(CAST(SUM(a.goods_fen + a.freight_fen) AS BIGINT), 0)
                   FROM parcels p JOIN after_sales a ON a.order_id = p.order_id AND a.team_id = p.team_id
                  WHERE p.id = $1 AND a.status || '' = 'settled' AND a.confirmed_by IS NULL) AS unconfirmed_fen
           FROM after_sales WHERE parcel_id = $1 AND status || '' = 'settled'",
    )
    .bind(parcel.get())
    .fetch_one(conn)
    .await?)
}

/// Takes pieces off what a product sold, for "best selling".
pub async fn take_from_sold_count(conn: &mut Conn, product: i64, pieces: i64) -> Result<()> {
    sql::query("UPDATE products SET sold_count = sold_count - $2 WHERE id = $1")
        .bind(product)
        .bind(pieces)
        .execute(conn)
        .await?;
    Ok(())
}
