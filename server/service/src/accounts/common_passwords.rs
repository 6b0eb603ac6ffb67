//! Passwords that others had, and that are in the hands of whoever guesses: nearly half a million of them, as a Bloom
//! filter of one mebibyte (`data/common-passwords.md` says where from). The shop asks nobody else about a password, so the
//! list comes with the program.

mod bloom;

use domain::password::PasswordError;

static FILTER: &[u8; bloom::BYTES] = include_bytes!("../../data/common-passwords.bloom");

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
    bloom::places(password).all(|(byte, bit)| FILTER.get(byte).is_some_and(|bits| bits & bit != 0))
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
}
