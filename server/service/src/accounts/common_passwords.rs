//! Passwords that others had, and that are in the hands of whoever guesses: nearly half a million of them, as a Bloom
//! filter of one mebibyte (`data/common-passwords.md` says where from). The shop asks nobody else about a password, so the
//! list comes with the program.

use domain::password::PasswordError;
use sha2::{Digest as _, Sha256};

static FILTER: &[u8; BITS as usize / 8] = include_bytes!("../../data/common-passwords.bloom");
const BITS: u64 = 1 << 23;
const PROBES: u64 = 12;

/// Judges a new password for the account `login_name`: by the rules of [`domain::password::check`], and by whether it is
/// known to have leaked.
///
/// # Errors
/// The first rule the password breaks.
pub(super) fn check(password: &str, login_name: &str) -> Result<(), PasswordError> {
    domain::password::check(password, login_name)?;
    if has_leaked(password) { Err(PasswordError::Common) } else { Ok(()) }
}

/// Whether a password is among those that leaked, in whatever case; of those that did not, one in five thousand is
/// taken for one that did.
fn has_leaked(password: &str) -> bool {
    places(password).all(|(byte, bit)| FILTER.get(byte).is_some_and(|bits| bits & bit != 0))
}

/// The bits that stand for a password.
fn places(password: &str) -> impl Iterator<Item = (usize, u8)> {
    let digest = Sha256::digest(password.to_lowercase().as_bytes());
    let word = |at: usize| {
        digest.iter().skip(at).take(8).rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte))
    };
    let (first, step) = (word(0), word(8) | 1);
    (0..PROBES).map(move |probe| {
        let place = first.wrapping_add(probe.wrapping_mul(step)) % BITS;
        (usize::try_from(place / 8).unwrap_or(0), 1 << (place % 8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaked_is_refused_in_whatever_case_and_what_did_not_is_fine() {
        for password in ["1qaz2wsx3edc", "Michelle1", "rjirfrgbde", "MAVERICK", "chelsea1"] {
            assert!(has_leaked(password), "{password}");
            assert!(check(password, "13800000001").is_err(), "{password}");
        }
        // A Russian word typed on an English keyboard: no rule knows it.
        assert_eq!(domain::password::check("rjirfrgbde", "13800000001"), Ok(()));
        assert_eq!(check("rjirfrgbde", "13800000001"), Err(PasswordError::Common));
        for password in ["雨前 first flush 27", "岚河-2026-清明雨前", "goldene Teebüchse im Regal"] {
            assert!(!has_leaked(password), "{password}");
            assert_eq!(check(password, "13800000001"), Ok(()), "{password}");
        }
        assert_eq!(check("short", "13800000001"), Err(PasswordError::TooShort), "the rules come first");
    }

    #[test]
    fn few_good_passwords_are_taken_for_leaked_ones() {
        let wrong = (0..20_000_u32).filter(|n| has_leaked(&format!("tea house {n} of the valley"))).count();
        assert!(wrong < 20, "{wrong} of 20,000");
    }

    /// How the file is made; `data/common-passwords.md` says from what.
    #[test]
    #[ignore = "reads a list that is not part of the project"]
    fn the_filter_is_made_from_the_list() {
        let list = std::fs::read_to_string(std::env::var("XIANGJI_PASSWORD_LIST").unwrap()).unwrap();
        let mut filter = vec![0_u8; FILTER.len()];
        for password in list.lines() {
            if (domain::password::MIN_CHARS..=domain::password::MAX_CHARS).contains(&password.chars().count())
            {
                for (byte, bit) in places(password) {
                    filter[byte] |= bit;
                }
            }
        }
        let same = filter == FILTER;
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/common-passwords.bloom"), &filter).unwrap();
        assert!(same, "the filter was another one; it is written anew");
    }
}
