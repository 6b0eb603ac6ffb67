//! Who brought what, and what a refund takes back of it.

use domain::ids::{CreditId, LineId, OrderId, RefundId, TeamId};
use domain::money::Fen;
use sqlx::Executor;

use super::catalogue::{PAID_AT_MS, insert_catalogue};
use crate::books::{CreditRow, find_credited_cadre, insert_credit};
use crate::county::SalesRow;
use crate::credits::*;
use crate::{Conn, Db, audit_books};

const ORDER: OrderId = OrderId::from_i64(200);
const REFUND: RefundId = RefundId::from_i64(401);
const TODAY: &str = "2025-05-01";

fn shown(rows: &[SalesRow]) -> Vec<(&str, &str, i64, i64)> {
    rows.iter()
        .map(|row| (row.slug.as_str(), row.name.as_str(), row.order_count, row.amount_fen.get()))
        .collect()
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE orders SET unit_id = 7 WHERE id = 200",
        "UPDATE attributions SET reversed_fen = 0",
        "INSERT INTO cadres (id, user_id, slug, title, title_en, village_id, unit_id, starts_on, ends_on) VALUES \
         (82, NULL, 'canteen', '工作队员', 'Member', 3, 8, '2024-06-01', '2026-05-01'), \
         (83, NULL, 'elder', '老队长', 'Elder', 33, 7, '2023-01-01', '2026-05-01'), \
         (84, NULL, 'away', '外派', 'Away', 33, 8, '2020-01-01', '2026-05-01')",
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (400, 200, 'online', 'captured', 30600, 1, 1)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
         VALUES (401, 400, 200, 10000, 'order_cancelled', 'requested', 2)",
    ] {
        (&mut *tx).execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    who_is_credited(&mut tx).await;
    for (id, line, cadre, amount_fen) in [(300, 220, Some(80), 10_000), (301, 221, Some(82), 20_000)] {
        let credit = CreditRow {
            id: CreditId::from_i64(id),
            order_id: ORDER,
            line_id: LineId::from_i64(line),
            team_id: TeamId::from_i64(6),
            unit_id: Some(7),
            cadre_id: cadre,
            amount_fen: Fen::new(amount_fen),
            credited_at_ms: PAID_AT_MS,
        };
        insert_credit(&mut tx, &credit).await.unwrap();
    }
    assert_eq!(audit_books::list_wrong_credits(&mut tx).await.unwrap(), []);
    rankings(&mut tx, [("luanshigou", "第一书记", 1, 10_000), ("tayuan", "工作队员", 1, 20_000)]).await;
    for _twice in 0..2 {
        insert_reversal(&mut tx, CreditId::from_i64(300), REFUND, Fen::new(4_000), 9).await.unwrap();
    }
    let left: Vec<i64> =
        list_order_credits(&mut tx, ORDER).await.unwrap().iter().map(|row| row.left_fen.get()).collect();
    assert_eq!(left, [6_000, 20_000], "a refund takes once");
    let wrong = audit_books::list_wrong_credits(&mut tx).await.unwrap();
    assert_eq!(
        (wrong.len(), wrong[0].expected, wrong[0].found),
        (1, 10_000, 6_000),
        "the earnings did not follow"
    );
    rankings(&mut tx, [("luanshigou", "第一书记", 1, 6_000), ("tayuan", "工作队员", 1, 20_000)]).await;
    tx.commit().await.unwrap();
}

/// Tea of Tayuan and dendrobium of all four villages, bought by the university (7), whose canteen is 8.
async fn who_is_credited(conn: &mut Conn) {
    let tea = LineId::from_i64(220);
    let dendrobium = LineId::from_i64(221);
    let whom = async |conn: &mut Conn, line, village, unit| {
        find_credited_cadre(conn, line, village, unit, TODAY).await.unwrap()
    };
    assert_eq!(
        whom(conn, dendrobium, 31, Some(7)).await,
        Some(80),
        "its own, posted to the product's village"
    );
    assert_eq!(whom(conn, tea, 3, Some(7)).await, Some(80), "its own, posted to a village of the line");
    assert_eq!(whom(conn, tea, 3, Some(8)).await, Some(82));
    assert_eq!(
        whom(conn, dendrobium, 33, Some(8)).await,
        Some(84),
        "of two of its own the one of the village"
    );
    assert_eq!(whom(conn, tea, 3, None).await, Some(82), "a person's purchase: who is posted there");
    assert_eq!(whom(conn, tea, 32, None).await, None);
}

async fn rankings(conn: &mut Conn, mut expected: [(&str, &str, i64, i64); 2]) {
    expected.sort_by_key(|row| -row.3);
    crate::figures::rebuild_figures(conn).await.unwrap();
    assert_eq!(shown(&list_cadre_sales(conn, PAID_AT_MS, PAID_AT_MS + 1).await.unwrap()), expected);
    assert!(list_cadre_sales(conn, 0, PAID_AT_MS).await.unwrap().is_empty());
    let own = list_cadres_of_purchases(conn, 7, PAID_AT_MS, PAID_AT_MS + 1).await.unwrap();
    assert_eq!(shown(&own), expected);
    assert!(list_cadres_of_purchases(conn, 8, 0, i64::MAX).await.unwrap().is_empty(), "another unit");
    let sending = list_sending_unit_sales(conn, PAID_AT_MS, PAID_AT_MS + 1).await.unwrap();
    let amounts: Vec<_> = sending.iter().map(|row| (row.slug.as_str(), row.amount_fen.get())).collect();
    assert_eq!(amounts, [("canteen", expected[0].3), ("university", expected[1].3)]);
}
