//! What everybody sees of marks, and what lines were sold as.

use domain::ids::{BatchId, LineId, MarkId, OrderId, ProductId};

use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// A mark as goods bear it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MarkHeadRow {
    /// The product, the line or the batch that bears it.
    pub subject_id: i64,
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// 1 when it bears it today.
    pub bears: i64,
}

/// Whether batch `b` of product `p` bears its mark on day `$day`: `x` is its row, or nothing.
macro_rules! bearing {
    ($day:literal) => {
        concat!(
            "x.batch_id = b.id AND x.mark_id = pm.mark_id AND x.category_id = p.category_id AND x.until_on >= ",
            $day,
            " AND b.received - x.lost_before - x.sold_before <= x.counted"
        )
    };
}

/// Whether something of product `p` can be sold on day `$day`, and every batch that can be bears the mark.
macro_rules! all_bear {
    ($day:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM batches b
                  WHERE b.product_id = p.id AND b.available > 0 AND b.recalled_at_ms IS NULL
                    AND (b.expires_on IS NULL OR b.expires_on >= ",
            $day,
            "))
             AND NOT EXISTS (SELECT 1 FROM batches b LEFT JOIN batch_marks x ON ",
            bearing!($day),
            "     WHERE b.product_id = p.id AND b.available > 0 AND b.recalled_at_ms IS NULL
                    AND (b.expires_on IS NULL OR b.expires_on >= ",
            $day,
            ") AND x.batch_id IS NULL)"
        )
    };
}

/// Which of the products bear which mark on a day: those of which every batch that can be sold bears it.
pub async fn list_shown_marks(conn: &mut Conn, products: &[i64], today: &str) -> Result<Vec<MarkHeadRow>> {
    let mut shown = Vec::new();
    for chunk in products.chunks(PACKED_AT_ONCE) {
        let part: Vec<MarkHeadRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT p.id AS subject_id, m.slug, m.name, m.name_en, CAST(1 AS BIGINT) AS bears
               FROM wanted w
               JOIN product_marks pm ON pm.product_id = w.id
               JOIN products p ON p.id = pm.product_id
               JOIN collective_marks m ON m.id = pm.mark_id
              WHERE ",
            all_bear!("$3"),
            " ORDER BY w.n"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .bind(today.to_owned())
        .fetch_all(&mut *conn)
        .await?;
        shown.extend(part);
    }
    Ok(shown)
}

/// The published products that bear a mark on a day, the newest first, at most `limit`.
pub async fn list_marked_product_ids(
    conn: &mut Conn,
    mark: MarkId,
    today: &str,
    limit: i64,
) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(concat!(
        "SELECT p.id FROM product_marks pm JOIN products p ON p.id = pm.product_id
          WHERE pm.mark_id = $1 AND p.status || '' = 'published' AND ",
        all_bear!("$2"),
        " ORDER BY p.published_at_ms DESC, p.id DESC LIMIT $3"
    ))
    .bind(mark.get())
    .bind(today.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// The mark that a batch was counted under, and whether it bears it today.
pub async fn find_shown_batch_mark(
    conn: &mut Conn,
    batch: BatchId,
    today: &str,
) -> Result<Option<MarkHeadRow>> {
    Ok(sql::query_as::<MarkHeadRow>(
        "SELECT b.id AS subject_id, m.slug, m.name, m.name_en,
                CAST(CASE WHEN x.category_id = p.category_id AND x.until_on >= $2
                      AND b.received - x.lost_before - x.sold_before <= x.counted
                      AND EXISTS (SELECT 1 FROM product_marks pm
                                   WHERE pm.product_id = p.id AND pm.mark_id = x.mark_id)
                     THEN 1 ELSE 0 END AS BIGINT) AS bears
           FROM batch_marks x
           JOIN batches b ON b.id = x.batch_id
           JOIN products p ON p.id = b.product_id
           JOIN collective_marks m ON m.id = x.mark_id
          WHERE x.batch_id = $1",
    )
    .bind(batch.get())
    .bind(today.to_owned())
    .fetch_optional(&mut *conn)
    .await?)
}

/// Notes of the lines of an order under which mark they are sold: that of the listing, if every batch they were allocated
/// from bears it today. What was noted stays.
pub async fn freeze_line_marks(conn: &mut Conn, order: OrderId, today: &str) -> Result<()> {
    sql::query(concat!(
        "INSERT INTO order_line_marks (line_id, mark_id, name, name_en)
         SELECT l.id, m.id, m.name, m.name_en
           FROM order_lines l
           JOIN product_marks pm ON pm.product_id = l.product_id
           JOIN products p ON p.id = l.product_id
           JOIN collective_marks m ON m.id = pm.mark_id
          WHERE l.order_id = $1
            AND EXISTS (SELECT 1 FROM allocations a WHERE a.line_id = l.id AND a.status = 'held')
            AND NOT EXISTS (SELECT 1 FROM allocations a JOIN batches b ON b.id = a.batch_id
                              LEFT JOIN batch_marks x ON ",
        bearing!("$2"),
        "                  WHERE a.line_id = l.id AND a.status = 'held' AND x.batch_id IS NULL)
         ON CONFLICT (line_id) DO NOTHING"
    ))
    .bind(order.get())
    .bind(today.to_owned())
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// The mark that a line was sold under.
pub async fn find_line_mark(conn: &mut Conn, line: LineId) -> Result<Option<MarkId>> {
    let mark = sql::query_scalar::<i64>("SELECT mark_id FROM order_line_marks WHERE line_id = $1")
        .bind(line.get())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(mark.map(MarkId::from_i64))
}

/// Under which mark a line was sold.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LineMarkRow {
    #[sqlx(try_from = "i64")]
    pub line_id: LineId,
    pub slug: String,
    /// As it was called then.
    pub name: String,
    pub name_en: String,
}

/// The lines of an order that were sold under a mark.
pub async fn list_line_marks(conn: &mut Conn, order: OrderId) -> Result<Vec<LineMarkRow>> {
    Ok(sql::query_as::<LineMarkRow>(
        "SELECT k.line_id, m.slug, k.name, k.name_en
           FROM order_lines l
           JOIN order_line_marks k ON k.line_id = l.id
           JOIN collective_marks m ON m.id = k.mark_id
          WHERE l.order_id = $1 ORDER BY k.line_id",
    )
    .bind(order.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// What a village used of a mark.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VillageUseRow {
    pub village_slug: String,
    pub village_name: String,
    pub village_name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub base_quantity: i64,
    pub batches: i64,
}

/// What went on sale under a mark between two moments, by village, the most first within a unit.
pub async fn list_village_use(
    conn: &mut Conn,
    mark: MarkId,
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<VillageUseRow>> {
    Ok(sql::query_as::<VillageUseRow>(
        "SELECT v.slug AS village_slug, v.name AS village_name, v.name_en AS village_name_en, p.base_unit,
                CAST(SUM(u.base_quantity) AS BIGINT) AS base_quantity, COUNT(DISTINCT u.batch_id) AS batches
           FROM mark_uses u
           JOIN villages v ON v.id = u.village_id
           JOIN batches b ON b.id = u.batch_id
           JOIN products p ON p.id = b.product_id
          WHERE u.mark_id = $1 AND u.at_ms >= $2 AND u.at_ms < $3
          GROUP BY v.id, v.slug, v.name, v.name_en, p.base_unit
         HAVING SUM(u.base_quantity) > 0
          ORDER BY p.base_unit, SUM(u.base_quantity) DESC, v.id",
    )
    .bind(mark.get())
    .bind(from_ms)
    .bind(until_ms)
    .fetch_all(&mut *conn)
    .await?)
}

/// What a batch used of a licence.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BatchUseRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    pub licence_id: Option<i64>,
    pub product_slug: String,
    pub product_name: String,
    pub product_name_en: String,
    pub batch_code: String,
    pub village_name: String,
    pub village_name_en: String,
    pub base_unit: String,
    pub base_quantity: i64,
    pub at_ms: i64,
}

/// Which batches, by the moment in which they were counted last: from one until before the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseFilter {
    pub mark: MarkId,
    pub from_ms: i64,
    pub until_ms: i64,
}

/// What was counted under a mark, batch by batch, the latest first.
pub async fn list_batch_use(
    conn: &mut Conn,
    filter: UseFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<BatchUseRow>> {
    Ok(sql::query_as::<BatchUseRow>(
        "SELECT p.id AS product_id, u.licence_id, p.slug AS product_slug, p.name AS product_name,
                p.name_en AS product_name_en, b.code AS batch_code, v.name AS village_name,
                v.name_en AS village_name_en, p.base_unit, CAST(SUM(u.base_quantity) AS BIGINT) AS base_quantity,
                MAX(u.at_ms) AS at_ms
           FROM mark_uses u
           JOIN batches b ON b.id = u.batch_id
           JOIN products p ON p.id = b.product_id
           JOIN villages v ON v.id = u.village_id
          WHERE u.mark_id = $1
          GROUP BY p.id, u.licence_id, p.slug, p.name, p.name_en, b.id, b.code, v.id, v.name, v.name_en, p.base_unit
         HAVING SUM(u.base_quantity) > 0 AND MAX(u.at_ms) >= $2 AND MAX(u.at_ms) < $3
          ORDER BY MAX(u.at_ms) DESC, b.id DESC, v.id LIMIT $4 OFFSET $5",
    )
    .bind(filter.mark.get())
    .bind(filter.from_ms)
    .bind(filter.until_ms)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *conn)
    .await?)
}
