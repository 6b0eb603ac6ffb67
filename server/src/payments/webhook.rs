//! Events from the payment network: is it really the network that speaks, and about what?
//!
//! The signature is checked on the raw body before anything is read from it. What is read are only the few
//! fields that the shop needs, so that a new field or a new event type of the network never loses an event.
//! Rule: <https://docs.stripe.com/webhooks#verify-manually>.

use domain::money::Fen;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How far the network's clock and ours may be apart; older events may be recorded ones played again.
const TOLERANCE_S: i64 = 300;

/// Why an event is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header lacks the time or a signature.
    #[error("the signature header cannot be read")]
    Malformed,
    /// Signed more than five minutes ago or ahead.
    #[error("the signature is not of this moment")]
    Stale,
    /// Not signed with our secret, or the body was changed.
    #[error("the signature does not match")]
    Mismatch,
}

/// What the network tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The network's id, by which the same event sent twice is known. Where there is none, `sha256:` and the
    /// digest of the body.
    pub id: String,
    /// The network's word for what happened, such as `checkout.session.completed`; empty where there is none.
    pub kind: String,
    /// True for real money, false for the network's test mode.
    pub is_live: bool,
    pub subject: Subject,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    CheckoutSession(CheckoutSessionFacts),
    Refund(RefundFacts),
    /// Something the shop does not use.
    Other,
    /// Should be about a page or a refund, but lacks what that needs; kept so that a person can look.
    Unreadable {
        reason: String,
    },
}

/// A payment page as the event shows it. Events come late and out of order: it may be older than what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSessionFacts {
    pub session_id: String,
    /// Our payment's id in its shown form; none on pages that we did not open.
    pub payment_reference: Option<String>,
    /// `open`, `complete` or `expired`.
    pub status: Option<String>,
    /// The money is there. Complete but unpaid means that it is on its way, or failed to come.
    pub paid: bool,
    pub amount_fen: Fen,
    /// Lower case, `cny`.
    pub currency: String,
    pub intent_id: Option<String>,
}

/// A refund as the event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFacts {
    pub refund_id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`.
    pub status: String,
    pub amount_fen: Fen,
    /// Lower case, `cny`.
    pub currency: String,
    pub intent_id: Option<String>,
    /// Our refund's id in its shown form; none on refunds made in the network's own back office.
    pub refund_reference: Option<String>,
    /// Why it failed, in the network's words.
    pub failure_code: Option<String>,
}

/// Checks the header `Stripe-Signature` against the raw body, in constant time. The header may hold several
/// signatures (while the secret is being changed); one that matches is enough. `now_ms` is the present moment.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(header: &str, body: &[u8], secret: &str, now_ms: i64) -> Result<(), SignatureError> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let at =
        parts().find(|(name, _)| *name == "t").map(|(_, value)| value).ok_or(SignatureError::Malformed)?;
    let at_s: i64 = at.parse().map_err(|_| SignatureError::Malformed)?;
    let signatures: Vec<Vec<u8>> =
        parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| from_hex(value)).collect();
    if signatures.is_empty() {
        return Err(SignatureError::Malformed);
    }
    // A message about time tells a forger nothing, so it may come first.
    if now_ms.div_euclid(1000).abs_diff(at_s) > TOLERANCE_S.unsigned_abs() {
        return Err(SignatureError::Stale);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::Mismatch)?;
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    let matches = |signature: &Vec<u8>| mac.clone().verify_slice(signature).is_ok();
    if signatures.iter().any(matches) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Reads an event. Never fails: what cannot be read comes back as [`Subject::Unreadable`] with an id to store
/// it under.
pub fn parse(body: &[u8]) -> WebhookEvent {
    let event: Value = match serde_json::from_slice(body) {
        Ok(event) => event,
        Err(error) => return unreadable(body, error.to_string()),
    };
    let text = |name: &str| event.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let object = event.pointer("/data/object").unwrap_or(&Value::Null);
    let subject = match object.get("object").and_then(Value::as_str) {
        Some("checkout.session") => {
            read(object, |session: RawSession| Subject::CheckoutSession(session.into()))
        }
        Some("refund") => read(object, |refund: RawRefund| Subject::Refund(refund.into())),
        Some(_) => Subject::Other,
        None => Subject::Unreadable { reason: "the event holds no object".to_owned() },
    };
    WebhookEvent {
        id: text("id").map_or_else(|| digest(body), str::to_owned),
        kind: text("type").unwrap_or_default().to_owned(),
        is_live: event.get("livemode").and_then(Value::as_bool).unwrap_or(false),
        subject,
    }
}

fn read<T: serde::de::DeserializeOwned>(object: &Value, subject: impl FnOnce(T) -> Subject) -> Subject {
    match T::deserialize(object) {
        Ok(facts) => subject(facts),
        Err(error) => Subject::Unreadable { reason: error.to_string() },
    }
}

fn unreadable(body: &[u8], reason: String) -> WebhookEvent {
    WebhookEvent {
        id: digest(body),
        kind: String::new(),
        is_live: false,
        subject: Subject::Unreadable { reason },
    }
}

fn digest(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    digest.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

/// A reference to another object: its id, or the object itself where the account asks to expand it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(String),
    Expanded { id: String },
}

impl Reference {
    fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Expanded { id } => id,
        }
    }
}

#[derive(Debug, Deserialize)]
struct RawSession {
    id: String,
    client_reference_id: Option<String>,
    status: Option<String>,
    payment_status: String,
    amount_total: i64,
    currency: String,
    payment_intent: Option<Reference>,
}

impl From<RawSession> for CheckoutSessionFacts {
    fn from(raw: RawSession) -> Self {
        Self {
            session_id: raw.id,
            payment_reference: raw.client_reference_id,
            status: raw.status,
            paid: raw.payment_status == "paid",
            amount_fen: Fen::new(raw.amount_total),
            currency: raw.currency.to_ascii_lowercase(),
            intent_id: raw.payment_intent.map(Reference::into_id),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct RawMetadata {
    refund_reference: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RawRefund {
    id: String,
    status: String,
    amount: i64,
    currency: String,
    payment_intent: Option<Reference>,
    metadata: Option<RawMetadata>,
    failure_reason: Option<String>,
}

impl From<RawRefund> for RefundFacts {
    fn from(raw: RawRefund) -> Self {
        Self {
            refund_id: raw.id,
            status: raw.status,
            amount_fen: Fen::new(raw.amount),
            currency: raw.currency.to_ascii_lowercase(),
            intent_id: raw.payment_intent.map(Reference::into_id),
            refund_reference: raw.metadata.and_then(|metadata| metadata.refund_reference),
            failure_code: raw.failure_reason,
        }
    }
}
