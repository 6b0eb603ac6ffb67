//! How many products stand where: kept for one product that moves.

use std::collections::BTreeMap;

use domain::ids::ProductId;

use super::count_facts;
use crate::{Conn, Result, sql};

/// Where a product is counted: kind and subject of `product_counts`, and how often. Of a new product: nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<(String, i64), i64>);

/// Takes a product for this transaction and tells where it is counted, before it changes.
pub async fn lock_places(conn: &mut Conn, product: ProductId) -> Result<Places> {
    // Whoever moves it at the same moment has ended before we look, so nothing is taken from a place it has left.
    sql::query("UPDATE products SET version = version WHERE id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    read_places(conn, product).await
}

/// Counts a product where it stands now instead of where it stood (`before`). Rows of places that keep their number are
/// not touched, so sellers who save products that stay where they are do not wait for each other.
pub async fn move_product(conn: &mut Conn, product: ProductId, before: Places) -> Result<()> {
    let mut moved = read_places(conn, product).await?.0;
    for (place, products) in before.0 {
        *moved.entry(place).or_default() -= products;
    }
    // In the order of the keys: two products that change places do not wait for each other in a circle.
    for ((kind, subject_id), products) in moved.into_iter().filter(|(_, products)| *products != 0) {
        sql::query(
            "INSERT INTO product_counts (kind, subject_id, products) VALUES ($1, $2, $3)
            ON CONFLICT (kind, subject_id) DO UPDATE SET products = product_counts.products + excluded.products",
        )
        .bind(kind)
        .bind(subject_id)
        .bind(products)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn read_places(conn: &mut Conn, product: ProductId) -> Result<Places> {
    let rows: Vec<(String, i64, i64)> = sql::query_as(concat!(
        "SELECT t.kind, t.subject_id, t.products FROM (",
        count_facts!("id = $1"),
        ") t ORDER BY t.kind, t.subject_id"
    ))
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(Places(rows.into_iter().map(|(kind, subject_id, products)| ((kind, subject_id), products)).collect()))
}
