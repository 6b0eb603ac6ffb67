//! R2: never oversold, sold out exactly, no stuck hold; and once-only actions asked for many times at once.

use domain::failure::Conflict;
use domain::ids::VariantId;
use domain::order::OrderStatus;
use domain::time::MINUTE_MS;
use futures::future::join_all;
use service::checkout::{PlaceOrder, place_order};
use service::orders::cancel_order;
use service::payments::start_payment;
use service::testing::{Good, TestShop};
use service::{Result, ServiceError, carts};

use super::*;

/// Whoever was refused was refused because the goods are gone, not because of a hiccup.
fn assert_sold_out<T: std::fmt::Debug>(answer: &Result<T>) {
    assert!(matches!(answer, Err(ServiceError::Conflict(Conflict::OutOfStock { .. }))), "{answer:?}");
}

/// Forms of buyers who all have the same thing in their carts.
async fn queue(shop: &TestShop, buyers: u32, lines: &[(VariantId, i64)]) -> Vec<PlaceOrder> {
    let mut forms = Vec::new();
    for number in 0..buyers {
        fill(shop, &shop.guest(number), lines).await;
        forms.push(checkout_form(shop, &shop.guest(number), number).await);
    }
    forms
}

/// Everybody clicks at the same moment; who got an order, by number.
async fn rush(shop: &TestShop, forms: &[PlaceOrder]) -> Vec<(u32, PlacedOrder)> {
    let clicks = (0..).zip(forms).map(async |(number, form)| {
        let form = PlaceOrder { key: shop.services.new_token(), ..form.clone() };
        (number, place_order(&shop.services, &shop.guest(number), form).await)
    });
    let mut placed = Vec::new();
    for (number, answer) in join_all(clicks).await {
        match answer {
            Ok(order) => placed.push((number, order)),
            refused => assert_sold_out(&refused),
        }
    }
    placed
}

#[tokio::test]
async fn the_last_piece_is_sold_once_however_many_want_it() {
    TestShop::on_both(async |shop| {
        let scarce = shop.scarce("LAST", 1).await;
        let buyers = if rounds("R2", 0, 1) == 0 { 30 } else { 200 };
        let forms = queue(shop, buyers, &[(scarce.variant(), 1)]).await;
        let mut sold = 0;
        for round in 0..rounds("R2", 40, 500) {
            let winners = rush(shop, &forms).await;
            let [(number, placed)] = &winners[..] else { panic!("round {round}: {winners:?}") };
            assert_eq!(batch(shop, scarce.batches[0]).await, (0, 1, sold));
            if round % 4 == 0 {
                pay(shop, &shop.guest(*number), placed.order_id).await;
                sold += 1;
                let mut tx = shop.services.db.write().await.unwrap();
                store::listing::receive_more(&mut tx, scarce.batches[0], 1).await.unwrap();
                tx.commit().await.unwrap();
            } else {
                shop.clock.advance(30 * MINUTE_MS);
                run_worker(shop).await;
                assert_eq!(status(shop, placed.order_id).await, OrderStatus::Expired);
            }
            assert_eq!(batch(shop, scarce.batches[0]).await, (1, 0, sold), "no hold is stuck");
            fill(shop, &shop.guest(*number), &[(scarce.variant(), 1)]).await;
        }
        println!("R2: {} rounds of {buyers} buyers for one piece, one winner each", rounds("R2", 40, 500));
    })
    .await;
}

