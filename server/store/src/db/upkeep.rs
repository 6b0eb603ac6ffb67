//! What an operator does to a whole database: tell its schema, bring it to one, take a snapshot of it.

use std::path::Path;

use sqlx::{AssertSqlSafe, Executor as _, Transaction};

use super::{Db, Engine, POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS, lock_exclusively};
use crate::{Conn, Result, StoreError, sql};

/// The schema this program brings databases to: the number of its last migration.
pub fn newest_schema_version() -> i64 {
    SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The schema of a database that has one: the number of the last migration it has gone through.
///
/// # Errors
/// [`StoreError::Database`] also when the database has no schema at all.
pub async fn get_schema_version(conn: &mut Conn) -> Result<i64> {
    let text = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations";
    Ok(sql::query_scalar::<i64>(text).fetch_one(&mut *conn).await?)
}

impl Db {
    /// The schema of this database, and 0 for one without any.
    pub async fn find_schema_version(&self) -> Result<i64> {
        let mut conn = self.read().await?;
        let ledger = match self.engine {
            Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE name = '_sqlx_migrations'",
            Engine::Postgres => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables \
                 WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'"
            }
        };
        if sql::query_built(ledger.to_owned()).fetch_optional(&mut *conn).await?.is_none() {
            return Ok(0);
        }
        get_schema_version(&mut conn).await
    }

    /// Brings the schema up to `version` and no further: what was exported from an older shop is read into the schema
    /// it had, and goes through the later migrations as that shop would have.
    ///
    /// # Errors
    /// [`StoreError::Migration`]; a database that is past `version` is left as it is.
    pub async fn migrate_to(&self, version: i64) -> Result<()> {
        match (self.engine, &self.lock_file) {
            (Engine::Sqlite, Some(lock_file)) => {
                let lock = lock_exclusively(lock_file.clone())?;
                SQLITE_MIGRATIONS.run_to(version, &self.writer).await?;
                drop(lock);
            }
            _ => POSTGRES_MIGRATIONS.run_to(version, &self.writer).await?,
        }
        Ok(())
    }

    /// A snapshot that may take as long as reading everything takes: the limit of a statement does not hold in it.
    pub async fn long_snapshot(&self) -> Result<Transaction<'static, sqlx::Any>> {
        let mut tx = self.begin_snapshot(&self.whole_reader).await?;
        if self.engine == Engine::Postgres {
            tx.execute("SET LOCAL statement_timeout = 0").await?;
        }
        Ok(tx)
    }

    /// A transaction that writes and may take as long as writing everything takes.
    pub async fn long_write(&self) -> Result<super::WriteTx> {
        let mut tx = self.write().await?;
        if self.engine == Engine::Postgres {
            tx.execute("SET LOCAL statement_timeout = 0").await?;
        }
        Ok(tx)
    }

    /// Writes what is committed now into a new SQLite file at `path`, while others go on reading and writing.
    ///
    /// The file is whole once this answers, but not yet on disk: sync it before relying on it.
    ///
    /// # Errors
    /// [`StoreError::UnfitEngine`] on PostgreSQL; [`StoreError::Database`] when there is a file already or no room.
    pub async fn vacuum_into(&self, path: &Path) -> Result<()> {
        if self.engine != Engine::Sqlite {
            return Err(StoreError::UnfitEngine("only SQLite is copied as a file".to_owned()));
        }
        let text = format!("VACUUM INTO '{}'", path.display().to_string().replace('\'', "''"));
        let mut conn = self.read().await?;
        // To this connection even a copy elsewhere is a write.
        conn.execute("PRAGMA query_only = OFF").await?;
        let copied = conn.execute(AssertSqlSafe(text)).await;
        conn.execute("PRAGMA query_only = ON").await?;
        copied?;
        Ok(())
    }

    /// Looks for damage in a SQLite file as a whole; nothing to do on PostgreSQL, which keeps its pages itself.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] with SQLite's own words.
    pub async fn check_pages(&self) -> Result<()> {
        if self.engine != Engine::Sqlite {
            return Ok(());
        }
        use sqlx::Row as _;
        let row = self.read().await?.fetch_one("PRAGMA quick_check(1)").await?;
        let found: String = row.try_get(0)?;
        if found == "ok" {
            return Ok(());
        }
        Err(StoreError::Unreadable { what: "database file", value: found })
    }
}
