//! A shop out of a backup.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use object_store::ObjectStore;
use store::Db;

use super::{
    BackupError, FORMAT, MANIFEST, Manifest, PHOTOS, PORTABLE_FILE, SQLITE_FILE, count, files, photos,
    snapshots,
};
use crate::portable;

/// Where the database is to be.
#[derive(Debug, Clone)]
pub enum Database {
    /// SQLite: a file that is not there yet.
    File(PathBuf),
    /// PostgreSQL: an empty database, by its URL.
    Server(String),
}

/// What was put back. The database still has the schema of the backup.
#[derive(Debug, Clone)]
pub struct Restored {
    pub snapshot: PathBuf,
    pub manifest: Manifest,
    pub photo_files: u64,
}

/// Puts back the newest snapshot of the folder `from`, or the snapshot `from` itself.
///
/// Everything is compared with the manifest. The database comes last and appears in one step, so a restore that was
/// cut off has left no shop behind, and can be tried again.
///
/// # Errors
/// Every [`BackupError`] of reading; nothing that was there is ever touched.
pub async fn restore(
    from: &Path,
    database: &Database,
    media: &dyn ObjectStore,
) -> Result<Restored, BackupError> {
    let no_backup = || BackupError::NoBackup(from.display().to_string());
    if !from.is_dir() {
        return Err(no_backup());
    }
    let snapshot = if from.join(MANIFEST).is_file() {
        from.to_owned()
    } else {
        snapshots(from)?.pop().ok_or_else(no_backup)?
    };
    let path = snapshot.join(MANIFEST);
    let text = fs::read(&path).map_err(files::at(&path))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| BackupError::Damaged(path.display().to_string()))?;
    // Files of this folder and of these names only: what else a manifest names was not compared with anything.
    let is_ours =
        [SQLITE_FILE, PORTABLE_FILE].contains(&&*manifest.database.file) && manifest.photos.file == PHOTOS;
    if manifest.format != FORMAT || !is_ours {
        return Err(BackupError::Damaged(path.display().to_string()));
    }
    let newest = store::newest_schema_version();
    if manifest.schema > newest {
        return Err(portable::MoveError::NewerSchema { file: manifest.schema, newest }.into());
    }
    for listed in [&manifest.database, &manifest.photos] {
        let path = snapshot.join(&listed.file);
        if files::digest(&path)? != (listed.bytes, listed.sha256.clone()) {
            return Err(BackupError::Damaged(path.display().to_string()));
        }
    }
    refuse_occupied(database)?;
    let kept = snapshot.parent().unwrap_or(&snapshot).join("media");
    let photo_files = photos::put_back(&snapshot.join(PHOTOS), &kept, media).await?;
    let is_sqlite_file = manifest.database.file == SQLITE_FILE;
    let source = snapshot.join(&manifest.database.file);
    match database {
        Database::File(target) => put_file_back(&source, is_sqlite_file, target, &manifest).await?,
        Database::Server(_) if is_sqlite_file => return Err(BackupError::OtherEngine),
        Database::Server(url) => {
            let db = Db::connect(url, 2).await?;
            let outcome = import_checked(&db, &source, &manifest).await;
            db.close().await;
            outcome?;
        }
    }
    Ok(Restored { snapshot, manifest, photo_files })
}

fn refuse_occupied(database: &Database) -> Result<(), BackupError> {
    let Database::File(target) = database else { return Ok(()) };
    for suffix in ["", "-wal", "-shm"] {
        let mut path = target.clone().into_os_string();
        path.push(suffix);
        if Path::new(&path).exists() {
            return Err(BackupError::Occupied(path.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}

async fn put_file_back(
    source: &Path,
    is_sqlite_file: bool,
    target: &Path,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::make_folder(folder)?;
    let partial = target.with_added_extension("restoring");
    for suffix in ["", "-wal", "-shm"] {
        let mut path = partial.clone().into_os_string();
        path.push(suffix);
        if Path::new(&path).exists() {
            fs::remove_file(&path).map_err(files::at(Path::new(&path)))?;
        }
    }
    if is_sqlite_file {
        fs::copy(source, &partial).map_err(files::at(&partial))?;
    }
    let db = Db::connect(&format!("sqlite://{}", partial.display()), 2).await?;
    let outcome = async {
        if is_sqlite_file {
            db.check_pages().await?;
            return compare(&db, manifest).await;
        }
        import_checked(&db, source, manifest).await
    }
    .await;
    db.close().await;
    outcome?;
    File::open(&partial).and_then(|file| file.sync_all()).map_err(files::at(&partial))?;
    // A link, not a rename: should a shop have been started there meanwhile, its file is not written over.
    fs::hard_link(&partial, target).map_err(files::at(target))?;
    fs::remove_file(&partial).map_err(files::at(&partial))?;
    let lock = partial.with_extension("migrate.lock");
    if lock.exists() {
        fs::remove_file(&lock).map_err(files::at(&lock))?;
    }
    files::sync_folder(folder)
}

async fn import_checked(db: &Db, source: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let mut file = File::open(source).map_err(files::at(source))?;
    portable::import(db, &mut file).await?;
    compare(db, manifest).await
}

/// Table by table and fen by fen.
async fn compare(db: &Db, manifest: &Manifest) -> Result<(), BackupError> {
    let found = count(db).await?;
    for (name, expected) in &manifest.tables {
        if found.get(name) != Some(expected) {
            return Err(BackupError::Damaged(format!("table {name}")));
        }
    }
    Ok(())
}
