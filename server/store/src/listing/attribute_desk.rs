//! The attributes of a category as the county keeps them.

use domain::attribute::{Attribute, AttributeChoice};
use domain::ids::CategoryId;

use crate::{Conn, Result, sql};

/// Takes a category for this transaction, so that its attributes are changed one after the other; false without one.
pub async fn lock_category(conn: &mut Conn, category: CategoryId) -> Result<bool> {
    let taken = sql::query("UPDATE categories SET position = position WHERE id = $1")
        .bind(category.get())
        .execute(&mut *conn)
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// An attribute with its choices.
pub async fn insert_attribute(
    conn: &mut Conn,
    category: CategoryId,
    attribute: &Attribute,
    position: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO attributes (id, category_id, slug, name, name_en, kind, unit, unit_en, position) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(attribute.id)
    .bind(category.get())
    .bind(attribute.slug.clone())
    .bind(attribute.name.clone())
    .bind(attribute.name_en.clone())
    .bind(attribute.kind.as_str())
    .bind(attribute.unit.clone())
    .bind(attribute.unit_en.clone())
    .bind(position)
    .execute(&mut *conn)
    .await?;
    for (position, choice) in (0_i64..).zip(&attribute.choices) {
        put_choice(conn, attribute.id, choice, position).await?;
    }
    Ok(())
}

/// Changes what an attribute is called and measured in; what it is stays.
pub async fn update_attribute(conn: &mut Conn, attribute: &Attribute) -> Result<()> {
    sql::query("UPDATE attributes SET name = $2, name_en = $3, unit = $4, unit_en = $5 WHERE id = $1")
        .bind(attribute.id)
        .bind(attribute.name.clone())
        .bind(attribute.name_en.clone())
        .bind(attribute.unit.clone())
        .bind(attribute.unit_en.clone())
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// Where an attribute stands among those of its category.
pub async fn place_attribute(conn: &mut Conn, attribute: i64, position: i64) -> Result<()> {
    sql::query("UPDATE attributes SET position = $2 WHERE id = $1 AND position <> $2")
        .bind(attribute)
        .bind(position)
        .execute(&mut *conn)
        .await?;
    Ok(())
}

/// A choice, new or called otherwise; its word in addresses stays.
pub async fn put_choice(
    conn: &mut Conn,
    attribute: i64,
    choice: &AttributeChoice,
    position: i64,
) -> Result<()> {
    sql::query(
        "INSERT INTO attribute_choices (id, attribute_id, slug, name, name_en, position) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, \
                position = excluded.position",
    )
    .bind(choice.id)
    .bind(attribute)
    .bind(choice.slug.clone())
    .bind(choice.name.clone())
    .bind(choice.name_en.clone())
    .bind(position)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Takes a choice away that no product has; false when one has it.
pub async fn delete_choice(conn: &mut Conn, choice: i64) -> Result<bool> {
    let gone = sql::query(
        "DELETE FROM attribute_choices WHERE id = $1 \
            AND NOT EXISTS (SELECT 1 FROM product_attributes v WHERE v.choice_id = $1)",
    )
    .bind(choice)
    .execute(&mut *conn)
    .await?;
    Ok(gone.rows_affected() == 1)
}

/// Takes an attribute away that no product has anything of; false when one has.
pub async fn delete_attribute(conn: &mut Conn, attribute: i64) -> Result<bool> {
    if count_products_of_attribute(conn, attribute).await? > 0 {
        return Ok(false);
    }
    sql::query("DELETE FROM attribute_choices WHERE attribute_id = $1")
        .bind(attribute)
        .execute(&mut *conn)
        .await?;
    let gone = sql::query("DELETE FROM attributes WHERE id = $1").bind(attribute).execute(&mut *conn).await?;
    Ok(gone.rows_affected() == 1)
}

/// How many products have something of an attribute, whether they are in the shop or not.
pub async fn count_products_of_attribute(conn: &mut Conn, attribute: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM product_attributes WHERE attribute_id = $1")
        .bind(attribute)
        .fetch_one(&mut *conn)
        .await?)
}

/// How many products have a choice, whether they are in the shop or not.
pub async fn count_products_of_choice(conn: &mut Conn, choice: i64) -> Result<i64> {
    Ok(sql::query_scalar::<i64>("SELECT COUNT(*) FROM product_attributes WHERE choice_id = $1")
        .bind(choice)
        .fetch_one(&mut *conn)
        .await?)
}
