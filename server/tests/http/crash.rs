//! R1: killed at any moment, the shop loses no order that it acknowledged, and its books stay whole.
//!
//! The real program runs as a process of its own on a database on disk. Buyers order and pay over HTTP and write down
//! what they were told; the process is killed with SIGKILL while they are at it and started again. In the end every
//! order that someone was told of exists, every one whose money the network took is paid, and the books verify.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::ids::VariantId;
use domain::order::OrderStatus;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use xiangji::{Config, Overrides, Settings, application, build};

/// Kills in an ordinary run; `XIANGJI_LONG=1` asks for a thousand.
const KILLS: usize = 4;
const LONG_KILLS: usize = 1000;
const BUYERS: u64 = 6;

/// What the buyers were told, kept outside the shop.
#[derive(Debug, Default)]
struct Told {
    placed: BTreeSet<String>,
    /// Orders whose money the network took.
    money_taken: BTreeSet<String>,
}

/// The program, killed when the test ends however it ends.
struct Shop(Child);

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn settings(folder: &Path, address: SocketAddr, lookalike: SocketAddr) -> Settings {
    Settings {
        address: Some(address),
        data_dir: Some(folder.to_owned()),
        lookalike_address: Some(lookalike),
        worker: Some(false),
        ..Settings::default()
    }
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn start(folder: &Path, address: SocketAddr, lookalike: SocketAddr) -> Shop {
    let child = Command::new(env!("CARGO_BIN_EXE_xiangji"))
        .args(["serve", "--address", &address.to_string(), "--lookalike-address", &lookalike.to_string()])
        .arg("--data-dir")
        .arg(folder)
        .env_remove("DATABASE_URL")
        .env("XIANGJI_LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let shop = Shop(child);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        if reqwest::get(format!("http://{address}/readyz")).await.is_ok_and(|answer| answer.status() == 200) {
            return shop;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the shop did not come up");
}

/// Orders and pays until told to stop; whatever breaks off is left as it is and begun anew.
async fn buy(origin: String, variants: Vec<VariantId>, seed: u64, told: Arc<Mutex<Told>>) {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    loop {
        let variant = variants[random.random_range(0..variants.len())];
        let mut buyer = Buyer::new(&origin, random.next_u64());
        if buyer.buy(variant, &told).await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A guest with a session of their own.
struct Buyer {
    client: reqwest::Client,
    origin: String,
    cookie: String,
    key: u64,
}

impl Buyer {
    fn new(origin: &str, key: u64) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        Self { client, origin: origin.to_owned(), cookie: String::new(), key }
    }

    /// Cart, total, order, payment. `None` when anything broke off.
    async fn buy(&mut self, variant: VariantId, told: &Mutex<Told>) -> Option<()> {
        self.call("cart/add_line", &[("variant", &variant.to_string()), ("quantity", "1")]).await?;
        let quote = self.call("checkout/quote", &[("region", "610102")]).await?;
        let total = quote["value"]["total_fen"].as_i64()?.to_string();
        let phone = format!("138{:08}", self.key % 100_000_000);
        let fields = [
            ("then", "place"),
            ("name", "测试买家"),
            ("phone", &phone),
            ("region", "610102"),
            ("detail", "解放路 1 号"),
            ("expected_total", &total),
            ("key", &self.key.to_string()),
        ];
        let placed = self.call("checkout/place_order", &fields).await?;
        let number = placed["value"].as_str()?.to_owned();
        told.lock().unwrap().placed.insert(number.clone());
        let page = placed["go_to"].as_str()?.to_owned();
        let paid =
            self.client.post(format!("{page}/succeed")).form(&[("method", "card")]).send().await.ok()?;
        if paid.status() == 303 {
            told.lock().unwrap().money_taken.insert(number);
        }
        let back = paid.headers().get("location")?.to_str().ok()?.to_owned();
        self.client.get(back).header("cookie", &self.cookie).send().await.ok()?;
        Some(())
    }

    async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> Option<serde_json::Value> {
        let request = self.client.post(format!("{}/api/{action}", self.origin)).form(fields);
        let request = request.header("accept", "application/json").header("cookie", &self.cookie);
        let answer = request.send().await.ok()?;
        if let Some(cookie) = answer.headers().get("set-cookie") {
            cookie.to_str().ok()?.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        if answer.status() != 200 {
            return None;
        }
        answer.json().await.ok()
    }
}

/// Well stocked variants of the demonstration county.
async fn plenty(services: &service::Services) -> Vec<VariantId> {
    let mut conn = services.db.read().await.unwrap();
    let today = domain::time::Date::from_epoch_ms(services.now_ms()).to_string();
    let mut rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
    rows.retain(|row| row.min_quantity == 1);
    rows.sort_by_key(|row| std::cmp::Reverse(row.in_stock));
    rows.iter().take(6).map(|row| row.variant_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_no_order_and_its_books_stay_whole() {
    let kills = if std::env::var_os("XIANGJI_LONG").is_some() { LONG_KILLS } else { KILLS };
    let folder = tempfile::tempdir().unwrap();
    let data: PathBuf = folder.path().join("data");
    let (address, lookalike) = (free_address(), free_address());
    let config = settings(&data, address, lookalike).resolve(None).unwrap();
    let variants = {
        let services = application::build_services(&config).await.unwrap();
        service::demo::seed_without_photos(&services).await.unwrap();
        let variants = plenty(&services).await;
        services.db.close().await;
        variants
    };
    let told = Arc::new(Mutex::new(Told::default()));
    let origin = format!("http://{address}");
    let buyers: Vec<_> = (0..BUYERS)
        .map(|seed| tokio::spawn(buy(origin.clone(), variants.clone(), seed, told.clone())))
        .collect();
    let mut random = ChaCha20Rng::seed_from_u64(99);
    for _ in 0..kills {
        let mut shop = start(&data, address, lookalike).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(400..2_000))).await;
        // SIGKILL: nothing is flushed, nothing is said.
        shop.0.kill().unwrap();
        shop.0.wait().unwrap();
    }
    for buyer in buyers {
        buyer.abort();
    }
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert!(told.placed.len() > kills, "the buyers hardly came to order: {told:?}");
    look_at_everything(&config, &told).await;
}

/// Starts once more, asks the network about every order whose money it took, and looks at what the shop has.
async fn look_at_everything(config: &Config, told: &Told) {
    let services = build(config, Overrides::default()).await.unwrap().services;
    for number in &told.placed {
        let order = {
            let mut conn = services.db.read().await.unwrap();
            store::orders::find_order_by_number(&mut conn, number).await.unwrap()
        };
        let order = order.unwrap_or_else(|| panic!("order {number} was acknowledged and is gone"));
        if told.money_taken.contains(number) {
            service::payments::check_order(&services, order.id).await.unwrap();
            let mut conn = services.db.read().await.unwrap();
            let order = store::orders::get_order(&mut conn, order.id).await.unwrap();
            assert_eq!(order.status, OrderStatus::Paid, "the money for {number} was taken");
        }
    }
    let report = service::books::verify_books(&services).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.mismatches);
    println!("{} orders acknowledged, {} paid", told.placed.len(), told.money_taken.len());
}
