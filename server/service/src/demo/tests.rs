//! The demonstration is whole: it sells, its books are sound, and nothing of its past is left to do.

use super::*;
use crate::accounts::fixture::Fixture;
use crate::{books, worker};
use domain::time::Date;

async fn count(services: &Services, statement: &'static str) -> i64 {
    let mut conn = services.db.read().await.unwrap();
    sqlx::query_scalar(statement).fetch_one(&mut *conn).await.unwrap()
}

/// A shop whose clock stands at noon of a day.
async fn shop_on(day: &str) -> Fixture {
    let fixture = Fixture::new().await;
    let date: Date = day.parse().unwrap();
    fixture.clock.advance(start_of_day_ms(date) + DAY_MS / 2 - fixture.services.now_ms());
    fixture
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_county_stands_with_photos_goods_and_a_sound_history() {
    let fixture = shop_on("2026-11-22").await;
    let services = &fixture.services;
    let begun = std::time::Instant::now();
    let mut steps = Vec::new();
    let report = seed(services, &mut |step: &str, done, all| {
        if done == all {
            steps.push((step.to_owned(), begun.elapsed()));
        }
    })
    .await
    .unwrap();
    println!("{report:?} {steps:?}");
    assert!(report.seeded && is_demo(services).await.unwrap());
    assert!(report.photos >= 70, "{report:?}");
    assert!(report.retail_orders > 160 && report.unit_orders >= 12, "{report:?}");

    let books = books::verify_books(services).await.unwrap();
    assert!(books.is_sound(), "{:?}", books.mismatches);
    println!("{:?}", books.totals);

    for (what, statement, at_least) in [
        ("to pack", "SELECT COUNT(*) FROM parcels WHERE status = 'to_pack'", 3),
        ("on the way", "SELECT COUNT(*) FROM parcels WHERE status = 'shipped'", 5),
        ("completed", "SELECT COUNT(*) FROM orders WHERE status = 'completed'", 100),
        ("refunded", "SELECT COUNT(*) FROM refunds WHERE status = 'succeeded'", 3),
        (
            "awaiting payment",
            "SELECT COUNT(*) FROM orders WHERE status = 'awaiting_payment' AND kind = 'retail'",
            2,
        ),
        ("awaiting approval", "SELECT COUNT(*) FROM orders WHERE status = 'awaiting_approval'", 1),
        ("returned", "SELECT COUNT(*) FROM orders WHERE status = 'returned'", 1),
        ("announced", "SELECT COUNT(*) FROM payments WHERE status = 'processing'", 1),
        ("expired", "SELECT COUNT(*) FROM orders WHERE status = 'expired'", 3),
        ("photos of products", "SELECT COUNT(*) FROM product_media", 26),
        (
            "four-way split",
            "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM attributions GROUP BY line_id) t",
            4,
        ),
        ("found by its name", "SELECT COUNT(DISTINCT product_id) FROM search_terms", 26),
    ] {
        let found = count(services, statement).await;
        assert!(found >= at_least, "{what}: {found}");
    }
    nothing_is_left_to_do(services).await;
    stock_is_left(services, 1).await;

    let again = seed(services, &mut |_: &str, _, _| panic!("a second time does nothing")).await.unwrap();
    assert!(!again.seeded);
}

#[tokio::test]
async fn every_season_makes_sound_books() {
    for day in ["2027-01-20", "2027-04-05", "2027-07-15"] {
        let fixture = shop_on(day).await;
        let services = &fixture.services;
        let report = seed_county(services, false, &mut |_: &str, _, _| {}).await.unwrap();
        assert!(report.retail_orders > 150 && report.unit_orders >= 9, "{day}: {report:?}");
        let books = books::verify_books(services).await.unwrap();
        assert!(books.is_sound(), "{day}: {:?}", books.mismatches);
        nothing_is_left_to_do(services).await;
        stock_is_left(services, 3).await;
    }
}

#[tokio::test]
async fn every_account_can_sign_in_and_every_unit_sees_its_desk() {
    let fixture = shop_on("2026-11-22").await;
    let services = &fixture.services;
    assert!(!is_demo(services).await.unwrap());
    seed_county(services, false, &mut |_: &str, _, _| {}).await.unwrap();
    for account in demo_accounts() {
        let mut conn = services.db.read().await.unwrap();
        let user = store::people::find_user_by_login_name(&mut conn, account.login).await.unwrap().unwrap();
        password_auth::verify_password(account.password, &user.password_hash).unwrap();
        let roles = store::people::list_roles(&mut conn, user.id).await.unwrap();
        assert_eq!(roles.is_empty(), account.login.starts_with("shopper"), "{}", account.login);
    }
}

/// Nothing was sold from a batch before it was there, no timer is overdue, nothing waits in the outbox.
async fn nothing_is_left_to_do(services: &Services) {
    let early = count(
        services,
        "SELECT COUNT(*) FROM allocations a JOIN orders o ON o.id = a.order_id JOIN batches b ON b.id = a.batch_id \
         WHERE o.placed_at_ms < b.created_at_ms",
    )
    .await;
    assert_eq!(early, 0, "goods sold before they were made");
    assert_eq!(worker::run_due(services).await.unwrap(), 0);
    let later = count(services, "SELECT MAX(placed_at_ms) FROM orders").await;
    assert!(later <= services.now_ms());
}

/// At most so many products are out of stock.
async fn stock_is_left(services: &Services, sold_out_at_most: usize) {
    let today = Date::from_epoch_ms(services.now_ms()).to_string();
    let mut conn = services.db.read().await.unwrap();
    let products: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, slug FROM products WHERE status = 'published'")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(products.len(), 26);
    let mut empty = Vec::new();
    for (id, slug) in products {
        let id = domain::ids::ProductId::from_i64(id);
        if store::catalogue::sum_available(&mut conn, id, &today).await.unwrap() == 0 {
            empty.push(slug);
        }
    }
    assert!(empty.len() <= sold_out_at_most, "{empty:?}");
    println!("sold out: {empty:?}");
}
