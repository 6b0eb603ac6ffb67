//! What happens by itself: timers and outbox each second, questions to the payment network each minute, sweeping
//! each hour. Any number of processes may do this on one database.

use std::time::Duration;

use service::Services;
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_secs(1);
const RECONCILE_EVERY_TICKS: u64 = 60;
const SWEEP_EVERY_TICKS: u64 = 3600;

/// Works until `stop` is cancelled; a job that has begun is finished first.
pub async fn run(services: Services, stop: CancellationToken) {
    let mut ticker = tokio::time::interval(TICK);
    ticker.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut ticks: u64 = 0;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticker.tick() => {}
        }
        do_due(&services, &stop).await;
        if ticks.is_multiple_of(RECONCILE_EVERY_TICKS) {
            report("reconciliation", service::worker::reconcile(&services).await);
        }
        if ticks.is_multiple_of(SWEEP_EVERY_TICKS) {
            report("sweeping", service::worker::sweep(&services).await);
            report("sweeping of forms", service::flash::purge(&services).await);
        }
        ticks = ticks.wrapping_add(1);
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
