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

/// What was chosen to stand beside a product, with names, for sale or not, in its order.
pub async fn list_related_names(conn: &mut Conn, product: ProductId) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT p.id, p.name, p.name_en FROM related_products r JOIN products p ON p.id = r.related_id \
         WHERE r.product_id = $1 ORDER BY r.position",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?)
}

/// What a team may show beside a product: its other goods in the shop with `text`, in lower case, in a name, all when it is
/// empty; last changed first, at most `limit`.
pub async fn list_related_choices(
    conn: &mut Conn,
    team: TeamId,
    besides: ProductId,
    text: &str,
    limit: i64,
) -> Result<Vec<ChoiceRow>> {
    Ok(sql::query_as(
        "SELECT p.id, p.name, p.name_en FROM products p \
         WHERE p.team_id = $1 AND p.id <> $2 AND p.status || '' = 'published' \
            AND (CAST($3 AS TEXT) = '' OR REPLACE(LOWER(p.name), $3, '') <> LOWER(p.name) \
                OR REPLACE(LOWER(p.name_en), $3, '') <> LOWER(p.name_en)) \
         ORDER BY p.updated_at_ms DESC, p.id DESC LIMIT $4",
    )
    .bind(team.get())
    .bind(besides.get())
    .bind(text.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
