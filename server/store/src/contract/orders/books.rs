//! The books of the order: entries, and the checks that find what is wrong with them.

use super::*;

pub(super) async fn enter(conn: &mut Conn, id: i64, entry: &ledger::Entry, cause: &str) -> bool {
    let subject = EntrySubject {
        order_id: Some(ORDER.get()),
        payment_id: Some(PAYMENT.get()),
        refund_id: cause.starts_with("refund").then_some(REFUND.get()),
    };
    let mut next = id * 100;
    let new_id = || {
        next += 1;
        AccountId::from_i64(next)
    };
    insert_entry(conn, EntryId::from_i64(id), entry, subject, cause, T + id, new_id).await.unwrap()
}

async fn all_mismatches(conn: &mut Conn) -> Vec<audit_books::Mismatch> {
    let mut found = audit_books::list_orders_without_payment(conn).await.unwrap();
    found.extend(audit_books::list_unbalanced_entries(conn).await.unwrap());
    found.extend(audit_books::list_wrong_batches(conn).await.unwrap());
    found.extend(audit_books::list_wrong_movements(conn).await.unwrap());
    found.extend(audit_books::list_batches_without_inputs(conn).await.unwrap());
    found.extend(audit_books::list_stuck_holds(conn).await.unwrap());
    found.extend(audit_books::list_wrong_splits(conn).await.unwrap());
    found.extend(audit_books::list_unattributed_lines(conn).await.unwrap());
    found.extend(audit_books::list_excessive_refunds(conn).await.unwrap());
    found.extend(audit_books::list_wrong_balances(conn).await.unwrap());
    found.extend(audit_books::list_wrong_earnings(conn).await.unwrap());
    found
}

pub(super) async fn are_sound(conn: &mut Conn) {
    assert_eq!(all_mismatches(conn).await, []);
    let totals = audit_books::get_money_totals(conn).await.unwrap();
    assert_eq!((totals.captured_fen, totals.payments_fen, totals.unapplied_fen), (14_800, 14_800, 0));
    assert_eq!(totals.attributed_fen + totals.freight_fen + totals.refunded_fen, 14_800);
}

/// A check that cannot fail is worth nothing.
pub(super) async fn notice_what_is_broken(conn: &mut Conn) {
    for (harm, cure) in [
        (
            "UPDATE accounts SET balance_fen = balance_fen + 1 WHERE code = 'asset:provider'",
            "UPDATE accounts SET balance_fen = balance_fen - 1 WHERE code = 'asset:provider'",
        ),
        (
            "UPDATE batches SET available = available - 1, held = held + 1 WHERE id = 32",
            "UPDATE batches SET available = available + 1, held = held - 1 WHERE id = 32",
        ),
        (
            // Postings cannot be changed; one too many can be added, and then taken back by another one.
            "INSERT INTO postings (entry_id, position, account_id, amount_fen) \
             SELECT entry_id, 90, account_id, 1 FROM postings WHERE entry_id = 70 AND position = 0",
            "INSERT INTO postings (entry_id, position, account_id, amount_fen) \
             SELECT entry_id, 91, account_id, -1 FROM postings WHERE entry_id = 70 AND position = 0",
        ),
        (
            "UPDATE attributions SET amount_fen = amount_fen + 1",
            "UPDATE attributions SET amount_fen = amount_fen - 1",
        ),
        ("UPDATE orders SET status = 'expired'", "UPDATE orders SET status = 'refunded'"),
        ("UPDATE refunds SET amount_fen = 14801", "UPDATE refunds SET amount_fen = 14800"),
    ] {
        conn.execute(harm).await.unwrap();
        assert!(!all_mismatches(conn).await.is_empty(), "not noticed: {harm}");
        conn.execute(cure).await.unwrap();
        assert_eq!(all_mismatches(conn).await, [], "{cure}");
    }
}
