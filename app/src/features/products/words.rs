//! Words for what a product is measured and dated by.

use domain::locale::Locale;
use domain::time::Date;

use crate::context::{locale, now_ms};
use crate::text::counted;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day as it stands on a card: this year's without the year. Empty when it is no day.
#[must_use]
pub fn short_day(day: &str) -> String {
    let Ok(date) = day.parse::<Date>() else { return String::new() };
    let is_this_year = date.year() == Date::from_epoch_ms(now_ms()).year();
    short_day_text(locale(), date, is_this_year)
}

/// A day as short as a card needs it: `3-28`, and only year and month of another year.
#[must_use]
pub fn card_day(day: &str) -> String {
    let Ok(date) = day.parse::<Date>() else { return String::new() };
    if locale() == Locale::En {
        return short_day(day);
    }
    let (year, month, day) = date.ymd();
    let is_this_year = year == Date::from_epoch_ms(now_ms()).year();
    if is_this_year { format!("{month}-{day}") } else { format!("{year}-{month:02}") }
}

fn short_day_text(locale: Locale, date: Date, is_this_year: bool) -> String {
    let (year, month, day) = date.ymd();
    let month_name = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
    match (locale, is_this_year) {
        (Locale::Zh, true) => format!("{month} 月 {day} 日"),
        (Locale::Zh, false) => format!("{year} 年 {month} 月"),
        (Locale::En, true) => format!("{day} {month_name}"),
        (Locale::En, false) => format!("{month_name} {year}"),
    }
}

/// An end of a season, `03-20` or `2026-03-20`, as it is read: `3 月 20 日`, `20 Mar 2026`.
#[must_use]
pub fn season_day(end: &str) -> String {
    let has_year = end.len() > 5;
    // A leap year has every day.
    let Ok(date) = (if has_year { end.to_owned() } else { format!("2024-{end}") }).parse::<Date>() else {
        return String::new();
    };
    let (year, _, _) = date.ymd();
    let day = short_day_text(locale(), date, true);
    match (locale(), has_year) {
        (_, false) => day,
        (Locale::Zh, true) => format!("{year} 年 {day}"),
        (Locale::En, true) => format!("{day} {year}"),
    }
}

/// A month of the year: `3 月`, `Mar`.
#[must_use]
pub fn month_text(month: u8) -> String {
    match locale() {
        Locale::Zh => format!("{month} 月"),
        Locale::En => {
            MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default().to_owned()
        }
    }
}

/// A weight, or a number of pieces where the product is counted: `650 g`, `42 kg`, `30 件`.
#[must_use]
pub fn base_amount(base_unit: &str, amount: i64) -> String {
    if base_unit == "g" { weight_text(amount) } else { counted(locale(), amount, "件", ["piece", "pieces"]) }
}

/// Grams, as kilograms where that is shorter: `650 g`, `1.5 kg`.
#[must_use]
pub fn weight_text(grams: i64) -> String {
    let (kilograms, rest) = (grams / 1000, grams % 1000);
    match rest {
        _ if grams < 1000 => format!("{grams} g"),
        0 => format!("{kilograms} kg"),
        _ if rest % 100 == 0 => format!("{kilograms}.{} kg", rest / 100),
        _ => format!("{kilograms}.{} kg", format!("{rest:03}").trim_end_matches('0')),
    }
}

/// Tenths of a percent as people read them: `42%`, `3.5%`.
#[must_use]
pub fn permille_text(permille: i64) -> String {
    if permille % 10 == 0 {
        format!("{}%", permille / 10)
    } else {
        format!("{}.{}%", permille / 10, permille % 10)
    }
}

/// Running text as its paragraphs.
#[must_use]
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The beginning of a text, for search engines and link previews.
#[must_use]
pub fn excerpt(text: &str, max_chars: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= max_chars {
        return flat;
    }
    let cut: String = flat.chars().take(max_chars).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_shares_are_short() {
        let shown: Vec<String> = [650, 1000, 1500, 1250, 12_040].into_iter().map(weight_text).collect();
        assert_eq!(shown, ["650 g", "1 kg", "1.5 kg", "1.25 kg", "12.04 kg"]);
        assert_eq!([permille_text(420), permille_text(35)], ["42%", "3.5%"]);
    }

    #[test]
    fn a_day_of_this_year_needs_no_year() {
        let day: Date = "2026-03-28".parse().unwrap();
        assert_eq!(short_day_text(Locale::Zh, day, true), "3 月 28 日");
        assert_eq!(short_day_text(Locale::En, day, true), "28 Mar");
        assert_eq!(short_day_text(Locale::Zh, day, false), "2026 年 3 月");
        assert_eq!(short_day_text(Locale::En, day, false), "Mar 2026");
    }

    #[test]
    fn an_excerpt_is_one_line_of_limited_length() {
        assert_eq!(excerpt("春茶\n  手工", 10), "春茶 手工");
        assert_eq!(excerpt("明前春茶", 2), "明前…");
        assert_eq!(paragraphs("一\n\n 二 \n"), ["一", "二"]);
    }
}
