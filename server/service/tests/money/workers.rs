//! Any number of workers on one database do nothing twice.

use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::role::Role;
use domain::time::{DAY_MS, MINUTE_MS};
use futures::future::join_all;
use service::orders::cancel_order;
use service::shipping::{ShipParcel, ship_parcel};
use service::testing::RefundAnswer;

use super::*;

/// Two workers at once, until both find nothing to do.
async fn run_two_workers(shop: &TestShop) {
    join_all((0..2).map(async |_| {
        let mut idle = 0;
        while idle < 3 {
            idle = if worker::run_due(&shop.services).await.unwrap() == 0 { idle + 1 } else { 0 };
        }
    }))
    .await;
}

#[tokio::test]
async fn two_workers_on_one_database_do_nothing_twice() {
    TestShop::on_both(async |shop| {
        let seller = shop.account(&[Role::SellerOf(shop.places.honey_team)]).await;
        let mut shipped = Vec::new();
        let mut unpaid = Vec::new();
        let mut given_up = Vec::new();
        for number in 0..30_u32 {
            let placed = order(shop, number, &[(shop.honey.variant(), 1)]).await.order_id;
            let guest = shop.guest(number);
            match number % 3 {
                0 => {
                    open_page(shop, &guest, placed).await;
                    unpaid.push(placed);
                }
                1 => {
                    pay(shop, &guest, placed).await;
                    let parcel = parcels_of(shop, placed).await[0].id;
                    let command =
                        ShipParcel { carrier: "邮政".to_owned(), tracking_number: format!("E{number}") };
                    ship_parcel(&shop.services, &seller, parcel, command).await.unwrap();
                    shipped.push(placed);
                }
                _ => {
                    pay(shop, &guest, placed).await;
                    cancel_order(&shop.services, &guest, placed, "").await.unwrap();
                    given_up.push(placed);
                }
            }
        }
        // Some refunds are only sent after a while, and one call gets no answer.
        shop.gateway.answer_refunds(RefundAnswer::Wait);
        shop.gateway.lose_answers(1);
        shop.clock.advance(30 * MINUTE_MS);
        run_two_workers(shop).await;
        shop.gateway.settle_refunds(true);
        shop.clock.advance(10 * DAY_MS);
        join_all([worker::reconcile(&shop.services), worker::reconcile(&shop.services)]).await;
        run_two_workers(shop).await;
        assert_eq!(shop.gateway.refund_count(), given_up.len());
        let mut refunded = Fen::ZERO;
        for id in &given_up {
            refunded += find_order(shop, *id).await.total_fen;
        }
        assert_eq!(shop.gateway.sent_back_fen(), refunded);
        for id in &unpaid {
            assert_eq!(status(shop, *id).await, OrderStatus::Expired);
        }
        for id in &shipped {
            assert_eq!(parcels_of(shop, *id).await[0].status, ParcelStatus::Received);
        }
        assert_eq!(batch(shop, shop.honey.batches[0]).await, (390, 0, 10), "ten were sold and kept");
        shop.clock.advance(8 * DAY_MS);
        run_two_workers(shop).await;
        for id in &shipped {
            assert_eq!(status(shop, *id).await, OrderStatus::Completed);
        }
        let mut conn = shop.services.db.read().await.unwrap();
        assert_eq!(
            store::work::get_backlog(&mut conn, i64::MAX).await.unwrap().0,
            0,
            "nothing is left undone"
        );
        drop(conn);
    })
    .await;
}

/// A worker that failed must not undo what a person did meanwhile: the transfer was announced, the hold runs longer.
#[tokio::test]
async fn a_timer_that_was_moved_meanwhile_stays_moved() {
    let shop = TestShop::sqlite().await;
    let placed = order(&shop, 1, &[(shop.honey.variant(), 1)]).await.order_id;
    let now_ms = shop.services.now_ms();
    let due_at_ms = now_ms + 30 * MINUTE_MS;
    let later_ms = due_at_ms + DAY_MS;
    shop.clock.advance_to(due_at_ms);
    let mut tx = shop.services.db.write().await.unwrap();
    let rung = store::work::claim_timers(&mut tx, due_at_ms, due_at_ms + MINUTE_MS, 1).await.unwrap();
    let (timer, kind) = (rung[0].id, service::timers::UNPAID_ORDER);
    store::work::set_timer(&mut tx, shop.services.new_id(), kind, placed.get(), later_ms).await.unwrap();
    store::orders::update_hold(&mut tx, placed, Some(later_ms)).await.unwrap();
    store::work::postpone_timer(&mut tx, timer, due_at_ms, due_at_ms + 1).await.unwrap();
    store::work::finish_timer(&mut tx, timer, due_at_ms, due_at_ms).await.unwrap();
    tx.commit().await.unwrap();
    shop.clock.advance_to(due_at_ms + 1);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed).await, OrderStatus::AwaitingPayment);
    shop.clock.advance_to(later_ms);
    run_worker(&shop).await;
    assert_eq!(status(&shop, placed).await, OrderStatus::Expired, "no hold without a timer that ends it");
}

/// What one worker has in hand no other takes, until the time for it has run out.
#[tokio::test]
async fn a_job_in_hand_is_nobody_elses_until_its_claim_runs_out() {
    TestShop::on_both(async |shop| {
        for number in 0..30 {
            order(shop, number, &[(shop.honey.variant(), 1)]).await;
        }
        let due_ms = shop.services.now_ms() + 30 * MINUTE_MS;
        let claim = async |now_ms: i64| {
            let mut tx = shop.services.db.write().await.unwrap();
            let claimed = store::work::claim_timers(&mut tx, now_ms, now_ms + MINUTE_MS, 10).await.unwrap();
            tx.commit().await.unwrap();
            claimed.into_iter().map(|timer| timer.id).collect::<Vec<_>>()
        };
        let mut taken = join_all((0..4).map(|_| claim(due_ms))).await.concat();
        // On PostgreSQL two that ask at the same moment may choose the same jobs, and one of them goes away with fewer.
        while taken.len() < 30 {
            let more = claim(due_ms).await;
            assert!(!more.is_empty(), "{} of 30 are in hand, and nobody gets the others", taken.len());
            taken.extend(more);
        }
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 30, "nothing is in two hands");
        assert_eq!(claim(due_ms + MINUTE_MS - 1).await, []);
        assert_eq!(claim(due_ms + MINUTE_MS).await.len(), 10, "whoever died left it to others");
    })
    .await;
}
