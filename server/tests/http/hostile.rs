//! Requests that no browser of ours would send: damaged queries, cookies, forms and uploads. Whatever comes, the shop
//! answers something that is not its own fault, says nothing of its inside, and stands as it stood.

use service::books::verify_books;

use crate::test_shop::{Answered, Browser, TestShop};

#[path = "../../fuzz/src/events.rs"]
mod events;
#[path = "../../fuzz/src/forms.rs"]
mod forms;
#[path = "../../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../../fuzz/src/requests.rs"]
mod requests;

/// What has no place in an answer to a stranger.
const INSIDE: [&str; 7] =
    ["panicked", "SELECT ", "sqlx", "server/src/", "RUST_BACKTRACE", "constraint failed", "service::"];

const TEXTS: [&str; 14] = [
    "",
    "0",
    "-1",
    "99999999999999999999999",
    "1e308",
    "NaN",
    "'; DROP TABLE products; --",
    "%00%01%02",
    "%ff%fe",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "%E2%80%AE茶",
    "茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶茶",
    "\u{1f375}\u{200d}\u{feff}",
];

fn is_harmless(answered: &Answered, what: &str) {
    assert!(answered.status < 500, "{what}: {} {}", answered.status, answered.body);
    for word in INSIDE {
        assert!(!answered.body.contains(word), "{what} tells {word}: {}", answered.body);
    }
}

#[test]
fn whatever_calls_itself_an_event_is_read_without_harm() {
    assert!(mutate::run("webhook_body", events::webhook_body) > 50);
    assert!(mutate::run("webhook_signature", events::webhook_signature) > 50);
}

#[test]
fn whatever_calls_itself_a_carriers_notice_is_read_without_harm() {
    assert!(mutate::run("carrier_notice", events::carrier_notice) > 50);
}

#[test]
fn whatever_calls_itself_a_form_is_read_without_harm() {
    assert!(mutate::run("form", forms::form) > 50);
}

#[test]
fn whatever_a_request_says_of_itself_is_read_without_harm() {
    assert!(mutate::run("request", requests::request) > 50);
}

#[tokio::test]
async fn no_query_breaks_a_page() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let names = [
        "q",
        "sort",
        "page",
        "category",
        "village",
        "town",
        "min_price",
        "max_price",
        "in_stock",
        "flash",
        "next",
    ];
    for name in names {
        for text in TEXTS {
            let query: String = text.chars().flat_map(escaped).collect();
            let path = format!("/products?{name}={query}&{name}={query}");
            is_harmless(&visitor.get(&path).await, &path);
        }
    }
    for path in
        ["/products?", "/products?=&=&&&", "/products?q", "/products?%zz=%", "/products?q[]=1&q[a][b]=2"]
    {
        is_harmless(&visitor.get(path).await, path);
    }
    let long = format!("/products?q={}", "a".repeat(30_000));
    is_harmless(&visitor.get(&long).await, "a long query");
    shop.stop().await;
}

/// What may stand in an address as it is, stands; what a client library would refuse, is escaped.
fn escaped(letter: char) -> Vec<char> {
    if letter.is_ascii_graphic() && !"<>\"#".contains(letter) {
        return vec![letter];
    }
    let mut buffer = [0; 4];
    letter
        .encode_utf8(&mut buffer)
        .bytes()
        .flat_map(|byte| format!("%{byte:02X}").chars().collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn no_cookie_and_no_form_token_breaks_a_page() {
    let shop = TestShop::start().await;
    let long = "a".repeat(4_000);
    for value in ["", "x", "\"", "a=b=c", "%00", "..", "0123456789abcdef", &long] {
        for name in ["xj", "xj-half", "xj-known", "xj-link", "__Host-xj", "xj_locale"] {
            let visitor = shop.browser();
            visitor.set_cookie(name, value);
            for path in ["/", "/account", "/cart", "/orders", "/checkout", "/reset-password"] {
                is_harmless(&visitor.get(path).await, &format!("{path} with {name}={value}"));
            }
            let flash = format!("/sign-in?flash={}", value.replace(['"', '%'], ""));
            is_harmless(&visitor.get(&flash).await, &flash);
        }
    }
    shop.stop().await;
}

#[tokio::test]
async fn no_form_breaks_a_call_and_a_key_is_a_key() {
    let shop = TestShop::start().await;
    let long = "k".repeat(100_000);
    for text in TEXTS.into_iter().chain([long.as_str()]) {
        for (action, field) in [
            ("/api/cart/add_line", "variant"),
            ("/api/cart/set_quantity", "quantity"),
            ("/api/checkout/place_order", "idempotency_key"),
            ("/api/account/sign_in", "login"),
            ("/api/account/register", "password"),
            ("/api/checkout/read_address", "pasted"),
        ] {
            let visitor = shop.browser();
            for (repeat, name) in [(1, field), (2, field), (1, "[]"), (1, "no_such_field")] {
                let fields = vec![(name, text); repeat];
                is_harmless(&visitor.call("/", action, &fields).await, &format!("{action} {name}={text}"));
                is_harmless(&visitor.submit("/", action, &fields).await, &format!("{action} {name}={text}"));
            }
        }
    }
    assert!(verify_books(&shop.services).await.unwrap().is_sound());
    shop.stop().await;
}

#[tokio::test]
async fn no_upload_breaks_the_shop() {
    let shop = TestShop::start().await;
    let visitor = shop.browser();
    let part =
        |head: &str, body: &str| format!("--xj\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let bodies = [
        String::new(),
        "--xj--\r\n".to_owned(),
        "--other\r\n\r\n--other--".to_owned(),
        part("name=\"unit\"", "x"),
        part("name=\"sheet\"; filename=\"../../etc/passwd\"", "a,1") + "--xj--\r\n",
        part("name=\"sheet\"; filename=\"a\0b.xlsx\"", "PK\u{3}\u{4}") + "--xj--\r\n",
        part("name=\"photos\"; filename=\"a.jpg\"", "<script>") + "--xj--\r\n",
        part("name=\"unit\"", "x").repeat(2_000) + "--xj--\r\n",
        format!("--xj\r\n{}\r\n\r\nx\r\n--xj--\r\n", "X-Long: a\r\n".repeat(2_000)),
        "--xj\r\nContent-Disposition: form-data".to_owned(),
        // Names within names, as many as there is room for where somebody has nothing to send.
        part(&format!("name=\"{}\"", ".".repeat(60_000)), "x") + "--xj--\r\n",
        part(&format!("name=\"{}\"", "a[".repeat(30_000)), "x") + "--xj--\r\n",
    ];
    for upload in app::routes::all_uploads() {
        for body in &bodies {
            for accept in ["text/html", "application/json"] {
                let answered = visitor.upload("/", upload.path, accept, body.clone().into_bytes()).await;
                is_harmless(&answered, &format!("{} {body:.80}", upload.path));
                assert!(answered.status != 200, "a stranger's upload is not taken: {}", answered.body);
            }
        }
    }
    no_other_type(&visitor).await;
    shop.stop().await;
}

async fn no_other_type(visitor: &Browser) {
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded; charset=utf-7",
    ] {
        for path in ["/api/cart/add_line", "/upload/photos", "/webhooks/stripe"] {
            let answered = visitor.post_raw(path, kind, b"{\"a\":[1,2".to_vec()).await;
            is_harmless(&answered, &format!("{path} as {kind}"));
        }
    }
}
