//! A throwaway PostgreSQL cluster of a test's own, which the test may stop and start as it likes. Unlike the one that
//! `cargo xtask test` starts for everybody it keeps its durability.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A cluster with an empty database `shop`; stopped and deleted when dropped.
#[derive(Debug)]
pub struct Cluster {
    binaries: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// A running cluster; `None`, with a printed line, where PostgreSQL is not installed. CI fails then.
    pub fn start() -> Option<Self> {
        let Some(binaries) = find_binaries() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have PostgreSQL");
            println!("SKIPPED: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("xj-pg-").tempdir_in("/tmp").unwrap();
        if is_root() {
            // PostgreSQL refuses to run as root.
            assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap().success());
        }
        let port = crate::rig::free_address().port();
        let mut cluster = Self { binaries, folder, port, server: None };
        let mut initdb = cluster.command("initdb");
        initdb.arg("--pgdata").arg(cluster.data());
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        let made = initdb.stdin(Stdio::null()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.run();
        let mut createdb = cluster.command("createdb");
        createdb.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &port.to_string(), "shop"]);
        assert!(createdb.status().unwrap().success());
        Some(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/shop", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the server and waits until it takes connections.
    pub fn run(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut server = self.command("postgres");
        server.arg("-D").arg(self.data()).args([
            "-p",
            &self.port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
        ]);
        server.arg("-c").arg(format!("unix_socket_directories={}", self.folder.path().display()));
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.server = Some(server.spawn().unwrap());
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let mut ready = Command::new(self.binaries.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ready.status().unwrap().success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{}", std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
    }

    /// Stops the server: `INT` ends the connections in order, `QUIT` drops everything, as a power failure does.
    pub fn halt(&mut self, signal: &str) {
        let mut server = self.server.take().unwrap();
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(server.id().to_string()).status();
        assert!(sent.unwrap().success());
        server.wait().unwrap();
    }

    /// A program of PostgreSQL's, run as an ordinary user.
    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.halt("QUIT");
        }
    }
}

/// Whether this process runs as root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// The directory with PostgreSQL's programs: Debian keeps them out of `PATH`, one directory a version.
fn find_binaries() -> Option<PathBuf> {
    let has_all = |bin: &Path| ["initdb", "postgres", "createdb"].iter().all(|name| bin.join(name).is_file());
    let path = std::env::var_os("PATH")?;
    if let Some(bin) = std::env::split_paths(&path).find(|bin| has_all(bin)) {
        return Some(bin);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut bins: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    bins.retain(|bin| has_all(bin));
    bins.sort_by_key(|bin| bin.parent().and_then(|dir| dir.file_name()?.to_str()?.parse::<u32>().ok()));
    bins.pop()
}
