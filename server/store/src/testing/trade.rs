//! Stock and orders that are as a test needs them, and what an acknowledged order has left behind.

use domain::ids::{BatchId, OrderId, ProductId, TeamId, VariantId, VillageId};

use crate::{Conn, Result, sql};

/// Puts so many base units more into every batch.
pub async fn stock_up(conn: &mut Conn, base_units: i64) -> Result<()> {
    sql::query("UPDATE batches SET received = received + $1, available = available + $1")
        .bind(base_units)
        .execute(&mut *conn)
        .await?;
    note_movements(conn).await
}

/// Writes down what was done to batches without a movement, so that the check of the books finds nothing wrong with it.
/// Batches of which nothing was ever written down stay so.
async fn note_movements(conn: &mut Conn) -> Result<()> {
    sql::query(
        "INSERT INTO stock_movements (id, batch_id, kind, reason, received_change, written_off_change, note, at_ms)
         SELECT (SELECT MAX(id) FROM stock_movements) + ROW_NUMBER() OVER (ORDER BY d.id), d.id, 'earlier', '',
                d.received, d.written_off, '', d.at_ms
           FROM (SELECT b.id, MAX(m.at_ms) AS at_ms,
                        b.received - CAST(SUM(m.received_change) AS BIGINT) AS received,
                        b.written_off - CAST(SUM(m.written_off_change) AS BIGINT)
                            - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                         WHERE g.batch_id = b.id AND g.status = 'written_off'), 0) AS written_off
                   FROM batches b JOIN stock_movements m ON m.batch_id = b.id
                  GROUP BY b.id, b.received, b.written_off) AS d
          WHERE d.received <> 0 OR d.written_off <> 0",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The same for the product of one variant.
pub async fn stock_up_variant(conn: &mut Conn, variant: VariantId, base_units: i64) -> Result<()> {
    sql::query(
        "UPDATE batches SET received = received + $1, available = available + $1
          WHERE product_id = (SELECT product_id FROM variants WHERE id = $2)",
    )
    .bind(base_units)
    .bind(variant.get())
    .execute(&mut *conn)
    .await?;
    note_movements(conn).await
}

/// Leaves exactly so many pieces of a variant, in the newest batch of its product.
pub async fn leave_pieces(conn: &mut Conn, variant: VariantId, pieces: i64) -> Result<()> {
    sql::query(
        "UPDATE batches SET received = received - available, available = 0
          WHERE product_id = (SELECT product_id FROM variants WHERE id = $1)",
    )
    .bind(variant.get())
    .execute(&mut *conn)
    .await?;
    sql::query(
        "UPDATE batches SET received = received + p.n, available = p.n
           FROM (SELECT base_quantity * CAST($1 AS BIGINT) AS n FROM variants WHERE id = $2) p
          WHERE id = (SELECT b.id FROM batches b JOIN variants v ON v.product_id = b.product_id
                       WHERE v.id = $2 ORDER BY b.produced_on DESC, b.id DESC LIMIT 1)",
    )
    .bind(pieces)
    .bind(variant.get())
    .execute(&mut *conn)
    .await?;
    note_movements(conn).await
}

/// Makes every batch one that nobody has given a last day.
pub async fn forget_last_days(conn: &mut Conn) -> Result<()> {
    sql::query("UPDATE batches SET expires_on = NULL").execute(conn).await?;
    Ok(())
}

/// The oldest batch of what a team has in the shop, with its product and a village it is of.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct SoldBatch {
    #[sqlx(try_from = "i64")]
    pub batch: BatchId,
    #[sqlx(try_from = "i64")]
    pub product: ProductId,
    #[sqlx(try_from = "i64")]
    pub village: VillageId,
}

/// The oldest batch of what a team has in the shop.
pub async fn get_sold_batch(conn: &mut Conn, team: TeamId) -> Result<SoldBatch> {
    let row = sql::query_as::<SoldBatch>(
        "SELECT b.id AS batch, b.product_id AS product, i.village_id AS village
           FROM batches b JOIN batch_inputs i ON i.batch_id = b.id JOIN products p ON p.id = b.product_id
          WHERE p.team_id = $1 AND p.status = 'published' ORDER BY b.id LIMIT 1",
    );
    Ok(row.bind(team.get()).fetch_one(conn).await?)
}

