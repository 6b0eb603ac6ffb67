//! Two-step verification over HTTP, by a browser without scripts: set up, sign in, lose the phone; and what a session
//! and its cookie live by.

use domain::ids::UserId;
use domain::locale::Locale;
use domain::role::Role;
use domain::second_factor::SecondFactorRule;
use service::accounts::NewAccount;
use totp_rs::{Builder, Secret};

use crate::test_shop::{Answered, Browser, START_MS, TestShop};

const LOGIN: &str = "captain@example.com";
const PASSWORD: &str = "雨前 first flush 27";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const STEP_MS: i64 = 30_000;
const PAGE: &str = "/account/second-factor";

async fn account(shop: &TestShop, roles: &[Role]) -> UserId {
    let account = NewAccount {
        login: LOGIN.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "队长".to_owned(),
        locale: Locale::Zh,
        roles: roles.to_vec(),
        password_is_temporary: false,
    };
    service::accounts::create_user(&shop.services, account).await.unwrap()
}

async fn password_step(browser: &Browser, next: &str) -> Answered {
    let from = format!("/sign-in?next={next}");
    let fields = [("login", LOGIN), ("password", PASSWORD), ("next", next)];
    browser.submit(&from, "/api/account/sign_in", &fields).await
}

async fn code_step(browser: &Browser, code: &str) -> Answered {
    browser.submit("/sign-in/code", "/api/account/sign_in_code", &[("passcode", code)]).await
}

/// The page that a form leads back to.
async fn after(browser: &Browser, answered: &Answered) -> Answered {
    assert_eq!(answered.status, 303, "{answered:?}");
    browser.follow(answered.location.as_deref().unwrap()).await
}

fn code(secret: &[u8], at_ms: i64) -> String {
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at_ms / 1000).unwrap()).to_string()
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split_once(behind).unwrap().0
}

/// Sets it up in a browser that is signed in; answers the secret and the recovery codes.
async fn set_up(browser: &Browser, now_ms: i64) -> (Vec<u8>, Vec<String>) {
    let started = browser.submit(PAGE, "/api/account/start_second_factor", &[("password", PASSWORD)]).await;
    let page = after(browser, &started).await;
    assert!(page.body.contains("class=\"qr\""), "{}", page.body);
    let text = between(&page.body, "second-factor__key\">", "<").replace(' ', "");
    let secret = Secret::try_from_base32(&text).unwrap().as_bytes().to_vec();
    let fields = [("passcode", code(&secret, now_ms))];
    let fields = [("passcode", fields[0].1.as_str())];
    let confirmed = browser.submit(PAGE, "/api/account/confirm_second_factor", &fields).await;
    let page = after(browser, &confirmed).await;
    assert!(!page.body.contains(&text), "the secret is shown no more");
    let list = between(&page.body, "recovery-codes\">", "</ul>");
    let codes: Vec<String> =
        list.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    let stored = browser.submit(PAGE, "/api/account/recovery_codes_stored", &[]).await;
    assert_eq!(stored.location.as_deref(), Some("/account"));
    let page = browser.get(PAGE).await;
    assert!(!codes.iter().any(|code| page.body.contains(code.as_str())), "and so are the codes");
    (secret, codes)
}

#[tokio::test]
async fn two_steps_lead_to_where_one_wanted_to_go_and_change_the_cookie_twice() {
    let shop = TestShop::start().await;
    account(&shop, &[]).await;
    let browser = shop.browser();
    assert_eq!(password_step(&browser, "/orders").await.location.as_deref(), Some("/orders"));
    let (secret, codes) = set_up(&browser, START_MS).await;
    let first_session = browser.cookie("xj").unwrap();

    let other = shop.browser();
    let half = password_step(&other, "/orders").await;
    assert_eq!(half.location.as_deref(), Some("/sign-in/code?next=%2Forders"));
    assert!(other.cookie("xj").is_none(), "no session for a password alone");
    let half_token = other.cookie("xj-half").unwrap();
    assert_eq!(other.get("/account").await.status, 303, "nor anything of the account");
    other.set_cookie("xj", &half_token);
    assert_eq!(other.get("/account").await.status, 303, "a half session is no session");
    other.set_cookie("xj", "");
    let page = other.get("/sign-in/code?next=%2Forders").await;
    assert!(page.body.contains("value=\"/orders\""), "{}", page.body);

    let wrong = code_step(&other, "000000").await;
    let page = after(&other, &wrong).await;
    assert!(page.body.contains("aria-invalid=\"true\"") && !page.body.contains("000000"));
    let used = code_step(&other, &code(&secret, START_MS)).await;
    assert!(used.location.unwrap().contains("flash="), "the code that turned it on is used up");
    let next = code(&secret, START_MS + STEP_MS);
    let fields = [("passcode", next.as_str()), ("next", "/orders")];
    let done = other.submit("/sign-in/code", "/api/account/sign_in_code", &fields).await;
    assert_eq!(done.location.as_deref(), Some("/orders"));
    assert!(other.cookie("xj-half").is_none(), "the half session is over");
    let session = other.cookie("xj").unwrap();
    assert!(session != first_session && session != half_token);
    assert_eq!(other.get("/account").await.status, 200);

    // The same code in another browser, and then the way without the phone.
    let third = shop.browser();
    password_step(&third, "").await;
    assert!(code_step(&third, &next).await.location.unwrap().contains("flash="));
    assert_eq!(code_step(&third, &codes[0]).await.location.as_deref(), Some("/account"));
    let fourth = shop.browser();
    password_step(&fourth, "").await;
    assert!(code_step(&fourth, &codes[0]).await.location.unwrap().contains("flash="), "once");
    shop.stop().await;
}

