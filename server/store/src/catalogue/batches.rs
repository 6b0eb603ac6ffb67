//! Batches as a buyer sees them: what is in stock, what is sold next, whose harvest is in it.

use domain::ids::{BatchId, CollectiveId, ProductId, VillageId};

use crate::bundles::available;
use crate::listing::PapersRow;
use crate::{Conn, Result, sql};

/// One harvest or production run. Quantities are in the product's base unit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BatchRow {
    #[sqlx(try_from = "i64")]
    pub id: BatchId,
    pub code: String,
    #[sqlx(flatten)]
    pub papers: PapersRow,
    pub received: i64,
    pub available: i64,
}

macro_rules! batch {
    ($rest:literal) => {
        concat!(
            "SELECT id, code, produced_on, expires_on, certificate_number, certificate_issuer, certificate_contact,
                issued_on, quarantine_number, received, available
            FROM batches WHERE product_id = $1 ",
            $rest
        )
    };
}

/// The batch a buyer would get today: of those in stock and not expired on `today`, the one that expires first, as
/// `domain::stock::allocate` chooses.
pub async fn find_next_batch(conn: &mut Conn, product: ProductId, today: &str) -> Result<Option<BatchRow>> {
    Ok(sql::query_as(batch!(
        "AND available > 0 AND recalled_at_ms IS NULL AND (expires_on IS NULL OR expires_on >= $2)
        ORDER BY COALESCE(expires_on, '9999-12-31'), created_at_ms, id LIMIT 1"
    ))
    .bind(product.get())
    .bind(today.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// The youngest batch, in stock or not.
pub async fn find_latest_batch(conn: &mut Conn, product: ProductId) -> Result<Option<BatchRow>> {
    Ok(sql::query_as(batch!("ORDER BY produced_on DESC, id DESC LIMIT 1"))
        .bind(product.get())
        .fetch_optional(&mut *conn)
        .await?)
}

/// A batch by the code printed on the package.
pub async fn find_batch(conn: &mut Conn, product: ProductId, code: &str) -> Result<Option<BatchRow>> {
    Ok(sql::query_as(batch!("AND code = $2"))
        .bind(product.get())
        .bind(code.to_owned())
        .fetch_optional(&mut *conn)
        .await?)
}

/// Unexpired stock of a product in base units; of a gift box as many as its parts suffice for.
pub async fn sum_available(conn: &mut Conn, product: ProductId, today: &str) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(concat!("SELECT ", available!("$1", "$2")))
        .bind(product.get())
        .bind(today.to_owned())
        .fetch_one(&mut *conn)
        .await?)
}

/// What one village put into a batch, and the body that earns for it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BatchInputRow {
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    pub town_name: String,
    pub town_name_en: String,
    #[sqlx(try_from = "i64")]
    pub collective_id: CollectiveId,
    pub collective_name: String,
    pub collective_name_en: String,
    pub weight_g: i64,
}

/// The weighed inputs of a batch, heaviest first.
pub async fn list_batch_inputs(conn: &mut Conn, batch: BatchId) -> Result<Vec<BatchInputRow>> {
    Ok(sql::query_as(
        "SELECT v.id AS village_id, v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en,
            t.name AS town_name, t.name_en AS town_name_en,
            c.id AS collective_id, c.name AS collective_name, c.name_en AS collective_name_en, i.weight_g
        FROM batch_inputs i
        JOIN villages v ON v.id = i.village_id
        JOIN towns t ON t.id = v.town_id
        JOIN collectives c ON c.village_id = v.id
        WHERE i.batch_id = $1 ORDER BY i.weight_g DESC, v.id",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?)
}
