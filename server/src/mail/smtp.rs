//! Letters by SMTP.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport as _, Tokio1Executor};
use service::ports::{Mail, MailError, Mailer};

use super::{message, read_sender};

/// A server that does not answer within this is tried again later.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Hands letters to a mail server.
#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for SmtpMailer {
    /// Without the address of the server, which holds its password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// `url` is `smtps://user:password@host` (TLS from the start), `smtp://…?tls=required` (STARTTLS), or plain
    /// `smtp://127.0.0.1:25` for a relay on this machine.
    ///
    /// # Errors
    /// `url` or `from` cannot be read. The text does not repeat them.
    pub fn new(url: &str, from: &str) -> anyhow::Result<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| anyhow::anyhow!("smtp_url cannot be read: smtps://user:password@host is one"))?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self { transport, from: read_sender(from).context("the sender of letters")? })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(&self.from, mail)?;
        // The transport's own timeout is for each step; this is for all of them.
        match tokio::time::timeout(TIMEOUT + TIMEOUT / 2, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(MailError::Unavailable("no answer in time".to_owned())),
        }
    }
}

/// What a failure means for the letter. Servers repeat the address in their texts, so only the code is kept.
fn judge(error: &Error) -> MailError {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    if error.is_permanent() {
        return MailError::Refused(format!("code {code}"));
    }
    let why = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_tls() {
        "no safe connection".to_owned()
    } else if code.is_empty() {
        "no connection".to_owned()
    } else {
        format!("code {code}")
    };
    MailError::Unavailable(why)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::TcpListener;

    use super::super::tests::letter;
    use super::*;

    /// A mail server that answers `RCPT TO` with `answer` and gives back what it was told.
    async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut told = String::new();
            let mut in_data = false;
            write.write_all(b"220 test\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                told.push_str(&line);
                told.push('\n');
                let reply = match line.split([' ', ':']).next().unwrap_or_default() {
                    "." if in_data => {
                        in_data = false;
                        "250 taken\r\n"
                    }
                    _ if in_data => continue,
                    "EHLO" => "250-test\r\n250 8BITMIME\r\n",
                    "RCPT" => answer,
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    "QUIT" => {
                        let _ = write.write_all(b"221 bye\r\n").await;
                        break;
                    }
                    _ => "250 ok\r\n",
                };
                write.write_all(reply.as_bytes()).await.unwrap();
                if reply.starts_with("250 taken") || reply.starts_with('5') || reply.starts_with('4') {
                    break;
                }
            }
            told
        });
        (format!("smtp://{address}"), told)
    }

    #[tokio::test]
    async fn a_letter_reaches_the_server() {
        let (url, told) = server("250 ok\r\n").await;
        SmtpMailer::new(&url, "no-reply@shop.example").unwrap().send(&letter()).await.unwrap();
        let told = told.await.unwrap();
        assert!(told.contains("RCPT TO:<buyer@shop.example>"), "{told}");
        assert!(told.contains("MAIL FROM:<no-reply@shop.example>"));
    }

    #[tokio::test]
    async fn a_final_no_is_told_from_a_passing_one_and_names_nobody() {
        for (answer, is_final) in
            [("550 no such user buyer@shop.example\r\n", true), ("450 greylisted, come again\r\n", false)]
        {
            let (url, told) = server(answer).await;
            let mailer = SmtpMailer::new(&url, "no-reply@shop.example").unwrap();
            let error = mailer.send(&letter()).await.unwrap_err();
            assert_eq!(matches!(error, MailError::Refused(_)), is_final, "{error}");
            assert!(!error.to_string().contains("buyer"), "{error}");
            told.abort();
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_tried_again() {
        let mailer = SmtpMailer::new("smtp://127.0.0.1:9", "no-reply@shop.example").unwrap();
        assert!(matches!(mailer.send(&letter()).await, Err(MailError::Unavailable(_))));
    }

    #[tokio::test]
    async fn the_password_of_the_server_is_told_to_nobody() {
        let mailer = SmtpMailer::new("smtps://me:hunter2@mail.example", "no-reply@shop.example").unwrap();
        assert!(!format!("{mailer:?}").contains("hunter2"));
        let error = SmtpMailer::new("nonsense://me:hunter2@x", "no-reply@shop.example").unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}