/// Twelve pieces in two batches: whoever finds the first one emptied meanwhile is served from the second.
#[tokio::test]
async fn demand_beyond_the_stock_sells_exactly_the_stock() {
    TestShop::on_both(async |shop| {
        let Good { variants, batches, .. } = &shop.tea;
        let mut tx = shop.services.db.write().await.unwrap();
        assert!(store::listing::write_off(&mut tx, batches[1], 19_300).await.unwrap());
        tx.commit().await.unwrap();
        // 500 g and 700 g are left: 30 buyers of 100 g each empty both.
        let forms = queue(shop, 30, &[(variants[0], 1)]).await;
        let winners = rush(shop, &forms).await;
        assert_eq!(winners.len(), 12);
        assert_eq!((batch(shop, batches[0]).await.0, batch(shop, batches[1]).await.0), (0, 0));
        let answers = join_all(winners.iter().map(async |(number, placed)| {
            if number % 2 == 0 {
                pay(shop, &shop.guest(*number), placed.order_id).await;
                Ok(())
            } else {
                cancel_order(&shop.services, &shop.guest(*number), placed.order_id, "").await
            }
        }));
        assert!(answers.await.iter().all(Result::is_ok));
        let paid = winners.iter().filter(|(number, _)| number % 2 == 0).count();
        let (first, second) = (batch(shop, batches[0]).await, batch(shop, batches[1]).await);
        assert_eq!((first.1 + second.1, first.2 + second.2), (0, 100 * i64::try_from(paid).unwrap()));
    })
    .await;
}

/// Big and small packs of one harvest: together they take what there is, and nobody is refused while it would do.
#[tokio::test]
async fn variants_that_share_a_batch_share_its_last_gram() {
    TestShop::on_both(async |shop| {
        let Good { variants, batches, .. } = &shop.tea;
        let mut tx = shop.services.db.write().await.unwrap();
        assert!(store::listing::write_off(&mut tx, batches[1], 18_970).await.unwrap());
        tx.commit().await.unwrap();
        // 500 g and 1,030 g are left; packs of 100 g and of 250 g, and carts with both.
        let mut forms = Vec::new();
        for number in 0..24 {
            let lines: &[(VariantId, i64)] = match number % 3 {
                0 => &[(variants[0], 1)],
                1 => &[(variants[1], 1)],
                _ => &[(variants[0], 1), (variants[1], 1)],
            };
            fill(shop, &shop.guest(number), lines).await;
            forms.push(checkout_form(shop, &shop.guest(number), number).await);
        }
        let winners = rush(shop, &forms).await;
        let wants = |number: u32| [100, 250, 350][number as usize % 3];
        let taken: i64 = winners.iter().map(|(number, _)| wants(*number)).sum();
        let (first, second) = (batch(shop, batches[0]).await, batch(shop, batches[1]).await);
        assert_eq!(first.1 + second.1, taken);
        assert_eq!(first.0 + second.0, 1_530 - taken);
        for number in (0..24).filter(|number| winners.iter().all(|(winner, _)| winner != number)) {
            assert!(wants(number) > 1_530 - taken, "{number} was refused though there was enough");
        }
        shop.clock.advance(30 * MINUTE_MS);
        run_worker(shop).await;
        let (first, second) = (batch(shop, batches[0]).await, batch(shop, batches[1]).await);
        assert_eq!((first, second), ((500, 0, 0), (1_030, 0, 0)), "no hold is stuck");
    })
    .await;
}

/// Orders that want the same products in another order of lines must not wait for each other for ever.
#[tokio::test]
async fn crossing_carts_are_all_served() {
    TestShop::on_both(async |shop| {
        let (tea, honey, fresh) = (shop.tea.variant(), shop.honey.variant(), shop.dendrobium.variant());
        let mut forms = Vec::new();
        for number in 0..20 {
            let mut lines = [(tea, 1), (honey, 1), (fresh, 1)];
            lines.rotate_left(number as usize % 3);
            for line in lines {
                fill(shop, &shop.guest(number), &[line]).await;
                shop.clock.advance(1);
            }
            forms.push(checkout_form(shop, &shop.guest(number), number).await);
        }
        let winners = rush(shop, &forms).await;
        assert_eq!(winners.len(), 20);
        let lives = winners.iter().map(async |(number, placed)| {
            let guest = shop.guest(*number);
            pay(shop, &guest, placed.order_id).await;
            if number % 2 == 0 {
                cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
            }
        });
        join_all(lives).await;
        run_worker(shop).await;
        assert_eq!(batch(shop, shop.honey.batches[0]).await, (390, 0, 10));
    })
    .await;
}

