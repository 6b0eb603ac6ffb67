//! No statement of a page or of the worker reads a big table from end to end.
//!
//! Every statement that the contract suite executes is explained by both engines as it stands in the source, and its
//! plan is read: a walk through all of a table that grows with the trade, or through an index without a condition that
//! narrows it, must stand in [`ALLOWED`] with its reason. SQLite plans without statistics, as in the shop; PostgreSQL
//! plans for values it does not know, on a filled and analysed shop, and is told to avoid walks where it can.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use super::scale::{fill, insert_county};
use super::statements::{below_src, run_all_on_sqlite};
use super::{on_postgres, on_sqlite};
use crate::scale::Size;
use crate::sql::executed;
use crate::{Conn, Db};

/// Tables that grow with goods, people and trade. The others are as large as the county.
const BIG: [&str; 49] = [
    "after_sale_goods",
    "after_sale_lines",
    "after_sale_messages",
    "after_sales",
    "allocations",
    "attributions",
    "audit_log",
    "audit_origins",
    "batch_inputs",
    "batch_marks",
    "batches",
    "bundle_components",
    "carrier_events",
    "cart_lines",
    "carts",
    "credit_reversals",
    "credits",
    "journal_entries",
    "listing_reviews",
    "login_names",
    "mark_uses",
    "media",
    "notifications",
    "order_bundle_lines",
    "order_bundles",
    "order_line_marks",
    "order_lines",
    "orders",
    "outbox",
    "parcels",
    "payment_events",
    "payments",
    "postings",
    "product_attributes",
    "product_marks",
    "product_media",
    "products",
    "search_terms",
    "search_typos",
    "stock_movements",
    "team_days",
    "timers",
    "unfinished_photos",
    "unnamed_photos",
    "users",
    "variants",
    "weighed_lines",
    "weighed_pieces",
    "weighed_variants",
];

/// Files whose statements go through everything because that is what they are for.
const WHOLE: [(&str, &str); 8] = [
    ("after_sales/check.rs", "the check of the books looks at all of them"),
    ("audit_books.rs", "the check of the books looks at all of them"),
    ("bundles/check.rs", "the check of the books looks at all of them"),
    ("marks/check.rs", "the check of the books looks at all of them"),
    ("figures/whole.rs", "makes and checks all figures"),
    ("scale", "fills a shop for measuring"),
    ("seed.rs", "founds a county, once"),
    ("weighing/check.rs", "the check of the books looks at all of them"),
];

/// File, a piece of the statement with single blanks, and why it may walk.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "catalogue/cards.rs",
        "WHERE p.status = 'published' AND CAST($1 AS BIGINT) IS NULL",
        "walks an index in the order of the list and stops at the end of the page, or counting at 2,400",
    ),
    (
        "catalogue/products.rs",
        "ORDER BY status DESC",
        "the map of the site: stops at 45,000, once in a while",
    ),
    ("units.rs", "AS best", "walks the best-selling products and stops at 120"),
    ("catalogue/cards.rs", "AS here", "PostgreSQL may walk the newest batches, and stops at the limit"),
    (
        "catalogue/cards.rs",
        "id <> $2",
        "of few categories PostgreSQL walks the newest products, and stops at the limit",
    ),
    ("county.rs", "p.status = 'to_pack'", "paid orders that are not complete are few"),
    ("parcels.rs", "WHERE team_id = $1 GROUP BY", "over all the history of a team: no page asks it"),
    (
        "payments/bank.rs",
        "p.status = 'processing' AND p.method = 'bank_transfer'",
        "payments under way are few: given up once their order is closed",
    ),
    (
        "day/parcels.rs",
        "p.tracking_number IN ($10, $11)",
        "what is found is little: PostgreSQL goes through the parcels of a place only while there are hardly more",
    ),
    (
        "day/parcels.rs",
        "published_at_ms IS NOT NULL ORDER BY id DESC",
        "of few teams PostgreSQL walks the newest products, and stops at the limit",
    ),
    (
        "movements/list.rs",
        "ELSE -b.id END",
        "of few teams PostgreSQL walks batches and products side by side: a team has a good part of them",
    ),
    (
        "places/kept.rs",
        "b.available + b.held > 0 AND p.id = b.product_id",
        "of few villages PostgreSQL walks batches beside those of one; asked when a county takes a village from a team",
    ),
    ("listing/reviews.rs", "r.status = 'submitted'", "what waits for captains is little: each answers it"),
    ("watching.rs", "AS open_holds", "unpaid orders are few: each ends within half an hour"),
];

/// A statement and where it stands.
#[derive(Debug, Clone)]
struct Written {
    file: String,
    line: u32,
    text: &'static str,
}

/// What was found, and which reasons were needed for what was not.
#[derive(Debug, Default)]
struct Findings {
    walks: Vec<String>,
    used: BTreeSet<usize>,
}

