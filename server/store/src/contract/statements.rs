//! Every statement of the store is executed on both engines and names its columns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{on_postgres, on_sqlite};
use crate::Db;
use crate::sql::executed;

/// Each aggregate's scenario runs on a database of its own.
macro_rules! scenarios {
    ($($aggregate:ident),+ $(,)?) => {
        pub(super) async fn run_all_on_sqlite() {
            $(on_sqlite(super::$aggregate::scenario).await;)+
        }
        async fn run_all_on_postgres() -> bool {
            $(if !on_postgres(super::$aggregate::scenario).await { return false; })+
            true
        }
    };
}

scenarios!(
    after_sales,
    bundles,
    people,
    passkeys,
    portable,
    scale,
    operation,
    orders,
    catalogue,
    search,
    villages,
    county,
    credits,
    desk,
    day,
    notifications,
    figures,
    freight,
    listing,
    changes,
    sheets,
    movements,
    recalls,
    seed,
    watching,
    weighing,
    mail,
    marks,
    audit,
    personal_data,
    pieces,
    places,
    unnamed_photos
);

#[tokio::test]
async fn every_statement_runs_on_both_engines() {
    let written = written_statements();
    assert!(written.len() > 10, "the search for statements found only {}", written.len());
    executed::take();
    run_all_on_sqlite().await;
    on_sqlite(ping).await;
    let mut missing = never_executed("SQLite", &written);
    if run_all_on_postgres().await {
        on_postgres(ping).await;
        missing.extend(never_executed("PostgreSQL", &written));
    }
    assert!(missing.is_empty(), "{} statements never executed:\n{}", missing.len(), missing.join("\n"));
}

async fn ping(db: &Db) {
    db.ping().await.unwrap();
}

/// The statements this thread did not execute since it was asked last.
fn never_executed(engine: &str, written: &BTreeMap<(String, u32), String>) -> Vec<String> {
    let executed: BTreeSet<(String, u32)> =
        executed::take().into_keys().map(|(file, line)| (below_src(&file), line)).collect();
    written
        .iter()
        .filter(|(place, _)| !executed.contains(*place))
        .map(|((file, line), text)| format!("  {engine}: src/{file}:{line}: {text}"))
        .collect()
}

pub(super) fn below_src(file: &str) -> String {
    file.replace('\\', "/").rsplit_once("src/").map_or(file.to_owned(), |(_, rest)| rest.to_owned())
}

/// Where the sources start a statement: file below `src/`, line, and the line's text.
fn written_statements() -> BTreeMap<(String, u32), String> {
    let mut found = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    each_source(&root, &mut |path, text| {
        let file = below_src(&path.display().to_string());
        // What tests do by hand is proved by the tests that do it.
        if file == "sql.rs" || file.starts_with("contract/") || file.starts_with("testing/") {
            return;
        }
        for line in statement_lines(text) {
            let shown = text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned();
            found.insert((file.clone(), line), shown);
        }
        let direct =
            text.lines().any(|line| line.contains("sqlx::query") && !line.trim_start().starts_with("//"));
        // These ask one engine about itself: when a connection is opened, whether anything was written, which indices
        // there are.
        let about_the_engine =
            matches!(file.as_str(), "db.rs" | "db/sqlite.rs" | "db/version.rs" | "scale.rs");
        assert!(!direct || about_the_engine, "{file} starts a statement past crate::sql");
    });
    found
}

/// A release goes on serving while the next one adds columns (decision 0011): PostgreSQL refuses a prepared statement
/// whose rows have grown meanwhile.
#[test]
fn every_statement_names_its_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut unnamed: Vec<String> = Vec::new();
    each_source(&root, &mut |path, text| {
        let file = below_src(&path.display().to_string());
        // What tests do by hand is done to one schema.
        if !file.starts_with("contract/") && !file.starts_with("testing/") {
            unnamed.extend(lines_without_columns(text).iter().map(|line| format!("  src/{file}:{line}")));
        }
    });
    assert!(unnamed.is_empty(), "{} statements take any column:\n{}", unnamed.len(), unnamed.join("\n"));
}

