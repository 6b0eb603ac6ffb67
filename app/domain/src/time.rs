//! Days and moments. A moment is milliseconds since the Unix epoch; a day is a civil date in China time (UTC+8,
//! the whole country, no summer time), so everything here is plain arithmetic without a time-zone database.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Milliseconds of a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;
/// How far China time is ahead of UTC.
pub const CHINA_OFFSET_MS: i64 = 8 * HOUR_MS;

/// A civil date between 0001-01-01 and 9999-12-31, kept as the number of days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// The text or the numbers are no date of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date (YYYY-MM-DD)")]
pub struct NotADate(pub String);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The date of year, month (1–12) and day (1–31), if the calendar has it.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let in_range = (1..=9999).contains(&year) && (1..=12).contains(&month);
        (in_range && day >= 1 && day <= days_in_month(year, month))
            .then(|| Self(days_from_civil(year, i32::from(month), i32::from(day))))
    }

    /// The day in China on which the moment `at_ms` falls; moments beyond the calendar give its first or last day.
    pub fn from_epoch_ms(at_ms: i64) -> Self {
        Self::from_day_number(at_ms.saturating_add(CHINA_OFFSET_MS).div_euclid(DAY_MS))
    }

    /// The date `days` days after 1970-01-01, kept inside the calendar.
    pub fn from_day_number(days: i64) -> Self {
        let inside = days.clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(i32::try_from(inside).unwrap_or(Self::MAX.0))
    }

    /// Days since 1970-01-01.
    pub const fn day_number(self) -> i64 {
        self.0 as i64
    }

    /// The date `days` later (earlier when negative), kept inside the calendar.
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_day_number(self.day_number().saturating_add(days))
    }

    /// Days from this date to `later`; negative when `later` is earlier.
    pub const fn days_until(self, later: Self) -> i64 {
        later.day_number() - self.day_number()
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i32, u8, u8) {
        civil_from_days(self.0)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, 1–12.
    pub fn month(self) -> u8 {
        self.ymd().1
    }

    /// The day of the month, 1–31.
    pub fn day(self) -> u8 {
        self.ymd().2
    }

    /// The first day of this date's month.
    pub fn first_of_month(self) -> Self {
        self.plus_days(1 - i64::from(self.day()))
    }

    /// The month as `YYYY-MM`.
    pub fn month_text(self) -> String {
        let (year, month, _) = self.ymd();
        format!("{year:04}-{month:02}")
    }
}

/// The moment at which `date` begins in China.
pub const fn start_of_day_ms(date: Date) -> i64 {
    date.day_number() * DAY_MS - CHINA_OFFSET_MS
}

/// From the beginning of the first day until the end of the last one, as a form has them (`YYYY-MM-DD`): what lies at or
/// after the first moment and before the second. A day that is blank or cannot be read sets no bound; days in the wrong order
/// are taken in the right one.
#[must_use]
pub fn days_ms(from: &str, to: &str) -> (i64, i64) {
    let day = |text: &str| text.trim().parse::<Date>().ok();
    let (from, to) = match (day(from), day(to)) {
        (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to))),
        one => one,
    };
    let until = |last: Date| start_of_day_ms(last.plus_days(1));
    (from.map_or(i64::MIN, start_of_day_ms), to.map_or(i64::MAX, until))
}

/// The moment at which `year` begins in China.
pub fn start_of_year_ms(year: i32) -> i64 {
    start_of_day_ms(Date(days_from_civil(year.clamp(1, 9999), 1, 1)))
}

/// The moment at which the month of `date` begins in China.
pub fn start_of_month_ms(date: Date) -> i64 {
    start_of_day_ms(date.first_of_month())
}

/// The moment as a clock in China shows it: `YYYY-MM-DD HH:MM`.
pub fn china_minute_text(at_ms: i64) -> String {
    let minutes = at_ms.saturating_add(CHINA_OFFSET_MS).rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{} {:02}:{:02}", Date::from_epoch_ms(at_ms), minutes / 60, minutes % 60)
}

