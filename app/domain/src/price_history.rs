//! What something cost before: a reduced price is compared with the lowest one of the month before it.
//!
//! As Directive 98/6/EC, article 6a, has it. A price that was raised to be lowered shows nothing.

use crate::money::Fen;
use crate::time::DAY_MS;

/// How far back a reduced price is compared, and for how long it is shown as one.
pub const COMPARED_MS: i64 = 30 * DAY_MS;
/// How long former prices are of any use.
pub const KEPT_MS: i64 = 2 * COMPARED_MS;

/// The lowest price of the thirty days before the present one began to hold, if that was within the last thirty days and
/// the present one is lower. `former` are prices with the moment until which each held.
#[must_use]
pub fn was_price(present: Fen, former: &[(i64, Fen)], now_ms: i64) -> Option<Fen> {
    let since_ms = former.iter().map(|(until_ms, _)| *until_ms).max()?;
    if now_ms - since_ms > COMPARED_MS {
        return None;
    }
    let compared = former.iter().filter(|(until_ms, _)| *until_ms > since_ms - COMPARED_MS);
    compared.map(|(_, price)| *price).min().filter(|lowest| *lowest > present)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn was(present: i64, former: &[(i64, i64)], today: i64) -> Option<i64> {
        let former: Vec<(i64, Fen)> =
            former.iter().map(|(day, price)| (day * DAY_MS, Fen::new(*price))).collect();
        was_price(Fen::new(present), &former, today * DAY_MS).map(Fen::get)
    }

    #[test]
    fn a_reduced_price_is_compared_with_the_lowest_of_the_month_before_it() {
        assert_eq!(was(80, &[], 100), None, "it never changed");
        assert_eq!(was(80, &[(100, 100)], 100), Some(100));
        assert_eq!(was(80, &[(100, 100)], 130), Some(100));
        assert_eq!(was(80, &[(100, 100)], 131), None, "by now it is the price");
        assert_eq!(was(120, &[(100, 100)], 100), None, "raised");
        assert_eq!(was(120, &[(90, 100), (100, 200)], 100), None, "raised to be lowered");
        assert_eq!(was(80, &[(90, 100), (100, 200)], 101), Some(100));
        assert_eq!(was(80, &[(60, 70), (100, 200)], 101), Some(200), "too long ago");
    }
}
