//! Photos: what people send becomes safe renditions in the object store, known by the hash of what was sent.
//!
//! The files are stored before the row that names them, so a row always has its files; files that no row came to name are
//! swept away ([`forget_unused`]).

mod unused;

use bytes::Bytes;
use domain::failure::Problem;
use domain::ids::{MediaId, TeamId, UserId};
use domain::time::HOUR_MS;
use media::{Limits, MediaError, Processed};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::media::{MediaRow, count_uploads, find_media_by_hash, is_erased};
use tokio::sync::Semaphore;

use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer, audit};

pub use unused::forget_unused;
pub(crate) use unused::name_photo;

/// Decoding takes up to 256 MiB a photo, so only so many at once, whoever sends them.
static DECODERS: Semaphore = Semaphore::const_new(2);

/// New photos a team may send in an hour: enough for a day of listing, too few to fill a disk.
const UPLOADS_PER_HOUR: i64 = 200;
const UPLOADED: &str = "photo.uploaded";

/// The renditions by their names in addresses, with how [`media`] calls them.
const RENDITIONS: [(&str, &str, &str); 4] = [
    ("s.webp", "s", "image/webp"),
    ("m.webp", "m", "image/webp"),
    ("l.webp", "l", "image/webp"),
    ("photo.jpg", "jpeg", "image/jpeg"),
];

/// A photo that can be put into a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedPhoto {
    pub media_id: MediaId,
    /// SHA-256 of what was sent; the renditions are `/{hash}/s.webp`, `m.webp`, `l.webp`, `photo.jpg`.
    pub content_hash: String,
    /// Of the upright original, in pixels.
    pub width: i64,
    pub height: i64,
    /// A data URL to paint before the photo has arrived.
    pub placeholder: String,
}

impl From<MediaRow> for UploadedPhoto {
    fn from(row: MediaRow) -> Self {
        Self {
            media_id: row.id,
            content_hash: row.content_hash,
            width: row.width,
            height: row.height,
            placeholder: row.placeholder,
        }
    }
}

/// A photo as a form brings it.
#[derive(Debug, Clone)]
pub enum SentPhoto {
    Bytes(Bytes),
    /// SHA-256 in lower-case hexadecimal of one that came in pieces before ([`crate::pieces`]).
    Stored(String),
}

impl SentPhoto {
    /// SHA-256 of what was sent, in lower-case hexadecimal.
    pub(crate) fn hash(&self) -> String {
        match self {
            Self::Bytes(bytes) => idempotency::hex_digest(bytes),
            Self::Stored(hash) => hash.clone(),
        }
    }

    /// The photo's row, whose renditions are stored; the caller writes it ([`name_photo`]). The same bytes are the same
    /// photo.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] at `photo` with one of the photo problems.
    pub(crate) async fn into_row(self, services: &Services) -> Result<MediaRow> {
        let limits = Limits::default();
        if matches!(&self, Self::Bytes(bytes) if bytes.len() > limits.upload_bytes) {
            return Err(ServiceError::invalid("photo", Problem::PhotoTooLarge));
        }
        let hash = self.hash();
        match (find_row(services, &hash).await?, self) {
            (Some(row), _) => Ok(row),
            (None, Self::Bytes(bytes)) => store_unnamed(services, bytes, limits, hash).await,
            (None, Self::Stored(_)) => Err(ServiceError::invalid("photo", Problem::Missing)),
        }
    }
}

/// [`SentPhoto::into_row`] of a photo with this `hash` that is one of `team`'s; the caller writes the row
/// ([`name_for_team`]).
///
/// # Errors
/// As [`upload_photo`]; [`Problem::Missing`] when nothing has come of what was to come in pieces.
pub(crate) async fn take_for_team(
    services: &Services,
    team: TeamId,
    photo: SentPhoto,
    hash: &str,
) -> Result<MediaRow> {
    if find_row(services, hash).await?.is_none() {
        require_room(services, team).await?;
    }
    photo.into_row(services).await
}

