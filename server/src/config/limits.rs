//! How much the shop lets itself be asked for: the table `[limits]`.

use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use store::DbLimits;

use super::Secret;

/// What may be set of the limits: flag, environment variable, key of the table `[limits]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Connections open at once; more are sent away with 503 [default: 4096]
    #[arg(long, env = "XIANGJI_MAX_CLIENTS", global = true)]
    pub max_clients: Option<usize>,
    /// Connections open at once from one address; loopback is exempt, and so is everybody behind a trusted proxy [default: 256]
    #[arg(long, env = "XIANGJI_MAX_CLIENTS_PER_ADDRESS", global = true)]
    pub max_clients_per_address: Option<usize>,
    /// A connection that has not sent a whole head after this is closed, and so is an idle one [default: 15]
    #[arg(long, env = "XIANGJI_HEADER_TIMEOUT_SECONDS", global = true)]
    pub header_timeout_seconds: Option<u64>,
    /// A form has to be here after this [default: 15]
    #[arg(long, env = "XIANGJI_BODY_TIMEOUT_SECONDS", global = true)]
    pub body_timeout_seconds: Option<u64>,
    /// An upload is given up after this [default: 120]
    #[arg(long, env = "XIANGJI_UPLOAD_TIMEOUT_SECONDS", global = true)]
    pub upload_timeout_seconds: Option<u64>,
    /// Pages made at once; others wait for their turn, up to a second in a burst. 0: one more than there are cores [default: 0]
    #[arg(long, env = "XIANGJI_MAX_PAGES", global = true)]
    pub max_pages: Option<usize>,
    /// Checkouts, payments and other changes done at once; as many again may wait [default: 64]
    #[arg(long, env = "XIANGJI_MAX_CHANGES", global = true)]
    pub max_changes: Option<usize>,
    /// Pages a minute from one address; half of it may come at once. 0: no limit [default: 1200]
    #[arg(long, env = "XIANGJI_RATE_PAGES", global = true)]
    pub rate_pages: Option<u32>,
    /// Changes a minute from one address [default: 300]
    #[arg(long, env = "XIANGJI_RATE_CHANGES", global = true)]
    pub rate_changes: Option<u32>,
    /// Sign-ins, registrations, codes and looked-up orders a minute from one address [default: 60]
    #[arg(long, env = "XIANGJI_RATE_GUESSES", global = true)]
    pub rate_guesses: Option<u32>,
    /// Uploads a minute from one address, and by one account [default: 240]
    #[arg(long, env = "XIANGJI_RATE_UPLOADS", global = true)]
    pub rate_uploads: Option<u32>,
    /// Changes a minute by one account or guest, from wherever [default: 240]
    #[arg(long, env = "XIANGJI_RATE_ACCOUNT", global = true)]
    pub rate_account: Option<u32>,
    /// Transactions that may wait for the right to write [default: 256]
    #[arg(long, env = "XIANGJI_MAX_WAITING_WRITERS", global = true)]
    pub max_waiting_writers: Option<usize>,
    /// The longest wait for a connection of the database or the right to write [default: 5000]
    #[arg(long, env = "XIANGJI_DATABASE_WAIT_MS", global = true)]
    pub database_wait_ms: Option<u64>,
    /// PostgreSQL breaks off a statement that takes longer [default: 20000]
    #[arg(long, env = "XIANGJI_STATEMENT_TIMEOUT_MS", global = true)]
    pub statement_timeout_ms: Option<u64>,
}

/// The limits in force.
#[derive(Debug, Clone)]
pub struct Limits {
    pub max_clients: usize,
    pub max_clients_per_address: usize,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub upload_timeout: Duration,
    pub max_pages: usize,
    pub max_changes: usize,
    /// Each a minute.
    pub rate_pages: u32,
    pub rate_changes: u32,
    pub rate_guesses: u32,
    pub rate_uploads: u32,
    pub rate_account: u32,
    pub database: DbLimits,
}

impl LimitSettings {
    /// Fills in from the file what neither flags nor environment say.
    pub(super) fn or(self, file: Self) -> Self {
        Self {
            max_clients: self.max_clients.or(file.max_clients),
            max_clients_per_address: self.max_clients_per_address.or(file.max_clients_per_address),
            header_timeout_seconds: self.header_timeout_seconds.or(file.header_timeout_seconds),
            body_timeout_seconds: self.body_timeout_seconds.or(file.body_timeout_seconds),
            upload_timeout_seconds: self.upload_timeout_seconds.or(file.upload_timeout_seconds),
            max_pages: self.max_pages.or(file.max_pages),
            max_changes: self.max_changes.or(file.max_changes),
            rate_pages: self.rate_pages.or(file.rate_pages),
            rate_changes: self.rate_changes.or(file.rate_changes),
            rate_guesses: self.rate_guesses.or(file.rate_guesses),
            rate_uploads: self.rate_uploads.or(file.rate_uploads),
            rate_account: self.rate_account.or(file.rate_account),
            max_waiting_writers: self.max_waiting_writers.or(file.max_waiting_writers),
            database_wait_ms: self.database_wait_ms.or(file.database_wait_ms),
            statement_timeout_ms: self.statement_timeout_ms.or(file.statement_timeout_ms),
        }
    }

