//! Handing letters over: to a mail server by SMTP, or, where none is configured, as files into a folder.

mod files;
mod smtp;

use std::path::Path;
use std::sync::Arc;

use lettre::Message;
use lettre::message::{Mailbox, MultiPart};
use service::ports::{Mail, MailError, Mailer};

pub use files::FileMailer;
pub use smtp::SmtpMailer;

use crate::config::Config;

/// Where letters go while no mail server is configured, below the data directory.
pub const FOLDER: &str = "outbox-mail";

/// What sends this shop's letters, and says in the log which it is.
///
/// # Errors
/// The address of the mail server or of the sender cannot be read, or the folder cannot be made.
pub fn mailer_of(config: &Config) -> anyhow::Result<Arc<dyn Mailer>> {
    if let Some(url) = &config.smtp_url {
        tracing::info!(from = config.mail_from, "letters are sent by SMTP");
        return Ok(Arc::new(SmtpMailer::new(url.reveal(), &config.mail_from)?));
    }
    let folder = config.data_dir.join(FOLDER);
    let mailer = FileMailer::new(&folder, &config.mail_from)?;
    tracing::info!(folder = %folder.display(), "no smtp_url: letters are written as files");
    Ok(Arc::new(mailer))
}

/// Reads the sender's address: `name@shop.example` or `Shop <name@shop.example>`.
fn read_sender(from: &str) -> anyhow::Result<Mailbox> {
    from.parse().map_err(|error| anyhow::anyhow!("mail_from is no address: {error}"))
}

/// The letter as it travels: plain text and HTML as two forms of the same.
fn message(from: &Mailbox, mail: &Mail) -> Result<Message, MailError> {
    // None of these texts may name the address: they stand in the log and in the database.
    let refused = |what: &str| MailError::Refused(format!("{what} cannot stand in a letter"));
    let to: Mailbox = mail.to.parse().map_err(|_| refused("the recipient's address"))?;
    let host = from.email.domain();
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject(mail.subject.clone())
        // The same for every try, so that a repetition is known as one.
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|_| refused("these contents"))
}

/// Tells programs that answer by themselves not to (RFC 3834).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Whether `path` is a folder that only its owner may read, made if it is missing.
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn letter() -> Mail {
        Mail {
            id: "0123456789abc".to_owned(),
            kind: "reset-password",
            to: "buyer@shop.example".to_owned(),
            subject: "重设乡集密码".to_owned(),
            text: "你好\n\nhttps://shop.example/reset-password?token=abc\n".to_owned(),
            html: "<p>你好</p>".to_owned(),
        }
    }

    #[test]
    fn a_letter_has_both_forms_one_number_and_nothing_that_tells_it_was_read() {
        let from = read_sender("乡集 <no-reply@shop.example>").unwrap();
        let text = String::from_utf8(message(&from, &letter()).unwrap().formatted()).unwrap();
        assert!(text.contains("Message-ID: <0123456789abc@shop.example>"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"));
        assert!(
            text.contains("multipart/alternative")
                && text.contains("text/plain")
                && text.contains("text/html")
        );
        for tracking in ["Disposition-Notification-To", "Return-Receipt-To", "<img"] {
            assert!(!text.contains(tracking), "{tracking}");
        }
    }

    #[test]
    fn what_was_typed_becomes_no_header() {
        let from = read_sender("no-reply@shop.example").unwrap();
        let sly = Mail { to: "a@b.example\r\nBcc: c@d.example".to_owned(), ..letter() };
        assert!(matches!(message(&from, &sly), Err(MailError::Refused(why)) if !why.contains("b.example")));
        let sly = Mail { subject: "x\r\nBcc: c@d.example".to_owned(), ..letter() };
        let text = String::from_utf8(message(&from, &sly).unwrap().formatted()).unwrap();
        assert!(!text.contains("\r\nBcc:"), "{text}");
        assert!(read_sender("nobody").is_err());
    }
}
