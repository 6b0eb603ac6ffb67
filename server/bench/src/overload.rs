//! More than the shop can do: how much it still does, whom it sends away and how, and how soon it is well again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

use crate::inside;
use crate::load::{self, Sample, percentile};
use crate::network::start_network;
use crate::program::{Program, Start, free_address};
use crate::visitors::Town;

/// Visitors a second while the shop is measured at rest.
const IDLE_RATE: f64 = 10.0;
const IDLE_FOR: Duration = Duration::from_secs(15);
/// Visitors at once while it is measured how much the shop can do. What counts is the round that was served most: too few
/// leave it idle, and of too many it sends some away, who ask again at once.
const SATURATING: [u64; 3] = [4, 8, 16];
const SATURATE_FOR: Duration = Duration::from_secs(15);
/// How much more than it can do is asked of it.
pub const OVERLOAD: f64 = 1.5;
/// Goals.
const SLOWER_AT_MOST: f64 = 3.0;
const WELL_WITHIN: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The shop's core, when it has one of its own.
    pub core: Option<usize>,
    pub idle: Vec<Sample>,
    /// Visitors a second that were served at saturation.
    pub saturation: f64,
    pub during: Vec<Sample>,
    pub offered_per_second: f64,
    pub lasted: Duration,
    /// From the end of the load until pages are as quick as at rest.
    pub well_after: Duration,
    pub rss_mib: [u64; 3],
    /// Requests sent away with 503 as the shop counted them.
    pub shed: f64,
    /// How often the shop's queue of visitors became an overload while it was overloaded: once, unless it takes the one for
    /// a burst again and again.
    pub overloads: f64,
    pub books: Result<()>,
}

/// What the shop counts of the queue of visitors without a session.
const OVERLOADS: &str = "xiangji_http_overloads_total{class=\"crowd\"}";

/// Starts `binary` on a new demonstration county, on this core only or wherever the system likes, and asks too much of it
/// for `during`.
///
/// # Errors
/// The shop does not come up, or cannot be asked.
pub async fn run(binary: &Path, during: Duration, core: Option<usize>) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let county = Program::start(binary, folder.path()).await?;
    let database = county.database();
    drop(county);
    // Goods that ran out would end the measurement of purchases.
    let services = inside::open(&database, "http://127.0.0.1").await?;
    inside::stock_up(&services, usize::MAX).await?;
    services.db.close().await;
    let address = free_address()?;
    let configuration = start_network(address).await?;
    let start = Start { configuration: &configuration, core, log: Some("error") };
    let program = Program::start_as(binary, folder.path(), address, &start).await?;
    let town = Town::discover(&program.origin).await?;
    // Warm: caches, connections, the branch predictor.
    load::open_loop(IDLE_RATE, Duration::from_secs(3), |number, due| town.clone().visit(number, due)).await;
    drop(town.samples.take());
    load::open_loop(IDLE_RATE, IDLE_FOR, |number, due| town.clone().visit(number, due)).await;
    let idle = town.samples.take();
    let rss_idle = program.resident_mib();

    let mut saturation: f64 = 0.0;
    for visitors in SATURATING {
        let saturating = town.clone();
        // Keys of their own for each round, or what is asked for in the second would have been done in the first.
        let visit = move |number: u64, due| saturating.clone().visit(1_000_000 * visitors + number, due);
        load::closed_loop(visitors, SATURATE_FOR, visit).await;
        saturation = saturation.max(goodput(&town.samples.take(), SATURATE_FOR));
    }

    let overloads_before = town.metric(&program.metrics, OVERLOADS).await?;
    let offered_per_second = OVERLOAD * saturation;
    let begun = Instant::now();
    let healthy = tokio::spawn(watch_health(town.clone(), during));
    load::open_loop(offered_per_second, during, |number, due| town.clone().visit(100_000_000 + number, due))
        .await;
    let lasted = begun.elapsed();
    let rss_loaded = program.resident_mib();
    let overloads = town.metric(&program.metrics, OVERLOADS).await? - overloads_before;
    let well_after = recover(&town, &idle).await;
    healthy.await?;
    let during = town.samples.take();
    let shed = town.metric(&program.metrics, "xiangji_http_shed_total").await?;
    let rss_mib = [rss_idle, rss_loaded, program.resident_mib()];
    let books = program.verify();
    Ok(Report {
        core,
        idle,
        saturation,
        during,
        offered_per_second,
        lasted,
        well_after,
        rss_mib,
        shed,
        overloads,
        books,
    })
}

