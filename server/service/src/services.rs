//! Everything a use case needs, handed to it whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::ids::compose_id;
use store::Db;

use crate::ports::{Clock, Entropy, PaymentGateway};
use crate::rules::ShopRules;

/// The running shop without its HTTP side. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub payments: Arc<dyn PaymentGateway>,
    pub media: Arc<dyn object_store::ObjectStore>,
    pub rules: Arc<ShopRules>,
    /// Where the shop is reached from outside, without a slash at the end: for links in payments and QR codes.
    pub public_url: Arc<str>,
    last_id: Arc<AtomicI64>,
}

impl Services {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        payments: Arc<dyn PaymentGateway>,
        media: Arc<dyn object_store::ObjectStore>,
        rules: ShopRules,
        public_url: &str,
    ) -> Self {
        Self {
            db,
            clock,
            entropy,
            payments,
            media,
            rules: Arc::new(rules),
            public_url: public_url.trim_end_matches('/').into(),
            last_id: Arc::new(AtomicI64::new(0)),
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A new id: later ones are greater within this process, and two processes differ in 22 random bits.
    pub fn new_id<Id: From<i64>>(&self) -> Id {
        let mut random = [0_u8; 4];
        self.entropy.fill(&mut random);
        let candidate = compose_id(self.now_ms(), u32::from_le_bytes(random));
        let mut last = self.last_id.load(Ordering::Relaxed);
        loop {
            let next = candidate.max(last + 1);
            match self.last_id.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Id::from(next),
                Err(seen) => last = seen,
            }
        }
    }

    /// 192 random bits in URL-safe text, for sessions, links and flashes.
    pub fn new_token(&self) -> String {
        use base64::Engine as _;
        let mut random = [0_u8; 24];
        self.entropy.fill(&mut random);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random)
    }
}

/// What the database keeps of a token: stealing the database does not give the tokens away.
pub fn hash_token(token: &str) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(token.as_bytes()).to_vec()
}
