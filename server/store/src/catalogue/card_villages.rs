//! Where the products on cards come from.

use domain::ids::{ProductId, VillageId};

use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// A village that a product on a card comes from.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CardVillageRow {
    #[sqlx(try_from = "i64")]
    pub product_id: ProductId,
    #[sqlx(try_from = "i64")]
    pub village_id: VillageId,
    pub slug: String,
    pub name: String,
    pub name_en: String,
}

/// The villages of the products `ids`: the one that lists each, and the sources of its batches in stock; of a gift box
/// also those of its parts.
pub async fn list_card_villages(conn: &mut Conn, ids: &[i64]) -> Result<Vec<CardVillageRow>> {
    let mut villages = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<CardVillageRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT s.product_id, s.village_id, v.slug, v.name, v.name_en
            FROM (
                SELECT p.id AS product_id, p.village_id AS village_id
                FROM wanted w JOIN products p ON p.id = w.id
                UNION
                SELECT b.product_id, i.village_id
                FROM wanted w CROSS JOIN batches b CROSS JOIN batch_inputs i
                WHERE b.product_id = w.id AND i.batch_id = b.id AND b.available > 0
                UNION
                SELECT c.product_id, p.village_id
                FROM wanted w CROSS JOIN bundle_components c CROSS JOIN variants x CROSS JOIN products p
                WHERE c.product_id = w.id AND x.id = c.variant_id AND p.id = x.product_id
                UNION
                SELECT c.product_id, i.village_id
                FROM wanted w CROSS JOIN bundle_components c CROSS JOIN variants x CROSS JOIN batches b
                    CROSS JOIN batch_inputs i
                WHERE c.product_id = w.id AND x.id = c.variant_id AND b.product_id = x.product_id
                    AND i.batch_id = b.id AND b.available > 0
            ) AS s
            JOIN villages v ON v.id = s.village_id
            ORDER BY s.product_id, s.village_id"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        villages.extend(part);
    }
    Ok(villages)
}
