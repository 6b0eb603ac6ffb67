//! Backups of a running shop, and their way back.
//!
//! # The folder
//! ```text
//! folder/media/…                  photos by their names, each copied once: what a name holds never changes
//! folder/20260615T040000Z/        one snapshot, by the time (UTC) at which it began
//!     database.sqlite             a copy that SQLite made, or
//!     database.jsonl.gz           an export of PostgreSQL (see [`crate::portable`])
//!     media.sha256                the photos of this snapshot, in the form of `sha256sum`
//!     manifest.json               what it is and how to tell that it is whole
//! ```
//! A snapshot appears under its name when everything in it is on disk, never before. The database is read first and the
//! photos after it: a photo is stored before the row that names it, so every row of the snapshot has its files.
//!
//! Everything committed before the backup began is in it; what was committed later may be.

mod files;
mod photos;
mod restoring;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use domain::time::{DAY_MS, Date};
use serde::{Deserialize, Serialize};
use store::portable::{Totals, count_table, list_tables};
use store::{Db, Engine};

use crate::Services;
use crate::portable::{self, MoveError};

pub use restoring::{Database, Restored, restore};

const FORMAT: i64 = 1;
const MANIFEST: &str = "manifest.json";
const PHOTOS: &str = "media.sha256";
const SQLITE_FILE: &str = "database.sqlite";
const PORTABLE_FILE: &str = "database.jsonl.gz";

/// Why there is no backup, or no shop made of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error("photos: {0}")]
    Photos(#[from] object_store::Error),
    #[error("another backup is being made in this folder")]
    AlreadyRunning,
    /// Nothing that could be put back.
    #[error("there is no backup in {0}")]
    NoBackup(String),
    /// A file is not what the manifest says: it was altered, or the disk lost something.
    #[error("{0} is damaged: it is not what was backed up")]
    Damaged(String),
    /// The shop is to be put where something is already.
    #[error("{0} is there already: restore where nothing is, and move the old away by hand")]
    Occupied(String),
    /// The backup is SQLite's own file, the target is PostgreSQL.
    #[error("this backup is of SQLite: restore it into SQLite, then use export and import")]
    OtherEngine,
}

impl From<store::StoreError> for BackupError {
    fn from(error: store::StoreError) -> Self {
        Self::Move(error.into())
    }
}

/// What a snapshot is. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: i64,
    /// Of the program that made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// The number of the last migration.
    pub schema: i64,
    /// Everything committed before this is in the snapshot: the point of loss.
    pub began_at_ms: i64,
    pub made_at_ms: i64,
    pub database: Listed,
    /// Rows and sums of money of each table.
    pub tables: BTreeMap<String, Counted>,
    /// The list of photos, and how many they are.
    pub photos: Listed,
    pub photo_files: u64,
}

/// A file of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
}

/// What a table held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub rows: i64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sums_fen: BTreeMap<String, i64>,
}

impl From<Totals> for Counted {
    fn from(totals: Totals) -> Self {
        Self { rows: totals.rows, sums_fen: totals.sums_fen }
    }
}

/// A backup that is on disk.
#[derive(Debug, Clone)]
pub struct BackedUp {
    pub folder: PathBuf,
    pub manifest: Manifest,
    /// Photo files copied now; the others lay there from earlier backups.
    pub copied: u64,
    /// Older snapshots that were removed.
    pub removed: usize,
}

