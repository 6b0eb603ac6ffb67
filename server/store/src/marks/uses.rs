//! Counting batches under a mark.

use std::collections::BTreeSet;

use domain::ids::{BatchId, CategoryId, MarkId, MarkLicenceId, MarkUseId, ProductId, UserId, VillageId};

use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// The mark that a listing is to bear.
pub async fn find_product_mark(conn: &mut Conn, product: ProductId) -> Result<Option<MarkId>> {
    let mark = sql::query_scalar::<i64>("SELECT mark_id FROM product_marks WHERE product_id = $1")
        .bind(product.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(mark.map(MarkId::from_i64))
}

/// The products of these batches whose listings are to bear a mark, with it.
pub async fn list_products_with_marks(
    conn: &mut Conn,
    batches: &BTreeSet<BatchId>,
) -> Result<BTreeSet<(MarkId, ProductId)>> {
    let ids: Vec<i64> = batches.iter().map(|batch| batch.get()).collect();
    let mut found = BTreeSet::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<(i64, i64)> = sql::query_as(concat!(
            wanted!(),
            "SELECT DISTINCT pm.mark_id, pm.product_id
               FROM wanted w
               JOIN batches b ON b.id = w.id
               JOIN product_marks pm ON pm.product_id = b.product_id"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        found.extend(
            part.into_iter().map(|(mark, product)| (MarkId::from_i64(mark), ProductId::from_i64(product))),
        );
    }
    Ok(found)
}

/// Says which mark a listing is to bear.
pub async fn put_product_mark(
    conn: &mut Conn,
    product: ProductId,
    mark: MarkId,
    user: UserId,
    at_ms: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO product_marks (product_id, mark_id, user_id, chosen_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (product_id) DO UPDATE SET mark_id = excluded.mark_id, user_id = excluded.user_id,
                chosen_at_ms = excluded.chosen_at_ms",
    )
    .bind(product.get())
    .bind(mark.get())
    .bind(user.get())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes the mark off a listing. What was counted stays counted.
pub async fn delete_product_mark(conn: &mut Conn, product: ProductId) -> Result<()> {
    sql::query("DELETE FROM product_marks WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A batch with something to sell, and how it stands to a mark.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MarkedBatchRow {
    #[sqlx(try_from = "i64")]
    pub id: BatchId,
    pub code: String,
    /// Base units that came in, and those of them that were lost or are sold.
    pub received: i64,
    pub written_off: i64,
    pub sold: i64,
    /// 1 when the batch bears the mark today.
    pub bears: i64,
}

/// The batches of a product that can be sold today, ascending, and whether they bear the mark.
pub async fn list_marked_batches(
    conn: &mut Conn,
    product: ProductId,
    mark: MarkId,
    today: &str,
) -> Result<Vec<MarkedBatchRow>> {
    Ok(sql::query_as::<MarkedBatchRow>(
        "SELECT b.id, b.code, b.received, b.written_off, b.sold,
                CAST(CASE WHEN x.batch_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS bears
           FROM batches b
           JOIN products p ON p.id = b.product_id
           LEFT JOIN batch_marks x ON x.batch_id = b.id AND x.mark_id = $2 AND x.category_id = p.category_id
                AND x.until_on >= $3 AND b.received - x.lost_before - x.sold_before <= x.counted
          WHERE b.product_id = $1 AND b.available > 0 AND b.recalled_at_ms IS NULL
            AND (b.expires_on IS NULL OR b.expires_on >= $3)
          ORDER BY b.id",
    )
    .bind(product.get())
    .bind(mark.get())
    .bind(today.to_owned())
    .fetch_all(&mut *conn)
    .await?)
}

/// How far a batch was counted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BatchMarkRow {
    #[sqlx(try_from = "i64")]
    pub batch_id: BatchId,
    #[sqlx(try_from = "i64")]
    pub mark_id: MarkId,
    #[sqlx(try_from = "i64")]
    pub category_id: CategoryId,
    /// Base units that were counted, and those that were lost or sold before and are not among them. What is lost
    /// later was counted: as much that comes in for it is counted as well.
    pub counted: i64,
    pub lost_before: i64,
    pub sold_before: i64,
    /// The last day.
    pub until_on: String,
}

/// How far a batch was counted, if it was.
pub async fn find_batch_mark(conn: &mut Conn, batch: BatchId) -> Result<Option<BatchMarkRow>> {
    Ok(sql::query_as::<BatchMarkRow>(
        "SELECT batch_id, mark_id, category_id, counted, lost_before, sold_before, until_on FROM batch_marks
          WHERE batch_id = $1",
    )
    .bind(batch.get())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Says how far a batch was counted.
pub async fn put_batch_mark(conn: &mut Conn, row: &BatchMarkRow, at_ms: i64) -> Result<()> {
    sql::query(
        "INSERT INTO batch_marks (batch_id, mark_id, category_id, counted, lost_before, sold_before, until_on,
                counted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (batch_id) DO UPDATE SET mark_id = excluded.mark_id, category_id = excluded.category_id,
                counted = excluded.counted, lost_before = excluded.lost_before,
                sold_before = excluded.sold_before, until_on = excluded.until_on,
                counted_at_ms = excluded.counted_at_ms",
    )
    .bind(row.batch_id.get())
    .bind(row.mark_id.get())
    .bind(row.category_id.get())
    .bind(row.counted)
    .bind(row.lost_before)
    .bind(row.sold_before)
    .bind(row.until_on.clone())
    .bind(at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Notes that so many base units of a batch are lost: first those that came in and were not counted yet.
pub async fn note_loss(conn: &mut Conn, batch: BatchId, base_quantity: i64) -> Result<()> {
    sql::query(
        "UPDATE batch_marks SET lost_before = lost_before + (
             SELECT CASE WHEN s.beyond < $2 THEN s.beyond ELSE $2 END
               FROM (SELECT b.received - batch_marks.lost_before - batch_marks.sold_before - batch_marks.counted AS beyond
                       FROM batches b WHERE b.id = $1) AS s)
          WHERE batch_id = $1
            AND counted + lost_before + sold_before < (SELECT b.received FROM batches b WHERE b.id = $1)",
    )
    .bind(batch.get())
    .bind(base_quantity)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What was counted of a batch for a village under a licence, all entries added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct UseRow {
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    /// `None` for the owner's own goods.
    pub licence_id: Option<i64>,
    /// Base units.
    pub base_quantity: i64,
}

/// What was counted of a batch for a mark.
pub async fn list_uses(conn: &mut Conn, batch: BatchId, mark: MarkId) -> Result<Vec<UseRow>> {
    Ok(sql::query_as::<UseRow>(
        "SELECT village_id, licence_id, CAST(SUM(base_quantity) AS BIGINT) AS base_quantity
           FROM mark_uses WHERE batch_id = $1 AND mark_id = $2
          GROUP BY village_id, licence_id HAVING SUM(base_quantity) <> 0
          ORDER BY village_id, licence_id",
    )
    .bind(batch.get())
    .bind(mark.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// An entry of what a batch used.
#[derive(Debug, Clone)]
pub struct NewUse {
    pub id: MarkUseId,
    pub mark_id: MarkId,
    pub licence_id: Option<MarkLicenceId>,
    pub batch_id: BatchId,
    pub village_id: VillageId,
    /// Base units; negative for what a split took along.
    pub base_quantity: i64,
    pub at_ms: i64,
}

/// Writes a use down. The licence's sum is [`use_licence`]'s.
pub async fn insert_use(conn: &mut Conn, used: &NewUse) -> Result<()> {
    sql::query(
        "INSERT INTO mark_uses (id, mark_id, licence_id, batch_id, village_id, base_quantity, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(used.id.get())
    .bind(used.mark_id.get())
    .bind(used.licence_id.map(MarkLicenceId::get))
    .bind(used.batch_id.get())
    .bind(used.village_id.get())
    .bind(used.base_quantity)
    .bind(used.at_ms)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes a licence for this transaction; false when there is none or it was withdrawn.
pub async fn lock_licence(conn: &mut Conn, id: MarkLicenceId) -> Result<bool> {
    use_licence(conn, id, 0).await
}

/// Takes so many base units of a licence; false, and nothing taken, when it was withdrawn or leaves less.
pub async fn use_licence(conn: &mut Conn, id: MarkLicenceId, base_quantity: i64) -> Result<bool> {
    let done = sql::query(
        "UPDATE mark_licences SET used = used + $2
          WHERE id = $1 AND withdrawn_at_ms IS NULL AND used + $2 <= quantity",
    )
    .bind(id.get())
    .bind(base_quantity)
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the mark off every batch that stands on a licence: `last` is the last day on which they bore it.
pub async fn end_batches_of_licence(conn: &mut Conn, id: MarkLicenceId, last: &str) -> Result<u64> {
    let done = sql::query(
        "UPDATE batch_marks SET until_on = $2
          WHERE batch_id IN (SELECT u.batch_id FROM mark_uses u WHERE u.licence_id = $1
                              GROUP BY u.batch_id HAVING SUM(u.base_quantity) > 0)
            AND mark_id = (SELECT l.mark_id FROM mark_licences l WHERE l.id = $1) AND until_on > $2",
    )
    .bind(id.get())
    .bind(last.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected())
}
