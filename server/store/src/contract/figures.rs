//! Figures that are kept follow what they are sums of.

use domain::ids::{OrderId, ProductId};
use sqlx::Executor;

use super::catalogue::{PAID_AT_MS, insert_catalogue};
use super::{on_both, on_postgres};
use crate::catalogue::{list_categories, list_product_shares};
use crate::county::list_team_sales;
use crate::figures::*;
use crate::{Conn, Db, Result};

const ORDER: OrderId = OrderId::from_i64(200);
const TEA: ProductId = ProductId::from_i64(100);

pub(super) async fn scenario(db: &Db) {
    let mut tx = db.write().await.unwrap();
    insert_catalogue(&mut tx).await;
    for statement in [
        "UPDATE orders SET unit_id = 7 WHERE id = 200",
        "INSERT INTO credits (id, order_id, line_id, team_id, unit_id, cadre_id, amount_fen, credited_at_ms) \
         VALUES (300, 200, 220, 6, 7, 80, 10000, 1741536000000)",
    ] {
        (&mut *tx).execute(statement).await.unwrap();
    }
    assert!(
        !list_wrong_figures(&mut tx).await.unwrap().is_empty(),
        "the unit and the cadre are not counted yet"
    );
    rebuild_figures(&mut tx).await.unwrap();
    assert_eq!(list_wrong_figures(&mut tx).await.unwrap(), []);
    for spoilt in [
        "UPDATE sales_days SET amount_fen = amount_fen + 1 WHERE kind = 'county'",
        "UPDATE sales_days SET order_count = order_count + 1 WHERE kind = 'team'",
        "UPDATE product_years SET amount_fen = amount_fen - 1",
        "UPDATE shared_years SET amount_fen = amount_fen + 1",
        "UPDATE beside_years SET fee_fen = fee_fen + 1",
        "UPDATE team_days SET amount_fen = amount_fen - 1",
        "UPDATE product_counts SET products = 9 WHERE kind = 'village'",
    ] {
        assert_eq!(list_wrong_figures(&mut tx).await.unwrap(), []);
        (&mut *tx).execute(spoilt).await.unwrap();
        assert!(!list_wrong_figures(&mut tx).await.unwrap().is_empty(), "{spoilt}");
        rebuild_figures(&mut tx).await.unwrap();
    }
    refund(&mut tx).await;
    moved(&mut tx).await;
    lock_figures(&mut tx, db.engine()).await.unwrap();
    tx.commit().await.unwrap();
}

/// An order counts, is taken off while it changes, and counts again for what is left.
async fn refund(conn: &mut Conn) {
    let sold = async |conn: &mut Conn| {
        let teams = list_team_sales(conn, PAID_AT_MS - 1, PAID_AT_MS + 1).await.unwrap();
        teams.first().map_or((0, 0), |team| (team.order_count, team.amount_fen.get()))
    };
    assert_eq!(sold(conn).await, (2, 29_000), "on two days, since one part came a millisecond early");
    take_off_order(conn, ORDER).await.unwrap();
    assert_eq!(sold(conn).await, (0, 0));
    let shares = list_product_shares(conn, TEA, 0).await.unwrap();
    assert!(shares.iter().all(|row| row.share.amount_fen.is_zero() && row.fee_fen == 0), "{shares:?}");
    for statement in [
        "UPDATE attributions SET reversed_fen = amount_fen",
        "UPDATE orders SET status = 'refunded' WHERE id = 200",
    ] {
        conn.execute(statement).await.unwrap();
    }
    add_order(conn, ORDER).await.unwrap();
    assert_eq!(sold(conn).await.1, 0);
    assert_eq!(list_wrong_figures(conn).await.unwrap(), []);
    add_order(conn, OrderId::from_i64(201)).await.unwrap();
    assert_eq!(list_wrong_figures(conn).await.unwrap(), [], "an unpaid order counts for nothing");
}

