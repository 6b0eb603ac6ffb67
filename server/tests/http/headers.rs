//! Headers and cookies that guard a visitor, on every kind of answer, with and without https.

use crate::test_shop::{Answered, TestShop};

const EVERYWHERE: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("access-control-allow-origin", ""),
];

fn is_guarded(answered: &Answered, what: &str) {
    for (name, value) in EVERYWHERE {
        assert_eq!(answered.header(name), value, "{what}: {name}");
    }
    let policy = answered.header("content-security-policy");
    for part in ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{what}: {part} is not in {policy}");
    }
    assert!(!answered.header("x-request-id").is_empty(), "{what}");
    for name in ["server", "x-powered-by"] {
        assert_eq!(answered.header(name), "", "{what} says with what it was made");
    }
}

/// Every kind of answer there is: pages, pages that are not there, files, refusals, redirects, JSON.
async fn every_kind(shop: &TestShop) -> Vec<(&'static str, Answered)> {
    let visitor = shop.browser();
    vec![
        ("a page", visitor.get("/").await),
        ("a page in English", visitor.get("/en/products").await),
        ("no page", visitor.get("/no-such-page").await),
        ("a page for members", visitor.get("/account").await),
        ("no photo", visitor.get("/media/00/s.webp").await),
        ("JSON", visitor.get("/regions.json").await),
        ("text", visitor.get("/robots.txt").await),
        ("health", visitor.get("/healthz").await),
        ("a refused form", visitor.submit("/sign-in", "/api/account/sign_in", &[("login", "x")]).await),
        ("a refused call", visitor.call("/sign-in", "/api/account/sign_in", &[("login", "x")]).await),
        ("no function", visitor.call("/", "/api/no/such", &[]).await),
        ("a form of another site", visitor.submit_from_elsewhere("/api/cart/add_line", &[]).await),
        ("an event nobody signed", visitor.post_raw("/webhooks/stripe", "application/json", vec![]).await),
        ("a form too large", visitor.post_raw("/api/cart/add_line", "text/plain", vec![b'a'; 2 << 20]).await),
    ]
}

#[tokio::test]
async fn every_kind_of_answer_is_guarded_and_only_https_is_asked_to_stay_https() {
    let shop = TestShop::start().await;
    for (what, answered) in every_kind(&shop).await {
        is_guarded(&answered, what);
        assert_eq!(answered.header("strict-transport-security"), "", "{what}");
        let kind = answered.header("content-type");
        let is_text = kind.starts_with("text/") || kind.is_empty();
        assert!(!is_text || kind.is_empty() || kind.contains("charset=utf-8"), "{what}: {kind}");
        assert!(answered.body.is_empty() || !kind.is_empty(), "{what} has a body of no type");
    }
    shop.stop().await;
    let public =
        |settings: &mut xiangji::Settings| settings.public_url = Some("https://shop.example".to_owned());
    let shop = TestShop::start_changed(public).await;
    for (what, answered) in every_kind(&shop).await {
        is_guarded(&answered, what);
        let asked = answered.header("strict-transport-security");
        let seconds: u64 = asked.trim_start_matches("max-age=").split(';').next().unwrap().parse().unwrap();
        assert!(seconds >= 31_536_000 && asked.contains("includeSubDomains"), "{what}: {asked}");
    }
    shop.stop().await;
}

#[tokio::test]
async fn behind_https_a_cookie_belongs_to_this_host_alone() {
    let public =
        |settings: &mut xiangji::Settings| settings.public_url = Some("https://shop.example".to_owned());
    for (is_secure, shop) in [(false, TestShop::start().await), (true, TestShop::start_changed(public).await)]
    {
        let fields =
            [("login", "13800000002"), ("password", "a long enough password"), ("display_name", "顾客")];
        let answered = shop.browser().submit("/register", "/api/account/register", &fields).await;
        let cookies: Vec<&str> =
            answered.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(!cookies.is_empty(), "{} {}", answered.status, answered.body);
        for cookie in cookies {
            let has = |word: &str| cookie.split("; ").any(|part| part.eq_ignore_ascii_case(word));
            assert!(has("HttpOnly") && has("SameSite=Lax") && has("Path=/"), "{cookie}");
            assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
            assert_eq!((has("Secure"), cookie.starts_with("__Host-")), (is_secure, is_secure), "{cookie}");
        }
        shop.stop().await;
    }
}

#[tokio::test]
async fn methods_that_nobody_needs_are_refused() {
    let shop = TestShop::start().await;
    let client = reqwest::Client::new();
    for method in ["TRACE", "TRACK", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"] {
        for path in ["/", "/api/cart/add_line", "/upload/photos", "/media/00/s.webp"] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let url = format!("http://{}{path}", shop.address);
            let status = client.request(method.clone(), url).send().await.unwrap().status().as_u16();
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
    shop.stop().await;
}
