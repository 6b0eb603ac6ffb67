//! R3: notices may come twice, late, out of order, or not at all.

use domain::ids::RefundId;
use domain::order::OrderStatus;
use domain::payment::{PaymentStatus, RefundStatus};
use domain::time::MINUTE_MS;
use service::orders::cancel_order;
use service::ports::CheckoutState;
use service::refunds::send_refund;
use service::testing::{RefundAnswer, TestShop};
use service::{Result, worker};
use store::payments::RefundRow;

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    Processing,
    Paid,
    Expired,
}

/// Every sequence of up to `length` of these, repetitions included.
fn sequences<T: Copy, const N: usize>(of: [T; N], length: usize) -> Vec<Vec<T>> {
    let mut all: Vec<Vec<T>> = vec![Vec::new()];
    let mut longest = all.clone();
    for _ in 0..length {
        longest = longest
            .iter()
            .flat_map(|start| of.map(|next| start.iter().copied().chain([next]).collect()))
            .collect();
        all.extend(longest.iter().cloned());
    }
    all
}

#[tokio::test]
async fn every_order_of_notices_ends_in_one_state() {
    TestShop::on_both(async |shop| every_order_of_notices(shop).await).await;
}

async fn every_order_of_notices(shop: &TestShop) {
    let mut paid_count = 0;
    let all = sequences([Notice::Processing, Notice::Paid, Notice::Expired], rounds("R3", 4, 6));
    let good = shop.scarce("R3", i64::try_from(all.len()).unwrap()).await;
    for (number, notices) in (0..).zip(&all) {
        let placed = order(shop, number, &[(good.variant(), 1)]).await;
        let session = open_page(shop, &shop.guest(number), placed.order_id).await;
        for notice in notices {
            let state = match notice {
                Notice::Processing => CheckoutState::Processing,
                Notice::Paid => shop.gateway.paid_state(&session),
                Notice::Expired => CheckoutState::Expired,
            };
            shop.gateway.set(&session, state);
            notify(shop, &session).await.unwrap();
        }
        let is_paid = notices.contains(&Notice::Paid);
        paid_count += i64::from(is_paid);
        let expected = if is_paid { OrderStatus::Paid } else { OrderStatus::AwaitingPayment };
        assert_eq!(status(shop, placed.order_id).await, expected, "{notices:?}");
        let payments = payments_of(shop, placed.order_id).await;
        assert_eq!(payments.len(), 1);
        assert_eq!(payments[0].status == PaymentStatus::Captured, is_paid, "{notices:?}");
    }
    println!("R3: {} sequences of notices, each with one end", all.len());
    let (_, held, sold) = batch(shop, good.batches[0]).await;
    assert_eq!(sold, paid_count);
    // Of two kinds of notices without money there are 2ⁿ sequences of length n.
    let unpaid = (1 << (rounds("R3", 4, 6) + 1)) - 1;
    assert_eq!(
        (held, sold),
        (unpaid, i64::try_from(all.len()).unwrap() - unpaid),
        "what nobody paid is held"
    );
    assert_eq!(shop.gateway.refund_count(), 0);
    assert_sound(shop).await;
}

/// What happens to a payment at the network, in its order.
const PATHS: [&[Notice]; 4] = [
    &[Notice::Paid],
    &[Notice::Processing, Notice::Paid],
    &[Notice::Expired],
    &[Notice::Processing, Notice::Expired],
];

/// The network moves on, or one of its notices arrives: about the present or long after, once or again and again, or
/// (in the stories without one) never. The shop then asks by itself, and every story of a path has the same end.
#[tokio::test]
async fn late_doubled_and_dropped_notices_end_like_prompt_ones() {
    TestShop::on_both(async |shop| every_story_of_notices(shop).await).await;
}

