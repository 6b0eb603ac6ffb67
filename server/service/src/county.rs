//! What the corps' administrators see: what sells, where orders stand, what is late, whether the books add up.

use domain::money::Fen;
use domain::time::{Date, HOUR_MS, start_of_day_ms, start_of_month_ms, start_of_year_ms};
pub use store::audit_books::Mismatch;
pub use store::county::{LateParcelRow, OrderCountRow, SalesRow};

use crate::books::{BooksReport, verify_books};
use crate::refunds::{StuckRefund, list_stuck_refunds};
use crate::statement::month_starts;
use crate::{Result, Services, Viewer};

/// Late parcels that one page lists.
const LATE_LIMIT: i64 = 50;

/// Which sales are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    #[default]
    Month,
    Year,
}

/// What was sold of a town's villages together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownSales {
    pub name: String,
    pub name_en: String,
    pub amount_fen: Fen,
}

/// The county in figures.
#[derive(Debug, Clone)]
pub struct CountyPage {
    pub name: String,
    pub name_en: String,
    pub period: Period,
    /// What was sold in the period.
    pub sales_fen: Fen,
    /// In the same part of the period before: of the last month or year, up to the same day.
    pub sales_before_fen: Fen,
    /// By day of the month or by month of the year, from the first until today.
    pub steps: Vec<(i64, Fen)>,
    pub towns: Vec<TownSales>,
    pub villages: Vec<SalesRow>,
    pub teams: Vec<SalesRow>,
    pub units: Vec<SalesRow>,
    /// Credits (业绩归属): what each posted cadre brought; `above` is the village they are posted to.
    pub cadres: Vec<SalesRow>,
    /// Credits of the cadres by the unit that posted them.
    pub sending_units: Vec<SalesRow>,
    /// Orders placed in the period.
    pub orders: Vec<OrderCountRow>,
    pub late_parcels: Vec<LateParcelRow>,
    /// Refunds that came back too often and wait for a person.
    pub stuck_refunds: Vec<StuckRefund>,
    pub dispatch_within_hours: i64,
    pub now_ms: i64,
}

/// The county's overview.
///
/// # Errors
/// Guarded: the county's administration or the operator.
pub async fn county_page(services: &Services, viewer: &Viewer, period: Period) -> Result<CountyPage> {
    viewer.require_county_admin()?;
    let stuck_refunds = list_stuck_refunds(services).await?;
    let now_ms = services.now_ms();
    let span = Span::new(period, Date::from_epoch_ms(now_ms));
    let mut conn = services.db.read().await?;
    let county = store::county::find_county(&mut conn).await?;
    let (from_ms, until_ms) = (span.from_ms, span.until_ms);
    let villages = store::county::list_village_sales(&mut conn, from_ms, until_ms).await?;
    let steps = store::county::list_sales_by_span(&mut conn, &span.starts()).await?;
    let before = store::county::list_sales_by_span(&mut conn, &span.before()).await?;
    let late_before_ms = now_ms - services.rules.dispatch_within_hours * HOUR_MS;
    Ok(CountyPage {
        name: county.as_ref().map(|county| county.name.clone()).unwrap_or_default(),
        name_en: county.map(|county| county.name_en).unwrap_or_default(),
        period,
        sales_fen: steps.iter().sum(),
        sales_before_fen: before.iter().sum(),
        steps: (1..).zip(steps).collect(),
        towns: by_town(&villages),
        teams: store::county::list_team_sales(&mut conn, from_ms, until_ms).await?,
        units: store::county::list_unit_sales(&mut conn, from_ms, until_ms).await?,
        cadres: store::credits::list_cadre_sales(&mut conn, from_ms, until_ms).await?,
        sending_units: store::credits::list_sending_unit_sales(&mut conn, from_ms, until_ms).await?,
        orders: store::county::list_order_counts(&mut conn, from_ms, until_ms).await?,
        late_parcels: store::county::list_late_parcels(&mut conn, late_before_ms, LATE_LIMIT).await?,
        dispatch_within_hours: services.rules.dispatch_within_hours,
        stuck_refunds,
        villages,
        now_ms,
    })
}

/// Checks the books, for whoever answers for the county.
///
/// # Errors
/// Guarded: the county's administration or the operator.
pub async fn check_books(services: &Services, viewer: &Viewer) -> Result<BooksReport> {
    viewer.require_county_admin()?;
    verify_books(services).await
}

/// A period until today, and the same part of the one before.
struct Span {
    period: Period,
    today: Date,
    from_ms: i64,
    until_ms: i64,
    before_from_ms: i64,
    before_until_ms: i64,
}

