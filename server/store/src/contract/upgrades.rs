//! What a migration may do while the release before it is still serving: see docs/decisions/0011-schema-changes.md.

use std::path::Path;

use sqlx::Executor as _;

use super::scale::{NOW_MS, insert_county};
use super::{on_both, on_both_as_of};
use crate::scale::{Size, fill_tables};
use crate::{Db, Engine, figures};

/// The migrations that founded the schema: no release was serving beside them.
const FOUNDING: i64 = 5;

/// From here on indices come and go as the decision says.
const SMALL: i64 = 11;

/// Indices that a migration after [`SMALL`] takes away, and why the release before it does not miss them.
const GIVEN_UP: &[(&str, &str)] = &[];

#[test]
fn migrations_only_add_unless_they_name_the_release_that_no_longer_needs_what_they_take() {
    for engine in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let number: i64 = name.split('_').next().unwrap().parse().expect("a number begins the name");
            let text = std::fs::read_to_string(&path).unwrap();
            let refused = refusals(&text);
            assert!(number <= FOUNDING || refused.is_empty(), "{engine}/{name}: {refused:#?}");
            let refused = index_refusals(&text, engine == "postgres");
            assert!(number <= SMALL || refused.is_empty(), "{engine}/{name}: {refused:#?}");
        }
    }
}

/// Statements that would break a server of the release before, or lock a large table for long.
///
/// A file with a line `-- contract: N` (the first release that no longer uses what is taken away) may take away.
fn refusals(text: &str) -> Vec<String> {
    let names_release = text.lines().any(|line| {
        let release = line.trim().strip_prefix("-- contract:").map(str::trim);
        release.is_some_and(|release| release.starts_with(|c: char| c.is_ascii_digit()))
    });
    if names_release {
        return Vec::new();
    }
    let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let statements = code.join("\n");
    let mut made_here: Vec<String> = Vec::new();
    let mut refused = Vec::new();
    for statement in statements.split(';') {
        let words: Vec<String> = statement.split_whitespace().map(str::to_uppercase).collect();
        let has = |wanted: &[&str]| {
            words
                .windows(wanted.len())
                .any(|some| some.iter().zip(wanted).all(|(word, wanted)| word == wanted))
        };
        let third = || words.get(2).map(|name| name.trim_end_matches('(').to_owned()).unwrap_or_default();
        if has(&["CREATE", "TABLE"]) {
            made_here.push(third());
            continue;
        }
        if has(&["ALTER", "TABLE"]) && made_here.contains(&third()) {
            continue;
        }
        let takes_away = (words.first().is_some_and(|first| first == "DROP") && !has(&["DROP", "INDEX"]))
            || (has(&["ALTER", "TABLE"]) && (has(&["DROP"]) || has(&["RENAME"])));
        let demands = (has(&["ADD"]) || has(&["SET"]))
            && has(&["ALTER", "TABLE"])
            && has(&["NOT", "NULL"])
            && !has(&["DEFAULT"]);
        let rewrites = has(&["ALTER", "COLUMN"]) && has(&["TYPE"]);
        if takes_away || demands || rewrites {
            refused.push(statement.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    refused
}

/// Statements about indices of tables that are there already: one that is taken away may be what the release before
/// plans with and locks its table for readers too; one that is made must be found when it was made by hand, and must not
/// wait for its table for long.
fn index_refusals(text: &str, has_lock_timeout: bool) -> Vec<String> {
    let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    let code = code.join("\n").to_uppercase();
    let is_patient = has_lock_timeout && !code.trim_start().starts_with("SET LOCAL LOCK_TIMEOUT = ");
    let statements = code.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>());
    let mut made_here: Vec<&str> = Vec::new();
    let mut refused = Vec::new();
    for words in statements {
        let is_refused = match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => {
                made_here.push(name.trim_end_matches('('));
                false
            }
            ["DROP", "INDEX", rest @ ..] => {
                let name = rest.last().map_or_else(String::new, |name| name.to_lowercase());
                !GIVEN_UP.iter().any(|(index, _)| *index == name)
            }
            ["CREATE", "INDEX", rest @ ..] | ["CREATE", "UNIQUE", "INDEX", rest @ ..] => {
                let table = rest.iter().position(|word| *word == "ON").and_then(|on| rest.get(on + 1));
                let is_old = !table.is_some_and(|table| made_here.contains(table));
                is_old && (is_patient || !rest.starts_with(&["IF", "NOT", "EXISTS"]))
            }
            _ => false,
        };
        if is_refused {
            refused.push(words.join(" "));
        }
    }
    refused
}

#[test]
fn indices_of_tables_that_are_there_are_made_beside_the_old_ones_and_found_when_made_by_hand() {
    let patient = "CREATE INDEX IF NOT EXISTS orders_by_quote ON orders (quote_id);";
    for breaking in [
        "DROP INDEX orders_by_phone;",
        "drop index if exists orders_by_phone;",
        "CREATE INDEX a ON orders (b);",
    ] {
        assert_eq!(index_refusals(breaking, false).len(), 1, "{breaking}");
    }
    assert_eq!(index_refusals(patient, true).len(), 1, "it waits for the table as long as it takes");
    let impatient = format!("-- Quotes.\nSET LOCAL lock_timeout = '3s';\n{patient}");
    let of_its_own = "CREATE TABLE quotes (\n id INTEGER\n);\nCREATE INDEX quotes_by_id ON quotes (id);";
    for (adding, has_lock_timeout) in
        [(patient, false), (&impatient, true), (of_its_own, true), ("-- DROP INDEX orders_by_phone;", true)]
    {
        assert_eq!(index_refusals(adding, has_lock_timeout), Vec::<String>::new(), "{adding}");
    }
}

/// What the release before has sold is counted by the migration that makes the figures.
/// As after a step back, or when a server of the release before is started again during an upgrade.
#[tokio::test]
async fn a_program_starts_on_the_schema_of_the_release_after_it() {
    on_both(async |db| {
        let none = match db.engine() {
            Engine::Sqlite => "X''",
            Engine::Postgres => "CAST('' AS BYTEA)",
        };
        let later = format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of the release after this one', TRUE, {none}, 0)"
        );
        let mut tx = db.write().await.unwrap();
        tx.execute(sqlx::AssertSqlSafe(later)).await.unwrap();
        tx.commit().await.unwrap();
        db.migrate().await.unwrap();
        assert_eq!(db.find_schema_version().await.unwrap(), 9999, "and leaves it as it is");
    })
    .await;
}

