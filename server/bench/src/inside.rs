//! The shop's use cases on its own database, for what cannot be seen from outside: the data that a page shows, and
//! orders without HTTP.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use async_trait::async_trait;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use service::Services;
use service::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, Clock as _, Entropy, PaymentError, PaymentGateway,
    RefundRequest, RefundState, SystemClock,
};
use service::rules::ShopRules;
use store::Db;

/// Opens the shop on a SQLite file, which is made when missing and then still without tables. Nobody takes payments in
/// it.
///
/// # Errors
/// The file cannot be opened.
pub async fn open(database: &Path, public_url: &str) -> Result<Services> {
    let db = Db::connect(&format!("sqlite://{}", database.display()), 4).await?;
    let photos = Arc::new(object_store::memory::InMemory::new());
    let entropy = Arc::new(Dice::new(SystemClock.now_ms().unsigned_abs()));
    let rules = ShopRules::default();
    Ok(Services::new(db, Arc::new(SystemClock), entropy, Arc::new(NoPayments), photos, rules, public_url))
}

/// Random enough for ids of a measurement.
#[derive(Debug)]
pub struct Dice(Mutex<ChaCha12Rng>);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }

    /// `N` random bytes as hexadecimal text.
    #[must_use]
    pub fn hex<const N: usize>(&self) -> String {
        use std::fmt::Write as _;
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// A payment network that is away.
#[derive(Debug)]
struct NoPayments;

fn away<T>() -> Result<T, PaymentError> {
    Err(PaymentError::Unavailable("nobody pays in a measurement".to_owned()))
}

#[async_trait]
impl PaymentGateway for NoPayments {
    async fn open_checkout(&self, _: &CheckoutRequest) -> Result<CheckoutPage, PaymentError> {
        away()
    }
    async fn find_checkout(&self, _: &str) -> Result<CheckoutState, PaymentError> {
        away()
    }
    async fn expire_checkout(&self, _: &str) -> Result<CheckoutState, PaymentError> {
        away()
    }
    async fn refund(&self, _: &RefundRequest) -> Result<RefundState, PaymentError> {
        away()
    }
    async fn find_refund(&self, _: &str) -> Result<RefundState, PaymentError> {
        away()
    }
}
