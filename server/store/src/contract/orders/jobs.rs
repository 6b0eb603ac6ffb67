//! The jobs that follow an order: the outbox and the timers.

use super::*;

pub(super) async fn come_once(conn: &mut Conn) {
    work::insert_outbox(conn, OutboxId::from_i64(80), "order_paid", ORDER.get(), "{}", T).await.unwrap();
    assert_eq!(work::get_backlog(conn, T + 5).await.unwrap(), (1, 5));
    let claimed = work::claim_outbox(conn, T, T + 100, 10).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].attempts), (1, 1));
    assert!(work::claim_outbox(conn, T + 1, T + 100, 10).await.unwrap().is_empty(), "claimed by one only");
    assert_eq!(work::claim_outbox(conn, T + 100, T + 200, 10).await.unwrap().len(), 1, "a dead worker's job");
    work::postpone_outbox(conn, OutboxId::from_i64(80), T + 500, "later").await.unwrap();
    assert!(work::claim_outbox(conn, T + 300, T + 400, 10).await.unwrap().is_empty());
    work::finish_outbox(conn, OutboxId::from_i64(80), T + 500).await.unwrap();
    assert!(work::claim_outbox(conn, T + 600, T + 700, 10).await.unwrap().is_empty());

    let timer = TimerId::from_i64(81);
    work::set_timer(conn, timer, "unpaid_order", 50, T).await.unwrap();
    let rung = work::claim_timers(conn, T, T + 100, 10).await.unwrap();
    assert_eq!((rung.len(), rung[0].subject_id), (1, 50));
    assert!(work::claim_timers(conn, T, T + 100, 10).await.unwrap().is_empty());
    work::postpone_timer(conn, timer, T - 1, T + 900).await.unwrap();
    work::postpone_timer(conn, timer, T, T + 200).await.unwrap();
    work::finish_timer(conn, timer, T, T + 150).await.unwrap();
    assert_eq!(
        work::claim_timers(conn, T + 200, T + 300, 10).await.unwrap().len(),
        1,
        "moved meanwhile: rings again"
    );
    work::finish_timer(conn, timer, T + 200, T + 250).await.unwrap();
    assert!(work::claim_timers(conn, T + 900, T + 999, 10).await.unwrap().is_empty());
    work::set_timer(conn, TimerId::from_i64(82), "unpaid_order", 50, T + 300).await.unwrap();
    work::stop_timer(conn, "unpaid_order", 50, T + 301).await.unwrap();
    assert!(work::claim_timers(conn, T + 900, T + 999, 10).await.unwrap().is_empty());
}
