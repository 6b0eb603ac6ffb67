//! Amounts in running text and tables.

use domain::money::Fen;

use crate::text::grouped_yuan;

/// An amount with its thousands apart, and without decimals when they are zero: `¥86,420`, `¥1,280.50`.
#[must_use]
pub fn amount_text(amount: Fen) -> String {
    let text = grouped_yuan(amount);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    format!("{sign}¥{}", digits.strip_suffix(".00").unwrap_or(digits))
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
