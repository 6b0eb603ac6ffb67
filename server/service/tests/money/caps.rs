//! R2: nobody freezes the shop with orders that are never paid, neither one buyer nor a stream of ever new guests.

use std::net::IpAddr;

use domain::failure::Conflict;
use domain::time::{HOUR_MS, MINUTE_MS};
use futures::future::join_all;
use service::orders::cancel_order;
use service::rules::ShopRules;

use super::*;

/// A guest who comes from this address.
fn guest_from(shop: &TestShop, number: u32, address: &str) -> Viewer {
    Viewer { client_address: Some(address.parse::<IpAddr>().unwrap()), ..shop.guest(number) }
}

async fn try_from(shop: &TestShop, number: u32, address: &str) -> Result<PlacedOrder> {
    fill(shop, &shop.guest(number), &[(shop.honey.variant(), 1)]).await;
    let form = checkout_form(shop, &shop.guest(number), number).await;
    place_order(&shop.services, &guest_from(shop, number, address), form).await
}

fn wait_seconds(answer: Result<PlacedOrder>) -> i64 {
    match conflict(answer) {
        Conflict::TooManyUnpaidHere { wait_seconds } => wait_seconds,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn ever_new_guests_from_one_address_do_not_freeze_the_shop() {
    TestShop::on_both(async |shop| {
        let max = usize::try_from(ShopRules::default().max_unpaid_orders_per_address).unwrap();
        let guests = u32::try_from(max).unwrap() + 12;
        let (bad, good) = ("203.0.113.7", "203.0.113.8");
        let clicks = join_all((0..guests).map(async |number| (number, try_from(shop, number, bad).await)));
        let (placed, refused): (Vec<_>, Vec<_>) = clicks.await.into_iter().partition(|(_, one)| one.is_ok());
        assert_eq!((placed.len(), refused.len()), (max, 12), "exactly the limit, also when all come at once");
        for (_, answer) in refused {
            assert_eq!(wait_seconds(answer), 3_600);
        }
        assert_eq!(batch(shop, shop.honey.batches[0]).await.1, i64::try_from(max).unwrap());
        try_from(shop, 1_000, good).await.unwrap();

        // Giving up and coming back keeps the goods from others as well.
        let (first, order_id) = (placed[0].0, placed[0].1.as_ref().unwrap().order_id);
        cancel_order(&shop.services, &shop.guest(first), order_id, "").await.unwrap();
        shop.clock.advance(10 * MINUTE_MS);
        assert_eq!(wait_seconds(try_from(shop, 1_001, bad).await), 3_000);
        // Paying is what makes room.
        let (second, order_id) = (placed[1].0, placed[1].1.as_ref().unwrap().order_id);
        pay(shop, &shop.guest(second), order_id).await;
        try_from(shop, 1_002, bad).await.unwrap();
        wait_seconds(try_from(shop, 1_003, bad).await);

        shop.clock.advance(HOUR_MS - 10 * MINUTE_MS);
        run_worker(shop).await;
        worker::sweep(&shop.services).await.unwrap();
        try_from(shop, 1_004, bad).await.unwrap();
        assert_eq!(batch(shop, shop.honey.batches[0]).await.1, 1, "no hold is stuck");
    })
    .await;
}

/// One buyer with the shop open in many windows, each behind another address: whenever the cart is empty because another
/// window was faster, this one fills it again.
#[tokio::test]
async fn one_buyer_does_not_freeze_the_shop_from_ever_new_addresses() {
    TestShop::on_both(async |shop| {
        let max = usize::try_from(ShopRules::default().max_unpaid_orders).unwrap();
        fill(shop, &shop.guest(1), &[(shop.honey.variant(), 1)]).await;
        let form = checkout_form(shop, &shop.guest(1), 1).await;
        let windows = join_all((1..=30).map(async |number| {
            let viewer = guest_from(shop, 1, &format!("198.51.100.{number}"));
            loop {
                // Too many at once are asked to come again, which they do.
                match carts::set_quantity(&shop.services, &viewer, shop.honey.variant(), 1).await {
                    Err(ServiceError::Busy) => continue,
                    answer => _ = answer.unwrap(),
                }
                let form = PlaceOrder { key: shop.services.new_token(), ..form.clone() };
                match place_order(&shop.services, &viewer, form).await {
                    Err(ServiceError::Conflict(Conflict::CartEmpty) | ServiceError::Busy) => {}
                    answer => break answer,
                }
            }
        }));
        let (placed, refused): (Vec<_>, Vec<_>) = windows.await.into_iter().partition(Result::is_ok);
        assert_eq!(
            (placed.len(), refused.len()),
            (max, 30 - max),
            "exactly the limit, also when all come at once"
        );
        for answer in refused {
            assert_eq!(conflict(answer), Conflict::TooManyUnpaid { max: 5 });
        }
        let held = async || batch(shop, shop.honey.batches[0]).await.1;
        assert_eq!(held().await, i64::try_from(max).unwrap());
        try_from(shop, 2, "198.51.100.1").await.unwrap();
        // Paying is what makes room, for one more.
        pay(shop, &shop.guest(1), placed[0].as_ref().unwrap().order_id).await;
        try_from(shop, 1, "198.51.100.31").await.unwrap();
        assert_eq!(conflict(try_from(shop, 1, "198.51.100.32").await), Conflict::TooManyUnpaid { max: 5 });
        shop.clock.advance(HOUR_MS);
        run_worker(shop).await;
        assert_eq!(held().await, 0, "no hold is stuck");
        println!("R2: 30 orders of one buyer at once, {max} held");
    })
    .await;
}

/// A number can be typed by anybody: whoever leaves orders under it unpaid does not lock its owner out.
#[tokio::test]
async fn a_strangers_unpaid_orders_do_not_block_a_telephone() {
    let shop = TestShop::sqlite().await;
    let mine = address(Town::NEAR, 7);
    for number in [1, 1, 1, 1, 1, 2, 2, 2, 7] {
        let guest = shop.guest(number);
        fill(&shop, &guest, &[(shop.honey.variant(), 1)]).await;
        let form = PlaceOrder { address: mine.clone(), ..checkout_form(&shop, &guest, number).await };
        place_order(&shop.services, &guest, form).await.unwrap();
    }
}
