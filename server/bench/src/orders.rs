//! P2: durable orders a second, against what SQLite itself does with the same statements.
//!
//! The shop's side is `service::checkout::place_order`, called by many buyers at once: everything but HTTP, which would
//! measure sockets. The other side is the same statements with the same values in the same transactions, recorded from
//! a run of the shop and repeated on one connection with everything prepared beforehand; both on files of one folder,
//! with a write-ahead log and `synchronous = FULL`. That both did the same is checked: the two databases are equal
//! afterwards, row by row.

mod goods;
mod replay;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use service::Services;
use service::checkout::place_order;

use crate::inside;
use crate::pages::median;

pub use goods::Ready;
pub use replay::{Repeat, Tape};

/// The shop's orders a second in relation to those of SQLite itself.
const GOAL: f64 = 0.5;
/// Orders that share a commit in the measurement of what sharing would bring.
const SHARED: usize = 8;

/// What `bench orders` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Orders in a round
    #[arg(long, default_value_t = 2000)]
    orders: usize,
    /// Buyers who order at once
    #[arg(long, default_value_t = 32)]
    buyers: usize,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the databases lie: a disk, not memory
    #[arg(long)]
    folder: PathBuf,
    /// Do not fail when the goal is missed
    #[arg(long)]
    no_judge: bool,
}

impl Arguments {
    #[must_use]
    pub fn plan(&self) -> Plan {
        let folder = self.folder.clone();
        Plan { orders: self.orders, buyers: self.buyers, rounds: self.rounds, folder }
    }

    /// # Errors
    /// The goal is missed, unless nobody wants to know.
    pub fn judge(&self, report: &Report) -> Result<()> {
        if self.no_judge { Ok(()) } else { report.judge() }
    }
}

/// How it is measured.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Orders in a round.
    pub orders: usize,
    /// Buyers who order at once.
    pub buyers: usize,
    pub rounds: usize,
    /// Where the databases lie; a disk that syncs.
    pub folder: PathBuf,
}

/// What was found; everything in orders a second, round by round.
#[derive(Debug, Default)]
pub struct Report {
    pub shop: Vec<f64>,
    pub raw: Vec<f64>,
    /// SQLite alone without waiting for the disk: what is left is computing.
    pub raw_unsynced: Vec<f64>,
    /// SQLite alone with several orders in one commit.
    pub raw_shared: Vec<f64>,
    /// One buyer after the other.
    pub shop_alone: f64,
    pub statements: f64,
    /// Time on a core that the shop takes for an order, in microseconds.
    pub shop_core_micros: f64,
}

impl Report {
    /// The shop's throughput in relation to SQLite's own.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        median(&self.shop) / median(&self.raw).max(f64::EPSILON)
    }

    pub fn print(&self) {
        let line = |name: &str, rounds: &[f64]| {
            let micros = 1e6 / median(rounds).max(f64::EPSILON);
            println!("{name:44} {:8.0}/s {micros:8.0} µs each (rounds {rounds:.0?})", median(rounds));
        };
        println!("{:.1} statements an order", self.statements);
        line("place_order, many buyers", &self.shop);
        line("place_order, one buyer after the other", &[self.shop_alone]);
        line("SQLite alone, the same statements", &self.raw);
        line("SQLite alone, without waiting for the disk", &self.raw_unsynced);
        line(&format!("SQLite alone, {SHARED} orders in a commit"), &self.raw_shared);
        println!("the shop's time on cores: {:.0} µs an order", self.shop_core_micros);
        let goal = if self.ratio() >= GOAL { "met" } else { "MISSED" };
        println!("ratio {:.3} (goal {GOAL}: {goal})", self.ratio());
    }

    /// # Errors
    /// The goal is missed.
    pub fn judge(&self) -> Result<()> {
        ensure!(self.ratio() >= GOAL, "the shop does less than {GOAL} of what SQLite does");
        Ok(())
    }
}

