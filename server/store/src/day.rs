//! A team's day: what waits, what was sold, and its parcels narrowed in every way.

mod parcels;
mod sales;

pub use parcels::{
    ChoiceRow, ParcelFilter, TableParcel, list_parcel_lines, list_place_choices, list_product_choices,
    list_table_parcels, list_village_choices,
};
pub use sales::{DaySalesRow, PartSalesRow, list_day_sales, list_product_sales, list_village_sales};

use domain::ids::{ParcelId, PlaceId, TeamId};

use crate::parcels::waits_since;
use crate::{Conn, Result, sql};

/// How many parcels of a team, at one place or at all, wait to be packed since before `since_ms`.
pub async fn count_late(conn: &mut Conn, team: TeamId, place: Option<PlaceId>, since_ms: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>(concat!(
        "SELECT COUNT(*) FROM parcels c CROSS JOIN orders o
              WHERE c.team_id = $1 AND c.status = 'to_pack' AND o.id = c.order_id
                AND o.status || '' = 'paid' AND ",
        waits_since!("c", "o"),
        " < $2 AND (CAST($3 AS BIGINT) IS NULL OR c.place_id + 0 = $3)"
    ))
    .bind(team.get())
    .bind(since_ms)
    .bind(place.map(PlaceId::get))
    .fetch_one(&mut *conn)
    .await?)
}

/// Parcels of a team that wait to be packed since before `since_ms`, the longest waiting first.
pub async fn list_late(conn: &mut Conn, team: TeamId, since_ms: i64, limit: i64) -> Result<Vec<ParcelId>> {
    let ids: Vec<i64> = sql::query_scalar(concat!(
        "SELECT c.id FROM parcels c CROSS JOIN orders o
              WHERE c.team_id = $1 AND c.status = 'to_pack' AND o.id = c.order_id
                AND o.status || '' = 'paid' AND ",
        waits_since!("c", "o"),
        " < $2
              ORDER BY ",
        waits_since!("c", "o"),
        ", c.id LIMIT $3"
    ))
    .bind(team.get())
    .bind(since_ms)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(ParcelId::from_i64).collect())
}
