//! Whether the SQLite that runs here, and the way it is set up, may keep the shop's books.

use std::path::Path;

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

/// Makes a missing file for its owner alone, whatever the umask: it will hold addresses and password hashes. SQLite gives
/// what it puts beside it the same permissions; a file that is there keeps its own.
#[cfg(unix)]
pub(super) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
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

    #[cfg(unix)]
    #[tokio::test]
    async fn a_new_database_and_what_lies_beside_it_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("xiangji.db");
        let db = crate::Db::connect(&format!("sqlite://{}", path.display()), 2).await.unwrap();
        db.migrate().await.unwrap();
        let mode =
            |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("xiangji.db"), mode("xiangji.db-wal")), (0o600, 0o600));
        db.close().await;
        // Who lets a group read it knows why.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        crate::Db::connect(&format!("sqlite://{}", path.display()), 2).await.unwrap().close().await;
        assert_eq!(mode("xiangji.db"), 0o640);
    }

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
