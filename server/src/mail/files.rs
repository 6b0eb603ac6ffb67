//! Letters as `.eml` files, for a shop without a mail server: whoever runs it opens them with a mail program.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use async_trait::async_trait;
use lettre::message::Mailbox;
use service::ports::{Mail, MailError, Mailer};

use super::{make_private_folder, message, read_sender};

/// Writes letters into a folder.
#[derive(Debug, Clone)]
pub struct FileMailer {
    folder: PathBuf,
    from: Mailbox,
}

impl FileMailer {
    /// Makes the folder if it is missing; only its owner may read it.
    ///
    /// # Errors
    /// The folder cannot be made, or `from` is no address.
    pub fn new(folder: &Path, from: &str) -> anyhow::Result<Self> {
        make_private_folder(folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), from: read_sender(from)? })
    }

    fn write(&self, mail: &Mail) -> Result<PathBuf, MailError> {
        let bytes = message(&self.from, mail)?.formatted();
        let path = self.folder.join(format!("{}-{}.eml", mail.id, mail.kind));
        // Whole or not at all: a reader never sees half a letter, and a second try writes the same file.
        let part = path.with_extension("part");
        let written = (|| {
            let mut file = std::fs::File::create(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, &path)
        })();
        written
            .map(|()| path)
            .map_err(|error| MailError::Unavailable(format!("the folder: {}", error.kind())))
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (mailer, mail) = (self.clone(), mail.clone());
        let written = tokio::task::spawn_blocking(move || mailer.write(&mail)).await;
        let path = written.map_err(|stopped| MailError::Unavailable(stopped.to_string()))??;
        tracing::info!(file = %path.display(), "letter written");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::letter;
    use super::*;

    #[tokio::test]
    async fn a_letter_becomes_one_file_however_often_it_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = FileMailer::new(&folder.path().join("mail"), "no-reply@shop.example").unwrap();
        mailer.send(&letter()).await.unwrap();
        mailer.send(&letter()).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files, ["0123456789abc-reset-password.eml"]);
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_tried_again_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let mailer = FileMailer::new(&path, "no-reply@shop.example").unwrap();
        std::fs::remove_dir_all(&path).unwrap();
        assert!(matches!(mailer.send(&letter()).await, Err(MailError::Unavailable(_))));
    }
}
