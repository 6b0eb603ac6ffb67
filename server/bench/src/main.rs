//! `bench overload`: load for the shop from outside.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Load for the shop")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Ask 150 % of what the shop can do, and see how it takes it
    Overload {
        /// The program
        #[arg(long)]
        program: PathBuf,
        /// How long
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// A core for the shop alone; the load takes the next one. Without it they share what there is
        #[arg(long)]
        core: Option<usize>,
    },
    /// How much memory the shop takes at rest, and whether that grows over many requests
    Memory(MemoryArguments),
    /// The shop's list and product pages against the same pages written by hand
    Pages(bench::pages::Arguments),
    /// The pages written by hand
    Twin(bench::pages::TwinArguments),
    /// Durable orders against what SQLite does by itself
    Orders(bench::orders::Arguments),
    /// Photos made ready for the shop, against sharp
    Images(bench::images::Arguments),
    /// The shop's side of that: makes photos ready that it is told of
    ImagesWorker(bench::images::WorkerArguments),
    /// Pages of a shop with a million products and ten million order lines, against those of the demonstration
    Scale(bench::scale::Arguments),
}

#[derive(Debug, clap::Args)]
struct MemoryArguments {
    /// The program
    #[arg(long)]
    program: PathBuf,
    /// How many requests
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// How long it rests before its memory is looked at
    #[arg(long, default_value_t = 60)]
    rest_seconds: u64,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.bench {
        Bench::Memory(MemoryArguments { program, requests, rest_seconds }) => {
            let rest = Duration::from_secs(rest_seconds);
            let report = runtime.block_on(bench::memory::run(&program, requests, rest))?;
            report.print();
            report.judge()
        }
        Bench::Pages(arguments) => bench::pages::main(&arguments, &runtime),
        Bench::Twin(arguments) => runtime.block_on(bench::pages::twin_main(&arguments)),
        Bench::Images(arguments) => bench::images::main(&arguments),
        Bench::ImagesWorker(arguments) => bench::images::worker(&arguments),
        Bench::Scale(arguments) => runtime.block_on(bench::scale::main(&arguments)),
        Bench::Orders(arguments) => {
            let report = runtime.block_on(bench::orders::run(&arguments.plan()))?;
            report.print();
            arguments.judge(&report)
        }
        Bench::Overload { program, seconds, core } => {
            if let Some(mut again) = core.and_then(|core| bench::pages::pinned_again(core + 1)) {
                let status = again.status().context("taskset of util-linux is needed")?;
                anyhow::ensure!(status.success(), "the measurement failed");
                return Ok(());
            }
            let during = Duration::from_secs(seconds);
            let report = runtime.block_on(bench::overload::run(&program, during, core))?;
            report.print();
            report.judge()
        }
    }
}
