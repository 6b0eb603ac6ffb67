//! What happens by itself: timers, outbox and letters each second, questions to the payment network each minute, sweeping
//! each hour. Any number of processes may do this on one database.

use std::time::Duration;

use service::Services;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

const TICK: Duration = Duration::from_secs(1);
const RECONCILE_EVERY_TICKS: u64 = 60;
const SWEEP_EVERY_TICKS: u64 = 3600;

const VERIFY_EVERY_TICKS: u64 = 10;

/// Works until `stop` is cancelled; a job that has begun is finished first. The books are checked every
/// `verify_every_minutes`, by one of however many workers there are; never when that is 0.
pub async fn run(services: Services, verify_every_minutes: i64, stop: CancellationToken) {
    let mut ticker = tokio::time::interval(TICK);
    ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks: u64 = 0;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticker.tick() => {}
        }
        named("due", do_due(&services, &stop)).await;
        if ticks.is_multiple_of(RECONCILE_EVERY_TICKS) {
            report("reconciliation", named("reconcile", service::worker::reconcile(&services)).await);
        }
        if ticks.is_multiple_of(SWEEP_EVERY_TICKS) {
            report("sweeping", named("sweep", service::worker::sweep(&services)).await);
            report("sweeping of forms", named("sweep", service::flash::purge(&services)).await);
        }
        if verify_every_minutes > 0 && ticks % VERIFY_EVERY_TICKS == 1 {
            let checked = service::operations::check_books_if_due(&services, verify_every_minutes);
            report("the check of the books", named("books", checked).await);
        }
        services.watch.note_worker(services.now_ms());
        ticks = ticks.wrapping_add(1);
    }
}

/// Work under the name by which the log tells whose its statements are.
fn named<F: Future>(job: &'static str, work: F) -> tracing::instrument::Instrumented<F> {
    work.instrument(tracing::info_span!("worker", job))
}

/// Sends letters until `stop` is cancelled; apart from the other jobs, which no slow mail server may hold up.
pub async fn send_letters(services: Services, stop: CancellationToken) {
    let mut ticker = tokio::time::interval(TICK);
    ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticker.tick() => {}
        }
        while !stop.is_cancelled() {
            match named("letters", service::mail::send_due(&services)).await {
                Ok(0) => break,
                Ok(looked_at) => tracing::debug!(looked_at, "letters looked at"),
                Err(error) => {
                    tracing::warn!(%error, "letters put off");
                    break;
                }
            }
        }
    }
}

/// Everything that is due now.
async fn do_due(services: &Services, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match service::worker::run_due(services).await {
            Ok(0) => return,
            Ok(done) => tracing::debug!(done, "jobs done"),
            Err(error) => {
                tracing::warn!(%error, "jobs put off");
                return;
            }
        }
    }
}

fn report<T>(what: &str, outcome: service::Result<T>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, what, "put off");
    }
}
