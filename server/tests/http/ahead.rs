//! Pages that browsers fetch before anybody asks: they cost nobody anything, write nothing and go stale in time.

use xiangji::LimitSettings;

use crate::test_shop::TestShop;

/// Asks as a browser does that fetches ahead.
async fn fetch_ahead(shop: &TestShop, path: &str, more: &[(&str, &str)]) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.get(format!("http://{}{path}", shop.address));
    let request = request.header("accept", "text/html").header("sec-purpose", "prefetch");
    more.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

#[tokio::test]
async fn a_stranger_s_page_may_be_shown_for_a_minute_and_starts_no_session() {
    let shop = TestShop::start().await;
    for path in ["/", "/products", "/en/villages", "/about"] {
        let answer = fetch_ahead(&shop, path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert!(!answer.headers().contains_key("set-cookie"), "{path}");
        assert_eq!(answer.headers()["cache-control"], "private, max-age=60", "{path}");
        let varies = answer.headers().get_all("vary").iter().any(|vary| vary == "cookie");
        assert!(varies, "{path}: with a session it is another page");
    }
    let by_rules = fetch_ahead(&shop, "/products", &[("sec-fetch-mode", "navigate")]).await;
    assert_eq!(
        by_rules.headers()["cache-control"],
        "private, no-cache",
        "the browser keeps it aside by itself"
    );
    let asked = shop.browser().get("/products").await;
    assert_eq!(asked.header("cache-control"), "private, no-cache", "only what was fetched ahead is kept");
    shop.stop().await;
}

#[tokio::test]
async fn a_page_with_a_session_is_fetched_but_not_kept() {
    let shop = TestShop::start().await;
    let session = service::accounts::start_guest_session(&shop.services).await.unwrap();
    let cookie = format!("xj={}", session.token);
    let answer = fetch_ahead(&shop, "/products", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    let cart = fetch_ahead(&shop, "/cart", &[]).await;
    assert_eq!(cart.headers()["cache-control"], "private, no-store");
    shop.stop().await;
}

#[tokio::test]
async fn what_may_write_or_is_a_guess_or_unwanted_is_not_fetched_ahead() {
    let shop = TestShop::start().await;
    for path in ["/checkout", "/products?flash=abc", "/orders/0abc?tail=0001", "/en/checkout"] {
        let answer = fetch_ahead(&shop, path, &[]).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert_eq!(answer.headers()["cache-control"], "private, no-store", "{path}");
    }
    assert_eq!(fetch_ahead(&shop, "/products", &[("save-data", "on")]).await.status(), 503);
    shop.stop().await;
}

#[tokio::test]
async fn what_is_fetched_ahead_does_not_use_up_the_pages_that_somebody_asks_for() {
    let shop = TestShop::start_changed(|settings| {
        settings.trust_proxy = Some(true);
        settings.limits = LimitSettings { rate_pages: Some(20), ..LimitSettings::default() };
    })
    .await;
    let from = [("x-forwarded-for", "203.0.113.7")];
    let mut fetched = 0;
    while fetch_ahead(&shop, "/about", &from).await.status() == 200 {
        fetched += 1;
        assert!(fetched < 100, "there is no limit at all");
    }
    assert_eq!(fetched, 10, "half a minute's worth at once");
    let client = reqwest::Client::new();
    let asked = client.get(format!("http://{}/about", shop.address)).header("x-forwarded-for", "203.0.113.7");
    assert_eq!(asked.send().await.unwrap().status(), 200);
    shop.stop().await;
}

#[tokio::test]
async fn after_a_change_a_browser_drops_the_pages_it_fetched_before() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let changed = visitor.submit("/products", "/api/cart/add_line", &[("variant", "1")]).await;
    assert!(changed.header("clear-site-data").contains("\"prefetchCache\""));
    assert_eq!(visitor.get("/products").await.header("clear-site-data"), "");
    shop.stop().await;
}
