//! The check of the books can fail: each invariant, broken by hand, is named.

use service::orders::cancel_order;
use sqlx::AssertSqlSafe;

use super::*;

/// What is done to sound books by somebody with access to the database, and which invariant must be named.
const DAMAGES: [(&str, &str); 12] = [
    ("I1 every paid order exactly once", "UPDATE orders SET status = 'paid' WHERE number = '$UNPAID'"),
    (
        "I2 debits equal credits",
        "INSERT INTO postings (entry_id, position, account_id, amount_fen) \
         SELECT entry_id, 99, account_id, 1 FROM postings WHERE position = 0 AND entry_id = \
         (SELECT MIN(id) FROM journal_entries)",
    ),
    (
        "I3 every batch adds up",
        "UPDATE batches SET available = available - 1, held = held + 1 WHERE id = $BATCH",
    ),
    (
        "I3 every batch adds up",
        "UPDATE batches SET available = available - 1, sold = sold + 1 WHERE id = $BATCH",
    ),
    ("I3 holds follow their orders", "UPDATE orders SET status = 'expired' WHERE number = '$UNPAID'"),
    (
        "I4 captured money is all accounted for",
        "UPDATE payments SET status = 'open' WHERE order_id = (SELECT id FROM orders WHERE number = '$PAID')",
    ),
    (
        "I5 parts add up to the line",
        "UPDATE attributions SET amount_fen = amount_fen + 1 WHERE id = (SELECT MIN(id) FROM attributions)",
    ),
    (
        "I5 every line is attributed",
        "DELETE FROM attributions WHERE order_id = (SELECT id FROM orders WHERE number = '$UNPAID')",
    ),
    ("I5 refunds within the payment", "UPDATE refunds SET amount_fen = amount_fen + 1"),
    ("I5 credits follow the earnings", "DELETE FROM credit_reversals"),
    (
        "I6 balances rebuild from the journal",
        "UPDATE accounts SET balance_fen = balance_fen + 1 WHERE id = (SELECT MIN(id) FROM accounts)",
    ),
    (
        "I6 earnings follow the orders",
        "UPDATE attributions SET status = 'void' WHERE order_id = (SELECT id FROM orders WHERE number = '$PAID')",
    ),
];

#[tokio::test]
async fn every_broken_invariant_is_named() {
    TestShop::on_both(async |shop| {
        let (unpaid, paid, given_back) = (
            order(shop, 1, &[(shop.tea.variant(), 2), (shop.dendrobium.variant(), 1)]).await,
            order(shop, 2, &[(shop.honey.variant(), 3), (shop.dendrobium.variant(), 2)]).await,
            order(shop, 3, &[(shop.honey.variant(), 1)]).await,
        );
        pay(shop, &shop.guest(2), paid.order_id).await;
        pay(shop, &shop.guest(3), given_back.order_id).await;
        cancel_order(&shop.services, &shop.guest(3), given_back.order_id, "").await.unwrap();
        run_worker(shop).await;
        assert_sound(shop).await;
        for (invariant, damage) in DAMAGES {
            let damage = damage
                .replace("$UNPAID", &unpaid.number)
                .replace("$PAID", &paid.number)
                .replace("$BATCH", &shop.honey.batches[0].get().to_string());
            let mut tx = shop.services.db.write().await.unwrap();
            let done = sqlx::query(AssertSqlSafe(damage.clone())).execute(&mut *tx).await.unwrap();
            assert!(done.rows_affected() > 0, "nothing was damaged by {damage}");
            let report = books::verify_state(&mut tx).await.unwrap();
            drop(tx);
            let named: Vec<&str> = report.mismatches.iter().map(|(name, _)| *name).collect();
            assert!(named.contains(&invariant), "{damage}: {named:?} instead of {invariant}");
            assert_sound(shop).await;
        }
    })
    .await;
}
