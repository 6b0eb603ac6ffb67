//! `cargo xtask bench <name>`: figures of `docs/BENCHMARKS.md`, each with the conditions under which it was measured.

use crate::client::Bundle;
use crate::lighthouse;
use crate::postgres::Cluster;
use crate::rebuild;
use crate::site::{self, Mode, Site};
use crate::tools;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

/// What a shopper's first visit may load as JavaScript and WASM, Brotli.
const SCRIPT_BUDGET_BYTES: u64 = 100_000;
/// What a first visit may load as CSS, Brotli.
const STYLE_BUDGET_BYTES: u64 = 20_000;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which figure
    name: Bench,
    /// How long an overload lasts
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Overload the shop on a core of its own, with the load on the next one; otherwise they share the cores
    #[arg(long)]
    pinned: bool,
    /// How many requests memory is watched over
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// How long the shop rests before its memory is looked at
    #[arg(long, default_value_t = 60)]
    rest_seconds: u64,
    /// How many times a page is changed
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many products the large shop has
    #[arg(long, default_value_t = 1_000_000)]
    products: i64,
    /// How many order lines the large shop has
    #[arg(long, default_value_t = 10_000_000)]
    lines: i64,
    /// Where the large shop is made and kept for the next time; without it it is thrown away
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Measure the development build: quicker to begin, for trying out
    #[arg(long)]
    dev: bool,
    #[command(flatten)]
    lighthouse: lighthouse::Options,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// Bytes of scripts and styles that a first visit loads, against their budgets
    Bytes,
    /// 150 % of what the shop can do, for ten minutes: what it still does, and how soon it is well again
    Overload,
    /// How much memory the shop takes at rest, and whether that grows over many requests
    Memory,
    /// The shop's list and product pages against the same pages written by hand
    Pages,
    /// Durable orders a second against what SQLite does with the same statements
    Orders,
    /// Photos made ready for the shop against sharp from npm
    Images,
    /// Sheets of 5,000 rows from their bytes to the shop: time and memory
    Sheets,
    /// Pages of a shop with a million products and ten million order lines against those of the demonstration
    Scale,
    /// How long it takes to see a change to a page: build, restart, page
    Rebuild,
    /// Lighthouse on six pages: its four categories, the largest paint, shifts, blocking
    Lighthouse,
}

/// Measures and prints.
pub fn run(arguments: &Arguments) -> Result<()> {
    match arguments.name {
        Bench::Bytes => site_bytes(&site::build(Mode::Release)?),
        Bench::Overload => overload(arguments),
        Bench::Memory => under_load(
            arguments.dev,
            &[
                "memory",
                "--requests",
                &arguments.requests.to_string(),
                "--rest-seconds",
                &arguments.rest_seconds.to_string(),
            ],
        ),
        Bench::Pages => pages(arguments),
        Bench::Orders => orders(arguments.dev),
        Bench::Images => images(arguments.dev),
        Bench::Sheets => sheets(),
        Bench::Scale => scale(arguments),
        Bench::Rebuild => rebuild::run(arguments.rounds),
        Bench::Lighthouse => lighthouse::run(&arguments.lighthouse, arguments.dev),
    }
}

/// The shop on the first core and the load on the second, or both on both.
fn overload(arguments: &Arguments) -> Result<()> {
    let seconds = arguments.seconds.to_string();
    let mut words = vec!["overload", "--seconds", &seconds];
    if arguments.pinned {
        words.extend(["--core", "0"]);
    }
    under_load(arguments.dev, &words)
}

/// Pages need two cores and some rounds; the development build only shows that the measurement itself works.
fn pages(arguments: &Arguments) -> Result<()> {
    if arguments.dev {
        return under_load(true, &["pages", "--seconds", "1", "--rounds", "2", "--no-judge"]);
    }
    under_load(false, &["pages"])
}

/// The program that measures, built together with the shop.
fn built(dev: bool) -> Result<std::process::Command> {
    let mut build = tools::cargo("build");
    build.args(["--package", "xiangji", "--package", "bench"]);
    if !dev {
        build.arg("--release");
    }
    tools::run("building the measurement", &mut build)?;
    let folder = tools::target_dir().join(if dev { "debug" } else { "release" });
    Ok(std::process::Command::new(folder.join("bench")))
}

/// The test that imports sheets, with its long ones, on both engines: it is the optimised build that they are promised of.
fn sheets() -> Result<()> {
    let cluster = Cluster::start()?;
    let mut test = tools::cargo("test");
    test.args(["--release", "--package", "service", "--test", "hostile", "import::", "--", "--nocapture"]);
    test.env("XIANGJI_TEST_POSTGRES_URL", cluster.url());
    tools::run("the sheets", &mut test)
}

/// Orders, on the disk on which the target directory lies.
fn orders(dev: bool) -> Result<()> {
    let mut measure = built(dev)?;
    measure.args(["orders", "--folder"]).arg(tools::target_dir().join("bench"));
    if dev {
        measure.args(["--orders", "200", "--rounds", "1", "--no-judge"]);
    }
    tools::run("the orders", &mut measure)
}

/// Photos, against sharp: npm brings it with its own libvips, into a folder below the target directory.
fn images(dev: bool) -> Result<()> {
    let target = tools::target_dir();
    let (from, sharp) = (tools::root().join("xtask/sharp"), target.join("bench/sharp"));
    fs::create_dir_all(&sharp)?;
    for name in ["package.json", "package-lock.json", "worker.mjs"] {
        fs::copy(from.join(name), sharp.join(name)).with_context(|| name.to_owned())?;
    }
    tools::npm_ci(&sharp)?;
    let mut measure = built(dev)?;
    measure.arg("images").arg("--sharp").arg(sharp).arg("--folder").arg(target.join("bench/photos"));
    if dev {
        measure.args(["--rounds", "2", "--photos", "2", "--width", "1600", "--no-judge"]);
    }
    tools::run("the photos", &mut measure)
}

/// Fills a shop and asks both for their pages. The full size takes some minutes and about 12 GB.
fn scale(arguments: &Arguments) -> Result<()> {
    let (products, lines) = (arguments.products.to_string(), arguments.lines.to_string());
    let mut words = vec!["scale", "--products", &products, "--lines", &lines];
    let keep = arguments.keep.as_ref().map(|folder| folder.display().to_string());
    if let Some(folder) = &keep {
        words.extend(["--keep", folder]);
    }
    under_load(arguments.dev, &words)
}

/// Builds the shop and the load, and lets one loose on the other.
fn under_load(dev: bool, load_arguments: &[&str]) -> Result<()> {
    let mut load = built(dev)?;
    let program = tools::target_dir().join(if dev { "debug" } else { "release" }).join("xiangji");
    load.args(load_arguments).arg("--program").arg(program);
    tools::run("the load", &mut load)
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
