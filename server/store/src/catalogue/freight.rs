//! Freight templates as they are stored.

use domain::ids::FreightTemplateId;

use crate::{Conn, Result, StoreError, sql};

/// A template's head: what is counted, and from when on the way is free.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FreightTemplateRow {
    #[sqlx(try_from = "i64")]
    pub id: FreightTemplateId,
    pub name: String,
    /// `piece`, `weight` or `volume`.
    pub basis: String,
    pub free_from_fen: Option<i64>,
    pub free_from_count: Option<i64>,
}

/// # Errors
/// [`StoreError::NotFound`] when there is no such template.
pub async fn get_freight_template(conn: &mut Conn, id: FreightTemplateId) -> Result<FreightTemplateRow> {
    sql::query_as(
        "SELECT id, name, basis, free_from_fen, free_from_count FROM freight_templates WHERE id = $1",
    )
    .bind(id.get())
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(StoreError::NotFound("freight template"))
}

/// What one group of regions pays.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FreightRowRow {
    /// Administrative code prefixes parted by blanks; empty for the default row.
    pub region_prefixes: String,
    /// 1 when nothing is delivered there.
    pub refused: i64,
    pub first_quantity: i64,
    pub first_fee_fen: i64,
    pub step_quantity: i64,
    pub step_fee_fen: i64,
    pub surcharge_fen: i64,
}

/// The rows of a template in their order.
pub async fn list_freight_rows(conn: &mut Conn, template: FreightTemplateId) -> Result<Vec<FreightRowRow>> {
    Ok(sql::query_as(
        "SELECT region_prefixes, refused, first_quantity, first_fee_fen, step_quantity, step_fee_fen, surcharge_fen
        FROM freight_rows WHERE template_id = $1 ORDER BY position",
    )
    .bind(template.get())
    .fetch_all(&mut *conn)
    .await?)
}