/// A minute in China as a browser's field has it (`2026-03-28T09:05`) or as [`china_minute_text`] writes it.
#[must_use]
pub fn parse_china_minute(text: &str) -> Option<i64> {
    let (day, minute) = text.trim().split_once(['T', ' '])?;
    let (hours, minutes) = minute.trim().split_once(':')?;
    let number = |text: &str, below: i64| -> Option<i64> {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse().ok())?.filter(|number| *number < below)
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some(start_of_day_ms(day.parse().ok()?) + minutes * MINUTE_MS)
}

/// Days of the month in the Gregorian calendar; `month` is 1–12.
pub const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a civil date. Years are counted from 1 March, so that the leap day comes last and
/// every month's offset is a linear formula; eras of 400 years repeat exactly.
const fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `YYYY-MM-DD`, exactly as a date field of a form sends it.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let refused = || NotADate(text.chars().take(32).collect());
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(refused());
        }
        let year = text[0..4].parse().map_err(|_| refused())?;
        let month = text[5..7].parse().map_err(|_| refused())?;
        let day = text[8..10].parse().map_err(|_| refused())?;
        Self::from_ymd(year, month, day).ok_or_else(refused)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn known_days() {
        assert_eq!(date("1970-01-01").day_number(), 0);
        assert_eq!(date("2000-03-01").day_number(), 11_017);
        assert_eq!(date("0001-01-01"), Date::MIN);
        assert_eq!(date("9999-12-31"), Date::MAX);
        assert_eq!(date("2024-02-28").plus_days(2), date("2024-03-01"));
        assert_eq!(date("2025-12-31").days_until(date("2026-03-01")), 60);
        assert_eq!(date("2026-03-17").first_of_month(), date("2026-03-01"));
        assert_eq!(date("2026-03-17").month_text(), "2026-03");
    }

    #[test]
    fn days_of_a_form_hold_their_last_day_whole() {
        let (first, after) = (start_of_day_ms(date("2026-01-01")), start_of_day_ms(date("2026-01-04")));
        assert_eq!(days_ms("2026-01-01", " 2026-01-03 "), (first, after));
        assert_eq!(days_ms("2026-01-03", "2026-01-01"), (first, after), "in the wrong order");
        assert_eq!(days_ms("", "2026-01-03"), (i64::MIN, after));
        assert_eq!(days_ms("2026-01-01", "soon"), (first, i64::MAX));
        assert_eq!(days_ms("9999-12-31", "0001-01-01").0, start_of_day_ms(date("0001-01-01")));
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let start = start_of_day_ms(date("2026-01-01"));
        assert_eq!(start, 1_767_196_800_000);
        assert_eq!(start_of_year_ms(2026), start);
        assert_eq!(Date::from_epoch_ms(start), date("2026-01-01"));
        assert_eq!(Date::from_epoch_ms(start - 1), date("2025-12-31"));
        let minute_ms = start + 9 * HOUR_MS + 5 * MINUTE_MS;
        assert_eq!(china_minute_text(minute_ms), "2026-01-01 09:05");
        for text in ["2026-01-01 09:05", "2026-01-01T09:05"] {
            assert_eq!(parse_china_minute(text), Some(minute_ms));
        }
        for text in
            ["", "2026-01-01", "2026-01-01T24:00", "2026-01-01T09:60", "2026-01-01T+9:05", "2026-02-30T09:05"]
        {
            assert_eq!(parse_china_minute(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_calendar_lacks_is_refused() {
        for text in [
            "2025-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "0000-01-01",
            "2026/01/01",
            "",
            "+026-01-01",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_order_and_arithmetic_agree(a in -719_162..2_932_896i64, b in -719_162..2_932_896i64) {
            let (a, b) = (Date::from_day_number(a), Date::from_day_number(b));
            prop_assert_eq!(date(&a.to_string()), a);
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
            prop_assert_eq!(a.plus_days(a.days_until(b)), b);
            prop_assert_eq!(Date::from_epoch_ms(start_of_day_ms(a)), a);
        }
    }
}