/// [`name_photo`] for a seller of `team`: a new one is among those that the team may send in an hour.
pub(crate) async fn name_for_team(
    tx: &mut WriteTx,
    services: &Services,
    user: UserId,
    team: TeamId,
    photo: &MediaRow,
) -> Result<MediaRow> {
    let is_new = find_media_by_hash(tx, &photo.content_hash).await?.is_none();
    let stored = name_photo(tx, services, photo).await?;
    if is_new {
        let detail = json!({ "media": stored.id });
        audit::record(tx, services, Some(user), UPLOADED, "team", team.get(), detail).await?;
    }
    Ok(stored)
}

/// The photo whose original has this hash, if it is stored.
///
/// # Errors
/// [`ServiceError::Busy`] while it is being taken away after an erasure: once it is gone it may come again.
pub(crate) async fn find_stored(services: &Services, hash: &str) -> Result<Option<UploadedPhoto>> {
    Ok(find_row(services, hash).await?.map(UploadedPhoto::from))
}

async fn find_row(services: &Services, hash: &str) -> Result<Option<MediaRow>> {
    let mut conn = services.db.read().await?;
    if is_erased(&mut conn, hash).await? {
        return Err(ServiceError::Busy);
    }
    Ok(find_media_by_hash(&mut conn, hash).await?)
}

/// Takes a photo for `team`. The same bytes are the same photo, whoever sends them and however often; without a `key`
/// of its own a sending is known by them.
///
/// # Errors
/// [`ServiceError::Invalid`] at the field `photo` with one of the photo problems, each of which has its own advice;
/// [`ServiceError::TooManyAttempts`] when the team sent too many in the last hour.
#[tracing::instrument(skip_all)]
pub async fn upload_photo(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    bytes: Bytes,
    key: &str,
) -> Result<UploadedPhoto> {
    let user = viewer.require_seller(team)?.user_id;
    let limits = Limits::default();
    if bytes.len() > limits.upload_bytes {
        return Err(ServiceError::invalid("photo", Problem::PhotoTooLarge));
    }
    let original = bytes.clone();
    let hash = in_background(move || idempotency::hex_digest(&original)).await?;
    let key = if key.is_empty() { &hash } else { key };
    let request = Repeatable::new("upload_photo", viewer, key, &(team, &hash))?;
    let known = find_row(services, &hash).await?;
    let is_new = known.is_none();
    let row = match known {
        Some(row) => row,
        None => {
            require_room(services, team).await?;
            store_unnamed(services, bytes, limits, hash).await?
        }
    };
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        // What was answered before may have been erased since: then it is as new. Looked at behind the key, on which the same
        // sending waits.
        if find_media_by_hash(&mut tx, &row.content_hash).await?.is_some() {
            return Ok(first);
        }
    }
    let stored = name_photo(&mut tx, services, &row).await?;
    if is_new {
        let detail = json!({ "media": stored.id });
        audit::record(&mut tx, services, Some(user), UPLOADED, "team", team.get(), detail).await?;
    }
    let photo = UploadedPhoto::from(stored);
    idempotency::finish(&mut tx, &request, &photo).await?;
    tx.commit().await?;
    Ok(photo)
}

/// A rendition's bytes and media type. `name` is `s.webp`, `m.webp`, `l.webp` or `photo.jpg`.
///
/// What a hash and name give never changes, so it may be cached for ever.
///
/// # Errors
/// [`ServiceError::NotFound`] for anything that is no photo of ours; [`ServiceError::Busy`] while their place is out of
/// reach.
pub async fn load_rendition(services: &Services, hash: &str, name: &str) -> Result<(Bytes, &'static str)> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let rendition = RENDITIONS.iter().find(|(file, _, _)| *file == name);
    let (true, Some((file, _, mime))) = (is_hash, rendition) else {
        return Err(ServiceError::NotFound);
    };
    let found = match services.media.get(&place_of(hash, file)).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Err(ServiceError::NotFound),
        Err(error) => return Err(out_of_reach(error)),
    };
    Ok((found.bytes().await.map_err(out_of_reach)?, mime))
}

