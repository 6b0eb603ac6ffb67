//! `cargo xtask test --long`: the reliability harnesses with their long counts.
//!
//! [`HARNESSES`] is the one place that names them. Each reads two variables: `XIANGJI_LONG=1` asks for the long run, and
//! `XIANGJI_LONG_<NAME>` for another count than its own; `XIANGJI_SEED` begins another sequence of accidents in those
//! that have one. The short runs of all of them are part of the ordinary tests.
//!
//! The test binaries are built first and then run one after the other, outside cargo. Lines that a harness begins with
//! its name (`R1 …`) are its figures; they are repeated at the end in a form for docs/BENCHMARKS.md.

use crate::postgres::Cluster;
use crate::{bucket, ran, tools};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One harness: a test binary and what of it is run.
#[derive(Debug, Clone, Copy)]
struct Harness {
    /// What `--harness` calls it.
    name: &'static str,
    package: &'static str,
    binary: &'static str,
    /// Parts of the names of the tests, any of which will do; empty for all.
    filter: &'static str,
    /// The variable that names another count; empty when there is none.
    count: &'static str,
    /// What the long run is.
    long: &'static str,
}

const fn harness(
    name: &'static str,
    [package, binary, filter]: [&'static str; 3],
    count: &'static str,
    long: &'static str,
) -> Harness {
    Harness { name, package, binary, filter, count, long }
}

/// All of them, in the order in which they run.
const HARNESSES: [Harness; 12] = [
    harness(
        "r2",
        ["service", "money", "stock:: caps::"],
        "R2",
        "500 rounds of 200 buyers for the last piece, and caps on what is held unpaid, on each engine",
    ),
    harness(
        "r3",
        ["service", "money", "notices::"],
        "R3",
        "every order of a payment's events, doubled and dropped",
    ),
    harness(
        "r3-http",
        ["xiangji", "http", "payment_events::"],
        "",
        "the same events really signed: every order of two copies, one lost, one failing once",
    ),
    harness(
        "r4",
        ["service", "money", "races::"],
        "R4",
        "10,000 races around the end of a hold and 1,000 with everything at once, on each engine",
    ),
    harness(
        "r5",
        ["service", "money", "properties::"],
        "R5",
        "300 markets: sums exact, every yuan attributed",
    ),
    harness(
        "model",
        ["service", "model", ""],
        "MODEL",
        "1,000 lives of orders against a reference, on each engine",
    ),
    harness(
        "r10",
        ["xiangji", "faults", "sync::"],
        "R10",
        "100 orders under strace: no answer before its sync",
    ),
    harness(
        "drill",
        ["xiangji", "faults", "drill:: several::"],
        "",
        "backup, restore and move under load; two servers on one database",
    ),
    harness(
        "r7-sqlite",
        ["xiangji", "faults", "disk:: lock:: paused:: twice_on_sqlite"],
        "",
        "disk full, foreign writer, server stopped, payment network in trouble",
    ),
    harness(
        "r7-postgresql",
        ["xiangji", "faults", "restart:: twice_on_postgresql"],
        "",
        "PostgreSQL restarted, one of two servers stopped, payment network in trouble",
    ),
    harness("r1-sqlite", ["xiangji", "faults", "nothing_on_sqlite"], "R1", "1,000 kills under mixed load"),
    harness(
        "r1-postgresql",
        ["xiangji", "faults", "nothing_on_postgresql"],
        "R1",
        "1,000 kills under mixed load",
    ),
];

/// The harnesses with their variables, one line each.
pub fn list() -> String {
    let mut text = String::new();
    for harness in HARNESSES {
        let count = if harness.count.is_empty() {
            "–".to_owned()
        } else {
            format!("XIANGJI_LONG_{}", harness.count)
        };
        let _ = writeln!(text, "{:14} {:20} {}", harness.name, count, harness.long);
    }
    let _ = writeln!(text, "{:14} {:20} {}", bucket::NAME, "–", bucket::MEANING);
    text
}

/// How a harness ended.
#[derive(Debug)]
struct Row {
    name: &'static str,
    long: &'static str,
    /// Why it does not hold.
    complaint: Option<String>,
    took: Duration,
    figures: Vec<String>,
}

/// Runs the chosen harnesses (all, when none is named), every one even if another fails.
pub fn run(chosen: &[String]) -> Result<()> {
    let is_known =
        |name: &String| name == bucket::NAME || HARNESSES.iter().any(|harness| harness.name == name.as_str());
    if let Some(unknown) = chosen.iter().find(|name| !is_known(name)) {
        bail!("there is no harness {unknown}; there are\n{}", list());
    }
    let is_chosen = |harness: &str| chosen.is_empty() || chosen.iter().any(|name| name == harness);
    let mut rows = Vec::new();
    if is_chosen(bucket::NAME) {
        rows.push(row(bucket::NAME, bucket::MEANING, || bucket::run().map(|()| (None, Vec::new()))));
    }
    let harnesses: Vec<Harness> = HARNESSES.into_iter().filter(|harness| is_chosen(harness.name)).collect();
    if !harnesses.is_empty() {
        rows.extend(run_all(&harnesses)?);
    }
    report(&rows)
}

/// Builds the harnesses and runs them one after the other.
fn run_all(harnesses: &[Harness]) -> Result<Vec<Row>> {
    if harnesses.iter().any(|harness| harness.name == "r10") {
        tools::ensure_strace()?;
    }
    let binaries = tools::step("Building the harnesses", || build(harnesses))?;
    let cluster = Cluster::start()?;
    let run = |harness: &Harness| {
        let key = (harness.package.to_owned(), harness.binary.to_owned());
        let binary = binaries.get(&key).with_context(|| format!("no test binary {}", harness.binary))?;
        run_one(binary, harness, &cluster)
    };
    Ok(harnesses.iter().map(|harness| row(harness.name, harness.long, || run(harness))).collect())
}

/// Runs one harness. What keeps it from running is its failure, not that of the others.
fn row(
    name: &'static str,
    long: &'static str,
    run: impl FnOnce() -> Result<(Option<String>, Vec<String>)>,
) -> Row {
    println!("\n===== {name}: {long}");
    let started = Instant::now();
    let (complaint, figures) = run().unwrap_or_else(|error| (Some(format!("{error:#}")), Vec::new()));
    if let Some(complaint) = &complaint {
        println!("FAILED: {complaint}");
    }
    Row { name, long, complaint, took: started.elapsed(), figures }
}

/// Builds the binaries and says where they are, by package and name.
fn build(harnesses: &[Harness]) -> Result<BTreeMap<(String, String), PathBuf>> {
    let mut command = tools::cargo("test");
    command.args(["--no-run", "--message-format=json-render-diagnostics"]);
    let mut named: Vec<&str> = Vec::new();
    for harness in harnesses {
        for (flag, name) in [("--package", harness.package), ("--test", harness.binary)] {
            if !named.contains(&name) {
                named.push(name);
                command.args([flag, name]);
            }
        }
    }
    command.stderr(Stdio::inherit());
    let output = command.output().context("cargo test --no-run")?;
    if !output.status.success() {
        bail!("the harnesses do not build");
    }
    let mut found = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let (Some(executable), Some(target)) =
            (message["executable"].as_str(), message["target"]["name"].as_str())
        else {
            continue;
        };
        let manifest = message["manifest_path"].as_str().unwrap_or_default();
        let package = harnesses.iter().find(|harness| {
            let folder = if harness.package == "xiangji" { "server" } else { harness.package };
            manifest.ends_with(&format!("{folder}/Cargo.toml"))
        });
        if let Some(package) = package {
            found.insert((package.package.to_owned(), target.to_owned()), PathBuf::from(executable));
        }
    }
    Ok(found)
}