/// Lines (from 1) where a statement reads or writes whatever columns a table has.
fn lines_without_columns(text: &str) -> Vec<usize> {
    let stars = text.match_indices('*').map(|(at, _)| at);
    let stars = stars.filter(|at| is_any_column(&text[..*at], &text[*at..]));
    let inserts =
        text.match_indices("INSERT INTO ").filter(|(at, into)| gives_any_row(&text[*at + into.len()..]));
    let found: BTreeSet<usize> = stars.chain(inserts.map(|(at, _)| at)).collect();
    let found = found.into_iter().filter(|at| !is_in_comment(text, *at));
    found.map(|at| text[..at].matches('\n').count() + 1).collect()
}

/// Whether the star between two pieces of a source stands for columns, not for a product, a count or a reference.
fn is_any_column(before: &str, star: &str) -> bool {
    let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
    let whole = before.trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
    let word = whole.rsplit(|c: char| !is_in_word(c)).next().unwrap_or_default();
    let of_all = matches!(word, "SELECT" | "DISTINCT" | "RETURNING");
    let of_one = before
        .strip_suffix('.')
        .is_some_and(|table| table.ends_with(|c: char| is_in_word(c) || c == '"' || c == '}'));
    let is_last = whole.ends_with(',') && star[1..].trim_start().starts_with("FROM");
    of_all || of_one || is_last
}

/// Whether the table that the rest of an `INSERT` begins with gets rows without the names of its columns.
fn gives_any_row(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    rest.starts_with("VALUES") || rest.starts_with("SELECT")
}

fn is_in_comment(text: &str, at: usize) -> bool {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    text[line_start..at].trim_start().starts_with("//")
}

/// Lines (from 1) with the first character of a call of `sql::query…`, however the call goes on.
fn statement_lines(text: &str) -> Vec<u32> {
    let mut lines = Vec::new();
    for (at, _) in text.match_indices("sql::query") {
        // `crate::sql::query` begins with `crate`, which rustfmt never breaks off from the rest.
        let rest =
            text[at + "sql::query".len()..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        let calls = rest.starts_with('(') || rest.starts_with("::<");
        if calls && !is_in_comment(text, at) {
            lines.push(u32::try_from(text[..at].matches('\n').count() + 1).unwrap());
        }
    }
    lines
}

fn each_source(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn a_call_is_found_where_it_begins() {
    let text = "//! sql::query(x)\nlet a = sql::query_as::<\n    Row,\n>(\n    \"SELECT\",\n);\n    // sql::query(\n\
                sql::query(\n)\n[`sql::query`]\nOk(sql::query_scalar(\"x\"))";
    assert_eq!(statement_lines(text), vec![2, 8, 11]);
}

#[test]
fn a_statement_without_columns_is_found() {
    for (text, is_found) in [
        ("SELECT * FROM t", true),
        ("SELECT DISTINCT\n    * FROM t", true),
        ("SELECT s.id, t.* FROM s, t", true),
        ("SELECT 1 AS n, * FROM t", true),
        ("UPDATE t SET n = n * 2 WHERE id = $1 RETURNING *", true),
        ("UPDATE t SET n = 1 RETURNING \\\n    *", true),
        ("INSERT INTO t VALUES (1)", true),
        ("INSERT INTO t \\\n    SELECT n FROM s", true),
        ("INSERT INTO t (n) VALUES (1)", false),
        ("SELECT COUNT(*), n * 2 FROM t", false),
        ("told(of, *one, &text[..*at])", false),
        ("    // SELECT * FROM t", false),
    ] {
        assert_eq!(!lines_without_columns(text).is_empty(), is_found, "{text}");
    }
    assert_eq!(lines_without_columns("SELECT n\nFROM t\nRETURNING t.*"), vec![3]);
}
