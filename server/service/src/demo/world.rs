//! The shop as it was in the past: a clock that is set, dice that are loaded, a payment network that always pays.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::ids::{
    CategoryId, CollectiveId, CountyId, FreightTemplateId, MediaId, PlaceId, ProductId, TeamId, UnitId,
    UserId, VariantId, VillageId,
};
use domain::time::Date;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use store::listing::NewBatch;

use crate::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, Clock, Entropy, PaymentError, PaymentGateway,
    RefundRequest, RefundState,
};
use crate::{Result, ServiceError, Services};

/// The same shop, whose time begins at `from_ms` and goes on when told.
pub(super) fn past_of(services: &Services, from_ms: i64) -> (Services, Arc<PastClock>) {
    let clock = Arc::new(PastClock(AtomicI64::new(from_ms)));
    let past = Services::new(
        services.db.clone(),
        clock.clone(),
        Arc::new(LoadedEntropy(Mutex::new(ChaCha12Rng::seed_from_u64(610_925)))),
        Arc::new(PayingNetwork),
        services.media.clone(),
        (*services.rules).clone(),
        &services.public_url,
    );
    (past, clock)
}

/// A clock that only goes forward, and only when set.
#[derive(Debug)]
pub(super) struct PastClock(AtomicI64);

impl PastClock {
    pub(super) fn set(&self, at_ms: i64) {
        self.0.fetch_max(at_ms, Ordering::Relaxed);
    }
}

impl Clock for PastClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ids and order numbers that are the same in every demonstration. Nothing secret is made of it: nobody gets a
/// session, and passwords take their salt elsewhere.
#[derive(Debug)]
struct LoadedEntropy(Mutex<ChaCha12Rng>);

impl Entropy for LoadedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Sends every refund at once; payments are booked without asking it.
#[derive(Debug)]
struct PayingNetwork;

#[async_trait]
impl PaymentGateway for PayingNetwork {
    async fn open_checkout(
        &self,
        request: &CheckoutRequest,
    ) -> std::result::Result<CheckoutPage, PaymentError> {
        let session_id = format!("demo_cs_{}", request.payment_reference);
        Ok(CheckoutPage { url: request.cancel_url.clone(), session_id })
    }
    async fn find_checkout(&self, _: &str) -> std::result::Result<CheckoutState, PaymentError> {
        Ok(CheckoutState::Expired)
    }
    async fn expire_checkout(&self, _: &str) -> std::result::Result<CheckoutState, PaymentError> {
        Ok(CheckoutState::Expired)
    }
    async fn refund(&self, request: &RefundRequest) -> std::result::Result<RefundState, PaymentError> {
        Ok(RefundState::Succeeded { refund_id: format!("demo_re_{}", request.refund_reference) })
    }
    async fn find_refund(&self, refund_id: &str) -> std::result::Result<RefundState, PaymentError> {
        Ok(RefundState::Succeeded { refund_id: refund_id.to_owned() })
    }
}

/// Chance that falls the same way every time.
#[derive(Debug)]
pub(super) struct Dice(ChaCha12Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.0.next_u32()) % (high - low + 1).max(1)
    }

    /// True in `percent` of a hundred throws.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(from.len()).unwrap_or(i64::MAX) - 1;
        from.get(usize::try_from(self.between(0, last.max(0))).unwrap_or(0))
    }

    /// The place of one of `weights`, the heavier the likelier.
    pub(super) fn weigh(&mut self, weights: &[i64]) -> usize {
        let total: i64 = weights.iter().sum();
        let mut left = self.between(0, (total - 1).max(0));
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }
}

/// A product with what the history needs to know of it.
#[derive(Debug)]
pub(super) struct Good {
    pub id: ProductId,
    pub slug: String,
    pub category: String,
    pub variants: Vec<GoodVariant>,
    pub batches: Vec<ArrivingBatch>,
}

#[derive(Debug)]
pub(super) struct GoodVariant {
    pub id: VariantId,
    pub code: String,
    pub base_quantity: i64,
}

/// A batch on its way.
#[derive(Debug, Clone)]
pub(super) struct ArrivingBatch {
    pub row: NewBatch,
    pub expires_on: Date,
}

/// What a team was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct TeamIds {
    pub team: TeamId,
    pub place: PlaceId,
}

/// The accounts the history acts through; the last three cannot be signed in to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff {
    pub shopper: UserId,
    pub seller: UserId,
    pub captain: UserId,
    pub buyer: UserId,
    pub approver: UserId,
    pub finance: UserId,
    pub treasurer: UserId,
    pub county: UserId,
    pub operator: UserId,
    /// Keeps the books of the village that the collective mark belongs to.
    pub mark_treasurer: UserId,
    pub live_seller: UserId,
    pub live_captain: UserId,
    pub packer: UserId,
    pub other_buyer: UserId,
    pub other_approver: UserId,
}

/// Everything that was made so far, by slug.
#[derive(Debug)]
pub(super) struct World {
    pub services: Services,
    pub clock: Arc<PastClock>,
    /// The present: the history ends here.
    pub now_ms: i64,
    pub dice: Dice,
    pub staff: Option<Staff>,
    pub county: Option<CountyId>,
    pub villages: BTreeMap<String, VillageId>,
    pub collectives: BTreeMap<String, CollectiveId>,
    pub teams: BTreeMap<String, TeamIds>,
    pub units: BTreeMap<String, UnitIds>,
    pub categories: BTreeMap<String, CategoryId>,
    pub templates: BTreeMap<String, FreightTemplateId>,
    pub goods: Vec<Good>,
    /// The photo of a certificate; none in a county without photos.
    pub certificate: Option<MediaId>,
}

/// A unit and what its invoices are made out to.
#[derive(Debug, Clone)]
pub(super) struct UnitIds {
    pub unit: UnitId,
    pub name: String,
    pub credit_code: String,
}

impl World {
    pub(super) fn new(services: Services, clock: Arc<PastClock>, now_ms: i64) -> Self {
        Self {
            services,
            clock,
            now_ms,
            dice: Dice::new(2_600),
            staff: None,
            county: None,
            villages: BTreeMap::new(),
            collectives: BTreeMap::new(),
            teams: BTreeMap::new(),
            units: BTreeMap::new(),
            categories: BTreeMap::new(),
            templates: BTreeMap::new(),
            goods: Vec::new(),
            certificate: None,
        }
    }

    pub(super) fn today(&self) -> Date {
        Date::from_epoch_ms(self.now_ms)
    }

    pub(super) fn staff(&self) -> Result<Staff> {
        self.staff.ok_or_else(|| ServiceError::internal("the demonstration has no accounts yet"))
    }
}

/// What a slug of the data file names.
///
/// # Errors
/// [`ServiceError::Internal`] with the slug when nothing has it.
pub(super) fn named<'a, T>(things: &'a BTreeMap<String, T>, slug: &str) -> Result<&'a T> {
    things.get(slug).ok_or_else(|| ServiceError::internal(format!("nothing in county.json is called {slug}")))
}
