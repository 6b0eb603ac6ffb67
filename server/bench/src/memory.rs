//! How much memory the shop takes at rest, and whether that grows with what it has done (P8).
//!
//! The payment network is a process of its own, this one, as the real one is: what it remembers is not the shop's memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

use crate::load::Sample;
use crate::network::start_network;
use crate::program::{Memory, Program, free_address};
use crate::visitors::Town;

/// Of so many visitors one buys, the others look at a page.
const ONE_BUYS_OF: u64 = 20;
/// Pages looked at between the two measurements at rest.
const SOME_VISITS: u64 = 200;
/// The part of the requests during which caches fill and connections are made.
const WARM_UP: f64 = 0.2;
/// Goals.
const REST_AT_MOST_BYTES: u64 = 150_000_000;
const GROWTH_AT_MOST: f64 = 0.02;
const TOLD_EVERY: Duration = Duration::from_secs(15);
/// A shop that answers nothing for so long has ended.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(10);

/// Memory after so many requests.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub requests: u64,
    pub memory: Memory,
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    pub rest: Duration,
    /// At rest: after the start that made the county, after a start on the county as it is, after some visits.
    pub first_start: Memory,
    pub restarted: Memory,
    pub visited: Memory,
    /// Twice a second while it was busy.
    pub readings: Vec<Reading>,
    pub purchases: u64,
    pub lasted: Duration,
    /// How often each status was answered to each kind of request.
    pub seen: BTreeMap<(&'static str, u16), usize>,
    pub books: Result<()>,
}

/// Starts `binary` on a new demonstration county, lets it rest, and sends it `requests`.
///
/// # Errors
/// The shop does not come up, or cannot be asked.
pub async fn run(binary: &Path, requests: u64, rest: Duration) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let made = Program::start(binary, folder.path()).await?;
    tokio::time::sleep(rest).await;
    let first_start = made.memory();
    drop(made);

    let address = free_address()?;
    let configuration = start_network(address).await?;
    let program = Program::start_with(binary, folder.path(), address, &configuration).await?;
    tokio::time::sleep(rest).await;
    let restarted = program.memory();
    let town = Town::discover(&program.origin).await?;
    for number in 0..SOME_VISITS {
        town.look(number, Instant::now()).await;
    }
    tokio::time::sleep(rest).await;
    let visited = program.memory();
    drop(town.samples.take());

    let begun = Instant::now();
    let mut busy = Busy {
        town,
        program: &program,
        wanted: requests,
        done: 0,
        readings: Vec::new(),
        seen: BTreeMap::new(),
    };
    let purchases = busy.run().await?;
    let Busy { readings, seen, .. } = busy;
    Ok(Report {
        rest,
        first_start,
        restarted,
        visited,
        readings,
        purchases,
        lasted: begun.elapsed(),
        seen,
        books: program.verify(),
    })
}

/// The shop at work.
struct Busy<'a> {
    town: Town,
    program: &'a Program,
    wanted: u64,
    done: u64,
    readings: Vec<Reading>,
    seen: BTreeMap<(&'static str, u16), usize>,
}

impl Busy<'_> {
    /// Keeps as many visitors coming as there are cores, until all requests are answered; answers how many of them bought.
    async fn run(&mut self) -> Result<u64> {
        let purchases = Arc::new(AtomicU64::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        let visitors = std::thread::available_parallelism().map_or(2, usize::from).max(2) as u64;
        let mut running = tokio::task::JoinSet::new();
        for first in 0..visitors {
            let (town, purchases, is_over) = (self.town.clone(), purchases.clone(), is_over.clone());
            running.spawn(async move {
                let mut number = first;
                while !is_over.load(Ordering::Relaxed) {
                    if number.is_multiple_of(ONE_BUYS_OF) {
                        let bought = town.buy_and_give_back(number, Instant::now()).await;
                        purchases.fetch_add(u64::from(bought), Ordering::Relaxed);
                    } else {
                        town.look(number, Instant::now()).await;
                    }
                    number += visitors;
                }
            });
        }
        let mut told = Instant::now();
        while self.done < self.wanted {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let samples = self.town.samples.take();
            ensure!(!samples.is_empty() || told.elapsed() < GIVEN_UP_AFTER, "the shop answers no more");
            self.note(&samples);
            self.readings.push(Reading { requests: self.done, memory: self.program.memory() });
            if told.elapsed() > TOLD_EVERY {
                told = Instant::now();
                println!("    {} of {} requests, {}", self.done, self.wanted, self.program.memory());
            }
        }
        is_over.store(true, Ordering::Relaxed);
        while running.join_next().await.is_some() {}
        self.note(&self.town.samples.take());
        Ok(purchases.load(Ordering::Relaxed))
    }

    fn note(&mut self, samples: &[Sample]) {
        self.done += samples.len() as u64;
        for sample in samples {
            *self.seen.entry((sample.kind, sample.status)).or_default() += 1;
        }
    }
}

/// By how much a figure grew along a straight line through all readings, as a part of their mean; 0 for fewer than two.
fn growth(readings: &[(f64, f64)]) -> f64 {
    let count = readings.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| readings.iter().map(of).sum::<f64>() / count;
    let (mean_at, mean_is) = (mean(|reading| reading.0), mean(|reading| reading.1));
    let spread: f64 = readings.iter().map(|(at, _)| (at - mean_at).powi(2)).sum();
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else { return 0.0 };
    if spread == 0.0 || mean_is == 0.0 {
        return 0.0;
    }
    let common: f64 = readings.iter().map(|(at, is)| (at - mean_at) * (is - mean_is)).sum();
    common / spread * (last.0 - first.0) / mean_is
}

