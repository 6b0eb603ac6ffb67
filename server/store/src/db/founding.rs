//! Filling a new database is one process's work.

use std::fs::File;

use sqlx::Executor as _;

use super::{Db, lock_exclusively};
use crate::{Conn, Result, StoreError};

/// The right to fill a new database, given back when dropped; also when the process dies.
#[derive(Debug)]
#[must_use = "the right lasts as long as this"]
pub struct Founding {
    _file: Option<File>,
    _conn: Option<Conn>,
}

impl Db {
    /// Waits until no other process is filling this database, and keeps them waiting until the answer is dropped: of
    /// several that start at once one makes the county and lives through its past, and no worker of another takes part
    /// in that.
    ///
    /// # Errors
    /// The file of the lock cannot be made; PostgreSQL does not answer.
    pub async fn begin_founding(&self) -> Result<Founding> {
        if let Some(migrating) = &self.lock_file {
            let path = migrating.with_extension("").with_extension("founding.lock");
            let waited = tokio::task::spawn_blocking(move || lock_exclusively(path)).await;
            let file = waited.map_err(|error| StoreError::from(std::io::Error::other(error)))??;
            return Ok(Founding { _file: Some(file), _conn: None });
        }
        // A connection of its own, whose end ends the lock; nothing may break off the wait.
        let mut conn = self.writer.acquire().await?.detach();
        conn.execute(
            "SET statement_timeout = 0; SET lock_timeout = 0; \
             DO $$ BEGIN PERFORM pg_advisory_lock(hashtext('xiangji founding')); END $$",
        )
        .await?;
        Ok(Founding { _file: None, _conn: Some(conn) })
    }
}
