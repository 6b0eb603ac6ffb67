//! Stock by batch: what can be had, what is set aside, what is sold.
//!
//! Every move is one conditional `UPDATE` that fails to find its row when there is not enough, so two buyers can
//! never take the same goods, on either engine. Callers move batches in ascending order of id.

use domain::ids::{AllocationId, BatchId, LineId, OrderId, ProductId};

use crate::{Conn, Result, sql};

/// A batch that may be sold from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OfferRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub available: i64,
    pub expires_on: Option<String>,
    pub created_at_ms: i64,
}

/// What a line takes from a batch.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AllocationRow {
    #[sqlx(try_from = "i64")]
    pub id: AllocationId,
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    pub base_quantity: i64,
    pub status: String,
}

/// Batches of a product with something left, neither recalled nor expired on `today` (`YYYY-MM-DD`).
pub async fn list_offers(conn: &mut Conn, product: ProductId, today: &str) -> Result<Vec<OfferRow>> {
    Ok(sql::query_as::<OfferRow>(
        "SELECT id AS batch_id, product_id, available, expires_on, created_at_ms FROM batches
          WHERE product_id = $1 AND available > 0 AND recalled_at_ms IS NULL
            AND (expires_on IS NULL OR expires_on >= $2)
          ORDER BY id",
    )
    .bind(product.get())
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?)
}

/// Takes a batch for a decision and tells what it offers now; `None` when it is empty, recalled, or
/// expired on `today`.
/// Callers take batches in ascending order of id.
pub async fn lock_offer(conn: &mut Conn, batch: BatchId, today: &str) -> Result<Option<OfferRow>> {
    Ok(sql::query_as::<OfferRow>(
        "UPDATE batches SET available = available
          WHERE id = $1 AND available > 0 AND recalled_at_ms IS NULL AND (expires_on IS NULL OR expires_on >= $2)
         RETURNING id AS batch_id, product_id, available, expires_on, created_at_ms",
    )
    .bind(batch.get())
    .bind(today.to_owned())
    .fetch_optional(conn)
    .await?)
}

/// Collective and weight of every village whose harvest is in the batch.
pub async fn list_inputs(conn: &mut Conn, batch: BatchId) -> Result<Vec<(i64, i64)>> {
    Ok(sql::query_as::<(i64, i64)>(
        "SELECT c.id, i.weight_g FROM batch_inputs i JOIN collectives c ON c.village_id = i.village_id
          WHERE i.batch_id = $1 ORDER BY c.id",
    )
    .bind(batch.get())
    .fetch_all(conn)
    .await?)
}

/// Available → held. False when there is not enough, or the batch was recalled.
pub async fn hold(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE batches SET available = available - $2, held = held + $2
          WHERE id = $1 AND available >= $2 AND recalled_at_ms IS NULL",
    )
    .bind(batch.get())
    .bind(base_quantity)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Held → available. False when less is held.
pub async fn release(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE batches SET available = available + $2, held = held - $2 WHERE id = $1 AND held >= $2",
    )
    .bind(batch.get())
    .bind(base_quantity)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Held → sold. False when less is held.
pub async fn sell(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<bool> {
    let done =
        sql::query("UPDATE batches SET held = held - $2, sold = sold + $2 WHERE id = $1 AND held >= $2")
            .bind(batch.get())
            .bind(base_quantity)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Sold → available: goods that never left. False when less is sold.
pub async fn take_back(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE batches SET sold = sold - $2, available = available + $2 WHERE id = $1 AND sold >= $2",
    )
    .bind(batch.get())
    .bind(base_quantity)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a line takes from a batch.
pub async fn insert_allocation(
    conn: &mut Conn,
    id: AllocationId,
    order: OrderId,
    line: LineId,
    batch: BatchId,
    base_quantity: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO allocations (id, order_id, line_id, batch_id, base_quantity, status)
         VALUES ($1, $2, $3, $4, $5, 'held')",
    )
    .bind(id.get())
    .bind(order.get())
    .bind(line.get())
    .bind(batch.get())
    .bind(base_quantity)
    .execute(conn)
    .await?;
    Ok(())
}

/// What an order takes from which batch, in the order in which batches are locked.
pub async fn list_allocations(conn: &mut Conn, order: OrderId) -> Result<Vec<AllocationRow>> {
    Ok(sql::query_as::<AllocationRow>(
        "SELECT id, line_id, batch_id, base_quantity, status FROM allocations
          WHERE order_id = $1 ORDER BY batch_id, line_id",
    )
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Moves all allocations of an order to `status` (`held`, `sold`, `released`).
pub async fn update_allocations(conn: &mut Conn, order: OrderId, status: &'static str) -> Result<()> {
    sql::query("UPDATE allocations SET status = $2 WHERE order_id = $1")
        .bind(order.get())
        .bind(status)
        .execute(conn)
        .await?;
    Ok(())
}
