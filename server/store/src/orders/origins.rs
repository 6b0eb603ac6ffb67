//! From where orders came that nobody has paid yet.

use domain::ids::OrderId;

use crate::{Conn, Result, sql};

/// Notes from where an order came. `address_key` is a digest of the address.
pub async fn insert_origin(conn: &mut Conn, order: OrderId, address_key: &str, now_ms: i64) -> Result<()> {
    sql::query("INSERT INTO order_origins (order_id, address_key, placed_at_ms) VALUES ($1, $2, $3)")
        .bind(order.get())
        .bind(address_key.to_owned())
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// When the `nth` newest order was placed, counted from 1, that came from this address since `since_ms` and that nobody
/// paid; `None` when there are fewer.
pub async fn find_nth_unpaid_from(
    conn: &mut Conn,
    address_key: &str,
    since_ms: i64,
    nth: i64,
) -> Result<Option<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT s.placed_at_ms FROM order_origins s JOIN orders o ON o.id = s.order_id
          WHERE s.address_key = $1 AND s.placed_at_ms > $2
            AND o.status IN ('awaiting_payment', 'expired', 'cancelled')
          ORDER BY s.placed_at_ms DESC LIMIT 1 OFFSET $3",
    )
    .bind(address_key.to_owned())
    .bind(since_ms)
    .bind(nth - 1)
    .fetch_optional(conn)
    .await?)
}

/// Forgets from where orders came that were placed before `before_ms`; answers how many.
pub async fn purge_origins(conn: &mut Conn, before_ms: i64) -> Result<u64> {
    let done =
        sql::query("DELETE FROM order_origins WHERE placed_at_ms < $1").bind(before_ms).execute(conn).await?;
    Ok(done.rows_affected())
}
