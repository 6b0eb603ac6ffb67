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

/// What one group of regions pays.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
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
    /// `own` for a free rule of the next two columns, `never` for none, anything else for the template's.
    pub free_kind: String,
    pub row_free_from_fen: Option<i64>,
    pub row_free_from_count: Option<i64>,
}

/// The head beside each row; once, without a row, for a template that has none.
#[derive(Debug, sqlx::FromRow)]
struct JoinedRow {
    #[sqlx(flatten)]
    head: FreightTemplateRow,
    #[sqlx(flatten)]
    row: FreightRowRow,
    has_row: i64,
}

/// A template with its rows in their order.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such template.
pub async fn get_freight_template(
    conn: &mut Conn,
    id: FreightTemplateId,
) -> Result<(FreightTemplateRow, Vec<FreightRowRow>)> {
    let joined: Vec<JoinedRow> = sql::query_as(
        "SELECT t.id, t.name, t.basis, t.free_from_fen, t.free_from_count,
            COALESCE(r.region_prefixes, '') AS region_prefixes, COALESCE(r.refused, 0) AS refused,
            COALESCE(r.first_quantity, 0) AS first_quantity, COALESCE(r.first_fee_fen, 0) AS first_fee_fen,
            COALESCE(r.step_quantity, 0) AS step_quantity, COALESCE(r.step_fee_fen, 0) AS step_fee_fen,
            COALESCE(r.surcharge_fen, 0) AS surcharge_fen, COALESCE(r.free_kind, '') AS free_kind,
            r.free_from_fen AS row_free_from_fen, r.free_from_count AS row_free_from_count,
            CAST(CASE WHEN r.template_id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_row
        FROM freight_templates t LEFT JOIN freight_rows r ON r.template_id = t.id
        WHERE t.id = $1 ORDER BY r.position",
    )
    .bind(id.get())
    .fetch_all(&mut *conn)
    .await?;
    let head = joined.first().ok_or(StoreError::NotFound("freight template"))?.head.clone();
    Ok((head, joined.into_iter().filter(|joined| joined.has_row == 1).map(|joined| joined.row).collect()))
}
