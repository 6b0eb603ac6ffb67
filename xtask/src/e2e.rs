//! `cargo xtask e2e`: the real server with demonstration data, and a real Chromium.
//!
//! `E2E_ENGINE=postgres` runs it on a throwaway PostgreSQL cluster instead of SQLite. `E2E_FEATURES=passkeys` builds the
//! server with that feature; its shop is then called `localhost`, for authenticators know no site without a name.

use crate::postgres::Cluster;
use crate::site::{self, Mode};
use crate::tools::{self, Guarded};
use crate::{bench, serve};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Migrating and seeding with a debug build takes its time on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(300);
/// Signs carriers' notices to the server under test, which is reached from this machine only; the specs sign with it.
const CARRIER_SECRET: &str = "carriers of the end-to-end tests";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Arguments of `playwright test`, after `--`
    #[arg(last = true)]
    pub playwright: Vec<OsString>,
}

/// Installs what is missing, builds, starts a server on a fresh database, runs Playwright, checks the books that its
/// buyers and sellers have left, stops the server.
pub fn run(playwright: &[OsString]) -> Result<()> {
    let folder = tools::root().join("end2end");
    let chromium = ensure_chromium()?;
    tools::npm_ci(&folder)?;
    let site = site::build(Mode::Release)?;
    let bytes = bench::site_bytes(&site);
    let server = build_server()?;
    let pages =
        tools::output("xiangji pages", Command::new(&server).arg("pages").current_dir(tools::root()))?;

    let cluster = match std::env::var("E2E_ENGINE").as_deref() {
        Ok("postgres") => Some(Cluster::start()?),
        Ok("sqlite") | Err(_) => None,
        Ok(other) => bail!("E2E_ENGINE is sqlite or postgres, not {other}"),
    };
    let artifacts = folder.join("artifacts");
    fs::create_dir_all(&artifacts)?;
    let log = artifacts.join("server.log");
    let database = Database { dir: tools::temporary_dir("e2e")?, url: cluster.as_ref().map(Cluster::url) };
    let (guarded, port) = start_server(&server, &site.root, &database, &log)?;
    println!("    http://127.0.0.1:{port}, log in {}", log.display());

    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command.current_dir(&folder).arg("test").args(playwright).stdin(Stdio::null());
    command.env("BASE_URL", format!("http://{}:{port}", host())).env("CHROMIUM", chromium);
    // By them a whole run knows the page that no spec opened.
    command.env("PAGES", pages.trim()).env("CARRIER_SECRET", CARRIER_SECRET);
    let result = tools::run("playwright", &mut command);
    // Whatever the pages showed: not a fen may be missing after all that was clicked. Before the server stops, because
    // its data goes with it.
    let books = verify_books(&server, &database);
    drop(guarded);
    drop(cluster);
    result.and(books).and(bytes)
}

/// The debug build, with the features it has in `cargo test`, so that both share their dependencies.
fn build_server() -> Result<PathBuf> {
    tools::step("Building the server (dev)", || {
        let mut command = tools::cargo("build");
        command.args(["--workspace", "--exclude", "client", "--bin", "xiangji"]);
        if let Some(features) = features() {
            let named: Vec<String> =
                features.split(',').map(|feature| format!("xiangji/{feature}")).collect();
            command.args(["--features", &named.join(",")]);
        }
        tools::run("cargo build of the server", &mut command)
    })?;
    Ok(tools::target_dir().join("debug/xiangji"))
}

/// What the server is built with besides, as its own features are named.
fn features() -> Option<String> {
    std::env::var("E2E_FEATURES").ok().filter(|named| !named.is_empty())
}

/// What browsers call the machine.
fn host() -> &'static str {
    if features().is_some() { "localhost" } else { "127.0.0.1" }
}

/// Where the server under test keeps its data.
#[derive(Debug)]
pub struct Database {
    /// The folder that is deleted with the server.
    dir: PathBuf,
    /// Of the PostgreSQL cluster; none for the embedded database in the folder.
    url: Option<String>,
}

impl Database {
    /// The embedded one, in a folder that goes with the server.
    pub fn embedded(dir: PathBuf) -> Self {
        Self { dir, url: None }
    }

    /// Makes a command of `xiangji` work on it, and on nothing that the caller's environment names.
    fn choose(&self, command: &mut Command) {
        command.arg("--data-dir").arg(self.dir.join("data")).current_dir(tools::root());
        command.env_remove("DATABASE_URL").envs(self.url.iter().map(|url| ("DATABASE_URL", url)));
    }
}

/// Starts the server on a free port, and waits until it has filled its database and is ready.
pub fn start_server(server: &Path, site: &Path, database: &Database, log: &Path) -> Result<(Guarded, u16)> {
    tools::step("Starting the server with the demonstration county", || {
        let port = tools::free_port()?;
        let wanted = serve::server_command(server, port, site);
        let dir = database.dir.clone();
        let guarded = Guarded::spawn(dir, "TERM", File::create(log)?, wanted.get_program(), |command| {
            command.args(wanted.get_args());
            command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.env("XIANGJI_CARRIER_WEBHOOK_SECRET", CARRIER_SECRET);
            if features().is_some() {
                command.env("XIANGJI_PUBLIC_URL", format!("http://{}:{port}", host()));
            }
            database.choose(command);
        })?;
        let ready = || tools::http_status(port, "/readyz") == Some(200);
        let waited = guarded.wait_until("the server", START_LIMIT, ready);
        waited.with_context(|| last_lines(log, 30))?;
        Ok((guarded, port))
    })
}

/// `xiangji verify` on the data of the running server; it prints what does not add up.
fn verify_books(server: &Path, database: &Database) -> Result<()> {
    tools::step("Checking the books after the tests", || {
        let mut command = Command::new(server);
        command.arg("verify").stdin(Stdio::null());
        database.choose(&mut command);
        tools::run("xiangji verify", &mut command)
    })
}

fn last_lines(log: &Path, count: usize) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Debian's Chromium, or the browser named by `CHROMIUM`, and a font that has Chinese characters.
pub fn ensure_chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(path));
    }
    let find = || tools::find_program("chromium").or_else(|| tools::find_program("chromium-browser"));
    if let Some(path) = find() {
        return Ok(path);
    }
    tools::install_packages("The end-to-end tests need Chromium", &["chromium", "fonts-noto-cjk"])?;
    find().context("chromium was installed, but is not in PATH")
}
