//! Codes of an authenticator: RFC 6238 with SHA-1, six digits, 30 seconds, which every authenticator knows.

use totp_rs::{Builder, Totp};

use crate::{Result, ServiceError};

/// 160 bits, as RFC 4226 recommends.
pub(super) const SECRET_BYTES: usize = 20;

/// The 30 seconds to which the code belongs, if they are these, the ones before or the ones after.
pub(super) fn matching_step(secret: &[u8], code: &str, now_ms: i64) -> Result<Option<i64>> {
    let now_s = u64::try_from(now_ms / 1000).map_err(ServiceError::internal)?;
    let step = totp(secret)?.check(code, now_s);
    step.map(|step| i64::try_from(step).map_err(ServiceError::internal)).transpose()
}

fn totp(secret: &[u8]) -> Result<Totp> {
    // The defaults are what every authenticator knows: SHA-1, six digits, 30 seconds, one step of tolerance.
    Builder::new().with_secret(secret).build().map_err(ServiceError::internal)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The code of an authenticator at a moment.
    pub(crate) fn code_at(secret: &[u8], at_ms: i64) -> String {
        totp(secret).unwrap().generate(u64::try_from(at_ms / 1000).unwrap()).to_string()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six of the eight digits.
        let secret = b"12345678901234567890";
        for (at_s, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(code_at(secret, at_s * 1000), code);
            let step = matching_step(secret, code, at_s * 1000).unwrap();
            assert_eq!(step, Some(at_s / 30));
        }
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let (secret, now_ms) = ([7; SECRET_BYTES], 1_750_000_020_000);
        let fits = |off_s: i64| {
            matching_step(&secret, &code_at(&secret, now_ms + off_s * 1000), now_ms).unwrap().is_some()
        };
        assert_eq!([-60, -30, 0, 30, 60].map(fits), [false, true, true, true, false]);
    }
}
