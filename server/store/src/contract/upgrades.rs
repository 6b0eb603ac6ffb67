//! What a migration may do while the release before it is still serving: see docs/decisions/0011-schema-changes.md.

use std::path::Path;

/// The migrations that founded the schema: no release was serving beside them.
const FOUNDING: i64 = 5;

#[test]
fn migrations_only_add_unless_they_name_the_release_that_no_longer_needs_what_they_take() {
    for engine in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let number: i64 = name.split('_').next().unwrap().parse().expect("a number begins the name");
            let refused = refusals(&std::fs::read_to_string(&path).unwrap());
            assert!(number <= FOUNDING || refused.is_empty(), "{engine}/{name}: {refused:#?}");
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
