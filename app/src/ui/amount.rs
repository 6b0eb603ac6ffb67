//! Amounts in running text and tables.

use domain::money::Fen;

/// An amount with its thousands apart, and without decimals when they are zero: `¥86,420`, `¥1,280.50`.
#[must_use]
pub fn amount_text(amount: Fen) -> String {
    let text = amount.to_yuan_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if decimals == "00" { format!("{sign}¥{grouped}") } else { format!("{sign}¥{grouped}.{decimals}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_zero_decimals_are_left_out() {
        let shown = |fen: i64| amount_text(Fen::new(fen));
        assert_eq!(shown(8_642_000), "¥86,420");
        assert_eq!(shown(128_050), "¥1,280.50");
        assert_eq!(shown(100_000_000), "¥1,000,000");
        assert_eq!(shown(99_900), "¥999");
        assert_eq!(shown(5), "¥0.05");
        assert_eq!(shown(-123_456), "-¥1,234.56");
    }
}
