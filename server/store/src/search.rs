//! The inverted index of products: which terms a product is found by, and which terms a slip of the finger meant.
//!
//! Terms are compared byte by byte on both engines (the PostgreSQL columns have the collation `C`), so that a range
//! from a prefix to the next one is an index range.

use std::collections::BTreeMap;

use domain::ids::ProductId;

use crate::{Conn, Result, sql};

/// The most terms that one prefix is completed to.
const MAX_PREFIXED: i64 = 60;

/// A product that a term leads to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HitRow {
    pub product_id: i64,
    /// How much the best matching term says about the product.
    pub weight: i64,
    /// How often it was sold, to rank equals.
    pub sold_count: i64,
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

/// Published products that have exactly this term: the `limit` heaviest, of equals the newest. (`CROSS JOIN` here and below keeps SQLite from walking all products
/// first.)
pub async fn list_exact_hits(conn: &mut Conn, term: &str, limit: i64) -> Result<Vec<HitRow>> {
    Ok(sql::query_as(
        "SELECT s.product_id, s.weight, p.sold_count FROM search_terms s CROSS JOIN products p
        WHERE p.id = s.product_id AND s.term = $1 AND p.status = 'published'
        ORDER BY s.weight DESC, s.product_id DESC LIMIT $2",
    )
    .bind(term.to_owned())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?)
}

/// Published products that have a term beginning with `prefix`, which must not be empty. Of many such terms the first
/// are looked at until enough is found.
pub async fn list_prefix_hits(conn: &mut Conn, prefix: &str, limit: i64) -> Result<Vec<HitRow>> {
    let Some(end) = next_prefix(prefix) else {
        return Ok(Vec::new());
    };
    // From term to term, past all the products of each.
    let terms = sql::query_scalar::<String>(
        "WITH RECURSIVE t (term) AS (
            SELECT MIN(term) FROM search_terms WHERE term >= $1 AND term < $2
            UNION ALL
            SELECT (SELECT MIN(s.term) FROM search_terms s WHERE s.term > t.term AND s.term < $2)
            FROM t WHERE t.term IS NOT NULL)
        SELECT term FROM t WHERE term IS NOT NULL LIMIT $3",
    )
    .bind(prefix.to_owned())
    .bind(end)
    .bind(MAX_PREFIXED)
    .fetch_all(&mut *conn)
    .await?;
    let mut found: BTreeMap<i64, HitRow> = BTreeMap::new();
    for term in terms {
        for hit in list_exact_hits(conn, &term, limit).await? {
            let best = found.entry(hit.product_id).or_insert_with(|| hit.clone());
            best.weight = hit.weight.max(best.weight);
        }
        if i64::try_from(found.len()).unwrap_or(i64::MAX) >= limit {
            break;
        }
    }
    Ok(found.into_values().collect())
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
