//! The county's figures, and the price list's tiers.

use domain::ids::CollectiveId;
use domain::order::OrderStatus;
use sqlx::Executor;

use super::catalogue::{PAID_AT_MS, insert_catalogue};
use crate::county::*;
use crate::{Db, operation, statement, units};

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE orders SET unit_id = 7 WHERE id = 200",
        "UPDATE parcels SET status = 'to_pack' WHERE id IN (210, 211)",
        "INSERT INTO accounts (id, code, collective_id) \
         VALUES (251, 'liability:collective:0000000000004:pending', 4), (252, 'liability:collective:0000000000004:available', 4)",
        "INSERT INTO journal_entries (id, kind, order_id, at_ms, cause) VALUES (231, 'apply', 200, 10, 'a'), \
         (232, 'release', 200, 20, 'r'), (233, 'payment_fee', NULL, 20, 'other')",
        "INSERT INTO postings (entry_id, position, account_id, amount_fen) VALUES (231, 0, 251, -15000), \
         (231, 1, 241, 15000), (232, 0, 251, 15000), (232, 1, 252, -15000), (233, 0, 240, 1), (233, 1, 241, -1)",
    ] {
        (&mut *tx).execute(statement).await.unwrap();
    }
    crate::figures::rebuild_figures(&mut tx).await.unwrap();
    operation::insert_form_flash(&mut tx, "draft", Some(b"me"), "{}", 5).await.unwrap();
    for _reload in 0..2 {
        let kept = operation::find_form_flash(&mut tx, "draft", Some(b"me"), 5).await.unwrap();
        assert_eq!(kept.as_deref(), Some("{}"), "a draft survives a reload");
    }
    assert_eq!(operation::find_form_flash(&mut tx, "draft", Some(b"you"), 5).await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();

    assert_eq!(find_county(&mut conn).await.unwrap().unwrap().name, "岚皋县");
    let villages = list_village_sales(&mut conn, PAID_AT_MS, PAID_AT_MS + 1).await.unwrap();
    let sales: Vec<_> =
        villages.iter().map(|row| (row.slug.as_str(), row.order_count, row.amount_fen.get())).collect();
    assert_eq!(
        sales,
        [("tayuan", 1, 15000), ("hongda", 1, 4000), ("luanshigou", 1, 3000), ("duba", 1, 2000)],
        "unpaid orders and what was paid before do not count"
    );
    assert_eq!(villages[1].above_en, "Nangongshan");
    let idle = list_village_sales(&mut conn, 0, 1).await.unwrap();
    assert_eq!((idle.len(), idle[0].order_count, idle[0].amount_fen.get()), (4, 0, 0), "none is left out");
    let teams = list_team_sales(&mut conn, 0, i64::MAX).await.unwrap();
    assert_eq!(
        (teams[0].slug.as_str(), teams[0].amount_fen.get()),
        ("sales", 29000),
        "less what was reversed"
    );
    let bought = list_unit_sales(&mut conn, 0, i64::MAX).await.unwrap();
    assert_eq!((bought[0].slug.as_str(), bought[0].amount_fen.get()), ("university", 29000));
    let days = list_sales_by_span(&mut conn, &[20156, 20157, 20158, 20159]).await.unwrap();
    assert_eq!(days.iter().map(|amount| amount.get()).collect::<Vec<_>>(), [5000, 24000, 0]);
    let counts = list_order_counts(&mut conn, 0, i64::MAX).await.unwrap();
    let counts: Vec<_> =
        counts.iter().map(|row| (row.status, row.order_count, row.total_fen.get())).collect();
    assert_eq!(counts, [(OrderStatus::AwaitingPayment, 1, 30600), (OrderStatus::Paid, 1, 30600)]);
    let late = list_late_parcels(&mut conn, PAID_AT_MS + 1, 10).await.unwrap();
    assert_eq!(late.len(), 1, "only what is paid for can be late");
    assert_eq!((late[0].order_number.as_str(), late[0].place_name.as_str()), ("N200", "佐龙集散点"));
    assert_eq!(late[0].waits_since_ms, PAID_AT_MS);

    let work = list_team_work(&mut conn, PAID_AT_MS + 1).await.unwrap();
    let work: Vec<_> = work.iter().map(|row| (row.to_pack, row.late, row.to_answer)).collect();
    assert_eq!(work, [(2, 1, 0)], "what is not paid is not late");

    let tiers = units::list_tiers(&mut conn).await.unwrap();
    let tiers: Vec<_> = tiers.iter().map(|row| (row.min_quantity, row.price_fen.get())).collect();
    assert_eq!(tiers, [(20, 4800), (100, 4500)], "what is not sold any more has no tiers");

    let collective = CollectiveId::from_i64(4);
    let (pending, available) = statement::get_balances_before(&mut conn, collective, 20).await.unwrap();
    assert_eq!((pending.get(), available.get()), (15000, 0));
    let moved = statement::list_movements(&mut conn, collective, 10, 21).await.unwrap();
    let moved: Vec<_> =
        moved.iter().map(|row| (row.at_ms, row.pending_fen.get(), row.available_fen.get())).collect();
    assert_eq!(moved, [(10, 15000, 0), (20, -15000, 15000)], "a release is one movement from here to there");
}