async fn every_story_of_notices(shop: &TestShop) {
    let stories = sequences([true, false], rounds("R3", 4, 8));
    let good = shop.scarce("R3-DROP", i64::try_from(4 * stories.len()).unwrap()).await;
    let mut paid = 0;
    for (number, (path, story)) in
        (0..).zip(PATHS.iter().flat_map(|path| stories.iter().map(move |story| (path, story))))
    {
        let placed = order(shop, number, &[(good.variant(), 1)]).await;
        let session = open_page(shop, &shop.guest(number), placed.order_id).await;
        let mut steps = path.iter();
        let mut move_on = |shop: &TestShop| {
            let Some(step) = steps.next() else { return false };
            let state = match step {
                Notice::Processing => CheckoutState::Processing,
                Notice::Paid => shop.gateway.paid_state(&session),
                Notice::Expired => CheckoutState::Expired,
            };
            shop.gateway.set(&session, state);
            true
        };
        for is_move in story {
            if *is_move {
                move_on(shop);
            } else {
                notify(shop, &session).await.unwrap();
            }
        }
        while move_on(shop) {}
        shop.clock.advance(3 * MINUTE_MS + 1);
        worker::reconcile(&shop.services).await.unwrap();
        let is_paid = path.last() == Some(&Notice::Paid);
        paid += i64::from(is_paid);
        let expected = if is_paid { OrderStatus::Paid } else { OrderStatus::AwaitingPayment };
        assert_eq!(status(shop, placed.order_id).await, expected, "{path:?} {story:?}");
        let payment = payments_of(shop, placed.order_id).await[0].status;
        let expected = if is_paid { PaymentStatus::Captured } else { PaymentStatus::Expired };
        assert_eq!(payment, expected, "{path:?} {story:?}");
    }
    println!("R3: {} stories of late, doubled and dropped notices", 4 * stories.len());
    assert_eq!(batch(shop, good.batches[0]).await.2, paid);
    assert_eq!(shop.gateway.refund_count(), 0);
    assert_sound(shop).await;
}

/// What may happen after a refund was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Later {
    /// The network decides about what waits there.
    Decided,
    /// One of its notices about the refund (`refund.created`, `refund.updated`, `refund.failed`; `charge.refunded` tells
    /// the shop nothing): in time or late, once or again and again, or (in the stories without one) never.
    RefundTold,
    /// A late one about the payment.
    PageTold,
}

/// The money of an order that was given up goes back once, and the next attempt follows when it came back, in whatever
/// order the network tells what.
#[tokio::test]
async fn every_order_of_notices_about_a_refund_sends_the_money_back_once() {
    TestShop::on_both(async |shop| every_story_of_refunds(shop).await).await;
}

async fn every_story_of_refunds(shop: &TestShop) {
    let stories = sequences([Later::Decided, Later::RefundTold, Later::PageTold], rounds("R3", 3, 5).min(5));
    let good = shop.scarce("R3-BACK", i64::try_from(2 * stories.len()).unwrap()).await;
    shop.gateway.answer_refunds(RefundAnswer::Wait);
    let both_ends = [false, true].into_iter();
    for (number, (comes_back, story)) in
        (0..).zip(both_ends.flat_map(|end| stories.iter().map(move |story| (end, story))))
    {
        let (placed, session, refund) = given_up(shop, number, good.variant()).await;
        let asked_before = shop.gateway.refund_count() - 1;
        let mut is_first = true;
        let mut decide = || {
            shop.gateway.settle_refunds(!(comes_back && is_first));
            is_first = false;
        };
        for event in story {
            match event {
                Later::Decided => decide(),
                Later::RefundTold => send_refund(&shop.services, refund).await.unwrap(),
                Later::PageTold => assert_eq!(notify(shop, &session).await.unwrap(), "already captured"),
            }
            // Longer than the pause before the second attempt.
            shop.clock.advance(6 * MINUTE_MS);
        }
        // Whatever nobody told, the shop asks; twice when it has to send the money anew.
        for _ in 0..4 {
            decide();
            shop.clock.advance(6 * MINUTE_MS);
            worker::reconcile(&shop.services).await.unwrap();
            run_worker(shop).await;
        }
        let what = format!("comes back: {comes_back}, {story:?}");
        let order = find_order(shop, placed).await;
        assert_eq!(order.status, OrderStatus::Refunded, "{what}");
        assert_eq!(shop.gateway.sent_back_of(&session), order.total_fen, "{what}");
        assert_eq!(
            shop.gateway.refund_count() - asked_before,
            1 + usize::from(comes_back),
            "one attempt for each failure: {what}"
        );
        let now = refunds_of(shop, placed).await;
        assert_eq!((now.len(), now[0].status), (1, RefundStatus::Succeeded), "{what}");
        // Told once more when all is over, nothing happens.
        send_refund(&shop.services, refund).await.unwrap();
        assert_eq!(shop.gateway.sent_back_of(&session), order.total_fen, "{what}");
    }
    println!("R3: {} stories of notices about refunds", 2 * stories.len());
    assert_sound(shop).await;
}

