//! The shelves of the shop as the county keeps them; what shoppers see of them is in [`crate::catalogue`].

use domain::ids::{CategoryId, ProductId};

use crate::{Conn, Result, sql};

/// Whether a category stands in the shop, where `$c` is the category: it is not hidden, or something was published on it all
/// the same, which nobody could find otherwise.
macro_rules! category_shown {
    ($c:literal) => {
        concat!(
            "(",
            $c,
            ".hidden = 0 OR EXISTS (SELECT 1 FROM product_counts n WHERE n.kind = 'category' AND n.subject_id = ",
            $c,
            ".id AND n.products > 0))"
        )
    };
}
pub(crate) use category_shown;

/// A shelf as the county keeps it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptCategoryRow {
    #[sqlx(try_from = "i64")]
    pub id: CategoryId,
    /// Its word in addresses.
    pub slug: String,
    pub name: String,
    pub name_en: String,
    /// 1 when it is not shown as long as nothing on it is published.
    pub hidden: i64,
    /// How many published products stand on it.
    pub products: i64,
}

/// All shelves in their order, hidden ones as well.
pub async fn list_kept_categories(conn: &mut Conn) -> Result<Vec<KeptCategoryRow>> {
    Ok(sql::query_as(
        "SELECT c.id, c.slug, c.name, c.name_en, c.hidden,
            COALESCE((SELECT n.products FROM product_counts n
                WHERE n.kind = 'category' AND n.subject_id = c.id), 0) AS products
        FROM categories c ORDER BY c.position, c.id",
    )
    .fetch_all(&mut *conn)
    .await?)
}

/// Takes all shelves for this transaction, so that they are changed one after the other: the eldest stands for all of them,
/// since none is ever taken away.
pub async fn lock_categories(conn: &mut Conn) -> Result<()> {
    sql::query("UPDATE categories SET position = position WHERE id = (SELECT MIN(id) FROM categories)")
        .execute(&mut *conn)
        .await?;
    Ok(())
}

pub async fn insert_category(conn: &mut Conn, row: &KeptCategoryRow, position: i64) -> Result<()> {
    sql::query(
        "INSERT INTO categories (id, slug, name, name_en, hidden, position) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id.get())
    .bind(row.slug.clone())
    .bind(row.name.clone())
    .bind(row.name_en.clone())
    .bind(row.hidden)
    .bind(position)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Changes what a shelf is called and whether it is hidden; its word in addresses stays.
pub async fn update_category(conn: &mut Conn, row: &KeptCategoryRow) -> Result<()> {
    sql::query("UPDATE categories SET name = $2, name_en = $3, hidden = $4 WHERE id = $1")
        .bind(row.id.get())
        .bind(row.name.clone())
        .bind(row.name_en.clone())
        .bind(row.hidden)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Where a shelf stands among the others.
pub async fn place_category(conn: &mut Conn, id: CategoryId, position: i64) -> Result<()> {
    sql::query("UPDATE categories SET position = $2 WHERE id = $1 AND position <> $2")
        .bind(id.get())
        .bind(position)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A published product and when it was first published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct ShelvedRow {
    pub published_at_ms: i64,
    #[sqlx(try_from = "i64")]
    pub id: ProductId,
}

/// Published products of a shelf in the order in which they were first published, at most `limit` after one of them (by its
/// moment and its id).
pub async fn list_shelved(
    conn: &mut Conn,
    category: CategoryId,
    (after_ms, after): (i64, i64),
    limit: i64,
) -> Result<Vec<ShelvedRow>> {
    Ok(sql::query_as(
        "SELECT published_at_ms, id FROM products
        WHERE category_id = $1 AND status = 'published' AND published_at_ms >= $2
            AND (published_at_ms > $2 OR id > $3)
        ORDER BY published_at_ms, id LIMIT $4",
    )
    .bind(category.get())
    .bind(after_ms)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}
