//! What a part of a parcel takes along when it goes into a parcel of its own.

use crate::after_sale::pieces_value;
use crate::money::{Fen, MoneyError, allot};

/// What `moved` pieces (at least one, not all) take along of a line of `quantity` pieces that cost `net` together: the value
/// of the last ones. The pieces of both lines then have the values that they had before, so a refund of any of them is the
/// same as without the split; see [`pieces_value`].
///
/// # Errors
/// [`MoneyError::MoreThanRemains`] when nothing would be left, or nothing moved.
pub fn split_line(net: Fen, quantity: i64, moved: i64) -> Result<Fen, MoneyError> {
    if moved < 1 || moved >= quantity {
        return Err(MoneyError::MoreThanRemains {
            asked: Fen::new(moved),
            remaining: Fen::new(quantity - 1),
        });
    }
    pieces_value(net, quantity, quantity - moved, moved)
}

/// What leaves each part when `moved` of all leave, from the last part on: goods of one batch stay together as far as they
/// can. `None` when there are not so many.
#[must_use]
pub fn split_goods(parts: &[i64], moved: i64) -> Option<Vec<i64>> {
    let mut left = moved;
    let mut taken = vec![0; parts.len()];
    for (part, slot) in parts.iter().zip(&mut taken).rev() {
        *slot = left.clamp(0, *part);
        left -= *slot;
    }
    (left == 0 && moved >= 0).then_some(taken)
}

/// The freight that goes along with `moved` of a parcel's goods (`goods` in all): in proportion to their value, by largest
/// remainder. Goods that cost nothing take none.
///
/// # Errors
/// [`MoneyError::NegativeWeight`] when more moves than there is.
pub fn split_freight(freight: Fen, goods: Fen, moved: Fen) -> Result<Fen, MoneyError> {
    if goods.is_zero() {
        return Ok(Fen::ZERO);
    }
    let stays = goods.checked_sub(moved)?;
    let parts = allot(freight, &[stays.get(), moved.get()])?;
    Ok(parts.last().copied().unwrap_or_default())
}
