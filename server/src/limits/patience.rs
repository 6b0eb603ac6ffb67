//! How long it is worth waiting for a page: long in a burst, hardly at all under overload.
//!
//! In a burst many people open a page at once; everybody is served after a moment. Under overload the queue stands, and
//! waiting in it helps nobody: whoever got in has waited as long as the queue lets people wait, and no more got in for it.
//!
//! Which of the two it is, is judged by the waits of those who leave the queue (the idea of controlled delay, RFC 8289).
//! A place that is free now and then does not end an overload: pages take between 50 µs and some milliseconds, so that
//! happens in every queue. It is over when for a while nobody had to wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The longest wait in a burst.
const BURST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait under overload: about as long as two pages take. Whoever got in sooner met no queue to speak of.
const SHORT_WAIT: Duration = Duration::from_millis(3);
/// A queue that has stood for so long is overload,
const STANDING: Duration = Duration::from_secs(1);
/// and so is one that has stood for so long and let as many through as it can hold: a burst would have gone by.
const GONE_BY: Duration = Duration::from_millis(100);
/// Overload is over when for so long nobody had to wait,
const CALM: Duration = Duration::from_secs(1);
/// or when one who has to wait stands against so many who do not: at half of its load a shop has somebody wait for some
/// milliseconds every second, for ever.
const RARE: u32 = 8;
/// How many waits under overload are remembered against those who get in at once.
const MOST_PRESSURE: u32 = 32 * RARE;
/// With fewer left it is no longer an overload.
const LEAST_PRESSURE: u32 = MOST_PRESSURE / 4;

/// How long to wait in one queue.
#[derive(Debug)]
pub(super) struct Patience {
    /// How many can wait.
    room: usize,
    lately: Mutex<Lately>,
}

/// How it has been lately.
#[derive(Debug, Default)]
struct Lately {
    /// Since when nobody got in without a wait, and how many got in with one; `None` while there is no queue.
    standing: Option<(Instant, usize)>,
    /// Overload until then, unless somebody has to wait again.
    overload_until: Option<Instant>,
    /// Under overload: [`RARE`] more for each who had to wait, one less for each who did not.
    pressure: u32,
    /// How often a queue became an overload.
    overloads: u64,
}

impl Patience {
    pub(super) fn new(room: usize) -> Self {
        Self { room, lately: Mutex::default() }
    }

