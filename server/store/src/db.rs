//! Connections: one writer and several readers on SQLite, one pool on PostgreSQL.

mod founding;
mod sqlite;
mod upkeep;
mod version;
mod write;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Once};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _, Executor, Transaction};

use crate::{Result, StoreError, sql};

pub use founding::Founding;
pub use version::DataVersion;
use write::Place;
pub use write::WriteTx;

pub use upkeep::{get_schema_version, newest_schema_version};

/// A connection of either engine.
pub type Conn = sqlx::AnyConnection;

/// A connection to read from, outside any transaction.
pub type ReadConn = PoolConnection<Any>;

static SQLITE_MIGRATIONS: LazyLock<Migrator> =
    LazyLock::new(|| beside_later(sqlx::migrate!("migrations/sqlite")));
static POSTGRES_MIGRATIONS: LazyLock<Migrator> =
    LazyLock::new(|| beside_later(sqlx::migrate!("migrations/postgres")));

/// A release starts on the schema of the next one, too (decision 0011): what that one has added is none of its business.
fn beside_later(mut migrator: Migrator) -> Migrator {
    migrator.set_ignore_missing(true);
    migrator
}

/// Makes both engines known. Only needed before a connection that is not opened through [`Db`]; doing it again changes
/// nothing.
pub fn install_drivers() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let drivers = &[sqlx_sqlite::any::DRIVER, sqlx_postgres::any::DRIVER];
        if let Err(others) = sqlx::any::install_drivers(drivers) {
            // Only whoever installs drivers beside this function can cause it; connecting then says which are missing.
            tracing::error!(%others, "database drivers were installed elsewhere");
        }
    });
}

/// Which engine a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// How much the database may be asked for at once, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct DbLimits {
    /// Connections for reading (SQLite) or altogether (PostgreSQL).
    pub max_connections: u32,
    /// Transactions that may wait for the right to write; one more is told to come again.
    pub max_waiting_writers: usize,
    /// The longest wait for a connection or for the right to write.
    pub wait: Duration,
    /// PostgreSQL breaks off a statement that takes longer.
    pub statement: Duration,
}

impl Default for DbLimits {
    fn default() -> Self {
        Self {
            max_connections: 8,
            max_waiting_writers: 256,
            wait: Duration::from_secs(10),
            statement: Duration::from_secs(20),
        }
    }
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    pub open: u32,
    pub idle: usize,
    pub most: u32,
    /// Transactions that wait for the right to write.
    pub waiting_writers: usize,
}

/// The database: where the readers are and where the writers are.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    /// Where everything there is is read from. On SQLite such a connection is closed afterwards: what it keeps of a shop's
    /// whole history (pages, statements, what it sorted) is of no use to the readers.
    whole_reader: AnyPool,
    lock_file: Option<PathBuf>,
    limits: DbLimits,
    waiting_writers: Arc<AtomicUsize>,
    /// Where it is asked whether anybody has written: of one connection on SQLite, which counts for each by itself.
    watcher: AnyPool,
    /// How many connections `watcher` has had.
    watchers: Arc<AtomicU64>,
    /// Never sent away because others wait.
    is_urgent: bool,
}

