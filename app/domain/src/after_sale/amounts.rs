//! How much money goes back.

use crate::money::{Fen, MoneyError, allot, take_from};

/// The value of pieces `first..first + pieces` of a line of `quantity` pieces that cost `net` together: the pieces' shares
/// by largest remainder in a fixed order, so that the values of all pieces add up to `net` exactly.
///
/// Whoever settles pieces takes the lowest that were not settled, so the last refund of a line takes the exact balance.
///
/// # Errors
/// [`MoneyError::MoreThanRemains`] for pieces that the line does not have; [`MoneyError::NegativeWeight`].
pub fn pieces_value(net: Fen, quantity: i64, first: i64, pieces: i64) -> Result<Fen, MoneyError> {
    if quantity < 1 || first < 0 || pieces < 0 || net < Fen::ZERO {
        return Err(MoneyError::NegativeWeight);
    }
    let end = first.checked_add(pieces).ok_or(MoneyError::Overflow)?;
    if end > quantity {
        return Err(MoneyError::MoreThanRemains { asked: Fen::new(end), remaining: Fen::new(quantity) });
    }
    // Equal weights: every piece gets the quotient, the first `net % quantity` of them a fen more.
    let (each, odd) = (net.get() / quantity, net.get() % quantity);
    let until = |count: i64| Fen::new(each * count + count.min(odd));
    Ok(until(end) - until(first))
}

/// What a refund takes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRefund {
    /// What the pieces cost.
    pub value: Fen,
    /// What goes back: the whole of it, or the damaged share.
    pub amount: Fen,
}

/// The refund of `pieces` pieces after the first `settled` ones; `damage_permille` (1–1000) of their value goes back, by
/// largest remainder with the damaged share first.
///
/// # Errors
/// As [`pieces_value`]; [`MoneyError::NegativeWeight`] for a share outside of 0 to 1000.
pub fn refund_of_pieces(
    net: Fen,
    quantity: i64,
    settled: i64,
    pieces: i64,
    damage_permille: i64,
) -> Result<LineRefund, MoneyError> {
    let value = pieces_value(net, quantity, settled, pieces)?;
    let parts = allot(value, &[damage_permille, 1000 - damage_permille])?;
    Ok(LineRefund { value, amount: parts.first().copied().unwrap_or_default() })
}

/// An agreed amount over lines of which `worth` would go back, in proportion to it and never more than it. Buyer and seller
/// agree on one amount for all that is wrong; the villages of each line bear their line's part.
///
/// # Errors
/// [`MoneyError::NegativeWeight`] for a negative amount or worth; [`MoneyError::Overflow`].
pub fn agreed_parts(worth: &[Fen], agreed: Fen) -> Result<Vec<Fen>, MoneyError> {
    let whole = Fen::checked_sum(worth.iter().copied())?;
    take_from(worth, agreed.min(whole))
}

/// The freight that goes back with a refund where the seller's side is at fault: in proportion to the goods of the parcel
/// that went back for that, rounded down on the way and exact at the end. `gone` is what went back before of the parcel's
/// goods (`goods` in all) for that reason, `now` what goes back this time.
///
/// # Errors
/// [`MoneyError::Overflow`] when more goes back than there is.
pub fn claimed_freight(freight: Fen, goods: Fen, gone: Fen, now: Fen) -> Result<Fen, MoneyError> {
    let until = gone.checked_add(now)?;
    if until > goods || gone < Fen::ZERO || now < Fen::ZERO {
        return Err(MoneyError::Overflow);
    }
    if goods.is_zero() {
        return Ok(Fen::ZERO);
    }
    let part = |of: Fen| i128::from(freight.get()) * i128::from(of.get()) / i128::from(goods.get());
    i64::try_from(part(until) - part(gone)).map(Fen::new).map_err(|_| MoneyError::Overflow)
}

/// What goes back when no more than `left` may: goods before freight, and the postage of a return last.
#[must_use]
pub fn within_left(left: Fen, goods: Fen, freight: Fen, postage: Fen) -> (Fen, Fen, Fen) {
    let mut rest = left.max(Fen::ZERO);
    let mut take = |wanted: Fen| {
        let taken = wanted.min(rest);
        rest -= taken;
        taken
    };
    (take(goods), take(freight), take(postage))
}