/// A product is counted where it stands.
async fn moved(conn: &mut Conn) {
    let before = lock_places(conn, TEA).await.unwrap();
    conn.execute("UPDATE products SET category_id = 51 WHERE id = 100").await.unwrap();
    move_product(conn, TEA, before).await.unwrap();
    let counts: Vec<i64> = list_categories(conn).await.unwrap().iter().map(|row| row.products).collect();
    assert_eq!(counts, [2, 1]);
    assert_eq!(list_wrong_figures(conn).await.unwrap(), []);
}

/// Puts a product on a shelf as a seller does.
async fn shelve(db: &Db, product: i64, category: i64) -> Result<()> {
    let product = ProductId::from_i64(product);
    let mut tx = db.write().await?;
    let before = lock_places(&mut tx, product).await?;
    let change = sqlx::query("UPDATE products SET category_id = $1 WHERE id = $2");
    change.bind(category).bind(product.get()).execute(&mut *tx).await?;
    move_product(&mut tx, product, before).await?;
    tx.commit().await
}

/// One goes from tea to herbs while another goes from herbs to tea, and both at once by two sellers: nobody waits in a
/// circle, and every product is counted once.
#[tokio::test]
async fn products_that_change_places_at_the_same_moment_are_counted_where_they_end() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_catalogue(&mut tx).await;
        tx.commit().await.unwrap();
        for round in 0..30 {
            let (one, other) = if round % 2 == 0 { (50, 51) } else { (51, 50) };
            let done = futures::future::join_all([
                shelve(db, 100, one),
                shelve(db, 101, other),
                shelve(db, 100, other),
                shelve(db, 103, one),
            ]);
            for shelved in done.await {
                shelved.unwrap();
            }
        }
        assert_eq!(list_wrong_figures(&mut db.read().await.unwrap()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn saving_a_product_that_stays_where_it_is_waits_for_nobody_who_counts_there() {
    on_postgres(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_catalogue(&mut tx).await;
        tx.commit().await.unwrap();
        let mut other = db.write().await.unwrap();
        (&mut *other).execute("UPDATE product_counts SET products = products").await.unwrap();
        let saved = tokio::time::timeout(std::time::Duration::from_secs(3), shelve(db, 100, 50)).await;
        saved.expect("every count is in another's hands").unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_product_is_moved_while_the_sales_are_taken_as_a_whole() {
    on_postgres(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_catalogue(&mut tx).await;
        tx.commit().await.unwrap();
        let mut other = db.write().await.unwrap();
        lock_sales(&mut other, db.engine()).await.unwrap();
        let moved = tokio::time::timeout(std::time::Duration::from_secs(3), shelve(db, 100, 51)).await;
        moved.expect("what orders count for is in another's hands").unwrap();
    })
    .await;
}

/// Figures are made anew while orders are being counted: whoever has begun is waited for, whoever begins waits.
#[tokio::test]
async fn figures_are_made_anew_while_others_count() {
    on_both(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_catalogue(&mut tx).await;
        tx.commit().await.unwrap();
        let anew = async || {
            let mut tx = db.write().await?;
            lock_figures(&mut tx, db.engine()).await?;
            rebuild_figures(&mut tx).await?;
            tx.commit().await
        };
        let recount = async || {
            let mut tx = db.write().await?;
            sqlx::query("UPDATE orders SET version = version WHERE id = 200").execute(&mut *tx).await?;
            take_off_order(&mut tx, ORDER).await?;
            add_order(&mut tx, ORDER).await?;
            tx.commit().await
        };
        for round in 0..10 {
            let (first, second, third, fourth) =
                futures::join!(recount(), anew(), shelve(db, 100, 50 + round % 2), recount());
            for done in [first, second, third, fourth] {
                done.unwrap();
            }
            assert_eq!(list_wrong_figures(&mut db.read().await.unwrap()).await.unwrap(), []);
        }
    })
    .await;
}
