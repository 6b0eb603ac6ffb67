//! What goods of a category are told apart by, and what a product has of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::attribute::{Attribute, AttributeChoice, AttributeKind, AttributeValue};
use domain::ids::{CategoryId, ProductId};

use crate::packed::{PACKED_AT_ONCE, count, pack_ids, wanted};
use crate::{Conn, Result, sql};

/// How many products of each choice are counted: a filter says "more than 99".
pub const MAX_COUNTED_OF_CHOICE: i64 = 100;

#[derive(Debug, sqlx::FromRow)]
struct AttributeRow {
    id: i64,
    slug: String,
    name: String,
    name_en: String,
    #[sqlx(try_from = "String")]
    kind: AttributeKind,
    unit: String,
    unit_en: String,
}

#[derive(Debug, sqlx::FromRow)]
struct AttributeChoiceRow {
    id: i64,
    attribute_id: i64,
    slug: String,
    name: String,
    name_en: String,
}

/// The attributes of a category with their choices, in their order.
pub async fn list_attributes(conn: &mut Conn, category: CategoryId) -> Result<Vec<Attribute>> {
    let rows: Vec<AttributeRow> = sql::query_as(
        "SELECT id, slug, name, name_en, kind, unit, unit_en FROM attributes \
         WHERE category_id = $1 ORDER BY position, id",
    )
    .bind(category.get())
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let choices: Vec<AttributeChoiceRow> = sql::query_as(
        "SELECT c.id, c.attribute_id, c.slug, c.name, c.name_en \
         FROM attributes a JOIN attribute_choices c ON c.attribute_id = a.id \
         WHERE a.category_id = $1 ORDER BY c.attribute_id, c.position, c.id",
    )
    .bind(category.get())
    .fetch_all(&mut *conn)
    .await?;
    let own = |id: i64| {
        let own = choices.iter().filter(|choice| choice.attribute_id == id);
        own.map(|choice| AttributeChoice {
            id: choice.id,
            slug: choice.slug.clone(),
            name: choice.name.clone(),
            name_en: choice.name_en.clone(),
        })
        .collect()
    };
    let attribute = |row: AttributeRow| Attribute {
        choices: own(row.id),
        id: row.id,
        slug: row.slug,
        name: row.name,
        name_en: row.name_en,
        kind: row.kind,
        unit: row.unit,
        unit_en: row.unit_en,
    };
    Ok(rows.into_iter().map(attribute).collect())
}

#[derive(Debug, sqlx::FromRow)]
struct ValueRow {
    attribute_id: i64,
    choice_id: Option<i64>,
    number_milli: Option<i64>,
    words: String,
}

/// What a product has, by attribute's id.
pub async fn list_product_attributes(
    conn: &mut Conn,
    product: ProductId,
) -> Result<Vec<(i64, AttributeValue)>> {
    let rows: Vec<ValueRow> = sql::query_as(
        "SELECT attribute_id, choice_id, number_milli, words FROM product_attributes \
         WHERE product_id = $1 ORDER BY attribute_id",
    )
    .bind(product.get())
    .fetch_all(&mut *conn)
    .await?;
    let value = |row: ValueRow| (row.attribute_id, value_of(row.choice_id, row.number_milli, row.words));
    Ok(rows.into_iter().map(value).collect())
}

fn value_of(choice: Option<i64>, milli: Option<i64>, words: String) -> AttributeValue {
    match (choice, milli) {
        (Some(choice), _) => AttributeValue::Choice(choice),
        (None, Some(milli)) => AttributeValue::Number(milli),
        (None, None) => AttributeValue::Text(words),
    }
}

/// Product, attribute, choice, number in thousandths, words.
type ProductValueRow = (i64, i64, Option<i64>, Option<i64>, String);

