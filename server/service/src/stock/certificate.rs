//! The photo of a batch's certificate, which everybody sees on the page of the batch.

use domain::ids::{BatchId, MediaId};
use serde_json::json;
use store::movements;

use super::lock_own_batch;
use crate::{Result, ServiceError, Services, Viewer, audit};

/// Shows a photo, uploaded before, as the certificate of a batch; `None` takes it away.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's batch, or a photo that is not there.
pub async fn set_certificate(
    services: &Services,
    viewer: &Viewer,
    batch: &str,
    photo: Option<MediaId>,
) -> Result<BatchId> {
    viewer.require_user()?;
    let mut tx = services.db.write().await?;
    let (batch, _) = lock_own_batch(&mut tx, viewer, batch).await?;
    if let Some(photo) = photo {
        store::media::find_media(&mut tx, photo).await?.ok_or(ServiceError::NotFound)?;
    }
    // Sent twice: it is as asked for already.
    if movements::find_certificate_photo(&mut tx, batch.id).await? == photo {
        return Ok(batch.id);
    }
    movements::set_certificate_photo(&mut tx, batch.id, photo).await?;
    let detail = json!({ "photo": photo });
    audit::record(&mut tx, services, viewer.user_id(), "batch.certificate", "batch", batch.id.get(), detail)
        .await?;
    tx.commit().await?;
    Ok(batch.id)
}
