//! P1: the shop's list and product pages against the same pages written by hand.
//!
//! One core for whichever of the two is asked, one for asking; rounds in turn, so that what else the machine does hits
//! both; the figure is the ratio of the medians. Beside it stands the ratio of the time their processes spent on a
//! core for each answer, which neighbours on the machine disturb less.

pub mod compare;
pub mod twin;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::http::{self, Connection};
use crate::program::{Program, Start, free_address};

/// Connections that ask at once.
const CONNECTIONS: usize = 4;
/// Before a server is measured it is asked for so long.
const WARM_UP: Duration = Duration::from_secs(1);
/// The shop's throughput in relation to the twin's: for pages rendered from the database, and for kept ones.
const GOALS: [f64; 2] = [0.5, 0.9];
/// Whoever has a session gets a page of their own, rendered for them; this one is unknown, so that it shows the same.
const SESSION: &str = "xj=nobody";
/// Clock ticks a second in `/proc` (`USER_HZ`, the same on every Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// How it is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds of each server for each kind of page.
    pub rounds: usize,
    /// How long each lasts.
    pub round: Duration,
    /// The core of the servers; `None` leaves that to the system.
    pub server_core: Option<usize>,
}

/// What one server did with one kind of page.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Answers a second, in the order of the rounds.
    pub per_second: Vec<f64>,
    /// Time on a core for an answer, in microseconds.
    pub core_micros: Vec<f64>,
    /// Statements for an answer; of the shop only.
    pub statements: Vec<f64>,
}

/// Both servers on one kind of page.
#[derive(Debug, Clone)]
pub struct Pair {
    pub name: &'static str,
    /// Rendered from the database for each request, and kept while nobody writes.
    pub shop: [Figures; 2],
    pub twin: Figures,
    /// Bytes of the first page of the kind.
    pub bytes: [usize; 2],
}

/// The middle value; 0 of none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

impl Pair {
    /// The shop's throughput in relation to the twin's: rendered and kept.
    #[must_use]
    pub fn ratios(&self) -> [f64; 2] {
        let twin = median(&self.twin.per_second).max(f64::EPSILON);
        self.shop.each_ref().map(|shop| median(&shop.per_second) / twin)
    }

    /// The same by the time on a core.
    #[must_use]
    pub fn core_ratios(&self) -> [f64; 2] {
        let twin = median(&self.twin.core_micros);
        self.shop.each_ref().map(|shop| twin / median(&shop.core_micros).max(f64::EPSILON))
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    pub pairs: Vec<Pair>,
    pub compared: usize,
}

impl Report {
    /// # Errors
    /// A goal is missed.
    pub fn judge(&self) -> Result<()> {
        for pair in &self.pairs {
            for (ratio, goal) in pair.ratios().into_iter().zip(GOALS) {
                ensure!(ratio >= goal, "{}: {ratio:.3} of the twin's pages a second, goal {goal}", pair.name);
            }
        }
        Ok(())
    }

