//! Amounts, weights and counts as they stand in a sentence.

use domain::locale::Locale;
use domain::money::Fen;
use domain::thousandths::thousandths_text;

use super::say;

/// An amount as it stands in a sentence: `¥12.30`, `¥127,756.00`.
#[must_use]
pub fn yuan(amount: Fen) -> String {
    format!("¥{}", grouped_yuan(amount))
}

/// An amount in yuan with two decimals and its thousands apart: `-127,756.00`.
#[must_use]
pub fn grouped_yuan(amount: Fen) -> String {
    let mut text = amount.to_yuan_string();
    let first_digit = usize::from(text.starts_with('-'));
    // Before the point and two decimals; every character is one byte.
    let mut at = text.len().saturating_sub(3);
    while at > first_digit + 3 {
        at -= 3;
        text.insert(at, ',');
    }
    text
}

/// Grams as kilograms without needless zeros: `1.62`.
#[must_use]
pub fn kilograms_text(grams: i64) -> String {
    thousandths_text(grams)
}

/// How many there are of something: `1 件商品`, `1 product`, `3 products`.
#[must_use]
pub fn counted(locale: Locale, count: i64, zh: &str, [one, many]: [&str; 2]) -> String {
    let en = if count == 1 { one } else { many };
    say(locale, format!("{count} {zh}"), format!("{count} {en}"))
}
