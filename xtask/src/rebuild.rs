//! `cargo xtask bench rebuild`: how long it takes to see a change to a page (P9).
//!
//! Once everything is built and the shop runs, the text of a page is changed, site and server are built as
//! `cargo xtask serve --dev` builds them, the server is started anew, and the page is asked for until it shows the change.
//! The change is taken back in any case; should this task be killed in between, by the next one.

use crate::serve;
use crate::tools::{self, Guarded};
use anyhow::{Context as _, Result, ensure};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The page that is changed: where its text is, a piece of it, and where it is shown.
const SOURCE: &str = "app/src/features/products/list_page.rs";
const TEXT: &str = "\"全部商品\"";
const PAGE: &str = "/products";
/// The goal.
const SEEN_WITHIN: Duration = Duration::from_secs(10);
/// A new county in the development build, and any other start.
const FIRST_START_WITHIN: Duration = Duration::from_secs(300);
const START_WITHIN: Duration = Duration::from_secs(60);

/// A source file with a mark in it for a while. Only the mark is taken out again, so that whoever edits the file meanwhile
/// keeps what they wrote.
#[derive(Debug)]
struct Marked {
    path: PathBuf,
    /// Keeps the mark that stands in the file, for the next run should this one be killed.
    note: PathBuf,
}

impl Marked {
    /// Takes out the mark that an earlier run may have left.
    fn new(path: PathBuf, note: PathBuf) -> Result<Self> {
        let marked = Self { path, note };
        marked.clean()?;
        Ok(marked)
    }

    /// Adds a mark to the first occurrence of a text in quotes, instead of the last one.
    fn mark(&self, text: &str, mark: &str) -> Result<()> {
        self.clean()?;
        let source = self.read()?;
        ensure!(source.contains(text), "{} no longer says {text}", self.path.display());
        let marked = format!("{}{mark}\"", text.trim_end_matches('"'));
        fs::write(&self.note, mark)?;
        Ok(fs::write(&self.path, source.replacen(text, &marked, 1))?)
    }

    fn read(&self) -> Result<String> {
        fs::read_to_string(&self.path).with_context(|| format!("cannot read {}", self.path.display()))
    }

    fn clean(&self) -> Result<()> {
        let Ok(mark) = fs::read_to_string(&self.note) else { return Ok(()) };
        if !mark.is_empty() {
            fs::write(&self.path, self.read()?.replace(&mark, ""))?;
        }
        Ok(fs::remove_file(&self.note)?)
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        if let Err(error) = self.clean() {
            eprintln!("cannot put {} back: {error:#}", self.path.display());
        }
    }
}

/// How long one change took, from the file's writing to the page.
#[derive(Debug, Clone, Copy)]
struct Round {
    built: Duration,
    /// The old server stopped and the new one started, until the page shows the change.
    shown: Duration,
}

impl Round {
    fn all(self) -> Duration {
        self.built + self.shown
    }
}

/// Changes a page so many times, and judges the middle one of the times.
pub fn run(rounds: usize) -> Result<()> {
    let (site, server) = serve::build_both(true)?;
    let data = tools::temporary_dir("rebuild")?;
    let ports = (tools::free_port()?, tools::free_port()?);
    let start = || start(&server, &site.root, &data, ports);
    let outcome: Result<Vec<Round>> = (|| {
        let shop = tools::step("Starting the shop on a new county", start)?;
        shop.wait_until("the shop", FIRST_START_WITHIN, || shows(ports.0, "</html>"))?;
        let source = Marked::new(tools::root().join(SOURCE), tools::target_dir().join("rebuild-mark"))?;
        let mut shop = Some(shop);
        (0..rounds.max(1)).map(|round| change(&source, round, &mut shop, start, ports.0)).collect()
    })();
    fs::remove_dir_all(&data)?;
    judge(&outcome?)
}