#[tokio::test]
async fn no_statement_reads_a_big_table_from_end_to_end() {
    let written = written_statements().await;
    assert!(written.len() > 200, "only {} statements", written.len());
    let used = std::cell::RefCell::new(BTreeSet::new());
    on_sqlite(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        let found = explain(&mut tx, &written, &Sqlite).await;
        assert!(found.walks.is_empty(), "{} on SQLite:\n{}", found.walks.len(), found.walks.join("\n"));
        used.borrow_mut().extend(found.used);
        assert_comes_in_order(&mut tx, &written, "WHERE v.choice_id = $1 AND").await;
        assert_comes_in_order(&mut tx, &written, "ORDER BY r.submitted_at_ms, r.product_id LIMIT").await;
        let days = "kind=? AND subject_id=? AND day_number>? AND day_number<?";
        assert_searches(&mut tx, &written, "WHERE kind = 'team' AND subject_id = $1 AND", days).await;
        let days = "team_id=? AND day_number>? AND day_number<?";
        assert_searches(&mut tx, &written, "day_number >= $2 AND d.day_number <= $3", days).await;
        tx.execute(DROPPED).await.unwrap();
        let found = explain(&mut tx, &written, &Sqlite).await;
        assert!(!found.walks.is_empty(), "an index is gone and nobody noticed on SQLite");
    })
    .await;
    let ran = on_postgres(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_county(&mut tx).await;
        tx.commit().await.unwrap();
        fill(db, Size { products: 1_000, lines: 10_000 }).await;
        let mut tx = db.write().await.unwrap();
        tx.execute(POSTGRES_SETTINGS).await.unwrap();
        let filled = sqlx::query_scalar(FILLED).fetch_all(&mut *tx).await.unwrap();
        assert!(filled.len() > 15, "{filled:?}");
        let engine = Postgres { filled };
        let found = explain(&mut tx, &written, &engine).await;
        assert!(found.walks.is_empty(), "{} on PostgreSQL:\n{}", found.walks.len(), found.walks.join("\n"));
        used.borrow_mut().extend(found.used);
        tx.execute(DROPPED).await.unwrap();
        let found = explain(&mut tx, &written, &engine).await;
        assert!(!found.walks.is_empty(), "an index is gone and nobody noticed on PostgreSQL");
    })
    .await;
    if ran {
        let used = used.into_inner();
        let idle: Vec<_> = (0..ALLOWED.len()).filter(|at| !used.contains(at)).map(|at| ALLOWED[at]).collect();
        assert!(idle.is_empty(), "nobody needs these any more: {idle:#?}");
    }
}

/// Taken away to see that it is missed: it finds the orders of an account.
const DROPPED: &str = "DROP INDEX orders_by_user";

/// Plans for any value, by an index wherever there is one: what is left is what has none.
const POSTGRES_SETTINGS: &str = "ANALYZE; SET LOCAL plan_cache_mode = force_generic_plan; \
     SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Tables with a hundred rows or more.
const FILLED: &str = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' AND reltuples >= 100";

/// Every statement of the contract suite that is not of [`WHOLE`], once.
async fn written_statements() -> Vec<Written> {
    executed::take();
    run_all_on_sqlite().await;
    let mut written = Vec::new();
    for ((file, line), texts) in executed::take() {
        let file = below_src(&file);
        if file.starts_with("contract/") || WHOLE.iter().any(|(whole, _)| file.starts_with(whole)) {
            continue;
        }
        let full = texts.into_iter().filter(|text| !text.is_empty());
        written.extend(full.map(|text| Written { file: file.clone(), line, text }));
    }
    written
}

/// A year of a team's sales is read of that team's days alone: `condition` is how SQLite says so.
async fn assert_searches(conn: &mut Conn, written: &[Written], part: &str, condition: &str) {
    let found: Vec<&Written> = written.iter().filter(|one| one.text.contains(part)).collect();
    assert!(!found.is_empty(), "no {part}");
    for one in found {
        let plan = plan_of(conn, one.text).await;
        assert!(plan.iter().any(|detail| detail.contains(condition)), "{plan:#?}");
    }
}

/// SQLite's plan of a statement, line by line.
async fn plan_of(conn: &mut Conn, text: &str) -> Vec<String> {
    let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(explained).fetch_all(conn).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// A statement that stops at a limit sorts nothing before: its index has the order already.
async fn assert_comes_in_order(conn: &mut Conn, written: &[Written], part: &str) {
    let found = written.iter().find(|one| one.text.contains(part)).unwrap_or_else(|| panic!("no {part}"));
    let plan = plan_of(conn, found.text).await;
    assert!(plan.iter().all(|detail| !detail.contains("TEMP B-TREE")), "{plan:#?}");
}

/// How an engine explains, and what of it is a walk.
trait Explains {
    /// The big tables that the plan of a statement walks through, each with the line of the plan.
    async fn walks(&self, conn: &mut Conn, text: &str) -> Vec<String>;
}

async fn explain(conn: &mut Conn, written: &[Written], engine: &impl Explains) -> Findings {
    let mut found = Findings::default();
    for Written { file, line, text } in written {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for walk in engine.walks(conn, text).await {
            let allowed = ALLOWED.iter().position(|(place, part, _)| file == place && flat.contains(part));
            match allowed {
                Some(at) => drop(found.used.insert(at)),
                None => found.walks.push(format!("  src/{file}:{line}: {walk}\n      {flat}")),
            }
        }
    }
    found
}

struct Sqlite;

impl Explains for Sqlite {
    async fn walks(&self, conn: &mut Conn, text: &str) -> Vec<String> {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).fetch_all(conn).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {text}"));
        let tables = tables_by_alias(text);
        let mut walks = Vec::new();
        for row in rows {
            let detail: String = row.get("detail");
            let mut words = detail.split(' ');
            let (Some(way), Some(alias)) = (words.next(), words.next()) else { continue };
            let is_big = tables.get(alias).is_some_and(|table| BIG.contains(&table.as_str()));
            // An index made for one statement is a walk; so is a search by the state alone, which most rows share.
            let is_walk = way == "SCAN"
                || way == "SEARCH" && (detail.contains("AUTOMATIC") || detail.ends_with("(status=?)"));
            if is_big && is_walk {
                walks.push(detail);
            }
        }
        walks
    }
}

