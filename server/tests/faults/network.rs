//! The payment network: the look-alike, in this process and therefore outside the shop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use stripe_lookalike::{Lookalike, LookalikeConfig};
use tokio::task::JoinHandle;

pub const SECRET_KEY: &str = "sk_test_faults";
pub const WEBHOOK_SECRET: &str = "whsec_faults";

/// A network that listens until it is dropped.
#[derive(Debug)]
pub struct Network {
    pub lookalike: Lookalike,
    pub address: SocketAddr,
    running: JoinHandle<std::io::Result<()>>,
}

impl Network {
    /// A network that tells the shop at `shop` what happens.
    pub async fn start(shop: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let lookalike = Lookalike::new(LookalikeConfig {
            secret_key: SECRET_KEY.to_owned(),
            webhook_url: Some(format!("http://{shop}/webhooks/stripe")),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
            public_url: format!("http://{address}"),
            state_file: None,
            now: Arc::new(now_ms),
            seed: [7; 32],
        })
        .unwrap();
        let running = tokio::spawn(lookalike.clone().run(listener, std::future::pending()));
        Self { lookalike, address, running }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Milliseconds since the epoch, by the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the shop under test runs by the machine's clock, and so must its network"
)]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
