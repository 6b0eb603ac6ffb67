//! The photo of a batch's certificate, which everybody sees on the page of the batch.

use domain::ids::{BatchId, MediaId};
use serde_json::json;
use store::{WriteTx, movements};

use super::{lock_own_batch, own_batch};
use crate::idempotency::{self, Begun, Repeatable};
use crate::photos::{SentPhoto, name_for_team, take_for_team};
use crate::{Result, Services, Viewer, audit};

/// Shows a photo as the certificate of a batch, in place of the one that was shown. The same bytes are the same photo.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's batch; as [`crate::photos::upload_photo`];
/// [`domain::failure::Conflict::KeyReused`] for another photo under the key of the first one.
pub async fn set_certificate(
    services: &Services,
    viewer: &Viewer,
    batch: &str,
    photo: SentPhoto,
    key: &str,
) -> Result<BatchId> {
    let user = viewer.require_user()?.user_id;
    let (known, listing) = own_batch(&mut *services.db.read().await?, viewer, batch).await?;
    let hash = photo.hash();
    let request = Repeatable::new("set_certificate", viewer, key, &(known.id, &hash))?;
    let photo = take_for_team(services, listing.team_id, photo, &hash).await?;
    let mut tx = services.db.write().await?;
    let (batch, listing) = lock_own_batch(&mut tx, viewer, batch).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let stored = name_for_team(&mut tx, services, user, listing.team_id, &photo).await?;
    show(&mut tx, services, viewer, batch.id, Some(stored.id)).await?;
    idempotency::finish(&mut tx, &request, &batch.id).await?;
    tx.commit().await?;
    Ok(batch.id)
}

/// Takes the photo of a batch's certificate away; once it is gone, saying so again changes nothing.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for another team's batch.
pub async fn remove_certificate(services: &Services, viewer: &Viewer, batch: &str) -> Result<()> {
    viewer.require_user()?;
    let mut tx = services.db.write().await?;
    let (batch, _) = lock_own_batch(&mut tx, viewer, batch).await?;
    show(&mut tx, services, viewer, batch.id, None).await?;
    Ok(tx.commit().await?)
}

/// Nothing is written where it is as asked for already.
async fn show(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    batch: BatchId,
    photo: Option<MediaId>,
) -> Result<()> {
    if movements::find_certificate_photo(tx, batch).await? == photo {
        return Ok(());
    }
    movements::set_certificate_photo(tx, batch, photo).await?;
    let detail = json!({ "photo": photo });
    audit::record(tx, services, viewer.user_id(), "batch.certificate", "batch", batch.get(), detail).await
}