impl Db {
    /// Opens `url` (`sqlite://path` or `postgres://…`); a SQLite file is made when missing.
    ///
    /// # Errors
    /// [`StoreError::UnfitEngine`] when the engine is too old, the URL names another engine, or SQLite does not keep a
    /// write-ahead log, sync fully and hold foreign keys.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self> {
        Self::connect_with(url, DbLimits { max_connections, ..DbLimits::default() }).await
    }

    /// [`Db::connect`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Db::connect`].
    pub async fn connect_with(url: &str, limits: DbLimits) -> Result<Self> {
        install_drivers();
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let settings: &'static str = limits.postgres_settings().leak();
            let pool = pool_options(limits.max_connections, limits.wait)
                .after_connect(move |conn, _| Box::pin(async move { conn.execute(settings).await.map(drop) }))
                .before_acquire(|conn, meta| Box::pin(async move { Ok(is_alive(conn, meta.idle_for).await) }))
                .connect_with(AnyConnectOptions::from_str(&named(url))?)
                .await?;
            return Ok(Self {
                engine: Engine::Postgres,
                writer: pool.clone(),
                watcher: pool.clone(),
                watchers: Arc::default(),
                whole_reader: pool.clone(),
                reader: pool,
                lock_file: None,
                limits,
                waiting_writers: Arc::default(),
                is_urgent: false,
            });
        }
        let Some(path) = url.strip_prefix("sqlite:").map(|rest| rest.trim_start_matches("//")) else {
            return Err(StoreError::UnfitEngine(
                "DATABASE_URL must begin with sqlite:// or postgres://".to_owned(),
            ));
        };
        Self::connect_sqlite(Path::new(path.split('?').next().unwrap_or(path)), limits).await
    }

    async fn connect_sqlite(path: &Path, limits: DbLimits) -> Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        sqlite::make_private(path)?;
        let options = AnyConnectOptions::from_str(&format!("sqlite://{}?mode=rwc", path.display()))?;
        sqlite::require_version(&options).await?;
        // When the disk is full, SQLite ends the transaction by itself; the driver's rollback then fails, and the driver
        // believes for good that a transaction is open. Such a connection is replaced (`before_acquire`): it is the only
        // one that may write.
        let writer = pool_options(1, limits.wait)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(WRITER_PRAGMAS).await.map(drop) }))
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        sqlite::require_settings(&writer).await?;
        let reader = pool_options(limits.max_connections, limits.wait)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(READER_PRAGMAS).await.map(drop) }))
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        let whole_reader = pool_options(limits.max_connections, limits.wait)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(READER_PRAGMAS).await.map(drop) }))
            .after_release(|_, _| Box::pin(async { Ok(false) }))
            .connect_lazy_with(options.clone());
        let watchers = Arc::<AtomicU64>::default();
        let opened = watchers.clone();
        let watcher = pool_options(1, limits.wait)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(move |conn, _| {
                opened.fetch_add(1, Ordering::AcqRel);
                Box::pin(async move { conn.execute(READER_PRAGMAS).await.map(drop) })
            })
            .connect_lazy_with(options);
        let lock_file = Some(path.with_extension("migrate.lock"));
        let waiting_writers = Arc::default();
        Ok(Self {
            engine: Engine::Sqlite,
            writer,
            reader,
            whole_reader,
            watcher,
            watchers,
            lock_file,
            limits,
            waiting_writers,
            is_urgent: false,
        })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The same database for what must not be sent away because others wait: money that arrived, timers, the outbox.
    /// It waits like everybody, but for as long as it takes the pool to give up, and however many wait before it.
    #[must_use]
    pub fn urgent(&self) -> Self {
        Self { is_urgent: true, ..self.clone() }
    }

    /// How many connections are open and idle, and how many writers wait.
    #[must_use]
    pub fn pool_use(&self) -> PoolUse {
        PoolUse {
            open: self.reader.size(),
            idle: self.reader.num_idle(),
            most: self.limits.max_connections,
            waiting_writers: self.waiting_writers.load(Ordering::Relaxed),
        }
    }

    /// Brings the schema up to date. Several processes may call it at once: one works, the others wait.
    pub async fn migrate(&self) -> Result<()> {
        match (self.engine, &self.lock_file) {
            (Engine::Sqlite, Some(lock_file)) => {
                // sqlx takes no lock on SQLite, so two starting processes would race.
                let path = lock_file.clone();
                let lock = lock_exclusively(path)?;
                SQLITE_MIGRATIONS.run(&self.writer).await?;
                drop(lock);
            }
            _ => {
                // A connection of its own: a migration may take longer than any statement of the shop.
                let mut conn = self.writer.acquire().await?.detach();
                conn.execute("SET statement_timeout = 0; SET lock_timeout = 0").await?;
                POSTGRES_MIGRATIONS.run(&mut conn).await?;
                conn.close().await?;
            }
        }
        let (schema, newest) = (self.find_schema_version().await?, newest_schema_version());
        if schema > newest {
            tracing::warn!(schema, newest, "a later release has added to this database");
        }
        Ok(())
    }

    /// A connection for statements that only read.
    pub async fn read(&self) -> Result<ReadConn> {
        Ok(self.reader.acquire().await?)
    }

    /// A transaction in which several reads see one state.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>> {
        self.begin_snapshot(&self.reader).await
    }

    async fn begin_snapshot(&self, readers: &AnyPool) -> Result<Transaction<'static, Any>> {
        Ok(match self.engine {
            Engine::Sqlite => readers.begin().await?,
            Engine::Postgres => readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        })
    }

    /// A transaction that writes. Dropped without [`WriteTx::commit`], it leaves nothing behind.
    ///
    /// On SQLite it takes the write lock at once: a transaction that upgrades later fails whatever the timeout.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many wait before it, or the wait was too long ([`DbLimits`]).
    pub async fn write(&self) -> Result<WriteTx> {
        let place = Place::take(&self.waiting_writers);
        let begin = async {
            match self.engine {
                Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await,
                Engine::Postgres => self.writer.begin().await,
            }
        };
        if self.is_urgent {
            return Ok(WriteTx::begun(begin.await?));
        }
        if place.before_us >= self.limits.max_waiting_writers {
            return Err(StoreError::queue_full());
        }
        match tokio::time::timeout(self.limits.wait, begin).await {
            Ok(tx) => Ok(WriteTx::begun(tx?)),
            Err(_elapsed) => Err(StoreError::queue_full()),
        }
    }

    /// What keeps an acknowledged transaction from surviving a power failure; `None` when nothing does.
    ///
    /// SQLite is set up by ourselves and checked by [`Db::connect`]. On PostgreSQL each connection of ours commits
    /// synchronously; what an administrator may have switched off for the whole server is told here.
    pub async fn durability_gap(&self) -> Result<Option<String>> {
        if self.engine == Engine::Sqlite {
            return Ok(None);
        }
        let mut conn = self.read().await?;
        for (setting, wanted) in [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "")] {
            let value = sqlx::query_scalar("SELECT current_setting($1)").bind(setting);
            let value: String = value.fetch_one(&mut *conn).await?;
            if value == "off" || !(wanted.is_empty() || value == wanted) {
                return Ok(Some(format!("PostgreSQL has {setting} = {value}")));
            }
        }
        Ok(None)
    }

    /// Whether the database answers; for the readiness check.
    pub async fn ping(&self) -> Result<()> {
        let mut conn = self.read().await?;
        sql::query_scalar::<i64>("SELECT CAST(1 AS BIGINT)").fetch_one(&mut conn).await?;
        Ok(())
    }

    /// Closes every connection; on SQLite the write-ahead log is folded in.
    pub async fn close(&self) {
        self.watcher.close().await;
        self.whole_reader.close().await;
        self.reader.close().await;
        self.writer.close().await;
    }
}

