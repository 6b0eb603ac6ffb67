//! What the look-alike remembers: sessions, payments, refunds, answers given, events not yet delivered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use rand::Rng;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::control::Faults;

/// The API version the objects are shaped after; the one that the client library asks for.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// How many undelivered events are kept when nobody fetches them.
const OUTBOX_LIMIT: usize = 10_000;

/// How long an answer is kept for its idempotency key (<https://docs.stripe.com/api/idempotent_requests>).
pub(crate) const KEY_LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// Money still on its way: when it arrives or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settlement {
    pub(crate) at_ms: i64,
    pub(crate) succeeds: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) status: SessionStatus,
    pub(crate) paid: bool,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) line_names: Vec<String>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) intent_metadata: BTreeMap<String, String>,
    pub(crate) intent_description: Option<String>,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) allowed_payment_method_types: Option<Vec<String>>,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) locale: Option<String>,
    /// Seconds since the epoch, as everywhere in Stripe's objects.
    pub(crate) created: i64,
    pub(crate) expires_at: i64,
    pub(crate) intent_id: Option<String>,
    pub(crate) settlement: Option<Settlement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntentStatus {
    RequiresPaymentMethod,
    Processing,
    Succeeded,
    Canceled,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) status: IntentStatus,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) receipt_email: Option<String>,
    /// The way the payer chose last: `card`, `alipay` or `wechat_pay`.
    pub(crate) method: String,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) charge_id: Option<String>,
    pub(crate) declined: bool,
    pub(crate) created: i64,
    pub(crate) canceled_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) status: RefundStatus,
    pub(crate) intent_id: String,
    pub(crate) charge_id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) reason: Option<String>,
    pub(crate) failure_reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) created: i64,
    pub(crate) settlement: Option<Settlement>,
}

/// An answer kept under its idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedAnswer {
    /// SHA-256 of path and parameters: the same key with another fingerprint is refused.
    pub(crate) fingerprint: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) at_ms: i64,
}

/// An event waiting to be delivered. The body never changes, so repeated deliveries carry the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) event_id: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    /// How often it is to be sent in all.
    pub(crate) copies: u32,
    pub(crate) attempts: u32,
    pub(crate) due_ms: i64,
    /// Waits until a later event has gone first.
    pub(crate) held: bool,
}

/// Everything that survives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) intents: BTreeMap<String, Intent>,
    pub(crate) refunds: BTreeMap<String, Refund>,
    pub(crate) answers: BTreeMap<String, SavedAnswer>,
    pub(crate) outbox: VecDeque<Delivery>,
    pub(crate) used_ids: BTreeSet<String>,
}

impl Ledger {
    /// Reads a file written by [`Ledger::save`]; a file that does not exist is an empty ledger.
    pub(crate) fn load(path: &Path) -> std::io::Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(std::io::Error::other),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes beside the file and renames, so that a crash leaves the old or the new content, never half of it.
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let beside = path.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec(self).map_err(std::io::Error::other)?)?;
        std::fs::rename(&beside, path)
    }

    /// When the next session, payment, refund or saved answer comes due.
    pub(crate) fn next_due_ms(&self) -> i64 {
        let settled = |settlement: Option<Settlement>| settlement.map(|settlement| settlement.at_ms);
        let open = self.sessions.values().filter(|session| session.status == SessionStatus::Open);
        let expiries = open.map(|session| session.expires_at.saturating_mul(1000));
        let payments = self.sessions.values().filter_map(|session| settled(session.settlement));
        let refunds = self.refunds.values().filter_map(|refund| settled(refund.settlement));
        let answers = self.answers.values().map(|saved| saved.at_ms + KEY_LIFETIME_MS);
        expiries.chain(payments).chain(refunds).chain(answers).min().unwrap_or(i64::MAX)
    }

    /// Forgets the answers that are too old to be asked for again.
    pub(crate) fn forget_answers(&mut self, now_ms: i64) {
        self.answers.retain(|_, saved| saved.at_ms + KEY_LIFETIME_MS > now_ms);
    }

    /// The sum already given back or on its way back; failed refunds do not count.
    pub(crate) fn refunded(&self, intent_id: &str) -> i64 {
        let of_intent = self.refunds.values().filter(|refund| refund.intent_id == intent_id);
        of_intent.filter(|refund| refund.status != RefundStatus::Failed).map(|refund| refund.amount).sum()
    }
}

/// The ledger together with what is not remembered over a restart.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) rng: ChaCha20Rng,
    /// Something changed that the file does not have yet.
    pub(crate) dirty: bool,
    /// Nothing comes due by the clock before this: what is remembered need not be looked through.
    pub(crate) next_due_ms: i64,
}

impl World {
    /// Something will come due then.
    pub(crate) fn note_due(&mut self, at_ms: i64) {
        self.next_due_ms = self.next_due_ms.min(at_ms);
    }

    /// A new id such as `pi_3Q…`. A restarted server draws the same numbers again from its seed, so ids that
    /// exist are skipped.
    pub(crate) fn new_id(&mut self, prefix: &str, length: usize) -> String {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        loop {
            let mut id = prefix.to_owned();
            for _ in 0..length {
                id.push(char::from(LETTERS[self.rng.random_range(0..LETTERS.len())]));
            }
            if self.ledger.used_ids.insert(id.clone()) {
                self.dirty = true;
                return id;
            }
        }
    }

    /// Puts an event with a snapshot of its object into the outbox.
    pub(crate) fn emit(&mut self, kind: &str, object: &Value, now_ms: i64) {
        self.dirty = true;
        let event_id = self.new_id("evt_1", 23);
        if self.faults.drop_next > 0 {
            self.faults.drop_next -= 1;
            return;
        }
        let event = json!({
            "id": event_id,
            "object": "event",
            "api_version": API_VERSION,
            "created": now_ms.div_euclid(1000),
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null },
            "type": kind,
        });
        // Under reordering every second event overtakes the one before it.
        let held = self.faults.reorder && !self.ledger.outbox.iter().any(|delivery| delivery.held);
        if !held {
            let first_held = self.ledger.outbox.iter().position(|delivery| delivery.held);
            if let Some(mut overtaken) = first_held.and_then(|at| self.ledger.outbox.remove(at)) {
                overtaken.held = false;
                self.push(&event_id, kind, &event, now_ms, false);
                self.ledger.outbox.push_back(overtaken);
                return;
            }
        }
        self.push(&event_id, kind, &event, now_ms, held);
    }

    fn push(&mut self, event_id: &str, kind: &str, event: &Value, now_ms: i64, held: bool) {
        if self.ledger.outbox.len() >= OUTBOX_LIMIT {
            self.ledger.outbox.pop_front();
        }
        self.ledger.outbox.push_back(Delivery {
            event_id: event_id.to_owned(),
            kind: kind.to_owned(),
            body: event.to_string(),
            copies: 1 + self.faults.duplicate,
            attempts: 0,
            due_ms: now_ms + self.faults.delay_ms,
            held,
        });
    }
}
