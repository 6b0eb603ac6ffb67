//! The large county of [`crate::scale`], small: it is a sound shop on both engines.

use super::insert_places;
use crate::scale::{LINES_AN_ORDER, Size, fill_tables};
use crate::{Conn, Db, Engine, audit_books, figures};
use sqlx::Executor as _;

/// When the tests' large county is looked at: 2026-10-01 in China.
pub(super) const NOW_MS: i64 = 1_790_784_000_000;

/// Two villages with all that is needed to sell.
pub(super) async fn insert_county(conn: &mut Conn) {
    insert_places(conn).await;
    for statement in [
        "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) \
         VALUES (20, 2, 'zhengsha', '正沙村', 'Zhengsha', '', '')",
        "INSERT INTO collectives (id, village_id, name, name_en, credit_code) \
         VALUES (21, 20, '正沙村经济合作社', 'Zhengsha Collective', 'N2610925MF00000020')",
        "INSERT INTO team_villages (team_id, village_id) VALUES (6, 3), (6, 20)",
        "INSERT INTO cadres (id, user_id, slug, title, title_en, village_id, unit_id, starts_on, ends_on) \
         VALUES (22, NULL, 'first', '第一书记', 'First Secretary', 3, 7, '2020-01-01', '2030-01-01')",
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES (23, 6, '镇仓', '610925', '街 1 号', '')",
        "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (24, 6, '普通', 'weight')",
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (25, 'tea', '茶', 'Tea', 0)",
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (26, 'honey', '蜜', 'Honey', 1)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

/// Fills the shop in one transaction, whose end finds references that lead nowhere (on SQLite).
pub(super) async fn fill(db: &Db, size: Size) {
    let mut tx = db.write().await.unwrap();
    let lenient = match db.engine() {
        Engine::Sqlite => "PRAGMA defer_foreign_keys = ON",
        Engine::Postgres => "SET LOCAL session_replication_role = replica",
    };
    tx.execute(lenient).await.unwrap();
    fill_tables(&mut tx, size, NOW_MS, &mut |_: &str| {}).await.unwrap();
    figures::rebuild_figures(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_county(&mut tx).await;
    tx.commit().await.unwrap();
    let size = Size { products: 200, lines: 2_000 };
    fill(db, size).await;
    let mut conn = db.read().await.unwrap();
    assert_eq!(count(&mut conn, "SELECT COUNT(*) FROM products").await, size.products);
    assert_eq!(count(&mut conn, "SELECT COUNT(*) FROM order_lines").await, size.lines);
    let orders = count(&mut conn, "SELECT COUNT(*) FROM orders").await;
    assert_eq!(orders, size.lines / LINES_AN_ORDER);
    assert_eq!(count(&mut conn, "SELECT COUNT(*) FROM parcels").await, orders, "each in one parcel");
    for status in ["completed", "expired", "paid"] {
        let counted =
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM orders WHERE status = $1").bind(status);
        assert!(counted.fetch_one(&mut *conn).await.unwrap() > 0, "{status}");
    }
    assert!(count(&mut conn, "SELECT COUNT(*) FROM credits").await > 0);
    assert!(
        count(&mut conn, "SELECT COUNT(*) FROM batch_inputs").await > size.products * 2,
        "shared harvests"
    );
    assert_books_are_sound(&mut conn).await;
    let hits = crate::search::list_exact_hits(&mut conn, "lvcha", 9).await.unwrap();
    assert!(!hits.is_empty(), "green tea is found by its sound");
}

/// As the bench does it: on a file that nobody else has open, without its indices while it is filled.
#[tokio::test]
async fn filled_from_outside_it_is_as_sound_and_has_its_indices_again() {
    const INDICES: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index'";
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/shop.sqlite", folder.path().display());
    let db = Db::connect(&url, 2).await.unwrap();
    db.migrate().await.unwrap();
    let mut tx = db.write().await.unwrap();
    insert_county(&mut tx).await;
    let indices = count(&mut tx, INDICES).await;
    tx.commit().await.unwrap();
    db.close().await;

    let size = Size { products: 100, lines: 1_000 };
    crate::scale::fill(&url, size, NOW_MS, &mut |_: &str| {}).await.unwrap();
    let db = Db::connect(&url, 2).await.unwrap();
    let mut conn = db.read().await.unwrap();
    assert_eq!(count(&mut conn, "SELECT COUNT(*) FROM order_lines").await, size.lines);
    assert_eq!(count(&mut conn, INDICES).await, indices);
    assert_books_are_sound(&mut conn).await;
}

async fn count(conn: &mut Conn, statement: &'static str) -> i64 {
    sqlx::query_scalar::<_, i64>(statement).fetch_one(conn).await.unwrap()
}

/// I1–I6, as far as they are questions to the store.
pub(super) async fn assert_books_are_sound(conn: &mut Conn) {
    for found in [
        audit_books::list_orders_without_payment(conn).await.unwrap(),
        audit_books::list_unbalanced_entries(conn).await.unwrap(),
        audit_books::list_wrong_batches(conn).await.unwrap(),
        audit_books::list_stuck_holds(conn).await.unwrap(),
        audit_books::list_wrong_splits(conn).await.unwrap(),
        audit_books::list_unattributed_lines(conn).await.unwrap(),
        audit_books::list_excessive_refunds(conn).await.unwrap(),
        audit_books::list_wrong_credits(conn).await.unwrap(),
        audit_books::list_wrong_balances(conn).await.unwrap(),
        audit_books::list_wrong_earnings(conn).await.unwrap(),
        figures::list_wrong_figures(conn).await.unwrap(),
    ] {
        assert!(found.is_empty(), "{:?}", found.first());
    }
    let totals = audit_books::get_money_totals(conn).await.unwrap();
    let spread = totals.attributed_fen + totals.freight_fen + totals.refunded_fen + totals.unapplied_fen;
    assert_eq!((spread, totals.payments_fen), (totals.captured_fen, totals.captured_fen));
}
