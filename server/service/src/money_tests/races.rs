//! Many at once, and money that crosses the end of the hold: nothing is sold twice, paid twice or lost.

use domain::failure::Conflict;
use domain::order::OrderStatus;
use futures::future::join_all;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

use super::*;
use crate::orders::cancel_order;
use crate::ports::CheckoutState;
use crate::testing::{Good, Town};

/// Carts for guests `from..from + count` with one piece each, written at once: the carts are not what is tested.
async fn fill_carts(shop: &TestShop, good: &Good, from: u32, count: u32, pieces: i64) -> Vec<Viewer> {
    let now_ms = shop.services.now_ms();
    let guests: Vec<Viewer> = (from..from + count).map(|number| shop.guest(number)).collect();
    let mut tx = shop.services.db.write().await.unwrap();
    for guest in &guests {
        let owner = carts::owner_of(guest).unwrap();
        let cart = shop.services.new_id();
        store::carts::insert_cart(&mut tx, cart, &owner, now_ms).await.unwrap();
        store::carts::set_line(&mut tx, cart, good.variant(), pieces, now_ms).await.unwrap();
    }
    tx.commit().await.unwrap();
    guests
}

/// All of them press the button at the same time; answers who got an order and how many were told it is sold out.
async fn buy_at_once(shop: &TestShop, guests: &[Viewer], from: u32) -> (Vec<(Viewer, PlacedOrder)>, usize) {
    let total = checkout_form(shop, &guests[0], Town::NEAR, from).await.expected_total_fen;
    let tries = guests.iter().zip(from..).map(async |(guest, number)| {
        let form = PlaceOrder {
            key: format!("buyer-{number}"),
            address: address(Town::NEAR, number),
            expected_total_fen: total,
            ..PlaceOrder::default()
        };
        place_order(&shop.services, guest, form).await
    });
    let mut placed = Vec::new();
    let mut sold_out = 0;
    for (guest, answer) in guests.iter().zip(join_all(tries).await) {
        match answer {
            Ok(order) => placed.push((guest.clone(), order)),
            Err(ServiceError::Conflict(Conflict::OutOfStock { left: 0, .. })) => sold_out += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    (placed, sold_out)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_unit_is_sold_once_and_comes_back_when_nobody_pays() {
    const BUYERS: u32 = 30;
    TestShop::on_both(async |shop| {
        let good = shop.scarce("LAST", 1).await;
        for round in 0..u32::try_from(rounds(30, 500)).unwrap() {
            let guests = fill_carts(shop, &good, round * BUYERS, BUYERS, 1).await;
            let (placed, sold_out) = buy_at_once(shop, &guests, round * BUYERS).await;
            assert_eq!((placed.len(), sold_out), (1, 29), "round {round}");
            shop.clock.advance(31 * MINUTE_MS);
            run_worker(shop).await;
            assert_eq!(available(shop, good.product).await, 1, "no hold is stuck");
        }
        assert_sound(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_sold_to_the_last_piece_also_across_batches() {
    TestShop::on_both(async |shop| {
        // Tea lies in a batch of 500 g and one of 20 000 g; a piece of 250 g each makes 82.
        let mut tx = shop.services.db.write().await.unwrap();
        store::listing::write_off(&mut tx, shop.tea.batches[1], 16_000).await.unwrap();
        tx.commit().await.unwrap();
        let good = Good { variants: vec![shop.tea.variants[1]], ..shop.tea.clone() };
        let guests = fill_carts(shop, &good, 0, 30, 1).await;
        let (placed, sold_out) = buy_at_once(shop, &guests, 0).await;
        assert_eq!((placed.len(), sold_out), (18, 12), "4,500 g are 18 pieces, no more and no fewer");
        assert_eq!(available(shop, good.product).await, 0);
        assert_sound(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_clicks_make_one_order() {
    TestShop::on_both(async |shop| {
        let guest = shop.guest(1);
        fill(shop, &guest, &[(shop.tea.variant(), 2)]).await;
        let form = checkout_form(shop, &guest, Town::NEAR, 1).await;
        let answers = join_all((0..30).map(|_| place_order(&shop.services, &guest, form.clone()))).await;
        let first = answers[0].as_ref().unwrap();
        assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
        let sessions = join_all((0..10).map(|_| {
            let come_back = come_back();
            let (services, guest, id) = (&shop.services, &guest, first.order_id);
            async move { start_payment(services, guest, id, &come_back).await }
        }))
        .await;
        let url = sessions[0].as_ref().unwrap();
        assert!(sessions.iter().all(|answer| answer.as_ref().unwrap() == url), "one payment page");
        assert_eq!(shop.gateway.page_count(), 1);
        assert_sound(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_in_two_windows_makes_one_order() {
    TestShop::on_both(async |shop| {
        for round in 0..5 {
            let guest = shop.guest(round);
            fill(shop, &guest, &[(shop.tea.variant(), 2)]).await;
            let form = checkout_form(shop, &guest, Town::NEAR, round).await;
            let answers = join_all((0..6).map(|window| {
                let form = PlaceOrder { key: format!("window-{window}"), ..form.clone() };
                place_order(&shop.services, &guest, form)
            }))
            .await;
            let placed = answers.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(placed, 1, "{answers:?}");
        }
        assert_sound(shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buyers_payers_and_quitters_do_not_wait_for_each_other_forever() {
    TestShop::on_both(async |shop| {
        let lines = [(shop.tea.variants[0], 1), (shop.dendrobium.variant(), 1), (shop.honey.variant(), 1)];
        let guests: Vec<Viewer> = (0..24).map(|number| shop.guest(number)).collect();
        let mut paid = Vec::new();
        for guest in &guests[..8] {
            let placed = order(shop, guest, &lines).await;
            pay(shop, guest, placed.order_id).await;
            paid.push((guest, placed.order_id));
        }
        let mut open = Vec::new();
        for guest in &guests[8..16] {
            let placed = order(shop, guest, &lines).await;
            let session = open_page(shop, guest, placed.order_id).await;
            shop.gateway.pay(&session);
            open.push(session);
        }
        for guest in &guests[16..] {
            fill(shop, guest, &[lines[2], lines[0], lines[1]]).await;
        }
        let form = checkout_form(shop, &guests[16], Town::NEAR, 16).await;
        let quitting =
            join_all(paid.iter().map(|(guest, id)| cancel_order(&shop.services, guest, *id, "")));
        let paying = join_all(open.iter().map(|session| notify(shop, session)));
        let buying = join_all(guests[16..].iter().zip(16..).map(|(guest, number)| {
            let address = address(Town::NEAR, number);
            place_order(&shop.services, guest, PlaceOrder { address, ..form.clone() })
        }));
        let (quit, settled, bought) = futures::join!(quitting, paying, buying);
        for answer in quit {
            answer.unwrap();
        }
        for answer in settled {
            assert_eq!(answer.unwrap(), "captured");
        }
        for answer in bought {
            answer.unwrap();
        }
        assert_sound(shop).await;
    })
    .await;
}

/// Every order of what the network may say, with and without repetition, ends in the same state.
#[tokio::test]
async fn notices_in_any_order_end_in_one_state() {
    let shop = TestShop::sqlite().await;
    let good = shop.scarce("MANY", 1_000).await;
    let mut guest_number = 0;
    for paid in [true, false] {
        let last = if paid { 3 } else { 2 };
        let mut seen = Vec::new();
        for first in 0..last {
            for second in 0..last {
                for third in 0..last {
                    for fourth in 0..last {
                        seen.push([first, second, third, fourth]);
                    }
                }
            }
        }
        for notices in seen.into_iter().filter(|notices| !paid || notices.contains(&2)) {
            guest_number += 1;
            let guest = shop.guest(guest_number);
            let placed = order(&shop, &guest, &[(good.variant(), 1)]).await;
            let session = open_page(&shop, &guest, placed.order_id).await;
            let payment = payments_of(&shop, placed.order_id).await[0].id;
            let states = [CheckoutState::Processing, CheckoutState::Expired, shop.gateway.paid_state(&session)];
            for notice in notices {
                crate::payments::settle_checkout(&shop.services, payment, &states[notice]).await.unwrap();
            }
            let expected = if paid { OrderStatus::Paid } else { OrderStatus::AwaitingPayment };
            assert_eq!(status(&shop, placed.order_id).await, expected, "{notices:?}");
            assert_eq!(captured_count(&shop, placed.order_id).await, usize::from(paid));
            if !paid {
                cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
            }
        }
    }
    assert_sound(&shop).await;
}

#[tokio::test]
async fn a_lost_notice_is_healed_by_asking() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, &guest, &[(shop.tea.variant(), 1)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    shop.gateway.pay(&session);
    worker::reconcile(&shop.services).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment, "too early to ask");
    shop.clock.advance(4 * MINUTE_MS);
    shop.gateway.go_silent(1);
    worker::reconcile(&shop.services).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment, "the network is away");
    worker::reconcile(&shop.services).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid);
    assert_sound(&shop).await;
}

#[tokio::test]
async fn a_page_whose_answer_got_lost_is_found_again() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, &guest, &[(shop.tea.variant(), 1)]).await;
    shop.gateway.lose_answers(1);
    let lost = start_payment(&shop.services, &guest, placed.order_id, &come_back()).await;
    assert!(matches!(lost, Err(ServiceError::PaymentUnavailable(_))), "{lost:?}");
    pay(&shop, &guest, placed.order_id).await;
    assert_eq!(shop.gateway.page_count(), 1);
    assert_sound(&shop).await;
}

#[tokio::test]
async fn stock_is_released_when_the_network_stays_away() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let good = shop.scarce("AWAY", 1).await;
    let placed = order(&shop, &guest, &[(good.variant(), 1)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    shop.gateway.pay(&session);
    shop.gateway.go_silent(1_000);
    shop.clock.advance(30 * MINUTE_MS);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment, "asked again first");
    for _ in 0..8 {
        shop.clock.advance(MINUTE_MS);
        run_worker(&shop).await;
    }
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Expired);
    assert_eq!(available(&shop, good.product).await, 1);
    shop.gateway.go_silent(0);
    worker::reconcile(&shop.services).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid, "and money that came is found");
    assert_sound(&shop).await;
}

/// R4: around the end of the hold the money, its notice, the timer, the buyer's second thoughts and a broken line come
/// in any order, one after the other and at the same time. Money taken is an order or has gone back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn races_around_the_end_of_the_hold_lose_nothing() {
    TestShop::on_both(async |shop| {
        let good = shop.scarce("RACE", 3).await;
        let mut dice = ChaCha12Rng::seed_from_u64(4);
        for race in 0..u32::try_from(rounds(200, 10_000)).unwrap() {
            let guest = shop.guest(race);
            let stock = available(shop, good.product).await;
            assert!(stock >= 1, "race {race}: stock is stuck");
            let placed = order(shop, &guest, &[(good.variant(), 1)]).await;
            let session = open_page(shop, &guest, placed.order_id).await;
            if dice.random_bool(0.5) {
                shop.gateway.set(&session, CheckoutState::Processing);
            }
            shop.clock.advance(30 * MINUTE_MS - i64::from(dice.random_range(0..3_u8)));
            race_once(shop, &mut dice, &guest, &placed, &session).await;
            settle_down(shop).await;
            let paid = matches!(shop.gateway.find(&session), CheckoutState::Paid { .. });
            let end = status(shop, placed.order_id).await;
            let kept = if end == OrderStatus::Paid { usize::from(paid) } else { 0 };
            assert_eq!(kept == 1, end == OrderStatus::Paid, "race {race}: {end:?} without money");
            assert_ne!(end, OrderStatus::AwaitingPayment, "race {race}");
            if end == OrderStatus::Paid {
                cancel_order(&shop.services, &guest, placed.order_id, "next race").await.unwrap();
                settle_down(shop).await;
            }
            let taken = if paid { find_order(shop, placed.order_id).await.total_fen } else { fen(0) };
            assert_eq!(shop.gateway.sent_back_of(&session), taken, "race {race}: {end:?}");
            if race % 20 == 0 {
                assert_sound(shop).await;
            }
        }
        assert_sound(shop).await;
    })
    .await;
}

async fn race_once(
    shop: &TestShop,
    dice: &mut ChaCha12Rng,
    guest: &Viewer,
    placed: &PlacedOrder,
    session: &str,
) {
    let mut steps: Vec<u8> = vec![0, 1, 2, 3, 4, 5, 6];
    steps.shuffle(dice);
    steps.truncate(dice.random_range(3..=7));
    let at_once = dice.random_bool(0.4);
    let act = async |step: u8| match step {
        0 => drop(shop.gateway.pay(session)),
        1 | 2 => drop(notify(shop, session).await),
        3 => drop(cancel_order(&shop.services, guest, placed.order_id, "race").await),
        4 => shop.clock.advance(2),
        5 => shop.gateway.lose_answers(1),
        _ => drop(worker::run_due(&shop.services).await),
    };
    if at_once {
        join_all(steps.into_iter().map(act)).await;
    } else {
        for step in steps {
            act(step).await;
        }
    }
}

/// Time goes on until nothing is open any more.
async fn settle_down(shop: &TestShop) {
    shop.gateway.lose_answers(0);
    for _ in 0..2 {
        shop.clock.advance(5 * MINUTE_MS);
        run_worker(shop).await;
        worker::reconcile(&shop.services).await.unwrap();
    }
    run_worker(shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_do_nothing_twice() {
    TestShop::on_both(async |shop| {
        let good = shop.scarce("BOTH", 100).await;
        let mut orders = Vec::new();
        for number in 0..12 {
            let guest = shop.guest(number);
            let placed = order(shop, &guest, &[(good.variant(), 1)]).await;
            if number % 2 == 0 {
                pay(shop, &guest, placed.order_id).await;
                cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
            }
            orders.push(placed.order_id);
        }
        shop.clock.advance(30 * MINUTE_MS);
        let work = async || {
            let mut done = 0;
            for _ in 0..40 {
                // A worker that lost a race for a row tries again.
                done += worker::run_due(&shop.services).await.unwrap_or(0);
            }
            done
        };
        let (one, two, three) = futures::join!(work(), work(), work());
        // Six refunds, six expiries; told: six paid, six cancelled, six refunded, six expired.
        assert_eq!(one + two + three, 12 + 24, "{one} {two} {three}");
        assert_eq!(shop.gateway.refund_count(), 6);
        for (index, id) in orders.into_iter().enumerate() {
            let expected = if index % 2 == 0 { OrderStatus::Refunded } else { OrderStatus::Expired };
            assert_eq!(status(shop, id).await, expected);
        }
        assert_eq!(available(shop, good.product).await, 100);
        assert_sound(shop).await;
    })
    .await;
}
