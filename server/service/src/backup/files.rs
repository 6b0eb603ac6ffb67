//! Files that are on disk when we say so, and readable by nobody else: a backup holds what the database holds.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{BackupError, Listed};

pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.display().to_string();
    move |source| BackupError::File { path, source }
}

pub(super) fn other(path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BackupError {
    at(path)(std::io::Error::other(error))
}

/// Makes a folder and those above it, for the owner alone.
pub(super) fn make_folder(path: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))
}

/// A new file for the owner alone.
pub(super) fn create(path: &Path) -> Result<File, BackupError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at(path))
}

pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = create(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))?;
    Ok(())
}

/// Syncs a file of a folder and tells what it is.
pub(super) fn list_synced(folder: &Path, name: &str) -> Result<Listed, BackupError> {
    let path = folder.join(name);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(at(&path))?;
    }
    File::open(&path).and_then(|file| file.sync_all()).map_err(at(&path))?;
    let (bytes, sha256) = digest(&path)?;
    Ok(Listed { file: name.to_owned(), bytes, sha256 })
}

/// Size and SHA-256 of a file.
pub(super) fn digest(path: &Path) -> Result<(u64, String), BackupError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut block = vec![0_u8; 256 * 1024];
    loop {
        let read = file.read(&mut block).map_err(at(path))?;
        if read == 0 {
            return Ok((bytes, hex(hash)));
        }
        hash.update(&block[..read]);
        bytes += read as u64;
    }
}

pub(super) fn digest_bytes(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
