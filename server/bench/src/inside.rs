//! The shop's use cases on its own database, for what cannot be seen from outside: the data that a page shows, and
//! orders without HTTP.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use domain::ids::{BatchId, ProductId, VariantId};
use domain::time::Date;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use service::Services;
use service::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, Clock as _, Entropy, PaymentError, PaymentGateway,
    RefundRequest, RefundState, SystemClock,
};
use service::rules::ShopRules;
use store::Db;
use store::listing::{NewBatch, PapersRow};

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

/// Base units of each product, more than anybody takes.
const PLENTY: i64 = 1_000_000_000;

/// A large batch of each product, from the village that lists it, until so many things can be bought by the piece; answers
/// these. A gift box has what its parts have.
///
/// # Errors
/// The database cannot be asked, or the county sells too little.
pub async fn stock_up(services: &Services, most: usize) -> Result<Vec<VariantId>> {
    let today = Date::from_epoch_ms(services.now_ms());
    let mut tx = services.db.write().await?;
    let prices = store::units::list_price_list(&mut tx, &today.to_string()).await?;
    let mut variants = Vec::new();
    let mut stocked: Vec<ProductId> = Vec::new();
    for row in prices.iter().filter(|row| row.min_quantity == 1) {
        let sale = store::carts::find_sale_variant(&mut tx, row.variant_id).await?;
        if sale.is_none_or(|sale| sale.is_bundle == 1) {
            continue;
        }
        let product = store::catalogue::find_product_by_slug(&mut tx, &row.product_slug).await?;
        let product = product.context("a product without a page")?;
        if !stocked.contains(&product.id) {
            let batch = NewBatch {
                id: services.new_id::<BatchId>(),
                product_id: product.id,
                code: "PLENTY".to_owned(),
                papers: PapersRow { produced_on: today.to_string(), ..PapersRow::default() },
                received: PLENTY,
                inputs: vec![(product.village_id, PLENTY)],
                created_at_ms: services.now_ms(),
            };
            store::listing::insert_batch(&mut tx, &batch).await?;
            stocked.push(product.id);
        }
        variants.push(row.variant_id);
        if variants.len() == most {
            break;
        }
    }
    tx.commit().await?;
    anyhow::ensure!(variants.len() > 3, "the county sells too little");
    Ok(variants)
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
