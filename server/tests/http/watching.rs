//! What the people who run the shop are told: metrics, the page of what waits, the check of the books.

use domain::role::Role;
use domain::time::MINUTE_MS;
use service::operations;
use store::testing::damage::{Damage, damage};

use crate::access::Who;
use crate::access::world::World;
use crate::test_shop::TestShop;

async fn metrics(shop: &TestShop, token: Option<&str>) -> (u16, String) {
    let address = shop.metrics_address.unwrap();
    let mut request = reqwest::Client::new().get(format!("http://{address}/metrics"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn with_metrics(settings: &mut xiangji::Settings) {
    settings.watch.metrics_address = Some("127.0.0.1:0".parse().unwrap());
}

#[tokio::test]
async fn the_metrics_tell_of_requests_checkouts_and_what_waits_and_of_nobody() {
    let shop = TestShop::start_changed(with_metrics).await;
    let visitor = shop.browser();
    visitor.get("/products/some-tea").await;
    visitor.get("/no/such/page/13800000001").await;
    visitor.call("/", "/api/checkout/place_order", &[("name", "王小明")]).await;
    assert!(shop.services.payments.find_checkout("cs_of_nobody").await.is_err());
    operations::check_books_if_due(&shop.services, 15).await.unwrap();
    let (status, text) = metrics(&shop, None).await;
    assert_eq!(status, 200);
    for line in [
        "xiangji_http_requests_total{route=\"/products/{slug}\",method=\"GET\",status=\"404\"} 1",
        "xiangji_http_requests_total{route=\"other\",method=\"GET\",status=\"404\"} 1",
        "xiangji_http_request_seconds_count{route=\"/products/{slug}\",method=\"GET\"} 1",
        "xiangji_http_shed_total{class=\"crowd\"} 0",
        "xiangji_http_overloads_total{class=\"crowd\"} 0",
        "xiangji_checkout_total{outcome=\"refused_invalid\"} 1",
        "xiangji_payment_errors_total{operation=\"find_checkout\",kind=\"refused\"} 1",
        "xiangji_http_in_flight{class=\"vital\"} 0",
        "xiangji_open_holds 0",
        "xiangji_outbox_age_seconds 0",
        "xiangji_worker_lag_seconds 0",
        "xiangji_unmatched_money 0",
        "xiangji_stuck_refunds 0",
        "xiangji_backup_timestamp_seconds 0\n",
        "xiangji_books_verified_ok 1",
        "xiangji_db_connections{state=\"most\"} 8",
        "xiangji_db_errors_total{kind=\"busy\"}",
        "xiangji_build_info{version=",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(text.contains("route=\"/api/checkout/place_order\""), "{text}");
    assert!(text.contains("process_resident_memory_bytes") || !cfg!(target_os = "linux"));
    assert!(!text.contains("1380000") && !text.contains("王小明") && !text.contains("some-tea"), "{text}");
    assert_eq!(visitor.get("/metrics").await.status, 404, "the shop's own address tells nothing");
    shop.stop().await;
}

#[tokio::test]
async fn with_a_token_only_whoever_has_it_reads_the_metrics() {
    let shop = TestShop::start_changed(|settings| {
        with_metrics(settings);
        settings.watch.metrics_token = Some("a-token-of-the-test".parse().unwrap());
    })
    .await;
    assert_eq!(metrics(&shop, None).await.0, 401);
    assert_eq!(metrics(&shop, Some("another")).await.0, 401);
    assert_eq!(metrics(&shop, Some("a-token-of-the-test")).await.0, 200);
    shop.stop().await;
}

#[tokio::test]
async fn the_books_are_checked_when_due_and_what_is_broken_stays_told() {
    let shop = TestShop::start_changed(with_metrics).await;
    let services = &shop.services;
    assert!(operations::check_books_if_due(services, 15).await.unwrap());
    assert!(!operations::check_books_if_due(services, 15).await.unwrap(), "not due again");
    let mut tx = services.db.write().await.unwrap();
    damage(&mut tx, Damage::MoneyFromNowhere).await.unwrap();
    tx.commit().await.unwrap();
    shop.clock.advance_ms(15 * MINUTE_MS);
    assert!(operations::check_books_if_due(services, 15).await.unwrap());
    let (_, text) = metrics(&shop, None).await;
    assert!(
        text.contains("xiangji_books_verified_ok 0") && text.contains("xiangji_books_mismatches 1"),
        "{text}"
    );
    assert!(!operations::read_status(services).await.unwrap().is_quiet());
    shop.stop().await;
}

#[tokio::test]
async fn the_metrics_tell_until_when_the_newest_backup_has_everything() {
    let shop = TestShop::start_changed(with_metrics).await;
    for began_at_s in [1_774_663_200, 1_774_666_800] {
        operations::note_backup(&shop.services, began_at_s * 1_000).await.unwrap();
        let (_, text) = metrics(&shop, None).await;
        assert!(text.contains(&format!("xiangji_backup_timestamp_seconds {began_at_s}\n")), "{text}");
    }
    shop.stop().await;
}

#[tokio::test]
async fn money_that_does_not_match_is_shown_to_the_operator_until_a_person_has_dealt_with_it() {
    let world = World::start().await;
    let services = &world.shop.services;
    let payment = world.payment;
    let mut tx = services.db.write().await.unwrap();
    let found = store::watching::NewUnmatched {
        payment,
        amount_fen: domain::money::Fen::new(1),
        currency: "usd",
        reference: "x",
        intent_id: "pi_of_the_test",
    };
    store::watching::insert_unmatched(&mut tx, &found, services.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
    let page = world.browser(Who::Operator).get("/county/operations").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("pi_of_the_test") && page.body.contains("USD"), "{}", page.body);
    operations::close_unmatched(services, payment, "sent back").await.unwrap();
    let page = world.browser(Who::CountyAdmin).get("/en/county/operations").await;
    assert!(!page.body.contains("pi_of_the_test"));
    assert!(operations::close_unmatched(services, payment, "again").await.is_err());
    assert!(Role::KINDS.contains(&"operator"));
    world.shop.stop().await;
}
