//! What operators look at, on both engines.

use std::time::{Duration, Instant};

use domain::ids::PaymentId;
use domain::money::Fen;
use sqlx::Executor;

use super::insert_places;
use crate::watching::*;
use crate::{Conn, Db, DbLimits, StoreError};

const T: i64 = 1_750_000_000_000;
const PAYMENT: PaymentId = PaymentId::from_i64(53);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_places(&mut tx).await;
    orders(&mut tx).await;
    books_checks(&mut tx).await;
    backups(&mut tx).await;
    unmatched_money(&mut tx).await;
    what_waits(&mut tx).await;
    tx.commit().await.unwrap();
}

async fn orders(conn: &mut Conn) {
    for statement in [
        "INSERT INTO orders (id, number, kind, status, goods_fen, freight_fen, total_fen, recipient_name, \
         recipient_phone, region_code, region_name, address, note, email, locale, invoice, placed_at_ms) \
         VALUES (50, 'N50', 'retail', 'awaiting_payment', 14800, 0, 14800, '', '', '', '', '', '', '', 'zh', '', 0)",
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (53, 50, 'online', 'open', 14800, 0, 0)",
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (54, 50, 'bank_transfer', 'captured', 14800, 0, 0)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, failure_code, attempts, \
         created_at_ms) VALUES (60, 53, 50, 100, '', 'failed', 'no_funds', 6, 1)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
         VALUES (61, 54, 50, 200, '', 'requested', 2)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, attempts, created_at_ms) \
         VALUES (62, 53, 50, 300, '', 'failed', 1, 3)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
         VALUES (63, 53, 50, 400, '', 'requested', 4)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

async fn books_checks(conn: &mut Conn) {
    assert_eq!(find_books_check(conn).await.unwrap(), None);
    assert!(claim_books_check(conn, T, T + 60).await.unwrap(), "the first is always due");
    assert!(!claim_books_check(conn, T + 1, T + 61).await.unwrap(), "another server has it");
    assert!(claim_books_check(conn, T + 60, T + 120).await.unwrap(), "that server died");
    assert_eq!(find_books_check(conn).await.unwrap().unwrap().checked_at_ms, None);
    let found = BooksCheckRow {
        checked_at_ms: Some(T + 70),
        took_ms: 10,
        mismatches: 1,
        first_mismatch: "I2 cause".to_owned(),
    };
    finish_books_check(conn, &found, T + 1_000).await.unwrap();
    assert_eq!(find_books_check(conn).await.unwrap(), Some(found));
    assert!(!claim_books_check(conn, T + 999, T + 2_000).await.unwrap(), "not due yet");
    assert!(claim_books_check(conn, T + 1_000, T + 2_000).await.unwrap());
}

async fn backups(conn: &mut Conn) {
    assert_eq!(find_backup(conn).await.unwrap(), None);
    for began_at_ms in [T, T + 3_600_000] {
        note_backup(conn, began_at_ms).await.unwrap();
        assert_eq!(find_backup(conn).await.unwrap(), Some(began_at_ms));
    }
}

async fn unmatched_money(conn: &mut Conn) {
    let found = NewUnmatched {
        payment: PAYMENT,
        amount_fen: Fen::new(14_700),
        currency: "cny",
        reference: "x",
        intent_id: "pi_1",
    };
    assert!(insert_unmatched(conn, &found, T).await.unwrap());
    assert!(!insert_unmatched(conn, &found, T + 5).await.unwrap(), "seen before");
    let waiting = list_unmatched(conn, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].order_number.as_str(), waiting[0].first_seen_at_ms), ("N50", T));
    assert_eq!(waiting[0].expected_fen - waiting[0].amount_fen, Fen::new(100));
    assert_eq!(get_backlog(conn, T, 6).await.unwrap().unmatched_money, 1);
    close_unmatched(conn, PAYMENT, "sent back by hand", T + 9).await.unwrap();
    let again = close_unmatched(conn, PAYMENT, "twice", T + 9).await;
    assert!(matches!(again, Err(StoreError::NotFound(_))));
    assert!(list_unmatched(conn, 10).await.unwrap().is_empty());
}

