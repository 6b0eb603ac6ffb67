//! What every page and every request has: languages, headers, errors, guards.

use domain::locale::Locale;
use domain::money::Fen;
use domain::time::DAY_MS;
use service::Viewer;
use service::accounts::{NewAccount, SignIn};
use service::ports::CheckoutRequest;

use crate::test_shop::{START_MS, TestShop};

#[tokio::test]
async fn the_shop_is_alive_and_ready() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    assert_eq!(visitor.get("/healthz").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    let robots = visitor.get("/robots.txt").await;
    assert!(robots.body.contains("Disallow: /en/cart") && robots.body.contains("/sitemap.xml"));
    assert!(visitor.get("/sitemap.xml").await.body.contains("<urlset"));
    assert!(visitor.get("/regions.json").await.body.contains("岚皋县"));
    shop.stop().await;
}

#[tokio::test]
async fn a_page_speaks_the_language_of_its_address() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let zh = visitor.get("/about").await;
    assert_eq!(zh.status, 200);
    assert!(zh.body.starts_with("<!DOCTYPE html>"), "{}", &zh.body[..200.min(zh.body.len())]);
    assert!(zh.body.contains("<html lang=\"zh-CN\">") && zh.body.contains("乡集是什么"));
    assert!(zh.body.contains("href=\"/en/about\""), "the way to the other language");
    let en = visitor.get("/en/about").await;
    assert!(en.body.contains("<html lang=\"en\">") && en.body.contains("What Xiangji is"));
    assert!(en.body.contains("href=\"/about\"") && en.body.contains("href=\"/en/products\""));
    shop.stop().await;
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so_in_both_languages() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let zh = visitor.get("/no-such-page").await;
    assert_eq!(zh.status, 404);
    assert!(zh.body.contains("没有这个页面"));
    let en = visitor.get("/en/no-such-page").await;
    assert_eq!(en.status, 404);
    assert!(en.body.contains("There is no such page"));
    assert_eq!(visitor.get("/media/00/x.webp").await.status, 404);
    shop.stop().await;
}

#[tokio::test]
async fn every_answer_is_guarded_by_headers_and_marks_its_own_scripts() {
    let shop = TestShop::start().await;
    let page = shop.browser().get("/about").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let scripts = page.body.matches("<script").count();
    assert!(scripts >= 2);
    assert_eq!(page.body.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{}", page.body);
    assert!(!page.body.contains(" style=\""));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(!page.header("x-request-id").is_empty());
    let again = shop.browser().get("/about").await;
    assert!(!again.header("content-security-policy").contains(nonce), "a nonce is used once");
    shop.stop().await;
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let shop = TestShop::start().await;
    let answered = shop.browser().submit_from_elsewhere("/api/cart/add_line", &[("variant", "1")]).await;
    assert_eq!(answered.status, 403);
    shop.stop().await;
}

#[tokio::test]
async fn an_event_nobody_signed_is_refused_and_a_huge_one_is_not_read() {
    let shop = TestShop::start().await;
    let stranger = shop.browser();
    let forged = stranger.post_raw("/webhooks/stripe", "application/json", b"{}".to_vec()).await;
    assert_eq!(forged.status, 400);
    let huge = stranger.post_raw("/webhooks/stripe", "application/json", vec![b' '; 300 * 1024]).await;
    assert_eq!(huge.status, 413);
    shop.stop().await;
}

#[tokio::test]
async fn an_account_is_known_by_its_cookie_until_the_session_ends() {
    let shop = TestShop::start().await;
    let (login, password) = ("13800000001".to_owned(), "a long enough password".to_owned());
    let account = NewAccount {
        login: login.clone(),
        password: password.clone(),
        display_name: "顾客".to_owned(),
        locale: Locale::Zh,
        roles: Vec::new(),
        password_is_temporary: false,
    };
    service::accounts::create_user(&shop.services, account).await.unwrap();
    let command = SignIn { login, password };
    let session =
        service::accounts::sign_in(&shop.services, &Viewer::default(), command, "127.0.0.1").await.unwrap();
    let session = session.session().unwrap();
    let visitor = shop.browser();
    assert!(visitor.follow("/about").await.body.contains("href=\"/sign-in\""));
    visitor.set_cookie("xj", &session.token);
    let known = visitor.follow("/about").await;
    assert!(!known.body.contains("href=\"/sign-in\""));
    assert_eq!(known.header("cache-control"), "private, no-store", "nothing personal is kept");
    shop.clock.advance_ms((shop.services.rules.session_days + 1) * DAY_MS);
    assert!(visitor.follow("/about").await.body.contains("href=\"/sign-in\""));
    shop.stop().await;
}

#[tokio::test]
async fn without_a_key_the_look_alike_takes_payments_and_forms_may_lead_there() {
    let shop = TestShop::start().await;
    let request = CheckoutRequest {
        payment_reference: "0000000000001".to_owned(),
        order_number: "0000000000001".to_owned(),
        amount_fen: Fen::new(12_800),
        description: "茶".to_owned(),
        customer_email: None,
        success_url: format!("http://{}/orders/1", shop.address),
        cancel_url: format!("http://{}/orders/1", shop.address),
        expires_at_ms: START_MS + 60 * 60 * 1000,
        locale: "zh".to_owned(),
        idempotency_key: "k1".to_owned(),
    };
    let page = shop.services.payments.open_checkout(&request).await.unwrap();
    let origin = format!("http://{}", shop.demo_payments.as_ref().unwrap().address);
    assert!(page.url.starts_with(&origin), "{}", page.url);
    let policy = shop.browser().get("/about").await;
    assert!(policy.header("content-security-policy").contains(&format!("form-action 'self' {origin}")));
    shop.stop().await;
}
