//! Carriers' notices: the one implementation of [`CarrierTracking`] with a network behind it.
//!
//! A notice is JSON, signed like the payment network's events: the header `carrier-signature: t=<seconds>,v1=<hex>` holds
//! HMAC-SHA256 over `<seconds>.<body>` with the shared secret. One that was signed more than five minutes ago is refused, and
//! what is played again within them is known already, so it changes nothing.
//!
//! ```json
//! {"events": [{"carrier": "顺丰速运", "tracking_number": "SF1", "status": "delivered", "place": "西安",
//!              "happened_at_ms": 1781496000000}]}
//! ```

use domain::shipping::CarrierEvent;
use serde::Deserialize;
use service::ports::{CarrierError, CarrierTracking};

use crate::config::Secret;
use crate::payments::webhook;

/// Events that one notice may hold.
const MOST_EVENTS: usize = 500;

/// Believes whoever signs with the shop's secret.
#[derive(Debug)]
pub struct SignedCarriers {
    secret: Secret,
}

impl SignedCarriers {
    /// Carriers that know `secret`.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self { secret }
    }
}

#[derive(Debug, Deserialize)]
struct Notice {
    events: Vec<Told>,
}

#[derive(Debug, Deserialize)]
struct Told {
    carrier: String,
    tracking_number: String,
    status: String,
    #[serde(default)]
    place: String,
    happened_at_ms: i64,
}

impl CarrierTracking for SignedCarriers {
    fn read_notice(
        &self,
        signature: &str,
        body: &[u8],
        now_ms: i64,
    ) -> Result<Vec<CarrierEvent>, CarrierError> {
        webhook::verify(signature, body, self.secret.reveal(), now_ms)
            .map_err(|error| CarrierError::Refused(error.to_string()))?;
        read_events(body, now_ms)
    }
}

/// What a notice tells, once it is believed.
///
/// # Errors
/// [`CarrierError::Unreadable`] for anything but a notice, and for one of too many events.
pub fn read_events(body: &[u8], now_ms: i64) -> Result<Vec<CarrierEvent>, CarrierError> {
    let notice: Notice = serde_json::from_slice(body).map_err(|_| CarrierError::Unreadable)?;
    if notice.events.len() > MOST_EVENTS {
        return Err(CarrierError::Unreadable);
    }
    let mut events = Vec::with_capacity(notice.events.len());
    for told in notice.events {
        let Told { carrier, tracking_number, status, place, happened_at_ms } = told;
        match CarrierEvent::checked(&carrier, &tracking_number, &status, &place, happened_at_ms, now_ms) {
            Ok(event) => events.push(event),
            // A state that is new to us must not keep the others from being shown.
            Err(fault) => tracing::warn!(?fault, "an event of a carrier is left out"),
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use domain::shipping::CarrierStatus;
    use hmac::{Hmac, Mac};
    use sha2::Sha256;

    use super::*;

    const NOW_MS: i64 = 1_781_496_000_000;

    fn signed(secret: &str, at_ms: i64, body: &str) -> String {
        let at_s = at_ms / 1000;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at_s}.{body}").as_bytes());
        let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at_s},v1={code}")
    }

    fn body() -> String {
        format!(
            r#"{{"events":[{{"carrier":"SF Express","tracking_number":"SF 1","status":"delivered","happened_at_ms":{NOW_MS}}},
            {{"carrier":"顺丰","tracking_number":"SF1","status":"beamed","place":"","happened_at_ms":{NOW_MS}}}]}}"#
        )
    }

    #[test]
    fn what_is_signed_now_with_our_secret_is_believed_and_nothing_else() {
        let carriers = SignedCarriers::new("carrier secret".parse().unwrap());
        let body = body();
        let read = |signature: &str, body: &str| carriers.read_notice(signature, body.as_bytes(), NOW_MS);
        let events = read(&signed("carrier secret", NOW_MS, &body), &body).unwrap();
        assert_eq!(events.len(), 1, "a state that nobody knows is left out");
        assert_eq!((events[0].carrier.as_str(), events[0].tracking_number.as_str()), ("顺丰速运", "SF1"));
        assert_eq!(events[0].status, CarrierStatus::Delivered);
        let is_refused =
            |signature: &str, body: &str| matches!(read(signature, body), Err(CarrierError::Refused(_)));
        assert!(is_refused(&signed("another", NOW_MS, &body), &body), "forged");
        assert!(is_refused(&signed("carrier secret", NOW_MS - 301_000, &body), &body), "played again");
        assert!(
            is_refused(&signed("carrier secret", NOW_MS, &body), &body.replace("SF 1", "SF 2")),
            "changed"
        );
        assert!(is_refused("", &body), "not signed");
        assert_eq!(read(&signed("carrier secret", NOW_MS, "[]"), "[]"), Err(CarrierError::Unreadable));
    }
}