#[tokio::test]
async fn thirty_clicks_of_one_form_are_one_order() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variant(), 3)]).await;
        let form = checkout_form(shop, &guest, 1).await;
        let clicks = (0..30).map(|_| place_order(&shop.services, &guest, form.clone()));
        let mut answers: Vec<PlacedOrder> = join_all(clicks).await.into_iter().map(Result::unwrap).collect();
        answers.dedup();
        assert_eq!(answers.len(), 1, "all are told the same");
        assert_eq!(batch(shop, shop.tea.batches[0]).await, (200, 300, 0));
        let changed = PlaceOrder { note: "other".to_owned(), ..form };
        assert_eq!(conflict(place_order(&shop.services, &guest, changed).await), Conflict::KeyReused);
    })
    .await;
}

#[tokio::test]
async fn one_cart_in_two_windows_is_one_order() {
    TestShop::on_both(async |shop| {
        for number in 0..8 {
            let guest = shop.guest(number);
            fill(shop, &guest, &[(shop.honey.variant(), 1)]).await;
            let form = checkout_form(shop, &guest, number).await;
            let other = PlaceOrder { key: shop.services.new_token(), ..form.clone() };
            let windows = [form, other].map(|form| place_order(&shop.services, &guest, form));
            let answers = join_all(windows).await;
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
            let refused = answers.into_iter().find(Result::is_err).unwrap();
            assert_eq!(conflict(refused), Conflict::CartEmpty);
        }
    })
    .await;
}

#[tokio::test]
async fn things_added_at_once_are_all_in_one_cart() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        let adds = (0..10).map(|_| carts::add_line(&shop.services, &guest, shop.honey.variant(), 1));
        assert!(join_all(adds).await.iter().all(Result::is_ok));
        assert_eq!(carts::badge_count(&shop.services, &guest).await.unwrap(), 10);
        let absurd = carts::add_line(&shop.services, &guest, shop.honey.variant(), i64::MAX).await;
        assert!(matches!(absurd, Err(ServiceError::Invalid(_))), "{absurd:?}");
    })
    .await;
}

#[tokio::test]
async fn once_only_actions_hold_against_thirty_at_once() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        let placed = order(shop, 1, &[(shop.dendrobium.variant(), 2)]).await;
        let back = come_back();
        let opens = (0..30).map(|_| start_payment(&shop.services, &guest, placed.order_id, &back));
        let mut urls: Vec<String> = join_all(opens).await.into_iter().map(Result::unwrap).collect();
        urls.dedup();
        assert_eq!((urls.len(), shop.gateway.page_count()), (1, 1), "one payment page");
        let session = payments_of(shop, placed.order_id).await[0].session_id.clone().unwrap();
        assert!(shop.gateway.pay(&session));
        let notices = join_all((0..30).map(|_| notify(shop, &session))).await;
        assert!(notices.iter().all(Result::is_ok), "{notices:?}");
        assert_eq!(notices.iter().filter(|notice| matches!(notice, Ok("captured"))).count(), 1);
        assert_sound(shop).await;
        let gives_up = (0..30).map(|_| cancel_order(&shop.services, &guest, placed.order_id, ""));
        assert!(join_all(gives_up).await.iter().all(Result::is_ok));
        run_worker(shop).await;
        let total = find_order(shop, placed.order_id).await.total_fen;
        assert_eq!((shop.gateway.refund_count(), shop.gateway.sent_back_fen()), (1, total));
        assert_eq!(batch(shop, shop.dendrobium.batches[0]).await, (100_000, 0, 0));
    })
    .await;
}
