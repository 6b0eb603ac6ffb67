//! A throwaway PostgreSQL cluster: started for a test run, reachable on the loopback interface only, deleted with the
//! run, however that ends.

use crate::tools::{self, Guarded};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A running cluster; dropping it stops and deletes it.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    // Held for its Drop.
    _server: Guarded,
}

impl Cluster {
    /// Finds or installs PostgreSQL, creates an empty cluster and starts it.
    pub fn start() -> Result<Self> {
        let binaries = ensure_binaries()?;
        tools::step("Starting a throwaway PostgreSQL cluster", || Self::start_with(&binaries))
    }

    fn start_with(binaries: &Path) -> Result<Self> {
        let dir = tools::temporary_dir("postgres")?;
        let result = Self::start_in(binaries, &dir);
        if result.is_err() {
            // The guardian has deleted it already if it came that far.
            let _ = fs::remove_dir_all(&dir);
        }
        result
    }

    fn start_in(binaries: &Path, dir: &Path) -> Result<Self> {
        let cluster = dir.join("cluster");
        fs::create_dir(&cluster)?;
        if tools::is_root() {
            // PostgreSQL refuses to run as root.
            tools::run("chown", Command::new("chown").arg("postgres").arg(&cluster))?;
        }
        let data = cluster.join("data");
        let mut initdb = as_postgres(&binaries.join("initdb"))?;
        initdb.current_dir(&cluster).arg("--pgdata").arg(&data).stdin(Stdio::null());
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        tools::output("initdb", &mut initdb)?;

        let port = tools::free_port()?;
        let log_path = dir.join("log");
        let server = as_postgres(&binaries.join("postgres"))?;
        // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        let guarded = Guarded::spawn(
            dir.to_path_buf(),
            "INT",
            File::create(&log_path)?,
            server.get_program(),
            |command| {
                command.args(server.get_args()).arg("-D").arg(&data).arg("-p").arg(port.to_string());
                command.current_dir(&cluster);
                for setting in settings(&cluster) {
                    command.arg("-c").arg(setting);
                }
            },
        )?;
        let ready = || {
            let mut command = Command::new(binaries.join("pg_isready"));
            command.args(["-q", "-h", "127.0.0.1", "-p"]).arg(port.to_string());
            command.status().is_ok_and(|status| status.success())
        };
        let waited = guarded.wait_until("PostgreSQL", Duration::from_secs(60), ready);
        waited.with_context(|| fs::read_to_string(&log_path).unwrap_or_default())?;
        Ok(Self { port, _server: guarded })
    }

    /// Where tests connect as superuser; they create databases of their own.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// Durability is switched off: nothing here has to survive the machine, and tests are several times as fast.
fn settings(cluster: &Path) -> Vec<String> {
    vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", cluster.display()),
        "max_connections=200".to_owned(),
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
    ]
}

/// A command run as an ordinary user: this one, or `postgres` if this is root.
fn as_postgres(program: &Path) -> Result<Command> {
    if !tools::is_root() {
        return Ok(Command::new(program));
    }
    let Some(setpriv) = tools::find_program("setpriv") else {
        bail!("PostgreSQL does not run as root, and setpriv (package util-linux) is missing");
    };
    let mut command = Command::new(setpriv);
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    Ok(command)
}

/// The directory with `initdb` and `postgres`, installed first if that is possible.
fn ensure_binaries() -> Result<PathBuf> {
    if let Some(binaries) = find_binaries() {
        return Ok(binaries);
    }
    tools::install_packages("The tests need PostgreSQL", &["postgresql"])?;
    find_binaries().context("PostgreSQL was installed, but initdb is in none of the known places")
}

/// Debian keeps the server's programs out of `PATH`, in one directory a version: the newest is taken.
fn find_binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|base| fs::read_dir(base).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| has_binaries(bin))
        .collect();
    versions.sort_by_key(|bin| version_of(bin));
    versions.pop().or_else(|| {
        let initdb = fs::canonicalize(tools::find_program("initdb")?).ok()?;
        initdb.parent().map(Path::to_path_buf).filter(|bin| has_binaries(bin))
    })
}

fn has_binaries(bin: &Path) -> bool {
    ["initdb", "postgres", "pg_isready"].iter().all(|name| bin.join(name).is_file())
}

fn version_of(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or_default();
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_preferred_by_number_not_by_text() {
        assert!(
            version_of(Path::new("/usr/lib/postgresql/15/bin"))
                > version_of(Path::new("/usr/lib/postgresql/9/bin"))
        );
        assert_eq!(version_of(Path::new("/opt/homebrew/opt/postgresql@17/bin")), 17);
    }

    #[test]
    fn a_cluster_answers_and_then_is_gone() {
        // `cargo xtask test` has made sure of PostgreSQL before; a bare `cargo test` installs nothing.
        let Some(binaries) = find_binaries() else {
            assert!(!tools::is_ci(), "CI must have PostgreSQL");
            println!("SKIPPED: PostgreSQL is not installed");
            return;
        };
        let dir = tools::temporary_dir("postgres-test").unwrap();
        let cluster = Cluster::start_in(&binaries, &dir).unwrap();
        let mut psql = Command::new(binaries.join("psql"));
        psql.args(["-Atc", "CREATE DATABASE trial", "-c", "SHOW listen_addresses"]).arg(cluster.url());
        let answer = tools::output("psql", &mut psql).unwrap();
        assert_eq!(answer.trim(), "CREATE DATABASE\n127.0.0.1");
        let port = cluster.port;
        drop(cluster);
        assert!(!dir.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
