//! What the log tells of people: nothing, also when it tells everything else.

mod person;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use person::{Person, TYPED};

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
async fn start(folder: &Path, address: SocketAddr, metrics: SocketAddr) -> Shop {
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
            "--metrics-address",
            &metrics.to_string(),
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_purchase_tells_its_number_and_nothing_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (address, metrics) = (free_address(), free_address());
    let row = {
        let settings = xiangji::Settings { data_dir: Some(data.clone()), ..Default::default() };
        let services = xiangji::application::build_services(&settings.resolve(None).unwrap()).await.unwrap();
        service::demo::seed_without_photos(&services).await.unwrap();
        let mut conn = services.db.read().await.unwrap();
        let today = domain::time::Date::from_epoch_ms(services.now_ms()).to_string();
        let rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
        drop(conn);
        services.db.close().await;
        rows.into_iter().max_by_key(|row| row.in_stock).unwrap()
    };
    let shop = start(folder.path(), address, metrics).await;
    let (mut person, mut buyer) = (Person::new(address), Person::new(address));
    let number = person.register_and_buy(&row.variant_id.to_string()).await;
    person.search().await;
    person.lose_the_password(&data).await;
    person.ask_about(&number, &data).await;
    buyer.order_for_a_unit(&format!("{} {}", row.code, row.min_quantity)).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let figures = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap().text().await.unwrap();
    drop(shop);

    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let tokens: Vec<&str> = person.tokens.iter().chain(&buyer.tokens).map(String::as_str).collect();
    assert!(tokens.len() > 5, "{tokens:?}");
    for secret in TYPED.into_iter().chain(tokens).chain(["tail=5678", "whsec_", "sk_test_"]) {
        let told = log.lines().chain(figures.lines()).find(|line| line.contains(secret));
        assert!(told.is_none(), "the log or a figure tells {secret}:\n{}", told.unwrap());
    }
    assert!(figures.contains("/api/account/reset_password") && figures.contains("/upload/after-sale"));
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
