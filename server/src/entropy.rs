//! Randomness of the operating system.

use rand::TryRngCore as _;
use service::ports::Entropy;

/// Asks the operating system each time: tokens and ids are made a few at a time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no token is safe: better no answer than a guessable one"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::OsRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}
