//! Photos that come in pieces: what a phone in a field has sent stays sent, whatever becomes of its connection.
//!
//! The rules are those of the tus protocol (<https://tus.io/protocols/resumable-upload>, core and creation), said by one form:
//! a photo is named by its SHA-256 and its length, the server answers how much of it has come, and takes a piece only
//! at exactly that place. A piece that comes twice, or at another place, changes nothing and is told the place. With
//! the last piece the photo passes everything that a photo sent at once passes.
//!
//! A piece lies with the photos under `unfinished/`, the place in the database, so that the next piece may come to any
//! server of the shop. A person has ten at most; the one that moved longest ago goes when another comes.

use bytes::{Bytes, BytesMut};
use domain::failure::Problem;
use domain::ids::{TeamId, UnfinishedPhotoId, UserId};
use domain::time::DAY_MS;
use futures::TryStreamExt as _;
use media::Limits;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};
use serde::{Deserialize, Serialize};
use store::pieces::{self as rows, UnfinishedRow};
use tokio::sync::Semaphore;

use crate::idempotency::hex_digest;
use crate::photos::{self, UploadedPhoto, out_of_reach};
use crate::{Result, ServiceError, Services, Viewer};

/// Where pieces lie among the photos.
pub(crate) const FOLDER: &str = "unfinished";
/// A larger piece is refused.
pub const MAX_PIECE_BYTES: usize = 1 << 20;
/// A smaller one is refused unless it is the last, so that a photo is never made of very many.
pub const MIN_PIECE_BYTES: usize = 16 << 10;
/// Unfinished photos of one person.
const MAX_UNFINISHED: i64 = 10;
/// How long nothing may come before a photo is given up.
const KEEP_MS: i64 = 3 * DAY_MS;
/// Photos that one sweep gives up.
const SWEPT: i64 = 200;

/// Whole photos in memory at once, whoever sends them.
static JOINERS: Semaphore = Semaphore::const_new(4);

/// A piece of a photo, or with `bytes` empty the question how much of it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// SHA-256 of the whole photo in lower-case hexadecimal.
    pub digest: String,
    /// Of the whole photo.
    pub length_bytes: i64,
    /// Where this piece begins.
    pub offset_bytes: i64,
    pub bytes: Bytes,
}

/// How far a photo has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where the next piece begins.
    pub received_bytes: i64,
    /// The photo, once it is whole and stored.
    pub photo: Option<UploadedPhoto>,
}

/// Takes a piece, if the photo has come exactly as far as where the piece begins, and says how far it has come now.
/// A photo that is stored already is answered at once, so that a second try after a lost answer costs nothing.
///
/// # Errors
/// [`ServiceError::Invalid`] at `digest`, `length`, `piece`, and at `photo` with one of the photo problems: the photo is
/// then begun anew. [`ServiceError::Busy`] while photos cannot be stored; what has come stays. As
/// [`photos::upload_photo`] otherwise.
#[tracing::instrument(skip_all)]
pub async fn take_piece(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    piece: &Piece,
) -> Result<Progress> {
    let user = viewer.require_seller(team)?.user_id;
    check(piece)?;
    if let Some(photo) = photos::find_stored(services, &piece.digest).await? {
        // What could not be cleared away now is swept later: the photo is there.
        report(forget_of(services, user, team, &piece.digest).await);
        return Ok(Progress { received_bytes: piece.length_bytes, photo: Some(photo) });
    }
    let mut row = begin(services, user, team, piece).await?;
    if row.length_bytes != piece.length_bytes {
        return Err(ServiceError::invalid("length", Problem::Unreadable));
    }
    if row.received_bytes == piece.offset_bytes && !piece.bytes.is_empty() {
        row = append(services, row, piece).await?;
    }
    if row.received_bytes < row.length_bytes {
        return Ok(Progress { received_bytes: row.received_bytes, photo: None });
    }
    finish(services, viewer, &row).await
}

/// Gives up photos of which nothing came for three days; answers how many. One that cannot be cleared away does not keep
/// the others.
pub async fn purge(services: &Services) -> Result<usize> {
    let before_ms = services.now_ms() - KEEP_MS;
    let stale = rows::list_stale(&mut *services.db.read().await?, before_ms, SWEPT).await?;
    let mut gone = 0;
    for row in &stale {
        let cleared = forget(services, row).await;
        gone += usize::from(cleared.is_ok());
        report(cleared);
    }
    Ok(gone)
}

fn check(piece: &Piece) -> Result<()> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if piece.digest.len() != 64 || !piece.digest.bytes().all(is_digit) {
        return Err(ServiceError::invalid("digest", Problem::Unreadable));
    }
    if piece.length_bytes <= 0 {
        return Err(ServiceError::invalid("photo", Problem::Missing));
    }
    if piece.length_bytes > size(Limits::default().upload_bytes) {
        return Err(ServiceError::invalid("photo", Problem::PhotoTooLarge));
    }
    let bytes = size(piece.bytes.len());
    let left = piece.length_bytes.saturating_sub(piece.offset_bytes);
    let is_wrong = bytes > 0
        && (piece.offset_bytes < 0
            || bytes > left
            || piece.bytes.len() > MAX_PIECE_BYTES
            || (piece.bytes.len() < MIN_PIECE_BYTES && bytes < left));
    if is_wrong {
        let problem = Problem::OutOfRange { min: size(MIN_PIECE_BYTES), max: size(MAX_PIECE_BYTES) };
        return Err(ServiceError::invalid("piece", problem));
    }
    Ok(())
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// The photo's row, which is made when there is none.
async fn begin(services: &Services, user: UserId, team: TeamId, piece: &Piece) -> Result<UnfinishedRow> {
    let known = rows::find_unfinished(&mut *services.db.read().await?, user, team, &piece.digest).await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let fresh = UnfinishedRow {
        id: services.new_id(),
        user_id: user,
        team_id: team,
        content_hash: piece.digest.clone(),
        length_bytes: piece.length_bytes,
        received_bytes: 0,
        pieces: String::new(),
        touched_at_ms: services.now_ms(),
    };
    let mut tx = services.db.write().await?;
    rows::insert_unfinished(&mut tx, &fresh).await?;
    let row = rows::find_unfinished(&mut tx, user, team, &piece.digest).await?;
    let surplus = rows::list_surplus(&mut tx, user, MAX_UNFINISHED).await?;
    tx.commit().await?;
    for row in &surplus {
        forget(services, row).await?;
    }
    row.ok_or(ServiceError::Busy)
}