    /// The longest wait for whoever comes now.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        if self.lately().is_overload(now) { SHORT_WAIT } else { BURST_WAIT }
    }

    /// Somebody got in.
    pub(super) fn got_in(&self, now: Instant, waited: Duration, do_others_wait: bool) {
        let mut lately = self.lately();
        if waited < SHORT_WAIT {
            lately.pressure = lately.pressure.saturating_sub(1);
        }
        if waited < SHORT_WAIT || !do_others_wait {
            lately.standing = None;
        } else {
            lately.had_to_wait(now, 1, self.room);
        }
    }

    /// Somebody was sent away, after a wait or because the queue was full.
    pub(super) fn sent_away(&self, now: Instant) {
        self.lately().had_to_wait(now, 0, self.room);
    }

    /// How often a queue became an overload since the start.
    pub(super) fn overloads(&self) -> u64 {
        self.lately().overloads
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lately {
    fn is_overload(&self, now: Instant) -> bool {
        self.overload_until.is_some_and(|until| now < until)
    }

    fn had_to_wait(&mut self, now: Instant, got_in: usize, room: usize) {
        let (since, before) = self.standing.unwrap_or((now, 0));
        let (stood, through) = (now.duration_since(since), before + got_in);
        self.standing = Some((since, through));
        let was_overload = self.is_overload(now);
        self.pressure = if was_overload { (self.pressure + RARE).min(MOST_PRESSURE) } else { MOST_PRESSURE };
        let stays = was_overload && self.pressure > LEAST_PRESSURE;
        if stays || stood >= STANDING || (stood >= GONE_BY && through >= room) {
            self.overload_until = Some(now + CALM);
            self.overloads += u64::from(!was_overload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_millis(40);

    /// A queue of 64, and its clock in milliseconds.
    fn queue() -> (Patience, impl Fn(u32) -> Instant) {
        let begun = Instant::now();
        (Patience::new(64), move |at_ms| begun + MILLI * at_ms)
    }

    #[test]
    fn a_queue_that_stands_is_overload_until_nobody_has_to_wait_for_a_while() {
        let (queue, at) = queue();
        for at_ms in [0, 400, 950] {
            queue.got_in(at(at_ms), LONG, true);
            assert_eq!(queue.wait(at(at_ms)), BURST_WAIT, "a burst");
        }
        queue.got_in(at(1050), LONG, true);
        assert_eq!(queue.wait(at(1050)), SHORT_WAIT, "it has stood for a second");
        // However often a place is free in between: others still wait.
        for at_ms in (1100..5000).step_by(100) {
            queue.got_in(at(at_ms), Duration::ZERO, false);
            queue.got_in(at(at_ms + 10), MILLI, true);
            assert_eq!(queue.wait(at(at_ms + 50)), SHORT_WAIT, "a free place now and then is no calm");
            queue.sent_away(at(at_ms + 60));
        }
        assert_eq!(queue.wait(at(5900)), SHORT_WAIT);
        queue.got_in(at(5950), Duration::ZERO, false);
        assert_eq!(queue.wait(at(5990)), BURST_WAIT, "nobody had to wait for a while");
        assert_eq!(queue.overloads(), 1);
    }

    #[test]
    fn one_of_twenty_who_has_to_wait_does_not_keep_an_overload_alive() {
        let (queue, at) = queue();
        queue.got_in(at(0), LONG, true);
        queue.got_in(at(1050), LONG, true);
        assert_eq!(queue.wait(at(1050)), SHORT_WAIT);
        for at_ms in 1051..4000 {
            if at_ms % 20 == 0 {
                queue.sent_away(at(at_ms));
            } else {
                queue.got_in(at(at_ms), Duration::ZERO, false);
            }
        }
        assert_eq!((queue.wait(at(4000)), queue.overloads()), (BURST_WAIT, 1));
    }

    #[test]
    fn a_burst_that_found_room_is_no_overload_and_one_that_does_not_end_is() {
        let (queue, at) = queue();
        // Six people at once on a machine that takes 150 ms for a page.
        for left in (0..6).rev() {
            queue.got_in(at(900 - 150 * left), LONG, left > 0);
        }
        assert_eq!(queue.wait(at(900)), BURST_WAIT);
        // A full queue at once, 3 ms a page.
        for left in (0..64).rev() {
            queue.got_in(at(1200 - 3 * left), LONG, left > 0);
        }
        assert_eq!((queue.wait(at(1200)), queue.overloads()), (BURST_WAIT, 0));
        // The same, and there are always more.
        for turn in 0..64 {
            assert_eq!(queue.wait(at(2000 + 3 * turn)), BURST_WAIT, "{turn}");
            queue.got_in(at(2000 + 3 * turn), LONG, true);
        }
        assert_eq!((queue.wait(at(2200)), queue.overloads()), (SHORT_WAIT, 1));
    }

    #[test]
    fn a_queue_that_has_emptied_begins_anew() {
        let (queue, at) = queue();
        queue.got_in(at(0), LONG, true);
        queue.got_in(at(20), LONG, false);
        // The next to wait comes much later; the time between was not stood through by anybody.
        queue.got_in(at(9000), LONG, true);
        assert_eq!(queue.wait(at(9001)), BURST_WAIT);
        for at_ms in [9500, 9900] {
            queue.sent_away(at(at_ms));
        }
        assert_eq!(queue.wait(at(9950)), BURST_WAIT);
        queue.sent_away(at(10_000));
        assert_eq!(queue.wait(at(10_001)), SHORT_WAIT, "whoever is sent away has stood in it, too");
    }
}