/// The place of the photos does not answer, after it was asked several times: the person may try again.
pub(crate) fn out_of_reach(error: object_store::Error) -> ServiceError {
    tracing::error!(%error, "the photos' place is out of reach");
    ServiceError::Busy
}

/// Makes the renditions of a photo and stores them; answers the row that is to name them, by [`name_photo`].
///
/// # Errors
/// As [`upload_photo`]; [`ServiceError::Busy`] while what is there of it is being taken away.
async fn store_unnamed(services: &Services, bytes: Bytes, limits: Limits, hash: String) -> Result<MediaRow> {
    let processed = process(bytes, limits).await?;
    unused::note(services, &hash).await?;
    store_processed(services, processed, hash).await
}

/// The same for the demonstration, which is founded again with the same photos until it stands.
///
/// # Errors
/// As [`upload_photo`].
pub(crate) async fn store_renditions(
    services: &Services,
    bytes: Bytes,
    limits: Limits,
    hash: String,
) -> Result<MediaRow> {
    store_processed(services, process(bytes, limits).await?, hash).await
}

async fn process(bytes: Bytes, limits: Limits) -> Result<Processed> {
    let permit = DECODERS.acquire().await.map_err(ServiceError::internal)?;
    in_background(move || {
        // Moved here, so that the work counts until it ends, even when the person has gone away meanwhile.
        let _permit = permit;
        media::process(&bytes, &limits)
    })
    .await?
    .map_err(refusal)
}

async fn store_processed(services: &Services, processed: Processed, hash: String) -> Result<MediaRow> {
    for rendition in &processed.renditions {
        let Some((file, _, _)) = RENDITIONS.iter().find(|(_, name, _)| *name == rendition.name) else {
            return Err(ServiceError::internal(format!("unknown rendition {}", rendition.name)));
        };
        let payload = PutPayload::from(rendition.bytes.clone());
        services.media.put(&place_of(&hash, file), payload).await.map_err(out_of_reach)?;
    }
    let placeholder = media::thumbhash_data_url(&processed.thumbhash);
    let widths = processed.renditions.iter().filter(|rendition| rendition.name != "jpeg");
    Ok(MediaRow {
        id: services.new_id(),
        content_hash: hash,
        width: i64::from(processed.width),
        height: i64::from(processed.height),
        placeholder: placeholder.ok_or_else(|| ServiceError::internal("a photo without a thumbhash"))?,
        sizes: widths.map(|rendition| rendition.width.to_string()).collect::<Vec<_>>().join(","),
    })
}

fn place_of(hash: &str, file: &str) -> Path {
    Path::from(format!("{}/{hash}/{file}", &hash[..2]))
}

async fn require_room(services: &Services, team: TeamId) -> Result<()> {
    let since_ms = services.now_ms() - HOUR_MS;
    let sent = count_uploads(&mut *services.db.read().await?, team, UPLOADED, since_ms).await?;
    if sent < UPLOADS_PER_HOUR {
        return Ok(());
    }
    Err(ServiceError::TooManyAttempts { wait_seconds: HOUR_MS / 1000 })
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(ServiceError::internal)
}

fn refusal(error: MediaError) -> ServiceError {
    let problem = match error {
        MediaError::Empty => Problem::Missing,
        MediaError::Heic => Problem::PhotoHeic,
        MediaError::UnsupportedType => Problem::PhotoUnsupported,
        MediaError::Broken => Problem::PhotoBroken,
        MediaError::TooManyPixels { .. } | MediaError::TooLarge { .. } => Problem::PhotoTooLarge,
        MediaError::TooSmall { .. } => Problem::PhotoTooSmall,
        MediaError::Encoding => return ServiceError::internal(error),
    };
    ServiceError::invalid("photo", problem)
}
