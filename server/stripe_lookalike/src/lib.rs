//! A payment network for demonstrations and tests that behaves like Stripe in everything the shop uses.
//!
//! Without a Stripe key the server starts this look-alike and talks to it through the same client, so that
//! demonstration, tests and production share one payment path. It answers the API calls for checkout sessions,
//! payment intents and refunds ([`Lookalike::router`]), shows a payment page where a person decides how the
//! payment goes, and delivers signed events ([`Lookalike::run`]). Nothing here moves money.
//!
//! Faults are switched on with [`Lookalike::set_faults`] or `POST /_control` (same bearer key as the API):
//! events doubled, reordered, delayed or lost; API calls that fail, hang, answer late, or do their work and lose the
//! answer. An answer lost that way is found again under its idempotency key, as after a broken connection; a 500 that
//! Stripe itself gives and saves under the key is not imitated.

#![recursion_limit = "512"]

mod api;
mod control;
mod error;
mod form;
mod ledger;
mod objects;
mod page;
mod refund;
mod session;
mod session_request;
mod webhook;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio::net::TcpListener;
use tokio::sync::Notify;

pub use control::{Faults, RefundMode};
pub use webhook::{SignedWebhook, signature};

use ledger::{Ledger, World};
use session::Step;

/// Tells the time in milliseconds since the Unix epoch.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a look-alike is set up.
#[derive(Clone)]
pub struct LookalikeConfig {
    /// The key that API calls must carry as `Authorization: Bearer …`.
    pub secret_key: String,
    /// Where events are posted. Without it they wait for [`Lookalike::drain_webhooks`].
    pub webhook_url: Option<String>,
    /// Signs the events.
    pub webhook_secret: String,
    /// Where the router is reachable for the payer's browser, without a slash at the end.
    pub public_url: String,
    /// Keeps everything over a restart; without it memory is all there is.
    pub state_file: Option<PathBuf>,
    /// The clock: milliseconds since the Unix epoch.
    pub now: Now,
    /// Where ids come from. The same seed gives the same ids in the same order.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for LookalikeConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The two secrets and the clock stay out.
        formatter
            .debug_struct("LookalikeConfig")
            .field("webhook_url", &self.webhook_url)
            .field("public_url", &self.public_url)
            .field("state_file", &self.state_file)
            .finish_non_exhaustive()
    }
}

/// Money that the network took and gave back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub payments: usize,
    pub taken_fen: i64,
    pub refunds: usize,
    pub given_back_fen: i64,
}

/// Why the look-alike could not start or do what a test asked.
#[derive(Debug, thiserror::Error)]
pub enum LookalikeError {
    /// The state file is there but cannot be read as one.
    #[error("the state file cannot be read: {0}")]
    StateFile(#[source] std::io::Error),
    /// The session or refund does not exist, or its state forbids the step.
    #[error("refused: {0}")]
    Refused(String),
}

/// The look-alike. Clones share one state.
#[derive(Debug, Clone)]
pub struct Lookalike {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: LookalikeConfig,
    world: Mutex<World>,
    /// Wakes the delivery when there is something new.
    pub(crate) changed: Notify,
}

impl Shared {
    pub(crate) fn now_ms(&self) -> i64 {
        (self.config.now)()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one piece of work on the state: first what has come due, then the work, then the file. The file is
    /// small and written under the lock, so what an answer says is on disk before the answer leaves.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut World, i64) -> T) -> T {
        let mut world = self.lock();
        let now_ms = self.now_ms();
        if now_ms >= world.next_due_ms {
            session::sweep(&mut world, now_ms);
            refund::sweep(&mut world, now_ms);
            world.ledger.forget_answers(now_ms);
            world.next_due_ms = world.ledger.next_due_ms();
        }
        let result = work(&mut world, now_ms);
        if world.dirty {
            world.dirty = false;
            if let Some(Err(error)) = self.config.state_file.as_ref().map(|path| world.ledger.save(path)) {
                tracing::error!(%error, "the demonstration payments could not be saved");
            }
            self.changed.notify_one();
        }
        result
    }
}

impl Lookalike {
    /// Sets the look-alike up, with what the state file remembers.
    ///
    /// # Errors
    /// The state file exists but cannot be read.
    pub fn new(config: LookalikeConfig) -> Result<Self, LookalikeError> {
        let remembered = config.state_file.as_deref().map_or_else(|| Ok(Ledger::default()), Ledger::load);
        let world = World {
            ledger: remembered.map_err(LookalikeError::StateFile)?,
            faults: Faults::default(),
            rng: ChaCha20Rng::from_seed(config.seed),
            dirty: false,
            next_due_ms: i64::MIN,
        };
        Ok(Self { shared: Arc::new(Shared { config, world: Mutex::new(world), changed: Notify::new() }) })
    }

