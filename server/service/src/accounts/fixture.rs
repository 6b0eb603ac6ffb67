//! A shop without payments for tests of what stands below them: SQLite in a temporary folder or a new PostgreSQL database, a
//! clock that moves when told, random bytes from a seed.

use std::sync::Arc;

use async_trait::async_trait;
use store::Db;
use store::testing::database::on_new_postgres;

use crate::Services;
use crate::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};
use crate::rules::ShopRules;
use crate::testing::{FakeClock, SeededEntropy};

#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) services: Services,
    pub(crate) clock: Arc<FakeClock>,
    _folder: Option<tempfile::TempDir>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite://{}/shop.sqlite", folder.path().display()), 4).await.unwrap();
        Self::on(db, Some(folder)).await
    }

    /// Runs a test on SQLite and, where there is a server, on PostgreSQL.
    pub(crate) async fn on_both(test: impl AsyncFn(&Self)) {
        let fixture = Self::new().await;
        test(&fixture).await;
        fixture.services.db.close().await;
        on_new_postgres(async |url: String| {
            let fixture = Self::on(Db::connect(&url, 4).await.unwrap(), None).await;
            test(&fixture).await;
            fixture.services.db.close().await;
        })
        .await;
    }

    async fn on(db: Db, folder: Option<tempfile::TempDir>) -> Self {
        db.migrate().await.unwrap();
        let clock = Arc::new(FakeClock::new(1_750_000_000_000));
        let services = Services::new(
            db,
            clock.clone(),
            Arc::new(SeededEntropy::new(7)),
            Arc::new(NoPayments),
            Arc::new(object_store::memory::InMemory::new()),
            ShopRules::default(),
            "http://127.0.0.1:3000",
        )
        .with_secret_key(crate::secret_key::SecretKey::derive(&[7; 32]).unwrap());
        Self { services, clock, _folder: folder }
    }
}

#[derive(Debug)]
struct NoPayments;

fn unavailable<T>() -> Result<T, PaymentError> {
    Err(PaymentError::Unavailable("this test has no payment network".to_owned()))
}

#[async_trait]
impl PaymentGateway for NoPayments {
    async fn open_checkout(&self, _: &CheckoutRequest) -> Result<CheckoutPage, PaymentError> {
        unavailable()
    }
    async fn find_checkout(&self, _: &str) -> Result<CheckoutState, PaymentError> {
        unavailable()
    }
    async fn expire_checkout(&self, _: &str) -> Result<CheckoutState, PaymentError> {
        unavailable()
    }
    async fn refund(&self, _: &RefundRequest) -> Result<RefundState, PaymentError> {
        unavailable()
    }
    async fn find_refund(&self, _: &str) -> Result<RefundState, PaymentError> {
        unavailable()
    }
}
