//! When an account needs a second factor, and how recovery codes are written.

use serde::{Deserialize, Serialize};

use crate::role::Role;
use crate::time::DAY_MS;

/// The shop's rule for whoever works in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorRule {
    /// Nobody is asked to have one. Who has one goes on using it.
    Off,
    /// Whoever works here is invited to have one.
    #[default]
    Optional,
    /// Without one there is no work: the operator, administrators, captains and treasurers at once, since they say
    /// that money came and went; all others some days after their first role.
    Required,
}

impl SecondFactorRule {
    /// Whether whoever holds `roles`, each since its moment, cannot work on without a second factor.
    #[must_use]
    pub fn withholds(self, roles: &[(Role, i64)], grace_days: i64, now_ms: i64) -> bool {
        if self != Self::Required {
            return false;
        }
        roles
            .iter()
            .any(|(role, since_ms)| answers_for_money(*role) || now_ms >= since_ms + grace_days * DAY_MS)
    }
}

/// Roles that say that money came or went, or that give such roles to others.
const fn answers_for_money(role: Role) -> bool {
    match role {
        Role::CaptainOf(_)
        | Role::TreasurerOf(_)
        | Role::UnitFinance(_)
        | Role::TownAdmin(_)
        | Role::CountyAdmin(_)
        | Role::Operator => true,
        Role::SellerOf(_) | Role::UnitBuyer(_) | Role::UnitApprover(_) => false,
    }
}

/// Random bytes of a recovery code: 120 bits, so that a plain hash of it cannot be searched.
pub const RECOVERY_CODE_BYTES: usize = 15;
/// Characters of a recovery code without the lines between its groups.
const RECOVERY_CODE_CHARS: usize = 24;
/// Crockford's digits: none looks like another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The code as it is shown and stored on paper: six groups of four.
#[must_use]
pub fn recovery_code_text(random: [u8; RECOVERY_CODE_BYTES]) -> String {
    let mut text = String::with_capacity(RECOVERY_CODE_CHARS + 5);
    for (at, five) in random.chunks(5).enumerate() {
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for digit in 0..8 {
            if (at, digit) != (0, 0) && digit % 4 == 0 {
                text.push('-');
            }
            let index = (bits >> (35 - 5 * digit)) & 31;
            text.push(char::from(DIGITS[usize::try_from(index).unwrap_or(0)]));
        }
    }
    text
}

/// What somebody types when asked for the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedCode {
    /// Six digits of the authenticator.
    Authenticator(String),
    /// A recovery code, in small letters and without lines.
    Recovery(String),
}

impl TypedCode {
    /// Reads a code however it is grouped; `None` for what can be neither.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let kept = |c: &char| !c.is_whitespace() && *c != '-';
        let text: String = typed.chars().filter(kept).map(fold_digit).collect();
        let is_digits = text.chars().all(|c| c.is_ascii_digit());
        match text.len() {
            6 if is_digits => Some(Self::Authenticator(text)),
            RECOVERY_CODE_CHARS if text.bytes().all(|byte| DIGITS.contains(&byte)) => {
                Some(Self::Recovery(text))
            }
            _ => None,
        }
    }
}

/// Small letters, ASCII digits for the wide ones of Chinese keyboards, and the digit that a letter was taken for.
fn fold_digit(typed: char) -> char {
    match typed.to_ascii_lowercase() {
        wide @ '０'..='９' => {
            u32::from(wide).checked_sub(0xFF10).and_then(|digit| char::from_digit(digit, 10)).unwrap_or(wide)
        }
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CountyId, TeamId};

    #[test]
    fn whoever_answers_for_money_needs_it_at_once_and_others_after_some_days() {
        let rule = SecondFactorRule::Required;
        let seller = [(Role::SellerOf(TeamId::from_i64(1)), 1_000)];
        let admin = [(Role::CountyAdmin(CountyId::from_i64(1)), 1_000)];
        assert!(!rule.withholds(&[], 7, i64::MAX), "shoppers are free");
        assert!(rule.withholds(&admin, 7, 1_000));
        assert!(!rule.withholds(&seller, 7, 999 + 7 * DAY_MS));
        assert!(rule.withholds(&seller, 7, 1_000 + 7 * DAY_MS));
        assert!(rule.withholds(&[seller[0], admin[0]], 7, 1_000));
        for lax in [SecondFactorRule::Off, SecondFactorRule::Optional] {
            assert!(!lax.withholds(&admin, 0, i64::MAX));
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let random = *b"\x00\x01\x02\x03\x04\xf0\xf1\xf2\xf3\xf4\xff\xff\xff\xff\xff";
        let shown = recovery_code_text(random);
        assert_eq!(shown.len(), 29);
        assert!(shown.ends_with("-zzzz-zzzz"), "{shown}");
        let plain = TypedCode::Recovery(shown.replace('-', ""));
        for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " "), shown.replace('0', "O")] {
            assert_eq!(TypedCode::parse(&typed), Some(plain.clone()), "{typed}");
        }
    }

    #[test]
    fn an_authenticator_code_has_six_digits() {
        let six = Some(TypedCode::Authenticator("012345".to_owned()));
        for typed in ["012345", " 012 345 ", "０１２３４５"] {
            assert_eq!(TypedCode::parse(typed), six, "{typed}");
        }
        for wrong in ["", "12345", "1234567", "12345x", "茶叶茶叶茶叶", "茶叶"] {
            assert_eq!(TypedCode::parse(wrong), None, "{wrong}");
        }
    }
}