/// Of tables with few rows a walk is the right plan, so only those that the filled shop has many rows of are judged.
struct Postgres {
    filled: Vec<String>,
}

impl Explains for Postgres {
    async fn walks(&self, conn: &mut Conn, text: &str) -> Vec<String> {
        let parameters = (1..=99).rev().find(|number| text.contains(&format!("${number}"))).unwrap_or(0);
        let nulls = vec!["NULL"; parameters].join(", ");
        let nulls = if parameters == 0 { String::new() } else { format!("({nulls})") };
        let prepared = conn.execute(AssertSqlSafe(format!("PREPARE explained AS {text}"))).await;
        prepared.unwrap_or_else(|error| panic!("{error}: {text}"));
        let plan = format!("EXPLAIN (COSTS OFF) EXECUTE explained{nulls}");
        let rows = sqlx::query(AssertSqlSafe(plan)).fetch_all(&mut *conn).await.unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get::<String, _>(0)).collect();
        conn.execute("DEALLOCATE explained").await.unwrap();
        postgres_walks(&lines, &self.filled)
    }
}

/// Walks in a plan as PostgreSQL writes it: a scan of a table, or of an index without a condition or by the state alone.
fn postgres_walks(lines: &[String], filled: &[String]) -> Vec<String> {
    let mut walks = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((way, on)) = line.split_once(" on ").filter(|(way, _)| way.contains("Scan")) else {
            continue;
        };
        let table = on.split(' ').next().unwrap_or_default();
        if !BIG.contains(&table) || !filled.iter().any(|name| name == table) || way.contains("Bitmap") {
            continue;
        }
        let own = lines[at + 1..].iter().take_while(|line| !line.contains("->"));
        let condition = own.clone().find_map(|line| line.split_once("Index Cond: "));
        let is_walk = match condition {
            None => true,
            Some((_, condition)) => condition.contains("status") && !condition.contains(" AND "),
        };
        if is_walk {
            let condition = condition.map_or("", |(_, condition)| condition);
            walks.push(format!("{} {condition}", line.trim()));
        }
    }
    walks
}

/// What the names in a statement's plan stand for.
fn tables_by_alias(text: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut aliases = BTreeMap::new();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| BIG.contains(word)) {
        aliases.insert((*word).to_owned(), (*word).to_owned());
        let next = words.get(at + 1).copied().unwrap_or_default();
        let next = if next == "AS" { words.get(at + 2).copied().unwrap_or_default() } else { next };
        if !next.is_empty() && next.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            aliases.insert(next.to_owned(), (*word).to_owned());
        }
    }
    aliases
}

#[test]
fn names_in_plans_are_known() {
    let aliases =
        tables_by_alias("SELECT 1 FROM orders o JOIN order_lines AS l ON l.order_id = o.id, products");
    assert_eq!(aliases["o"], "orders");
    assert_eq!(aliases["l"], "order_lines");
    assert_eq!(aliases["products"], "products");
}

#[test]
fn walks_are_told_from_searches() {
    let filled: Vec<String> = ["orders", "order_lines", "products", "villages"].map(str::to_owned).into();
    let lines = |plan: &str| plan.lines().map(str::to_owned).collect::<Vec<_>>();
    let plan = "Nested Loop\n  ->  Seq Scan on orders o\n  ->  Index Scan using x on order_lines l\n        Index Cond: (order_id = o.id)";
    assert_eq!(postgres_walks(&lines(plan), &filled), ["->  Seq Scan on orders o "]);
    let plan = "Limit\n  ->  Index Only Scan using x on products p\n        Index Cond: (status = 'published'::text)";
    assert_eq!(postgres_walks(&lines(plan), &filled).len(), 1, "by the state alone");
    let plan = "Limit\n  ->  Index Scan using x on products p\n        Filter: (a = 1)";
    assert_eq!(postgres_walks(&lines(plan), &filled).len(), 1, "a filter is no condition");
    assert!(postgres_walks(&lines("Seq Scan on villages v"), &filled).is_empty());
}
