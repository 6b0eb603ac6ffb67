//! In which days of the year a product can be ordered: 3-20 to 5-31 of every year, or 2026-03-20 to 2026-05-31 once.
//!
//! Both ends belong to the season. A season of every year may run over New Year.

use crate::failure::Problem;
use crate::search_text::fold_width;
use crate::time::{Date, days_in_month};

/// A day of the year: month (1–12) and day.
type DayOfYear = (u8, u8);
/// A year that has every day.
const LEAP_YEAR: i32 = 2024;

/// When a product can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// In every year.
    Yearly { from: DayOfYear, until: DayOfYear },
    /// Once, and then no more.
    Once { from: Date, until: Date },
}

/// Why something cannot be ordered today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The first day on which it can be; `None` when its only season is over.
    pub opens_on: Option<Date>,
}

/// One end of a season as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Yearly(DayOfYear),
    Once(Date),
}

impl Season {
    /// Reads both ends as people type them: `3-20`, `3月20日`, `3月`, `2026-03-20`. A month alone is its first day at the
    /// beginning and its last one at the end. Blank ones give no season.
    ///
    /// # Errors
    /// The end that is wrong, by its place: [`Problem::Missing`], [`Problem::NotADay`], and at the second
    /// [`Problem::WrongOrder`].
    pub fn read(from: &str, until: &str) -> Result<Option<Self>, (usize, Problem)> {
        match (from.trim().is_empty(), until.trim().is_empty()) {
            (true, true) => return Ok(None),
            (true, false) => return Err((0, Problem::Missing)),
            (false, true) => return Err((1, Problem::Missing)),
            (false, false) => {}
        }
        let first = read_end(from, false).ok_or((0, Problem::NotADay))?;
        let last = read_end(until, true).ok_or((1, Problem::NotADay))?;
        match (first, last) {
            (End::Yearly(from), End::Yearly(until)) => Ok(Some(Self::Yearly { from, until })),
            (End::Once(from), End::Once(until)) if from <= until => Ok(Some(Self::Once { from, until })),
            (End::Once(_), End::Once(_)) => Err((1, Problem::WrongOrder)),
            _ => Err((1, Problem::NotADay)),
        }
    }

    /// Both ends as they are stored and typed: `03-20` or `2026-03-20`.
    #[must_use]
    pub fn texts(self) -> (String, String) {
        match self {
            Self::Yearly { from, until } => (day_text(from), day_text(until)),
            Self::Once { from, until } => (from.to_string(), until.to_string()),
        }
    }

    /// Whether the season is on.
    #[must_use]
    pub fn is_on(self, today: Date) -> bool {
        match self {
            Self::Once { from, until } => from <= today && today <= until,
            Self::Yearly { from, until } => {
                let day = (today.month(), today.day());
                if from <= until { from <= day && day <= until } else { day >= from || day <= until }
            }
        }
    }

    /// Why nothing can be ordered on `today`; `None` when it can.
    #[must_use]
    pub fn closed(self, today: Date) -> Option<Closed> {
        if self.is_on(today) {
            return None;
        }
        let opens_on = match self {
            Self::Once { from, .. } => Some(from).filter(|from| *from > today),
            Self::Yearly { from, .. } => {
                let this_year = first_day(today.year(), from);
                this_year.filter(|day| *day > today).or_else(|| first_day(today.year() + 1, from))
            }
        };
        Some(Closed { opens_on })
    }
}

/// [`Season::closed`] of stored texts; blank ones are always open.
#[must_use]
pub fn closed_on(from: &str, until: &str, today: Date) -> Option<Closed> {
    Season::read(from, until).ok().flatten()?.closed(today)
}

fn day_text((month, day): DayOfYear) -> String {
    format!("{month:02}-{day:02}")
}

/// The day in that year; 1 March for the leap day of a year that has none.
fn first_day(year: i32, (month, day): DayOfYear) -> Option<Date> {
    Date::from_ymd(year, month, day).or_else(|| Date::from_ymd(year, 3, 1))
}

