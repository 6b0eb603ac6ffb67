//! Whether the SQLite that runs here, and the way it is set up, may keep the shop's books.

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyPool, Connection as _};

use super::Conn;
use crate::{Result, StoreError};

/// Older SQLite can corrupt a write-ahead log on reset.
const OLDEST: [u32; 3] = [3, 51, 3];

/// Asks the library itself how old it is, on a connection of its own: nothing may touch the log before. What the shop
/// was compiled with says nothing about a library that is linked when it starts.
///
/// # Errors
/// [`StoreError::UnfitEngine`] when it is older than [`OLDEST`].
pub(super) async fn require_version(options: &AnyConnectOptions) -> Result<()> {
    let mut first = Conn::connect_with(options).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut first).await?;
    first.close().await?;
    if is_new_enough(&version) {
        return Ok(());
    }
    let [major, minor, patch] = OLDEST;
    Err(StoreError::UnfitEngine(format!("SQLite {version} is older than {major}.{minor}.{patch}")))
}

/// Settings that SQLite takes without a word and may not follow, as on file systems without shared memory.
///
/// # Errors
/// [`StoreError::UnfitEngine`] with what it has instead.
pub(super) async fn require_settings(writer: &AnyPool) -> Result<()> {
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(writer).await?;
    if (journal.as_str(), synchronous, foreign_keys) == ("wal", 2, 1) {
        return Ok(());
    }
    Err(StoreError::UnfitEngine(format!(
        "SQLite must keep a write-ahead log, sync fully and hold foreign keys, but has journal {journal}, \
         synchronous {synchronous}, foreign keys {foreign_keys}"
    )))
}

/// Whether a version as SQLite writes it (`3.51.3`, four numbers for some patches) is [`OLDEST`] or later. What cannot
/// be read is not.
fn is_new_enough(version: &str) -> bool {
    let parts: std::result::Result<Vec<u32>, _> = version.trim().split('.').map(str::parse).collect();
    parts.is_ok_and(|parts| parts.as_slice() >= OLDEST.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for fit in ["3.51.3", "3.51.3.1", "3.51.10", "3.52", "3.100.0", "4.0.0"] {
            assert!(is_new_enough(fit), "{fit}");
        }
        for unfit in ["3.51.2", "3.51", "3.9.12", "3.50.99", "2.99.99", "", "new", "3.51.3-beta"] {
            assert!(!is_new_enough(unfit), "{unfit}");
        }
    }
}
