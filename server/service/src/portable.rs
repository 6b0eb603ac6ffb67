//! A whole shop as one file that belongs to no engine: for moving from SQLite to PostgreSQL and back, and for backups of
//! PostgreSQL.
//!
//! # The file
//! Lines of JSON, compressed by gzip. First `{"xiangji":"export","format":1,"schema":N}`. For each table, after those
//! it refers to, a line with its name and columns, one array a row in the order of the key, and a line with the number
//! of rows, the sums of its money and the SHA-256 of the row lines. Last the counts and the SHA-256 of all lines
//! before. Integers are exact, bytes are base64. There is no time and no engine in it, so the same shop gives the same
//! bytes whichever engine it was read from.
//!
//! It holds everything the database holds, the hashes of passwords and sessions and people's addresses among it: keep
//! it as you keep the database.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder, bufread::MultiGzDecoder};
use serde::ser::{SerializeSeq as _, Serializer as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::portable::{Kind, Table, Totals, Value};
use store::{Conn, Db, StoreError, WriteTx, portable};

const FORMAT: i64 = 1;
/// No row of ours comes near it; a longer line is not a file of ours.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// Why a shop could not be written or read as a whole.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The target is not new: nothing is ever written over.
    #[error("the database is not empty: table {0} has rows; import into a new one")]
    NotEmpty(String),
    /// The file was written by a later release.
    #[error("the file has schema {file}, this program knows schemas up to {newest}: use the later program")]
    NewerSchema { file: i64, newest: i64 },
    /// The target went through other migrations than the shop in the file.
    #[error("the file has schema {file}, the database has {database}: import into a new database")]
    OtherSchema { file: i64, database: i64 },
    /// The file is cut off, altered, or not one of ours.
    #[error("the file cannot be used: {0}")]
    Damaged(String),
    /// What the database holds now is not what the file says: nothing was kept.
    #[error("table {table} differs after the import: {found:?} instead of {expected:?}")]
    Differs { table: String, expected: Totals, found: Totals },
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The schema of the shop in the file.
    pub schema: i64,
    /// Each table with its rows and sums, in the order of the file.
    pub tables: Vec<(String, Totals)>,
    /// SHA-256 of the lines, without compression.
    pub sha256: String,
}

