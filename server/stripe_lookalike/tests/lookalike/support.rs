//! A running look-alike with a clock that tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use stripe_lookalike::{Faults, Lookalike, LookalikeConfig};
use tokio::sync::oneshot;

pub const KEY: &str = "sk_test_lookalike";
pub const SECRET: &str = "whsec_lookalike";
pub const START_MS: i64 = 1_760_000_000_000;

pub struct Shop {
    pub lookalike: Lookalike,
    pub base: String,
    pub http: reqwest::Client,
    clock: Arc<AtomicI64>,
    _stop: oneshot::Sender<()>,
}

pub fn config(clock: &Arc<AtomicI64>, base: &str) -> LookalikeConfig {
    let clock = clock.clone();
    LookalikeConfig {
        secret_key: KEY.to_owned(),
        webhook_url: None,
        webhook_secret: SECRET.to_owned(),
        public_url: base.to_owned(),
        state_file: None,
        now: Arc::new(move || clock.load(Ordering::SeqCst)),
        seed: [7; 32],
    }
}

impl Shop {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(adjust: impl FnOnce(&mut LookalikeConfig)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(AtomicI64::new(START_MS));
        let mut config = config(&clock, &base);
        adjust(&mut config);
        let lookalike = Lookalike::new(config).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = lookalike.clone();
        tokio::spawn(async move {
            running
                .run(listener, async {
                    let _ = stopped.await;
                })
                .await
        });
        let no_redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().redirect(no_redirects).build().unwrap();
        Self { lookalike, base, http, clock, _stop: stop }
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        let mut faults = self.lookalike.faults();
        change(&mut faults);
        self.lookalike.set_faults(faults);
    }

    /// POST with the right key; the answer's status and JSON.
    pub async fn post(&self, path: &str, key: Option<&str>, form: &[(&str, &str)]) -> (u16, Value) {
        let mut request = self.http.post(format!("{}{path}", self.base)).bearer_auth(KEY).form(form);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(KEY);
        read(request.send().await.unwrap()).await
    }

    pub async fn session(&self, key: &str) -> Value {
        let (status, session) = self.post("/v1/checkout/sessions", Some(key), &order()).await;
        assert_eq!(status, 200, "{session}");
        session
    }

    /// A paid session: its id and its payment intent's id.
    pub async fn paid(&self) -> (String, String) {
        let session = self.session("paid").await;
        let id = session["id"].as_str().unwrap().to_owned();
        self.lookalike.succeed(&id).unwrap();
        let (_, session) = self.get(&format!("/v1/checkout/sessions/{id}")).await;
        (id, session["payment_intent"].as_str().unwrap().to_owned())
    }
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// A request for an order of 128.50 yuan.
pub fn order() -> Vec<(&'static str, &'static str)> {
    vec![
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "cny"),
        ("line_items[0][price_data][product_data][name]", "湘集订单 X1"),
        ("line_items[0][price_data][unit_amount]", "12850"),
        ("line_items[0][quantity]", "1"),
        ("client_reference_id", "payment-1"),
        ("metadata[order_number]", "X1"),
        ("allowed_payment_method_types[0]", "card"),
        ("allowed_payment_method_types[1]", "alipay"),
        ("allowed_payment_method_types[2]", "wechat_pay"),
        ("payment_method_options[wechat_pay][client]", "web"),
        ("success_url", "https://shop.example/paid?session={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://shop.example/orders/X1"),
        ("locale", "zh"),
    ]
}

/// [`order`] with one parameter replaced, added, or (when empty) left out.
pub fn order_with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut form = order();
    form.retain(|(existing, _)| *existing != name);
    if !value.is_empty() {
        form.push((name, value));
    }
    form
}
