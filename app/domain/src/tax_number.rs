//! Tax numbers 税号: the 18-character unified social credit code of GB 32100-2015 with its check digit, and the
//! older numbers of 15 to 20 characters that are still printed on some licences.

use serde::{Deserialize, Serialize};

use crate::failure::Problem;
use crate::search_text::fold_width;

/// The characters of GB 32100-2015 in the order of their values; I, O, S, V and Z are left out for being misread.
const CHARSET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The length of a unified social credit code.
const UNIFIED_LEN: usize = 18;

/// Why a tax number was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum TaxNumberError {
    /// Nothing was typed.
    #[error("the tax number is missing")]
    Missing,
    /// Shorter than 15 or longer than 20 characters.
    #[error("a tax number has 15 to 20 characters, this one has {found}")]
    Length {
        /// How many characters were found, without blanks and hyphens.
        found: usize,
    },
    /// A character that cannot stand at this place.
    #[error("character {position} of the tax number, {found}, is not allowed")]
    Character {
        /// Counted from 1.
        position: usize,
        /// The character as normalised.
        found: char,
    },
    /// All characters are possible, but the last one does not follow from the others: a typing error.
    #[error("the check digit of the tax number does not match")]
    CheckDigit,
}

impl From<TaxNumberError> for Problem {
    fn from(error: TaxNumberError) -> Self {
        match error {
            TaxNumberError::Missing => Self::Missing,
            TaxNumberError::Length { .. } => Self::TaxNumberLength,
            TaxNumberError::Character { .. } => Self::TaxNumberCharacter,
            TaxNumberError::CheckDigit => Self::TaxNumberCheckDigit,
        }
    }
}

/// A tax number: upper-case ASCII letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaxNumber(String);

impl TaxNumber {
    /// Reads what a person typed; full-width and lower-case letters, blanks and hyphens are accepted.
    ///
    /// # Errors
    /// Says whether the length, a character or the check digit is wrong.
    pub fn parse(typed: &str) -> Result<Self, TaxNumberError> {
        let text: String = fold_width(typed)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let found = text.chars().count();
        match found {
            0 => return Err(TaxNumberError::Missing),
            15..=20 => {}
            _ => return Err(TaxNumberError::Length { found }),
        }
        let unified = found == UNIFIED_LEN;
        for (index, c) in text.chars().enumerate() {
            let allowed = if unified { value_of(c).is_some() } else { c.is_ascii_alphanumeric() };
            if !allowed {
                return Err(TaxNumberError::Character { position: index + 1, found: c });
            }
        }
        if unified && check_character(&text[..UNIFIED_LEN - 1]) != text.chars().last() {
            return Err(TaxNumberError::CheckDigit);
        }
        Ok(Self(text))
    }

    /// The normalised number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a unified social credit code, whose check digit was verified.
    #[must_use]
    pub fn is_unified_code(&self) -> bool {
        self.0.len() == UNIFIED_LEN
    }
}

impl TryFrom<String> for TaxNumber {
    type Error = TaxNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<TaxNumber> for String {
    fn from(number: TaxNumber) -> Self {
        number.0
    }
}

impl std::fmt::Display for TaxNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value of a character of the unified code, 0 to 30.
fn value_of(c: char) -> Option<usize> {
    CHARSET.iter().position(|known| char::from(*known) == c)
}

/// The last character that belongs to the first 17 of a unified code (GB 32100-2015, 5.2.6): weights are the powers
/// of 3 modulo 31, the check value completes the weighed sum to a multiple of 31. `None` when `body` is no such code.
#[must_use]
pub fn check_character(body: &str) -> Option<char> {
    if body.chars().count() != UNIFIED_LEN - 1 {
        return None;
    }
    let mut weight = 1;
    let mut sum = 0;
    for c in body.chars() {
        sum += value_of(c)? * weight;
        weight = weight * 3 % CHARSET.len();
    }
    let check = (CHARSET.len() - sum % CHARSET.len()) % CHARSET.len();
    Some(char::from(CHARSET[check]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The worked example of the standard.
    const EXAMPLE: &str = "91350100M000100Y43";

    #[test]
    fn the_example_of_the_standard_is_accepted_however_it_is_typed() {
        for typed in [
            EXAMPLE,
            "91350100m000100y43",
            " 9135 0100 M000 100Y 43 ",
            "９１３５０１００Ｍ０００１００Ｙ４３",
            "91-350100-M000100Y4-3",
        ] {
            let number = TaxNumber::parse(typed).unwrap();
            assert_eq!(number.as_str(), EXAMPLE);
            assert!(number.is_unified_code());
        }
    }

    #[test]
    fn each_fault_has_its_own_name() {
        assert_eq!(TaxNumber::parse(" "), Err(TaxNumberError::Missing));
        assert_eq!(TaxNumber::parse("91350100M00010"), Err(TaxNumberError::Length { found: 14 }));
        assert_eq!(TaxNumber::parse("91350100M000100Y43123"), Err(TaxNumberError::Length { found: 21 }));
        assert_eq!(TaxNumber::parse("91350100M000100Y44"), Err(TaxNumberError::CheckDigit));
        // A letter O typed for a zero is the common mistake.
        assert_eq!(
            TaxNumber::parse("9135O100M000100Y43"),
            Err(TaxNumberError::Character { position: 5, found: 'O' })
        );
        assert_eq!(
            TaxNumber::parse("税350100123456789"),
            Err(TaxNumberError::Character { position: 1, found: '税' })
        );
    }

    #[test]
    fn older_numbers_have_no_check_digit() {
        for typed in ["610925123456789", "61092512345678901", "61092519800101123400"] {
            assert!(!TaxNumber::parse(typed).unwrap().is_unified_code());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic_and_the_result_is_stable(typed in "\\PC{0,30}|[0-9A-Ya-y -]{15,22}") {
            if let Ok(number) = TaxNumber::parse(&typed) {
                prop_assert_eq!(TaxNumber::parse(number.as_str()), Ok(number.clone()));
            }
        }

        #[test]
        fn a_computed_code_is_accepted_and_every_single_slip_is_caught(
            body in "[1-9A-HJ-NPQRTUWXY]{17}", place in 0_usize..17, other in 0_usize..31
        ) {
            let check = check_character(&body).unwrap();
            let code = format!("{body}{check}");
            prop_assert!(TaxNumber::parse(&code).is_ok());
            let mut slipped = code.into_bytes();
            let replacement = CHARSET[other];
            prop_assume!(slipped[place] != replacement);
            slipped[place] = replacement;
            let slipped = String::from_utf8(slipped).unwrap();
            prop_assert_eq!(TaxNumber::parse(&slipped), Err(TaxNumberError::CheckDigit));
        }
    }
}