impl Span {
    fn new(period: Period, today: Date) -> Self {
        let until_ms = start_of_day_ms(today.plus_days(1));
        let (from_ms, before_from_ms) = match period {
            Period::Month => {
                (start_of_month_ms(today), start_of_month_ms(today.first_of_month().plus_days(-1)))
            }
            Period::Year => (start_of_year_ms(today.year()), start_of_year_ms(today.year() - 1)),
        };
        // A shorter month before is counted whole, and never into this one.
        let before_until_ms = (before_from_ms + (until_ms - from_ms)).min(from_ms);
        Self { period, today, from_ms, until_ms, before_from_ms, before_until_ms }
    }

    /// The days on which the days or months so far begin, and tomorrow.
    fn starts(&self) -> Vec<i64> {
        let tomorrow = self.today.plus_days(1).day_number();
        match self.period {
            Period::Month => (self.today.first_of_month().day_number()..=tomorrow).collect(),
            Period::Year => {
                let so_far = month_starts(self.today.year()).into_iter().filter(|start| *start < tomorrow);
                so_far.chain([tomorrow]).collect()
            }
        }
    }

    /// The first day of the same part of the period before, and the first day after it.
    fn before(&self) -> [i64; 2] {
        [self.before_from_ms, self.before_until_ms].map(|at_ms| Date::from_epoch_ms(at_ms).day_number())
    }
}

/// Villages added up by town, best first.
fn by_town(villages: &[SalesRow]) -> Vec<TownSales> {
    let mut towns: Vec<TownSales> = Vec::new();
    for village in villages {
        match towns.iter_mut().find(|town| town.name == village.above) {
            Some(town) => town.amount_fen += village.amount_fen,
            None => towns.push(TownSales {
                name: village.above.clone(),
                name_en: village.above_en.clone(),
                amount_fen: village.amount_fen,
            }),
        }
    }
    towns.sort_by_key(|town| std::cmp::Reverse(town.amount_fen));
    towns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServiceError;
    use crate::accounts::fixture::Fixture;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    #[test]
    fn a_month_is_compared_with_the_same_days_of_the_one_before() {
        let span = Span::new(Period::Month, date(2025, 6, 15));
        assert_eq!(span.before_from_ms, start_of_day_ms(date(2025, 5, 1)));
        assert_eq!(span.before_until_ms, start_of_day_ms(date(2025, 5, 16)));
        let span = Span::new(Period::Month, date(2025, 3, 31));
        assert_eq!(span.before_until_ms, span.from_ms, "February has no 31st");
        let span = Span::new(Period::Year, date(2025, 1, 1));
        assert_eq!(span.before_until_ms, start_of_day_ms(date(2024, 1, 2)));
    }

    #[test]
    fn every_day_or_month_so_far_is_a_step() {
        let days = |dates: &[Date]| dates.iter().map(|date| date.day_number()).collect::<Vec<_>>();
        let span = Span::new(Period::Month, date(2025, 6, 3));
        let first = date(2025, 6, 1);
        assert_eq!(span.starts(), days(&[first, date(2025, 6, 2), date(2025, 6, 3), date(2025, 6, 4)]));
        assert_eq!(span.before().to_vec(), days(&[date(2025, 5, 1), date(2025, 5, 4)]));
        let span = Span::new(Period::Year, date(2025, 2, 3));
        assert_eq!(span.starts(), days(&[date(2025, 1, 1), date(2025, 2, 1), date(2025, 2, 4)]));
        let span = Span::new(Period::Year, date(2025, 12, 31));
        assert_eq!(span.starts().len(), 13, "the last day of a year ends its last month");
        let span = Span::new(Period::Month, date(2025, 1, 31));
        assert_eq!(span.starts().len(), 32);
    }

    #[tokio::test]
    async fn an_empty_county_has_a_page_for_its_administrator_alone() {
        let fixture = Fixture::new().await;
        let nobody = county_page(&fixture.services, &Viewer::default(), Period::Month).await;
        assert!(matches!(nobody, Err(ServiceError::Unauthenticated)));
        let user = |roles| {
            let user = crate::SignedIn { user_id: 9.into(), display_name: String::new(), roles };
            Viewer { user: Some(user), ..Viewer::default() }
        };
        let shopper = user(vec![]);
        assert!(matches!(check_books(&fixture.services, &shopper).await, Err(ServiceError::Forbidden)));
        assert!(matches!(
            county_page(&fixture.services, &shopper, Period::Year).await,
            Err(ServiceError::Forbidden)
        ));
        let operator = user(vec![domain::role::Role::Operator]);
        let page = county_page(&fixture.services, &operator, Period::Month).await.unwrap();
        assert_eq!((page.sales_fen, page.steps.len(), page.villages.len()), (Fen::ZERO, 15, 0));
        assert!(check_books(&fixture.services, &operator).await.unwrap().is_sound());
    }
}