    /// The API, the payment page and the control interface. [`Lookalike::work`] must run beside it for events to
    /// be delivered.
    pub fn router(&self) -> axum::Router {
        api::router(self.shared.clone())
    }

    /// Delivers events and ends what comes due, for as long as it is polled.
    pub async fn work(&self) {
        webhook::deliver_forever(&self.shared).await;
    }

    /// Serves the router on `listener` and works until `shutdown` is done.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let worker = self.clone();
        let worker = tokio::spawn(async move { worker.work().await });
        let served = axum::serve(listener, self.router()).with_graceful_shutdown(shutdown).await;
        worker.abort();
        served
    }

    /// Pays a session at once with the first offered method.
    ///
    /// # Errors
    /// There is no such session.
    pub fn succeed(&self, session_id: &str) -> Result<(), LookalikeError> {
        self.pay(session_id, Step::Succeed)
    }

    /// Finishes a session whose money comes, or fails to come, later: see [`Lookalike::settle`].
    ///
    /// # Errors
    /// There is no such session.
    pub fn pay_later(&self, session_id: &str, succeeds: bool) -> Result<(), LookalikeError> {
        self.pay(session_id, Step::Later { succeeds })
    }

    /// Declines one try; the session stays open.
    ///
    /// # Errors
    /// There is no such session.
    pub fn decline(&self, session_id: &str) -> Result<(), LookalikeError> {
        self.pay(session_id, Step::Decline)
    }

    fn pay(&self, session_id: &str, step: Step) -> Result<(), LookalikeError> {
        let paid = self.shared.with(|world, now_ms| session::pay(world, session_id, "", step, now_ms));
        paid.map(|_| ()).map_err(refused)
    }

    /// Ends a delayed payment now, one way or the other.
    pub fn settle(&self, session_id: &str, succeeds: bool) {
        self.shared.with(|world, now_ms| session::settle(world, session_id, succeeds, now_ms));
    }

    /// Closes an open session as its time running out would.
    ///
    /// # Errors
    /// There is no such session, or it is not open.
    pub fn expire(&self, session_id: &str) -> Result<(), LookalikeError> {
        let expired = self.shared.with(|world, now_ms| session::expire(world, session_id, now_ms));
        expired.map(|_| ()).map_err(refused)
    }

    /// Ends a pending refund now, one way or the other.
    pub fn settle_refund(&self, refund_id: &str, succeeds: bool) {
        self.shared.with(|world, now_ms| refund::settle(world, refund_id, succeeds, now_ms));
    }

    /// Ends what has come due by the clock; the API and the worker do this by themselves.
    pub fn sweep(&self) {
        self.shared.with(|_, _| ());
    }

    /// The misbehaviour in force.
    pub fn faults(&self) -> Faults {
        self.shared.lock().faults.clone()
    }

    /// Replaces the misbehaviour in force.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.with(|world, _| webhook::set_faults(world, faults));
    }

    /// What the network itself has in its books, for tests that compare them with the shop's.
    pub fn totals(&self) -> Totals {
        self.shared.with(|world, _| {
            let taken =
                world.ledger.intents.values().filter(|it| it.status == ledger::IntentStatus::Succeeded);
            let given_back =
                world.ledger.refunds.values().filter(|it| it.status == ledger::RefundStatus::Succeeded);
            let (taken, given_back): (Vec<i64>, Vec<i64>) =
                (taken.map(|it| it.amount).collect(), given_back.map(|it| it.amount).collect());
            Totals {
                payments: taken.len(),
                taken_fen: taken.iter().sum(),
                refunds: given_back.len(),
                given_back_fen: given_back.iter().sum(),
            }
        })
    }

    /// Takes the events that are due out of the outbox, signed and in the order of delivery, copies included.
    /// For tests that hand them to the receiver themselves.
    pub fn drain_webhooks(&self) -> Vec<SignedWebhook> {
        let secret = &self.shared.config.webhook_secret;
        self.shared.with(|world, now_ms| webhook::drain(world, secret, now_ms))
    }
}

fn refused(error: error::ApiError) -> LookalikeError {
    LookalikeError::Refused(error.body()["error"]["message"].as_str().unwrap_or_default().to_owned())
}