    pub fn print(&self) {
        println!("{} pages are the same in both, tag by tag and word by word", self.compared);
        for pair in &self.pairs {
            let apart = 100.0 * compare::apart(pair.bytes[0], pair.bytes[1]);
            println!("\n{}: {} bytes, the twin's {:+.1} %", pair.name, pair.bytes[0], apart);
            for (who, figures) in [("rendered", &pair.shop[0]), ("kept", &pair.shop[1]), ("twin", &pair.twin)]
            {
                println!(
                    "  {who:8} {:8.0} pages/s (rounds {:.0?}), {:7.1} µs of a core and {:.1} statements each",
                    median(&figures.per_second),
                    figures.per_second,
                    median(&figures.core_micros),
                    median(&figures.statements),
                );
            }
            for (at, who) in ["rendered", "kept"].into_iter().enumerate() {
                let (ratio, goal) = (pair.ratios()[at], GOALS[at]);
                let met = if ratio >= goal { "met" } else { "MISSED" };
                let core = pair.core_ratios()[at];
                println!("  {who}: ratio {ratio:.3} (goal {goal}: {met}), by time on a core {core:.3}");
            }
        }
    }
}

/// The twin in a process of its own; killed when dropped.
#[derive(Debug)]
struct Twin {
    child: Child,
    address: SocketAddr,
}

impl Drop for Twin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Twin {
    /// Starts this very program as the twin of a running shop.
    fn start(shop: SocketAddr, database: &Path, core: Option<usize>) -> Result<Self> {
        let address = free_address()?;
        let mut command = crate::program::on_core(&std::env::current_exe()?, core);
        command.args(["twin", "--address", &address.to_string(), "--shop", &shop.to_string(), "--database"]);
        let child = command.arg(database).stdin(Stdio::null()).spawn().context("starting the twin")?;
        let mut twin = Self { child, address };
        for _ in 0..600 {
            ensure!(twin.child.try_wait()?.is_none(), "the twin ended while it was starting");
            if Connection::open(address).is_ok() {
                return Ok(twin);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("the twin did not come up")
    }
}

/// Starts shop and twin, compares their pages, and measures them.
///
/// # Errors
/// One of them does not come up, a page differs, or an answer is not 200.
pub async fn run(binary: &Path, plan: Plan) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    // What is measured here is making pages, not whom the guards send away.
    let start = Start { core: plan.server_core, configuration: "[limits]\nmax_pages = 64\n", log: None };
    let program = Program::start_as(binary, folder.path(), free_address()?, &start).await?;
    let twin = Twin::start(program.address, &program.database(), plan.server_core)?;
    let shelf = twin::Shelf::load(&program.database(), program.address).await?;
    let (list, products) = shelf.paths();
    tokio::task::spawn_blocking(move || measure(&program, &twin, plan, [list, products])).await?
}

fn measure(program: &Program, twin: &Twin, plan: Plan, [list, products]: [Vec<String>; 2]) -> Result<Report> {
    let compared = list.len() + products.len();
    let mut pairs = Vec::new();
    for (name, paths) in [("list of products", list), ("product", products)] {
        let bytes = compare_pages(program.address, twin.address, &paths)?;
        pairs.push(measure_kind(program, twin, plan, name, &paths, bytes)?);
    }
    Ok(Report { pairs, compared })
}

/// Compares every page; answers the sizes of the first.
///
/// # Errors
/// The first page that differs.
pub fn compare_pages(shop: SocketAddr, twin: SocketAddr, paths: &[String]) -> Result<[usize; 2]> {
    let (mut shop, mut twin) = (Connection::open(shop)?, Connection::open(twin)?);
    let mut first = None;
    for path in paths {
        let (ours, theirs) = (shop.get(path)?, twin.get(path)?);
        for name in ["content-type", "cache-control", "x-content-type-options", "content-encoding"] {
            ensure!(ours.header(name) == theirs.header(name), "{path}: {name} differs");
        }
        let texts = [ours, theirs].map(|answer| String::from_utf8_lossy(&answer.body).into_owned());
        compare::same(&texts[0], &texts[1]).with_context(|| format!("{path} differs"))?;
        first.get_or_insert([texts[0].len(), texts[1].len()]);
    }
    first.context("there are no pages")
}

fn measure_kind(
    program: &Program,
    twin: &Twin,
    plan: Plan,
    name: &'static str,
    paths: &[String],
    bytes: [usize; 2],
) -> Result<Pair> {
    for address in [program.address, twin.address] {
        http::hammer(address, paths, CONNECTIONS, WARM_UP.min(plan.round))?;
    }
    let (mut shop, mut other) = ([Figures::default(), Figures::default()], Figures::default());
    for _ in 0..plan.rounds {
        for (figures, cookie) in shop.iter_mut().zip([Some(SESSION), None]) {
            let before = statements(program)?;
            let pages = round(cookie, program.address, program.id(), paths, plan.round, figures)?;
            figures.statements.push((statements(program)? - before) / pages);
        }
        round(None, twin.address, twin.child.id(), paths, plan.round, &mut other)?;
    }
    Ok(Pair { name, shop, twin: other, bytes })
}

/// Asks one server for a while; answers how many pages came.
fn round(
    cookie: Option<&str>,
    address: SocketAddr,
    id: u32,
    paths: &[String],
    during: Duration,
    figures: &mut Figures,
) -> Result<f64> {
    let before = core_seconds(id)?;
    let round = http::hammer_as(cookie, address, paths, CONNECTIONS, during)?;
    let took = core_seconds(id)? - before;
    let answers = (round.answers as f64).max(1.0);
    figures.per_second.push(round.per_second());
    figures.core_micros.push(1e6 * took / answers);
    Ok(answers)
}

/// How long a process has had a core, in seconds.
pub(crate) fn core_seconds(id: u32) -> Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).context("no such process")?;
    // The name, in parentheses, may hold anything.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / TICKS_PER_SECOND)
}