#[tokio::test]
async fn whoever_waits_too_long_begins_at_the_password() {
    let shop = TestShop::start().await;
    account(&shop, &[]).await;
    let browser = shop.browser();
    password_step(&browser, "").await;
    let (_, codes) = set_up(&browser, START_MS).await;
    let other = shop.browser();
    password_step(&other, "").await;
    shop.clock.advance_ms(10 * 60 * 1000);
    let late = code_step(&other, &codes[0]).await;
    let page = after(&other, &late).await;
    assert!(
        page.body.contains("/api/account/sign_in\"") && page.body.contains("请重新输入密码"),
        "{}",
        page.body
    );
    assert_eq!(
        shop.browser().get("/sign-in/code").await.location.as_deref(),
        Some("/sign-in?expired=1&next=")
    );
    shop.stop().await;
}

#[tokio::test]
async fn a_wait_is_said_in_both_languages_and_to_programs_in_a_header() {
    let shop = TestShop::start().await;
    let browser = shop.browser();
    let wrong = [("login", "13800000009"), ("password", "guess guess")];
    for _ in 0..5 {
        assert_eq!(browser.call("/sign-in", "/api/account/sign_in", &wrong).await.status, 422);
    }
    let refused = browser.call("/sign-in", "/api/account/sign_in", &wrong).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "2"));
    for _ in 0..7 {
        let refused = browser.call("/sign-in", "/api/account/sign_in", &wrong).await;
        shop.clock.advance_ms(refused.header("retry-after").parse::<i64>().unwrap() * 1000);
        browser.call("/sign-in", "/api/account/sign_in", &wrong).await;
    }
    for (language, said) in [("", "请 5 分钟后再试"), ("/en", "try again in 5 min")] {
        let from = format!("{language}/sign-in");
        let refused = browser.submit(&from, &format!("{language}/api/account/sign_in"), &wrong).await;
        let page = after(&browser, &refused).await;
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    // Nobody else is held up, and a known name is told the same as an unknown one.
    account(&shop, &[]).await;
    let known = browser
        .call("/sign-in", "/api/account/sign_in", &[("login", LOGIN), ("password", "guess guess")])
        .await;
    let unknown = browser
        .call("/sign-in", "/api/account/sign_in", &[("login", "no@example.com"), ("password", "guess guess")])
        .await;
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    shop.stop().await;
}

#[tokio::test]
async fn where_it_is_required_every_workplace_leads_to_the_set_up_and_back() {
    let rules = service::rules::ShopRules {
        second_factor_for_staff: SecondFactorRule::Required,
        ..service::rules::ShopRules::default()
    };
    let shop = TestShop::start_with_rules(rules).await;
    account(&shop, &[Role::Operator]).await;
    let browser = shop.browser();
    assert_eq!(password_step(&browser, "").await.location.as_deref(), Some("/account"));
    for page in ["/admin", "/sell", "/unit", "/unit/none/orders", "/books", "/books/0000000000001"] {
        let led = browser.get(page).await;
        let to = format!("{PAGE}?next={}", page.replace('/', "%2F"));
        assert_eq!((led.status, led.location.as_deref()), (303, Some(to.as_str())), "{page}");
    }
    let english = browser.get("/en/admin").await;
    assert_eq!(english.location.as_deref(), Some("/en/account/second-factor?next=%2Fadmin"));
    let fields = [("team", "0000000000001"), ("key", "k")];
    let call = browser.call("/sell", "/api/listing/create", &fields).await;
    assert_eq!(call.status, 403, "{}", call.body);
    let form = browser.submit("/sell", "/api/listing/create", &fields).await;
    assert_eq!(form.location.as_deref(), Some("/account/second-factor?next=%2Fsell"));
    for page in ["/", "/account", "/orders", "/cart", PAGE] {
        assert_eq!(browser.get(page).await.status, 200, "{page}");
    }
    set_up(&browser, START_MS).await;
    assert_eq!(browser.get("/admin").await.status, 200);
    shop.stop().await;
}

