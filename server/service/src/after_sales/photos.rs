//! Photos that show what is wrong.

use domain::failure::Problem;
use domain::ids::AfterSaleMessageId;
use store::WriteTx;
use store::media::MediaRow;

use crate::photos::{SentPhoto, name_photo};
use crate::{Result, ServiceError, Services};

/// Most photos of one message.
pub const MOST_PHOTOS: usize = 6;
/// Most bytes that a message with photos may carry.
pub const PHOTOS_BYTES: usize = 75 << 20;

/// Makes safe renditions of what was sent. The same bytes are the same photo.
///
/// # Errors
/// Field `photos` with one of the photo problems.
pub(super) async fn take(services: &Services, sent: Vec<SentPhoto>) -> Result<Vec<MediaRow>> {
    if sent.len() > MOST_PHOTOS {
        let max = MOST_PHOTOS as i64;
        return Err(ServiceError::invalid("photos", Problem::OutOfRange { min: 0, max }));
    }
    let mut taken: Vec<MediaRow> = Vec::new();
    for photo in sent {
        let row = photo.into_row(services).await.map_err(of_photos)?;
        if taken.iter().all(|other| other.content_hash != row.content_hash) {
            taken.push(row);
        }
    }
    Ok(taken)
}

/// The form here has one field for all photos.
fn of_photos(error: ServiceError) -> ServiceError {
    let ServiceError::Invalid(errors) = error else { return error };
    let renamed = errors.into_iter().map(|mut error| {
        "photos".clone_into(&mut error.field);
        error
    });
    ServiceError::Invalid(renamed.collect())
}

/// Puts photos beside a message, in the order in which they were sent.
pub(super) async fn attach(
    tx: &mut WriteTx,
    services: &Services,
    message: AfterSaleMessageId,
    photos: &[MediaRow],
) -> Result<()> {
    for (position, photo) in photos.iter().enumerate() {
        let stored = name_photo(tx, services, photo).await?;
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        store::after_sales::insert_message_photo(tx, message, position, stored.id).await?;
    }
    Ok(())
}
