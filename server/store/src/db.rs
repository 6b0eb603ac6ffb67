//! Connections: one writer and several readers on SQLite, one pool on PostgreSQL.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Executor, Transaction};

use crate::{Result, StoreError, sql};

/// A connection of either engine.
pub type Conn = sqlx::AnyConnection;

/// A connection to read from, outside any transaction.
pub type ReadConn = PoolConnection<Any>;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Older SQLite can corrupt a write-ahead log on reset.
const MIN_SQLITE_VERSION: i32 = 3_051_003;

/// Which engine a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database: where the readers are and where the writers are.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    lock_file: Option<PathBuf>,
}

impl Db {
    /// Opens `url` (`sqlite://path` or `postgres://…`); a SQLite file is made when missing.
    ///
    /// # Errors
    /// [`StoreError::UnfitEngine`] when the engine is too old, the URL names another engine, or the journal is not a
    /// write-ahead log.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self> {
        sqlx::any::install_default_drivers();
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = pool_options(max_connections).connect_with(AnyConnectOptions::from_str(url)?).await?;
            return Ok(Self {
                engine: Engine::Postgres,
                writer: pool.clone(),
                reader: pool,
                lock_file: None,
            });
        }
        let Some(path) = url.strip_prefix("sqlite:").map(|rest| rest.trim_start_matches("//")) else {
            return Err(StoreError::UnfitEngine(
                "DATABASE_URL must begin with sqlite:// or postgres://".to_owned(),
            ));
        };
        Self::connect_sqlite(Path::new(path.split('?').next().unwrap_or(path)), max_connections).await
    }

    async fn connect_sqlite(path: &Path, max_connections: u32) -> Result<Self> {
        let version = sqlite_version();
        if version < MIN_SQLITE_VERSION {
            return Err(StoreError::UnfitEngine(format!(
                "SQLite {version} is older than {MIN_SQLITE_VERSION}"
            )));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let options = AnyConnectOptions::from_str(&format!("sqlite://{}?mode=rwc", path.display()))?;
        let writer = pool_options(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(WRITER_PRAGMAS).await.map(drop) }))
            .connect_with(options.clone())
            .await?;
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&writer).await?;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&writer).await?;
        if journal != "wal" || synchronous != 2 {
            return Err(StoreError::UnfitEngine(format!(
                "SQLite must keep a write-ahead log and sync fully, but has journal {journal}, synchronous {synchronous}"
            )));
        }
        let reader = pool_options(max_connections)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(READER_PRAGMAS).await.map(drop) }))
            .connect_with(options)
            .await?;
        let lock_file = Some(path.with_extension("migrate.lock"));
        Ok(Self { engine: Engine::Sqlite, writer, reader, lock_file })
    }

    pub fn engine(&self) -> Engine {
        self.engine
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
            _ => POSTGRES_MIGRATIONS.run(&self.writer).await?,
        }
        Ok(())
    }

    /// A connection for statements that only read.
    pub async fn read(&self) -> Result<ReadConn> {
        Ok(self.reader.acquire().await?)
    }

    /// A transaction in which several reads see one state.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>> {
        Ok(match self.engine {
            Engine::Sqlite => self.reader.begin().await?,
            Engine::Postgres => {
                self.reader.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
            }
        })
    }

    /// A transaction that writes. Dropped without [`WriteTx::commit`], it leaves nothing behind.
    ///
    /// On SQLite it takes the write lock at once: a transaction that upgrades later fails whatever the timeout.
    pub async fn write(&self) -> Result<WriteTx> {
        let tx = match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        };
        Ok(WriteTx { tx })
    }

    /// Whether the database answers; for the readiness check.
    pub async fn ping(&self) -> Result<()> {
        let mut conn = self.read().await?;
        sql::query_scalar::<i64>("SELECT CAST(1 AS BIGINT)").fetch_one(&mut *conn).await?;
        Ok(())
    }

    /// Closes every connection; on SQLite the write-ahead log is folded in.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A write transaction; use it as a connection.
#[derive(Debug)]
pub struct WriteTx {
    tx: Transaction<'static, Any>,
}

impl WriteTx {
    /// Makes everything durable, then answers.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for WriteTx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.tx
    }
}

const WRITER_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 5000; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";
const READER_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; \
     PRAGMA mmap_size = 268435456; PRAGMA query_only = ON;";

fn pool_options(max_connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
}

fn sqlite_version() -> i32 {
    libsqlite3_sys::SQLITE_VERSION_NUMBER
}

/// Holds an exclusive lock on a small file beside the database until dropped.
fn lock_exclusively(path: PathBuf) -> Result<std::fs::File> {
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}
