//! Signed events and their delivery.
//!
//! Rule: <https://docs.stripe.com/webhooks#verify-manually>.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use tokio::time::Instant;

use crate::Shared;
use crate::control::Faults;
use crate::ledger::{Delivery, World};

/// How long the receiver may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How often the worker looks for what has come due by the clock.
const TICK: Duration = Duration::from_millis(200);
/// After so many failures an event is given up, as Stripe gives up after three days.
const MOST_ATTEMPTS: u32 = 15;

/// An event as it is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedWebhook {
    pub event_id: String,
    /// The event's type, such as `checkout.session.completed`.
    pub kind: String,
    /// The value of the header `Stripe-Signature`.
    pub signature: String,
    pub body: String,
}

/// The value of `Stripe-Signature` for a body sent at `at_s` (seconds since the epoch).
pub fn signature(secret: &str, body: &str, at_s: i64) -> String {
    let mut header = format!("t={at_s},v1=");
    // HMAC takes keys of every length.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(format!("{at_s}.{body}").as_bytes());
        for byte in mac.finalize().into_bytes() {
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

fn sign(delivery: &Delivery, secret: &str, now_ms: i64) -> SignedWebhook {
    SignedWebhook {
        event_id: delivery.event_id.clone(),
        kind: delivery.kind.clone(),
        signature: signature(secret, &delivery.body, now_ms.div_euclid(1000)),
        body: delivery.body.clone(),
    }
}

/// Replaces the faults; an event held for reordering is let go when reordering ends.
pub(crate) fn set_faults(world: &mut World, faults: Faults) {
    if !faults.reorder {
        for delivery in &mut world.ledger.outbox {
            delivery.held = false;
        }
    }
    world.faults = faults;
    world.dirty = true;
}

fn is_due(delivery: &Delivery, now_ms: i64) -> bool {
    !delivery.held && delivery.due_ms <= now_ms
}

/// Everything due, each as often as it is to be sent.
pub(crate) fn drain(world: &mut World, secret: &str, now_ms: i64) -> Vec<SignedWebhook> {
    let outbox = world.ledger.outbox.drain(..);
    let (due, kept): (Vec<Delivery>, Vec<Delivery>) = outbox.partition(|delivery| is_due(delivery, now_ms));
    world.ledger.outbox = kept.into();
    world.dirty |= !due.is_empty();
    let copies = |delivery: &Delivery| vec![sign(delivery, secret, now_ms); delivery.copies as usize];
    due.iter().flat_map(copies).collect()
}

/// Posts what is due, again and again with growing pauses where the receiver does not take it.
pub(crate) async fn deliver_forever(shared: &Shared) {
    // The receiver is the shop on the same machine: a proxy of the environment has no business here.
    let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "events of the demonstration payments cannot be delivered");
            return;
        }
    };
    // Pauses are real time: they guard the receiver, whatever the given clock says.
    let mut not_before: HashMap<String, Instant> = HashMap::new();
    loop {
        let _ = tokio::time::timeout(TICK, shared.changed.notified()).await;
        let Some(url) = shared.config.webhook_url.as_deref() else {
            shared.with(|_, _| ());
            continue;
        };
        while let Some(delivery) = shared.with(|world, now_ms| next(world, &not_before, now_ms)) {
            let signed = sign(&delivery, &shared.config.webhook_secret, shared.now_ms());
            let request = client
                .post(url)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Stripe-Signature", signed.signature)
                .body(signed.body);
            let taken = match request.send().await {
                Ok(answer) => answer.status().is_success(),
                Err(_) => false,
            };
            let attempts = shared.with(|world, _| settle(world, &delivery.event_id, taken));
            match attempts {
                Some(attempts) => {
                    let pause = Duration::from_millis(250 << attempts.min(8));
                    not_before.insert(delivery.event_id, Instant::now() + pause);
                }
                None => {
                    not_before.remove(&delivery.event_id);
                }
            }
        }
    }
}

fn next(world: &World, not_before: &HashMap<String, Instant>, now_ms: i64) -> Option<Delivery> {
    let rested =
        |delivery: &&Delivery| not_before.get(&delivery.event_id).is_none_or(|at| *at <= Instant::now());
    world.ledger.outbox.iter().filter(|delivery| is_due(delivery, now_ms)).find(rested).cloned()
}

/// Notes the outcome of one attempt. Gives the number of failed attempts when the event must rest before the next.
fn settle(world: &mut World, event_id: &str, taken: bool) -> Option<u32> {
    let at = world.ledger.outbox.iter().position(|delivery| delivery.event_id == event_id)?;
    world.dirty = true;
    let delivery = world.ledger.outbox.get_mut(at)?;
    if taken {
        delivery.copies = delivery.copies.saturating_sub(1);
        delivery.attempts = 0;
        if delivery.copies == 0 {
            world.ledger.outbox.remove(at);
        }
        return None;
    }
    delivery.attempts += 1;
    if delivery.attempts >= MOST_ATTEMPTS {
        tracing::warn!(event_id, "the receiver did not take the event; it is given up");
        world.ledger.outbox.remove(at);
        return None;
    }
    Some(delivery.attempts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_is_the_hmac_of_time_dot_body() {
        // Computed with an independent implementation:
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let header = signature("whsec_test", r#"{"id":"evt_1"}"#, 1_700_000_000);
        assert_eq!(
            header,
            "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
        );
    }
}
