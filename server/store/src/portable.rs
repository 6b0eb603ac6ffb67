//! Whole tables in and out, for moving a shop from one engine to the other: every table of the schema, in an order in
//! which whatever is referred to comes first, row by row in the order of the key.
//!
//! Tables, columns and references are read from the engine's own catalogue, so a new migration is moved without
//! anyone remembering this file. Names that come from the catalogue are the only text that is put into a statement.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt as _;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::{Conn, Engine, Result, StoreError, sql};

/// What a column holds; there is nothing else in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Blob,
}

/// A column as both engines have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table as both engines have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// In the order in which they were declared.
    pub columns: Vec<Column>,
    /// The primary key: places in `columns`. Rows are read in its order, which is the order of bytes for text.
    pub key: Vec<usize>,
    /// Columns (places in `columns`) that refer to another row of the same table.
    pub own_references: Vec<usize>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// How many rows a table has, and what its columns of money add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub rows: i64,
    /// Sum in fen by the name of the column; an empty column sums to 0.
    pub sums_fen: BTreeMap<String, i64>,
}

impl Table {
    /// The columns that hold money, by the rule that units stand last in names.
    pub fn money_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.kind == Kind::Integer && column.name.ends_with("_fen"))
    }
}

const SQLITE_COLUMNS: &str = "SELECT m.name, c.name, lower(c.type), CAST(c.pk AS INTEGER) \
     FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     ORDER BY m.name, c.cid";
// The key's columns are numbered from 1 in the order of the key, as SQLite does.
const POSTGRES_COLUMNS: &str = "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT), \
     CAST(format_type(a.atttypid, a.atttypmod) AS TEXT), \
     CAST(COALESCE((SELECT k.place FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place) \
                    WHERE k.number = a.attnum), 0) AS BIGINT) \
     FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped \
     LEFT JOIN pg_index x ON x.indrelid = t.oid AND x.indisprimary \
     WHERE t.relkind = 'r' AND t.relnamespace = CAST(current_schema() AS regnamespace) \
     AND t.relname NOT LIKE '\\_sqlx%' ORDER BY CAST(t.relname AS TEXT) COLLATE \"C\", a.attnum";
const SQLITE_REFERENCES: &str = "SELECT m.name, f.\"from\", f.\"table\" \
     FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2, 3";
const POSTGRES_REFERENCES: &str = "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT), \
     CAST(r.relname AS TEXT) FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid \
     JOIN pg_class r ON r.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (k.conkey) \
     WHERE k.contype = 'f' AND t.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2, 3";

/// Every table of the schema: first those that refer to no other, and those of one rank by name.
///
/// # Errors
/// [`StoreError::Unreadable`] when a column is of a type that the schema does not use, a table has no key, or tables
/// refer to each other in a circle.
pub async fn list_tables(conn: &mut Conn, engine: Engine) -> Result<Vec<Table>> {
    let (columns, references) = match engine {
        Engine::Sqlite => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Engine::Postgres => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut tables: BTreeMap<String, (Table, BTreeMap<i64, usize>)> = BTreeMap::new();
    for row in sql::query_built(columns.to_owned()).fetch_all(&mut *conn).await? {
        let (name, column): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let kind = kind_of(&name, &column, &row.try_get::<String, _>(2)?)?;
        let (table, key) = tables.entry(name.clone()).or_insert_with(|| {
            (
                Table { name, columns: Vec::new(), key: Vec::new(), own_references: Vec::new() },
                BTreeMap::new(),
            )
        });
        let place_in_key: i64 = row.try_get(3)?;
        if place_in_key > 0 {
            key.insert(place_in_key, table.columns.len());
        }
        table.columns.push(Column { name: column, kind });
    }
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sql::query_built(references.to_owned()).fetch_all(&mut *conn).await? {
        let (from, column, to): (String, String, String) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some((table, _)) = tables.get_mut(&from) else { continue };
        if from != to {
            needs.entry(from).or_default().insert(to);
        } else if let Some(place) = table.columns.iter().position(|known| known.name == column) {
            table.own_references.push(place);
        }
    }
    let mut found = Vec::new();
    for (name, (mut table, key)) in tables {
        if key.is_empty() {
            return Err(unreadable("table without a key", name));
        }
        table.key = key.into_values().collect();
        found.push(table);
    }
    in_order(found, &needs)
}

fn kind_of(table: &str, column: &str, declared: &str) -> Result<Kind> {
    match declared {
        "integer" | "bigint" => Ok(Kind::Integer),
        "text" => Ok(Kind::Text),
        "blob" | "bytea" => Ok(Kind::Blob),
        other => Err(unreadable("type of a column", format!("{table}.{column} {other}"))),
    }
}

/// Takes the first table by name whose needs are met, again and again.
fn in_order(mut left: Vec<Table>, needs: &BTreeMap<String, BTreeSet<String>>) -> Result<Vec<Table>> {
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |table: &Table| needs.get(&table.name).is_none_or(|needed| needed.is_subset(&done));
        let Some(next) = left.iter().position(is_ready) else {
            let names: Vec<&str> = left.iter().map(|table| table.name.as_str()).collect();
            return Err(unreadable("order of tables: a circle among", names.join(", ")));
        };
        let table = left.remove(next);
        done.insert(table.name.clone());
        ordered.push(table);
    }
    Ok(ordered)
}

fn unreadable(what: &'static str, value: impl Into<String>) -> StoreError {
    StoreError::Unreadable { what, value: value.into() }
}

