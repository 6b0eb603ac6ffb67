//! A team's day: what waits, what was sold, and its parcels narrowed in every way.

mod parcels;
mod sales;

pub use parcels::{
    ChoiceRow, ParcelFilter, TableParcel, list_parcel_lines, list_product_choices, list_table_parcels,
    list_village_choices,
};
pub use sales::{DaySalesRow, PartSalesRow, list_day_sales, list_product_sales, list_village_sales};

use domain::ids::{ParcelId, TeamId};

use crate::{Conn, Result, sql};

/// How many parcels of a team were paid for before `paid_before_ms` and have not left.
pub async fn count_late(conn: &mut Conn, team: TeamId, paid_before_ms: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM parcels c CROSS JOIN orders o
          WHERE c.team_id = $1 AND c.status = 'to_pack' AND o.id = c.order_id
            AND o.status || '' = 'paid' AND o.paid_at_ms < $2",
    )
    .bind(team.get())
    .bind(paid_before_ms)
    .fetch_one(&mut *conn)
    .await?)
}

/// Parcels of a team that were paid for before `paid_before_ms` and have not left, the longest waiting first.
pub async fn list_late(
    conn: &mut Conn,
    team: TeamId,
    paid_before_ms: i64,
    limit: i64,
) -> Result<Vec<ParcelId>> {
    let ids: Vec<i64> = sql::query_scalar(
        "SELECT c.id FROM parcels c CROSS JOIN orders o
          WHERE c.team_id = $1 AND c.status = 'to_pack' AND o.id = c.order_id
            AND o.status || '' = 'paid' AND o.paid_at_ms < $2
          ORDER BY o.paid_at_ms, c.id LIMIT $3",
    )
    .bind(team.get())
    .bind(paid_before_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(ParcelId::from_i64).collect())
}
