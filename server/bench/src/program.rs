//! The shop as a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// The running program; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    binary: PathBuf,
    data: PathBuf,
    pub address: SocketAddr,
    pub origin: String,
    pub metrics: String,
}

/// How the shop is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start<'a> {
    /// Further lines of configuration.
    pub configuration: &'a str,
    /// The only core it may use; `None` leaves that to the system.
    pub core: Option<usize>,
    /// What it logs; `None` for what it logs by default, and then nobody reads it.
    pub log: Option<&'a str>,
}

/// A command that runs a program on one core only (`taskset` of util-linux), or anywhere.
#[must_use]
pub fn on_core(program: &Path, core: Option<usize>) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    command
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Fills a new shop under `folder` with the demonstration county and starts it.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start(binary: &Path, folder: &Path) -> Result<Self> {
        Self::start_with(binary, folder, free_address()?, "").await
    }

    /// Starts the shop under `folder`, new or as it is, on `address` with further lines of configuration.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start_with(
        binary: &Path,
        folder: &Path,
        address: SocketAddr,
        configuration: &str,
    ) -> Result<Self> {
        let start = Start { configuration, core: None, log: Some("error") };
        Self::start_as(binary, folder, address, &start).await
    }

    /// Starts the shop under `folder`, new or as it is, on `address`.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn start_as(
        binary: &Path,
        folder: &Path,
        address: SocketAddr,
        start: &Start<'_>,
    ) -> Result<Self> {
        let data = folder.join("data");
        let settings = folder.join("xiangji.toml");
        // All visitors come from this machine, which is one address.
        let configuration = start.configuration;
        std::fs::write(&settings, format!("{configuration}\n[rules]\nmax_unpaid_orders_per_address = 0\n"))?;
        let (lookalike, metrics) = (free_address()?, free_address()?);
        let mut command = on_core(binary, start.core);
        command.env_remove("XIANGJI_LOG").envs(start.log.map(|log| ("XIANGJI_LOG", log)));
        let child = command
            .args(["serve", "--address", &address.to_string(), "--lookalike-address", &lookalike.to_string()])
            .args(["--metrics-address", &metrics.to_string(), "--config"])
            .arg(&settings)
            .arg("--data-dir")
            .arg(&data)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::null())
            .stderr(if start.log.is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let mut program = Self {
            child,
            binary: binary.to_owned(),
            data,
            address,
            origin: format!("http://{address}"),
            metrics: metrics.to_string(),
        };
        program.wait_until_ready(Duration::from_secs(300)).await?;
        Ok(program)
    }

    async fn wait_until_ready(&mut self, within: Duration) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            ensure!(self.child.try_wait()?.is_none(), "the shop ended while it was starting");
            let ready = reqwest::get(format!("{}/readyz", self.origin)).await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the shop did not come up")
    }

    /// The process's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("xiangji.db")
    }

    /// Memory in RAM, in MiB; 0 where the system does not tell.
    #[must_use]
    pub fn resident_mib(&self) -> u64 {
        self.memory().resident_bytes >> 20
    }

    /// Memory in RAM, of which kind.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        Memory::of_status(&status)
    }

    /// Checks the books with a process of its own, while this one goes on.
    ///
    /// # Errors
    /// They do not add up, or cannot be read.
    pub fn verify(&self) -> Result<()> {
        let checked = Command::new(&self.binary)
            .arg("verify")
            .arg("--data-dir")
            .arg(&self.data)
            .env_remove("DATABASE_URL")
            .env("XIANGJI_LOG", "error")
            .output()?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ensure!(checked.status.success(), "{}{}", said(&checked.stdout), said(&checked.stderr));
        Ok(())
    }
}

/// Memory in RAM, in bytes; 0 where the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    pub resident_bytes: u64,
    /// The program's own: heap and stacks.
    pub own_bytes: u64,
    /// Pages of mapped files, the program's code among them, which the system takes back when it needs them.
    pub mapped_bytes: u64,
}

impl Memory {
    /// Reads what Linux writes into `/proc/<pid>/status`.
    fn of_status(status: &str) -> Self {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0) * 1024
        };
        Self {
            resident_bytes: bytes("VmRSS"),
            own_bytes: bytes("RssAnon"),
            mapped_bytes: bytes("RssFile") + bytes("RssShmem"),
        }
    }
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        let (all, own, mapped) = (mb(self.resident_bytes), mb(self.own_bytes), mb(self.mapped_bytes));
        write!(f, "{all:.1} MB (own {own:.1}, mapped files {mapped:.1})")
    }
}

/// An address of this machine that is free now.
///
/// # Errors
/// None is.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_linux_writes_it() {
        let status = "Name:\txiangji\nVmRSS:\t   2048 kB\nRssAnon:\t    1024 kB\nRssFile:\t    1000 kB\nRssShmem:\t 24 kB\n";
        let memory = Memory::of_status(status);
        assert_eq!(
            (memory.resident_bytes, memory.own_bytes, memory.mapped_bytes),
            (2 << 20, 1 << 20, 1 << 20)
        );
        assert_eq!(memory.to_string(), "2.1 MB (own 1.0, mapped files 1.0)");
        assert_eq!(Memory::of_status(""), Memory::default());
    }
}
