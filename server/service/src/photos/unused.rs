//! Photos that nothing names or shows any more are taken away.
//!
//! Renditions are stored outside the transaction that writes the row that names them. So they are noted before the first of
//! them is stored, and the note goes with the row that names them; what is noted and not named for a while belongs to a
//! request that was refused, or cut off wherever it stood. Of a photo that an erasure left the row goes first, against a
//! note. Whatever is taken away is so by its note: whoever sweeps takes it over, whoever stores the same photo waits.

use domain::ids::MediaId;
use domain::time::MINUTE_MS;
use object_store::ObjectStoreExt as _;
use store::Conn;
use store::media::{self as rows, MediaRow};

use super::{RENDITIONS, out_of_reach, place_of};
use crate::{Result, ServiceError, Services};

/// How long nobody may have stored or erased a photo before it is taken away, and how long that may take: longer than any
/// request does.
const UNUSED_AFTER_MS: i64 = 15 * MINUTE_MS;
/// Photos that one sweep takes away.
const AT_ONCE: i64 = 200;

/// Notes that renditions are about to be stored.
///
/// # Errors
/// [`ServiceError::Busy`] while they are being taken away: once they are gone they may come again.
pub(super) async fn note(services: &Services, hash: &str) -> Result<()> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let may_come = rows::note_unnamed(&mut tx, hash, now_ms, now_ms - UNUSED_AFTER_MS).await?;
    tx.commit().await?;
    if may_come { Ok(()) } else { Err(ServiceError::Busy) }
}

/// Writes the row of a photo whose renditions are stored, unless it is there; answers the one that is.
///
/// # Errors
/// [`ServiceError::Busy`] when this comes so late that the renditions have been taken away: they may come again.
pub(crate) async fn name_photo(conn: &mut Conn, services: &Services, photo: &MediaRow) -> Result<MediaRow> {
    if rows::take_unnamed(conn, &photo.content_hash).await? {
        rows::insert_media(conn, photo, services.now_ms()).await?;
    }
    rows::find_media_by_hash(conn, &photo.content_hash).await?.ok_or(ServiceError::Busy)
}

/// Takes photos away that an erasure left without anything that shows them, and renditions that no row came to name; answers
/// of how many photos.
///
/// Between an erasure's mark and this lies longer than any request takes, so that nobody puts a photo somewhere that is
/// gone: whoever looked before the mark is done, whoever looks after it is sent away.
pub async fn forget_unused(services: &Services) -> Result<usize> {
    let before_ms = services.now_ms() - UNUSED_AFTER_MS;
    let mut tx = services.db.write().await?;
    let erased = rows::list_erased(&mut tx, before_ms, AT_ONCE).await?;
    tx.commit().await?;
    for (id, hash) in &erased {
        report(give_up(services, MediaId::from_i64(*id), hash).await);
    }
    let unnamed = rows::list_unnamed(&mut *services.db.read().await?, before_ms, AT_ONCE).await?;
    let mut gone = 0;
    for hash in &unnamed {
        let forgotten = forget(services, hash, before_ms).await;
        gone += usize::from(matches!(forgotten, Ok(true)));
        report(forgotten);
    }
    Ok(gone)
}

/// One that cannot be taken away is tried again; the others do not wait for it.
fn report<T>(outcome: Result<T>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "a photo that nothing shows stays until the next sweep");
    }
}

/// Takes the row of an erased photo away and leaves its renditions to the sweep.
async fn give_up(services: &Services, id: MediaId, hash: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    rows::give_up(&mut tx, hash).await?;
    rows::delete_erased(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// First the claim, then the files, then the note: what stops half way is done again. Answers whether they are gone; not
/// when somebody else was faster, or has named them after all.
async fn forget(services: &Services, hash: &str, before_ms: i64) -> Result<bool> {
    let now_ms = services.now_ms();
    let mut tx = services.db.write().await?;
    let is_ours = rows::claim_unnamed(&mut tx, hash, before_ms, now_ms).await?;
    let is_named = is_ours && rows::find_media_by_hash(&mut tx, hash).await?.is_some();
    if is_named {
        rows::delete_swept(&mut tx, hash, now_ms).await?;
    }
    tx.commit().await?;
    if is_named || !is_ours {
        return Ok(false);
    }
    for (file, _, _) in RENDITIONS {
        match services.media.delete(&place_of(hash, file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(out_of_reach(error)),
        }
    }
    let mut tx = services.db.write().await?;
    rows::delete_swept(&mut tx, hash, now_ms).await?;
    tx.commit().await?;
    Ok(true)
}
