//! A mark of the state of the whole database, for what may be used again as long as nobody has written anything.

use std::panic::Location;
use std::time::Instant;

use super::{Db, Engine};
use crate::{Result, watch};

/// Two that are equal were taken of one state: between them nothing was committed, by this process or another. Two that
/// differ say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataVersion {
    /// SQLite counts for each connection by itself, so it is part of the mark which one was asked.
    connection: u64,
    mark: String,
}

impl Db {
    /// The mark of the present state, by one cheap statement that reads no table: SQLite looks into the header of its
    /// log, PostgreSQL into its list of transactions. Whatever is read after it is of that state or of a later one.
    pub async fn version(&self) -> Result<DataVersion> {
        let begun = Instant::now();
        let (text, version) = match self.engine {
            Engine::Sqlite => {
                let text = "PRAGMA data_version";
                let mut conn = self.watcher.acquire().await?;
                // There is one connection at most, and its number was given to it when it was opened.
                let connection = self.watchers.load(std::sync::atomic::Ordering::Acquire);
                let number: i64 = sqlx::query_scalar(text).fetch_one(&mut *conn).await?;
                (text, DataVersion { connection, mark: number.to_string() })
            }
            Engine::Postgres => {
                // The transactions that are under way and the number of the next one. A transaction that writes has a
                // number and leaves the list when it is committed, so no two states have the same text.
                let text = "SELECT CAST(pg_current_snapshot() AS TEXT)";
                let mut conn = self.watcher.acquire().await?;
                let mark: String = sqlx::query_scalar(text).fetch_one(&mut *conn).await?;
                (text, DataVersion { connection: 0, mark })
            }
        };
        watch::note_statement(text, Location::caller(), begun.elapsed());
        Ok(version)
    }
}