#[tokio::test]
async fn a_shop_of_the_release_before_the_figures_has_right_ones_after_the_upgrade() {
    on_both_as_of(11, async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_county(&mut tx).await;
        let lenient = match db.engine() {
            Engine::Sqlite => "PRAGMA defer_foreign_keys = ON",
            Engine::Postgres => "SET LOCAL session_replication_role = replica",
        };
        tx.execute(lenient).await.unwrap();
        let size = Size { products: 200, lines: 2_000 };
        fill_tables(&mut tx, size, NOW_MS, &mut |_: &str| {}).await.unwrap();
        tx.commit().await.unwrap();
        db.migrate().await.unwrap();
        let mut conn = db.read().await.unwrap();
        for counted in [
            "SELECT COUNT(*) FROM sales_days WHERE kind = 'collective'",
            "SELECT COUNT(*) FROM sales_days WHERE kind = 'sending_unit'",
            "SELECT COUNT(*) FROM product_years",
            "SELECT COUNT(*) FROM shared_years",
            "SELECT COUNT(*) FROM beside_years",
            "SELECT COUNT(*) FROM team_days",
            "SELECT COUNT(*) FROM product_counts",
        ] {
            let rows = sqlx::query_scalar::<_, i64>(counted).fetch_one(&mut *conn).await.unwrap();
            assert!(rows > 0, "{counted}");
        }
        assert_eq!(figures::list_wrong_figures(&mut conn).await.unwrap(), []);
    })
    .await;
}

#[test]
fn the_check_refuses_what_it_is_there_to_refuse() {
    for breaking in [
        "ALTER TABLE orders DROP COLUMN note;",
        "ALTER TABLE orders RENAME COLUMN note TO remark;",
        "alter table orders\n  rename to purchases;",
        "DROP TABLE cart_lines;",
        "ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL;",
        "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE orders ALTER COLUMN note TYPE BIGINT;",
    ] {
        assert_eq!(refusals(breaking).len(), 1, "{breaking}");
        assert!(refusals(&format!("-- contract: 0.4\n{breaking}")).is_empty());
        assert_eq!(refusals(&format!("-- contract: soon\n{breaking}")).len(), 1, "a release must be named");
    }
    for adding in [
        "CREATE TABLE quotes (\n id INTEGER PRIMARY KEY,\n note TEXT NOT NULL\n) STRICT;",
        "ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL DEFAULT '';",
        "ALTER TABLE orders ADD COLUMN quote_id INTEGER REFERENCES quotes (id);",
        "CREATE INDEX orders_by_quote ON orders (quote_id);",
        "DROP INDEX orders_by_phone;",
        "-- DROP TABLE orders;",
        "UPDATE orders SET note = '' WHERE note IS NULL;",
    ] {
        assert_eq!(refusals(adding), Vec::<String>::new(), "{adding}");
    }
}