/// Stores a piece and notes it; the row as it is then.
async fn append(services: &Services, row: UnfinishedRow, piece: &Piece) -> Result<UnfinishedRow> {
    let place = place_of(row.id, row.received_bytes, piece.bytes.len());
    let payload = PutPayload::from(piece.bytes.clone());
    // First the bytes: a place that is noted has them. Bytes that nobody noted are written over, or swept away.
    services.media.put(&place, payload).await.map_err(out_of_reach)?;
    let mut tx = services.db.write().await?;
    let (from, bytes) = (row.received_bytes, size(piece.bytes.len()));
    rows::update_received(&mut tx, row.id, from, bytes, services.now_ms()).await?;
    let now = rows::find_unfinished(&mut tx, row.user_id, row.team_id, &row.content_hash).await?;
    tx.commit().await?;
    if now.is_none() {
        // Gone when another request finished it meanwhile: asked again, the photo is there. Nobody else sweeps this piece.
        services.media.delete(&place).await.map_err(out_of_reach)?;
    }
    now.ok_or(ServiceError::Busy)
}

/// Joins the pieces and stores the photo as one that was sent at once.
async fn finish(services: &Services, viewer: &Viewer, row: &UnfinishedRow) -> Result<Progress> {
    let _permit = JOINERS.acquire().await.map_err(ServiceError::internal)?;
    let Some(whole) = join(services, row).await? else {
        // Somebody else finished it meanwhile, or the pieces are lost: then it is begun anew.
        let photo = photos::find_stored(services, &row.content_hash).await?;
        forget(services, row).await?;
        let received_bytes = if photo.is_some() { row.length_bytes } else { 0 };
        return Ok(Progress { received_bytes, photo });
    };
    let original = whole.clone();
    let digest = tokio::task::spawn_blocking(move || hex_digest(&original)).await;
    if digest.map_err(ServiceError::internal)? != row.content_hash {
        forget(services, row).await?;
        return Err(ServiceError::invalid("photo", Problem::PhotoBroken));
    }
    // The same photo may be sent for two teams.
    let key = format!("{}-{}", row.team_id, row.content_hash);
    let stored = photos::upload_photo(services, viewer, row.team_id, whole, &key).await;
    if matches!(stored, Ok(_) | Err(ServiceError::Invalid(_))) {
        report(forget(services, row).await);
    }
    Ok(Progress { received_bytes: row.length_bytes, photo: Some(stored?) })
}

/// `None` when a piece is missing.
async fn join(services: &Services, row: &UnfinishedRow) -> Result<Option<Bytes>> {
    let mut whole = BytesMut::with_capacity(usize::try_from(row.length_bytes).unwrap_or_default());
    for length in row.pieces.split(',').filter_map(|length| length.parse::<usize>().ok()) {
        let found = match services.media.get(&place_of(row.id, size(whole.len()), length)).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) if bytes.len() == length => whole.extend_from_slice(&bytes),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(out_of_reach(error)),
        }
    }
    Ok((size(whole.len()) == row.length_bytes).then(|| whole.freeze()))
}

fn report(cleared: Result<()>) {
    if let Err(error) = cleared {
        tracing::warn!(%error, "pieces of a photo stay until they are swept away");
    }
}

async fn forget_of(services: &Services, user: UserId, team: TeamId, digest: &str) -> Result<()> {
    let row = rows::find_unfinished(&mut *services.db.read().await?, user, team, digest).await?;
    match row {
        Some(row) => forget(services, &row).await,
        None => Ok(()),
    }
}

/// First the bytes, then the row: whatever stops this half way, the next sweep does it again. A row that a piece was added to
/// meanwhile stays for it, too.
async fn forget(services: &Services, row: &UnfinishedRow) -> Result<()> {
    let folder = Path::from(format!("{FOLDER}/{}", row.id));
    let found: Vec<Path> = services
        .media
        .list(Some(&folder))
        .map_ok(|object| object.location)
        .try_collect()
        .await
        .map_err(out_of_reach)?;
    for place in found {
        match services.media.delete(&place).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(out_of_reach(error)),
        }
    }
    let mut tx = services.db.write().await?;
    rows::delete_unfinished(&mut tx, row.id, row.received_bytes).await?;
    Ok(tx.commit().await?)
}

fn place_of(photo: UnfinishedPhotoId, offset_bytes: i64, length: usize) -> Path {
    Path::from(format!("{FOLDER}/{photo}/{offset_bytes}-{length}"))
}

#[cfg(test)]
mod tests;
