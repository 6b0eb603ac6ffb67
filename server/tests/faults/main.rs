//! Faults that only a real process has: killed, stopped, its disk full, its database taken away, its payment network
//! silent (R1, R7, R10).
//!
//! The program under test is the built `xiangji`, started as its own process; the payment network is the look-alike in
//! this process, so that it outlives every kill, as the real one does. `XIANGJI_LONG=1` asks for the long counts,
//! `XIANGJI_SEED` for another sequence of accidents; see `cargo xtask test --help`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where something is not as it must be"
)]

mod actors;
#[cfg(feature = "s3")]
mod bucket;
mod client;
mod cluster;
mod disk;
mod drill;
mod journal;
mod judge;
mod kills;
mod lock;
mod network;
mod paused;
mod payments;
mod restart;
mod rig;
mod scene;
mod several;
mod staff;
mod starting;
mod stopping;
mod sync;

/// The short count, or the long one; then `XIANGJI_LONG_<NAME>` names another.
fn count(name: &str, short: usize, long: usize) -> usize {
    if !is_long() {
        return short;
    }
    std::env::var(format!("XIANGJI_LONG_{name}"))
        .map_or(long, |count| count.parse().expect("a number of times"))
}

/// Whether the long runs are asked for.
fn is_long() -> bool {
    std::env::var("XIANGJI_LONG").as_deref() == Ok("1")
}

/// Waits until something holds; fails when it takes half a minute.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "not within 30 s: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Where the sequence of accidents begins; printed, so that a failure can be had again.
fn seed() -> u64 {
    std::env::var("XIANGJI_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_328)
}