#[tokio::test]
async fn a_cookie_lasts_as_long_as_its_session_and_signing_out_is_not_undone() {
    let shop = TestShop::start().await;
    account(&shop, &[]).await;
    let browser = shop.browser();
    password_step(&browser, "").await;
    assert_eq!(browser.get("/account").await.header("set-cookie"), "", "nothing to renew yet");
    shop.clock.advance_ms(20 * DAY_MS);
    let renewed = browser.get("/account").await;
    let token = browser.cookie("xj").unwrap();
    let expected = format!("xj={token}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax", 30 * 24 * 60 * 60);
    assert_eq!(renewed.header("set-cookie"), expected);
    shop.clock.advance_ms(20 * DAY_MS);
    let out = browser.submit("/account", "/api/account/sign_out", &[]).await;
    let cookies: Vec<_> = out.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(browser.cookie("xj").is_none());
    shop.stop().await;
}

#[tokio::test]
async fn a_browser_that_was_signed_in_on_is_not_kept_waiting_by_strangers() {
    let shop = TestShop::start().await;
    account(&shop, &[]).await;
    let owner = shop.browser();
    let first = password_step(&owner, "").await;
    let cookies = first.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let known: Vec<&str> = cookies.filter(|cookie| cookie.starts_with("xj-known=")).collect();
    let ends = format!("; Path=/; Max-Age={}; HttpOnly; SameSite=Lax", 366 * 24 * 60 * 60);
    assert!(known.len() == 1 && known[0].ends_with(&ends), "{known:?}");
    owner.submit("/account", "/api/account/sign_out", &[]).await;
    assert!(owner.cookie("xj").is_none() && owner.cookie("xj-known").is_some());

    let stranger = shop.browser();
    let wrong = [("login", LOGIN), ("password", "guess guess")];
    for _ in 0..5 {
        assert_eq!(stranger.call("/sign-in", "/api/account/sign_in", &wrong).await.status, 422);
    }
    let right = [("login", LOGIN), ("password", PASSWORD)];
    assert_eq!(stranger.call("/sign-in", "/api/account/sign_in", &right).await.status, 429);
    assert_eq!(password_step(&owner, "").await.location.as_deref(), Some("/account"));
    shop.stop().await;
}

#[tokio::test]
async fn a_device_that_is_signed_out_from_afar_is_a_visitor_at_its_next_request() {
    let shop = TestShop::start().await;
    account(&shop, &[]).await;
    let (here, there) = (shop.browser(), shop.browser());
    for browser in [&here, &there] {
        password_step(browser, "").await;
    }
    let page = here.get("/account").await;
    assert!(page.body.contains("127.0.0.*"), "{}", page.body);
    let handle = between(&page.body, "name=\"session\" value=\"", "\"").to_owned();
    let fields = [("session", handle.as_str()), ("password", "not the password")];
    let refused = here.submit("/account", "/api/account/end_session", &fields).await;
    assert!(after(&here, &refused).await.body.contains("密码不对"));
    assert_eq!(there.get("/account").await.status, 200, "the password is asked for once more");
    let fields = [("session", handle.as_str()), ("password", PASSWORD)];
    let ended = here.submit("/account", "/api/account/end_session", &fields).await;
    assert!(after(&here, &ended).await.body.contains("该设备已退出登录"));
    assert_eq!(there.get("/account").await.status, 303);
    password_step(&there, "").await;
    here.submit("/account", "/api/account/end_other_sessions", &[("password", PASSWORD)]).await;
    assert_eq!((there.get("/account").await.status, here.get("/account").await.status), (303, 200));
    shop.stop().await;
}

#[tokio::test]
async fn whoever_cannot_be_checked_because_the_shops_key_was_lost_is_told_whom_to_ask() {
    let shop = TestShop::start().await;
    let user = account(&shop, &[]).await;
    // As in a shop that was restored without its key.
    let mut tx = shop.services.db.write().await.unwrap();
    store::people::put_second_factor(&mut tx, user, b"sealed with another key", START_MS, 0).await.unwrap();
    tx.commit().await.unwrap();

    let browser = shop.browser();
    password_step(&browser, "").await;
    let refused = code_step(&browser, "123456").await;
    let page = after(&browser, &refused).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("联系本店的运维"), "{}", page.body);
}