/// Statements so far, as the shop counts.
fn statements(program: &Program) -> Result<f64> {
    let answer = Connection::open(program.metrics.parse()?)?.get("/metrics")?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let line = text.lines().find(|line| line.starts_with("xiangji_db_statements_total"));
    let line = line.context("no statements in the metrics")?;
    Ok(line.rsplit(' ').next().unwrap_or_default().parse()?)
}

/// What `bench pages` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shop's program
    #[arg(long)]
    program: PathBuf,
    /// How long each round lasts
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Rounds of each server for each kind of page
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// The core of the servers; the load takes the next one
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// Do not fail when the goal is missed
    #[arg(long)]
    no_judge: bool,
}

/// What `bench twin` is told.
#[derive(Debug, clap::Args)]
pub struct TwinArguments {
    /// Where it listens
    #[arg(long)]
    address: SocketAddr,
    /// The shop whose pages it shows
    #[arg(long)]
    shop: SocketAddr,
    /// The shop's database
    #[arg(long)]
    database: PathBuf,
}

/// `bench pages`: this program again on a core of its own, and there the measurement.
///
/// # Errors
/// As [`run`], or a goal is missed.
pub fn main(arguments: &Arguments, runtime: &tokio::runtime::Runtime) -> Result<()> {
    if let Some(mut again) = pinned_again(arguments.core + 1) {
        let status = again.status().context("taskset of util-linux is needed")?;
        ensure!(status.success(), "the measurement failed");
        return Ok(());
    }
    let round = Duration::from_secs_f64(arguments.seconds);
    let plan = Plan { rounds: arguments.rounds, round, server_core: Some(arguments.core) };
    let report = runtime.block_on(run(&arguments.program, plan))?;
    report.print();
    if arguments.no_judge { Ok(()) } else { report.judge() }
}

/// `bench twin`.
///
/// # Errors
/// The shop cannot be read, or the address is taken.
pub async fn twin_main(arguments: &TwinArguments) -> Result<()> {
    let shelf = twin::Shelf::load(&arguments.database, arguments.shop).await?;
    let listener = tokio::net::TcpListener::bind(arguments.address).await?;
    twin::serve(shelf, listener).await
}

/// A command that runs this program again on a core of its own, unless it is on one already.
#[must_use]
pub fn pinned_again(core: usize) -> Option<Command> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores <= 1 {
        return None;
    }
    let mut command = crate::program::on_core(&std::env::current_exe().ok()?, Some(core));
    command.args(std::env::args_os().skip(1));
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_medians() {
        let figures = |per_second: &[f64], micros: f64| Figures {
            per_second: per_second.to_vec(),
            core_micros: vec![micros],
            statements: Vec::new(),
        };
        let pair = Pair {
            name: "x",
            shop: [figures(&[100.0, 10.0, 90.0], 40.0), figures(&[180.0], 20.0)],
            twin: figures(&[180.0, 200.0, 1.0], 10.0),
            bytes: [100, 103],
        };
        let near = |found: [f64; 2], wanted: [f64; 2]| {
            found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-9)
        };
        assert!(near(pair.ratios(), [0.5, 1.0]) && near(pair.core_ratios(), [0.25, 0.5]), "{pair:?}");
        let judged = |pair: Pair| Report { pairs: vec![pair], compared: 1 }.judge().is_ok();
        assert!(judged(pair.clone()));
        assert!(!judged(Pair { shop: [pair.shop[1].clone(), pair.shop[0].clone()], ..pair }), "kept at half");
    }

    #[test]
    fn the_time_on_a_core_of_this_process_grows() {
        let before = core_seconds(std::process::id()).unwrap();
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(120) {}
        assert!(core_seconds(std::process::id()).unwrap() > before);
    }
}
