//! Those who make photos ready: the shop's own code, and sharp, each a process of its own that is told what to do line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

/// Photos to be made ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Work {
    /// How many at once.
    pub jobs: usize,
    pub files: Vec<PathBuf>,
    /// Where the renditions of the first are left to be looked at, `<name>` each.
    pub keep: Option<PathBuf>,
    /// How sharp goes about it; nothing to the shop.
    pub way: String,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    pub took_ms: f64,
    /// Of each photo, in the order in which they were done.
    pub each_ms: Vec<f64>,
}

/// The shop's side: reads work from standard input until it ends.
///
/// # Errors
/// A photo is refused.
pub fn run() -> Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let work: Work = serde_json::from_str(&line?)?;
        writeln!(out, "{}", serde_json::to_string(&do_work(&work)?)?)?;
        out.flush()?;
    }
    Ok(())
}

fn do_work(work: &Work) -> Result<Done> {
    let (next, each) = (AtomicUsize::new(0), Mutex::new(Ok(Vec::new())));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..work.jobs.max(1) {
            scope.spawn(|| {
                while let Some(file) = work.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    let made = one(file, work.keep.as_deref().filter(|_| work.files.first() == Some(file)));
                    let took_ms = begun.elapsed().as_secs_f64() * 1e3;
                    let mut each = each.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match (&mut *each, made) {
                        (Ok(times), Ok(())) => times.push(took_ms),
                        (each, Err(error)) => *each = Err(error),
                        (Err(_), Ok(())) => {}
                    }
                }
            });
        }
    });
    let took_ms = begun.elapsed().as_secs_f64() * 1e3;
    let each_ms = each.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)?;
    Ok(Done { took_ms, each_ms })
}

fn one(file: &Path, keep: Option<&Path>) -> Result<()> {
    let bytes = std::fs::read(file)?;
    let made = media::process(&bytes, &media::Limits::default()).map_err(|error| anyhow!("{error:?}"))?;
    if let Some(folder) = keep {
        for rendition in &made.renditions {
            std::fs::write(folder.join(rendition.name), &rendition.bytes)?;
        }
    }
    Ok(())
}

/// A process that makes photos ready.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts it; on the first core only when `one_core`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(words: &[String], folder: Option<&Path>, one_core: bool) -> Result<Self> {
        let mut line: Vec<String> = Vec::new();
        if one_core {
            line.extend(["taskset", "-c", "0"].map(str::to_owned));
        }
        line.extend_from_slice(words);
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let mut child = command.spawn().with_context(|| format!("cannot start {}", line.join(" ")))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("no output")?);
        Ok(Self { child, input, output })
    }

    /// Lets it do something and waits for it.
    ///
    /// # Errors
    /// It ended.
    pub fn ask(&mut self, work: &Work) -> Result<Done> {
        self.tell(work)
    }

    /// The same for something else that it understands.
    ///
    /// # Errors
    /// It ended.
    pub fn tell(&mut self, what: &impl Serialize) -> Result<Done> {
        let input = self.input.as_mut().context("no input")?;
        writeln!(input, "{}", serde_json::to_string(what)?)?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the worker ended: its last words stand above");
        Ok(serde_json::from_str(&line)?)
    }

    /// The most memory that it has taken so far, in bytes.
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() * 1024
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
