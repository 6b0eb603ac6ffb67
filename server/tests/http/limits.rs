//! Who is sent away, and how: too often from one address or account, too slow, too many at once.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use xiangji::LimitSettings;

use crate::test_shop::TestShop;

/// A shop behind a proxy that says where a request came from.
async fn behind_a_proxy(limits: LimitSettings) -> TestShop {
    TestShop::start_changed(|settings| {
        settings.trust_proxy = Some(true);
        settings.limits = limits;
    })
    .await
}

async fn ask(shop: &TestShop, from: &str, path: &str, accept: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let origin = format!("http://{}", shop.address);
    let address = format!("{origin}{path}");
    let request = if path.starts_with("/api/") || path.starts_with("/webhooks/") {
        client.post(address).form(&[("variant", "0000000000001"), ("quantity", "1")])
    } else {
        client.get(address)
    };
    request
        .header("x-forwarded-for", format!("198.51.100.9, {from}"))
        .header("accept", accept)
        .send()
        .await
        .unwrap()
}

/// How many are let through until the first 429, and that one.
async fn until_limited(shop: &TestShop, from: &str, path: &str, accept: &str) -> (usize, reqwest::Response) {
    for let_through in 0..200 {
        let answer = ask(shop, from, path, accept).await;
        if answer.status() == 429 {
            return (let_through, answer);
        }
    }
    panic!("{path} knows no limit");
}

#[tokio::test]
async fn who_asks_for_pages_too_often_is_told_when_to_come_again_in_their_language() {
    let shop = behind_a_proxy(LimitSettings { rate_pages: Some(20), ..LimitSettings::default() }).await;
    let (let_through, refused) = until_limited(&shop, "203.0.113.1", "/en/about", "text/html").await;
    assert_eq!(let_through, 10, "half a minute's worth at once");
    assert_eq!(refused.headers()["retry-after"], "4");
    assert!(refused.headers().contains_key("content-security-policy"), "guarded like every answer");
    assert!(refused.text().await.unwrap().contains("Wait 4 s, then reload"));
    assert_eq!(ask(&shop, "203.0.113.2", "/en/about", "text/html").await.status(), 200, "a neighbour");
    for exempt in ["/healthz", "/readyz", "/robots.txt"] {
        assert_eq!(ask(&shop, "203.0.113.1", exempt, "*/*").await.status(), 200, "{exempt}");
    }
    assert_eq!(
        ask(&shop, "203.0.113.1", "/webhooks/stripe", "*/*").await.status(),
        400,
        "asked, not limited"
    );
    shop.clock.advance_ms(4_000);
    assert_eq!(ask(&shop, "203.0.113.1", "/about", "text/html").await.status(), 200);
    shop.stop().await;
}

#[tokio::test]
async fn changes_and_guesses_have_limits_of_their_own_and_a_script_is_told_in_its_way() {
    let limits = LimitSettings { rate_changes: Some(20), rate_guesses: Some(6), ..LimitSettings::default() };
    let shop = behind_a_proxy(limits).await;
    let from = "2001:db8:7:8::1";
    let (_, refused) = until_limited(&shop, from, "/api/cart/add_line", "application/json").await;
    assert_eq!(refused.headers()["content-type"], "application/json");
    assert!(refused.text().await.unwrap().contains("TooManyAttempts"));
    let (guesses, _) = until_limited(&shop, from, "/orders/0abc?tail=0001", "text/html").await;
    assert_eq!(guesses, 3);
    let neighbour = ask(&shop, "2001:db8:7:8:ffff::2", "/orders/0abc?tail=0002", "text/html").await;
    assert_eq!(neighbour.status(), 429, "one network, one person");
    assert_eq!(ask(&shop, from, "/about", "text/html").await.status(), 200, "looking round goes on");
    shop.stop().await;
}

#[tokio::test]
async fn a_guest_who_changes_addresses_is_still_one_guest() {
    let limits = LimitSettings { rate_account: Some(8), ..LimitSettings::default() };
    let shop = TestShop::start_changed(|settings| settings.limits = limits).await;
    let session = service::accounts::start_guest_session(&shop.services).await.unwrap();
    let browser = shop.browser();
    browser.set_cookie("xj", &session.token);
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let fields = [("variant", "0000000000001"), ("quantity", "1")];
        statuses.push(browser.call("/", "/api/cart/add_line", &fields).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}");
    shop.stop().await;
}

/// What the shop says to bytes sent as they are, and after how long it closes.
async fn raw(shop: &TestShop, bytes: &str) -> (String, Duration) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(shop.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection stays open");
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

/// Sends the beginning of a form, and waits until the shop reads it.
async fn begin_slowly(shop: &TestShop, bytes: &str) -> (TcpStream, Instant) {
    const READING: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let begun = Instant::now();
    let mut stream = TcpStream::connect(shop.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut said = [0; READING.len()];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&said), READING);
    (stream, begun)
}

#[tokio::test]
async fn who_sends_byte_by_byte_is_cut_off_and_takes_nobody_s_place() {
    let limits = LimitSettings {
        header_timeout_seconds: Some(1),
        body_timeout_seconds: Some(1),
        max_changes: Some(1),
        ..LimitSettings::default()
    };
    let shop = TestShop::start_changed(|settings| settings.limits = limits).await;
    let (_, took) = raw(&shop, "GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: ").await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    let (_, took) = raw(&shop, "").await;
    assert!(took < Duration::from_secs(3), "says nothing at all: {took:?}");
    // Three at once, where there is one place for changes and one to wait for it.
    let slow = "POST /api/cart/add_line HTTP/1.1\r\nHost: shop\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 100\r\nConnection: close\r\nExpect: 100-continue\r\n\r\nvariant=";
    let visitor = shop.browser();
    let fields = [("variant", "0000000000001"), ("quantity", "1")];
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(begin_slowly(&shop, slow).await);
    }
    let quick = visitor.call("/", "/api/cart/add_line", &fields).await.status;
    for (mut stream, since) in begun {
        let mut answer = String::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "the connection stays open");
        let took = since.elapsed();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
    assert!(quick < 500 && quick != 429, "the quick one was served: {quick}");
    shop.stop().await;
}

const ABOUT: &str = "GET /about HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn when_all_connections_are_taken_the_next_is_told_so_and_places_come_back() {
    let limits = LimitSettings { max_clients: Some(3), ..LimitSettings::default() };
    let shop = TestShop::start_changed(|settings| settings.limits = limits).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(TcpStream::connect(shop.address).await.unwrap());
    }
    // Connections are taken in the order in which they were made, so these three were counted before the next one.
    let (answer, _) = raw(&shop, ABOUT).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("Retry-After: "), "{answer}");
    drop(open);
    // The shop hears of it in its own time.
    let begun = Instant::now();
    while raw(&shop, ABOUT).await.0.starts_with("HTTP/1.1 503") {
        assert!(begun.elapsed() < Duration::from_secs(10), "the places do not come back");
    }
    assert!(raw(&shop, ABOUT).await.0.starts_with("HTTP/1.1 200"));
    shop.stop().await;
}

#[tokio::test]
async fn a_form_that_is_too_large_is_not_read() {
    let shop = TestShop::start_changed(|settings| settings.body_limit_bytes = Some(1_000)).await;
    let large = "x".repeat(2_000);
    let answered = shop.browser().call("/", "/api/cart/add_line", &[("variant", &large)]).await;
    assert_eq!(answered.status, 413);
    shop.stop().await;
}
