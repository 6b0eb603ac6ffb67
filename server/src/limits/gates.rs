//! How many at once: places for each class of request, and a queue before them.
//!
//! Making a page takes a core, so there are hardly more places for pages than cores: more at once would answer no more
//! of them, only each later, and the one transaction that writes would stand in line with all of them for its turn on a
//! core. How long somebody waits for a page is the matter of `patience`.
//!
//! When several transactions wait for the right to write, buyers wait, and what they wait for is mostly a core. The crowd
//! then gets one place altogether. It stands in the same queue as ever: with one for such moments, which come and go within
//! milliseconds, each of the two would look as if it emptied again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Class;
use super::patience::Patience;
use crate::config::Config;

/// The longest stay in a queue for anything but a page.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
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
    /// Of pages; for anything else everybody waits as long as it takes, up to [`LONGEST_WAIT`].
    patience: Option<Patience>,
}

/// Being in a queue, left when dropped.
struct InQueue<'a>(&'a AtomicUsize);

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    fn new(places: usize, max_waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            max_waiting,
            patience: None,
        }
    }

    fn of_pages(places: usize) -> Self {
        let max_waiting = WAITING_FOR_A_PAGE * places;
        Self { patience: Some(Patience::new(max_waiting)), ..Self::new(places, max_waiting) }
    }

    /// A place at once or after a wait; `None` when the queue is full or does not move.
    async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        self.enter_and(std::future::ready(Some(()))).await.map(|(place, ())| place)
    }

    /// A place, and what else is needed once it is had; one wait for all of it.
    async fn enter_and<T>(
        &self,
        further: impl Future<Output = Option<T>>,
    ) -> Option<(OwnedSemaphorePermit, T)> {
        let came_at = Instant::now();
        let mut all = std::pin::pin!(async { Some((take(&self.places).await?, further.await?)) });
        // Places that become free go to those who wait, so whoever finds one found no queue.
        if let Some(at_once) = all.as_mut().now_or_never() {
            self.note(came_at, at_once.is_some());
            return at_once;
        }
        let before_us = self.waiting.fetch_add(1, Ordering::Relaxed);
        let queued = InQueue(&self.waiting);
        let got_in = if before_us < self.max_waiting {
            let longest = self.patience.as_ref().map_or(LONGEST_WAIT, |patience| patience.wait(came_at));
            tokio::time::timeout(longest, all).await.ok().flatten()
        } else {
            None
        };
        drop(queued);
        self.note(came_at, got_in.is_some());
        got_in
    }

    /// Remembers how it went for somebody who leaves the queue.
    fn note(&self, came_at: Instant, got_in: bool) {
        let Some(patience) = &self.patience else { return };
        let now = Instant::now();
        if got_in {
            patience.got_in(now, now.duration_since(came_at), self.has_queue());
        } else {
            patience.sent_away(now);
        }
    }

    /// Whether somebody waits.
    fn has_queue(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    fn overloads(&self) -> u64 {
        self.patience.as_ref().map_or(0, Patience::overloads)
    }
}

/// A place, however long it takes; `None` never, for no places are ever closed.
async fn take(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    places.clone().acquire_owned().await.ok()
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
    /// The part of the pages' places that the crowd may take, and its queue.
    crowd: Gate,
    /// What is left to the crowd while buyers wait.
    pressed: Arc<Semaphore>,
}

/// The right to be answered, given back when dropped.
#[derive(Debug)]
pub struct Admitted {
    _places: [Option<OwnedSemaphorePermit>; 4],
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
            pressed: Arc::new(Semaphore::new(1)),
        }
    }

    /// Lets a request in, or `None` when there is no room for its class. `waiting_writers` is how many transactions
    /// wait for the right to write.
    pub async fn admit(&self, class: Class, waiting_writers: usize) -> Option<Admitted> {
        let one = |place| Admitted { _places: [Some(place), None, None, None] };
        let two = |first, second| Admitted { _places: [Some(first), Some(second), None, None] };
        match class {
            Class::Health => self.health.enter().await.map(one),
            Class::Event => self.events.enter().await.map(one),
            Class::Vital => self.vital.enter().await.map(one),
            Class::Guess => self.guesses.enter().await.map(one),
            Class::File => self.ordinary.enter().await.map(one),
            Class::Upload => Some(two(self.ordinary.enter().await?, self.uploads.enter().await?)),
            Class::Known => Some(two(self.ordinary.enter().await?, self.pages.enter().await?)),
            Class::Crowd => self.admit_crowd(waiting_writers >= WRITERS_IN_NEED).await,
            // Nobody waits for it yet, so it is not to stand before anybody who waits.
            Class::Ahead if waiting_writers > 0 || self.crowd.has_queue() || self.pages.has_queue() => None,
            Class::Ahead => self.admit_crowd(false).await,
        }
    }

    async fn admit_crowd(&self, is_pressed: bool) -> Option<Admitted> {
        let ordinary = self.ordinary.enter().await?;
        let further = async {
            let pressed = if is_pressed { Some(take(&self.pressed).await?) } else { None };
            Some((pressed, take(&self.pages.places).await?))
        };
        let (crowd, (pressed, page)) = self.crowd.enter_and(further).await?;
        Some(Admitted { _places: [Some(ordinary), Some(crowd), pressed, Some(page)] })
    }

    /// How often the queue of a class became more than a burst, since the start.
    #[must_use]
    pub fn overloads(&self) -> [(Class, u64); 2] {
        [(Class::Known, self.pages.overloads()), (Class::Crowd, self.crowd.overloads())]
    }
}

#[cfg(test)]
mod tests {
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

    #[tokio::test]
    async fn under_overload_whoever_does_not_get_in_soon_is_sent_away() {
        let gate = Gate::of_pages(1);
        let inside = gate.enter().await.unwrap();
        let now = Instant::now();
        for at in [now, now + Duration::from_secs(1)] {
            gate.patience.as_ref().unwrap().sent_away(at);
        }
        assert_eq!(gate.overloads(), 1);
        let answered = tokio::time::timeout(Duration::from_millis(500), gate.enter()).await;
        assert!(answered.is_ok_and(|place| place.is_none()), "sooner than in a burst");
        drop(inside);
        assert!(gate.enter().await.is_some(), "a place that is free is given");
    }

    #[tokio::test]
    async fn the_crowd_stands_in_one_queue_whether_buyers_wait_or_not() {
        let gates = admission(4);
        let inside =
            [gates.admit(Class::Crowd, 0).await.unwrap(), gates.admit(Class::Crowd, 0).await.unwrap()];
        let pressed = gates.admit(Class::Crowd, WRITERS_IN_NEED).await.unwrap();
        // One comes while buyers wait, the next one does not: whoever came first is first.
        let mut first = std::pin::pin!(gates.admit(Class::Crowd, WRITERS_IN_NEED));
        let mut second = std::pin::pin!(gates.admit(Class::Crowd, 0));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        assert_eq!(gates.crowd.waiting.load(Ordering::Relaxed), 2);
        drop(pressed);
        assert!(second.as_mut().now_or_never().is_none());
        assert!(first.as_mut().now_or_never().is_some_and(|admitted| admitted.is_some()));
        drop(inside);
        assert!(second.now_or_never().is_some_and(|admitted| admitted.is_some()));
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