/// A name of the catalogue as it may stand in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn listed<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

/// Hands every row to `take`, in the order of the key, without ever holding more than a few of them.
///
/// # Errors
/// Those of the database, and what `take` answers.
pub async fn read_rows<E: From<StoreError>>(
    conn: &mut Conn,
    engine: Engine,
    table: &Table,
    mut take: impl FnMut(Vec<Value>) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let order: Vec<String> = table
        .key
        .iter()
        .map(|&place| {
            let column = &table.columns[place];
            // SQLite orders text by bytes; PostgreSQL by the language of the database unless told otherwise.
            let by_bytes = engine == Engine::Postgres && column.kind == Kind::Text;
            format!("{}{}", quoted(&column.name), if by_bytes { " COLLATE \"C\"" } else { "" })
        })
        .collect();
    let text = format!(
        "SELECT {} FROM {} ORDER BY {}",
        listed(table.columns.iter()),
        quoted(&table.name),
        order.join(", ")
    );
    let mut rows = sql::query_built(text).fetch(&mut *conn);
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        take(cells(table, &row).map_err(StoreError::from)?)?;
    }
    Ok(())
}

fn cells(table: &Table, row: &AnyRow) -> std::result::Result<Vec<Value>, sqlx::Error> {
    let cell = |(place, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Integer),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
            Kind::Blob => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Blob),
        })
    };
    table.columns.iter().enumerate().map(cell).collect()
}

/// How many rows one [`insert_rows`] may take: both engines allow more than 32,000 values a statement.
pub fn rows_at_once(table: &Table) -> usize {
    (16_000 / table.columns.len().max(1)).clamp(1, 500)
}

/// Writes rows as they are, at most [`rows_at_once`] of them.
///
/// A reference to another row of the same table is left empty, for that row may come later: write them with
/// [`update_own_reference`] once all rows are there.
///
/// # Errors
/// Those of the database: a row that breaks a rule of the schema is refused, and so is a row that is there already.
pub async fn insert_rows(conn: &mut Conn, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut text = format!("INSERT INTO {} ({}) VALUES ", quoted(&table.name), listed(table.columns.iter()));
    let mut number = 0;
    for (row, _) in rows.iter().enumerate() {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..table.columns.len() {
            number += 1;
            text.push_str(&format!("{}${number}", if column == 0 { "" } else { ", " }));
        }
        text.push(')');
    }
    let mut statement = sql::query_built(text);
    for row in rows {
        for (place, (value, column)) in row.iter().zip(&table.columns).enumerate() {
            let value = if table.own_references.contains(&place) { &Value::Null } else { value };
            statement = bind(statement, value, column.kind);
        }
    }
    statement.persistent(false).execute(&mut *conn).await?;
    Ok(())
}

/// Writes the reference to another row of the same table at `place` in the columns, of the row with this key.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such row.
pub async fn update_own_reference(conn: &mut Conn, table: &Table, place: usize, row: &[Value]) -> Result<()> {
    let conditions: Vec<String> = table
        .key
        .iter()
        .enumerate()
        .map(|(number, &key)| format!("{} = ${}", quoted(&table.columns[key].name), number + 2))
        .collect();
    let text = format!(
        "UPDATE {} SET {} = $1 WHERE {}",
        quoted(&table.name),
        quoted(&table.columns[place].name),
        conditions.join(" AND ")
    );
    let mut statement = bind(sql::query_built(text), &row[place], table.columns[place].kind);
    for &key in &table.key {
        statement = bind(statement, &row[key], table.columns[key].kind);
    }
    let done = statement.execute(&mut *conn).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound("row of an imported table")) }
}

fn bind(statement: sql::Built, value: &Value, kind: Kind) -> sql::Built {
    match (value, kind) {
        (Value::Integer(number), _) => statement.bind(*number),
        (Value::Text(text), _) => statement.bind(text.clone()),
        (Value::Blob(bytes), _) => statement.bind(bytes.clone()),
        // PostgreSQL wants to know of what type nothing is.
        (Value::Null, Kind::Integer) => statement.bind(None::<i64>),
        (Value::Null, Kind::Text) => statement.bind(None::<String>),
        (Value::Null, Kind::Blob) => statement.bind(None::<Vec<u8>>),
    }
}

/// Counts a table and adds up its money, in the database itself.
pub async fn count_table(conn: &mut Conn, table: &Table) -> Result<Totals> {
    let mut text = "SELECT COUNT(*)".to_owned();
    for column in table.money_columns() {
        text.push_str(&format!(", COALESCE(CAST(SUM({}) AS BIGINT), 0)", quoted(&column.name)));
    }
    text.push_str(&format!(" FROM {}", quoted(&table.name)));
    let row = sql::query_built(text).fetch_one(&mut *conn).await?;
    let mut totals = Totals { rows: row.try_get(0)?, sums_fen: BTreeMap::new() };
    for (place, column) in table.money_columns().enumerate() {
        totals.sums_fen.insert(column.name.clone(), row.try_get(place + 1)?);
    }
    Ok(totals)
}

/// The first of these tables that holds anything; none in a database that has its schema and nothing else.
pub async fn find_occupied_table(conn: &mut Conn, tables: &[Table]) -> Result<Option<String>> {
    for table in tables {
        let text = format!("SELECT CAST(1 AS BIGINT) FROM {} LIMIT 1", quoted(&table.name));
        if sql::query_built(text).fetch_optional(&mut *conn).await?.is_some() {
            return Ok(Some(table.name.clone()));
        }
    }
    Ok(None)
}
