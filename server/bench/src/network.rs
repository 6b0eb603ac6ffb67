//! The payment network as it is in the field: outside the shop, so that neither its work nor its memory is the shop's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use stripe_lookalike::{Lookalike, LookalikeConfig};

const SECRET_KEY: &str = "sk_test_bench";
const WEBHOOK_SECRET: &str = "whsec_bench";

/// Starts a payment network in this process that tells the shop at `shop` what happens; answers the lines of configuration
/// with which that shop asks it.
///
/// # Errors
/// There is no free address.
pub async fn start_network(shop: SocketAddr) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let lookalike = Lookalike::new(LookalikeConfig {
        secret_key: SECRET_KEY.to_owned(),
        webhook_url: Some(format!("http://{shop}/webhooks/stripe")),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        public_url: origin.clone(),
        state_file: None,
        now: Arc::new(now_ms),
        seed: [8; 32],
    })?;
    tokio::spawn(lookalike.run(listener, std::future::pending()));
    Ok(format!(
        "stripe_secret_key = \"{SECRET_KEY}\"\nstripe_webhook_secret = \"{WEBHOOK_SECRET}\"\n\
         stripe_api_url = \"{origin}\"\n"
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shop runs by the machine's clock, and so must its network"
)]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