fn change(
    source: &Marked,
    round: usize,
    shop: &mut Option<Guarded>,
    start: impl Fn() -> Result<Guarded>,
    port: u16,
) -> Result<Round> {
    let mark = format!("-seen-{}-{round}", std::process::id());
    println!("==> Change {} of {SOURCE}", round + 1);
    let begun = Instant::now();
    source.mark(TEXT, &mark)?;
    serve::build_both(true)?;
    let built = begun.elapsed();
    drop(shop.take());
    let started = shop.insert(start()?);
    started.wait_until("the changed page", START_WITHIN, || shows(port, &mark))?;
    Ok(Round { built, shown: begun.elapsed() - built })
}

/// Starts the shop on a county of its own in `data`.
fn start(
    server: &std::path::Path,
    site: &std::path::Path,
    data: &std::path::Path,
    (port, lookalike): (u16, u16),
) -> Result<Guarded> {
    let log = File::options().create(true).append(true).open(data.join("log"))?;
    Guarded::spawn(tools::temporary_dir("rebuild-shop")?, "TERM", log, server.as_os_str(), |command| {
        command.current_dir(tools::root()).env("XIANGJI_SITE_DIR", site).env_remove("DATABASE_URL");
        command.args(["serve", "--address", &format!("127.0.0.1:{port}")]);
        command.args(["--lookalike-address", &format!("127.0.0.1:{lookalike}")]);
        command.arg("--data-dir").arg(data.join("data"));
    })
}

/// Whether the page contains a text; false also when nobody answers.
fn shows(port: u16, text: &str) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        // In the words of HTTP/1.0, so that the answer comes in one piece.
        stream.write_all(
            format!("GET {PAGE} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n").as_bytes(),
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| String::from_utf8_lossy(&answer).contains(text))
}

fn judge(rounds: &[Round]) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("A change to {SOURCE}, seen on {PAGE} ({cores} cores):");
    for round in rounds {
        println!(
            "    {} = building {}, restart and page {}",
            tools::seconds(round.all()),
            tools::seconds(round.built),
            tools::seconds(round.shown)
        );
    }
    let mut all: Vec<Duration> = rounds.iter().map(|round| round.all()).collect();
    all.sort_unstable();
    let middle = all[all.len() / 2];
    println!("    the middle one: {} (goal {})", tools::seconds(middle), tools::seconds(SEEN_WITHIN));
    ensure!(middle <= SEEN_WITHIN, "a change is seen only after {}", tools::seconds(middle));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_is_taken_out_also_when_a_run_was_killed() {
        let dir = tools::temporary_dir("marked").unwrap();
        let (path, note) = (dir.join("page.rs"), dir.join("note"));
        let read = || fs::read_to_string(&path).unwrap();
        fs::write(&path, "t(\"全部商品\", \"All\")").unwrap();
        let marked = Marked::new(path.clone(), note.clone()).unwrap();
        marked.mark(TEXT, "-x-1").unwrap();
        assert_eq!(read(), "t(\"全部商品-x-1\", \"All\")");
        assert!(marked.mark("\"gone\"", "-x-2").is_err());
        marked.mark(TEXT, "-x-3").unwrap();
        // Somebody edits meanwhile, and this run is killed: nothing is dropped.
        fs::write(&path, read() + " // new").unwrap();
        std::mem::forget(marked);
        drop(Marked::new(path.clone(), note.clone()).unwrap());
        assert_eq!(read(), "t(\"全部商品\", \"All\") // new");
        assert!(!note.exists());
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn the_page_still_says_what_is_changed() {
        assert!(fs::read_to_string(tools::root().join(SOURCE)).unwrap().contains(TEXT));
    }

    #[test]
    fn one_slow_change_is_forgiven_two_are_not() {
        let round = |seconds| Round { built: Duration::from_secs(seconds), shown: Duration::from_secs(1) };
        judge(&[round(5), round(60), round(8)]).unwrap();
        assert!(judge(&[round(5), round(60), round(10)]).is_err());
    }
}