// Every connection has a cache of its own, and the system's cache of the file stands behind them all: together they may
// take 48 MB. No connection maps the file into memory: each would count every page that it has read once more, and the
// shop's memory would grow with its history.
const WRITER_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA temp_store = FILE;";
const READER_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4096; PRAGMA temp_store = FILE; \
     PRAGMA mmap_size = 0; PRAGMA query_only = ON;";

impl DbLimits {
    /// What PostgreSQL breaks off by itself: a statement that takes too long, a wait for a lock, a transaction that
    /// somebody left open (a process that was stopped must not keep its locks). And a commit is answered when it is on
    /// disk, whatever the server's own setting says.
    fn postgres_settings(&self) -> String {
        format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
             SELECT set_config('synchronous_commit', 'on', false) \
              WHERE current_setting('synchronous_commit') IN ('off', 'local')",
            self.statement.as_millis(),
            self.wait.as_millis(),
            2 * self.wait.as_millis(),
        )
    }
}

/// Whether a connection that lay idle still leads to the database: after a restart of PostgreSQL none does, and finding
/// that out here costs nobody their request.
async fn is_alive(conn: &mut Conn, idle_for: Duration) -> bool {
    const TRUSTED_FOR: Duration = Duration::from_secs(1);
    const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
    if idle_for < TRUSTED_FOR {
        return !conn.is_in_transaction();
    }
    matches!(tokio::time::timeout(ANSWERS_WITHIN, conn.ping()).await, Ok(Ok(())))
}

/// The URL with the shop's name, so that `pg_stat_activity` tells whose connection it is.
fn named(url: &str) -> String {
    if url.contains("application_name=") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}application_name=xiangji")
}

fn pool_options(max_connections: u32, wait: Duration) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(max_connections).acquire_timeout(wait).test_before_acquire(false)
}

/// Holds an exclusive lock on a small file beside the database until dropped.
fn lock_exclusively(path: PathBuf) -> Result<std::fs::File> {
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}
