//! What the use cases need from outside: time, randomness, the payment network, the mail server.
//!
//! Each is a trait object inside [`crate::Services`], so that tests put a fake clock, a seeded generator or a
//! misbehaving payment network in the same place where production puts the real one.

use async_trait::async_trait;
use domain::money::Fen;
use domain::shipping::{CarrierEvent, EventRow, RowFault};

/// Tells the time. The only production implementation is [`SystemClock`].
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
    fn now_ms(&self) -> i64 {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since_epoch.map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Gives random bytes for tokens and ids.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `bytes` with random data; cryptographically strong in production.
    fn fill(&self, bytes: &mut [u8]);
}

/// What a payment network must do for us. Stripe is the one implementation; without a key it talks to the built-in
/// look-alike through the same code.
#[async_trait]
pub trait PaymentGateway: Send + Sync + std::fmt::Debug {
    /// Opens a hosted payment page. Asking again with the same `idempotency_key` gives the same page.
    async fn open_checkout(&self, request: &CheckoutRequest) -> Result<CheckoutPage, PaymentError>;
    /// Asks the network what became of a payment page.
    async fn find_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError>;
    /// Closes an unpaid payment page so that it can no longer be paid. Closing a closed page is no error;
    /// the state that comes back tells whether money arrived first.
    async fn expire_checkout(&self, session_id: &str) -> Result<CheckoutState, PaymentError>;
    /// Sends money back to the payer. Asking again with the same `idempotency_key` sends it once.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundState, PaymentError>;
    /// Asks what became of a refund.
    async fn find_refund(&self, refund_id: &str) -> Result<RefundState, PaymentError>;
}

/// A payment page to open for one order.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    /// Our payment's id in its shown form; comes back in every event as `client_reference_id`.
    pub payment_reference: String,
    /// The order number the payer sees.
    pub order_number: String,
    pub amount_fen: Fen,
    /// What the page shows as the thing being paid for.
    pub description: String,
    pub customer_email: Option<String>,
    pub success_url: String,
    pub cancel_url: String,
    /// When the page closes by itself. Stripe asks for at least 30 minutes from now; the adapter clamps.
    pub expires_at_ms: i64,
    /// `zh` or `en`.
    pub locale: String,
    pub idempotency_key: String,
}

/// A payment page as the network knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutPage {
    pub session_id: String,
    pub url: String,
}

/// What became of a payment page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutState {
    /// Still payable, nothing paid.
    Open,
    /// The payer has done their part; the money is on its way.
    Processing,
    /// Money is captured.
    Paid { intent_id: String, amount_fen: Fen, currency: String, payment_reference: String },
    /// Closed without money.
    Expired,
}

/// A refund to send.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    pub intent_id: String,
    pub amount_fen: Fen,
    pub idempotency_key: String,
    /// Our refund's id in its shown form, kept in the network's metadata.
    pub refund_reference: String,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    Pending { refund_id: String },
    Succeeded { refund_id: String },
    Failed { refund_id: String, code: String },
}

/// Why the payment network did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PaymentError {
    /// No answer, or one that says "try again": nothing is known about the outcome.
    #[error("the payment network did not answer: {0}")]
    Unavailable(String),
    /// A final no, with the network's code.
    #[error("the payment network refused: {code}")]
    Refused { code: String, message: String },
}

/// A letter ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same for every try, so that a mail server can tell a repetition.
    pub id: String,
    /// What kind of letter it is, as a word of ours: for the log and for names of files.
    pub kind: &'static str,
    pub to: String,
    pub subject: String,
    /// The whole letter as plain text.
    pub text: String,
    /// The same as simple HTML: no pictures, nothing that tells that it was read.
    pub html: String,
}

impl std::fmt::Debug for Mail {
    /// Without address and contents, which hold links that open accounts.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Sends letters.
#[async_trait]
pub trait Mailer: Send + Sync + std::fmt::Debug {
    /// Hands a letter over. It may be asked again with the same letter when the answer was lost.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Why a letter was not handed over. The texts name no address.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MailError {
    /// No answer, or one that says "try again".
    #[error("the mail server did not take the letter: {0}")]
    Unavailable(String),
    /// A final no.
    #[error("the mail server refused the letter: {0}")]
    Refused(String),
}

/// Stands where nobody sends letters, for example at the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _: &Mail) -> Result<(), MailError> {
        Err(MailError::Unavailable("there is no mailer here".to_owned()))
    }
}

/// What carriers tell of parcels on their way.
pub trait CarrierTracking: Send + Sync + std::fmt::Debug {
    /// Reads a notice of a carrier's network. `signature` is its header, made over the raw `body`; `now_ms` is the present
    /// moment. Events of the notice that cannot be used are left out.
    ///
    /// # Errors
    /// See [`CarrierError`]; nothing is read of a notice that is not believed.
    fn read_notice(
        &self,
        signature: &str,
        body: &[u8],
        now_ms: i64,
    ) -> Result<Vec<CarrierEvent>, CarrierError>;

    /// Reads a row of a carrier's export that a seller has brought.
    ///
    /// # Errors
    /// What is wrong with the row.
    fn read_row(&self, row: &EventRow, now_ms: i64) -> Result<CarrierEvent, RowFault> {
        row.event(now_ms)
    }
}

/// Why a carrier's notice is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// The shop has no secret by which it would know a carrier.
    #[error("no carrier is connected")]
    Off,
    /// Forged, changed on the way, or too old to be new.
    #[error("the notice is not believed: {0}")]
    Refused(String),
    #[error("the notice cannot be read")]
    Unreadable,
}

/// Stands where no carrier is connected: files can be brought, notices are not taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCarrier;

impl CarrierTracking for NoCarrier {
    fn read_notice(&self, _: &str, _: &[u8], _: i64) -> Result<Vec<CarrierEvent>, CarrierError> {
        Err(CarrierError::Off)
    }
}
