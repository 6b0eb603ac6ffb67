//! A whole shop for tests, in a database of its own: a clock that moves when told, random bytes from a seed, photos in
//! memory, a payment network that does what the test says, and a small county with something to sell.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

mod gateway;
mod goods;
mod mailer;
mod places;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::ids::UserId;
use domain::role::Role;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use store::Db;
use store::testing::database::on_new_postgres;

use crate::books::{verify_books, verify_state};
use crate::ports::{Clock, Entropy};
use crate::rules::ShopRules;
use crate::{Services, SignedIn, Viewer};

pub use gateway::{FakeGateway, RefundAnswer};
pub use goods::{Good, Harvest, NewGood};
pub use mailer::FakeMailer;
pub use places::{Places, Town};

/// Noon of 15 June 2026 in China: every test begins here.
pub const START_MS: i64 = 1_781_496_000_000;

/// A shop with its county, ready to sell.
#[derive(Debug)]
pub struct TestShop {
    pub services: Services,
    pub clock: Arc<FakeClock>,
    pub gateway: Arc<FakeGateway>,
    pub mailer: Arc<FakeMailer>,
    pub places: Places,
    /// 500 g of dendrobium from the harvest of four villages; tier price from 10 pieces on.
    pub dendrobium: Good,
    /// Tea of one village in two variants and two batches, the smaller batch expiring first.
    pub tea: Good,
    /// Honey of another team, which leaves from another place.
    pub honey: Good,
    next_user: AtomicI64,
    _file: Option<SqliteFile>,
}

impl TestShop {
    /// A shop on a SQLite file that goes away with it. Its books are checked then, unless the test has failed anyway.
    pub async fn sqlite() -> Self {
        Self::on_file(SqliteFile::new(true)).await
    }

    /// Runs a test on SQLite and, where there is a server, on PostgreSQL. Its books are checked at the end.
    pub async fn on_both(test: impl AsyncFn(&TestShop)) {
        Self::on_both_unsound(async |shop: &TestShop| {
            test(shop).await;
            shop.assert_sound().await;
        })
        .await;
    }

    /// [`Self::on_both`] for a test that leaves the books broken on purpose.
    pub async fn on_both_unsound(test: impl AsyncFn(&TestShop)) {
        let shop = Self::on_file(SqliteFile::new(false)).await;
        test(&shop).await;
        shop.services.db.close().await;
        Self::postgres_unsound(test).await;
    }

    /// Runs a test on a new PostgreSQL database, which is dropped afterwards whether the test failed or not. Its books are
    /// checked at the end.
    ///
    /// Without `XIANGJI_TEST_POSTGRES_URL` a developer goes on, CI fails.
    pub async fn postgres(test: impl AsyncFn(&TestShop)) {
        Self::postgres_unsound(async |shop: &TestShop| {
            test(shop).await;
            shop.assert_sound().await;
        })
        .await;
    }

    async fn postgres_unsound(test: impl AsyncFn(&TestShop)) {
        on_new_postgres(async |url: String| {
            let db = Db::connect(&url, 12).await.unwrap();
            let shop = Self::found(db, None).await;
            test(&shop).await;
            shop.services.db.close().await;
        })
        .await;
    }

    /// I1 to I6 hold.
    pub async fn assert_sound(&self) {
        let report = verify_books(&self.services).await.unwrap();
        assert!(report.is_sound(), "{:#?}", report.mismatches);
    }

    async fn on_file(file: SqliteFile) -> Self {
        let db = Db::connect(&file.url(), 4).await.unwrap();
        Self::found(db, Some(file)).await
    }

    async fn found(db: Db, file: Option<SqliteFile>) -> Self {
        db.migrate().await.unwrap();
        let clock = Arc::new(FakeClock::new(START_MS));
        let gateway = Arc::new(FakeGateway::default());
        let mailer = Arc::new(FakeMailer::default());
        let services = Services::new(
            db,
            clock.clone(),
            Arc::new(SeededEntropy::new(20_260_615)),
            gateway.clone(),
            Arc::new(object_store::memory::InMemory::new()),
            ShopRules::default(),
            "http://127.0.0.1:3000",
        )
        .with_secret_key(crate::secret_key::SecretKey::derive(&[7; 32]).unwrap())
        .with_mailer(mailer.clone());
        let places = places::found(&services).await;
        let dendrobium = goods::dendrobium(&services, &places).await;
        let tea = goods::tea(&services, &places).await;
        let honey = goods::honey(&services, &places).await;
        Self {
            services,
            clock,
            gateway,
            mailer,
            places,
            dendrobium,
            tea,
            honey,
            next_user: AtomicI64::new(1),
            _file: file,
        }
    }