    pub(super) fn with_defaults(self, max_connections: u32) -> Limits {
        let seconds = |set: Option<u64>, default| Duration::from_secs(set.unwrap_or(default).max(1));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Limits {
            max_clients: self.max_clients.unwrap_or(4096),
            max_clients_per_address: self.max_clients_per_address.unwrap_or(256),
            header_timeout: seconds(self.header_timeout_seconds, 15),
            body_timeout: seconds(self.body_timeout_seconds, 15),
            upload_timeout: seconds(self.upload_timeout_seconds, 120),
            max_pages: self.max_pages.filter(|most| *most > 0).unwrap_or((cores + 1).max(3)),
            max_changes: self.max_changes.unwrap_or(64).max(1),
            rate_pages: self.rate_pages.unwrap_or(1200),
            rate_changes: self.rate_changes.unwrap_or(300),
            rate_guesses: self.rate_guesses.unwrap_or(60),
            rate_uploads: self.rate_uploads.unwrap_or(240),
            rate_account: self.rate_account.unwrap_or(240),
            database: DbLimits {
                max_connections,
                max_waiting_writers: self.max_waiting_writers.unwrap_or(256),
                wait: Duration::from_millis(self.database_wait_ms.unwrap_or(5_000).max(1)),
                statement: Duration::from_millis(self.statement_timeout_ms.unwrap_or(20_000).max(1)),
            },
        }
    }
}

/// What may be set of the watching: flag, environment variable, key of the table `[watch]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WatchSettings {
    /// Where `/metrics` is served, apart from the shop: a loopback address, or any with a token [default: nowhere]
    #[arg(long, env = "XIANGJI_METRICS_ADDRESS", global = true)]
    pub metrics_address: Option<std::net::SocketAddr>,
    /// What whoever reads the metrics must say as `Authorization: Bearer …`
    #[arg(long, env = "XIANGJI_METRICS_TOKEN", hide_env_values = true, global = true)]
    pub metrics_token: Option<Secret>,
    /// A statement that takes longer is logged, by its first words and without its values [default: 250]
    #[arg(long, env = "XIANGJI_SLOW_STATEMENT_MS", global = true)]
    pub slow_statement_ms: Option<u64>,
    /// The worker checks the books this often; 0: never [default: 15]
    #[arg(long, env = "XIANGJI_VERIFY_EVERY_MINUTES", global = true)]
    pub verify_every_minutes: Option<i64>,
}

/// What is watched, and where it is told.
#[derive(Debug, Clone)]
pub struct Watching {
    pub metrics_address: Option<std::net::SocketAddr>,
    pub metrics_token: Option<Secret>,
    pub slow_statement_ms: u64,
    /// 0: never.
    pub verify_every_minutes: i64,
}

impl WatchSettings {
    /// Fills in from the file what neither flags nor environment say.
    pub(super) fn or(self, file: Self) -> Self {
        Self {
            metrics_address: self.metrics_address.or(file.metrics_address),
            metrics_token: self.metrics_token.or(file.metrics_token),
            slow_statement_ms: self.slow_statement_ms.or(file.slow_statement_ms),
            verify_every_minutes: self.verify_every_minutes.or(file.verify_every_minutes),
        }
    }

    /// # Errors
    /// The metrics would be open to everybody.
    pub(super) fn with_defaults(self) -> anyhow::Result<Watching> {
        let has_token = self.metrics_token.as_ref().is_some_and(|token| !token.reveal().trim().is_empty());
        anyhow::ensure!(
            has_token || self.metrics_token.is_none(),
            "metrics_token must not be empty: anybody could say nothing"
        );
        anyhow::ensure!(
            has_token || self.metrics_address.is_none_or(|address| address.ip().is_loopback()),
            "metrics_address must be a loopback address unless there is a metrics_token"
        );
        Ok(Watching {
            metrics_address: self.metrics_address,
            metrics_token: self.metrics_token,
            slow_statement_ms: self.slow_statement_ms.unwrap_or(250),
            verify_every_minutes: self.verify_every_minutes.unwrap_or(15),
        })
    }
}
