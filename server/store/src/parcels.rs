//! Parcels: what leaves together from one place.

pub mod desk;
pub mod goods;

use domain::ids::{OrderId, ParcelId, PlaceId, TeamId};
use domain::money::Fen;
use domain::parcel::ParcelStatus;

use crate::orders::{LineRow, line_columns};
use crate::{Conn, Result, StoreError, sql};

/// A parcel as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ParcelRow {
    #[sqlx(try_from = "i64")]
    pub id: ParcelId,
    #[sqlx(try_from = "i64")]
    pub order_id: OrderId,
    #[sqlx(try_from = "i64")]
    pub team_id: TeamId,
    #[sqlx(try_from = "i64")]
    pub place_id: PlaceId,
    #[sqlx(try_from = "String")]
    pub status: ParcelStatus,
    #[sqlx(try_from = "i64")]
    pub freight_fen: Fen,
    pub carrier: String,
    pub tracking_number: String,
    pub shipped_at_ms: Option<i64>,
    pub received_at_ms: Option<i64>,
    pub created_at_ms: i64,
}

/// The columns of a [`ParcelRow`] of parcel `c`.
macro_rules! parcel_columns {
    () => {
        "c.id, c.order_id, c.team_id, c.place_id, c.status, c.freight_fen, c.carrier, c.tracking_number,
                c.shipped_at_ms, c.received_at_ms, c.created_at_ms"
    };
}
pub(crate) use parcel_columns;

/// A parcel in a seller's list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SellerParcel {
    #[sqlx(flatten)]
    pub parcel: ParcelRow,
    pub order_number: String,
    pub order_kind: String,
    pub recipient_name: String,
    pub recipient_phone: String,
    pub region_name: String,
    pub address: String,
    pub note: String,
    pub paid_at_ms: Option<i64>,
    /// Since when it should be packed: the order was paid for, or the exchange was granted that it replaces goods of.
    pub waits_since_ms: Option<i64>,
    pub place_name: String,
    pub unit_name: Option<String>,
    pub unit_name_en: Option<String>,
}