/// Prepares a shop and measures it.
///
/// # Errors
/// An order was refused, the books do not add up, or the two databases differ.
pub async fn run(plan: &Plan) -> Result<Report> {
    std::fs::create_dir_all(&plan.folder)?;
    let folder = tempfile::tempdir_in(&plan.folder)?;
    let start = folder.path().join("start.db");
    let ready: Arc<[Ready]> = goods::prepare(&start, plan.orders).await?.into();
    let bench = Bench { folder: folder.path(), start: &start, ready };

    let tape = bench.record(plan.buyers).await?;
    let mut report = Report { statements: tape.statements_per_order(), ..Report::default() };
    for round in 0..plan.rounds {
        let core_before = crate::pages::core_seconds(std::process::id())?;
        report.shop.push(bench.shop("shop.db", plan.buyers).await?);
        let core = crate::pages::core_seconds(std::process::id())? - core_before;
        report.shop_core_micros = 1e6 * core / plan.orders as f64;
        report.raw.push(bench.raw(&tape, Repeat::default())?);
        if round == 0 {
            replay::same(&bench.file("recorded.db"), &bench.file("raw.db"))?;
        }
        report.raw_unsynced.push(bench.raw(&tape, Repeat { is_synced: false, ..Repeat::default() })?);
        report.raw_shared.push(bench.raw(&tape, Repeat { shared: SHARED, ..Repeat::default() })?);
    }
    report.shop_alone = bench.shop("shop.db", 1).await?;
    Ok(report)
}

struct Bench<'a> {
    folder: &'a Path,
    /// The shop before the first order.
    start: &'a Path,
    ready: Arc<[Ready]>,
}

impl Bench<'_> {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The shop as it was in the beginning, in a file of its own that is on disk whole.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let file = self.file(name);
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.file(&format!("{name}{ending}")));
        }
        std::fs::copy(self.start, &file)?;
        std::fs::File::open(&file)?.sync_all()?;
        Ok(file)
    }

    async fn open(&self, name: &str) -> Result<Services> {
        inside::open(&self.fresh(name)?, "http://127.0.0.1").await
    }

    /// Lets all orders be placed and writes down how.
    async fn record(&self, buyers: usize) -> Result<Tape> {
        let services = self.open("recorded.db").await?;
        let tape = Tape::begin()?;
        let placed = self.place_all(&services, buyers).await;
        let tape = tape.end();
        placed?;
        let report = service::books::verify_books(&services).await?;
        ensure!(report.is_sound(), "the books are not sound: {:?}", report.mismatches);
        services.db.close().await;
        tape.check(self.ready.len())?;
        Ok(tape)
    }

    /// Orders a second of the shop.
    async fn shop(&self, name: &str, buyers: usize) -> Result<f64> {
        let services = self.open(name).await?;
        let took = self.place_all(&services, buyers).await?;
        services.db.close().await;
        Ok(self.ready.len() as f64 / took.as_secs_f64())
    }

    /// Orders a second of SQLite alone.
    fn raw(&self, tape: &Tape, how: Repeat) -> Result<f64> {
        let file = self.fresh("raw.db")?;
        let took = replay::repeat(&file, tape, how)?;
        Ok(self.ready.len() as f64 / took.as_secs_f64())
    }

    async fn place_all(&self, services: &Services, buyers: usize) -> Result<Duration> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut buying = tokio::task::JoinSet::new();
        let begun = Instant::now();
        for _ in 0..buyers {
            let (services, ready, next) = (services.clone(), self.ready.clone(), next.clone());
            buying.spawn(async move {
                while let Some(one) = ready.get(next.fetch_add(1, Ordering::Relaxed)) {
                    place_order(&services, &one.viewer, one.command.clone()).await?;
                }
                Ok::<(), service::ServiceError>(())
            });
        }
        while let Some(ended) = buying.join_next().await {
            ended?.context("an order was refused")?;
        }
        Ok(begun.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole measurement in small: what is recorded can be repeated, and leaves the same database.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_recorded_is_repeated_and_leaves_the_same_database() {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { orders: 24, buyers: 4, rounds: 1, folder: folder.path().to_owned() };
        let report = run(&plan).await.unwrap();
        assert!(report.statements > 10.0, "{report:?}");
        assert!(report.ratio() > 0.0 && report.shop_alone > 0.0, "{report:?}");
    }
}
