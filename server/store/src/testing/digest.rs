//! What stands in the database, without what may differ between two equal worlds.

use std::collections::BTreeMap;

use sqlx::Row as _;

use crate::{Conn, Engine, Result, sql};

/// Not the business of the shop: who is signed in and from where, forms that came back, failures that are counted, who
/// did what when, what the network told by itself, and photos that nobody came to use.
const LEFT_OUT: &[&str] = &[
    "_sqlx_migrations",
    "sessions",
    "known_devices",
    "known_browsers",
    "form_flashes",
    "login_attempts",
    "audit_log",
    "audit_origins",
    "payment_events",
    "unnamed_photos",
];

/// Moved by looking at something, or by locking it.
const RESTLESS: &[(&str, &str)] = &[
    ("orders", "version"),
    ("carts", "updated_at_ms"),
    ("cart_lines", "updated_at_ms"),
    ("payments", "checked_at_ms"),
];

/// Every row of every table, as text.
pub type Digest = BTreeMap<String, Vec<String>>;

/// For every table how many rows it has and what its figures add up to.
pub type Figures = BTreeMap<String, String>;

/// A table's columns, with whether they hold whole numbers.
type Columns = Vec<(String, bool)>;

/// Every row of the business.
pub async fn digest(engine: Engine, conn: &mut Conn) -> Result<Digest> {
    let mut digest = Digest::new();
    for (table, columns) in tables(engine, conn).await? {
        let quoted = |column: &str| match engine {
            Engine::Sqlite => format!("quote({column})"),
            Engine::Postgres => format!("COALESCE(CAST({column} AS TEXT), 'NULL')"),
        };
        let shown: Vec<String> = columns
            .iter()
            .filter(|(column, _)| !RESTLESS.contains(&(table.as_str(), column.as_str())))
            .map(|(column, _)| format!("'{column}=' || {}", quoted(column)))
            .collect();
        let statement = format!("SELECT {} AS text FROM {table} ORDER BY 1", shown.join(" || ' ' || "));
        digest.insert(table, texts(conn, statement).await?);
    }
    Ok(digest)
}

/// What is different, row by row.
pub fn changes(before: &Digest, after: &Digest) -> Vec<String> {
    let mut told = Vec::new();
    for (table, rows) in after {
        let old = before.get(table).map_or(&[][..], Vec::as_slice);
        let gone = old.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} - {row}"));
        let new = rows.iter().filter(|row| !old.contains(row)).map(|row| format!("{table} + {row}"));
        told.extend(gone.chain(new));
    }
    told
}

/// Counts, sums and states. Two worlds in which the same was done have the same ones, whatever their ids.
pub async fn figures(engine: Engine, conn: &mut Conn) -> Result<Figures> {
    let mut figures = Figures::new();
    for (table, columns) in tables(engine, conn).await? {
        let mut parts = vec!["CAST(COUNT(*) AS TEXT)".to_owned()];
        for (column, is_number) in &columns {
            let is_figure = *is_number
                && !["id", "_by", "_ms", "version", "position"].iter().any(|end| column.ends_with(end));
            if is_figure {
                parts.push(format!("' {column} ' || CAST(COALESCE(SUM({column}), 0) AS TEXT)"));
            }
        }
        let mut text = texts(conn, format!("SELECT {} FROM {table}", parts.join(" || "))).await?.concat();
        if columns.iter().any(|(column, _)| column == "status") {
            // The network closes an unpaid page when its time has come, and tells of it when it likes.
            let state = match table.as_str() {
                "payments" => "CASE WHEN status IN ('open', 'expired') THEN 'unpaid' ELSE status END",
                _ => "status",
            };
            let states = format!(
                "SELECT state || ' ' || CAST(COUNT(*) AS TEXT)
                   FROM (SELECT {state} AS state FROM {table}) AS states GROUP BY state ORDER BY 1"
            );
            text.push_str(&format!(" {}", texts(conn, states).await?.join(", ")));
        }
        figures.insert(table, text);
    }
    Ok(figures)
}

async fn tables(engine: Engine, conn: &mut Conn) -> Result<Vec<(String, Columns)>> {
    let statement = match engine {
        Engine::Sqlite => {
            "SELECT t.name || ' ' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 1 ELSE 0 END
               FROM sqlite_master t, pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.sql NOT LIKE '%VIRTUAL%'"
        }
        Engine::Postgres => {
            "SELECT table_name || ' ' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN '1' ELSE '0' END
               FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let mut found: BTreeMap<String, Columns> = BTreeMap::new();
    for text in texts(conn, statement.to_owned()).await? {
        let words: Vec<&str> = text.split(' ').collect();
        if !LEFT_OUT.contains(&words[0]) {
            found.entry(words[0].to_owned()).or_default().push((words[1].to_owned(), words[2] == "1"));
        }
    }
    for columns in found.values_mut() {
        columns.sort_unstable();
    }
    Ok(found.into_iter().collect())
}

async fn texts(conn: &mut Conn, statement: String) -> Result<Vec<String>> {
    let rows = sql::query_built(statement).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
