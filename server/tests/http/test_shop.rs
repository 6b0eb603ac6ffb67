//! A running shop, and browsers to visit it with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use service::Services;
use service::ports::{Clock, Entropy};
use service::rules::ShopRules;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use xiangji::application::DemoPayments;
use xiangji::{Config, Overrides, Settings, build};

/// 2026-03-28 10:00 in China.
pub const START_MS: i64 = 1_774_663_200_000;

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    pub fn advance_ms(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The same random numbers in every run.
#[derive(Debug)]
struct SeededEntropy(Mutex<ChaCha20Rng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

/// A font with the characters of the tests: their machine may have none.
pub fn print_font() -> std::path::PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/print/fixtures/NotoSansSC-subset.ttf").into()
}

/// A shop that listens on a port of its own, until [`TestShop::stop`].
#[derive(Debug)]
pub struct TestShop {
    pub services: Services,
    pub clock: Arc<FakeClock>,
    pub address: SocketAddr,
    pub metrics_address: Option<SocketAddr>,
    pub demo_payments: Option<DemoPayments>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
    folder: tempfile::TempDir,
}

impl TestShop {
    /// An empty shop. Jobs are done when a test calls `service::worker::run_due`, so that nothing happens unasked.
    pub async fn start() -> Self {
        Self::start_on(None).await
    }

    /// The same on the database at this address.
    pub async fn start_on(database_url: Option<String>) -> Self {
        Self::start_with(database_url, ShopRules::default()).await
    }

    /// The same with rules of its own.
    pub async fn start_with_rules(rules: ShopRules) -> Self {
        Self::start_with(None, rules).await
    }

    async fn start_with(database_url: Option<String>, rules: ShopRules) -> Self {
        Self::start_changed(|settings| {
            settings.database_url = database_url.map(|url| url.parse().unwrap());
            settings.rules = rules;
        })
        .await
    }

    /// The same with settings changed at will.
    pub async fn start_changed(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings {
            address: Some(address),
            data_dir: Some(folder.path().join("data")),
            lookalike_address: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            site_dir: Some(folder.path().join("site")),
            print_fonts: Some(vec![print_font()]),
            worker: Some(false),
            ..Settings::default()
        };
        change(&mut settings);
        let clock = Arc::new(FakeClock(AtomicI64::new(START_MS)));
        let entropy = Arc::new(SeededEntropy(Mutex::new(ChaCha20Rng::seed_from_u64(7))));
        // Rules come from the file only.
        let rules = settings.rules.clone();
        let config = Config { rules, ..settings.resolve(None).unwrap() };
        let overrides = Overrides { clock: Some(clock.clone()), entropy: Some(entropy), payments: None };
        let application = build(&config, overrides).await.unwrap();
        let (services, demo_payments) = (application.services.clone(), application.demo_payments.clone());
        let metrics_address = application.metrics_address;
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(application.serve(listener, async move {
            let _ = stopped.await;
        }));
        Self { services, clock, address, metrics_address, demo_payments, stop, running, folder }
    }

    /// Where the shop keeps its files.
    pub fn data_dir(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// A browser without scripts and without cookies.
    pub fn browser(&self) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { client, origin: format!("http://{}", self.address), cookies: Mutex::default() }
    }

    /// Stops as on SIGTERM, and waits until everything has ended.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.running.await.unwrap().unwrap();
    }
}

/// Someone who visits the shop. Follows no redirect by itself, so that a test sees it.
#[derive(Debug)]
pub struct Browser {
    client: reqwest::Client,
    origin: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What the shop answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    /// Where it leads, without the shop's own origin.
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answered {
        self.send(self.client.get(self.address(path)).header(ACCEPT, "text/html,*/*;q=0.8")).await
    }

    /// Opens a page and goes where it leads, as a person does.
    pub async fn follow(&self, path: &str) -> Answered {
        let mut answered = self.get(path).await;
        for _ in 0..5 {
            let Some(location) = answered.location.clone() else { return answered };
            answered = self.get(&location).await;
        }
        panic!("{path} leads in a circle");
    }

    /// Sends the form on the page `from` to `action`, as a browser without scripts.
    pub async fn submit(&self, from: &str, action: &str, fields: &[(&str, &str)]) -> Answered {
        let request = self
            .client
            .post(self.address(action))
            .header(ACCEPT, "text/html,*/*;q=0.8")
            .header(ORIGIN, &self.origin)
            .header(REFERER, self.address(from))
            .form(fields);
        self.send(request).await
    }

    /// Calls a server function, as an island on the page `from` does.
    pub async fn call(&self, from: &str, action: &str, fields: &[(&str, &str)]) -> Answered {
        let request = self
            .client
            .post(self.address(action))
            .header(ACCEPT, "application/json")
            .header(ORIGIN, &self.origin)
            .header(REFERER, self.address(from))
            .form(fields);
        self.send(request).await
    }

    /// Sends a form with a file, as a page (`text/html`) or as a script (`application/json`) does; its parts are
    /// divided by `xj`.
    pub async fn upload(&self, from: &str, action: &str, accept: &str, body: Vec<u8>) -> Answered {
        let request = self
            .client
            .post(self.address(action))
            .header(ACCEPT, accept)
            .header(ORIGIN, &self.origin)
            .header(REFERER, self.address(from))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=xj")
            .body(body);
        self.send(request).await
    }

    /// Posts a form from a page of another site.
    pub async fn submit_from_elsewhere(&self, action: &str, fields: &[(&str, &str)]) -> Answered {
        let request = self
            .client
            .post(self.address(action))
            .header(ACCEPT, "text/html")
            .header(ORIGIN, "http://evil.example")
            .header("sec-fetch-site", "cross-site")
            .form(fields);
        self.send(request).await
    }

    /// Posts anything.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answered {
        let request = self.client.post(self.address(path)).header(CONTENT_TYPE, content_type).body(body);
        self.send(request).await
    }

    /// Posts what another party tells by itself, with its signature in a header.
    pub async fn post_signed(&self, path: &str, header: &str, signature: &str, body: &str) -> Answered {
        let request = self.client.post(self.address(path)).header(header, signature).body(body.to_owned());
        self.send(request).await
    }

    /// Posts a form in the name of an account, as the script of a console does.
    pub async fn post_as(&self, account: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let request = self.client.post(self.address(path)).form(fields).header("x-account", account);
        self.send(request).await
    }

    /// Keeps a cookie, as if the shop had set it.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answered {
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            let mut jar = self.cookies.lock().unwrap();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let headers = response.headers().clone();
        let location = headers.get(LOCATION).map(|to| to.to_str().unwrap().replacen(&self.origin, "", 1));
        Answered {
            status: response.status().as_u16(),
            location,
            headers,
            body: response.text().await.unwrap(),
        }
    }
}
