//! Values of cells.

use super::columns::is_clear;
use crate::failure::Problem;
use crate::locale::Locale;
use crate::search_text::fold_width;
use crate::season::Season;
use crate::thousands::without_grouping;
use crate::word::words;

/// Longest code of a variant, in characters.
const MAX_CODE_CHARS: usize = 32;

words! {
    /// Where a listing stands.
    pub enum SheetState {
        Draft = "draft",
        Published = "published",
        Unpublished = "unpublished",
    }
}

impl SheetState {
    /// What stands in the sheet.
    #[must_use]
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            Self::Draft => locale.pick("草稿", "Draft"),
            Self::Published => locale.pick("在售", "For sale"),
            Self::Unpublished => locale.pick("已下架", "Taken out"),
        }
    }

    /// Reads a cell, in either language or as stored.
    ///
    /// # Errors
    /// [`Problem::Unknown`].
    pub fn read(text: &str) -> Result<Self, Problem> {
        let is_meant = |state: &&Self| {
            let words = [state.as_str(), state.text(Locale::Zh), state.text(Locale::En)];
            words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
        };
        Self::ALL.iter().find(is_meant).copied().ok_or(Problem::Unknown)
    }
}

/// Why stock was corrected, as stored and in both languages.
pub const REASONS: [(&str, &str, &str); 6] = [
    ("received", "到货", "Received"),
    ("counted", "盘点", "Counted"),
    ("spoiled", "变质", "Spoiled"),
    ("damaged", "破损", "Damaged"),
    ("expired", "过期", "Expired"),
    ("sample", "样品", "Sample"),
];

/// A reason in words; the stored text when it is none of [`REASONS`].
#[must_use]
pub fn reason_text(locale: Locale, reason: &str) -> &str {
    REASONS.iter().find(|(stored, _, _)| *stored == reason).map_or(reason, |(_, zh, en)| locale.pick(zh, en))
}

/// Reads a reason; blank means that somebody counted.
pub(super) fn read_reason(text: &str) -> Result<&'static str, Problem> {
    if text.is_empty() {
        return Ok("counted");
    }
    let is_meant = |(stored, zh, en): &&(&str, &str, &str)| {
        [stored, zh, en].iter().any(|word| word.eq_ignore_ascii_case(text))
    };
    REASONS.iter().find(is_meant).map(|(stored, _, _)| *stored).ok_or(Problem::Unknown)
}

/// Reads a season of two days as it is stored; none where the cell asks for that.
pub(super) fn read_season(text: &str) -> Result<(String, String), Problem> {
    if is_clear(text) {
        return Ok(Default::default());
    }
    let plain = fold_width(text).to_lowercase();
    let parted = ["至", "到", "to", "~", "—", "–"].into_iter().find_map(|sign| plain.split_once(sign));
    let (from, until) = parted.ok_or(Problem::NotADay)?;
    match Season::read(from, until.trim_start_matches('—')) {
        Ok(Some(season)) => Ok(season.texts()),
        Ok(None) | Err((_, Problem::Missing)) => Err(Problem::NotADay),
        Err((_, problem)) => Err(problem),
    }
}

/// A stored season in a cell; blank for all year.
#[must_use]
pub fn season_text(locale: Locale, (from, until): &(String, String)) -> String {
    if from.is_empty() { String::new() } else { format!("{from} {} {until}", locale.pick("至", "to")) }
}

/// Reads a whole number in a range.
pub(super) fn read_number(text: &str, min: i64, max: i64) -> Result<i64, Problem> {
    let plain = without_grouping(text)?;
    let number = plain.strip_prefix('+').unwrap_or(&plain);
    // `--5` and `+-5` are no numbers.
    let digits = number.strip_prefix('-').filter(|_| number == plain).unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::NotANumber);
    }
    match number.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Problem::OutOfRange { min, max }),
    }
}

/// A code as it is stored: half-width capitals.
pub(super) fn normal_code(text: &str) -> String {
    fold_width(text.trim()).to_ascii_uppercase()
}

/// Reads a code that a new variant may have.
pub(super) fn read_code(text: &str) -> Result<String, Problem> {
    let code = normal_code(text);
    if code.chars().count() > MAX_CODE_CHARS {
        return Err(Problem::TooLong { max: i64::try_from(MAX_CODE_CHARS).unwrap_or(i64::MAX) });
    }
    // Quick orders part code and quantity at blanks and signs.
    if code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        Ok(code)
    } else {
        Err(Problem::UnknownCode)
    }
}