impl Moved {
    /// Rows of all tables.
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|(_, totals)| totals.rows).sum()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    xiangji: String,
    format: i64,
    schema: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct TableHead {
    table: String,
    columns: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TableEnd {
    end: String,
    rows: i64,
    sums_fen: BTreeMap<String, i64>,
    sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileEnd {
    tables: usize,
    rows: i64,
    sha256: String,
}

fn head_of(table: &Table) -> TableHead {
    let word = |kind| match kind {
        Kind::Integer => "integer",
        Kind::Text => "text",
        Kind::Blob => "blob",
    };
    let columns = table.columns.iter().map(|column| (column.name.clone(), word(column.kind).to_owned()));
    TableHead { table: table.name.clone(), columns: columns.collect() }
}

/// Writes the shop as it is at one moment, while it goes on.
///
/// # Errors
/// [`MoveError::Store`] and [`MoveError::File`].
pub async fn export(db: &Db, out: &mut (dyn Write + Send)) -> Result<Moved, MoveError> {
    let mut tx = db.long_snapshot().await?;
    // Without a time in its head, so that the same lines are the same bytes.
    let gzip = GzBuilder::new().mtime(0).write(out, Compression::default());
    let mut lines = Lines { out: gzip, all: Sha256::new() };
    let schema = store::get_schema_version(&mut tx).await?;
    lines.put_json(&Header { xiangji: "export".to_owned(), format: FORMAT, schema })?;
    let mut moved = Moved { schema, tables: Vec::new(), sha256: String::new() };
    for table in portable::list_tables(&mut tx, db.engine()).await? {
        let totals = export_table(&mut tx, db, &table, &mut lines).await?;
        moved.tables.push((table.name, totals));
    }
    moved.sha256 = hex(lines.all.clone());
    let end = FileEnd { tables: moved.tables.len(), rows: moved.rows(), sha256: moved.sha256.clone() };
    lines.put_json(&end)?;
    lines.out.finish()?.flush()?;
    Ok(moved)
}

async fn export_table<W: Write>(
    conn: &mut Conn,
    db: &Db,
    table: &Table,
    lines: &mut Lines<W>,
) -> Result<Totals, MoveError> {
    lines.put_json(&head_of(table))?;
    let mut rows_hash = Sha256::new();
    let mut rows = 0;
    let mut line = Vec::new();
    portable::read_rows(conn, db.engine(), table, |row| {
        line.clear();
        write_row(&row, &mut line)?;
        rows_hash.update(&line);
        rows += 1;
        lines.put(&line)
    })
    .await?;
    let totals = portable::count_table(conn, table).await?;
    if totals.rows != rows {
        return Err(MoveError::Damaged(format!("{} has {} rows, {rows} were read", table.name, totals.rows)));
    }
    let sums_fen = totals.sums_fen.clone();
    lines.put_json(&TableEnd { end: table.name.clone(), rows, sums_fen, sha256: hex(rows_hash) })?;
    Ok(totals)
}

/// Where lines go, with the hash of all of them.
struct Lines<W> {
    out: W,
    all: Sha256,
}

impl<W: Write> Lines<W> {
    fn put(&mut self, line: &[u8]) -> Result<(), MoveError> {
        self.all.update(line);
        Ok(self.out.write_all(line)?)
    }

    fn put_json(&mut self, value: &impl Serialize) -> Result<(), MoveError> {
        let mut line = serde_json::to_vec(value).map_err(damaged)?;
        line.push(b'\n');
        self.put(&line)
    }
}

fn write_row(row: &[Value], line: &mut Vec<u8>) -> Result<(), MoveError> {
    let mut json = serde_json::Serializer::new(&mut *line);
    let mut cells = json.serialize_seq(Some(row.len())).map_err(damaged)?;
    for value in row {
        let done = match value {
            Value::Null => cells.serialize_element(&()),
            Value::Integer(number) => cells.serialize_element(number),
            Value::Text(text) => cells.serialize_element(text),
            Value::Blob(bytes) => cells.serialize_element(&STANDARD.encode(bytes)),
        };
        done.map_err(damaged)?;
    }
    cells.end().map_err(damaged)?;
    line.push(b'\n');
    Ok(())
}

fn read_row(table: &Table, line: &[u8]) -> Result<Vec<Value>, MoveError> {
    use serde_json::Value as Json;
    let cells: Vec<Json> = serde_json::from_slice(line).map_err(damaged)?;
    if cells.len() != table.columns.len() {
        return Err(MoveError::Damaged(format!("a row of {} has {} cells", table.name, cells.len())));
    }
    let cell = |(json, column): (Json, &portable::Column)| {
        let wrong = || MoveError::Damaged(format!("{}.{} is of another kind", table.name, column.name));
        Ok(match (json, column.kind) {
            (Json::Null, _) => Value::Null,
            (Json::Number(number), Kind::Integer) => Value::Integer(number.as_i64().ok_or_else(wrong)?),
            (Json::String(text), Kind::Text) => Value::Text(text),
            (Json::String(text), Kind::Blob) => Value::Blob(STANDARD.decode(text).map_err(|_| wrong())?),
            _ => return Err(wrong()),
        })
    };
    cells.into_iter().zip(&table.columns).map(cell).collect()
}

/// Reads a shop into a database that holds nothing yet, in one transaction: it is there as a whole, with every count and
/// every sum as in the file, or not at all.
///
/// A database without a schema gets the one of the file first. Bring it up to date afterwards.
///
/// # Errors
/// Every [`MoveError`]; the database holds no rows then.
pub async fn import(db: &Db, input: &mut (dyn Read + Send)) -> Result<Moved, MoveError> {
    let mut source = Source::new(input);
    let header: Header = source.next_json("the first line")?;
    if header.xiangji != "export" || header.format != FORMAT {
        return Err(MoveError::Damaged("it is not an export of this program".to_owned()));
    }
    let (schema, newest) = (header.schema, store::newest_schema_version());
    if schema > newest {
        return Err(MoveError::NewerSchema { file: schema, newest });
    }
    match db.find_schema_version().await? {
        0 => db.migrate_to(schema).await?,
        database if database != schema => return Err(MoveError::OtherSchema { file: schema, database }),
        _ => {}
    }
    let mut tx = db.long_write().await?;
    let tables = portable::list_tables(&mut tx, db.engine()).await?;
    if let Some(occupied) = portable::find_occupied_table(&mut tx, &tables).await? {
        return Err(MoveError::NotEmpty(occupied));
    }
    let mut moved = Moved { schema, tables: Vec::new(), sha256: String::new() };
    for table in tables {
        let totals = import_table(&mut tx, &table, &mut source).await?;
        moved.tables.push((table.name, totals));
    }
    moved.sha256 = source.end(&moved)?;
    tx.commit().await?;
    Ok(moved)
}

async fn import_table(tx: &mut WriteTx, table: &Table, source: &mut Source<'_>) -> Result<Totals, MoveError> {
    let head: TableHead = source.next_json("the head of a table")?;
    let wanted = head_of(table);
    if head.table != wanted.table || head.columns != wanted.columns {
        return Err(MoveError::Damaged(format!("table {} comes where {} belongs", head.table, table.name)));
    }
    let at_once = portable::rows_at_once(table);
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(at_once);
    let mut referring: Vec<Vec<Value>> = Vec::new();
    let mut rows_hash = Sha256::new();
    loop {
        let line = source.next_line()?;
        if line.first() != Some(&b'[') {
            break;
        }
        rows_hash.update(line);
        let row = read_row(table, line)?;
        // Only few tables refer to themselves, and only few of their rows do.
        if table.own_references.iter().any(|&place| row[place] != Value::Null) {
            referring.push(row.clone());
        }
        waiting.push(row);
        if waiting.len() == at_once {
            portable::insert_rows(tx, table, &waiting).await?;
            waiting.clear();
        }
    }
    let end: TableEnd = source.last_json("the end of a table")?;
    portable::insert_rows(tx, table, &waiting).await?;
    for row in &referring {
        for &place in table.own_references.iter().filter(|&&place| row[place] != Value::Null) {
            portable::update_own_reference(tx, table, place, row).await?;
        }
    }
    if end.end != table.name || end.sha256 != hex(rows_hash) {
        return Err(MoveError::Damaged(format!("the rows of {} were altered", table.name)));
    }
    let found = portable::count_table(tx, table).await?;
    let expected = Totals { rows: end.rows, sums_fen: end.sums_fen };
    if found != expected {
        return Err(MoveError::Differs { table: table.name.clone(), expected, found });
    }
    Ok(found)
}

/// Where lines come from, with the hash of all of them but the latest.
struct Source<'a> {
    input: BufReader<MultiGzDecoder<BufReader<&'a mut (dyn Read + Send)>>>,
    before: Sha256,
    line: Vec<u8>,
}

impl<'a> Source<'a> {
    fn new(input: &'a mut (dyn Read + Send)) -> Self {
        let input = BufReader::new(MultiGzDecoder::new(BufReader::new(input)));
        Self { input, before: Sha256::new(), line: Vec::new() }
    }

    fn next_line(&mut self) -> Result<&[u8], MoveError> {
        self.before.update(&self.line);
        self.line.clear();
        self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line).map_err(damaged)?;
        if self.line.last() != Some(&b'\n') {
            return Err(MoveError::Damaged("it is cut off".to_owned()));
        }
        Ok(&self.line)
    }

    fn next_json<T: for<'de> Deserialize<'de>>(&mut self, what: &str) -> Result<T, MoveError> {
        self.next_line()?;
        self.last_json(what)
    }

    fn last_json<T: for<'de> Deserialize<'de>>(&self, what: &str) -> Result<T, MoveError> {
        serde_json::from_slice(&self.line)
            .map_err(|error| MoveError::Damaged(format!("{what} is missing: {error}")))
    }

    /// Reads the last line and makes sure that it is the last one; answers the hash of those before it.
    fn end(&mut self, moved: &Moved) -> Result<String, MoveError> {
        let end: FileEnd = self.next_json("the last line")?;
        let sha256 = hex(self.before.clone());
        let told = (end.tables, end.rows, end.sha256.as_str());
        if told != (moved.tables.len(), moved.rows(), sha256.as_str()) {
            return Err(MoveError::Damaged("its counts or its SHA-256 are wrong".to_owned()));
        }
        let mut beyond = [0_u8; 1];
        if self.input.read(&mut beyond).map_err(damaged)? != 0 {
            return Err(MoveError::Damaged("something follows its last line".to_owned()));
        }
        Ok(sha256)
    }
}

fn damaged(error: impl std::fmt::Display) -> MoveError {
    MoveError::Damaged(error.to_string())
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
