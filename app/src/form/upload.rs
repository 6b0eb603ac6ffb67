//! Forms with files in them.

use std::future::Future;

use axum::body::Bytes;
use domain::failure::Problem;
use serde::Serialize;
use service::photos::SentPhoto;
use service::{ServiceError, Services, Viewer};

use super::{Answer, Then, submit};
use crate::AppError;

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The field it was sent in.
    pub field: String,
    /// The name it had on the sender's machine; only to be shown.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A multipart form: its texts, and its files.
#[derive(Debug, Clone, Default)]
pub struct UploadForm {
    pub values: Vec<(String, String)>,
    pub files: Vec<UploadedFile>,
}

impl UploadForm {
    /// The first text of a field; empty when absent.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }

    /// Takes the photos out: files, and those of the field `name` that came in pieces before (`public/field.js`). A browser
    /// sends an empty file for none.
    pub fn take_photos(&mut self, name: &str) -> Vec<SentPhoto> {
        let stored = format!("{name}_stored");
        let stored = self.values.iter().filter(|(field, _)| *field == stored);
        let mut photos: Vec<_> = stored.map(|(_, hash)| SentPhoto::Stored(hash.clone())).collect();
        let files = std::mem::take(&mut self.files).into_iter().filter(|file| !file.bytes.is_empty());
        photos.extend(files.map(|file| SentPhoto::Bytes(Bytes::from(file.bytes))));
        photos
    }

    /// [`Self::take_photos`] of a form with one photo.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] at the field `name` with [`Problem::Missing`] where none was sent.
    pub fn take_photo(&mut self, name: &str) -> service::Result<SentPhoto> {
        self.take_photos(name).pop().ok_or_else(|| ServiceError::invalid(name, Problem::Missing))
    }
}

impl Serialize for UploadForm {
    /// What can be shown again: the texts, since no browser lets a page fill in a file.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.values.iter().map(|(name, value)| (name, value)))
    }
}

/// [`submit`] for an upload; the value goes to the script that sent it.
pub async fn submit_upload<Work, Fut, T>(
    form: UploadForm,
    work: Work,
) -> Result<Answer<serde_json::Value>, AppError>
where
    Work: FnOnce(Services, Viewer, UploadForm) -> Fut + Send + 'static,
    Fut: Future<Output = service::Result<Then<T>>> + Send + 'static,
    T: Serialize + Send + 'static,
{
    let answer = submit(form, work).await?;
    let value = serde_json::to_value(answer.value).map_err(ServiceError::internal)?;
    Ok(Answer { value, go_to: answer.go_to })
}
