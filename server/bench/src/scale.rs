//! How pages fare in a shop with a million products and ten million order lines (P6): the same program on the
//! demonstration county as it is and on the same county grown large, asked for the same pages in turn.

mod pages;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use store::scale::Size;

use crate::program::{Program, free_address};
use pages::{Page, Visitor};

/// Goal: pages take at most so many times as long.
const SLOWER_AT_MOST: f64 = 2.0;
/// Nobody notices: a page that is this quick is quick, whatever it took in the small shop.
const QUICK: Duration = Duration::from_millis(1);
/// The check of the books may take so long before it is given up.
const BOOKS_WITHIN: Duration = Duration::from_secs(3_600);

/// What is measured.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The program
    #[arg(long)]
    program: PathBuf,
    /// Products beside those of the demonstration
    #[arg(long, default_value_t = 1_000_000)]
    products: i64,
    /// Order lines beside those of the demonstration
    #[arg(long, default_value_t = 10_000_000)]
    lines: i64,
    /// How often each page is asked for
    #[arg(long, default_value_t = 100)]
    rounds: usize,
    /// Where the shops are made and kept; without it they are thrown away
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// How a page fared in both shops.
#[derive(Debug)]
struct Row {
    name: &'static str,
    small: Vec<Duration>,
    large: Vec<Duration>,
    /// Bytes of the answers.
    bytes: [usize; 2],
}

impl Row {
    fn ratio(&self) -> f64 {
        percentile(&self.large, 0.5).as_secs_f64() / percentile(&self.small, 0.5).as_secs_f64().max(1e-9)
    }

    fn is_slow(&self) -> bool {
        self.ratio() > SLOWER_AT_MOST && percentile(&self.large, 0.5) > QUICK
    }
}

/// Makes both shops, measures, and prints.
///
/// # Errors
/// A shop cannot be made or asked, the books do not add up, or a page is more than twice as slow.
pub async fn main(arguments: &Arguments) -> Result<()> {
    let temporary = tempfile::tempdir()?;
    let folder = arguments.keep.as_deref().unwrap_or_else(|| temporary.path());
    let (small, large) = (folder.join("small"), folder.join("large"));
    if !large.join("filled").exists() {
        make_shops(arguments, &small, &large).await?;
    }
    let bytes = std::fs::metadata(large.join("data/xiangji.db"))?.len();
    println!("the large shop's database has {:.2} GB", bytes as f64 / 1e9);
    let shops = [start(&arguments.program, &small).await?, start(&arguments.program, &large).await?];
    for (shop, name) in shops.iter().zip(["small", "large"]) {
        let seconds = wait_for_books(shop).await?;
        println!("checking the books of the {name} shop takes {seconds:.1} s, and they add up");
    }
    let rows = measure(&shops, arguments.rounds).await?;
    judge(&rows)
}

async fn make_shops(arguments: &Arguments, small: &Path, large: &Path) -> Result<()> {
    let seeded = Command::new(&arguments.program)
        .args(["seed-demo", "--data-dir"])
        .arg(small.join("data"))
        .env_remove("DATABASE_URL")
        .env("XIANGJI_LOG", "error")
        .stdout(std::process::Stdio::null())
        .status()?;
    ensure!(seeded.success(), "the demonstration county could not be made");
    copy_folder(&small.join("data"), &large.join("data"))?;
    let url = format!("sqlite://{}", large.join("data/xiangji.db").display());
    let size = Size { products: arguments.products, lines: arguments.lines };
    let begun = Instant::now();
    let now_ms = i64::try_from(SystemTime::now_ms()?)?;
    store::scale::fill(&url, size, now_ms, &mut |what: &str| {
        eprintln!("{:>6.0} s  {what}", begun.elapsed().as_secs_f64());
    })
    .await
    .context("filling the large shop")?;
    println!(
        "{} products and {} lines made in {:.0} s",
        size.products,
        size.lines,
        begun.elapsed().as_secs_f64()
    );
    std::fs::write(large.join("filled"), "")?;
    Ok(())
}

/// The wall clock: orders end where the shop's own clock stands.
trait Now {
    fn now_ms() -> Result<u128>;
}

