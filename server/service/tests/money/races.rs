//! R4: money that arrives around the end of a hold becomes an order or a refund, never both, never neither.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::order::OrderStatus;
use domain::payment::PaymentStatus;
use domain::time::{HOUR_MS, MINUTE_MS};
use rand_chacha::rand_core::SeedableRng;
use service::orders::cancel_order;
use service::payments::check_order;
use service::ports::CheckoutState;
use service::testing::Good;
use store::Engine;

use super::*;

/// Rivals are other people each time.
static RIVALS: AtomicU32 = AtomicU32::new(1_000_000);

/// A refusal or a bad line is part of the game; a broken rule of our own or a deadlock is not.
fn tolerate<T: std::fmt::Debug>(answer: Result<T>) {
    let is_ours = matches!(answer, Err(ServiceError::Internal(_) | ServiceError::Busy));
    assert!(!is_ours, "{answer:?}");
}

/// One thing that may happen around the end of a hold.
async fn happen(shop: &TestShop, what: u32, number: u32, id: OrderId, session: &str, good: &Good) {
    let guest = shop.guest(number);
    match what {
        0 | 1 => {
            shop.gateway.pay(session);
        }
        2 => tolerate(notify(shop, session).await),
        3 => shop.clock.advance(MINUTE_MS),
        4 => tolerate(worker::run_due(&shop.services).await),
        5 => tolerate(cancel_order(&shop.services, &guest, id, "").await),
        6 => tolerate(check_order(&shop.services, id).await),
        7 => shop.gateway.go_silent(1),
        8 => shop.gateway.lose_answers(1),
        _ => {
            // Somebody else takes the goods the moment they are free.
            let rival_number = RIVALS.fetch_add(1, Ordering::Relaxed);
            let rival = shop.guest(rival_number);
            if carts::set_quantity(&shop.services, &rival, good.variant(), 1).await.is_ok() {
                let form = checkout_form(shop, &rival, rival_number).await;
                tolerate(place_order(&shop.services, &rival, form).await);
            }
        }
    }
}

/// Lets everything come to rest: the line is good again, and nothing is due any more.
async fn settle_down(shop: &TestShop, session: &str) {
    shop.gateway.go_silent(0);
    shop.gateway.lose_answers(0);
    let state = shop.services.payments.find_checkout(session).await.unwrap();
    if state == CheckoutState::Processing {
        // What is under way arrives or does not; nothing stays under way.
        shop.gateway.set(session, CheckoutState::Expired);
    }
    for _ in 0..3 {
        shop.clock.advance(2 * HOUR_MS);
        run_worker(shop).await;
        worker::reconcile(&shop.services).await.unwrap();
    }
}

/// How a race ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Bought,
    /// Money that was noticed after the hold had ended found the goods still there.
    Revived,
    /// Money that came after the hold had ended went back.
    SentBack,
    NotBought,
}

/// The order has the money and the goods, or neither.
async fn assert_one_end(shop: &TestShop, id: OrderId, session: &str, story: &[u32]) -> End {
    let row = find_order(shop, id).await;
    let payments = payments_of(shop, id).await;
    let captured: Fen = payments
        .iter()
        .filter(|payment| payment.status == PaymentStatus::Captured)
        .map(|payment| payment.amount_fen)
        .sum();
    // What the network took is what the books know.
    let state = shop.services.payments.find_checkout(session).await.unwrap();
    let taken = if matches!(state, CheckoutState::Paid { .. }) { row.total_fen } else { Fen::ZERO };
    assert_eq!(captured, taken, "{story:?}: {row:?}");
    let mut conn = shop.services.db.read().await.unwrap();
    let refunds = store::payments::list_order_refunds(&mut conn, id).await.unwrap();
    let returned: Fen = refunds.iter().map(|refund| refund.amount_fen).sum();
    assert!(refunds.iter().all(|refund| refund.settled_at_ms.is_some()), "{story:?}: {refunds:?}");
    let kept = if row.status == OrderStatus::Paid { row.total_fen } else { Fen::ZERO };
    assert_eq!(captured - returned, kept, "{story:?}: {:?}", row.status);
    assert_ne!(row.status, OrderStatus::AwaitingPayment, "{story:?}");
    let goods = store::stock::list_allocations(&mut conn, id).await.unwrap();
    let expected = if kept.is_zero() { "released" } else { "sold" };
    assert!(goods.iter().all(|part| part.status == expected), "{story:?}: {goods:?}");
    let is_late = row.paid_at_ms.is_some_and(|paid| paid > row.placed_at_ms + 30 * MINUTE_MS);
    match row.status {
        OrderStatus::Paid if is_late => End::Revived,
        OrderStatus::Paid => End::Bought,
        OrderStatus::Expired if !returned.is_zero() => End::SentBack,
        _ => End::NotBought,
    }
}

/// The ends of races on each engine.
type Ends = Mutex<Vec<(Engine, End)>>;

