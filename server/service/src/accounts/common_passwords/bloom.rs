//! Which bits of a filter stand for a password. The example `common_passwords`, which makes the filter, reads this file,
//! too.

use sha2::{Digest as _, Sha256};

/// The filter's size.
pub(super) const BYTES: usize = BITS as usize / 8;
const BITS: u64 = 1 << 23;
const PROBES: u64 = 12;

/// The bits that stand for a password, whatever its case: each as a byte's place and a mask.
pub(super) fn places(password: &str) -> impl Iterator<Item = (usize, u8)> {
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
