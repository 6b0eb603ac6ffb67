//! The two schemas are one schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sqlx::Row;

use super::{on_both, on_postgres, on_sqlite};
use crate::Db;

/// PostgreSQL says BIGINT, BYTEA and `)` for INTEGER, BLOB and `) STRICT`, and `COLLATE "C"` where the order of bytes,
/// which is SQLite's only order, is needed for an index of prefixes. Comments may differ, and so may what follows a
/// comment that begins with [`OWN_WORDS`]: triggers.
#[test]
fn the_postgres_migrations_are_the_sqlite_ones_in_other_words() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    assert!(sqlite.keys().eq(postgres.keys()), "both engines must have the same migrations");
    for (name, text) in &sqlite {
        let expected = whole_words(text, "INTEGER", "BIGINT");
        let expected = without_comments(&whole_words(&expected, "BLOB", "BYTEA").replace(") STRICT;", ");"));
        let found = without_comments(&postgres[name].replace(" COLLATE \"C\"", ""));
        for (wanted, found) in expected.iter().zip(&found) {
            assert_eq!(wanted, found, "a line of postgres/{name}");
        }
        assert_eq!(expected.len(), found.len(), "lines of postgres/{name}");
        let tables = text.matches("CREATE TABLE").count();
        assert_eq!(tables, text.matches(") STRICT;").count(), "each table of sqlite/{name} must be STRICT");
    }
}

/// Begins the part of a migration that each engine has in words of its own.
const OWN_WORDS: &str = "-- From here on in the words of each engine";

/// How long a migration waits for a table on PostgreSQL (decision 0011); SQLite has one lock and no word for it.
const LOCK_WORDS: &str = "SET LOCAL lock_timeout = '3s';";

fn without_comments(text: &str) -> Vec<String> {
    let common = text.split(OWN_WORDS).next().unwrap_or_default();
    let is_common = |line: &&str| !line.trim_start().starts_with("--") && *line != LOCK_WORDS;
    common.lines().filter(is_common).map(str::to_owned).collect()
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    on_both(async |db: &Db| db.migrate().await.unwrap()).await;
}

#[tokio::test]
async fn tables_columns_types_nullability_and_indices_are_the_same() {
    let sqlite = std::cell::RefCell::default();
    let postgres = std::cell::RefCell::default();
    on_sqlite(async |db: &Db| *sqlite.borrow_mut() = describe(db, SQLITE_COLUMNS, SQLITE_INDICES).await)
        .await;
    let ran = on_postgres(async |db: &Db| {
        *postgres.borrow_mut() = describe(db, POSTGRES_COLUMNS, POSTGRES_INDICES).await;
    })
    .await;
    assert!(sqlite.borrow().len() > 100, "only {} columns and indices found", sqlite.borrow().len());
    if ran {
        let (sqlite, postgres): (BTreeSet<String>, BTreeSet<String>) = (sqlite.take(), postgres.take());
        let differences: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
        assert!(differences.is_empty(), "on one engine only: {differences:#?}");
    }
}

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name || ' ' || \
     CASE lower(c.type) WHEN 'integer' THEN 'bigint' WHEN 'blob' THEN 'bytea' ELSE lower(c.type) END || \
     CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END \
     FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' \
     ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "SELECT CAST(table_name || '.' || column_name || ' ' || data_type || \
     CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS TEXT) \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
const SQLITE_INDICES: &str = "SELECT 'index ' || tbl_name || '.' || name FROM sqlite_schema \
     WHERE type = 'index' AND sql IS NOT NULL";
// Indices that stand for a constraint have names of the engine's own.
const POSTGRES_INDICES: &str = "SELECT CAST('index ' || t.relname || '.' || i.relname AS TEXT) FROM pg_index x \
     JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
     WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_sqlx%' \
     AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u'))";

async fn describe(db: &Db, columns: &'static str, indices: &'static str) -> BTreeSet<String> {
    let mut conn = db.read().await.unwrap();
    let mut found = BTreeSet::new();
    for statement in [columns, indices] {
        let rows = sqlx::query(statement).fetch_all(&mut *conn).await.unwrap();
        found.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    found
}

fn migrations(engine: &str) -> BTreeMap<String, String> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Replaces `word` where it is not part of a longer one.
fn whole_words(text: &str, word: &str, by: &str) -> String {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let inside = is_part(before.chars().next_back()) || is_part(after.chars().next());
        result.push_str(before);
        result.push_str(if inside { word } else { by });
        rest = after;
    }
    result + rest
}