    /// A product of its own with one variant at ¥999 and so many pieces in stock.
    pub async fn scarce(&self, code: &str, pieces: i64) -> Good {
        goods::scarce(&self.services, &self.places, code, pieces).await
    }

    /// A guest; the same number is the same guest.
    pub fn guest(&self, number: u32) -> Viewer {
        let mut session_hash = b"guest-session-hash-".to_vec();
        session_hash.extend(number.to_be_bytes());
        Viewer { session_hash: Some(session_hash), ..Viewer::default() }
    }

    /// A new account with these roles.
    pub async fn account(&self, roles: &[Role]) -> Viewer {
        let number = self.next_user.fetch_add(1, Ordering::Relaxed);
        let user_id: UserId = self.services.new_id();
        let display_name = format!("Account {number}");
        let mut tx = self.services.db.write().await.unwrap();
        let now_ms = self.services.now_ms();
        store::people::insert_user(&mut tx, user_id, &display_name, "!", "zh", now_ms).await.unwrap();
        for role in roles {
            store::people::insert_role(&mut tx, self.services.new_id(), user_id, *role, now_ms)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let mut session_hash = b"account-session-hash-".to_vec();
        session_hash.extend(number.to_be_bytes());
        Viewer {
            session_hash: Some(session_hash),
            user: Some(SignedIn { user_id, display_name, roles: roles.to_vec() }),
            ..Viewer::default()
        }
    }

    /// Someone with an account and no role.
    pub async fn shopper(&self) -> Viewer {
        self.account(&[]).await
    }

    /// A seller of the tea team.
    pub async fn seller(&self) -> Viewer {
        self.account(&[Role::SellerOf(self.places.tea_team)]).await
    }

    /// The captain of the tea team.
    pub async fn captain(&self) -> Viewer {
        self.account(&[Role::CaptainOf(self.places.tea_team)]).await
    }

    /// A buyer of the university's branch.
    pub async fn buyer(&self) -> Viewer {
        self.account(&[Role::UnitBuyer(self.places.branch)]).await
    }

    /// An approver of the university's branch.
    pub async fn approver(&self) -> Viewer {
        self.account(&[Role::UnitApprover(self.places.branch)]).await
    }

    /// Whoever pays for the university's branch.
    pub async fn finance(&self) -> Viewer {
        self.account(&[Role::UnitFinance(self.places.branch)]).await
    }

    /// Buyer, approver and finance of another unit.
    pub async fn stranger(&self) -> Viewer {
        let unit = self.places.other_unit;
        self.account(&[Role::UnitBuyer(unit), Role::UnitApprover(unit), Role::UnitFinance(unit)]).await
    }

    /// The treasurer of one of the four villages.
    pub async fn treasurer(&self, village: usize) -> Viewer {
        self.account(&[Role::TreasurerOf(self.places.collectives[village])]).await
    }

    /// The county's administration.
    pub async fn county_admin(&self) -> Viewer {
        self.account(&[Role::CountyAdmin(self.places.county)]).await
    }
}

/// Where a shop on SQLite keeps its things. It goes away after everything else of the shop.
#[derive(Debug)]
struct SqliteFile {
    folder: tempfile::TempDir,
    ends_sound: bool,
}

impl SqliteFile {
    fn new(ends_sound: bool) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), ends_sound }
    }

    fn url(&self) -> String {
        format!("sqlite://{}/shop.sqlite", self.folder.path().display())
    }
}

impl Drop for SqliteFile {
    /// Checks the books of a test that has only a shop, and no function that would do it at its end. A runtime may not
    /// begin within another one, so it has a thread of its own.
    fn drop(&mut self) {
        if !self.ends_sound || std::thread::panicking() {
            return;
        }
        let url = self.url();
        let check = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let db = Db::connect(&url, 1).await.unwrap();
                let report = verify_state(&mut db.long_snapshot().await.unwrap()).await.unwrap();
                db.close().await;
                assert!(report.is_sound(), "{:#?}", report.mismatches);
            });
        });
        if let Err(panic) = check.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// A clock that only goes forward, and only when told.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// Stands at this moment.
    pub fn new(at_ms: i64) -> Self {
        Self(AtomicI64::new(at_ms))
    }

    /// Lets so much time pass.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// Lets time pass until `at_ms`; never back.
    pub fn advance_to(&self, at_ms: i64) {
        self.0.fetch_max(at_ms, Ordering::Relaxed);
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The same random bytes in every run.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<ChaCha12Rng>);

impl SeededEntropy {
    /// The bytes of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}
