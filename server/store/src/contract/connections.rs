//! What the connections themselves must do; everything else is in the contract suite.

use std::path::Path;

use sqlx::Executor as _;

use crate::{Db, StoreError};

async fn open(folder: &Path) -> Db {
    Db::connect(&format!("sqlite://{}/shop.sqlite", folder.display()), 2).await.unwrap()
}

/// A file that may not grow is to SQLite what a full disk is: it ends the transaction by itself.
#[tokio::test]
async fn after_a_full_disk_writing_goes_on_as_soon_as_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut tx = db.write().await.unwrap();
    tx.execute("CREATE TABLE t (x BLOB NOT NULL)").await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.execute("INSERT INTO t VALUES (zeroblob(100))").await.unwrap();
    // The limit is the connection's own, and goes with it.
    tx.execute("PRAGMA max_page_count = 3").await.unwrap();
    let full = tx.execute("INSERT INTO t VALUES (zeroblob(1000000))").await.unwrap_err();
    assert!(matches!(StoreError::from(full), StoreError::Busy(_)), "somebody has to make room");
    drop(tx);
    let mut tx = db.write().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM t").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(left, 0, "the broken transaction left nothing behind");
    tx.execute("INSERT INTO t VALUES (zeroblob(1000000))").await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}

#[tokio::test]
async fn the_only_writer_syncs_before_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path()).await;
    let mut tx = db.write().await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *tx).await.unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap();
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *tx).await.unwrap();
    assert_eq!((synchronous, journal.as_str(), foreign_keys), (2, "wal", 1));
    drop(tx);
    assert_eq!(db.durability_gap().await.unwrap(), None);
    db.close().await;
}
