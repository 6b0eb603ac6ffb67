//! A team's parcels, narrowed by state, village, product, place, day of payment and lateness.

use domain::ids::{ParcelId, PlaceId, ProductId, TeamId, VillageId};
use domain::money::Fen;
use domain::parcel::ParcelStatus;

use crate::orders::{LineRow, line_columns};
use crate::packed::{pack_ids, wanted};
use crate::parcels::{SellerParcel, parcel_columns, waits_since};
use crate::{Conn, Result, sql};

/// Which parcels of a team are listed.
#[derive(Debug, Clone, Copy)]
pub struct ParcelFilter<'a> {
    pub team: TeamId,
    /// An order's or a parcel's number, of whatever day; of what waits also the recipient's name, or the end of the telephone
    /// number. Then the days narrow nothing.
    pub search: Option<&'a str>,
    /// Needed where no days are given.
    pub status: Option<ParcelStatus>,
    /// A village that earns from the parcel.
    pub village: Option<VillageId>,
    pub product: Option<ProductId>,
    /// Where it leaves from.
    pub place: Option<PlaceId>,
    /// Paid for from the first moment until before the second.
    pub paid: Option<(i64, i64)>,
    /// A parcel that was paid for before and has not left is late.
    pub late_before_ms: i64,
    pub only_late: bool,
    pub limit: i64,
    pub offset: i64,
}

/// A parcel in the table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TableParcel {
    #[sqlx(flatten)]
    pub head: SellerParcel,
    /// What its goods cost.
    #[sqlx(try_from = "i64")]
    pub net_fen: Fen,
    /// 1 when it should have left.
    pub is_late: i64,
}

/// The table's columns; `$source` gives parcels `c`, `$narrow` narrows them, `$order` orders them.
macro_rules! table_of {
    ($source:literal, $narrow:literal, $order:literal) => {
        concat!(
            "SELECT ",
            parcel_columns!(),
            ", o.number AS order_number, o.kind AS order_kind, o.recipient_name, o.recipient_phone,
                o.region_name, o.address, o.note, o.paid_at_ms, ",
            waits_since!("c", "o"),
            " AS waits_since_ms, d.name AS place_name,
                u.name AS unit_name, u.name_en AS unit_name_en,
                COALESCE((SELECT CAST(SUM(l.net_fen) AS BIGINT) FROM order_lines l WHERE l.parcel_id = c.id), 0)
                    AS net_fen,
                CAST(CASE WHEN c.status = 'to_pack' AND o.status = 'paid' AND ",
            waits_since!("c", "o"),
            " < $3 THEN 1 ELSE 0 END AS BIGINT) AS is_late
            FROM ",
            $source,
            " CROSS JOIN orders o CROSS JOIN dispatch_places d LEFT JOIN units u ON u.id = o.unit_id
            WHERE ",
            $narrow,
            " AND o.id = c.order_id AND d.id = c.place_id
                AND (CAST($4 AS BIGINT) = 0
                     OR (c.status = 'to_pack' AND o.status = 'paid' AND ",
            waits_since!("c", "o"),
            " < $3))
                AND (CAST($5 AS BIGINT) IS NULL
                     OR EXISTS (SELECT 1 FROM order_lines l WHERE l.parcel_id = c.id AND l.product_id + 0 = $5))
                AND (CAST($6 AS BIGINT) IS NULL
                     OR EXISTS (SELECT 1 FROM order_lines l CROSS JOIN attributions a CROSS JOIN collectives k
                                 WHERE l.parcel_id = c.id AND a.line_id = l.id AND k.id = a.collective_id
                                   AND k.village_id + 0 = $6))
                AND (CAST($9 AS BIGINT) IS NULL OR c.place_id + 0 = $9)
            ORDER BY ",
            $order,
            " LIMIT $7 OFFSET $8"
        )
    };
}

const IN_A_STATE: &str =
    table_of!("parcels c", "c.team_id = $1 AND c.status = $2", "c.created_at_ms DESC, c.id DESC");
/// Numbers are found by their indices; names and telephones only among what the team has to pack.
const FOUND: &str = table_of!(
    "(SELECT p.id FROM orders w JOIN parcels p ON p.order_id = w.id WHERE w.number = $10
      UNION
      SELECT p.id FROM parcels p WHERE p.tracking_number IN ($10, $11)
      UNION
      SELECT p.id FROM parcels p JOIN orders w ON w.id = p.order_id
       WHERE p.team_id = $1 AND p.status = 'to_pack'
         AND (w.recipient_name = $11 OR (CAST($12 AS TEXT) <> '' AND w.recipient_phone LIKE '%' || CAST($12 AS TEXT)))) s
     CROSS JOIN parcels c",
    "c.id = s.id AND c.team_id = $1 AND (CAST($2 AS TEXT) IS NULL OR c.status = $2)",
    "c.created_at_ms DESC, c.id DESC"
);
/// So many digits at the end of a telephone number tell one from another.
const PHONE_DIGITS: usize = 4;
/// Who paid first is served first.
const TO_PACK: &str = table_of!("parcels c", "c.team_id = $1 AND c.status = $2", "c.created_at_ms, c.id");
/// From what was credited on these days to the parcels it left in.
const PAID: &str = table_of!(
    "(SELECT DISTINCT l.parcel_id FROM credits x CROSS JOIN order_lines l
        WHERE x.team_id = $1 AND x.credited_at_ms >= $10 AND x.credited_at_ms < $11 AND l.id = x.line_id) s
     CROSS JOIN parcels c",
    "c.id = s.parcel_id AND c.team_id = $1 AND (CAST($2 AS TEXT) IS NULL OR c.status = $2)",
    "c.created_at_ms DESC, c.id DESC"
);

/// A team's parcels: those to pack as they were placed, others the newest first.
pub async fn list_table_parcels(conn: &mut Conn, filter: &ParcelFilter<'_>) -> Result<Vec<TableParcel>> {
    let text = match (filter.search, filter.paid, filter.status) {
        (Some(_), ..) => FOUND,
        (None, Some(_), _) => PAID,
        (None, None, Some(ParcelStatus::ToPack)) => TO_PACK,
        (None, None, _) => IN_A_STATE,
    };
    let statement = sql::query_as::<TableParcel>(text)
        .bind(filter.team.get())
        .bind(filter.status.map(ParcelStatus::as_str))
        .bind(filter.late_before_ms)
        .bind(i64::from(filter.only_late))
        .bind(filter.product.map(ProductId::get))
        .bind(filter.village.map(VillageId::get))
        .bind(filter.limit)
        .bind(filter.offset)
        .bind(filter.place.map(PlaceId::get));
    let statement = match (filter.search, filter.paid) {
        (Some(typed), _) => {
            let is_phone = typed.len() >= PHONE_DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit());
            let phone = if is_phone { typed } else { "" };
            statement.bind(typed.to_uppercase()).bind(typed.to_owned()).bind(phone.to_owned())
        }
        (None, Some((from_ms, until_ms))) => statement.bind(from_ms).bind(until_ms),
        (None, None) => statement,
    };
    Ok(statement.fetch_all(&mut *conn).await?)
}

