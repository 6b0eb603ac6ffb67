//! The photos of a backup: each is copied once, for what a name holds never changes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use futures::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path as Name};

use super::{BackupError, Listed, PHOTOS, files};

/// The photos of one snapshot.
pub(super) struct Photos {
    pub list: Listed,
    pub files: u64,
    pub copied: u64,
}

/// Copies what is missing in `folder/media` and writes the list of all into the snapshot. `last` is the snapshot
/// before, whose list spares reading what was copied then.
pub(super) async fn copy_all(
    media: &dyn ObjectStore,
    folder: &Path,
    partial: &Path,
    last: Option<&Path>,
) -> Result<Photos, BackupError> {
    let kept = folder.join("media");
    files::make_folder(&kept)?;
    let mut known = Known::open(last)?;
    let list = partial.join(PHOTOS);
    let mut lines = BufWriter::new(files::create(&list)?);
    let (mut all, mut copied) = (0, 0);
    let mut shelves = media.list_with_delimiter(None).await?.common_prefixes;
    // Pieces of photos that are still on their way are sent again.
    shelves.retain(|shelf| shelf.as_ref() != crate::pieces::FOLDER);
    shelves.sort();
    for shelf in shelves {
        // By shelf and sorted, so that neither all names nor all hashes are in memory at once. A shelf is the first
        // two digits of a photo's hash; there is nothing beside the shelves.
        let mut found: Vec<(String, u64)> = media
            .list(Some(&shelf))
            .map_ok(|object| (object.location.to_string(), object.size))
            .try_collect()
            .await?;
        found.sort();
        let mut hashes = known.take_shelf(shelf.as_ref())?;
        for (name, size) in found {
            let copy = kept.join(&name);
            let is_there = fs::metadata(&copy).is_ok_and(|file| file.len() == size);
            let sha256 = match hashes.remove(&name).filter(|_| is_there) {
                Some(sha256) => sha256,
                None if is_there => files::digest(&copy)?.1,
                None => {
                    // Taken away since it was listed, because nothing shows or names it: no row needs it.
                    let Some(sha256) = copy_one(media, &name, &copy).await? else { continue };
                    copied += 1;
                    sha256
                }
            };
            writeln!(lines, "{sha256}  {name}").map_err(files::at(&list))?;
            all += 1;
        }
    }
    lines.flush().map_err(files::at(&list))?;
    Ok(Photos { list: files::list_synced(partial, PHOTOS)?, files: all, copied })
}

/// Copies a file and answers its SHA-256; `None` when it is no longer there.
async fn copy_one(media: &dyn ObjectStore, name: &str, copy: &Path) -> Result<Option<String>, BackupError> {
    let bytes = match media.get(&Name::from(name)).await {
        Ok(found) => found.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let folder = copy.parent().unwrap_or(copy);
    files::make_folder(folder)?;
    let partial = copy.with_added_extension("partial");
    if partial.exists() {
        fs::remove_file(&partial).map_err(files::at(&partial))?;
    }
    files::write_synced(&partial, &bytes)?;
    fs::rename(&partial, copy).map_err(files::at(copy))?;
    files::sync_folder(folder)?;
    Ok(Some(files::digest_bytes(&bytes)))
}

/// The list of the snapshot before, read along.
struct Known {
    lines: Option<BufReader<File>>,
    ahead: Option<(String, String)>,
}

impl Known {
    fn open(last: Option<&Path>) -> Result<Self, BackupError> {
        let lines = match last.map(|last| last.join(PHOTOS)) {
            Some(path) if path.exists() => Some(BufReader::new(File::open(&path).map_err(files::at(&path))?)),
            _ => None,
        };
        Ok(Self { lines, ahead: None })
    }

    /// Hashes by name of one shelf; shelves are asked for in order.
    fn take_shelf(&mut self, shelf: &str) -> Result<BTreeMap<String, String>, BackupError> {
        let mut hashes = BTreeMap::new();
        loop {
            if self.ahead.is_none() {
                let Some(lines) = &mut self.lines else { return Ok(hashes) };
                match next_line(lines, Path::new(PHOTOS))? {
                    Some(line) => self.ahead = Some(line),
                    None => return Ok(hashes),
                }
            }
            let Some((name, _)) = &self.ahead else { return Ok(hashes) };
            let on = name.split('/').next().unwrap_or_default();
            if on > shelf {
                return Ok(hashes);
            }
            if let Some((name, sha256)) = self.ahead.take().filter(|(name, _)| name.starts_with(shelf)) {
                hashes.insert(name, sha256);
            }
        }
    }
}

/// Name and SHA-256 of the next line of a list.
fn next_line(lines: &mut BufReader<File>, path: &Path) -> Result<Option<(String, String)>, BackupError> {
    let mut line = String::new();
    if lines.read_line(&mut line).map_err(files::at(path))? == 0 {
        return Ok(None);
    }
    match line.trim_end().split_once("  ") {
        Some((sha256, name)) => Ok(Some((name.to_owned(), sha256.to_owned()))),
        None => Err(BackupError::Damaged(path.display().to_string())),
    }
}

/// Puts the photos of a snapshot back. Those that are there already must be the same.
pub(super) async fn put_back(list: &Path, kept: &Path, media: &dyn ObjectStore) -> Result<u64, BackupError> {
    let mut lines = BufReader::new(File::open(list).map_err(files::at(list))?);
    let mut count = 0;
    while let Some((name, sha256)) = next_line(&mut lines, list)? {
        let path: PathBuf = kept.join(&name);
        let bytes = fs::read(&path).map_err(files::at(&path))?;
        if files::digest_bytes(&bytes) != sha256 {
            return Err(BackupError::Damaged(path.display().to_string()));
        }
        let place = Name::from(name.as_str());
        match media.get(&place).await {
            Ok(there) => {
                if there.bytes().await? != bytes {
                    return Err(BackupError::Occupied(format!("the photo {name} with another content")));
                }
            }
            Err(object_store::Error::NotFound { .. }) => {
                media.put(&place, bytes.into()).await?;
            }
            Err(error) => return Err(error.into()),
        }
        count += 1;
    }
    Ok(count)
}
