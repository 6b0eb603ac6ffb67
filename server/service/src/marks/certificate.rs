//! The photo of the certificate that a mark is registered by, which everybody sees on the page of the mark.

use domain::ids::MarkId;
use serde_json::json;
use store::marks;

use super::owner::{own_mark, take_picture};
use crate::idempotency::{self, Begun, Repeatable};
use crate::photos::{SentPhoto, name_photo};
use crate::{Result, Services, Viewer, audit};

const CERTIFIED: &str = "mark.certificate";

/// Shows a photo of the certificate with a mark. The same bytes are the same photo.
///
/// # Errors
/// [`crate::ServiceError::Invalid`] at `photo` with one of the photo problems; [`crate::ServiceError::TooManyAttempts`]
/// after too many in an hour; [`domain::failure::Conflict::KeyReused`] for another photo under the key of the first one.
/// Guarded as [`super::save_mark`].
pub async fn set_certificate(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    photo: SentPhoto,
    key: &str,
) -> Result<MarkId> {
    let user = viewer.require_user()?.user_id;
    let row = own_mark(&mut *services.db.read().await?, viewer, mark).await?;
    let hash = photo.hash();
    let request = Repeatable::new("set_mark_certificate", viewer, key, &(row.id, &hash))?;
    let is_shown = row.certificate_hash.as_ref() == Some(&hash);
    let photo = take_picture(services, row.id, CERTIFIED, is_shown, photo).await?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let row = own_mark(&mut tx, viewer, mark).await?;
    // Sent anew from another page: it is as asked for already.
    if row.certificate_hash != Some(hash) {
        let stored = name_photo(&mut tx, services, &photo).await?;
        marks::set_mark_certificate(&mut tx, row.id, Some(stored.id), services.now_ms()).await?;
        let detail = json!({ "media": stored.id });
        audit::record(&mut tx, services, Some(user), CERTIFIED, "mark", row.id.get(), detail).await?;
    }
    idempotency::finish(&mut tx, &request, &row.id).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// Takes the photo away; where there is none nothing happens.
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
    let detail = json!({ "media": null });
    audit::record(&mut tx, services, Some(user), CERTIFIED, "mark", row.id.get(), detail).await?;
    Ok(tx.commit().await?)
}
