//! Public pages are kept for strangers as long as nobody writes anything, and never a moment longer.

use bench::http::{Answer, Connection};

use crate::test_shop::TestShop;

/// What a stranger on a new connection gets.
fn get(shop: &TestShop, path: &str) -> Answer {
    tokio::task::block_in_place(|| {
        let answer = Connection::open(shop.address).unwrap().get(path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        answer
    })
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// The nonce of the answer's policy.
fn nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy").unwrap();
    policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
}

/// The key of the form that puts the product into the cart.
fn form_key(answer: &Answer) -> String {
    let page = text(answer);
    page.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn rename(shop: &TestShop, slug: &str, name: &str) {
    let mut tx = shop.services.db.write().await.unwrap();
    store::testing::counties::rename_product(&mut tx, slug, name).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_page_has_marks_of_its_own_and_is_never_stale() {
    let shop = TestShop::start().await;
    service::demo::seed_without_photos(&shop.services).await.unwrap();
    let list = service::shop::list_page(&shop.services, &service::shop::ListQuery::default()).await.unwrap();
    let slug = &list.cards[0].slug;
    let path = format!("/products/{slug}");
    let (first, second) = (get(&shop, &path), get(&shop, &path));
    for answer in [&first, &second] {
        let page = text(answer);
        assert!(page.contains(&format!("nonce=\"{}\"", nonce(answer))), "scripts of this answer run");
        assert_eq!(page.matches(&form_key(answer)).count(), 2, "in the form and for its script");
    }
    assert_ne!(nonce(&first), nonce(&second));
    assert_ne!(form_key(&first), form_key(&second));
    let bare = |answer: &Answer| text(answer).replace(&nonce(answer), "N").replace(&form_key(answer), "K");
    assert_eq!(bare(&first), bare(&second), "else they are the same page");
    assert_ne!(text(&get(&shop, &format!("/en{path}"))), text(&second), "each language has its own");

    for (at, path) in [path.as_str(), "/products", "/"].into_iter().enumerate() {
        let _ = get(&shop, path);
        let name = format!("改过的名字{at}");
        rename(&shop, slug, &name).await;
        assert!(text(&get(&shop, path)).contains(&name), "{path} is stale");
    }
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_session_gets_a_page_of_their_own() {
    let shop = TestShop::start().await;
    service::demo::seed_without_photos(&shop.services).await.unwrap();
    let _ = get(&shop, "/products");
    let session = service::accounts::start_guest_session(&shop.services).await.unwrap();
    let viewer = service::Viewer {
        session_hash: Some(service::hash_token(&session.token)),
        ..service::Viewer::default()
    };
    let today = domain::time::Date::from_epoch_ms(shop.services.now_ms()).to_string();
    let mut conn = shop.services.db.read().await.unwrap();
    let rows = store::units::list_price_list(&mut conn, &today).await.unwrap();
    drop(conn);
    let row = rows.iter().find(|row| row.in_stock > 3 && row.min_quantity == 1).unwrap();
    service::carts::add_line(&shop.services, &viewer, row.variant_id, 3).await.unwrap();
    let name = app::form::session_cookie_name(false);
    let ask = reqwest::Client::new().get(format!("http://{}/products", shop.address));
    let ask = ask.header("accept", "text/html").header("cookie", format!("{name}={}", session.token));
    let own = ask.send().await.unwrap().text().await.unwrap();
    assert!(own.contains(">3</span>"), "the cart's number");
    assert!(!text(&get(&shop, "/products")).contains("aria-label=\"3 件\""), "and nobody else's");
    shop.stop().await;
}
