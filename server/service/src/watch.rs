//! What an operator counts: what became of checkouts, and how the payment network answered.
//!
//! The counts are those of the process and start at nothing with it. Whatever several servers must agree on (how much
//! waits, when the books were checked) is not here but in the database: [`crate::operations`].

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::failure::Conflict;

use crate::ServiceError;
use crate::ports::{
    CheckoutPage, CheckoutRequest, CheckoutState, PaymentError, PaymentGateway, RefundRequest, RefundState,
};

/// Counters of the process.
#[derive(Debug, Default)]
pub struct Watch {
    /// By what happened: `placed`, `paid`, `expired`, `cancelled`, `refund_sent`, or `refused_` and why.
    checkout: Counter,
    /// By operation and kind of failure.
    payment_errors: Counter,
    /// Requests to the payment network by operation.
    payment_requests: Counter,
    unmatched: AtomicU64,
    worker_ran_at_ms: AtomicI64,
}

/// Counts by name. The names are ours, so there are few of them.
#[derive(Debug, Default)]
struct Counter(Mutex<BTreeMap<&'static str, u64>>);

impl Counter {
    fn count(&self, name: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(name).or_default() += 1;
    }

    fn read(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Watch {
    /// A checkout was refused.
    pub fn note_refused(&self, error: &ServiceError) {
        self.checkout.count(match error {
            ServiceError::Invalid(_) => "refused_invalid",
            ServiceError::Conflict(conflict) => match conflict {
                Conflict::CartEmpty => "refused_cart_empty",
                Conflict::OutOfStock { .. } => "refused_out_of_stock",
                Conflict::NotForSale { .. } => "refused_not_for_sale",
                Conflict::OutOfSeason { .. } => "refused_out_of_season",
                Conflict::NotDeliverable { .. } => "refused_not_deliverable",
                Conflict::PriceChanged { .. } => "refused_price_changed",
                Conflict::TermsChanged => "refused_terms_changed",
                Conflict::TooManyUnpaid { .. } => "refused_too_many_unpaid",
                _ => "refused_conflict",
            },
            ServiceError::Busy => "refused_busy",
            ServiceError::Internal(_) => "refused_internal",
            _ => "refused_other",
        });
    }

    /// An order event went through the outbox.
    pub fn note_event(&self, topic: &str) {
        self.checkout.count(match topic {
            "order_paid" => "paid",
            "order_expired" => "expired",
            "order_cancelled" => "cancelled",
            "refund_sent" => "refund_sent",
            _ => "other",
        });
    }

    pub(crate) fn note_placed(&self) {
        self.checkout.count("placed");
    }

    /// Money came that does not match what was asked for.
    pub(crate) fn note_unmatched(&self) {
        self.unmatched.fetch_add(1, Ordering::Relaxed);
    }

    /// The worker has done what was due.
    pub fn note_worker(&self, at_ms: i64) {
        self.worker_ran_at_ms.store(at_ms, Ordering::Relaxed);
    }

    /// What became of checkouts.
    #[must_use]
    pub fn checkout(&self) -> BTreeMap<&'static str, u64> {
        self.checkout.read()
    }

    /// Failures of the payment network: `operation:kind`, where kind is `unavailable` or `refused`.
    #[must_use]
    pub fn payment_errors(&self) -> BTreeMap<&'static str, u64> {
        self.payment_errors.read()
    }

    /// Requests to the payment network by operation.
    #[must_use]
    pub fn payment_requests(&self) -> BTreeMap<&'static str, u64> {
        self.payment_requests.read()
    }

    /// Payments whose money did not match, seen by this process.
    #[must_use]
    pub fn unmatched(&self) -> u64 {
        self.unmatched.load(Ordering::Relaxed)
    }

    /// When this process's worker last did what was due; `None` when it never did.
    #[must_use]
    pub fn worker_ran_at_ms(&self) -> Option<i64> {
        Some(self.worker_ran_at_ms.load(Ordering::Relaxed)).filter(|at_ms| *at_ms > 0)
    }
}

/// A gateway whose requests and failures are counted.
#[derive(Debug)]
pub(crate) struct WatchedGateway {
    pub inner: Arc<dyn PaymentGateway>,
    pub watch: Arc<Watch>,
}

impl WatchedGateway {
    fn seen<T>(
        &self,
        [name, unavailable, refused]: [&'static str; 3],
        outcome: Result<T, PaymentError>,
    ) -> Result<T, PaymentError> {
        self.watch.payment_requests.count(name);
        match &outcome {
            Ok(_) => {}
            Err(PaymentError::Unavailable(_)) => self.watch.payment_errors.count(unavailable),
            Err(PaymentError::Refused { .. }) => self.watch.payment_errors.count(refused),
        }
        outcome
    }
}

/// The operation's name, and its two ways to fail.
macro_rules! names {
    ($name:literal) => {
        [$name, concat!($name, ":unavailable"), concat!($name, ":refused")]
    };
}

#[async_trait]
impl PaymentGateway for WatchedGateway {
    async fn open_checkout(&self, request: &CheckoutRequest) -> Result<CheckoutPage, PaymentError> {
        self.seen(names!("open_checkout"), self.inner.open_checkout(request).await)
    }

    async fn find_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        self.seen(names!("find_checkout"), self.inner.find_checkout(session_id).await)
    }

    async fn expire_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError> {
        self.seen(names!("expire_checkout"), self.inner.expire_checkout(session_id).await)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundState, PaymentError> {
        self.seen(names!("refund"), self.inner.refund(request).await)
    }

    async fn find_refund(&self, refund_id: &str) -> Result<RefundState, PaymentError> {
        self.seen(names!("find_refund"), self.inner.find_refund(refund_id).await)
    }
}