/// How much of a batch has come in and how much was written off, in base units.
pub async fn get_batch_counts(conn: &mut Conn, batch: BatchId) -> Result<(i64, i64)> {
    let row = sql::query_as::<(i64, i64)>("SELECT received, written_off FROM batches WHERE id = $1");
    Ok(row.bind(batch.get()).fetch_one(conn).await?)
}

/// How many batches have this code.
pub async fn count_batches(conn: &mut Conn, code: &str) -> Result<i64> {
    let count = sql::query_scalar::<i64>("SELECT COUNT(*) FROM batches WHERE code = $1");
    Ok(count.bind(code.to_owned()).fetch_one(conn).await?)
}

/// How many products there are, whatever their state.
pub async fn count_products(conn: &mut Conn) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM products").fetch_one(conn).await?)
}

/// Version and name of a product.
pub async fn get_product_version(conn: &mut Conn, product: ProductId) -> Result<(i64, String)> {
    let row = sql::query_as::<(i64, String)>("SELECT version, name FROM products WHERE id = $1");
    Ok(row.bind(product.get()).fetch_one(conn).await?)
}

/// Lets the time to pay for an order be over.
pub async fn end_hold(conn: &mut Conn, order: OrderId, now_ms: i64) -> Result<()> {
    sql::query("UPDATE orders SET hold_until_ms = $1 WHERE id = $2")
        .bind(now_ms)
        .bind(order.get())
        .execute(&mut *conn)
        .await?;
    sql::query("UPDATE timers SET due_at_ms = $1 WHERE done_at_ms IS NULL AND subject_id = $2")
        .bind(now_ms)
        .bind(order.get())
        .execute(conn)
        .await?;
    Ok(())
}

/// An order whose note says which attempt it is of.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NotedOrder {
    pub note: String,
    pub number: String,
    pub status: String,
}

/// The orders whose note begins with `prefix`.
pub async fn list_noted_orders(conn: &mut Conn, prefix: &str) -> Result<Vec<NotedOrder>> {
    let rows = sql::query_as::<NotedOrder>(
        "SELECT note, number, status FROM orders WHERE SUBSTR(note, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    );
    Ok(rows.bind(prefix.to_owned()).fetch_all(conn).await?)
}

/// How many payment pages were opened for the orders with this note.
pub async fn count_opened_pages(conn: &mut Conn, note: &str) -> Result<i64> {
    let count = sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM payments p JOIN orders o ON o.id = p.order_id
          WHERE o.note = $1 AND p.session_id IS NOT NULL",
    );
    Ok(count.bind(note.to_owned()).fetch_one(conn).await?)
}

/// How many transfers with this reference were announced for an order.
pub async fn count_announced(conn: &mut Conn, number: &str, reference: &str) -> Result<i64> {
    let count = sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM payments p JOIN orders o ON o.id = p.order_id
          WHERE o.number = $1 AND p.bank_reference = $2",
    );
    Ok(count.bind(number.to_owned()).bind(reference.to_owned()).fetch_one(conn).await?)
}

/// How many orders are completed.
pub async fn count_completed(conn: &mut Conn) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM orders WHERE status = 'completed'";
    Ok(sql::query_scalar::<i64>(text).fetch_one(conn).await?)
}

/// Refunds of online payments that were decided and not sent.
pub async fn count_unsent_refunds(conn: &mut Conn) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM refunds r JOIN payments p ON p.id = r.payment_id
                 WHERE p.method = 'online' AND r.status = 'requested'";
    Ok(sql::query_scalar::<i64>(text).fetch_one(conn).await?)
}

/// Online money as the shop has booked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct OnlineMoney {
    pub payments: i64,
    pub taken_fen: i64,
    pub refunds: i64,
    pub given_back_fen: i64,
}

/// What was taken online and what was given back of it.
pub async fn get_online_money(conn: &mut Conn) -> Result<OnlineMoney> {
    let row = sql::query_as::<OnlineMoney>(
        "SELECT t.payments, t.taken_fen, b.refunds, b.given_back_fen
           FROM (SELECT COUNT(*) AS payments, COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS taken_fen
                   FROM payments WHERE method = 'online' AND captured_at_ms IS NOT NULL) t
          CROSS JOIN (SELECT COUNT(*) AS refunds, COALESCE(CAST(SUM(r.amount_fen) AS BIGINT), 0) AS given_back_fen
                   FROM refunds r JOIN payments p ON p.id = r.payment_id
                  WHERE p.method = 'online' AND r.status = 'succeeded') b",
    );
    Ok(row.fetch_one(conn).await?)
}
