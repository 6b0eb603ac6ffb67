//! `cargo xtask e2e`: the real server with demonstration data, and a real Chromium.
//!
//! `E2E_ENGINE=postgres` runs it on a throwaway PostgreSQL cluster instead of SQLite.

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

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Arguments of `playwright test`, after `--`
    #[arg(last = true)]
    pub playwright: Vec<OsString>,
}

/// Installs what is missing, builds, starts a server on a fresh database, runs Playwright, stops the server.
pub fn run(playwright: &[OsString]) -> Result<()> {
    let folder = tools::root().join("end2end");
    let chromium = ensure_chromium()?;
    tools::npm_ci(&folder)?;
    let site = site::build(Mode::Release)?;
    let bytes = bench::site_bytes(&site);
    let server = build_server()?;

    let cluster = match std::env::var("E2E_ENGINE").as_deref() {
        Ok("postgres") => Some(Cluster::start()?),
        Ok("sqlite") | Err(_) => None,
        Ok(other) => bail!("E2E_ENGINE is sqlite or postgres, not {other}"),
    };
    let artifacts = folder.join("artifacts");
    fs::create_dir_all(&artifacts)?;
    let log = artifacts.join("server.log");
    let (guarded, port) = start_server(&server, &site.root, cluster.as_ref(), &log)?;
    println!("    http://127.0.0.1:{port}, log in {}", log.display());

    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command.current_dir(&folder).arg("test").args(playwright).stdin(Stdio::null());
    command.env("BASE_URL", format!("http://127.0.0.1:{port}")).env("CHROMIUM", chromium);
    let result = tools::run("playwright", &mut command);
    drop(guarded);
    drop(cluster);
    result.and(bytes)
}

/// The debug build, with the features it has in `cargo test`, so that both share their dependencies.
fn build_server() -> Result<PathBuf> {
    tools::step("Building the server (dev)", || {
        let mut command = tools::cargo("build");
        command.args(["--workspace", "--exclude", "client", "--bin", "xiangji"]);
        tools::run("cargo build of the server", &mut command)
    })?;
    Ok(tools::target_dir().join("debug/xiangji"))
}

fn start_server(server: &Path, site: &Path, cluster: Option<&Cluster>, log: &Path) -> Result<(Guarded, u16)> {
    tools::step("Starting the server with the demonstration county", || {
        let dir = tools::temporary_dir("e2e")?;
        let port = tools::free_port()?;
        let wanted = serve::server_command(server, port, site);
        let guarded =
            Guarded::spawn(dir.clone(), "TERM", File::create(log)?, wanted.get_program(), |command| {
                command.args(wanted.get_args()).arg("--data-dir").arg(dir.join("data"));
                command.current_dir(tools::root()).env_remove("DATABASE_URL");
                command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
                if let Some(cluster) = cluster {
                    command.env("DATABASE_URL", cluster.url());
                }
            })?;
        let ready = || tools::http_status(port, "/readyz") == Some(200);
        let waited = guarded.wait_until("the server", START_LIMIT, ready);
        waited.with_context(|| last_lines(log, 30))?;
        Ok((guarded, port))
    })
}

fn last_lines(log: &Path, count: usize) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Debian's Chromium, or the browser named by `CHROMIUM`, and a font that has Chinese characters.
fn ensure_chromium() -> Result<PathBuf> {
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