impl Now for SystemTime {
    #[expect(clippy::disallowed_methods, reason = "the shop that is measured runs by the real clock")]
    fn now_ms() -> Result<u128> {
        Ok(Self::now().duration_since(UNIX_EPOCH)?.as_millis())
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

async fn start(program: &Path, folder: &Path) -> Result<Program> {
    Program::start_with(program, folder, free_address()?, "").await
}

/// Waits until the worker has checked the books; answers how many seconds that took.
async fn wait_for_books(shop: &Program) -> Result<f64> {
    let begun = Instant::now();
    while begun.elapsed() < BOOKS_WITHIN {
        let text = reqwest::get(format!("http://{}/metrics", shop.metrics)).await?.text().await?;
        let metric = |name: &str| {
            let line =
                text.lines().find(|line| line.starts_with(name) && line[name.len()..].starts_with(' '));
            line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        };
        if let Some(ok) = metric("xiangji_books_verified_ok").filter(|_| {
            metric("xiangji_books_verified_timestamp_seconds").is_some_and(|checked| checked > 0.0)
        }) {
            ensure!(ok > 0.0, "the books do not add up");
            return metric("xiangji_books_check_seconds").context("no duration of the check");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("the books were not checked within {BOOKS_WITHIN:?}")
}

/// Asks for each page in both shops by turns.
async fn measure(shops: &[Program; 2], rounds: usize) -> Result<Vec<Row>> {
    let visitors = [Visitor::new(&shops[0].origin).await?, Visitor::new(&shops[1].origin).await?];
    let (small, large) = (visitors[0].pages().await?, visitors[1].pages().await?);
    let mut rows = Vec::new();
    for (small, large) in small.iter().zip(&large) {
        ensure!(small.name == large.name, "both shops have the same pages");
        let mut row = Row { name: small.name, small: Vec::new(), large: Vec::new(), bytes: [0; 2] };
        let rounds = if is_too_slow(&visitors[1], large).await? { 5 } else { rounds };
        for _round in 0..rounds {
            let (took, bytes) = visitors[0].ask(small).await?;
            row.small.push(took);
            row.bytes[0] = bytes;
            let (took, bytes) = visitors[1].ask(large).await?;
            row.large.push(took);
            row.bytes[1] = bytes;
        }
        print_row(&row);
        rows.push(row);
    }
    Ok(rows)
}

/// Warms the page up; whether it is too slow to be asked for often.
async fn is_too_slow(visitor: &Visitor, page: &Page) -> Result<bool> {
    visitor.ask(page).await?;
    Ok(visitor.ask(page).await?.0 > Duration::from_secs(2))
}

fn print_row(row: &Row) {
    let ms = |samples: &[Duration], share: f64| percentile(samples, share).as_secs_f64() * 1e3;
    println!(
        "{:44} {:>8.1} {:>8.1}  {:>8.1} {:>8.1}  {:>6.2}  {:>5} {:>5}{}",
        row.name,
        ms(&row.small, 0.5),
        ms(&row.small, 0.99),
        ms(&row.large, 0.5),
        ms(&row.large, 0.99),
        row.ratio(),
        row.bytes[0] / 1024,
        row.bytes[1] / 1024,
        if row.is_slow() { "  SLOW" } else { "" },
    );
}

fn judge(rows: &[Row]) -> Result<()> {
    let slow: Vec<&str> = rows.iter().filter(|row| row.is_slow()).map(|row| row.name).collect();
    println!("columns: small p50, p99, large p50, p99 in ms; large to small at p50; KiB of each answer");
    println!(
        "{} of {} pages take at most {SLOWER_AT_MOST} times as long",
        rows.len() - slow.len(),
        rows.len()
    );
    ensure!(slow.is_empty(), "slower: {}", slow.join(", "));
    Ok(())
}

/// The duration that `share` of the samples did not exceed.
fn percentile(samples: &[Duration], share: f64) -> Duration {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let at = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_slow_when_it_takes_more_than_twice_as_long_and_one_could_notice() {
        let row = |small: u64, large: u64| Row {
            name: "x",
            small: vec![Duration::from_micros(small); 9],
            large: vec![Duration::from_micros(large); 9],
            bytes: [0; 2],
        };
        assert!(!row(5_000, 10_000).is_slow());
        assert!(row(5_000, 10_100).is_slow());
        assert!(!row(100, 900).is_slow());
        assert!(judge(&[row(1_000, 9_000)]).is_err() && judge(&[row(1_000, 1_000)]).is_ok());
    }
}
