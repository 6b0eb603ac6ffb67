//! What a team sold on the days that are asked for: day by day, by product and by village.

use domain::failure::{FieldError, Problem};
use domain::ids::TeamId;
use domain::money::Fen;
use domain::time::Date;
use store::Conn;
use store::day::PartSalesRow;

use crate::listing::today;
use crate::{Result, ServiceError, Services, Viewer};

/// Products and villages of which a team's sales are told at most.
pub const MOST_PARTS: i64 = 200;
/// Days that are told of at most.
pub const MOST_SALES_DAYS: i64 = 366;

/// The days in China that are asked for, `YYYY-MM-DD` as they stand in the address; both belong to them. Without any it is this
/// month until today; from a day without an end, until today.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SalesQuery {
    pub from: String,
    pub to: String,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) is_chosen: bool,
}

impl Span {
    pub(super) fn this_month(today: Date) -> Self {
        Self { from: today.first_of_month(), to: today, is_chosen: false }
    }
}

impl SalesQuery {
    /// Whether days are asked for.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        !self.from.trim().is_empty() || !self.to.trim().is_empty()
    }

    /// Money is told of exactly the days that were asked for or of none: what cannot be read is named, not left out.
    pub(super) fn span(&self, today: Date) -> std::result::Result<Span, Vec<FieldError>> {
        if !self.is_narrowed() {
            return Ok(Span::this_month(today));
        }
        let wrong = |field: &str, problem| vec![FieldError::new(field, problem)];
        let read = |field: &str, text: &str| {
            text.trim().parse::<Date>().map_err(|_| FieldError::new(field, Problem::NotADate))
        };
        if self.from.trim().is_empty() {
            return Err(wrong("from", Problem::Missing));
        }
        let to = if self.to.trim().is_empty() { Ok(today) } else { read("to", &self.to) };
        let (from, to) = match (read("from", &self.from), to) {
            (Ok(from), Ok(to)) => (from, to),
            (from, to) => return Err([from.err(), to.err()].into_iter().flatten().collect()),
        };
        if to < from {
            return Err(wrong("to", Problem::WrongOrder));
        }
        if from.days_until(to) >= MOST_SALES_DAYS {
            return Err(wrong("to", Problem::TooManyDays { max: MOST_SALES_DAYS }));
        }
        Ok(Span { from, to, is_chosen: true })
    }
}

/// What a team sold.
#[derive(Debug, Clone)]
pub struct DaySales {
    pub today: Date,
    /// First and last of the days that are told of.
    pub from: Date,
    pub to: Date,
    /// Whether they were asked for; else they are this month until today.
    pub is_chosen: bool,
    /// Of today, where it is one of the days.
    pub today_fen: Fen,
    pub today_orders: i64,
    /// Of all of the days.
    pub sum_fen: Fen,
    pub sum_orders: i64,
    /// What was sold on each of them.
    pub days: Vec<(Date, Fen)>,
    /// The most on these days first.
    pub products: Vec<PartSalesRow>,
    pub villages: Vec<PartSalesRow>,
}

/// What a team sold on the days that are asked for, day by day, by product and by village.
///
/// # Errors
/// Guarded: sellers and captain of the team. [`ServiceError::Invalid`] at `from` or `to` when they are no days, in the wrong
/// order, or more than [`MOST_SALES_DAYS`].
pub async fn day_sales(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &SalesQuery,
) -> Result<DaySales> {
    viewer.require_seller(team)?;
    let span = query.span(today(services)).map_err(ServiceError::Invalid)?;
    let mut conn = services.db.snapshot().await?;
    sales_of(&mut conn, services, team, span).await
}

pub(super) async fn sales_of(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    span: Span,
) -> Result<DaySales> {
    let today = today(services);
    let (first, last) = (span.from.day_number(), span.to.day_number());
    let sold = store::day::list_day_sales(conn, team, first, last + 1).await?;
    let on = |day: i64| sold.iter().find(|row| row.day_number == day);
    let of_today = on(today.day_number());
    Ok(DaySales {
        today,
        from: span.from,
        to: span.to,
        is_chosen: span.is_chosen,
        today_fen: of_today.map_or(Fen::ZERO, |row| row.amount_fen),
        today_orders: of_today.map_or(0, |row| row.order_count),
        sum_fen: sold.iter().map(|row| row.amount_fen).sum(),
        sum_orders: sold.iter().map(|row| row.order_count).sum(),
        days: (first..=last)
            .map(|day| (Date::from_day_number(day), on(day).map_or(Fen::ZERO, |row| row.amount_fen)))
            .collect(),
        products: store::day::list_product_sales(conn, team, first, last, MOST_PARTS).await?,
        villages: store::day::list_village_sales(conn, team, first, last, MOST_PARTS).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn span(from: &str, to: &str) -> std::result::Result<(String, String, bool), Vec<FieldError>> {
        let query = SalesQuery { from: from.to_owned(), to: to.to_owned() };
        let span = query.span(date("2026-06-15"))?;
        Ok((span.from.to_string(), span.to.to_string(), span.is_chosen))
    }

    #[test]
    fn days_are_those_that_were_asked_for_or_none() {
        let days = |from: &str, to: &str, is_chosen| Ok((from.to_owned(), to.to_owned(), is_chosen));
        let wrong = |field: &str, problem| Err(vec![FieldError::new(field, problem)]);
        assert_eq!(span("", " "), days("2026-06-01", "2026-06-15", false), "this month until today");
        assert_eq!(span("2026-03-01", "2026-03-31"), days("2026-03-01", "2026-03-31", true));
        assert_eq!(span("2026-03-01", "2026-03-01"), days("2026-03-01", "2026-03-01", true), "one day");
        assert_eq!(span("2026-06-01", ""), days("2026-06-01", "2026-06-15", true), "until today");
        assert_eq!(span("", "2026-06-15"), wrong("from", Problem::Missing));
        assert_eq!(span("2026-06-15", "2026-06-14"), wrong("to", Problem::WrongOrder));
        assert_eq!(span("2026-02-30", "2026-03-01"), wrong("from", Problem::NotADate));
        assert_eq!(span("2026-03-01", "' OR 1"), wrong("to", Problem::NotADate));
        assert_eq!(span("2025-06-15", "2026-06-15"), days("2025-06-15", "2026-06-15", true), "366 days");
        assert_eq!(
            span("2025-06-14", "2026-06-15"),
            wrong("to", Problem::TooManyDays { max: 366 }),
            "one more"
        );
        assert_eq!(span("x", "y").unwrap_err().len(), 2, "both are named");
    }
}
