//! What was done to batches besides selling them: movements, splits, counts, corrections of weights, warnings.
//!
//! Movements are only ever added. Callers take the batch ([`crate::listing::lock_batch`]) before they change it and note
//! the movement in the same transaction.

mod counts;
mod list;
mod shelf;
mod shown;
mod warnings;

use domain::ids::{BatchId, LineId, MediaId, MovementId, ParcelId, PlaceId, ProductId, UserId, VillageId};
use domain::stock::movement::MovementKind;

use crate::{Conn, Result, sql};

pub use counts::{
    CorrectionLineRow, NewInputCorrection, NewStocktake, StocktakeLineRow, insert_input_correction,
    insert_stocktake, list_input_corrections, list_sold_to_pack, list_stocktake_lines,
};
pub use list::{TeamBatchRow, list_team_batches};
pub use shelf::{
    CountFilter, CountLineRow, ShelfRow, find_shelf_batch, list_count_lines, list_counted_products,
    list_shelf, list_team_to_pack,
};
pub use shown::{MovementFilter, MovementRow, MovementsOf, list_moved_products, list_movements};
pub use warnings::{
    ExpiringRow, LowStockRow, ThresholdRow, find_threshold, list_expiring, list_low_stock, put_threshold,
};

/// Something that was done to a batch.
#[derive(Debug, Clone)]
pub struct NewMovement {
    pub id: MovementId,
    pub batch_id: BatchId,
    pub kind: MovementKind,
    /// A word of the kind's reasons; empty when it has none.
    pub reason: String,
    /// Base units; negative for what a split took away.
    pub received_change: i64,
    pub written_off_change: i64,
    /// The other side of a split.
    pub counterpart_id: Option<BatchId>,
    pub from_place_id: Option<PlaceId>,
    /// Where it was carried to, or counted.
    pub place_id: Option<PlaceId>,
    /// The count, the correction or the recall that it belongs to.
    pub cause_id: Option<i64>,
    /// Of a correction of its days.
    pub days: Option<DaysChange>,
    pub note: String,
    /// `None` for what the shop does by itself.
    pub user_id: Option<UserId>,
    pub at_ms: i64,
}

/// The days of a batch (`YYYY-MM-DD`) as they were and as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysChange {
    pub former_produced_on: String,
    pub former_expires_on: Option<String>,
    pub produced_on: String,
    pub expires_on: Option<String>,
}

impl NewMovement {
    /// A movement that changes nothing yet.
    #[must_use]
    pub fn of(id: MovementId, batch: BatchId, kind: MovementKind, user: Option<UserId>, at_ms: i64) -> Self {
        Self {
            id,
            batch_id: batch,
            kind,
            reason: String::new(),
            received_change: 0,
            written_off_change: 0,
            counterpart_id: None,
            from_place_id: None,
            place_id: None,
            cause_id: None,
            days: None,
            note: String::new(),
            user_id: user,
            at_ms,
        }
    }
}

