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
    pub origin: String,
    pub metrics: String,
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
        let data = folder.join("data");
        let settings = folder.join("xiangji.toml");
        // All visitors come from this machine, which is one address.
        std::fs::write(&settings, "[rules]\nmax_unpaid_orders_per_address = 0\n")?;
        let (address, lookalike, metrics) = (free_address()?, free_address()?, free_address()?);
        let child = Command::new(binary)
            .args(["serve", "--address", &address.to_string(), "--lookalike-address", &lookalike.to_string()])
            .args(["--metrics-address", &metrics.to_string(), "--config"])
            .arg(&settings)
            .arg("--data-dir")
            .arg(&data)
            .env_remove("DATABASE_URL")
            .env("XIANGJI_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", binary.display()))?;
        let mut program = Self {
            child,
            binary: binary.to_owned(),
            data,
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

    /// Memory in RAM, in MiB; 0 where the system does not tell.
    #[must_use]
    pub fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
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

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
