//! Databases of a test's own, and administrators and other programs that share one with the shop.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::{Conn, Result, install_drivers, sql};

/// Runs a test on a new PostgreSQL database, given by its address, which is dropped afterwards whether the test failed
/// or not.
///
/// Answers whether there was a server to run it on: without `XIANGJI_TEST_POSTGRES_URL` a developer goes on, CI fails.
///
/// # Panics
/// The test did, or the server does not do what it is asked for.
pub async fn on_new_postgres(test: impl AsyncFnOnce(String)) -> bool {
    let Ok(url) = std::env::var("XIANGJI_TEST_POSTGRES_URL") else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must set XIANGJI_TEST_POSTGRES_URL");
        eprintln!("skipped on PostgreSQL: XIANGJI_TEST_POSTGRES_URL is not set");
        return false;
    };
    install_drivers();
    let name = format!("xj_test_{:016x}", RandomState::new().build_hasher().finish());
    let (server, _) = url.rsplit_once('/').expect("a database at the end of XIANGJI_TEST_POSTGRES_URL");
    let mut admin = Conn::connect(&url).await.expect("PostgreSQL at XIANGJI_TEST_POSTGRES_URL");
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"))).await.unwrap();
    let outcome = AssertUnwindSafe(test(format!("{server}/{name}"))).catch_unwind().await;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
    if let Err(panic) = outcome {
        eprintln!("failed on PostgreSQL");
        resume_unwind(panic);
    }
    true
}

/// Another program that has the shop's SQLite file open.
#[derive(Debug)]
pub struct ForeignWriter(Conn);

impl ForeignWriter {
    /// Opens the file as any program may.
    pub async fn connect(url: &str) -> Result<Self> {
        install_drivers();
        Ok(Self(Conn::connect(url).await?))
    }

    /// Takes the right to write and keeps it.
    pub async fn seize(&mut self) -> Result<()> {
        self.0.execute("BEGIN IMMEDIATE").await?;
        Ok(())
    }

    /// Gives it back; nothing was written.
    pub async fn let_go(&mut self) -> Result<()> {
        self.0.execute("COMMIT").await?;
        Ok(())
    }

    /// Closes the file.
    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

/// Makes commits asynchronous for whoever connects to the PostgreSQL database `shop`, as an administrator may.
pub async fn make_commits_asynchronous(url: &str) -> Result<()> {
    install_drivers();
    let mut admin = Conn::connect(url).await?;
    admin.execute("ALTER DATABASE shop SET synchronous_commit = off").await?;
    Ok(admin.close().await?)
}

/// Whether somebody who is connected to this PostgreSQL database has taken a batch to sell from, and has asked for nothing
/// more for a while: stopped in the middle of an order.
pub async fn is_a_batch_in_idle_hands(conn: &mut Conn) -> Result<bool> {
    let held = sql::query_scalar::<i64>(
        "SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
          WHERE l.relation = CAST('batches' AS regclass) AND l.mode = 'RowExclusiveLock'
            AND a.state = 'idle in transaction'
            AND a.state_change < clock_timestamp() - CAST('200 milliseconds' AS interval)",
    );
    Ok(held.fetch_one(conn).await? > 0)
}

/// Whether this connection's commits wait for the disk, in PostgreSQL's words.
pub async fn get_synchronous_commit(conn: &mut Conn) -> Result<String> {
    Ok(sql::query_scalar::<String>("SELECT current_setting('synchronous_commit')").fetch_one(conn).await?)
}