/// What is in these parcels, in their order.
pub async fn list_parcel_lines(conn: &mut Conn, parcels: &[ParcelId]) -> Result<Vec<LineRow>> {
    if parcels.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sql::query_as::<LineRow>(concat!(
        wanted!(),
        "SELECT ",
        line_columns!(),
        " FROM wanted w CROSS JOIN order_lines l WHERE l.parcel_id = w.id ORDER BY w.n, l.position"
    ))
    .bind(pack_ids(parcels.iter().map(|parcel| parcel.get())))
    .bind(i64::try_from(parcels.len()).unwrap_or(i64::MAX))
    .fetch_all(&mut *conn)
    .await?)
}

/// Something a list can be narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ChoiceRow {
    pub id: i64,
    pub name: String,
    pub name_en: String,
}

/// A team's products that have been in the shop, the newest first.
pub async fn list_product_choices(conn: &mut Conn, team: TeamId, limit: i64) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT id, name, name_en FROM products WHERE team_id = $1 AND published_at_ms IS NOT NULL
          ORDER BY id DESC LIMIT $2",
    )
    .bind(team.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// The villages a team works for, and those that earned from what it sold since a day.
pub async fn list_village_choices(conn: &mut Conn, team: TeamId, since_day: i64) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT v.id, v.name, v.name_en FROM villages v
          WHERE v.id IN (SELECT village_id FROM team_villages WHERE team_id = $1)
             OR v.id IN (SELECT k.village_id FROM team_days d JOIN collectives k ON k.id = d.collective_id
                          WHERE d.team_id = $1 AND d.day_number >= $2)
          ORDER BY v.id",
    )
    .bind(team.get())
    .bind(since_day)
    .fetch_all(&mut *conn)
    .await?)
}

/// The places a team's parcels leave from or have left from.
pub async fn list_place_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as::<ChoiceRow>(
        "SELECT id, name, name AS name_en FROM dispatch_places WHERE team_id = $1 ORDER BY id",
    )
    .bind(team.get())
    .fetch_all(&mut *conn)
    .await?)
}
