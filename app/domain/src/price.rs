//! Prices as sellers type them: of one, and of one from a quantity on.

use crate::failure::Problem;
use crate::money::{Fen, MoneyError};
use crate::search_text::fold_width;

/// What a variant may cost at most: a million yuan; more is a slip.
const MAX_PRICE_FEN: i64 = 100_000_000;
/// A tier beyond this is a slip.
const MAX_TIER_QUANTITY: i64 = 99_999;

/// Reads a price above zero in yuan.
///
/// # Errors
/// [`Problem::Missing`], [`Problem::NotMoney`].
pub fn read_price(typed: &str) -> Result<Fen, Problem> {
    match Fen::parse_yuan(typed) {
        Ok(price) if (1..=MAX_PRICE_FEN).contains(&price.get()) => Ok(price),
        Err(MoneyError::Empty) => Err(Problem::Missing),
        _ => Err(Problem::NotMoney),
    }
}

/// Tier prices as `50:128.00, 100:118.00`: from which quantity on, and the price of one. Each is cheaper than the one
/// before and than `retail`.
///
/// # Errors
/// As [`parse_tiers`] and [`require_cheaper`].
pub fn read_tiers(typed: &str, retail: Fen) -> Result<Vec<(i64, Fen)>, Problem> {
    let tiers = parse_tiers(typed)?;
    require_cheaper(&tiers, retail)?;
    Ok(tiers)
}

/// Tier prices as they are written, the smallest quantity first, whatever they cost.
///
/// # Errors
/// [`Problem::NotANumber`], [`Problem::OutOfRange`] and as [`read_price`].
pub fn parse_tiers(typed: &str) -> Result<Vec<(i64, Fen)>, Problem> {
    let mut tiers: Vec<(i64, Fen)> = Vec::new();
    let plain = fold_width(typed).replace('、', ",");
    for part in plain.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let (quantity, price) = part.split_once(':').ok_or(Problem::NotANumber)?;
        let quantity = quantity.trim().trim_start_matches('≥').trim();
        let quantity: i64 = quantity.parse().map_err(|_| Problem::NotANumber)?;
        if !(2..=MAX_TIER_QUANTITY).contains(&quantity) {
            return Err(Problem::OutOfRange { min: 2, max: MAX_TIER_QUANTITY });
        }
        tiers.push((quantity, read_price(price)?));
    }
    tiers.sort_by_key(|tier| tier.0);
    Ok(tiers)
}

/// That more never costs more: each tier is cheaper than the one before, and the first than `retail`.
///
/// # Errors
/// [`Problem::WrongOrder`].
pub fn require_cheaper(tiers: &[(i64, Fen)], retail: Fen) -> Result<(), Problem> {
    let mut before = (1, retail);
    for tier in tiers {
        if tier.0 == before.0 || tier.1 >= before.1 {
            return Err(Problem::WrongOrder);
        }
        before = *tier;
    }
    Ok(())
}

/// Tier prices as they are typed.
#[must_use]
pub fn tiers_text(tiers: &[(i64, Fen)]) -> String {
    let parts: Vec<String> = tiers.iter().map(|(quantity, price)| format!("{quantity}:{price}")).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tier_prices_are_read_as_people_type_them() {
        let retail = Fen::new(13_800);
        let tiers = read_tiers("100：118, 50:128.00", retail).unwrap();
        assert_eq!(tiers, [(50, Fen::new(12_800)), (100, Fen::new(11_800))]);
        assert_eq!(read_tiers(&tiers_text(&tiers), retail).unwrap(), tiers);
        assert_eq!(read_tiers("≥50：128；≥ 100：118", retail).unwrap(), tiers);
        assert_eq!(read_tiers(" ", retail).unwrap(), []);
        assert_eq!(read_tiers("50:138", retail), Err(Problem::WrongOrder), "no dearer than one piece");
        assert_eq!(read_tiers("50:128, 100:129", retail), Err(Problem::WrongOrder), "more is never dearer");
        assert_eq!(read_tiers("50:128, 50:127", retail), Err(Problem::WrongOrder));
        assert_eq!(read_tiers("1:128", retail), Err(Problem::OutOfRange { min: 2, max: MAX_TIER_QUANTITY }));
        assert_eq!(read_tiers("50", retail), Err(Problem::NotANumber));
        assert_eq!(read_tiers("50:0", retail), Err(Problem::NotMoney));
    }
}
