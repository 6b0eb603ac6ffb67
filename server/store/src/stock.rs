//! Stock by batch: what can be had, what is set aside, what is sold.
//!
//! Every move is one conditional `UPDATE` that fails to find its row when there is not enough, so two buyers can
//! never take the same goods, on either engine. Callers move batches in ascending order of id.

use domain::ids::{AllocationId, BatchId, LineId, OrderId, ProductId};

use crate::many::{MOST, Many};
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

static OFFERS: Many = Many::new(
    "SELECT id AS batch_id, product_id, available, expires_on, created_at_ms FROM batches WHERE product_id IN (",
    "?",
    ") AND available > 0 AND recalled_at_ms IS NULL AND (expires_on IS NULL OR expires_on >= ?) ORDER BY id",
);

/// Batches of these products with something left, neither recalled nor expired on `today` (`YYYY-MM-DD`).
pub async fn list_offers(conn: &mut Conn, products: &[ProductId], today: &str) -> Result<Vec<OfferRow>> {
    let mut offers = Vec::new();
    for products in products.chunks(MOST) {
        let mut statement = sql::query_as::<OfferRow>(OFFERS.text(products.len()));
        for product in products {
            statement = statement.bind(product.get());
        }
        offers.extend(statement.bind(today.to_owned()).fetch_all(&mut *conn).await?);
    }
    Ok(offers)
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

static INPUTS: Many = Many::new(
    "SELECT i.batch_id, c.id, i.weight_g FROM batch_inputs i JOIN collectives c ON c.village_id = i.village_id
      WHERE i.batch_id IN (",
    "?",
    ") ORDER BY i.batch_id, c.id",
);

/// Batch, collective and weight of every village whose harvest is in one of the batches.
pub async fn list_inputs(conn: &mut Conn, batches: &[BatchId]) -> Result<Vec<(i64, i64, i64)>> {
    let mut inputs = Vec::new();
    for batches in batches.chunks(MOST) {
        let mut statement = sql::query_as::<(i64, i64, i64)>(INPUTS.text(batches.len()));
        for batch in batches {
            statement = statement.bind(batch.get());
        }
        inputs.extend(statement.fetch_all(&mut *conn).await?);
    }
    Ok(inputs)
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

/// What a line is to take from a batch.
#[derive(Debug, Clone, Copy)]
pub struct NewAllocation {
    pub id: AllocationId,
    pub line: LineId,
    pub batch: BatchId,
    pub base_quantity: i64,
}

static NEW_ALLOCATIONS: Many = Many::new(
    "INSERT INTO allocations (id, order_id, line_id, batch_id, base_quantity, status) VALUES ",
    "(?, ?, ?, ?, ?, 'held')",
    "",
);

/// Notes what the lines of an order take from batches.
pub async fn insert_allocations(conn: &mut Conn, order: OrderId, rows: &[NewAllocation]) -> Result<()> {
    for rows in rows.chunks(MOST) {
        let mut statement = sql::query(NEW_ALLOCATIONS.text(rows.len()));
        for row in rows {
            statement = statement.bind(row.id.get()).bind(order.get()).bind(row.line.get());
            statement = statement.bind(row.batch.get()).bind(row.base_quantity);
        }
        statement.execute(&mut *conn).await?;
    }
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