/// Asks once a second whether the shop is alive.
async fn watch_health(town: Town, during: Duration) {
    let until = Instant::now() + during;
    while Instant::now() < until {
        town.ask_health().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Visits served a second: pages shown, and purchases begun.
fn goodput(samples: &[Sample], during: Duration) -> f64 {
    let pages = samples.iter().filter(|sample| is_shown(sample)).count();
    // One visitor in twenty buys instead of looking.
    pages as f64 * 20.0 / 19.0 / during.as_secs_f64()
}

/// How long it takes until ten pages in a row are no slower than all but the slowest hundredth at rest.
async fn recover(town: &Town, idle: &[Sample]) -> Duration {
    let normal = catalogue_percentile(idle, 0.99);
    let ended = Instant::now();
    let mut quick = 0;
    let mut first_quick = Duration::ZERO;
    let probe = town.apart();
    for number in 0.. {
        let at = ended.elapsed();
        probe.look(number, Instant::now()).await;
        let is_quick =
            probe.samples.take().iter().all(|sample| sample.is_answered() && sample.latency <= normal);
        if !is_quick {
            quick = 0;
        } else if quick == 0 {
            first_quick = at;
            quick = 1;
        } else {
            quick += 1;
        }
        if quick >= 10 || at > Duration::from_secs(60) {
            break;
        }
    }
    first_quick
}

fn catalogue_percentile(samples: &[Sample], share: f64) -> Duration {
    percentile(samples.iter().filter(|sample| is_shown(sample)), share)
}

fn is_shown(sample: &Sample) -> bool {
    sample.kind == "catalogue" && sample.is_answered()
}

/// How long it took, and where: the load's own lateness, and the time from really asking to the first byte. Nothing of none.
fn print_times<'a>(name: &str, samples: impl Iterator<Item = &'a Sample> + Clone) {
    if samples.clone().next().is_none() {
        return;
    }
    let millis = |share, of: fn(&Sample) -> Duration| {
        load::percentile_of(samples.clone(), share, of).as_secs_f64() * 1000.0
    };
    println!(
        "        {name:10} p50 {:.1} ms, p99 {:.1} ms; the load was late by p50 {:.1} ms, p99 {:.1} ms; \
         asked to first byte p50 {:.1} ms, p99 {:.1} ms",
        millis(0.5, |sample| sample.latency),
        millis(0.99, |sample| sample.latency),
        millis(0.5, |sample| sample.late),
        millis(0.99, |sample| sample.late),
        millis(0.5, |sample| sample.first_byte),
        millis(0.99, |sample| sample.first_byte)
    );
}

impl Report {
    /// How much slower the slowest hundredth of the pages that were shown came than at rest.
    #[must_use]
    pub fn slower(&self) -> f64 {
        let idle = catalogue_percentile(&self.idle, 0.99).as_secs_f64();
        catalogue_percentile(&self.during, 0.99).as_secs_f64() / idle.max(1e-6)
    }

    fn of(&self, kind: &str) -> Vec<Sample> {
        self.during.iter().filter(|sample| sample.kind == kind).copied().collect()
    }

    /// The figures, for people.
    pub fn print(&self) {
        match self.core {
            Some(core) => println!("the shop on core {core}, the load on the next one"),
            None => println!("shop and load share the cores"),
        }
        println!("at rest, {IDLE_RATE} visitors/s:");
        print_times("catalogue", self.idle.iter().filter(|sample| is_shown(sample)));
        println!("saturation: {:.0} visitors/s", self.saturation);
        println!(
            "overload: {:.0} visitors/s for {:.0} s",
            self.offered_per_second,
            self.lasted.as_secs_f64()
        );
        for kind in ["catalogue", "checkout", "return", "health"] {
            let samples = self.of(kind);
            let answered = || samples.iter().filter(|sample| sample.is_answered());
            println!(
                "    {kind:10} {:>7} sent, {:>5.1} % answered, by status {:?}",
                samples.len(),
                100.0 * answered().count() as f64 / samples.len().max(1) as f64,
                load::by_status(&samples)
            );
            print_times("answered", answered());
            print_times("sent away", samples.iter().filter(|sample| sample.is_shed()));
        }
        println!("the queue of visitors became an overload {:.0} times", self.overloads);
        println!("catalogue p99 {:.1} times that at rest (goal {SLOWER_AT_MOST})", self.slower());
        println!(
            "well again after {:.2} s (goal {} s)",
            self.well_after.as_secs_f64(),
            WELL_WITHIN.as_secs()
        );
        println!("sent away with 503: {:.0} as the shop counted", self.shed);
        println!("memory at rest, under load, after: {:?} MiB", self.rss_mib);
        match &self.books {
            Ok(()) => println!("the books are sound"),
            Err(error) => println!("THE BOOKS ARE NOT SOUND: {error:#}"),
        }
    }

    /// Whether the shop kept its promises.
    ///
    /// # Errors
    /// The first promise that it broke.
    pub fn judge(&self) -> Result<()> {
        if let Err(error) = &self.books {
            anyhow::bail!("the books are not sound: {error:#}");
        }
        let strange: Vec<&Sample> =
            self.during.iter().filter(|sample| !sample.is_answered() && !sample.is_shed()).collect();
        ensure!(
            strange.is_empty(),
            "{} answers that were neither given nor put off: {:?}",
            strange.len(),
            strange[0]
        );
        let silent = self.during.iter().filter(|sample| sample.is_shed() && !sample.says_when).count();
        ensure!(silent == 0, "{silent} were sent away without being told when to come again");
        ensure!(self.during.iter().any(is_shown), "nobody was shown anything");
        ensure!(self.well_after <= WELL_WITHIN, "well again only after {:?}", self.well_after);
        ensure!(self.slower() <= SLOWER_AT_MOST, "catalogue p99 {:.1} times that at rest", self.slower());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: &'static str, status: u16, millis: u64) -> Sample {
        Sample {
            kind,
            status,
            latency: Duration::from_millis(millis),
            late: Duration::ZERO,
            first_byte: Duration::ZERO,
            says_when: status == 503,
        }
    }

    /// A hundred pages of 1 to 100 ms, each `slower` times as slow.
    fn pages(slower: u64) -> Vec<Sample> {
        (1..=100).map(|millis| sample("catalogue", 200, millis * slower)).collect()
    }

    /// As good as it has to be, and no better.
    fn good() -> Report {
        let mut during = pages(3);
        during.extend([sample("catalogue", 503, 1), sample("checkout", 303, 900), sample("health", 200, 1)]);
        Report {
            core: None,
            idle: pages(1),
            saturation: 100.0,
            during,
            offered_per_second: 150.0,
            lasted: Duration::from_secs(10),
            well_after: Duration::from_secs(2),
            rss_mib: [50, 60, 55],
            shed: 1.0,
            overloads: 1.0,
            books: Ok(()),
        }
    }

    /// Why the report is bad once it was changed.
    fn bad(change: impl FnOnce(&mut Report)) -> String {
        let mut report = good();
        change(&mut report);
        report.judge().unwrap_err().to_string()
    }

    #[test]
    fn what_keeps_every_goal_just_so_is_good() {
        assert!(good().judge().is_ok(), "{:?}", good().judge());
    }

    #[test]
    fn each_broken_goal_is_named() {
        // Of 100 pages the 99th counts: one that is slow does no harm, two do.
        assert!(good().slower() > 2.99 && good().slower() < 3.01);
        let slow = |report: &mut Report, count: usize| {
            let last = report.during.iter_mut().filter(|sample| sample.is_answered()).take(100);
            last.skip(100 - count).for_each(|sample| sample.latency = Duration::from_millis(320));
        };
        let mut one_slow = good();
        slow(&mut one_slow, 1);
        assert!(one_slow.judge().is_ok());
        assert_eq!(bad(|report| slow(report, 2)), "catalogue p99 3.2 times that at rest");
        assert_eq!(
            bad(|report| report.well_after = Duration::from_millis(2100)),
            "well again only after 2.1s"
        );
        let silent = |report: &mut Report| report.during.iter_mut().for_each(|one| one.says_when = false);
        assert_eq!(bad(silent), "1 were sent away without being told when to come again");
        for status in [0, 404, 500, 502] {
            let said = bad(|report| report.during.push(sample("return", status, 5)));
            assert!(said.starts_with("1 answers that were neither given nor put off"), "{status}: {said}");
        }
        let books = bad(|report| report.books = Err(anyhow::anyhow!("I4 captured money")));
        assert_eq!(books, "the books are not sound: I4 captured money");
        let nothing = bad(|report| report.during.retain(|sample| sample.kind != "catalogue"));
        assert_eq!(nothing, "nobody was shown anything");
        // Whoever measured nothing at rest has nothing to compare with.
        assert!(bad(|report| report.idle.clear()).starts_with("catalogue p99"));
    }

    #[test]
    fn what_is_not_shown_counts_neither_for_the_speed_nor_as_served() {
        let mut report = good();
        // Sent away at once, or a purchase: neither makes the pages quicker or slower.
        report.during.extend((0..1000).map(|_| sample("catalogue", 503, 0)));
        report.during.extend((0..1000).map(|_| sample("checkout", 200, 5_000)));
        assert!(report.judge().is_ok());
        // Nineteen of twenty visitors look: 95 pages shown are 100 visitors.
        let mut served: Vec<Sample> = pages(1).into_iter().take(95).collect();
        served.extend([sample("catalogue", 503, 1), sample("checkout", 200, 1)]);
        let per_second = goodput(&served, Duration::from_secs(10));
        assert!(per_second > 9.99 && per_second < 10.01, "{per_second}");
    }
}
