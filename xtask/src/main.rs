//! The project's only task list: `cargo xtask serve | site | test | e2e | bench | ci`.
//!
//! # What a task may count on
//!
//! Rust (rustup or a distribution's packages) and a C compiler. Node with npm is used where it is found: it brings
//! `wasm-opt`, which makes the browser's part smaller, and Playwright for the end-to-end tests. Nothing has to be
//! installed by hand before `serve`; a task that lacks something installs it if it may, and otherwise says what to
//! install.
//!
//! # Files
//!
//! - `site` (with `client`, `style`, `compress`): the browser's files in `target/site`, with the manifest that
//!   the server reads
//! - `serve`: site, server, run
//! - `test`, `direction`, `e2e`: the steps of `cargo xtask test`; `long`: the reliability harnesses of its `--long`,
//!   `ran`: whether what they ran proves anything
//! - `broken`: proof that the harnesses can fail (`cargo xtask test --broken`)
//! - `fuzz`: libFuzzer on the parsers of foreign bytes
//! - `supply`, `sbom`: what comes in from outside, and what of it is in the program; `advisories`: what is known of it
//! - `deploy`: what the shop is installed by, units and container
//! - `postgres`: a throwaway PostgreSQL cluster
//! - `bench`: figures; `lighthouse`: those of pages as a phone sees them; `rebuild`: how soon a change is seen
//! - `../fonts`, `../sharp`, `../tools`, `../lighthouse`: what comes from npm, pinned
//! - `tools`: commands, timing, guarded child processes

mod advisories;
mod bench;
mod broken;
mod bucket;
mod client;
mod compress;
mod deploy;
mod direction;
mod e2e;
mod fuzz;
mod lighthouse;
mod long;
mod postgres;
mod ran;
mod rebuild;
mod sbom;
mod serve;
mod site;
mod style;
mod supply;
mod test;
mod tools;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The tasks of this project", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything and serve the shop on this machine
    Serve(serve::Arguments),
    /// Build the browser's files into target/site
    Site {
        /// Debug WASM, no wasm-opt, no compression: quick to build, large to load
        #[arg(long)]
        dev: bool,
    },
    /// Run every check: formatting, dependency direction, lints, tests on both databases, end-to-end tests
    Test(test::Arguments),
    /// Write the bill of materials (CycloneDX) and the licence texts of what is in the program
    Sbom(sbom::Arguments),
    /// Hold Cargo.lock against the advisory database (needs the network; once a week)
    Advisories,
    /// Run the end-to-end tests in Chromium
    E2e(e2e::Arguments),
    /// Try the parsers of foreign bytes with libFuzzer, which follows them into every branch
    Fuzz(fuzz::Arguments),
    /// Print a figure with its conditions
    Bench(bench::Arguments),
    /// What continuous integration runs: the same as `test`
    Ci(test::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Serve(arguments) => serve::run(&arguments),
        Task::Site { dev } => site::build(site::Mode::from_dev_flag(dev)).map(|_| ()),
        Task::Test(arguments) | Task::Ci(arguments) => test::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::E2e(arguments) => e2e::run(&arguments.playwright),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Sbom(arguments) => sbom::run(&arguments),
        Task::Advisories => advisories::run(),
    }
}