/// Notes a movement. Call it after the batch was changed: what the movements of the batch and this one do not explain is
/// noted before it as done earlier, under `earlier_id`. That is everything for a batch from before movements were written
/// down, and what a release that does not write them did since.
pub async fn insert_movement(conn: &mut Conn, movement: &NewMovement, earlier_id: MovementId) -> Result<()> {
    sql::query(
        "INSERT INTO stock_movements (id, batch_id, kind, reason, received_change, written_off_change, note, at_ms)
         SELECT $1, d.id, 'earlier', '', d.received, d.written_off, '', d.at_ms
           FROM (SELECT b.id, CASE WHEN COUNT(m.id) = 0 THEN b.created_at_ms ELSE $5 END AS at_ms,
                        b.received - $3 - COALESCE(CAST(SUM(m.received_change) AS BIGINT), 0) AS received,
                        b.written_off - $4 - COALESCE(CAST(SUM(m.written_off_change) AS BIGINT), 0)
                            - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT) FROM after_sale_goods g
                                         WHERE g.batch_id = b.id AND g.status = 'written_off'), 0) AS written_off
                   FROM batches b LEFT JOIN stock_movements m ON m.batch_id = b.id
                  WHERE b.id = $2
                  GROUP BY b.id, b.created_at_ms, b.received, b.written_off) AS d
          WHERE d.received <> 0 OR d.written_off <> 0",
    )
    .bind(earlier_id.get())
    .bind(movement.batch_id.get())
    .bind(movement.received_change)
    .bind(movement.written_off_change)
    .bind(movement.at_ms)
    .execute(&mut *conn)
    .await?;
    let days = movement.days.as_ref();
    sql::query(
        "INSERT INTO stock_movements (id, batch_id, kind, reason, received_change, written_off_change, counterpart_id,
                from_place_id, place_id, cause_id, note, user_id, at_ms, former_produced_on, former_expires_on,
                produced_on, expires_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(movement.id.get())
    .bind(movement.batch_id.get())
    .bind(movement.kind.as_str())
    .bind(movement.reason.clone())
    .bind(movement.received_change)
    .bind(movement.written_off_change)
    .bind(movement.counterpart_id.map(BatchId::get))
    .bind(movement.from_place_id.map(PlaceId::get))
    .bind(movement.place_id.map(PlaceId::get))
    .bind(movement.cause_id)
    .bind(movement.note.clone())
    .bind(movement.user_id.map(UserId::get))
    .bind(movement.at_ms)
    .bind(days.map(|days| days.former_produced_on.clone()))
    .bind(days.and_then(|days| days.former_expires_on.clone()))
    .bind(days.map(|days| days.produced_on.clone()))
    .bind(days.and_then(|days| days.expires_on.clone()))
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// What a batch has beside its papers and quantities.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BatchExtraRow {
    #[sqlx(try_from = "i64")]
    pub id: BatchId,
    pub recalled_at_ms: Option<i64>,
    /// Where it lies; the place of its product when nothing else was said.
    pub place_id: i64,
    pub place_name: String,
    pub split_from_id: Option<i64>,
    pub split_from_code: Option<String>,
    /// The photo of its certificate; `None` without one.
    pub content_hash: Option<String>,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub placeholder: Option<String>,
    pub sizes: Option<String>,
}

