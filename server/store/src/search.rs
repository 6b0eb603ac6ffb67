//! The inverted index of products: which terms a product is found by, and which terms a slip of the finger meant.
//!
//! Terms are compared byte by byte on both engines (the PostgreSQL columns have the collation `C`), so that a range
//! from a prefix to the next one is an index range.

use domain::ids::ProductId;

use crate::catalogue::pack_ids;
use crate::{Conn, Result, sql};

/// The most postings one term may bring; the heaviest come first.
const MAX_POSTINGS: i64 = 2_000;

/// A product that a term leads to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HitRow {
    pub product_id: i64,
    /// How much the best matching term says about the product.
    pub weight: i64,
}

/// Makes `terms` (with their weights, each text once) everything the product is found by, and remembers the slips
/// `typos` as pairs of slip and term. Terms that no product has any more keep their slips: they lead nowhere.
pub async fn index_product(
    conn: &mut Conn,
    product: ProductId,
    terms: &[(String, i64)],
    typos: &[(String, String)],
) -> Result<()> {
    sql::query("DELETE FROM search_terms WHERE product_id = $1")
        .bind(product.get())
        .execute(&mut *conn)
        .await?;
    for (term, weight) in terms {
        sql::query(
            "INSERT INTO search_terms (term, product_id, weight) VALUES ($1, $2, $3)
            ON CONFLICT (term, product_id) DO UPDATE SET weight = excluded.weight",
        )
        .bind(term.clone())
        .bind(product.get())
        .bind(*weight)
        .execute(&mut *conn)
        .await?;
    }
    for (typo, term) in typos {
        sql::query(
            "INSERT INTO search_typos (typo, term) VALUES ($1, $2) ON CONFLICT (typo, term) DO NOTHING",
        )
        .bind(typo.clone())
        .bind(term.clone())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Published products that have exactly this term. (`CROSS JOIN` here and below keeps SQLite from walking all products
/// first.)
pub async fn list_exact_hits(conn: &mut Conn, term: &str) -> Result<Vec<HitRow>> {
    Ok(sql::query_as(
        "SELECT s.product_id, s.weight FROM search_terms s CROSS JOIN products p
        WHERE p.id = s.product_id AND s.term = $1 AND p.status = 'published' ORDER BY s.weight DESC LIMIT $2",
    )
    .bind(term.to_owned())
    .bind(MAX_POSTINGS)
    .fetch_all(&mut *conn)
    .await?)
}

/// Published products that have a term beginning with `prefix`, which must not be empty.
pub async fn list_prefix_hits(conn: &mut Conn, prefix: &str) -> Result<Vec<HitRow>> {
    let Some(end) = next_prefix(prefix) else {
        return Ok(Vec::new());
    };
    Ok(sql::query_as(
        "SELECT s.product_id, MAX(s.weight) AS weight FROM search_terms s CROSS JOIN products p
        WHERE p.id = s.product_id AND s.term >= $1 AND s.term < $2 AND p.status = 'published'
        GROUP BY s.product_id ORDER BY MAX(s.weight) DESC LIMIT $3",
    )
    .bind(prefix.to_owned())
    .bind(end)
    .bind(MAX_POSTINGS)
    .fetch_all(&mut *conn)
    .await?)
}

/// The terms that one of the slips `keys` may have meant.
pub async fn list_meant_terms(conn: &mut Conn, keys: &[String], limit: i64) -> Result<Vec<String>> {
    let mut terms = Vec::new();
    for key in keys {
        let found = sql::query_scalar::<String>(
            "SELECT term FROM search_typos WHERE typo = $1 ORDER BY term LIMIT $2",
        )
        .bind(key.clone())
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
        terms.extend(found);
    }
    terms.sort_unstable();
    terms.dedup();
    Ok(terms)
}

/// How often each of the products `ids` was sold, to rank equals.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SoldRow {
    pub id: i64,
    pub sold_count: i64,
}

/// The sales of the products `ids`.
pub async fn list_sold_counts(conn: &mut Conn, ids: &[i64]) -> Result<Vec<SoldRow>> {
    let mut counts = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(200) {
        let part: Vec<SoldRow> = sql::query_as(concat!(
            crate::catalogue::wanted!(),
            "SELECT p.id, p.sold_count FROM wanted w JOIN products p ON p.id = w.id ORDER BY w.n"
        ))
        .bind(pack_ids(chunk.iter().copied()))
        .bind(i64::try_from(chunk.len()).unwrap_or(i64::MAX))
        .fetch_all(&mut *conn)
        .await?;
        counts.extend(part);
    }
    Ok(counts)
}

/// The smallest text after every text that begins with `prefix`.
fn next_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    let last = chars.pop()?;
    // Skips the surrogates, which are no characters.
    let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32)?;
    chars.push(next);
    Some(chars.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_prefix_lies_after_every_continuation() {
        assert_eq!(next_prefix("lv").as_deref(), Some("lw"));
        assert_eq!(next_prefix("绿茶").as_deref(), Some("绿茷"));
        assert_eq!(next_prefix(""), None);
        assert!(*"lvcha" < *next_prefix("lv").unwrap());
        assert!(*"lv龟" < *next_prefix("lv").unwrap());
    }
}
