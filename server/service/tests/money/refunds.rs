//! Refunds that come back: one attempt for each failure, pauses that grow, and in the end a person.

use domain::payment::RefundStatus;
use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use service::orders::cancel_order;
use service::refunds::{MAX_ATTEMPTS, list_stuck_refunds, retry_refund, send_refund};
use service::testing::RefundAnswer;
use store::payments::RefundRow;

use super::*;

/// A paid order that was given up while the network answers refunds in this way; its refund was asked for once.
async fn given_up(shop: &TestShop, answer: RefundAnswer) -> RefundRow {
    let guest = shop.guest(1);
    let placed = order(shop, 1, &[(shop.honey.variant(), 1)]).await;
    pay(shop, &guest, placed.order_id).await;
    cancel_order(&shop.services, &guest, placed.order_id, "").await.unwrap();
    shop.gateway.answer_refunds(answer);
    run_worker(shop).await;
    let mut conn = shop.services.db.read().await.unwrap();
    store::payments::list_order_refunds(&mut conn, placed.order_id).await.unwrap().remove(0)
}

async fn again(shop: &TestShop, refund: &RefundRow) -> RefundRow {
    let mut conn = shop.services.db.read().await.unwrap();
    store::payments::get_refund(&mut conn, refund.id).await.unwrap()
}

#[tokio::test]
async fn however_often_a_failure_is_told_one_attempt_follows() {
    TestShop::on_both(async |shop| {
        let refund = given_up(shop, RefundAnswer::Wait).await;
        shop.gateway.settle_refunds(false);
        let told = (0..30).map(|_| send_refund(&shop.services, refund.id));
        assert!(futures::future::join_all(told).await.into_iter().all(|told| told.is_ok()));
        let failed = again(shop, &refund).await;
        assert_eq!((failed.status, failed.attempts), (RefundStatus::Failed, 1));
        assert_eq!(shop.gateway.refund_count(), 1, "the next attempt has to wait");

        shop.clock.advance(5 * MINUTE_MS);
        let told = (0..30).map(|_| send_refund(&shop.services, refund.id));
        assert!(futures::future::join_all(told).await.into_iter().all(|told| told.is_ok()));
        assert_eq!((shop.gateway.refund_count(), again(shop, &refund).await.attempts), (2, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_always_comes_back_waits_for_a_person_in_the_end() {
    for answer in [RefundAnswer::Fail, RefundAnswer::Refuse] {
        let shop = TestShop::sqlite().await;
        let refund = given_up(&shop, answer).await;
        for _ in 0..10 * 24 {
            shop.clock.advance(HOUR_MS);
            run_worker(&shop).await;
            worker::reconcile(&shop.services).await.unwrap();
        }
        let stuck = list_stuck_refunds(&shop.services).await.unwrap();
        assert_eq!(stuck.len(), 1, "{answer:?}");
        assert_eq!((stuck[0].refund_id, stuck[0].attempts), (refund.id, MAX_ATTEMPTS));
        assert!(!stuck[0].failure_code.is_empty());

        shop.gateway.answer_refunds(RefundAnswer::Succeed);
        shop.clock.advance(30 * DAY_MS);
        run_worker(&shop).await;
        worker::reconcile(&shop.services).await.unwrap();
        assert_eq!(shop.gateway.sent_back_fen(), Fen::ZERO, "nothing happens by itself any more");
        retry_refund(&shop.services, refund.id).await.unwrap();
        assert!(matches!(retry_refund(&shop.services, refund.id).await, Err(ServiceError::NotFound)));
        run_worker(&shop).await;
        assert_eq!(shop.gateway.sent_back_fen(), refund.amount_fen, "sent under a key of its own");
        assert_eq!(list_stuck_refunds(&shop.services).await.unwrap().len(), 0);
        assert_sound(&shop).await;
    }
}