/// Runs one harness, shows what it says as it says it, and keeps its figures; answers what is wrong with it first.
fn run_one(binary: &Path, harness: &Harness, cluster: &Cluster) -> Result<(Option<String>, Vec<String>)> {
    let folder = if harness.package == "xiangji" {
        "server".to_owned()
    } else {
        format!("server/{}", harness.package)
    };
    let mut command = Command::new(binary);
    command.current_dir(tools::root().join(folder)).args(["--nocapture", "--test-threads=1"]);
    command.args(harness.filter.split_whitespace());
    command.env("XIANGJI_LONG", "1").env("XIANGJI_TEST_POSTGRES_URL", cluster.url());
    let ran = ran::run(&mut command)?;
    let figures = ran.lines.iter().filter_map(|line| figure(line)).map(str::to_owned).collect();
    Ok((ran.complaint(harness.filter), figures))
}

/// The figure in a line: from the promise's name on (`test kills::… ... R1 sqlite: 1000 kills survived`).
fn figure(line: &str) -> Option<&str> {
    let starts = |at: &usize| {
        let rest = &line[*at..];
        let name = rest.split([' ', ':']).next().unwrap_or_default();
        let is_promise = name
            .strip_prefix('R')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
        is_promise || rest.starts_with("SKIPPED")
    };
    let words = std::iter::once(0).chain(line.match_indices("... ").map(|(at, dots)| at + dots.len()));
    words.into_iter().find(starts).map(|at| &line[at..])
}

fn report(rows: &[Row]) -> Result<()> {
    println!("\nMeasured {}\n", conditions());
    println!("| harness | long run | result | time |\n| --- | --- | --- | --- |");
    for row in rows {
        let result = match &row.complaint {
            None => "holds".to_owned(),
            Some(complaint) => format!("**FAILED**: {}", complaint.lines().next().unwrap_or_default()),
        };
        println!("| {} | {} | {result} | {} |", row.name, row.long, tools::seconds(row.took));
    }
    println!();
    for figure in rows.iter().flat_map(|row| &row.figures) {
        println!("- {figure}");
    }
    let failed: Vec<&str> = rows.iter().filter(|row| row.complaint.is_some()).map(|row| row.name).collect();
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

/// On what the figures were obtained.
fn conditions() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = read("/proc/meminfo");
    let kib = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    let kernel = read("/proc/sys/kernel/osrelease");
    let variables: Vec<String> = std::env::vars()
        .filter(|(name, _)| name.starts_with("XIANGJI_LONG_") || name == "XIANGJI_SEED")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "with the development profile on {cores} cores, {} GiB, Linux {}{}",
        kib.unwrap_or_default() / (1 << 20),
        kernel.trim(),
        if variables.is_empty() { String::new() } else { format!(", {}", variables.join(" ")) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_behind_the_name_of_a_test_and_nowhere_else() {
        assert_eq!(figure("R1 sqlite: 3 kills"), Some("R1 sqlite: 3 kills"));
        assert_eq!(figure("test kills::x ... R10: 5 answers"), Some("R10: 5 answers"));
        assert_eq!(figure("test kills::x ... ok"), None);
        assert_eq!(figure("Ready"), None);
    }

    #[test]
    fn every_harness_has_a_name_of_its_own() {
        let text = list();
        assert_eq!(text.lines().count(), HARNESSES.len() + 1, "and the bucket's");
        for harness in HARNESSES {
            assert_eq!(HARNESSES.iter().filter(|other| other.name == harness.name).count(), 1);
        }
    }
}
