//! The batches of a listing: receiving goods, their papers, corrections of stock.

use domain::ids::{BatchId, ProductId, VillageId};

use crate::{Conn, Result, sql};

/// The days and the certificates of a batch. Days are `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct PapersRow {
    pub produced_on: String,
    /// The last day of sale; `None` for goods that keep.
    pub expires_on: Option<String>,
    pub certificate_number: String,
    pub certificate_issuer: String,
    pub certificate_contact: String,
    /// The day of the certificate; `None` without one.
    pub issued_on: Option<String>,
    /// The quarantine certificate of live poultry and meat; empty for everything else.
    pub quarantine_number: String,
}

/// A batch with all its quantities, in the product's base unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingBatchRow {
    #[sqlx(try_from = "i64")]
    pub id: BatchId,
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub code: String,
    #[sqlx(flatten)]
    pub papers: PapersRow,
    pub received: i64,
    pub available: i64,
    pub held: i64,
    pub sold: i64,
    pub written_off: i64,
}

macro_rules! batches {
    ($rest:literal) => {
        concat!(
            "SELECT id, product_id, code, produced_on, expires_on, certificate_number, certificate_issuer,
                certificate_contact, issued_on, quarantine_number, received, available, held, sold, written_off
            FROM batches WHERE ",
            $rest
        )
    };
}

/// All batches of a product, youngest first.
pub async fn list_listing_batches(conn: &mut Conn, product: ProductId) -> Result<Vec<ListingBatchRow>> {
    Ok(sql::query_as(batches!("product_id = $1 ORDER BY produced_on DESC, id DESC"))
        .bind(product.get())
        .fetch_all(&mut *conn)
        .await?)
}

/// One batch.
pub async fn find_listing_batch(conn: &mut Conn, id: BatchId) -> Result<Option<ListingBatchRow>> {
    Ok(sql::query_as(batches!("id = $1")).bind(id.get()).fetch_optional(&mut *conn).await?)
}

/// How many batches a product ever had.
pub async fn count_batches(conn: &mut Conn, product: ProductId) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM batches WHERE product_id = $1")
        .bind(product.get())
        .fetch_one(&mut *conn)
        .await?)
}

/// What one village put into a batch.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct InputNameRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub name: String,
    pub name_en: String,
    pub weight_g: i64,
}

/// The weighed inputs of all batches of a product, of each batch the heaviest first.
pub async fn list_product_inputs(conn: &mut Conn, product: ProductId) -> Result<Vec<InputNameRow>> {
    Ok(sql::query_as(
        "SELECT i.batch_id, i.village_id, v.name, v.name_en, i.weight_g \
         FROM batches b JOIN batch_inputs i ON i.batch_id = b.id JOIN villages v ON v.id = i.village_id \
         WHERE b.product_id = $1 ORDER BY i.batch_id, i.weight_g DESC, i.village_id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A batch that comes in: all of it is available.
#[derive(Debug, Clone)]
pub struct NewBatch {
    pub id: BatchId,
    pub product_id: ProductId,
    pub code: String,
    pub papers: PapersRow,
    /// Base units.
    pub received: i64,
    /// Village and weight in grams, each village once.
    pub inputs: Vec<(VillageId, i64)>,
    pub created_at_ms: i64,
}

/// # Errors
/// [`crate::StoreError::AlreadyExists`] when the product has a batch of that code or a village is named twice.
pub async fn insert_batch(conn: &mut Conn, batch: &NewBatch) -> Result<()> {
    let papers = batch.papers.clone();
    sql::query(
        "INSERT INTO batches (id, product_id, code, produced_on, expires_on, certificate_number, certificate_issuer, \
            certificate_contact, issued_on, quarantine_number, received, available, created_at_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)",
    )
    .bind(batch.id.get())
    .bind(batch.product_id.get())
    .bind(batch.code.clone())
    .bind(papers.produced_on)
    .bind(papers.expires_on)
    .bind(papers.certificate_number)
    .bind(papers.certificate_issuer)
    .bind(papers.certificate_contact)
    .bind(papers.issued_on)
    .bind(papers.quarantine_number)
    .bind(batch.received)
    .bind(batch.created_at_ms)
    .execute(&mut *conn)
    .await?;
    for (village, weight_g) in &batch.inputs {
        sql::query("INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES ($1, $2, $3)")
            .bind(batch.id.get())
            .bind(village.get())
            .bind(*weight_g)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Writes the papers of a batch; quantities and inputs stay.
pub async fn update_batch_papers(conn: &mut Conn, id: BatchId, papers: PapersRow) -> Result<()> {
    sql::query(
        "UPDATE batches SET produced_on = $2, expires_on = $3, certificate_number = $4, certificate_issuer = $5, \
            certificate_contact = $6, issued_on = $7, quarantine_number = $8 WHERE id = $1",
    )
    .bind(id.get())
    .bind(papers.produced_on)
    .bind(papers.expires_on)
    .bind(papers.certificate_number)
    .bind(papers.certificate_issuer)
    .bind(papers.certificate_contact)
    .bind(papers.issued_on)
    .bind(papers.quarantine_number)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes a batch for this transaction. Callers take batches in ascending order of id, and before their product.
pub async fn lock_batch(conn: &mut Conn, id: BatchId) -> Result<()> {
    sql::query("UPDATE batches SET available = available WHERE id = $1")
        .bind(id.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Writes the last day of sale of a batch (`YYYY-MM-DD`), `None` for goods that keep; its other papers stay.
pub async fn set_batch_expiry(conn: &mut Conn, id: BatchId, expires_on: Option<String>) -> Result<()> {
    sql::query("UPDATE batches SET expires_on = $2 WHERE id = $1")
        .bind(id.get())
        .bind(expires_on)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// More of a batch came in: nothing → available.
pub async fn receive_more(conn: &mut Conn, id: BatchId, base_quantity: i64) -> Result<()> {
    sql::query("UPDATE batches SET received = received + $2, available = available + $2 WHERE id = $1")
        .bind(id.get())
        .bind(base_quantity)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Available → written off. False when there is not enough.
pub async fn write_off(conn: &mut Conn, id: BatchId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE batches SET available = available - $2, written_off = written_off + $2 \
         WHERE id = $1 AND available >= $2",
    )
    .bind(id.get())
    .bind(base_quantity)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
