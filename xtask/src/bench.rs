//! `cargo xtask bench <name>`: figures of `docs/BENCHMARKS.md`, each with the conditions under which it was measured.

use crate::client::Bundle;
use crate::site::{self, Mode, Site};
use crate::tools;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

/// What a shopper's first visit may load as JavaScript and WASM, Brotli.
const SCRIPT_BUDGET_BYTES: u64 = 150 * 1024;
/// What a first visit may load as CSS, Brotli.
const STYLE_BUDGET_BYTES: u64 = 20 * 1024;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which figure
    name: Bench,
    /// How long an overload lasts
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Measure the development build: quicker to begin, for trying out
    #[arg(long)]
    dev: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// Bytes of scripts and styles that a first visit loads, against their budgets
    Bytes,
    /// 150 % of what the shop can do, for ten minutes: what it still does, and how soon it is well again
    Overload,
}

/// Measures and prints.
pub fn run(arguments: &Arguments) -> Result<()> {
    match arguments.name {
        Bench::Bytes => site_bytes(&site::build(Mode::Release)?),
        Bench::Overload => overload(arguments),
    }
}

/// Builds the shop and the load, and lets one loose on the other.
fn overload(arguments: &Arguments) -> Result<()> {
    let profile = if arguments.dev { "debug" } else { "release" };
    let mut build = tools::cargo("build");
    build.args(["--package", "xiangji", "--package", "bench"]);
    if !arguments.dev {
        build.arg("--release");
    }
    tools::run("building the shop and the load", &mut build)?;
    let folder = tools::target_dir().join(profile);
    let mut load = std::process::Command::new(folder.join("bench"));
    load.args(["overload", "--seconds", &arguments.seconds.to_string(), "--program"])
        .arg(folder.join("xiangji"));
    tools::run("the overload", &mut load)
}

/// Prints what a first visit loads of the site, and fails if it is more than the budget.
pub fn site_bytes(site: &Site) -> Result<()> {
    println!("{:16} {:>10} {:>10} {:>10}  bytes", "file", "raw", "gzip", "brotli");
    let mut scripts = bundle_bytes(site, Bundle::Shop)?;
    for name in site.manifest.keys().filter(|name| name.starts_with("snippets/")) {
        scripts += print_row(name, &site.file(name)?)?;
    }
    let console = bundle_bytes(site, Bundle::Console)?;
    let styles = print_row("style.css", &site.file("style.css")?)?;
    println!("JS and WASM {scripts} of {SCRIPT_BUDGET_BYTES}, CSS {styles} of {STYLE_BUDGET_BYTES} (brotli)");
    println!("JS and WASM of the consoles {console} (brotli), which no shopper loads");
    if scripts > SCRIPT_BUDGET_BYTES || styles > STYLE_BUDGET_BYTES {
        bail!("a first visit loads more than its budget");
    }
    Ok(())
}

/// Prints the sizes of a bundle's two files and returns the sum of the Brotli ones.
fn bundle_bytes(site: &Site, bundle: Bundle) -> Result<u64> {
    let mut sum = 0;
    for extension in ["wasm", "js"] {
        let name = bundle.file(extension);
        sum += print_row(&name, &site.file(&name)?)?;
    }
    Ok(sum)
}

/// Prints a file's sizes and returns the Brotli one.
fn print_row(name: &str, file: &Path) -> Result<u64> {
    let length = |path: PathBuf| -> Result<u64> {
        Ok(fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?.len())
    };
    let with_suffix = |suffix: &str| {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        PathBuf::from(path)
    };
    let (raw, gzip, brotli) =
        (length(file.to_path_buf())?, length(with_suffix(".gz"))?, length(with_suffix(".br"))?);
    println!("{name:16} {raw:>10} {gzip:>10} {brotli:>10}");
    Ok(brotli)
}
