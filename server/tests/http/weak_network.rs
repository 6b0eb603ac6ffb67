//! What a phone in a field relies on: pieces of photos, the word that something was saved, and a clean browser after
//! signing out.

use sha2::{Digest as _, Sha256};

use crate::access::Who;
use crate::access::world::World;
use crate::test_shop::{Answered, Browser};

/// A photo as somebody sends it.
pub const PHOTO: &[u8] = include_bytes!("../../service/data/demo/pictures/certificate-farm-produce.webp");
const STEP: usize = 16 << 10;

async fn send_piece(world: &World, browser: &Browser, from: usize, piece: &[u8]) -> Answered {
    let digest: String = Sha256::digest(PHOTO).iter().map(|byte| format!("{byte:02x}")).collect();
    let fields = [
        ("team", world.team.to_string()),
        ("digest", digest),
        ("length", PHOTO.len().to_string()),
        ("offset", from.to_string()),
    ];
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--xj\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(b"--xj\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"piece\"\r\n\r\n");
    body.extend(piece);
    body.extend(b"\r\n--xj--\r\n");
    browser.upload("/sell", "/upload/photo-piece", "application/json", body).await
}

fn received(answered: &Answered) -> i64 {
    assert_eq!(answered.status, 200, "{}", answered.body);
    let said: serde_json::Value = serde_json::from_str(&answered.body).unwrap();
    said["value"]["received_bytes"].as_i64().unwrap()
}

#[tokio::test]
async fn a_photo_goes_up_in_pieces_from_where_it_stopped() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let step = i64::try_from(STEP).unwrap();
    assert_eq!(received(&send_piece(&world, seller, 0, b"").await), 0);
    assert_eq!(received(&send_piece(&world, seller, 0, &PHOTO[..STEP]).await), step);
    assert_eq!(received(&send_piece(&world, seller, 0, &PHOTO[..STEP]).await), step, "its answer got lost");
    let colleague = send_piece(&world, world.browser(Who::Captain), 0, b"").await;
    assert_eq!(received(&colleague), 0, "each sends their own");
    assert_eq!(send_piece(&world, world.browser(Who::OtherSeller), 0, b"").await.status, 403);
    let small = send_piece(&world, seller, STEP, &PHOTO[STEP..STEP + 10]).await;
    assert_eq!(small.status, 422, "{}", small.body);
    let whole = send_piece(&world, seller, STEP, &PHOTO[STEP..]).await;
    let said: serde_json::Value = serde_json::from_str(&whole.body).unwrap();
    let hash = said["value"]["photo"]["content_hash"].as_str().unwrap();
    assert_eq!(world.browser(Who::Visitor).get(&format!("/media/{hash}/s.webp")).await.status, 200);
    world.shop.stop().await;
}

#[tokio::test]
async fn a_form_of_who_works_here_is_told_of_on_the_next_page() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let console = format!("/sell/{}", world.team);
    let tells = |page: &Answered| page.body.contains(r#"role="status" class="saved">已存到服务器"#);
    assert!(!tells(&seller.get(&console).await));
    let fields = [("team", world.team.to_string()), ("key", "a key for the weak network".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = seller.submit(&console, "/api/listing/create", &fields).await;
    assert_eq!(done.status, 303);
    assert!(done.header("set-cookie").starts_with("xj-saved="), "{done:?}");
    assert!(done.header("set-cookie").contains("Max-Age=5; HttpOnly; SameSite=Lax"), "{done:?}");
    let next = seller.get(&console).await;
    assert!(
        tells(&next),
        "{:?}: {}",
        done.header("set-cookie"),
        &next.body[next.body.find("<main").unwrap_or(0)..][..400]
    );
    world.shop.clock.advance_ms(121_000);
    assert!(!tells(&seller.get(&console).await), "an old cookie tells nothing");
    let own = world.viewer(Who::Seller).await.user_id().unwrap().to_string();
    let other = world.viewer(Who::Captain).await.user_id().unwrap().to_string();
    let fields = [("team", world.team.to_string()), ("key", "what waited".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let late = seller.post_as(&other, "/api/listing/create", &fields).await;
    assert_eq!(late.status, 401, "what somebody else typed is not sent in this one's name");
    assert_ne!(seller.post_as(&own, "/api/listing/create", &fields).await.status, 401);
    let refused = seller.submit(&console, "/api/listing/create", &[("team", "nonsense")]).await;
    assert_eq!(refused.header("set-cookie"), "", "what was refused is not saved");
    world.shop.stop().await;
}

#[tokio::test]
async fn what_is_only_looked_at_is_not_said_to_be_saved() {
    let world = World::start().await;
    let (seller, buyer) = (world.browser(Who::Seller), world.browser(Who::Buyer));
    let (team, unit) = (world.team.to_string(), world.unit);
    let row = [("team", team.as_str()), ("then", "add"), ("name", "按重量")];
    let page = format!("/sell/{team}/freight/new");
    let with_row = seller.submit(&page, "/api/freight/save_template", &row).await;
    let list = [("unit", unit), ("then", "check"), ("lines", "OWN-1 3")];
    let page = format!("/unit/{unit}/buy");
    let checked = buyer.submit(&page, "/api/units/submit_bulk_order", &list).await;
    for (browser, answered, typed) in [(seller, with_row, "按重量"), (buyer, checked, "OWN-1 3")] {
        assert_eq!((answered.status, answered.header("set-cookie")), (303, ""), "{answered:?}");
        let to = answered.location.as_deref().unwrap();
        assert!(to.contains("?draft="), "{to}");
        let shown = browser.get(to.split('#').next().unwrap()).await.body;
        assert!(shown.contains(typed) && !shown.contains(r#"class="saved""#), "{to}");
    }
    world.shop.stop().await;
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let page = seller.get(&format!("/sell/{}", world.team)).await.body;
    assert!(page.contains(r#"id="field""#) && page.contains("/field."), "a console has the script");
    assert!(page.contains("/offline."), "and the one that registers the worker");
    let shop = seller.get("/products").await.body;
    assert!(!shop.contains(r#"id="field""#) && !shop.contains("/offline."), "the shop has neither");
    let out = seller.submit("/account", "/api/account/sign_out", &[]).await;
    let told: Vec<_> = out.headers.get_all("clear-site-data").iter().collect();
    assert!(told.iter().any(|value| *value == "\"storage\""), "{told:?}");
    world.shop.stop().await;
}

#[tokio::test]
async fn a_listing_s_form_may_stay_in_its_account_s_browser_and_the_page_for_no_network_is_of_nobody() {
    let world = World::start().await;
    let seller = world.browser(Who::Seller);
    let own = world.viewer(Who::Seller).await.user_id().unwrap().to_string();
    let listing = format!("/sell/{}/products/{}", world.team, world.product);
    let page = seller.get(&listing).await;
    assert_eq!(page.header("x-offline-for"), own);
    assert_eq!(page.header("cache-control"), "private, no-store", "no other cache keeps it");
    assert!(!page.header("date").is_empty(), "the worker reads from it how old the page is");
    let refused = seller.submit(&listing, "/api/listing/create", &[("team", "nonsense")]).await;
    let back = refused.location.unwrap();
    assert!(back.starts_with(&listing) && back.contains("flash="), "{back}");
    assert_eq!(seller.get(&back).await.header("x-offline-for"), "", "what was refused is of its moment");
    for (path, words) in [("/offline", "没有网络"), ("/en/offline", "There is no network")] {
        let page = seller.get(path).await.body;
        assert!(page.contains(words) && page.contains("/offline.") && !page.contains(&own), "{page}");
    }
    world.shop.stop().await;
}