async fn what_waits(conn: &mut Conn) {
    for statement in [
        "INSERT INTO outbox (id, topic, subject_id, payload, created_at_ms, due_at_ms) VALUES (1, 't', 1, '{}', 0, 900)",
        "INSERT INTO outbox (id, topic, subject_id, payload, created_at_ms, due_at_ms, done_at_ms) \
         VALUES (2, 't', 1, '{}', 0, 800, 1)",
        "INSERT INTO timers (id, kind, subject_id, due_at_ms) VALUES (1, 'k', 1, 700)",
        "INSERT INTO timers (id, kind, subject_id, due_at_ms) VALUES (2, 'k', 2, 999999)",
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms) VALUES ('lost', 'k', '{}', 500)",
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms, handled_at_ms, outcome) \
         VALUES ('odd', 'k', '{}', 600, 601, 'unreadable')",
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms, handled_at_ms, outcome) \
         VALUES ('fine', 'k', '{}', 600, 601, 'captured')",
    ] {
        conn.execute(statement).await.unwrap();
    }
    let now_ms = 1_000 + 5 * 60_000;
    let waiting = list_waiting_refunds(conn, 6, 10).await.unwrap();
    let ids: Vec<i64> = waiting.iter().map(|row| row.refund_id.get()).collect();
    assert_eq!(ids, [60, 61], "came back too often, and by bank");
    let strange = list_strange_events(conn, 0, now_ms, 10).await.unwrap();
    assert_eq!(strange.iter().map(|row| row.event_id.as_str()).collect::<Vec<_>>(), ["odd", "lost"]);
    assert_eq!(
        list_strange_events(conn, 550, now_ms, 10).await.unwrap().len(),
        1,
        "the older one is history"
    );
    let backlog = get_backlog(conn, now_ms, 6).await.unwrap();
    let expected = BacklogRow {
        open_holds: 1,
        outbox_due: 1,
        outbox_oldest_due_ms: Some(900),
        timers_overdue: 1,
        timers_oldest_due_ms: Some(700),
        unmatched_money: 0,
        failed_refunds: 2,
        stuck_refunds: 1,
        bank_refunds: 1,
        events_unhandled: 1,
    };
    assert_eq!(backlog, expected);
}

#[tokio::test]
async fn of_many_servers_one_checks_the_books() {
    super::on_both(async |db: &Db| {
        let mut servers = Vec::new();
        for _ in 0..8 {
            let db = db.clone();
            servers.push(tokio::spawn(async move {
                let mut tx = db.write().await.unwrap();
                let has_it = claim_books_check(&mut tx, T, T + 60_000).await.unwrap();
                tx.commit().await.unwrap();
                has_it
            }));
        }
        let mut workers = 0;
        for server in servers {
            workers += i32::from(server.await.unwrap());
        }
        assert_eq!(workers, 1);
    })
    .await;
}

#[tokio::test]
async fn connections_to_postgres_are_named_and_wait_for_nothing_without_end() {
    super::on_postgres(async |db: &Db| {
        let mut conn = db.read().await.unwrap();
        let settings: (String, String, String) = sqlx::query_as(
            "SELECT current_setting('application_name'), current_setting('statement_timeout'), \
             current_setting('lock_timeout')",
        )
        .fetch_one(&mut *conn)
        .await
        .unwrap();
        assert_eq!(settings, ("xiangji".to_owned(), "20s".to_owned(), "10s".to_owned()));
        drop(conn);
        let mut tx = db.write().await.unwrap();
        sqlx::query("SET LOCAL statement_timeout = 50").execute(&mut *tx).await.unwrap();
        let error = sqlx::query("SELECT pg_sleep(5)").execute(&mut *tx).await.unwrap_err();
        assert!(matches!(StoreError::from(error), StoreError::Busy(_)), "come again");
    })
    .await;
}

#[tokio::test]
async fn the_wait_for_the_right_to_write_is_bounded_in_number_and_time_but_not_for_what_is_urgent() {
    let folder = tempfile::tempdir().unwrap();
    let limits = DbLimits { max_waiting_writers: 1, wait: Duration::from_millis(400), ..DbLimits::default() };
    let db =
        Db::connect_with(&format!("sqlite://{}/shop.sqlite", folder.path().display()), limits).await.unwrap();
    let writing = db.write().await.unwrap();
    let begun = Instant::now();
    let (first, second) = tokio::join!(db.write(), async {
        so_many_wait(&db, 1).await;
        let refused = db.write().await;
        (refused, begun.elapsed())
    });
    assert!(matches!(first, Err(StoreError::Busy(_))), "waited in vain");
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert!(matches!(second.0, Err(StoreError::Busy(_))));
    assert!(second.1 < Duration::from_millis(300), "one waits already, so at once: {:?}", second.1);
    assert_eq!(db.pool_use().waiting_writers, 0);
    // The one place in the queue is taken; who is urgent stands behind it all the same.
    let urgent = db.urgent();
    let (ordinary, late, ()) =
        tokio::join!(async { db.write().await?.commit().await }, urgent.write(), async {
            so_many_wait(&db, 2).await;
            drop(writing);
        });
    ordinary.unwrap();
    late.unwrap().commit().await.unwrap();
    db.close().await;
}

/// Waits until so many stand in the queue of writers.
async fn so_many_wait(db: &Db, many: usize) {
    while db.pool_use().waiting_writers < many {
        tokio::task::yield_now().await;
    }
}
