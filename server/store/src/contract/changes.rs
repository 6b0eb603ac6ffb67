//! The history of a listing on both engines.

use domain::changes::ChangeSource;
use domain::ids::{ListingChangeId, ProductId, UserId};
use sqlx::Executor;

use super::{insert_places, on_both};
use crate::changes::*;
use crate::{Conn, Db};

const T: i64 = 1_750_000_000_000;
pub(super) const PRODUCT: ProductId = ProductId::from_i64(30);

/// A shelf, a place, freight, and two products of team 6.
pub(super) async fn insert_goods(conn: &mut Conn) {
    insert_places(conn).await;
    for statement in [
        "INSERT INTO categories (id, slug, name, name_en, position) VALUES (20, 'tea', '茶叶', 'Tea', 1)",
        "INSERT INTO dispatch_places (id, team_id, name, region_code, address, phone) \
         VALUES (21, 6, '仓', '610925', '', '')",
        "INSERT INTO freight_templates (id, team_id, name, basis) VALUES (22, 6, '按件', 'piece')",
        "INSERT INTO products (id, slug, team_id, category_id, village_id, place_id, freight_template_id, name, \
            name_en, story, story_en, base_unit, food_class, status, created_at_ms, updated_at_ms) \
         VALUES (30, 'a', 6, 20, 3, 21, 22, '绿茶', 'Tea', '', '', 'g', 'packaged_food', 'draft', 1, 1), \
                (31, 'b', 6, 20, 3, 21, 22, '红茶', '', '', '', 'g', 'packaged_food', 'draft', 1, 1)",
        "INSERT INTO variants (id, product_id, code, name, name_en, unit, price_fen, base_quantity, weight_g, position) \
         VALUES (40, 30, 'LC01', '袋', '', '袋', 100, 1, 1, 0)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}

fn change(id: i64, user: Option<i64>, source: ChangeSource) -> NewChange {
    NewChange {
        id: ListingChangeId::from_i64(id),
        product_id: PRODUCT,
        version: id,
        user: user.map(UserId::from_i64),
        at_ms: T + id,
        source,
        old_fields: r#"{"name":"茶"}"#.to_owned(),
        new_fields: r#"{"name":"绿茶"}"#.to_owned(),
    }
}

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_goods(&mut tx).await;
    for (id, user, source) in [
        (1, Some(9), ChangeSource::Form),
        (2, None, ChangeSource::Sheet),
        (3, Some(9), ChangeSource::Restore),
    ] {
        insert_change(&mut tx, &change(id, user, source)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();
    let always = (i64::MIN, i64::MAX);
    let found = list_changes(&mut conn, PRODUCT, None, always, 2).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id.get()).collect::<Vec<_>>(), [3, 2], "latest first");
    assert_eq!((found[0].user_name.as_deref(), found[0].source), (Some("茶友"), ChangeSource::Restore));
    assert_eq!((found[1].user_name.as_deref(), found[1].at_ms), (None, T + 2));
    let earlier = list_changes(&mut conn, PRODUCT, Some(found[1].id), always, 9).await.unwrap();
    assert_eq!((earlier.len(), earlier[0].new_fields.as_str()), (1, r#"{"name":"绿茶"}"#));
    let then = list_changes(&mut conn, PRODUCT, None, (T + 2, T + 3), 9).await.unwrap();
    assert_eq!(then.iter().map(|row| row.id.get()).collect::<Vec<_>>(), [2], "until before a moment");
    assert!(list_changes(&mut conn, ProductId::from_i64(31), None, always, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_history_is_never_rewritten() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_goods(&mut tx).await;
        insert_change(&mut tx, &change(1, Some(9), ChangeSource::Table)).await.unwrap();
        tx.commit().await.unwrap();
        for statement in ["UPDATE listing_changes SET user_id = NULL", "DELETE FROM listing_changes"] {
            let mut tx = db.write().await.unwrap();
            let refused = tx.execute(statement).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
        }
    })
    .await;
}
