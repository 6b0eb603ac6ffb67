//! The whole order is given back.

use super::*;

pub(super) async fn are_tried_and_settled(conn: &mut Conn) {
    let row = RefundRow {
        id: REFUND,
        payment_id: PAYMENT,
        order_id: ORDER,
        amount_fen: Fen::new(14_800),
        reason: "order_cancelled".to_owned(),
        status: RefundStatus::Requested,
        network_refund_id: None,
        failure_code: String::new(),
        created_at_ms: T + 60,
        settled_at_ms: None,
        attempts: 0,
        next_attempt_at_ms: 0,
    };
    insert_refund(conn, &row).await.unwrap();
    assert_eq!(sum_refunds(conn, PAYMENT).await.unwrap(), Fen::new(14_800));
    let part = ledger::RefundedPart {
        collective: COLLECTIVE,
        state: ledger::EarningState::Pending,
        amount: Fen::new(13_600),
    };
    let decided = ledger::refund_decided(&[part], &[(TEAM, Fen::new(1_200))]).unwrap();
    assert!(books::enter(conn, 73, &decided, "refund_decided:54").await);
    for row in list_attributions(conn, ORDER).await.unwrap() {
        reverse_attribution(conn, row.id, row.amount_fen).await.unwrap();
    }
    assert!(stock::take_back(conn, BATCH, 250).await.unwrap());
    stock::update_allocations(conn, ORDER, "released").await.unwrap();
    update_status(conn, ORDER, OrderStatus::Refunded, Some(T + 60), "changed_mind").await.unwrap();
    refund_attempts(conn).await;
    assert!(update_refund_succeeded(conn, REFUND, Some("re_1"), T + 62).await.unwrap());
    assert!(!update_refund_succeeded(conn, REFUND, Some("re_1"), T + 63).await.unwrap(), "once");
    assert!(!fail_refund_attempt(conn, REFUND, 2, None, "late", T + 99).await.unwrap(), "the money is back");
    assert_eq!(get_refund(conn, REFUND).await.unwrap().settled_at_ms, Some(T + 62));
    assert_eq!(list_order_refunds(conn, ORDER).await.unwrap().len(), 1);
    let sent = ledger::refund_sent(PaymentMethod::Online, Fen::new(14_800)).unwrap();
    assert!(books::enter(conn, 74, &sent, "refund_sent:54").await);
}

/// An attempt fails once, the next one begins once, and a refund that came back too often waits for a person.
async fn refund_attempts(conn: &mut Conn) {
    const MAX: i64 = 2;
    let due =
        async |conn: &mut Conn, now_ms| list_due_refunds(conn, T + 61, now_ms, MAX, 10).await.unwrap().len();
    assert_eq!(due(conn, T + 61).await, 1);
    assert!(update_refund_pending(conn, REFUND, 0, Some("re_0"), T + 70).await.unwrap());
    assert_eq!((due(conn, T + 69).await, due(conn, T + 70).await), (0, 1));
    assert!(fail_refund_attempt(conn, REFUND, 0, Some("re_0"), "no_funds", T + 80).await.unwrap());
    assert!(
        !fail_refund_attempt(conn, REFUND, 0, Some("re_0"), "no_funds", T + 90).await.unwrap(),
        "told twice"
    );
    assert!(!begin_refund_attempt(conn, REFUND, MAX, T + 79).await.unwrap(), "not yet");
    assert!(begin_refund_attempt(conn, REFUND, MAX, T + 80).await.unwrap());
    assert!(!begin_refund_attempt(conn, REFUND, MAX, T + 80).await.unwrap(), "somebody else did");
    assert!(!update_refund_pending(conn, REFUND, 0, Some("re_0"), 0).await.unwrap(), "of the attempt before");
    assert_eq!(get_refund(conn, REFUND).await.unwrap().network_refund_id, None);
    assert_eq!(list_stuck_refunds(conn, MAX, 10).await.unwrap().len(), 0);
    assert!(fail_refund_attempt(conn, REFUND, 1, None, "no_funds", T + 81).await.unwrap());
    assert!(!begin_refund_attempt(conn, REFUND, MAX, T + 82).await.unwrap(), "that was the last");
    assert_eq!(due(conn, T + 1_000).await, 0);
    let stuck = list_stuck_refunds(conn, MAX, 10).await.unwrap();
    assert_eq!((stuck.len(), stuck[0].0.attempts), (1, 2));
    assert!(release_refund(conn, REFUND, MAX, T + 82).await.unwrap());
    assert!(!release_refund(conn, REFUND, MAX, T + 82).await.unwrap());
}