/// [`BatchExtraRow`] of all batches of a product.
pub async fn list_batch_extras(conn: &mut Conn, product: ProductId) -> Result<Vec<BatchExtraRow>> {
    Ok(sql::query_as::<BatchExtraRow>(
        "SELECT b.id, b.recalled_at_ms, d.id AS place_id, d.name AS place_name, b.split_from_id,
                o.code AS split_from_code, m.content_hash, m.width, m.height, m.placeholder,
                m.sizes
           FROM products p
           JOIN batches b ON b.product_id = p.id
           JOIN dispatch_places d ON d.id = COALESCE(b.place_id, p.place_id)
           LEFT JOIN batches o ON o.id = b.split_from_id
           LEFT JOIN media m ON m.id = b.certificate_media_id
          WHERE p.id = $1 ORDER BY b.id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// A part of a batch that becomes one of its own.
#[derive(Debug, Clone)]
pub struct NewPart {
    pub id: BatchId,
    pub from: BatchId,
    pub code: String,
    /// Base units.
    pub quantity: i64,
    /// Where it lies; `None` for where its origin does.
    pub place_id: Option<PlaceId>,
    /// Weights in grams that go with it.
    pub inputs: Vec<(VillageId, i64)>,
}

/// Takes a part out of what can be sold of a batch, with the papers of the batch and the day it came in. The weights that
/// stay are for [`set_weights`]. False when less can be sold.
///
/// # Errors
/// [`crate::StoreError::AlreadyExists`] when the product has a batch of that code.
pub async fn split_batch(conn: &mut Conn, part: &NewPart) -> Result<bool> {
    let taken = sql::query(
        "UPDATE batches SET received = received - $2, available = available - $2
          WHERE id = $1 AND available >= $2 AND recalled_at_ms IS NULL",
    )
    .bind(part.from.get())
    .bind(part.quantity)
    .execute(&mut *conn)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(false);
    }
    sql::query(
        "INSERT INTO batches (id, product_id, code, produced_on, expires_on, certificate_number, certificate_issuer,
                certificate_contact, issued_on, quarantine_number, received, available, created_at_ms, place_id,
                split_from_id, certificate_media_id)
         SELECT $1, product_id, $3, produced_on, expires_on, certificate_number, certificate_issuer,
                certificate_contact, issued_on, quarantine_number, $4, $4, created_at_ms,
                COALESCE(CAST($5 AS BIGINT), place_id), id, certificate_media_id
           FROM batches WHERE id = $2",
    )
    .bind(part.id.get())
    .bind(part.from.get())
    .bind(part.code.clone())
    .bind(part.quantity)
    .bind(part.place_id.map(PlaceId::get))
    .execute(&mut *conn)
    .await?;
    set_weights(conn, part.id, &part.inputs).await?;
    Ok(true)
}

/// Village and weight in grams of a batch, by village.
pub async fn list_weights(conn: &mut Conn, batch: BatchId) -> Result<Vec<(VillageId, i64)>> {
    let rows = sql::query_as::<(i64, i64)>(
        "SELECT village_id, weight_g FROM batch_inputs WHERE batch_id = $1 ORDER BY village_id",
    )
    .bind(batch.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(rows.into_iter().map(|(village, weight_g)| (VillageId::from_i64(village), weight_g)).collect())
}

/// Makes these the weights of a batch, each village once. What orders have frozen stays.
pub async fn set_weights(conn: &mut Conn, batch: BatchId, weights: &[(VillageId, i64)]) -> Result<()> {
    for (village, _) in list_weights(conn, batch).await? {
        if weights.iter().all(|(kept, _)| *kept != village) {
            sql::query("DELETE FROM batch_inputs WHERE batch_id = $1 AND village_id = $2")
                .bind(batch.get())
                .bind(village.get())
                .execute(&mut *conn)
                .await?;
        }
    }
    for (village, weight_g) in weights {
        sql::query(
            "INSERT INTO batch_inputs (batch_id, village_id, weight_g) VALUES ($1, $2, $3)
             ON CONFLICT (batch_id, village_id) DO UPDATE SET weight_g = excluded.weight_g",
        )
        .bind(batch.get())
        .bind(village.get())
        .bind(*weight_g)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Says where a batch lies.
pub async fn set_batch_place(conn: &mut Conn, batch: BatchId, place: PlaceId) -> Result<()> {
    sql::query("UPDATE batches SET place_id = $2 WHERE id = $1")
        .bind(batch.get())
        .bind(place.get())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// The photo of a batch's certificate.
pub async fn find_certificate_photo(conn: &mut Conn, batch: BatchId) -> Result<Option<MediaId>> {
    let photo = sql::query_scalar::<Option<i64>>("SELECT certificate_media_id FROM batches WHERE id = $1")
        .bind(batch.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(photo.flatten().map(MediaId::from_i64))
}

/// Names the photo of a batch's certificate; `None` for none.
pub async fn set_certificate_photo(conn: &mut Conn, batch: BatchId, photo: Option<MediaId>) -> Result<()> {
    sql::query("UPDATE batches SET certificate_media_id = $2 WHERE id = $1")
        .bind(batch.get())
        .bind(photo.map(MediaId::get))
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Which batch goods of a parcel are of, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ParcelBatchRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    pub code: String,
    pub place_name: String,
    pub base_unit: String,
    pub base_quantity: i64,
    /// The last day on which they may be sold and sent.
    pub expires_on: Option<String>,
    /// 1 when they must not leave.
    pub is_recalled: i64,
}

/// The batches that a parcel's goods are taken from, the first to expire first; without what was given back before it
/// left. Of a parcel that replaces goods, those that were set aside for it.
pub async fn list_parcel_batches(conn: &mut Conn, parcel: ParcelId) -> Result<Vec<ParcelBatchRow>> {
    Ok(sql::query_as::<ParcelBatchRow>(
        "SELECT t.line_id, b.code, d.name AS place_name, p.base_unit, t.base_quantity, b.expires_on,
                CAST(CASE WHEN b.recalled_at_ms IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_recalled
           FROM (SELECT l.id AS line_id, a.batch_id,
                        a.base_quantity - COALESCE((SELECT CAST(SUM(g.base_quantity) AS BIGINT)
                            FROM after_sale_goods g JOIN after_sales f ON f.id = g.after_sale_id
                           WHERE g.line_id = l.id AND g.batch_id = a.batch_id AND f.kind = 'refund_unshipped'
                             AND g.status IN ('restocked', 'written_off')), 0) AS base_quantity
                   FROM order_lines l JOIN allocations a ON a.line_id = l.id AND a.status IN ('held', 'sold')
                  WHERE l.parcel_id = $1
                 UNION ALL
                 SELECT g.line_id, g.batch_id, g.base_quantity
                   FROM after_sales f
                   JOIN after_sale_goods g ON g.after_sale_id = f.id AND g.status IN ('held', 'sold')
                  WHERE f.replacement_parcel_id = $1) AS t
           JOIN batches b ON b.id = t.batch_id
           JOIN products p ON p.id = b.product_id
           JOIN dispatch_places d ON d.id = COALESCE(b.place_id, p.place_id)
          WHERE t.base_quantity > 0
          ORDER BY t.line_id, COALESCE(b.expires_on, '9999-12-31'), b.id",
    )
    .bind(parcel.get())
    .fetch_all(&mut *conn)
    .await?)
}