fn read_end(typed: &str, is_last: bool) -> Option<End> {
    let plain: String = fold_width(typed)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '日' | '号'))
        .map(|c| if matches!(c, '年' | '月' | '/' | '.') { '-' } else { c })
        .collect();
    let mut numbers = Vec::with_capacity(3);
    for part in plain.trim_end_matches('-').split('-') {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers.push(part.parse::<i32>().ok().filter(|_| is_number)?);
    }
    let small = |number: i32| u8::try_from(number).ok();
    let last_of = |year: i32, month: u8| {
        let is_month = (1..=12).contains(&month);
        is_month.then(|| if is_last { days_in_month(year, month) } else { 1 })
    };
    match *numbers.as_slice() {
        [month] => {
            let month = small(month)?;
            Some(End::Yearly((month, last_of(LEAP_YEAR, month)?)))
        }
        [year, month] if year >= 1000 => {
            let month = small(month)?;
            Date::from_ymd(year, month, last_of(year, month)?).map(End::Once)
        }
        [month, day] => {
            let (month, day) = (small(month)?, small(day)?);
            Date::from_ymd(LEAP_YEAR, month, day).map(|_| End::Yearly((month, day)))
        }
        [year, month, day] if year >= 1000 => Date::from_ymd(year, small(month)?, small(day)?).map(End::Once),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(from: &str, until: &str) -> Result<Option<Season>, (usize, Problem)> {
        Season::read(from, until)
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_read_as_people_type_them() {
        let spring = Some(Season::Yearly { from: (3, 20), until: (5, 31) });
        for (from, until) in [("3-20", "5-31"), ("3月20日", "5月"), ("03/20", " 5 "), ("３．20", "5月31号")]
        {
            assert_eq!(read(from, until), Ok(spring), "{from} {until}");
        }
        let once = Some(Season::Once { from: date("2026-03-01"), until: date("2026-04-30") });
        for (from, until) in [("2026-03", "2026年4月"), ("2026-3-1", "2026.4.30")] {
            assert_eq!(read(from, until), Ok(once), "{from} {until}");
        }
        assert_eq!(read(" ", ""), Ok(None));
        assert_eq!(read("", "5"), Err((0, Problem::Missing)));
        assert_eq!(read("3", ""), Err((1, Problem::Missing)));
        for wrong in ["13", "0", "2-30", "spring", "-3", "2026-02-29", "3-20-1", "1-1-1-1", "13-5", "999-5"] {
            assert_eq!(read(wrong, "5"), Err((0, Problem::NotADay)), "{wrong}");
        }
        assert_eq!(read("2026-3-20", "5"), Err((1, Problem::NotADay)), "with and without a year");
        assert_eq!(read("2026-05-01", "2026-04-30"), Err((1, Problem::WrongOrder)));
    }

    #[test]
    fn what_is_out_of_season_says_when_it_comes_back() {
        let spring = Season::Yearly { from: (3, 20), until: (5, 31) };
        assert_eq!(spring.closed(date("2026-03-20")), None);
        assert_eq!(spring.closed(date("2026-05-31")), None);
        assert_eq!(spring.closed(date("2026-03-19")).unwrap().opens_on, Some(date("2026-03-20")));
        assert_eq!(spring.closed(date("2026-06-01")).unwrap().opens_on, Some(date("2027-03-20")));
        let winter = Season::Yearly { from: (11, 15), until: (2, 10) };
        assert!(winter.is_on(date("2026-12-31")) && winter.is_on(date("2027-01-01")));
        assert_eq!(winter.closed(date("2026-02-11")).unwrap().opens_on, Some(date("2026-11-15")));
        let once = Season::Once { from: date("2026-03-20"), until: date("2026-03-22") };
        assert_eq!(once.closed(date("2026-03-01")).unwrap().opens_on, Some(date("2026-03-20")));
        assert_eq!(once.closed(date("2026-03-23")), Some(Closed { opens_on: None }), "over for good");
    }

    fn day() -> impl Strategy<Value = DayOfYear> {
        (0..366i64).prop_map(|days| {
            let date = Date::from_ymd(LEAP_YEAR, 1, 1).unwrap().plus_days(days);
            (date.month(), date.day())
        })
    }

    proptest! {
        #[test]
        fn it_comes_back_on_the_first_day_of_the_season(from in day(), until in day(), today in 18_000..30_000i64) {
            let (season, today) = (Season::Yearly { from, until }, Date::from_day_number(today));
            let (from_text, until_text) = season.texts();
            prop_assert_eq!(Season::read(&from_text, &until_text), Ok(Some(season)));
            let Some(closed) = season.closed(today) else { return Ok(()) };
            let opens_on = closed.opens_on.unwrap();
            prop_assert!(opens_on > today && today.days_until(opens_on) <= 366);
            // 29 February alone is a season that leap years have.
            let is_leap_day = from == (2, 29) && until == (2, 29);
            prop_assert!(season.is_on(opens_on) || is_leap_day);
            let mut before = today;
            while before < opens_on {
                prop_assert!(!season.is_on(before));
                before = before.plus_days(1);
            }
        }
    }
}