pub async fn insert_parcel(conn: &mut Conn, row: &ParcelRow) -> Result<()> {
    sql::query(
        "INSERT INTO parcels (id, order_id, team_id, place_id, status, freight_fen, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id.get())
    .bind(row.order_id.get())
    .bind(row.team_id.get())
    .bind(row.place_id.get())
    .bind(row.status.as_str())
    .bind(row.freight_fen.get())
    .bind(row.created_at_ms)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get_parcel(conn: &mut Conn, id: ParcelId) -> Result<ParcelRow> {
    sql::query_as::<ParcelRow>(concat!("SELECT ", parcel_columns!(), " FROM parcels c WHERE c.id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?
        .ok_or(StoreError::NotFound("parcel"))
}

pub async fn list_order_parcels(conn: &mut Conn, order: OrderId) -> Result<Vec<ParcelRow>> {
    Ok(sql::query_as::<ParcelRow>(concat!(
        "SELECT ",
        parcel_columns!(),
        " FROM parcels c WHERE c.order_id = $1 ORDER BY c.id"
    ))
    .bind(order.get())
    .fetch_all(conn)
    .await?)
}

/// Moves every parcel of an order that is in `from` to `to`.
pub async fn update_order_parcels(
    conn: &mut Conn,
    order: OrderId,
    from: ParcelStatus,
    to: ParcelStatus,
) -> Result<u64> {
    let moved = sql::query("UPDATE parcels SET status = $3 WHERE order_id = $1 AND status = $2")
        .bind(order.get())
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(conn)
        .await?;
    Ok(moved.rows_affected())
}

/// Moves one parcel to `to`.
pub async fn update_parcel_status(conn: &mut Conn, id: ParcelId, to: ParcelStatus) -> Result<()> {
    sql::query("UPDATE parcels SET status = $2 WHERE id = $1")
        .bind(id.get())
        .bind(to.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Handed to the carrier; also used to correct carrier and number of a shipped parcel.
pub async fn update_shipped(
    conn: &mut Conn,
    id: ParcelId,
    carrier: &str,
    tracking_number: &str,
    now_ms: i64,
) -> Result<()> {
    sql::query(
        "UPDATE parcels SET status = 'shipped', carrier = $2, tracking_number = $3,
                shipped_at_ms = COALESCE(shipped_at_ms, $4)
          WHERE id = $1",
    )
    .bind(id.get())
    .bind(carrier.to_owned())
    .bind(tracking_number.to_owned())
    .bind(now_ms)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn update_received(conn: &mut Conn, id: ParcelId, now_ms: i64) -> Result<()> {
    sql::query("UPDATE parcels SET status = 'received', received_at_ms = $2 WHERE id = $1")
        .bind(id.get())
        .bind(now_ms)
        .execute(conn)
        .await?;
    Ok(())
}

/// Since when parcel `$parcel` of order `$order` waits to be packed.
macro_rules! waits_since {
    ($parcel:literal, $order:literal) => {
        concat!(
            "CASE WHEN EXISTS (SELECT 1 FROM after_sales r WHERE r.replacement_parcel_id = ",
            $parcel,
            ".id) THEN ",
            $parcel,
            ".created_at_ms ELSE ",
            $order,
            ".paid_at_ms END"
        )
    };
}
pub(crate) use waits_since;

macro_rules! seller_parcels {
    ($narrow:literal) => {
        concat!(
            "SELECT ",
            parcel_columns!(),
            ", o.number AS order_number, o.kind AS order_kind, o.recipient_name, o.recipient_phone,
                o.region_name, o.address, o.note, o.paid_at_ms, ",
            waits_since!("c", "o"),
            " AS waits_since_ms, d.name AS place_name, u.name AS unit_name, u.name_en AS unit_name_en
               FROM parcels c
               JOIN orders o ON o.id = c.order_id
               JOIN dispatch_places d ON d.id = c.place_id
               LEFT JOIN units u ON u.id = o.unit_id
              WHERE ",
            $narrow
        )
    };
}

/// A team's parcels in one state, of one place or of all, longest waiting first. A place is looked for among what is in that
/// state: of a place there is all of its history.
pub async fn list_team_parcels(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<SellerParcel>> {
    Ok(sql::query_as::<SellerParcel>(seller_parcels!(
        "c.team_id = $1 AND c.status = $2 AND (CAST($4 AS BIGINT) IS NULL OR c.place_id + 0 = $4)
          ORDER BY c.created_at_ms, c.id LIMIT $3"
    ))
    .bind(team.get())
    .bind(status.as_str())
    .bind(limit)
    .bind(place.map(PlaceId::get))
    .fetch_all(conn)
    .await?)
}

/// What is in the parcels that [`list_team_parcels`] lists.
pub async fn list_team_parcel_lines(
    conn: &mut Conn,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
    limit: i64,
) -> Result<Vec<LineRow>> {
    Ok(sql::query_as::<LineRow>(concat!(
        "SELECT ",
        line_columns!(),
        "
           FROM (SELECT id, order_id FROM parcels
                  WHERE team_id = $1 AND status = $2 AND (CAST($4 AS BIGINT) IS NULL OR place_id + 0 = $4)
                  ORDER BY created_at_ms, id LIMIT $3) AS c
           JOIN order_lines l ON l.order_id = c.order_id AND l.parcel_id = c.id
          ORDER BY l.order_id, l.position"
    ))
    .bind(team.get())
    .bind(status.as_str())
    .bind(limit)
    .bind(place.map(PlaceId::get))
    .fetch_all(conn)
    .await?)
}

/// One parcel as its seller sees it.
pub async fn find_seller_parcel(conn: &mut Conn, id: ParcelId) -> Result<Option<SellerParcel>> {
    Ok(sql::query_as::<SellerParcel>(seller_parcels!("c.id = $1"))
        .bind(id.get())
        .fetch_optional(conn)
        .await?)
}

/// How many parcels of a team wait to be packed and are on their way; those that have arrived are the history of years.
pub async fn count_open_parcels(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, i64)>> {
    Ok(sql::query_as::<(String, i64)>(
        "SELECT status, COUNT(*) FROM parcels WHERE team_id = $1 AND status IN ('to_pack', 'shipped')
          GROUP BY status ORDER BY status",
    )
    .bind(team.get())
    .fetch_all(conn)
    .await?)
}

/// The same of what leaves from one place. Counted among what is open: of a place there is all of its history.
pub async fn count_open_parcels_at(
    conn: &mut Conn,
    team: TeamId,
    place: PlaceId,
) -> Result<Vec<(String, i64)>> {
    Ok(sql::query_as::<(String, i64)>(
        "SELECT status, COUNT(*) FROM parcels
          WHERE team_id = $1 AND status IN ('to_pack', 'shipped') AND place_id + 0 = $2
          GROUP BY status ORDER BY status",
    )
    .bind(team.get())
    .bind(place.get())
    .fetch_all(conn)
    .await?)
}

/// How many parcels of a team are in each state, over all of its history.
pub async fn count_team_parcels(conn: &mut Conn, team: TeamId) -> Result<Vec<(String, i64)>> {
    Ok(sql::query_as::<(String, i64)>(
        "SELECT status, COUNT(*) FROM parcels WHERE team_id = $1 GROUP BY status",
    )
    .bind(team.get())
    .fetch_all(conn)
    .await?)
}
