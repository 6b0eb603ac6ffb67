//! Requests at a fixed rate, whatever becomes of them.
//!
//! A client that waits for one answer before it sends the next request slows down with the shop, and the slow moments
//! are then measured least. Here each request has its time in a timetable, and its latency counts from that time, also
//! when it was sent late.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How a request went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// What was asked for.
    pub kind: &'static str,
    /// 0 when there was no answer at all.
    pub status: u16,
    pub latency: Duration,
    /// How much of it had gone by before the load itself got round to asking.
    pub late: Duration,
    /// From asking to the head of the answer: what remains when the load's own lateness and reading are taken off.
    pub first_byte: Duration,
    /// The answer said when to come again.
    pub says_when: bool,
}

impl Sample {
    /// What was asked for was given.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        (200..400).contains(&self.status)
    }

    /// Sent away for now, as it should be under load.
    #[must_use]
    pub fn is_shed(&self) -> bool {
        matches!(self.status, 429 | 503)
    }
}

/// Where samples are put, from many tasks.
#[derive(Debug, Clone, Default)]
pub struct Samples(Arc<Mutex<Vec<Sample>>>);

impl Samples {
    pub fn push(&self, sample: Sample) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
    }

    /// Takes what was gathered so far.
    #[must_use]
    pub fn take(&self) -> Vec<Sample> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Starts `visit` `per_second` times a second for `during`; each gets its number and the moment it was due. Comes back
/// when the last one has ended.
pub async fn open_loop<F: Future<Output = ()> + Send + 'static>(
    per_second: f64,
    during: Duration,
    visit: impl Fn(u64, Instant) -> F,
) {
    let begun = Instant::now();
    let count = (per_second * during.as_secs_f64()) as u64;
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..count {
        let due = begun + Duration::from_secs_f64(number as f64 / per_second);
        tokio::time::sleep_until(due).await;
        visits.spawn(visit(number, due));
        while visits.try_join_next().is_some() {}
    }
    while visits.join_next().await.is_some() {}
}

/// Keeps `workers` busy for `during`, each beginning anew when it has ended. Visits are numbered in the order in which
/// they begin, so that what goes by the number is as frequent as in [`open_loop`].
pub async fn closed_loop<F: Future<Output = ()> + Send + 'static>(
    workers: u64,
    during: Duration,
    visit: impl Fn(u64, Instant) -> F + Clone + Send + 'static,
) {
    let until = Instant::now() + during;
    let next = Arc::new(AtomicU64::new(0));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let (visit, next) = (visit.clone(), next.clone());
        running.spawn(async move {
            while Instant::now() < until {
                visit(next.fetch_add(1, Ordering::Relaxed), Instant::now()).await;
            }
        });
    }
    while running.join_next().await.is_some() {}
}

/// The latency that `share` of the samples did not exceed; zero for none.
#[must_use]
pub fn percentile<'a>(samples: impl Iterator<Item = &'a Sample>, share: f64) -> Duration {
    percentile_of(samples, share, |sample| sample.latency)
}

/// The same of something else that took its time.
#[must_use]
pub fn percentile_of<'a>(
    samples: impl Iterator<Item = &'a Sample>,
    share: f64,
    of: impl Fn(&Sample) -> Duration,
) -> Duration {
    let mut durations: Vec<Duration> = samples.map(of).collect();
    durations.sort_unstable();
    let at = ((durations.len() as f64 * share).ceil() as usize).saturating_sub(1);
    durations.get(at).copied().unwrap_or_default()
}

/// How often each status was answered.
#[must_use]
pub fn by_status(samples: &[Sample]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for sample in samples {
        *counts.entry(sample.status).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(millis: u64) -> Sample {
        Sample {
            kind: "x",
            status: 200,
            latency: Duration::from_millis(millis),
            late: Duration::ZERO,
            first_byte: Duration::ZERO,
            says_when: false,
        }
    }

    #[test]
    fn a_percentile_is_a_latency_that_occurred() {
        let samples: Vec<Sample> = (1..=100).map(sample).collect();
        assert_eq!(percentile(samples.iter(), 0.5), Duration::from_millis(50));
        assert_eq!(percentile(samples.iter(), 0.99), Duration::from_millis(99));
        assert_eq!(percentile([].iter(), 0.99), Duration::ZERO);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stall_is_seen_by_all_who_were_due_meanwhile() {
        let samples = Samples::default();
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        open_loop(100.0, Duration::from_millis(300), |number, due| {
            let (samples, lock) = (samples.clone(), lock.clone());
            async move {
                let _one_at_a_time = lock.lock().await;
                if number == 0 {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                samples.push(Sample { latency: due.elapsed(), ..sample(0) });
            }
        })
        .await;
        let late = samples.take().iter().filter(|sample| sample.latency > Duration::from_millis(50)).count();
        assert!(late >= 12, "only {late} of about 15 saw the stall");
    }
}