/// Makes a snapshot in `folder` while the shop goes on, then removes all but the newest `keep` snapshots (0 keeps all).
///
/// # Errors
/// Every [`BackupError`] of writing; earlier snapshots are untouched and no half of one is left under its name.
pub async fn back_up(
    services: &Services,
    folder: &Path,
    version: &str,
    keep: usize,
) -> Result<BackedUp, BackupError> {
    files::make_folder(folder)?;
    let lock = File::create(folder.join(".lock")).map_err(files::at(folder))?;
    if lock.try_lock().is_err() {
        return Err(BackupError::AlreadyRunning);
    }
    let began_at_ms = services.now_ms();
    let name = name_of(began_at_ms);
    let last = snapshots(folder)?.pop();
    let partial = folder.join(format!(".{name}.partial"));
    remove_partials(folder)?;
    files::make_folder(&partial)?;
    let (database, schema, tables) = copy_database(&services.db, &partial).await?;
    let photos = photos::copy_all(&*services.media, folder, &partial, last.as_deref()).await?;
    let manifest = Manifest {
        format: FORMAT,
        version: version.to_owned(),
        engine: if services.db.engine() == Engine::Sqlite { "sqlite" } else { "postgres" }.to_owned(),
        schema,
        began_at_ms,
        made_at_ms: services.now_ms(),
        database,
        tables,
        photos: photos.list,
        photo_files: photos.files,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| files::other(&partial, error))?;
    files::write_synced(&partial.join(MANIFEST), &text)?;
    files::sync_folder(&partial)?;
    let made = folder.join(&name);
    fs::rename(&partial, &made).map_err(files::at(&made))?;
    files::sync_folder(folder)?;
    let removed = if keep == 0 { 0 } else { remove_old(folder, keep)? };
    Ok(BackedUp { folder: made, manifest, copied: photos.copied, removed })
}

/// `20260615T040000Z`: sorts by time.
fn name_of(at_ms: i64) -> String {
    let (year, month, day) = Date::from_day_number(at_ms.div_euclid(DAY_MS)).ymd();
    let seconds = at_ms.rem_euclid(DAY_MS) / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// The snapshots in a folder, oldest first.
fn snapshots(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(files::at(folder))? {
        let path = entry.map_err(files::at(folder))?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !is_hidden && path.join(MANIFEST).is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What a backup that was cut off has left behind; the lock says that nobody is working on it.
fn remove_partials(folder: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(files::at(folder))? {
        let path = entry.map_err(files::at(folder))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') && name.ends_with(".partial") {
            fs::remove_dir_all(&path).map_err(files::at(&path))?;
        }
    }
    Ok(())
}

/// Photos stay: a later snapshot may need them, and they are few beside what a disk holds.
fn remove_old(folder: &Path, keep: usize) -> Result<usize, BackupError> {
    let all = snapshots(folder)?;
    let old = &all[..all.len().saturating_sub(keep)];
    for path in old {
        // The manifest first: half a snapshot must not look like a whole one.
        let manifest = path.join(MANIFEST);
        fs::remove_file(&manifest).map_err(files::at(&manifest))?;
        fs::remove_dir_all(path).map_err(files::at(path))?;
    }
    Ok(old.len())
}

type Copied = (Listed, i64, BTreeMap<String, Counted>);

async fn copy_database(db: &Db, partial: &Path) -> Result<Copied, BackupError> {
    match db.engine() {
        Engine::Sqlite => {
            let path = partial.join(SQLITE_FILE);
            db.vacuum_into(&path).await?;
            let copy = Db::connect(&format!("sqlite://{}", path.display()), 2).await?;
            copy.check_pages().await?;
            let schema = copy.find_schema_version().await?;
            let tables = count(&copy).await?;
            copy.close().await;
            Ok((files::list_synced(partial, SQLITE_FILE)?, schema, tables))
        }
        Engine::Postgres => {
            let path = partial.join(PORTABLE_FILE);
            let mut file = files::create(&path)?;
            let moved = portable::export(db, &mut file).await?;
            drop(file);
            let tables = moved.tables.into_iter().map(|(name, totals)| (name, totals.into())).collect();
            Ok((files::list_synced(partial, PORTABLE_FILE)?, moved.schema, tables))
        }
    }
}

/// Rows and sums of every table, at one moment.
async fn count(db: &Db) -> Result<BTreeMap<String, Counted>, BackupError> {
    let mut tx = db.long_snapshot().await?;
    let mut counted = BTreeMap::new();
    for table in list_tables(&mut tx, db.engine()).await? {
        let totals = count_table(&mut tx, &table).await?;
        counted.insert(table.name, totals.into());
    }
    Ok(counted)
}

#[cfg(test)]
mod tests;
