//! The key of the server, with which it seals what it must be able to read again but nobody who steals the database
//! may: the secrets of authenticators.
//!
//! AES-256-GCM-SIV (RFC 8452): a nonce that came twice by bad luck would give nothing away but that two texts are the
//! same. A sealed text is bound to its purpose, so it cannot be put into another account's row.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

use crate::ports::Entropy;
use crate::{Result, ServiceError};

/// The first byte of every sealed text, so that another way of sealing can be told apart one day.
const VERSION: u8 = 1;

/// Seals and opens; without a key it refuses to.
pub struct SecretKey(Option<LessSafeKey>);

impl std::fmt::Debug for SecretKey {
    /// Whether there is one, and nothing of it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "SecretKey" } else { "SecretKey(absent)" })
    }
}

impl SecretKey {
    /// No key: sealing fails. For work at the terminal, which seals nothing.
    #[must_use]
    pub const fn absent() -> Self {
        Self(None)
    }

    /// The key that follows from the server's secret, which must be at least 32 random bytes or as much in text.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] when the secret is too short.
    pub fn derive(secret: &[u8]) -> Result<Self> {
        if secret.len() < 32 {
            return Err(ServiceError::internal("the secret key must have 32 bytes or more"));
        }
        let pseudorandom = Salt::new(HKDF_SHA256, b"xiangji").extract(secret);
        let derived =
            pseudorandom.expand(&[b"sealing, 1"], &AES_256_GCM_SIV).map_err(ServiceError::internal)?;
        Ok(Self(Some(LessSafeKey::new(UnboundKey::from(derived)))))
    }

    /// Seals `plain` for a purpose that has to be named again to open it.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] without a key.
    pub fn seal(&self, entropy: &dyn Entropy, purpose: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut text = plain.to_vec();
        self.key()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut text,
            )
            .map_err(ServiceError::internal)?;
        let mut sealed = vec![VERSION];
        sealed.extend(nonce);
        sealed.append(&mut text);
        Ok(sealed)
    }

    /// Opens what was sealed for this purpose.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] when it was sealed with another key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let unreadable = || ServiceError::internal(format!("a sealed text cannot be opened: {purpose}"));
        let (version, rest) = sealed.split_first().ok_or_else(unreadable)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or_else(unreadable)?;
        if *version != VERSION {
            return Err(unreadable());
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
        let mut text = text.to_vec();
        let plain = self.key()?.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut text);
        Ok(plain.map_err(|_| unreadable())?.to_vec())
    }

    fn key(&self) -> Result<&LessSafeKey> {
        self.0.as_ref().ok_or_else(|| ServiceError::internal("the server has no secret key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn only_the_same_key_opens_it_and_only_for_the_same_purpose() {
        let entropy = Counting(0.into());
        let key = SecretKey::derive(&[7; 32]).unwrap();
        let sealed = key.seal(&entropy, "of account 1", b"twenty secret bytes!").unwrap();
        assert_eq!(key.open("of account 1", &sealed).unwrap(), b"twenty secret bytes!");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert!(key.open("of account 2", &sealed).is_err(), "it cannot be moved to another account");
        assert!(SecretKey::derive(&[8; 32]).unwrap().open("of account 1", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("of account 1", &changed).is_err(), "byte {at}");
            assert!(key.open("of account 1", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn without_a_key_nothing_is_sealed() {
        assert!(SecretKey::absent().seal(&Counting(0.into()), "x", b"y").is_err());
        assert!(SecretKey::derive(b"short").is_err());
        let shown = format!("{:?}", SecretKey::derive(&[0x41; 32]).unwrap());
        assert!(!shown.contains('A'), "{shown}");
    }
}
