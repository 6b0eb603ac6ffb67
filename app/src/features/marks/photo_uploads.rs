//! The photos of a mark: sent by its owner, seen by everybody.

use service::marks::{MarkPhoto, PICTURE_BYTES, mark_desk, set_photo};

use super::{CERTIFICATE_PATH, PICTURE_PATH};
use crate::AppError;
use crate::form::{Answer, Then, UploadForm, submit_upload};
use crate::routes::Upload;

/// The uploads of this feature.
#[must_use]
pub fn uploads() -> Vec<Upload> {
    vec![
        Upload::new(PICTURE_PATH, PICTURE_BYTES, |form| upload_photo(form, MarkPhoto::Picture)),
        Upload::new(CERTIFICATE_PATH, PICTURE_BYTES, |form| upload_photo(form, MarkPhoto::Certificate)),
    ]
}

/// Stores a photo and shows it with the mark. The same photo twice is one photo; another one under the same key is refused.
async fn upload_photo(form: UploadForm, of: MarkPhoto) -> Result<Answer<serde_json::Value>, AppError> {
    submit_upload(form, move |services, viewer, mut form| async move {
        viewer.require_user()?;
        let (mark, key) = (form.value("mark").to_owned(), form.value("key").to_owned());
        mark_desk(&services, &viewer, &mark).await?;
        let photo = form.take_photo("photo")?;
        set_photo(&services, &viewer, &mark, of, photo, &key).await?;
        Ok(Then::stay(serde_json::Value::Null))
    })
    .await
}
