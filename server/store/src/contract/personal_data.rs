//! What is kept of a person, erased and forgotten, on both engines; and that every column that holds words, or leads to
//! a person or a photo, is accounted for.

use std::collections::BTreeSet;
use std::path::Path;

use domain::ids::{OrderId, UserId};
use sqlx::{Executor, Row};

use super::{insert_places, on_sqlite};
use crate::personal_data::*;
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
const USER: UserId = UserId::from_i64(9);

/// Orders 20 (ended), 21 (paid), 22 (ended, a unit's) and a guest's 23 (ended long ago).
async fn insert_orders(conn: &mut Conn) {
    for (id, status, user, unit, closed) in [
        (20, "completed", "9", "NULL", "1700000000100"),
        (21, "paid", "9", "NULL", "NULL"),
        (22, "completed", "9", "7", "1700000000200"),
        (23, "expired", "NULL", "NULL", "1700000000050"),
    ] {
        let statement = format!(
            "INSERT INTO orders (id, number, kind, status, user_id, unit_id, goods_fen, freight_fen, total_fen, \
             recipient_name, recipient_phone, region_code, region_name, address, note, email, locale, invoice, \
             placed_at_ms, closed_at_ms) VALUES ({id}, 'XJ{id}', 'retail', '{status}', {user}, {unit}, 100, 10, 110, \
             '林', '13800138642', '610113', '雁塔区', '1 号院', '请轻放', 'a@b.example', 'zh', '{{}}', 1, {closed})"
        );
        conn.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    for statement in [
        "INSERT INTO payments (id, order_id, method, status, amount_fen, created_at_ms, checked_at_ms) \
         VALUES (30, 20, 'online', 'captured', 110, 1, 1)",
        "INSERT INTO refunds (id, payment_id, order_id, amount_fen, reason, status, created_at_ms) \
         VALUES (31, 30, 20, 10, 'x', 'requested', 1)",
        "INSERT INTO approvals (order_id, decided_at_ms, user_id, decision, reason) VALUES (22, 5, 9, 'approved', '')",
        "INSERT INTO payment_events (event_id, kind, payload, received_at_ms, handled_at_ms) \
         VALUES ('evt_1', 'x', '{\"email\":\"a@b.example\"}', 1, 2), ('evt_2', 'x', '{\"a\":1}', 1, NULL)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    let conn: &mut Conn = &mut tx;
    insert_places(conn).await;
    insert_orders(conn).await;
    assert_eq!(list_orders(conn, USER).await.unwrap().len(), 3);
    assert!(list_sessions(conn, USER).await.unwrap().is_empty());
    assert!(list_roles(conn, USER).await.unwrap().is_empty());
    assert!(list_cart(conn, USER).await.unwrap().is_empty());
    assert_eq!(list_approvals(conn, USER).await.unwrap()[0].order_number, "XJ22");
    assert_eq!(count_open_orders(conn, USER).await.unwrap(), 1);
    assert_eq!(count_open_refunds(conn, USER).await.unwrap(), 1);

    let mine: Vec<i64> =
        list_orders_to_erase_of(conn, USER).await.unwrap().iter().map(|order| order.id.get()).collect();
    assert_eq!(mine, [20, 21], "a unit's order is the unit's");
    let old: Vec<i64> = list_orders_to_forget(conn, 1_700_000_000_101, 10)
        .await
        .unwrap()
        .iter()
        .map(|o| o.id.get())
        .collect();
    assert_eq!(old, [23, 20], "oldest first, open ones never");
    erase_order(conn, OrderId::from_i64(20), "x", "{}").await.unwrap();
    erase_tracking(conn, OrderId::from_i64(20)).await.unwrap();
    assert_eq!(list_orders_to_forget(conn, 1_700_000_000_101, 10).await.unwrap().len(), 1, "once");
    let order = crate::orders::get_order(conn, OrderId::from_i64(20)).await.unwrap();
    assert_eq!((order.recipient_name.as_str(), order.region_name.as_str()), ("x", "雁塔区"));
    assert_eq!((order.recipient_phone + &order.address + &order.note + &order.email).as_str(), "");
    assert_eq!(order.total_fen.get(), 110);

    assert_eq!(forget_event_payloads(conn, 3).await.unwrap(), 1, "what was not handled is kept");
    assert_eq!(forget_event_payloads(conn, 3).await.unwrap(), 0);

    crate::people::insert_login_name(conn, "13800000001", "phone", USER).await.unwrap();
    delete_belongings(conn, USER).await.unwrap();
    erase_user(conn, USER, "已注销 1", T).await.unwrap();
    let user = crate::people::find_user(conn, USER).await.unwrap().unwrap();
    assert_eq!((user.display_name.as_str(), user.disabled_at_ms), ("已注销 1", Some(T)));
    assert!(crate::people::list_login_names(conn, USER).await.unwrap().is_empty());
    tx.commit().await.unwrap();
}

/// The columns named in a section of `docs/SECURITY.md`, as `table.column`, each in backquotes.
fn columns_named(section: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/SECURITY.md");
    let text = std::fs::read_to_string(path).expect("docs/SECURITY.md");
    let begin = text.find(&format!("\n### {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let body = &text[begin + 4..];
    let body = body.find("\n#").map_or(body, |end| &body[..end]);
    body.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            word.contains('.')
                && word.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c) || c.is_ascii_digit())
        })
        .map(str::to_owned)
        .collect()
}

