//! `cargo xtask test`: every check, in an order in which cheap ones speak first, with a table of where the time went.

use crate::client::Bundle;
use crate::postgres::Cluster;
use crate::tools::{self, WASM_TARGET};
use crate::{broken, bucket, deploy, direction, e2e, long, supply};
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run these steps only
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Leave these steps out
    #[arg(long, value_name = "STEP")]
    skip: Vec<Step>,
    /// List the steps; with `--long`, the harnesses and the variables that name their counts
    #[arg(long)]
    list: bool,
    /// Run the reliability harnesses with their long counts instead (hours). XIANGJI_LONG_<NAME> names another count,
    /// for example XIANGJI_LONG_R1=50 kills; XIANGJI_SEED begins another sequence of accidents
    #[arg(long)]
    long: bool,
    /// With --long: run these harnesses only
    #[arg(long, value_name = "NAME", requires = "long")]
    harness: Vec<String>,
    /// Break the promises of xtask/mutants one after the other (or those named) and demand that the harnesses notice
    #[arg(long, value_name = "MUTANT", num_args = 0.., conflicts_with = "long")]
    broken: Option<Vec<String>>,
}

/// The steps in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    Fmt,
    Direction,
    Supply,
    Lint,
    Unit,
    Features,
    E2e,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Direction => "direction",
            Self::Supply => "supply",
            Self::Lint => "lint",
            Self::Unit => "unit",
            Self::Features => "features",
            Self::E2e => "e2e",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Fmt => "formatting",
            Self::Direction => "which crate may depend on which",
            Self::Supply => {
                "licences, bans, sources and lock files of what comes from outside, by deny.toml; the units of docs/deploy"
            }
            Self::Lint => "clippy without warnings, for the server with every feature and for the browser",
            Self::Unit => "unit, property, store and HTTP tests, on SQLite and PostgreSQL",
            Self::Features => "what is built only when asked for: passkeys, photos in a bucket",
            Self::E2e => "the shop in Chromium, phone and desktop, with and without JavaScript",
        }
    }

    fn run(self) -> Result<()> {
        match self {
            Self::Fmt => tools::run("cargo fmt --check", tools::cargo("fmt").args(["--all", "--check"])),
            Self::Direction => direction::check(),
            Self::Supply => supply::check().and(deploy::check()),
            Self::Lint => lint(),
            Self::Unit => unit(),
            Self::Features => features(),
            Self::E2e => e2e::run(&[]),
        }
    }
}

/// Runs the chosen steps, all of them even if one fails, so that one run tells everything; then prints the table.
pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(chosen) = &arguments.broken {
        return broken::run(chosen);
    }
    if arguments.long {
        if arguments.list {
            print!("{}", long::list());
            return Ok(());
        }
        return long::run(&arguments.harness);
    }
    let chosen: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| arguments.only.is_empty() || arguments.only.contains(step))
        .filter(|step| !arguments.skip.contains(step))
        .collect();
    if arguments.list {
        for step in chosen {
            println!("{:10} {}", step.name(), step.meaning());
        }
        return Ok(());
    }
    say_room();
    let mut results: Vec<(Step, Duration, Result<()>)> = Vec::new();
    for step in chosen {
        println!("\n===== {}: {}", step.name(), step.meaning());
        let started = Instant::now();
        let result = step.run();
        if let Err(error) = &result {
            println!("{} failed: {error:#}", step.name());
        }
        results.push((step, started.elapsed(), result));
    }
    report(&results)
}

/// A full disk shows itself as a linker that crashes, half an hour later; so the room is told first.
fn say_room() {
    const WANTED_GB: u64 = 12;
    if let Some(free_gb) = tools::free_gb(&tools::target_dir()).filter(|free_gb| *free_gb < WANTED_GB) {
        println!(
            "Only {free_gb} GB are free under target/; from a fresh clone all steps together take {WANTED_GB} GB."
        );
    }
}

fn report(results: &[(Step, Duration, Result<()>)]) -> Result<()> {
    println!("\n{:10} {:>12}  result", "step", "time");
    for (step, duration, result) in results {
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        println!("{:10} {:>12}  {word}", step.name(), tools::seconds(*duration));
    }
    let total = results.iter().map(|(_, duration, _)| *duration).sum();
    println!("{:10} {:>12}", "total", tools::seconds(total));
    let failed: Vec<&str> =
        results.iter().filter(|(_, _, result)| result.is_err()).map(|(step, _, _)| step.name()).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn lint() -> Result<()> {
    tools::step("clippy for the server", || {
        let mut command = tools::cargo("clippy");
        // With every feature: what is built without them is compiled by the tests.
        let features: Vec<String> =
            bucket::FEATURES.split(',').map(|feature| format!("xiangji/{feature}")).collect();
        command.args([
            "--workspace",
            "--exclude",
            "client",
            "--all-targets",
            "--features",
            &features.join(","),
        ]);
        command.args(["--", "-D", "warnings"]);
        tools::run("clippy", &mut command)
    })?;
    tools::ensure_wasm_target()?;
    for bundle in Bundle::ALL {
        tools::step(&format!("clippy for the browser ({})", bundle.feature()), || {
            let mut command = tools::cargo("clippy");
            command.args(["--package", "client", "--target", WASM_TARGET]);
            command.args(["--no-default-features", "--features", bundle.feature(), "--", "-D", "warnings"]);
            tools::run("clippy", &mut command)
        })?;
    }
    Ok(())
}

/// PostgreSQL is not optional here: a test that needs it and does not find it has to fail, not to be skipped.
fn unit() -> Result<()> {
    tools::ensure_strace()?;
    tools::ensure_second_font()?;
    let cluster = Cluster::start()?;
    let mut command = tools::cargo("test");
    command.args(["--workspace", "--exclude", "client", "--no-fail-fast"]);
    command.env("XIANGJI_TEST_POSTGRES_URL", cluster.url());
    tools::run("cargo test", &mut command)
}

/// The server with everything it can be built with; its tests are those that only then have something to look at.
fn features() -> Result<()> {
    let cluster = Cluster::start()?;
    let mut command = tools::cargo("test");
    command.args(["--package", "service", "--features", "passkeys", "--lib", "accounts::"]);
    command.env("XIANGJI_TEST_POSTGRES_URL", cluster.url());
    tools::run("cargo test of passkeys", &mut command)?;
    let mut command = tools::cargo("test");
    command.args(["--package", "service", "--features", "passkeys", "--test", "hostile", "authenticator"]);
    tools::run("cargo test of what authenticators write", &mut command)?;
    let mut command = tools::cargo("test");
    command.args(["--package", "xiangji", "--features", bucket::FEATURES, "--test", "http"]);
    tools::run("cargo test of passkeys over HTTP", command.args(["--", "passkeys", "access"]))?;
    bucket::run_where_possible()
}
