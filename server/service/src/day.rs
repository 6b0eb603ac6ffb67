//! The day's work of a team: what waits now, what was sold today and this month or on other days, and its parcels in a table
//! that is narrowed, taken out as a sheet and shipped from by the dozen.

mod export;
mod sales;
mod ship;
mod table;

use domain::failure::FieldError;
use domain::ids::TeamId;
use domain::parcel::ParcelStatus;
use domain::time::HOUR_MS;
pub use store::county::TeamWorkRow;
pub use store::day::{ChoiceRow, PartSalesRow};

pub use export::{MAX_EXPORTED, export_parcels};
pub use sales::{DaySales, MOST_PARTS, MOST_SALES_DAYS, SalesQuery, day_sales};
pub use ship::{MAX_SHIPPED, ShipMany, ShipRow, Shipped, ship_many};
pub use table::{TableFilter, TablePage, TableRow, parcel_table, parcels_by_id, place_choices};

use crate::listing::today;
use crate::stock::{StockWarnings, warnings_of};
use crate::{Result, Services, Viewer};

/// Parcels the first page shows.
const FIRST_PARCELS: i64 = 5;

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
    /// This month's where other days were asked for and something is wrong with them.
    pub sales: DaySales,
    /// What is wrong with the days, at `from` or `to`.
    pub sales_problems: Vec<FieldError>,
}

/// A parcel that was paid for before has not left in time.
fn late_before_ms(services: &Services) -> i64 {
    services.now_ms() - services.rules.dispatch_within_hours * HOUR_MS
}

/// What to do now, and how it sells on the days that are asked for.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn day_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &SalesQuery,
) -> Result<DayPage> {
    viewer.require_seller(team)?;
    let today = today(services);
    let (span, sales_problems) = match query.span(today) {
        Ok(span) => (span, Vec::new()),
        Err(problems) => (sales::Span::this_month(today), problems),
    };
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
    let sales = sales::sales_of(&mut conn, services, team, span).await?;
    Ok(DayPage { to_pack, late, on_their_way, to_answer, to_reply, warnings, parcels, sales, sales_problems })
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
