//! The day's work of a team: what waits now, what was sold today and this month, and its parcels in a table that is
//! narrowed, taken out as a sheet and shipped from by the dozen.

mod export;
mod ship;
mod table;

use domain::ids::TeamId;
use domain::money::Fen;
use domain::parcel::ParcelStatus;
use domain::time::{Date, HOUR_MS};
use store::Conn;
pub use store::county::TeamWorkRow;
pub use store::day::{ChoiceRow, PartSalesRow};

pub use export::{MAX_EXPORTED, export_parcels};
pub use ship::{MAX_SHIPPED, ShipMany, ShipRow, Shipped, ship_many};
pub use table::{TableFilter, TablePage, TableRow, parcel_table, parcels_by_id, place_choices};

use crate::listing::today;
use crate::stock::{StockWarnings, warnings_of};
use crate::{Result, Services, Viewer};

/// Parcels the first page shows.
const FIRST_PARCELS: i64 = 5;
/// Products and villages of which a team's sales are told at most.
pub const MOST_PARTS: i64 = 200;

/// What a team sold.
#[derive(Debug, Clone)]
pub struct DaySales {
    pub today: Date,
    pub today_fen: Fen,
    pub today_orders: i64,
    pub month_fen: Fen,
    pub month_orders: i64,
    /// Day of the month and what was sold on it, from the first until today.
    pub days: Vec<(i64, Fen)>,
    /// The most this month first.
    pub products: Vec<PartSalesRow>,
    pub villages: Vec<PartSalesRow>,
}

/// What waits in a team, and what it sold.
#[derive(Debug, Clone)]
pub struct DayPage {
    pub to_pack: i64,
    /// Of those to pack: parcels that should have left.
    pub late: i64,
    pub on_their_way: i64,
    /// After-sales that wait for the team.
    pub to_answer: i64,
    /// After-sales in which the buyer spoke last.
    pub to_reply: i64,
    pub warnings: StockWarnings,
    /// The first to pack.
    pub parcels: Vec<TableRow>,
    pub sales: DaySales,
}

/// A parcel that was paid for before has not left in time.
fn late_before_ms(services: &Services) -> i64 {
    services.now_ms() - services.rules.dispatch_within_hours * HOUR_MS
}

/// What to do now, and how it sells.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn day_page(services: &Services, viewer: &Viewer, team: TeamId) -> Result<DayPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let counts = store::parcels::count_open_parcels(&mut conn, team).await?;
    let count_of = |status: ParcelStatus| {
        counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
    };
    let (to_pack, on_their_way) = (count_of(ParcelStatus::ToPack), count_of(ParcelStatus::Shipped));
    let late = store::day::count_late(&mut conn, team, None, late_before_ms(services)).await?;
    let to_answer = store::after_sales::count_open_of_team(&mut conn, team).await?;
    let to_reply = store::after_sales::count_unanswered(&mut conn, team).await?;
    let warnings = warnings_of(&mut conn, services, team).await?;
    let parcels = table::first_to_pack(&mut conn, services, team, FIRST_PARCELS).await?;
    let sales = sales_of(&mut conn, services, team).await?;
    Ok(DayPage { to_pack, late, on_their_way, to_answer, to_reply, warnings, parcels, sales })
}

/// What a team sold today and this month, day by day, by product and by village.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn day_sales(services: &Services, viewer: &Viewer, team: TeamId) -> Result<DaySales> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    sales_of(&mut conn, services, team).await
}

async fn sales_of(conn: &mut Conn, services: &Services, team: TeamId) -> Result<DaySales> {
    let today = today(services);
    let (first_day, day) = (today.first_of_month().day_number(), today.day_number());
    let sold = store::day::list_day_sales(conn, team, first_day, day + 1).await?;
    let on = |day: i64| sold.iter().find(|row| row.day_number == day);
    Ok(DaySales {
        today,
        today_fen: on(day).map_or(Fen::ZERO, |row| row.amount_fen),
        today_orders: on(day).map_or(0, |row| row.order_count),
        month_fen: sold.iter().map(|row| row.amount_fen).sum(),
        month_orders: sold.iter().map(|row| row.order_count).sum(),
        days: (first_day..=day)
            .map(|day| (day - first_day + 1, on(day).map_or(Fen::ZERO, |row| row.amount_fen)))
            .collect(),
        products: store::day::list_product_sales(conn, team, first_day, day, MOST_PARTS).await?,
        villages: store::day::list_village_sales(conn, team, first_day, day, MOST_PARTS).await?,
    })
}

/// What waits in every team, for the county's administration.
///
/// # Errors
/// Guarded: the county's administration or the operator.
pub async fn county_work(services: &Services, viewer: &Viewer) -> Result<Vec<TeamWorkRow>> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    Ok(store::county::list_team_work(&mut conn, late_before_ms(services)).await?)
}