impl Report {
    /// The readings after the warm-up, as requests and bytes.
    fn settled(&self, bytes: fn(&Memory) -> u64) -> Vec<(f64, f64)> {
        let all = self.readings.last().map_or(0, |reading| reading.requests) as f64;
        let settled = self.readings.iter().filter(|reading| reading.requests as f64 >= WARM_UP * all);
        settled.map(|reading| (reading.requests as f64, bytes(&reading.memory) as f64)).collect()
    }

    /// How much the memory grew after the warm-up, as a part of itself.
    #[must_use]
    pub fn growth(&self) -> f64 {
        growth(&self.settled(|memory| memory.resident_bytes))
    }

    /// The figures, for people.
    pub fn print(&self) {
        println!("at rest for {} s:", self.rest.as_secs());
        println!("    after the start that made the county  {}", self.first_start);
        println!("    after a start on the county as it is  {}", self.restarted);
        println!("    after {SOME_VISITS} pages                       {}", self.visited);
        let requests = self.readings.last().map_or(0, |reading| reading.requests);
        println!(
            "{requests} requests in {:.0} s, {} purchases given back; answers by kind and status: {:?}",
            self.lasted.as_secs_f64(),
            self.purchases,
            self.seen
        );
        for tenth in 1..=10 {
            let at = requests * tenth / 10;
            if let Some(reading) = self.readings.iter().find(|reading| reading.requests >= at) {
                println!("    {:>9} requests  {}", reading.requests, reading.memory);
            }
        }
        println!(
            "growth after the first {:.0} %: {:+.2} % (goal {:.0} %), of the program's own memory {:+.2} %",
            100.0 * WARM_UP,
            100.0 * self.growth(),
            100.0 * GROWTH_AT_MOST,
            100.0 * growth(&self.settled(|memory| memory.own_bytes))
        );
        match &self.books {
            Ok(()) => println!("the books are sound"),
            Err(error) => println!("THE BOOKS ARE NOT SOUND: {error:#}"),
        }
    }

    /// Whether the shop kept its promises.
    ///
    /// # Errors
    /// The first promise that it broke, or that the load was none.
    pub fn judge(&self) -> Result<()> {
        if let Err(error) = &self.books {
            anyhow::bail!("the books are not sound: {error:#}");
        }
        let all: usize = self.seen.values().sum();
        let given = self.seen.iter().filter(|((_, status), _)| (200..400).contains(status));
        let given: usize = given.map(|(_, count)| count).sum();
        ensure!(
            given as f64 >= 0.95 * all as f64,
            "only {given} of {all} requests were given what they asked for"
        );
        ensure!(self.purchases > 0, "nobody bought anything");
        for (when, memory) in [
            ("the first start", self.first_start),
            ("a start", self.restarted),
            ("some visits", self.visited),
        ] {
            ensure!(memory.resident_bytes > 0, "this system does not tell how much memory a process has");
            ensure!(memory.resident_bytes <= REST_AT_MOST_BYTES, "at rest after {when}: {memory}");
        }
        ensure!(self.growth() <= GROWTH_AT_MOST, "memory grew by {:.2} %", 100.0 * self.growth());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(resident: impl Fn(u64) -> u64) -> Report {
        let memory = |bytes| Memory { resident_bytes: bytes, own_bytes: bytes, mapped_bytes: 0 };
        let readings =
            (1..=1000).map(|at| Reading { requests: at * 100, memory: memory(resident(at * 100)) });
        Report {
            rest: Duration::ZERO,
            first_start: memory(90_000_000),
            restarted: memory(80_000_000),
            visited: memory(85_000_000),
            readings: readings.collect(),
            purchases: 5000,
            lasted: Duration::from_secs(1),
            seen: BTreeMap::from([(("catalogue", 200), 99), (("catalogue", 503), 1)]),
            books: Ok(()),
        }
    }

    #[test]
    fn memory_that_settles_after_a_while_is_flat_and_a_small_leak_is_seen() {
        let settles = report(|at| 100_000_000 + 30_000_000 * at.min(20_000) / 20_000);
        assert!(settles.growth().abs() < 0.001, "{}", settles.growth());
        settles.judge().unwrap();
        // Sixty bytes a request, on top of what goes up and down.
        let leaks = report(|at| 130_000_000 + 60 * at + at % 7 * 100_000);
        assert!(leaks.growth() > 0.03, "{}", leaks.growth());
        assert!(leaks.judge().is_err());
    }

    #[test]
    fn a_fat_shop_a_silent_system_and_a_load_that_is_none_are_told() {
        let flat = || report(|_| 120_000_000);
        let with = |resident_bytes| Memory { resident_bytes, ..Memory::default() };
        assert!(Report { restarted: with(150_000_001), ..flat() }.judge().is_err());
        assert!(Report { visited: with(0), ..flat() }.judge().is_err());
        assert!(Report { purchases: 0, ..flat() }.judge().is_err());
        let seen = BTreeMap::from([(("catalogue", 200), 9), (("catalogue", 503), 1)]);
        assert!(Report { seen, ..flat() }.judge().is_err());
        flat().judge().unwrap();
    }
}
