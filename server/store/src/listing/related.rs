//! What a seller shows beside a product.

use domain::ids::{ProductId, TeamId};

use super::ChoiceRow;
use crate::{Conn, Result, sql};

/// What was chosen to stand beside a product, in its order.
pub async fn list_related(conn: &mut Conn, product: ProductId) -> Result<Vec<ProductId>> {
    let ids = sql::query_scalar::<i64>(
        "SELECT related_id FROM related_products WHERE product_id = $1 ORDER BY position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?;
    Ok(ids.into_iter().map(ProductId::from_i64).collect())
}

/// The same, of those in the shop.
pub async fn list_shown_related(conn: &mut Conn, product: ProductId) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT r.related_id FROM related_products r JOIN products p ON p.id = r.related_id \
         WHERE r.product_id = $1 AND p.status || '' = 'published' ORDER BY r.position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// Makes `related` what stands beside a product, in this order.
pub async fn replace_related(conn: &mut Conn, product: ProductId, related: &[ProductId]) -> Result<()> {
    sql::query("DELETE FROM related_products WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (position, id) in (0_i64..).zip(related) {
        sql::query("INSERT INTO related_products (product_id, position, related_id) VALUES ($1, $2, $3)")
            .bind(product.get())
            .bind(position)
            .bind(id.get())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// What a team may show beside a product: its other goods in the shop and those that stand there already, last changed
/// first, at most `limit`.
pub async fn list_related_choices(
    conn: &mut Conn,
    team: TeamId,
    besides: ProductId,
    limit: i64,
) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT p.id, p.name, p.name_en FROM products p \
         WHERE p.team_id = $1 AND p.id <> $2 AND (p.status || '' = 'published' \
            OR p.id IN (SELECT r.related_id FROM related_products r WHERE r.product_id = $2)) \
         ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $3",
    )
    .bind(team.get())
    .bind(besides.get())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
