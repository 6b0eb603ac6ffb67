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
    remember_slips(conn, typos).await
}

/// Slips written by one statement.
const SLIPS_AT_ONCE: usize = 8;

/// Remembers slips, as pairs of slip and term. All products share them: callers give them in their order, and last.
pub async fn remember_slips(conn: &mut Conn, typos: &[(String, String)]) -> Result<()> {
    let mut all = typos.chunks_exact(SLIPS_AT_ONCE);
    for slips in &mut all {
        let mut statement = sql::query(
            "INSERT INTO search_typos (typo, term) VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10), \
                ($11, $12), ($13, $14), ($15, $16) ON CONFLICT (typo, term) DO NOTHING",
        );
        for (typo, term) in slips {
            statement = statement.bind(typo.clone()).bind(term.clone());
        }
        statement.execute(&mut *conn).await?;
    }
    for (typo, term) in all.remainder() {
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

/// The part of a list that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// How many come before it; when there are not so many, the last `taken` (or what is left over for them) are meant.
    pub skipped: i64,
    /// At most so many; at least 1.
    pub taken: i64,
}

/// What terms lead to together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// Of the part that was asked for, the best first.
    pub product_ids: Vec<i64>,
    /// Of all parts.
    pub total: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct MetRow {
    product_id: i64,
    total: i64,
}

/// The recursive query `wanted (n, term)` over the terms in `$1`, each filled up with blanks to `$3` characters, of which
/// there are `$2` (at least one).
macro_rules! wanted_terms {
    () => {
        "WITH RECURSIVE wanted (n, term) AS (
            SELECT CAST(1 AS BIGINT), rtrim(substr(CAST($1 AS TEXT), 1, CAST($3 AS INTEGER)))
            UNION ALL
            SELECT n + 1, rtrim(substr(CAST($1 AS TEXT), CAST(n * $3 + 1 AS INTEGER), CAST($3 AS INTEGER)))
            FROM wanted WHERE n < CAST($2 AS BIGINT)
        )"
    };
}

/// Terms as one text for [`wanted_terms`], with the width of each. Terms have no blanks.
fn pack_terms(terms: &[&str]) -> (String, i64) {
    let width = terms.iter().map(|term| term.chars().count()).max().unwrap_or(0);
    let packed = terms.iter().map(|term| format!("{term:width$}")).collect();
    (packed, i64::try_from(width).unwrap_or(i64::MAX))
}

/// The part of the products that a page shows: of the rarest of the terms the `$4` heaviest, scored by `$scored`, of these
/// the `$5` best, of these the `$7` after the first `$6`.
macro_rules! met {
    ($scored:literal) => {
        concat!(
            wanted_terms!(),
            ", rarest (term) AS (
                SELECT w.term FROM wanted w
                ORDER BY (SELECT COUNT(*) FROM (
                    SELECT 1 FROM search_terms c WHERE c.term = w.term LIMIT $4) AS counted), w.n
                LIMIT 1
            ), heaviest (product_id, weight, sold_count) AS (
                SELECT s.product_id, s.weight, p.sold_count FROM search_terms s CROSS JOIN products p
                WHERE p.id = s.product_id AND s.term = (SELECT term FROM rarest) AND p.status = 'published'
                ORDER BY s.weight DESC, s.product_id DESC LIMIT $4
            ), best (product_id, score, sold_count) AS (",
            $scored,
            " ORDER BY 2 DESC, 3 DESC, 1 LIMIT $5
            ), placed (product_id, place, total) AS (
                SELECT product_id, ROW_NUMBER() OVER (ORDER BY score DESC, sold_count DESC, product_id), COUNT(*) OVER ()
                FROM best
            ), shown (product_id, place, total, skipped) AS (
                SELECT product_id, place, total,
                    CASE WHEN CAST($6 AS BIGINT) < total THEN CAST($6 AS BIGINT)
                        ELSE (total - 1) / CAST($7 AS BIGINT) * CAST($7 AS BIGINT) END
                FROM placed
            )
            SELECT product_id, total FROM shown WHERE place > skipped AND place <= skipped + CAST($7 AS BIGINT)
            ORDER BY place"
        )
    };
}

/// Published products that have exactly these terms, each term given once: those with the greatest sum of weights, of
/// equals those that sell best. Of the term that fewest products have, the `looked_at` heaviest (of equals the newest) are
/// looked at, and the `most` best of those that have the others, too, are the list.
pub async fn find_met(conn: &mut Conn, terms: &[&str], looked_at: i64, most: i64, part: Part) -> Result<Met> {
    let text = match terms {
        [] => return Ok(Met::default()),
        [_] => met!("SELECT product_id, weight, sold_count FROM heaviest"),
        _ => met!(
            "SELECT h.product_id, h.weight + CAST(SUM(s.weight) AS BIGINT), h.sold_count
            FROM heaviest h CROSS JOIN wanted w CROSS JOIN search_terms s
            WHERE w.term <> (SELECT term FROM rarest) AND s.term = w.term AND s.product_id = h.product_id
            GROUP BY h.product_id, h.weight, h.sold_count HAVING COUNT(*) = CAST($2 AS BIGINT) - 1"
        ),
    };
    let (packed, width) = pack_terms(terms);
    let rows: Vec<MetRow> = sql::query_as(text)
        .bind(packed)
        .bind(i64::try_from(terms.len()).unwrap_or(i64::MAX))
        .bind(width)
        .bind(looked_at)
        .bind(most)
        .bind(part.skipped)
        .bind(part.taken)
        .fetch_all(&mut *conn)
        .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Met { product_ids: rows.into_iter().map(|row| row.product_id).collect(), total })
}

/// Those of the terms that published products have.
pub async fn list_known_terms(conn: &mut Conn, terms: &[&str]) -> Result<Vec<String>> {
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let (packed, width) = pack_terms(terms);
    Ok(sql::query_scalar::<String>(concat!(
        wanted_terms!(),
        " SELECT w.term FROM wanted w WHERE EXISTS (
            SELECT 1 FROM search_terms s CROSS JOIN products p
            WHERE s.term = w.term AND p.id = s.product_id AND p.status = 'published')
        ORDER BY w.n"
    ))
    .bind(packed)
    .bind(i64::try_from(terms.len()).unwrap_or(i64::MAX))
    .bind(width)
    .fetch_all(&mut *conn)
    .await?)
}

/// Published products that have exactly this term: the `limit` heaviest, of equals the newest. (`CROSS JOIN` keeps SQLite
/// from walking all products first.)
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
