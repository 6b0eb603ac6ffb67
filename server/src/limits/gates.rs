//! How many at once: places for each class of request, and a queue before them.
//!
//! Making a page takes a core, so there are hardly more places for pages than cores: more at once would answer no more
//! of them, only each later, and the one transaction that writes would stand in line with all of them for its turn on a
//! core.
//!
//! A queue that empties again soon is a burst: many people open a page at once, and everybody is served after a moment.
//! A queue that has stood for a second is overload: waiting in it helps nobody, so from then on nobody waits longer than
//! about two pages take, until for a while nobody had to wait (the idea of controlled delay, RFC 8289, with two fixed
//! waits).
//!
//! When several transactions wait for the right to write, buyers wait, and what they wait for is mostly a core. The crowd
//! then gets one place altogether.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Class;
use crate::config::Config;

/// The longest stay in a queue.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait for a page in a burst.
const BURST_WAIT: Duration = Duration::from_secs(1);
/// A queue that has stood for so long is overload.
const STANDING: Duration = Duration::from_secs(1);
/// Overload is over when nobody had to wait for so long.
const CALM: Duration = Duration::from_millis(100);
/// The longest wait for a page under overload: about as long as two pages take.
const OVERLOAD_WAIT: Duration = Duration::from_millis(15);
/// Pages that may wait for each one being made.
const WAITING_FOR_A_PAGE: usize = 64;
/// From so many waiting writers on the crowd is pressed into one place.
const WRITERS_IN_NEED: usize = 5;
const HEALTH_PLACES: usize = 32;
const EVENT_PLACES: usize = 64;
const UPLOAD_PLACES: usize = 32;
const GUESS_PLACES: usize = 8;
const GUESSES_WAITING: usize = 32;

/// Places, and a queue before them.
#[derive(Debug)]
struct Gate {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
    /// How long one waits in a queue that came up just now, and in one that stands.
    patience: [Duration; 2],
    opened_at: Instant,
    /// When somebody last got in without waiting, in milliseconds since `opened_at`.
    free_at_ms: AtomicU64,
    /// When somebody last had to wait.
    queued_at_ms: AtomicU64,
    is_overloaded: AtomicBool,
}

