//! What the log tells of people: nothing, also when it tells everything else.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const NAME: &str = "欧阳测试";
const PHONE: &str = "13912345678";
const DETAIL: &str = "解放路七十七号院";
const EMAIL: &str = "ouyang.test@example.com";
const PASSWORD: &str = "correct horse battery staple 9";
const NOTE: &str = "请放在传达室";

struct Shop(Child);

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The real program, which logs all it can into a file and calls every statement slow.
async fn start(folder: &Path, address: SocketAddr) -> Shop {
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let config = folder.join("xiangji.toml");
    std::fs::write(&config, "[watch]\nslow_statement_ms = 0\nverify_every_minutes = 0\n").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_xiangji"))
        .args([
            "serve",
            "--address",
            &address.to_string(),
            "--lookalike-address",
            &free_address().to_string(),
        ])
        .arg("--config")
        .arg(config)
        .arg("--data-dir")
        .arg(folder.join("data"))
        .env_remove("DATABASE_URL")
        .env("XIANGJI_LOG", "trace")
        .env("XIANGJI_LOG_FORMAT", "json")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let shop = Shop(child);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        if reqwest::get(format!("http://{address}/readyz")).await.is_ok_and(|answer| answer.status() == 200) {
            return shop;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the shop did not come up");
}

#[derive(Debug)]
struct Person {
    client: reqwest::Client,
    origin: String,
    /// Every value the session's cookie had.
    tokens: Vec<String>,
}

impl Person {
    async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> Value {
        let request = self.client.post(format!("{}/api/{action}", self.origin)).form(fields);
        let cookie = self.tokens.last().map(|token| format!("xj={token}")).unwrap_or_default();
        let answer =
            request.header("accept", "application/json").header("cookie", cookie).send().await.unwrap();
        if let Some(set) = answer.headers().get("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.tokens.push(pair.split_once('=').unwrap().1.to_owned());
        }
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{action}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Registers, orders, pays, and comes back.
    async fn register_and_buy(&mut self, variant: &str) -> String {
        let fields = [
            ("login", EMAIL),
            ("password", PASSWORD),
            ("display_name", NAME),
            ("key", "a-form-made-for-registering-1"),
        ];
        self.call("account/register", &fields).await;
        self.call("cart/add_line", &[("variant", variant), ("quantity", "1"), ("key", "add-1")]).await;
        let quote = self.call("checkout/quote", &[("region", "610102")]).await;
        let total = quote["value"]["total_fen"].as_i64().unwrap().to_string();
        let fields = [
            ("then", "place"),
            ("name", NAME),
            ("phone", PHONE),
            ("region", "610102"),
            ("detail", DETAIL),
            ("email", EMAIL),
            ("note", NOTE),
            ("expected_total", &total),
            ("key", "the-key"),
        ];
        let placed = self.call("checkout/place_order", &fields).await;
        let page = placed["go_to"].as_str().unwrap();
        let paid =
            self.client.post(format!("{page}/succeed")).form(&[("method", "card")]).send().await.unwrap();
        let back = paid.headers()["location"].to_str().unwrap().to_owned();
        let cookie = format!("xj={}", self.tokens.last().unwrap());
        self.client.get(back).header("cookie", cookie).send().await.unwrap();
        // A refused form keeps what was typed, and somebody looks for the order by the phone.
        let wrong = [("login", EMAIL), ("password", "not that one 12345")];
        let request = self.client.post(format!("{}/api/account/sign_in", self.origin)).form(&wrong);
        request.header("accept", "text/html").send().await.unwrap();
        let number = placed["value"].as_str().unwrap();
        let tail = &PHONE[7..];
        self.client.get(format!("{}/orders/{number}?tail={tail}", self.origin)).send().await.unwrap();
        number.to_owned()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_purchase_tells_its_number_and_nothing_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let variant = {
        let settings = xiangji::Settings { data_dir: Some(folder.path().join("data")), ..Default::default() };
        let services = xiangji::application::build_services(&settings.resolve(None).unwrap()).await.unwrap();
        service::demo::seed_without_photos(&services).await.unwrap();
        let mut conn = services.db.read().await.unwrap();
        let today = domain::time::Date::from_epoch_ms(services.now_ms()).to_string();
        let rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
        drop(conn);
        services.db.close().await;
        rows.iter().max_by_key(|row| row.in_stock).unwrap().variant_id.to_string()
    };
    let shop = start(folder.path(), address).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut person = Person { client, origin: format!("http://{address}"), tokens: Vec::new() };
    let number = person.register_and_buy(&variant).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    drop(shop);

    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let mut secrets: Vec<&str> =
        vec![NAME, PHONE, DETAIL, EMAIL, "ouyang.test", PASSWORD, NOTE, "not that one 12345"];
    secrets.extend(person.tokens.iter().map(String::as_str));
    secrets.extend(["tail=5678", "whsec_", "sk_test_"]);
    assert!(!person.tokens.is_empty() && secrets.len() > 10);
    for secret in secrets {
        let told = log.lines().find(|line| line.contains(secret));
        assert!(told.is_none(), "the log tells {secret}:\n{}", told.unwrap());
    }
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(log.contains(&number), "the log is of this purchase");
    statements_belong_to_their_request(&events);
}

/// Every statement of a request stands under the request's number, and names no value.
fn statements_belong_to_their_request(events: &[Value]) {
    let slow: Vec<&Value> =
        events.iter().filter(|event| event["fields"]["message"] == "slow statement").collect();
    assert!(slow.len() > 50, "only {} statements were logged", slow.len());
    let of_spans = |event: &Value, name: &str| {
        let spans = event["spans"].as_array().cloned().unwrap_or_default();
        spans.into_iter().find(|span| span["name"] == name)
    };
    let placing: Vec<&&Value> =
        slow.iter().filter(|event| of_spans(event, "place_order").is_some()).collect();
    assert!(placing.len() > 5, "the use case is named in {} statements", placing.len());
    for event in placing {
        let request = of_spans(event, "request").unwrap_or_default();
        assert!(request["id"].as_str().is_some_and(|id| id.len() == 16), "{event}");
    }
    let lost: Vec<&&Value> = slow
        .iter()
        .filter(|event| ["request", "worker"].iter().all(|span| of_spans(event, span).is_none()))
        .collect();
    let share = lost.len() as f64 / slow.len() as f64;
    assert!(
        share < 0.2,
        "{} of {} statements belong to nobody, the last: {:?}",
        lost.len(),
        slow.len(),
        lost.last()
    );
    assert!(
        slow.iter().all(|event| event["fields"]["statement"].as_str().is_some_and(|text| !text.is_empty()))
    );
}
