//! Everything a use case needs, handed to it whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::ids::compose_id;
use store::Db;

use crate::audit::Origin;
use crate::ports::{CarrierTracking, Clock, Entropy, Mailer, NoCarrier, NoMailer, PaymentGateway};
use crate::rules::ShopRules;
use crate::secret_key::SecretKey;
use crate::watch::{Watch, WatchedGateway};

/// The running shop without its HTTP side. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub payments: Arc<dyn PaymentGateway>,
    pub media: Arc<dyn object_store::ObjectStore>,
    pub mailer: Arc<dyn Mailer>,
    pub carriers: Arc<dyn CarrierTracking>,
    pub rules: Arc<ShopRules>,
    /// Where the shop is reached from outside, without a slash at the end: for links in payments and QR codes.
    pub public_url: Arc<str>,
    /// From where the request came that is being answered, for the audit log; empty for what happens by itself.
    pub origin: Arc<Origin>,
    /// What is counted for the operator.
    pub watch: Arc<Watch>,
    /// Seals what a stolen database must not give away.
    pub secret_key: Arc<SecretKey>,
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
        let watch = Arc::new(Watch::default());
        Self {
            db,
            clock,
            entropy,
            payments: Arc::new(WatchedGateway { inner: payments, watch: watch.clone() }),
            media,
            mailer: Arc::new(NoMailer),
            carriers: Arc::new(NoCarrier),
            rules: Arc::new(rules),
            public_url: public_url.trim_end_matches('/').into(),
            origin: Arc::default(),
            watch,
            secret_key: Arc::new(SecretKey::absent()),
            last_id: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The same for what must not be sent away because others wait: see [`Db::urgent`].
    #[must_use]
    pub fn urgent(&self) -> Self {
        Self { db: self.db.urgent(), ..self.clone() }
    }

    /// The same shop with something that sends its letters.
    #[must_use]
    pub fn with_mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = mailer;
        self
    }

    /// The same shop with carriers that tell where parcels are.
    #[must_use]
    pub fn with_carriers(mut self, carriers: Arc<dyn CarrierTracking>) -> Self {
        self.carriers = carriers;
        self
    }

    /// The same shop with a key to seal with.
    #[must_use]
    pub fn with_secret_key(mut self, secret_key: SecretKey) -> Self {
        self.secret_key = Arc::new(secret_key);
        self
    }

    /// The same shop, answering a request that came from `origin`: what is logged in the audit log says so.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Arc::new(origin);
        self
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
