//! The variants of a listing, with those that are no longer for sale.

use domain::ids::{ProductId, VariantId};
use domain::money::Fen;

use crate::catalogue::TierPriceRow;
use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// A variant in all that its seller may change.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingVariantRow {
    #[sqlx(try_from = "i64")]
    pub id: VariantId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub unit: String,
    #[sqlx(try_from = "i64")]
    pub price_fen: Fen,
    pub base_quantity: i64,
    pub weight_g: i64,
    pub min_quantity: i64,
    pub step_quantity: i64,
    pub position: i64,
    /// 0 when it was taken out: orders still name it, nobody can buy it.
    pub active: i64,
}

/// All variants of a product, for sale or not, in their order.
pub async fn list_all_variants(conn: &mut Conn, product: ProductId) -> Result<Vec<ListingVariantRow>> {
    Ok(sql::query_as(
        "SELECT id, code, name, name_en, unit, price_fen, base_quantity, weight_g, min_quantity, step_quantity, \
            position, active \
         FROM variants WHERE product_id = $1 ORDER BY active DESC, position, id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// The variant, of any product, that has a code.
pub async fn find_code_owner(conn: &mut Conn, code: &str) -> Result<Option<VariantId>> {
    let id = sql::query_scalar::<i64>("SELECT id FROM variants WHERE code = $1")
        .bind(code.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
    Ok(id.map(VariantId::from_i64))
}

/// # Errors
/// [`crate::StoreError::AlreadyExists`] when the code is taken.
pub async fn insert_variant(conn: &mut Conn, product: ProductId, row: &ListingVariantRow) -> Result<()> {
    sql::query(
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, \
            min_quantity, step_quantity, position, active) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(row.id.get())
    .bind(product.get())
    .bind(row.code.clone())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.unit.clone())
    .bind(row.price_fen.get())
    .bind(row.base_quantity)
    .bind(row.weight_g)
    .bind(row.min_quantity)
    .bind(row.step_quantity)
    .bind(row.position)
    .bind(row.active)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// # Errors
/// [`crate::StoreError::AlreadyExists`] when the code is taken.
pub async fn update_variant(conn: &mut Conn, row: &ListingVariantRow) -> Result<()> {
    sql::query(
        "UPDATE variants SET code = $2, name = $3, name_en = $4, unit = $5, price_fen = $6, base_quantity = $7, \
            weight_g = $8, min_quantity = $9, step_quantity = $10, position = $11, active = $12 WHERE id = $1",
    )
    .bind(row.id.get())
    .bind(row.code.clone())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.unit.clone())
    .bind(row.price_fen.get())
    .bind(row.base_quantity)
    .bind(row.weight_g)
    .bind(row.min_quantity)
    .bind(row.step_quantity)
    .bind(row.position)
    .bind(row.active)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes a variant out of sale. It is never deleted: orders name it.
pub async fn deactivate_variant(conn: &mut Conn, id: VariantId) -> Result<()> {
    sql::query("UPDATE variants SET active = 0 WHERE id = $1").bind(id.get()).execute(&mut *conn).await?;
    Ok(())
}

/// Makes `tiers` (from which quantity, unit price) the tier prices of a variant.
pub async fn replace_tier_prices(conn: &mut Conn, id: VariantId, tiers: &[(i64, Fen)]) -> Result<()> {
    sql::query("DELETE FROM tier_prices WHERE variant_id = $1").bind(id.get()).execute(&mut *conn).await?;
    for (min_quantity, price_fen) in tiers {
        sql::query("INSERT INTO tier_prices (variant_id, min_quantity, price_fen) VALUES ($1, $2, $3)")
            .bind(id.get())
            .bind(*min_quantity)
            .bind(price_fen.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// The tier prices of the active variants of these products, of each the smallest quantity first.
pub async fn list_tiers_of_products(conn: &mut Conn, ids: &[i64]) -> Result<Vec<TierPriceRow>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<TierPriceRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT t.variant_id, t.min_quantity, t.price_fen \
             FROM wanted w CROSS JOIN variants v CROSS JOIN tier_prices t \
             WHERE v.product_id = w.id AND v.active = 1 AND t.variant_id = v.id \
             ORDER BY w.n, t.variant_id, t.min_quantity"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        found.extend(part);
    }
    Ok(found)
}