/// How often each end was seen on an engine, said under a name; `None` where there was no such engine.
fn tell(what: &str, ends: &Ends, engine: Engine) -> Option<[usize; 4]> {
    let ends = ends.lock().unwrap();
    let ends: Vec<End> = ends.iter().filter(|(on, _)| *on == engine).map(|(_, end)| *end).collect();
    if ends.is_empty() {
        return None;
    }
    let seen = [End::Bought, End::Revived, End::SentBack, End::NotBought]
        .map(|end| ends.iter().filter(|seen| **seen == end).count());
    let [bought, revived, sent_back, not_bought] = seen;
    println!(
        "R4 {engine:?}: {} {what}: {bought} bought in time, {revived} late, {sent_back} sent back, {not_bought} not \
         bought",
        ends.len()
    );
    Some(seen)
}

#[tokio::test]
async fn money_around_the_end_of_a_hold_becomes_an_order_or_a_refund() {
    // A race takes hours on the shop's clock and goods grow old: each shop sees 150 of them.
    let count = u32::try_from(rounds("R4", 150, 10_000)).unwrap();
    let ends = Ends::default();
    for first in (0..count).step_by(150) {
        TestShop::on_both(async |shop| {
            let mut random = ChaCha12Rng::seed_from_u64(4 + u64::from(first));
            for number in first..count.min(first + 150) {
                let end = race(shop, &mut random, number).await;
                ends.lock().unwrap().push((shop.services.db.engine(), end));
                if number % 30 == 0 {
                    assert_sound(shop).await;
                }
            }
            assert_sound(shop).await;
        })
        .await;
    }
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(seen) = tell("races around the end of a hold", &ends, engine) else { continue };
        let [bought, revived, sent_back, not_bought] = seen;
        let total = bought + revived + sent_back + not_bought;
        assert_eq!(total, count as usize, "every race has one end on {engine:?}");
        let (few, some) = (total / 50, total / 5);
        assert!(
            bought + revived > some && sent_back + not_bought > some && revived > few && sent_back > few,
            "the races must go every way on {engine:?}"
        );
    }
}

/// One order, some of the things that may happen to it, one end.
async fn race(shop: &TestShop, random: &mut ChaCha12Rng, number: u32) -> End {
    // Every other race is for a single piece that a rival wants, too.
    let good = match number % 2 {
        0 => shop.honey.clone(),
        _ => shop.scarce(&format!("R{number}"), 1).await,
    };
    let placed = order(shop, number, &[(good.variant(), 1)]).await;
    let session = open_page(shop, &shop.guest(number), placed.order_id).await;
    // Every fourth race is run towards money that comes when a rival has the only piece; now and then a step is missing.
    let too_late = number % 4 == 3;
    if too_late || below(random, 3) == 0 {
        // On its way: closing the page does not stop it any more.
        shop.gateway.set(&session, CheckoutState::Processing);
    }
    shop.clock.advance(29 * MINUTE_MS);
    let story: Vec<u32> = if too_late {
        [3, 3, 4, 9, 0, 2].into_iter().filter(|_| below(random, 8) > 0).collect()
    } else {
        (0..3 + below(random, 6)).map(|_| below(random, 10)).collect()
    };
    for what in &story {
        happen(shop, *what, number, placed.order_id, &session, &good).await;
    }
    settle_down(shop, &session).await;
    assert_one_end(shop, placed.order_id, &session, &story).await
}

#[tokio::test]
async fn the_same_when_everything_happens_at_once() {
    let ends = Ends::default();
    TestShop::on_both(async |shop| {
        let mut random = ChaCha12Rng::seed_from_u64(40);
        for number in 0..u32::try_from(rounds("R4", 250, 10_000) / 10).unwrap() {
            let good = shop.scarce(&format!("S{number}"), 1).await;
            let placed = order(shop, number, &[(good.variant(), 1)]).await;
            let session = open_page(shop, &shop.guest(number), placed.order_id).await;
            shop.clock.advance(30 * MINUTE_MS);
            let story: Vec<u32> =
                (0..6).map(|_| [0, 2, 2, 4, 4, 5, 6, 9][below(&mut random, 8) as usize]).collect();
            let all = story.iter().map(|what| happen(shop, *what, number, placed.order_id, &session, &good));
            futures::future::join_all(all).await;
            settle_down(shop, &session).await;
            let end = assert_one_end(shop, placed.order_id, &session, &story).await;
            ends.lock().unwrap().push((shop.services.db.engine(), end));
        }
    })
    .await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(seen) = tell("races with everything at once", &ends, engine) else { continue };
        let [bought, revived, sent_back, not_bought] = seen;
        assert!(bought + revived > 0 && sent_back + not_bought > 0, "both ways on {engine:?}");
    }
}

#[tokio::test]
async fn coming_back_after_paying_is_as_good_as_a_notice() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.honey.variant(), 1)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    shop.clock.advance(30 * MINUTE_MS);
    assert!(shop.gateway.pay(&session), "paid in the last moment");
    // The time is up, but the network is asked first.
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid);
    check_order(&shop.services, placed.order_id).await.unwrap();
}
