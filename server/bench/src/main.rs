//! `bench overload`: load for the shop from outside.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

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
    },
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
        Bench::Overload { program, seconds } => {
            let report = runtime.block_on(bench::overload::run(&program, Duration::from_secs(seconds)))?;
            report.print();
            report.judge()
        }
    }
}