/// A paid order that was given up: its number, its payment's page, and its refund, which the network has heard of.
async fn given_up(shop: &TestShop, number: u32, variant: VariantId) -> (OrderId, String, RefundId) {
    let guest = shop.guest(number);
    let placed = order(shop, number, &[(variant, 1)]).await.order_id;
    let session = open_page(shop, &guest, placed).await;
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(shop, &session).await.unwrap(), "captured");
    cancel_order(&shop.services, &guest, placed, "").await.unwrap();
    run_worker(shop).await;
    let refund = refunds_of(shop, placed).await.remove(0);
    assert_eq!(refund.status, RefundStatus::Requested);
    (placed, session, refund.id)
}

async fn refunds_of(shop: &TestShop, order: OrderId) -> Vec<RefundRow> {
    let mut conn = shop.services.db.read().await.unwrap();
    store::payments::list_order_refunds(&mut conn, order).await.unwrap()
}

#[tokio::test]
async fn a_notice_that_never_came_is_healed_by_asking() {
    TestShop::on_both(async |shop| {
        let placed = order(shop, 1, &[(shop.tea.variant(), 1)]).await;
        let session = open_page(shop, &shop.guest(1), placed.order_id).await;
        assert!(shop.gateway.pay(&session));
        assert_eq!(worker::reconcile(&shop.services).await.unwrap(), 0, "not asked before its time");
        shop.clock.advance(3 * MINUTE_MS + 1);
        shop.gateway.go_silent(1);
        worker::reconcile(&shop.services).await.unwrap();
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::AwaitingPayment);
        worker::reconcile(&shop.services).await.unwrap();
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
        shop.clock.advance(60 * MINUTE_MS);
        run_worker(shop).await;
        assert_eq!(status(shop, placed.order_id).await, OrderStatus::Paid);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_stored_before_anything_is_done_about_it_and_once() {
    TestShop::on_both(async |shop| {
        let services = &shop.services;
        let stores = (0..10)
            .map(|_| service::payments::record_event(services, "evt_1", "checkout.session.completed", "{}"));
        let stored = futures::future::join_all(stores).await;
        assert_eq!(stored.iter().filter(|new| matches!(new, Ok(true))).count(), 1, "{stored:?}");
        assert!(stored.iter().all(Result::is_ok));
        for reference in ["", "nonsense", "0000000000001", "7zzzzzzzzzzzz"] {
            assert_eq!(check_payment(services, reference).await.unwrap(), "unknown payment");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_that_nobody_could_answer_for_is_the_same_page_later() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    shop.gateway.lose_answers(1);
    let lost = start_payment(&shop.services, &guest, placed.order_id, &come_back()).await;
    assert!(matches!(lost, Err(ServiceError::PaymentUnavailable(_))), "{lost:?}");
    pay(&shop, &guest, placed.order_id).await;
    assert_eq!((shop.gateway.page_count(), payments_of(&shop, placed.order_id).await.len()), (1, 1));
}

#[tokio::test]
async fn money_for_an_order_that_was_given_up_goes_back() {
    let shop = TestShop::sqlite().await;
    let guest = shop.guest(1);
    let placed = order(&shop, 1, &[(shop.tea.variant(), 1)]).await;
    let session = open_page(&shop, &guest, placed.order_id).await;
    shop.gateway.set(&session, CheckoutState::Processing);
    cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
    assert!(shop.gateway.pay(&session));
    assert_eq!(notify(&shop, &session).await.unwrap(), "late: refunded");
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Cancelled);
    assert_eq!(shop.gateway.sent_back_fen(), find_order(&shop, placed.order_id).await.total_fen);
}

#[tokio::test]
async fn stock_is_not_held_for_good_when_the_network_stays_silent() {
    let shop = TestShop::sqlite().await;
    let placed = order(&shop, 1, &[(shop.tea.variant(), 5)]).await;
    let session = open_page(&shop, &shop.guest(1), placed.order_id).await;
    shop.gateway.go_silent(1_000);
    for _ in 0..3 {
        shop.clock.advance(30 * MINUTE_MS);
        run_worker(&shop).await;
        assert_eq!(status(&shop, placed.order_id).await, OrderStatus::AwaitingPayment);
    }
    for _ in 0..3 {
        shop.clock.advance(30 * MINUTE_MS);
        run_worker(&shop).await;
    }
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Expired);
    assert_eq!(batch(&shop, shop.tea.batches[0]).await, (500, 0, 0));
    shop.gateway.go_silent(0);
    assert!(shop.gateway.pay(&session));
    worker::reconcile(&shop.services).await.unwrap();
    assert_eq!(status(&shop, placed.order_id).await, OrderStatus::Paid, "late, and the goods are there");
}
