//! Money in whole fen, and the one way in which a sum is split.

use crate::thousands::join_thousands;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount of money in whole fen (1/100 yuan, CNY); negative for what is owed the other way.
///
/// The operators panic on overflow in every build profile: a wrapped amount would be a wrong amount. Where the
/// numbers come from outside, use the `checked_*` methods and [`Fen::times`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

/// Why an amount could not be read or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result does not fit into 64 bits of fen.
    #[error("the amount is too large")]
    Overflow,
    /// The text holds no digits.
    #[error("no amount was given")]
    Empty,
    /// The text is not an amount in yuan; the text is given as met.
    #[error("{0:?} is not an amount in yuan")]
    NotAnAmount(String),
    /// Finer than a fen.
    #[error("an amount has at most two decimals")]
    TooManyDecimals,
    /// A split was asked for with no weights, or with weights that are all zero.
    #[error("there is nothing to split the amount over")]
    NoWeight,
    /// A split was asked for with a negative weight.
    #[error("a weight is negative")]
    NegativeWeight,
    /// More was to be taken than there is.
    #[error("{asked} is more than the remaining {remaining}")]
    MoreThanRemains {
        /// What was asked for.
        asked: Fen,
        /// What is left.
        remaining: Fen,
    },
}

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// The amount of `fen` whole fen.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// The number of fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether the amount is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether the amount is exactly zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or [`MoneyError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow)
    }

    /// The difference, or [`MoneyError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyError::Overflow)
    }

    /// The sum of many amounts, or [`MoneyError::Overflow`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The price of `quantity` things at this price each, or [`MoneyError::Overflow`].
    pub fn times(self, quantity: i64) -> Result<Self, MoneyError> {
        self.0.checked_mul(quantity).map(Self).ok_or(MoneyError::Overflow)
    }

    /// Reads an amount in yuan as people type it: `12`, `12.3`, `¥1,234.50`, also with the full-width digits and
    /// signs of a Chinese keyboard and a closing `元`.
    ///
    /// A comma is accepted only between thousands, so that a decimal comma (`12,30`) is refused instead of being
    /// read as a hundred times the price. More than two decimals are refused, not rounded.
    pub fn parse_yuan(text: &str) -> Result<Self, MoneyError> {
        let refused = || MoneyError::NotAnAmount(text.trim().to_owned());
        let plain: String = text.trim().chars().map(to_half_width).collect();
        let (negative, rest) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain.as_str()),
        };
        let rest = rest.strip_prefix('¥').unwrap_or(rest);
        let rest = rest.strip_suffix('元').unwrap_or(rest).trim();
        if rest.is_empty() {
            return Err(if plain.is_empty() { MoneyError::Empty } else { refused() });
        }
        let (whole, decimals) = rest.split_once('.').unwrap_or((rest, ""));
        let whole = join_thousands(whole).ok_or_else(refused)?;
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(&whole) || !all_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
            return Err(refused());
        }
        if decimals.len() > 2 {
            return Err(MoneyError::TooManyDecimals);
        }
        let digits = format!("{whole}{decimals:0<2}");
        let fen: i64 = digits.parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self(if negative { -fen } else { fen }))
    }

    /// The amount in yuan with exactly two decimals and no sign of currency: `12.30`, `-0.05`.
    pub fn to_yuan_string(self) -> String {
        let fen = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

/// The half-width form of the characters that an amount may be typed with.
fn to_half_width(character: char) -> char {
    match character {
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(character) - 0xff10, 10).unwrap_or(character),
        '\u{ff0e}' | '。' => '.',
        '\u{ff0c}' => ',',
        '\u{ffe5}' => '¥',
        '\u{ff0d}' | '\u{2212}' => '-',
        '\u{3000}' => ' ',
        other => other,
    }
}

impl From<i64> for Fen {
    fn from(fen: i64) -> Self {
        Self::new(fen)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_yuan_string())
    }
}

/// The value, or a panic in every build profile: see [`Fen`].
fn or_panic(value: Option<i64>) -> Fen {
    match value {
        Some(fen) => Fen(fen),
        None => panic!("an amount of money left the range of 64 bits"),
    }
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        or_panic(self.0.checked_add(other.0))
    }
}

impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        or_panic(self.0.checked_sub(other.0))
    }
}

impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        or_panic(self.0.checked_neg())
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Fen {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Fen> for Fen {
    fn sum<I: Iterator<Item = &'a Fen>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

/// Splits `total` in proportion to `weights` by largest remainder; equal remainders go to the lower index.
///
/// The parts add up to `total` exactly and each is within one fen of its exact share; a zero weight gets nothing,
/// and a heavier weight never gets less than a lighter one. A negative total is split as the mirror image of the
/// positive one. Errors: no weight above zero, or a negative weight.
pub fn allot(total: Fen, weights: &[i64]) -> Result<Vec<Fen>, MoneyError> {
    let wide: Result<Vec<u128>, _> = weights.iter().map(|weight| u128::try_from(*weight)).collect();
    allot_wide(total, &wide.map_err(|_| MoneyError::NegativeWeight)?)
}

/// [`allot`] with weights too large for 64 bits, such as numerators over a common denominator.
///
/// Errors: [`MoneyError::Overflow`] when the weights add up to 2^126 or more.
pub fn allot_wide(total: Fen, weights: &[u128]) -> Result<Vec<Fen>, MoneyError> {
    let whole = weights
        .iter()
        .try_fold(0u128, |sum, weight| sum.checked_add(*weight))
        .filter(|whole| *whole < 1 << 126)
        .ok_or(MoneyError::Overflow)?;
    if whole == 0 {
        return Err(MoneyError::NoWeight);
    }
    let magnitude = total.0.unsigned_abs();
    let shares: Vec<(u64, u128)> = weights.iter().map(|weight| share(magnitude, *weight, whole)).collect();
    let mut parts: Vec<u64> = shares.iter().map(|share| share.0).collect();
    let mut left = magnitude - parts.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    // A stable sort, so that equal remainders keep the order of their indices.
    order.sort_by(|a, b| shares[*b].1.cmp(&shares[*a].1));
    for index in order {
        if left == 0 {
            break;
        }
        parts[index] += 1;
        left -= 1;
    }
    let signed = |part: u64| {
        if total.0 < 0 { 0i64.checked_sub_unsigned(part) } else { i64::try_from(part).ok() }
    };
    parts.into_iter().map(|part| signed(part).map(Fen).ok_or(MoneyError::Overflow)).collect()
}

/// Takes `amount` out of what `remaining` holds, in proportion to it, by [`allot`]; returns what is taken of each.
///
/// Since every exact share is at most what remains there, and that is a whole number of fen, no part is ever
/// overdrawn; taking everything takes each remaining part exactly. So a series of takings that adds up to the
/// whole empties every part to the fen: this is how "the last refund takes the exact balance".
///
/// Errors: a negative amount or remainder ([`MoneyError::NegativeWeight`]), more than remains.
pub fn take_from(remaining: &[Fen], amount: Fen) -> Result<Vec<Fen>, MoneyError> {
    if amount < Fen::ZERO || remaining.iter().any(|part| *part < Fen::ZERO) {
        return Err(MoneyError::NegativeWeight);
    }
    let left = Fen::checked_sum(remaining.iter().copied())?;
    if amount > left {
        return Err(MoneyError::MoreThanRemains { asked: amount, remaining: left });
    }
    if left.is_zero() {
        return Ok(vec![Fen::ZERO; remaining.len()]);
    }
    let weights: Vec<i64> = remaining.iter().map(|part| part.0).collect();
    allot(amount, &weights)
}

/// Quotient and remainder of `total * weight / whole` for `weight <= whole < 2^126`, without a product that would
/// need more than 128 bits: long multiplication, one bit of `total` at a time, reduced as it goes.
fn share(total: u64, weight: u128, whole: u128) -> (u64, u128) {
    let (mut quotient, mut remainder) = (0u64, 0u128);
    for bit in (0..u64::BITS - total.leading_zeros()).rev() {
        remainder = remainder * 2 + if total >> bit & 1 == 1 { weight } else { 0 };
        // remainder < 3 * whole, so the quotient of this step is 0, 1 or 2; in all it is at most `total`.
        let carry = if remainder >= whole * 2 { 2 } else { u64::from(remainder >= whole) };
        remainder -= whole * u128::from(carry);
        quotient = quotient * 2 + carry;
    }
    (quotient, remainder)
}

#[cfg(test)]
#[path = "money/tests.rs"]
mod tests;