/// Being in a queue, left when dropped.
struct InQueue<'a>(&'a AtomicUsize);

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    /// Everybody waits as long as it takes, up to [`LONGEST_WAIT`].
    fn new(places: usize, max_waiting: usize) -> Self {
        Self::with_patience(places, max_waiting, [LONGEST_WAIT; 2])
    }

    fn with_patience(places: usize, max_waiting: usize, patience: [Duration; 2]) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            max_waiting,
            patience,
            opened_at: Instant::now(),
            free_at_ms: AtomicU64::new(0),
            queued_at_ms: AtomicU64::new(0),
            is_overloaded: AtomicBool::new(false),
        }
    }

    /// A gate of pages.
    fn of_pages(places: usize) -> Self {
        Self::with_patience(places, WAITING_FOR_A_PAGE * places, [BURST_WAIT, OVERLOAD_WAIT])
    }

    /// A place at once or after a wait; `None` when the queue is full or does not move.
    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let now_ms = u64::try_from(self.opened_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        // Places that become free go to those who wait, so whoever finds one found no queue.
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            self.free_at_ms.store(now_ms, Ordering::Relaxed);
            return Some(place);
        }
        let before_us = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _queued = InQueue(&self.waiting);
        if before_us >= self.max_waiting {
            return None;
        }
        let [in_a_burst, under_overload] = self.patience;
        let patience = if self.is_overloaded(now_ms) { under_overload } else { in_a_burst };
        tokio::time::timeout(patience, self.places.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Whether somebody waits.
    fn has_queue(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Whether the queue is more than a burst, as somebody sees it who has to wait now.
    fn is_overloaded(&self, now_ms: u64) -> bool {
        let since = |at_ms: u64| Duration::from_millis(now_ms.saturating_sub(at_ms));
        let was_calm = since(self.queued_at_ms.swap(now_ms, Ordering::Relaxed)) > CALM;
        let stands = since(self.free_at_ms.load(Ordering::Relaxed)) > STANDING;
        let is_overloaded = stands || (self.is_overloaded.load(Ordering::Relaxed) && !was_calm);
        self.is_overloaded.store(is_overloaded, Ordering::Relaxed);
        is_overloaded
    }
}

/// All gates.
#[derive(Debug)]
pub struct Admission {
    /// Everything that is neither health, nor event, nor vital.
    ordinary: Gate,
    health: Gate,
    events: Gate,
    vital: Gate,
    guesses: Gate,
    uploads: Gate,
    pages: Gate,
    /// The part of the pages' places that the crowd may take.
    crowd: Gate,
    /// What is left to the crowd while buyers wait.
    pressed: Gate,
}

/// The right to be answered, given back when dropped.
#[derive(Debug)]
pub struct Admitted {
    _places: [Option<OwnedSemaphorePermit>; 3],
}

impl Admission {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let pages = config.limits.max_pages.max(1);
        // One place in four is kept for those who have a session: they are in the middle of something.
        let crowd = pages.saturating_sub((pages / 4).max(1)).max(1);
        let changes = config.limits.max_changes;
        Self {
            ordinary: Gate::new(config.max_requests, 0),
            health: Gate::new(HEALTH_PLACES, HEALTH_PLACES),
            events: Gate::new(EVENT_PLACES, EVENT_PLACES),
            vital: Gate::new(changes, changes),
            guesses: Gate::new(GUESS_PLACES, GUESSES_WAITING),
            uploads: Gate::new(UPLOAD_PLACES, UPLOAD_PLACES),
            pages: Gate::of_pages(pages),
            crowd: Gate::of_pages(crowd),
            pressed: Gate::of_pages(1),
        }
    }

    /// Lets a request in, or `None` when there is no room for its class. `waiting_writers` is how many transactions
    /// wait for the right to write.
    pub async fn admit(&self, class: Class, waiting_writers: usize) -> Option<Admitted> {
        let one = |place| Admitted { _places: [Some(place), None, None] };
        match class {
            Class::Health => self.health.enter().await.map(one),
            Class::Event => self.events.enter().await.map(one),
            Class::Vital => self.vital.enter().await.map(one),
            Class::Guess => self.guesses.enter().await.map(one),
            Class::File => self.ordinary.enter().await.map(one),
            Class::Upload => {
                let places = [Some(self.ordinary.enter().await?), Some(self.uploads.enter().await?), None];
                Some(Admitted { _places: places })
            }
            Class::Known => {
                let places = [Some(self.ordinary.enter().await?), Some(self.pages.enter().await?), None];
                Some(Admitted { _places: places })
            }
            Class::Crowd if waiting_writers >= WRITERS_IN_NEED => self.pressed.enter().await.map(one),
            Class::Crowd => self.admit_crowd().await,
            // Nobody waits for it yet, so it is not to stand before anybody who waits.
            Class::Ahead if waiting_writers > 0 || self.crowd.has_queue() || self.pages.has_queue() => None,
            Class::Ahead => self.admit_crowd().await,
        }
    }

    async fn admit_crowd(&self) -> Option<Admitted> {
        let ordinary = self.ordinary.enter().await?;
        let crowd = self.crowd.enter().await?;
        let places = [Some(ordinary), Some(crowd), Some(self.pages.enter().await?)];
        Some(Admitted { _places: places })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::{LimitSettings, Settings};

    fn admission(max_pages: usize) -> Admission {
        let limits =
            LimitSettings { max_pages: Some(max_pages), max_changes: Some(1), ..LimitSettings::default() };
        Admission::new(&Settings { limits, ..Settings::default() }.resolve(None).unwrap())
    }

    /// Whether somebody would have to wait; goes away then. A place that is free is given without waiting, so one look
    /// tells, and no time has to pass.
    fn waits(gates: &Admission, class: Class) -> bool {
        gates.admit(class, 0).now_or_never().is_none()
    }

    #[tokio::test]
    async fn the_crowd_is_sent_away_before_those_with_a_session_and_before_checkouts() {
        let gates = Arc::new(admission(4));
        let mut inside = Vec::new();
        for _ in 0..3 {
            inside.push(gates.admit(Class::Crowd, 0).await.unwrap());
        }
        assert!(waits(&gates, Class::Crowd));
        inside.push(gates.admit(Class::Known, 0).await.unwrap());
        inside.push(gates.admit(Class::Vital, 0).await.unwrap());
        inside.push(gates.admit(Class::Event, 0).await.unwrap());
        inside.push(gates.admit(Class::Health, 0).await.unwrap());
        inside.clear();
        assert!(gates.admit(Class::Crowd, 0).await.is_some(), "places are given back");
    }

    #[tokio::test]
    async fn a_full_queue_is_told_so_at_once_and_one_who_waits_gets_in() {
        let gates = Arc::new(admission(4));
        let inside = gates.admit(Class::Vital, 0).await.unwrap();
        let queued = tokio::spawn({
            let gates = gates.clone();
            async move { gates.admit(Class::Vital, 0).await.is_some() }
        });
        while gates.vital.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let answered = tokio::time::timeout(LONGEST_WAIT / 4, gates.admit(Class::Vital, 0)).await;
        assert!(answered.is_ok_and(|admitted| admitted.is_none()), "sent away without waiting");
        drop(inside);
        assert!(queued.await.unwrap());
    }

    #[tokio::test]
    async fn while_buyers_wait_the_crowd_has_one_place() {
        let gates = admission(8);
        let inside = gates.admit(Class::Crowd, WRITERS_IN_NEED).await.unwrap();
        let second = gates.admit(Class::Crowd, WRITERS_IN_NEED);
        assert!(second.now_or_never().is_none(), "waits");
        assert!(gates.admit(Class::Known, WRITERS_IN_NEED).await.is_some(), "who has a session is let in");
        assert!(
            gates.admit(Class::Crowd, 0).await.is_some(),
            "when the need is over, all places are there again"
        );
        drop(inside);
    }

    #[tokio::test]
    async fn a_page_fetched_ahead_never_stands_before_somebody_who_waits() {
        let gates = Arc::new(admission(4));
        assert!(gates.admit(Class::Ahead, 0).await.is_some(), "while nobody waits it is let in");
        assert!(gates.admit(Class::Ahead, 1).await.is_none(), "a buyer waits");
        let mut inside = Vec::new();
        for _ in 0..3 {
            inside.push(gates.admit(Class::Crowd, 0).await.unwrap());
        }
        let person = tokio::spawn({
            let gates = gates.clone();
            async move { gates.admit(Class::Crowd, 0).await.is_some() }
        });
        while !gates.crowd.has_queue() {
            tokio::task::yield_now().await;
        }
        assert!(gates.admit(Class::Ahead, 0).await.is_none(), "somebody without a session waits");
        inside.clear();
        assert!(person.await.unwrap());
    }

    #[tokio::test]
    async fn a_burst_is_served_whole() {
        let gate = Gate::of_pages(2);
        let page = async || {
            let Some(_place) = gate.enter().await else { return false };
            // How long a page takes to make: fifty of them, two at once, keep the last one waiting for 50 ms.
            tokio::time::sleep(Duration::from_millis(2)).await;
            true
        };
        let shown = futures::future::join_all((0..50).map(|_| page())).await;
        assert!(shown.into_iter().all(|shown| shown));
    }

    #[test]
    fn a_queue_that_stands_is_overload_until_nobody_has_to_wait_for_a_while() {
        let gate = Gate::of_pages(2);
        let got_in_at = |at_ms| gate.free_at_ms.store(at_ms, Ordering::Relaxed);
        got_in_at(5000);
        assert!(!gate.is_overloaded(5010), "a burst");
        assert!(!gate.is_overloaded(5950));
        assert!(gate.is_overloaded(6050), "it has stood for a second");
        got_in_at(6060);
        assert!(gate.is_overloaded(6070), "one free place between two waits is no calm");
        assert!(gate.is_overloaded(6150));
        got_in_at(6300);
        assert!(!gate.is_overloaded(6310), "nobody had to wait for a while");
    }

    #[tokio::test]
    async fn whoever_goes_away_while_waiting_leaves_the_queue() {
        let gates = admission(4);
        let inside = gates.admit(Class::Vital, 0).await.unwrap();
        assert!(waits(&gates, Class::Vital));
        assert_eq!(gates.vital.waiting.load(Ordering::Relaxed), 0);
        drop(inside);
        assert!(gates.admit(Class::Vital, 0).await.is_some());
    }
}
