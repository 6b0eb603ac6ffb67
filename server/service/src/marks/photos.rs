//! The photos of a mark, which everybody sees on its page: its picture, and the certificate that it is registered by.

use domain::ids::{MarkId, MediaId};
use domain::time::HOUR_MS;
use serde_json::json;
use store::Conn;
use store::marks::{self, MarkRow};
use store::media::MediaRow;

use super::owner::own_mark;
use crate::idempotency::{self, Begun, Repeatable};
use crate::photos::{SentPhoto, name_photo};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// Most bytes of a request with a photo.
pub const PICTURE_BYTES: usize = 13 << 20;
/// New photos of each kind that may be sent for a mark in an hour.
const PICTURES_PER_HOUR: i64 = 20;

/// What a photo shows of a mark. Of each there is one; a new one takes the place of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkPhoto {
    Picture,
    /// What it is registered by.
    Certificate,
}

impl MarkPhoto {
    /// What a change is noted as, and counted by.
    const fn action(self) -> &'static str {
        match self {
            Self::Picture => "mark.picture",
            Self::Certificate => "mark.certificate",
        }
    }

    /// What the key of a form is claimed for.
    const fn verb(self) -> &'static str {
        match self {
            Self::Picture => "set_mark_picture",
            Self::Certificate => "set_mark_certificate",
        }
    }

    /// The hash of the one that is shown now.
    fn shown_hash(self, mark: &MarkRow) -> Option<&str> {
        match self {
            Self::Picture => mark.content_hash.as_deref(),
            Self::Certificate => mark.certificate_hash.as_deref(),
        }
    }

    async fn show(self, conn: &mut Conn, mark: MarkId, photo: MediaId, at_ms: i64) -> store::Result<()> {
        match self {
            Self::Picture => marks::set_mark_picture(conn, mark, photo, at_ms).await,
            Self::Certificate => marks::set_mark_certificate(conn, mark, Some(photo), at_ms).await,
        }
    }
}

/// Shows a photo with a mark. The same bytes are the same photo.
///
/// # Errors
/// [`ServiceError::Invalid`] at `photo` with one of the photo problems; [`ServiceError::TooManyAttempts`] after too many in
/// an hour; [`domain::failure::Conflict::KeyReused`] for another photo under the key of the first one. Guarded as
/// [`super::save_mark`].
pub async fn set_photo(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    of: MarkPhoto,
    photo: SentPhoto,
    key: &str,
) -> Result<MarkId> {
    let user = viewer.require_user()?.user_id;
    let row = own_mark(&mut *services.db.read().await?, viewer, mark).await?;
    let hash = photo.hash();
    let request = Repeatable::new(of.verb(), viewer, key, &(row.id, &hash))?;
    let is_shown = of.shown_hash(&row) == Some(hash.as_str());
    let photo = take_photo(services, row.id, of, is_shown, photo).await?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let row = own_mark(&mut tx, viewer, mark).await?;
    // Sent anew from another page: it is as asked for already.
    if of.shown_hash(&row) != Some(hash.as_str()) {
        let stored = name_photo(&mut tx, services, &photo).await?;
        of.show(&mut tx, row.id, stored.id, services.now_ms()).await?;
        let detail = json!({ "media": stored.id });
        audit::record(&mut tx, services, Some(user), of.action(), "mark", row.id.get(), detail).await?;
    }
    idempotency::finish(&mut tx, &request, &row.id).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// Stores a photo of a mark, of which an hour has only so many that are not shown already.
async fn take_photo(
    services: &Services,
    mark: MarkId,
    of: MarkPhoto,
    is_shown: bool,
    photo: SentPhoto,
) -> Result<MediaRow> {
    if !is_shown {
        let mut conn = services.db.read().await?;
        let since_ms = services.now_ms() - HOUR_MS;
        let sent = marks::count_pictures(&mut conn, mark, of.action(), since_ms).await?;
        if sent >= PICTURES_PER_HOUR {
            return Err(ServiceError::TooManyAttempts { wait_seconds: HOUR_MS / 1000 });
        }
    }
    photo.into_row(services).await
}

/// Takes the photo of the certificate away; where there is none nothing happens.
///
/// # Errors
/// Guarded as [`super::save_mark`].
pub async fn remove_certificate(services: &Services, viewer: &Viewer, mark: &str) -> Result<()> {
    let user = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    let row = own_mark(&mut tx, viewer, mark).await?;
    if row.certificate_hash.is_none() {
        return Ok(());
    }
    marks::set_mark_certificate(&mut tx, row.id, None, services.now_ms()).await?;
    let (action, detail) = (MarkPhoto::Certificate.action(), json!({ "media": null }));
    audit::record(&mut tx, services, Some(user), action, "mark", row.id.get(), detail).await?;
    Ok(tx.commit().await?)
}