/// A new text column fails here until `docs/SECURITY.md` says whether it holds personal data.
#[tokio::test]
async fn every_text_column_is_in_the_inventory_or_known_to_hold_no_personal_data() {
    let (personal, other) = (columns_named("Inventory"), columns_named("Columns without personal data"));
    let both: Vec<&String> = personal.intersection(&other).collect();
    assert!(both.is_empty(), "in both lists: {both:?}");
    on_sqlite(async |db: &Db| {
        let mut conn = db.read().await.unwrap();
        let rows = sqlx::query(
            "SELECT m.name || '.' || c.name, upper(c.type) FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
             AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        let all: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let names: BTreeSet<String> = all.iter().map(|(name, _)| name.clone()).collect();
        let texts: BTreeSet<String> = all
            .into_iter()
            .filter(|(_, kind)| kind != "INTEGER")
            .map(|(name, _)| name)
            .collect();
        let unclassified: Vec<&String> =
            texts.iter().filter(|name| !personal.contains(*name) && !other.contains(*name)).collect();
        assert!(
            unclassified.is_empty(),
            "say in docs/SECURITY.md whether these hold personal data: {unclassified:#?}"
        );
        let gone: Vec<&String> = personal.union(&other).filter(|name| !names.contains(*name)).collect();
        assert!(gone.is_empty(), "docs/SECURITY.md names columns that are gone: {gone:?}");
    })
    .await;
}

/// Columns that lead to an account or a photo: those that refer to one, and those that are called as if they did, so that
/// none gets past by lacking the reference.
const REFERRING: &str = "SELECT m.name || '.' || f.\"from\" \
     FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f \
     WHERE m.type = 'table' AND f.\"table\" IN ('users', 'media') \
     UNION SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND (c.name LIKE '%user\\_id' ESCAPE '\\' \
     OR c.name LIKE '%media\\_id' ESCAPE '\\' OR c.name LIKE '%\\_by' ESCAPE '\\')";

/// A new reference to an account or a photo fails here until `docs/SECURITY.md` says why, how long, and what becomes of
/// it when the account is deleted.
#[tokio::test]
async fn every_reference_to_a_person_or_a_photo_is_in_the_inventory() {
    let told = columns_named("Persons and photos referred to");
    on_sqlite(async |db: &Db| {
        let mut conn = db.read().await.unwrap();
        let rows = sqlx::query(REFERRING).fetch_all(&mut *conn).await.unwrap();
        let referring: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        for known in ["after_sale_photos.media_id", "pending_emails.user_id", "products.created_by"] {
            assert!(referring.contains(known), "{known} is found");
        }
        let missing: Vec<&String> = referring.difference(&told).collect();
        assert!(missing.is_empty(), "say in docs/SECURITY.md what becomes of these: {missing:#?}");
        let gone: Vec<&String> = told.difference(&referring).collect();
        assert!(gone.is_empty(), "docs/SECURITY.md names references that are gone: {gone:?}");
    })
    .await;
}