/// What each of these products has, as product, attribute and value; in their order.
pub async fn list_attributes_of_products(
    conn: &mut Conn,
    ids: &[i64],
) -> Result<Vec<(i64, i64, AttributeValue)>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<ProductValueRow> = sql::query_as(concat!(
            wanted!(),
            "SELECT v.product_id, v.attribute_id, v.choice_id, v.number_milli, v.words \
             FROM wanted w CROSS JOIN product_attributes v WHERE v.product_id = w.id ORDER BY w.n, v.attribute_id"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        found.extend(part.into_iter().map(|(product, attribute, choice, milli, words)| {
            (product, attribute, value_of(choice, milli, words))
        }));
    }
    Ok(found)
}

/// Makes `values` what a product has.
pub async fn replace_product_attributes(
    conn: &mut Conn,
    product: ProductId,
    values: &[(i64, AttributeValue)],
) -> Result<()> {
    sql::query("DELETE FROM product_attributes WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (attribute, value) in values {
        let (choice, milli, words) = match value {
            AttributeValue::Choice(id) => (Some(*id), None, String::new()),
            AttributeValue::Number(milli) => (None, Some(*milli), String::new()),
            AttributeValue::Text(words) => (None, None, words.clone()),
        };
        sql::query(
            "INSERT INTO product_attributes (product_id, attribute_id, choice_id, number_milli, words) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(product.get())
        .bind(*attribute)
        .bind(choice)
        .bind(milli)
        .bind(words)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// How many products in the shop have each choice of a category, each counted up to [`MAX_COUNTED_OF_CHOICE`]; choices
/// that nothing has are 0.
pub async fn count_choices(conn: &mut Conn, category: CategoryId) -> Result<Vec<(i64, i64)>> {
    Ok(sql::query_as(
        "SELECT c.id, (SELECT COUNT(*) FROM (SELECT v.product_id FROM product_attributes v \
                JOIN products p ON p.id = v.product_id \
                WHERE v.choice_id = c.id AND p.status || '' = 'published' LIMIT $2) AS counted) \
         FROM attributes a JOIN attribute_choices c ON c.attribute_id = a.id WHERE a.category_id = $1 ORDER BY c.id",
    )
    .bind(category.get())
    .bind(MAX_COUNTED_OF_CHOICE)
    .fetch_all(&mut *conn)
    .await?)
}

/// How many of these products have each choice, whether they are in the shop or not; choices that none has are left out.
pub async fn count_choices_of_these(conn: &mut Conn, ids: &[i64]) -> Result<BTreeMap<i64, i64>> {
    let mut counts = BTreeMap::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part: Vec<(i64, i64)> = sql::query_as(concat!(
            wanted!(),
            "SELECT v.choice_id, COUNT(*) FROM wanted w CROSS JOIN product_attributes v \
              WHERE v.product_id = w.id AND v.choice_id IS NOT NULL GROUP BY v.choice_id"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .fetch_all(&mut *conn)
        .await?;
        for (choice, products) in part {
            *counts.entry(choice).or_default() += products;
        }
    }
    Ok(counts)
}

/// Choices as one text, `,12,34,`: a choice is one of them if it is found between commas.
fn pack_choices<'a>(choices: impl IntoIterator<Item = &'a i64>) -> String {
    choices.into_iter().fold(",".to_owned(), |packed, id| format!("{packed}{id},"))
}

/// Products that have of each attribute one of its choices in `groups`, whether they are in the shop or not; the youngest
/// first, at most `limit`. A group is never empty; the index is walked for the choices of the first one.
pub async fn list_with_choices(conn: &mut Conn, groups: &[Vec<i64>], limit: i64) -> Result<Vec<i64>> {
    let Some((first, others)) = groups.split_first() else { return Ok(Vec::new()) };
    let packed = pack_choices(others.iter().flatten());
    let others = i64::try_from(others.len()).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    // A walk for each choice, since each stops at the limit: one for all of them would go through everything that any of them
    // has, to sort it. No product is met twice: it has one choice of an attribute.
    for choice in first {
        let part = sql::query_scalar::<i64>(
            "SELECT v.product_id FROM product_attributes v WHERE v.choice_id = $1 \
                AND (SELECT COUNT(*) FROM product_attributes o WHERE o.product_id = v.product_id \
                    AND REPLACE(CAST($2 AS TEXT), ',' || CAST(o.choice_id AS TEXT) || ',', '') <> CAST($2 AS TEXT)) = $3 \
             ORDER BY v.product_id DESC LIMIT $4",
        )
        .bind(*choice)
        .bind(packed.clone())
        .bind(others)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
        found.extend(part);
    }
    found.sort_unstable_by_key(|id| Reverse(*id));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// What numbers products must have of an attribute, in thousandths; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRange {
    pub attribute: i64,
    pub least_milli: i64,
    pub most_milli: i64,
}

/// The least and the most that something in the shop has of an attribute, in thousandths; `None` when nothing has any.
pub async fn find_number_span(conn: &mut Conn, attribute: i64) -> Result<Option<(i64, i64)>> {
    let (least, most): (Option<i64>, Option<i64>) = sql::query_as(
        "SELECT (SELECT v.number_milli FROM product_attributes v CROSS JOIN products p \
                  WHERE v.attribute_id = $1 AND v.number_milli >= 0 AND p.id = v.product_id \
                    AND p.status || '' = 'published' ORDER BY v.number_milli LIMIT 1), \
                (SELECT v.number_milli FROM product_attributes v CROSS JOIN products p \
                  WHERE v.attribute_id = $1 AND v.number_milli >= 0 AND p.id = v.product_id \
                    AND p.status || '' = 'published' ORDER BY v.number_milli DESC LIMIT 1)",
    )
    .bind(attribute)
    .fetch_one(&mut *conn)
    .await?;
    Ok(least.zip(most))
}

/// Products with a number in a range, whether they are in the shop or not; those with the least first, at most `limit`.
pub async fn list_in_range(conn: &mut Conn, range: NumberRange, limit: i64) -> Result<Vec<i64>> {
    Ok(sql::query_scalar::<i64>(
        "SELECT product_id FROM product_attributes \
         WHERE attribute_id = $1 AND number_milli >= $2 AND number_milli <= $3 ORDER BY number_milli, product_id LIMIT $4",
    )
    .bind(range.attribute)
    .bind(range.least_milli)
    .bind(range.most_milli)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// What products may have of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Having<'a> {
    /// One of some choices, by their ids.
    Choices(&'a [i64]),
    Number(NumberRange),
}

/// Which of these products have it, in their order.
pub async fn list_of_these_having(conn: &mut Conn, ids: &[i64], having: Having<'_>) -> Result<Vec<i64>> {
    const NONE: i64 = -1;
    let nowhere = NumberRange { attribute: NONE, least_milli: 0, most_milli: NONE };
    let (choices, range) = match having {
        Having::Choices(choices) => (pack_choices(choices), nowhere),
        Having::Number(range) => (pack_choices([]), range),
    };
    let mut found = Vec::new();
    for chunk in ids.chunks(PACKED_AT_ONCE) {
        let part = sql::query_scalar::<i64>(concat!(
            wanted!(),
            "SELECT v.product_id FROM wanted w CROSS JOIN product_attributes v \
              WHERE v.product_id = w.id AND ( \
                    REPLACE(CAST($3 AS TEXT), ',' || CAST(v.choice_id AS TEXT) || ',', '') <> CAST($3 AS TEXT) \
                    OR (v.attribute_id = $4 AND v.number_milli >= $5 AND v.number_milli <= $6)) \
              ORDER BY w.n"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(count(chunk))
        .bind(choices.clone())
        .bind(range.attribute)
        .bind(range.least_milli)
        .bind(range.most_milli)
        .fetch_all(&mut *conn)
        .await?;
        found.extend(part);
    }
    Ok(found)
}
