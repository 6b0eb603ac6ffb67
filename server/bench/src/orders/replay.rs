//! The same statements once more, without the shop.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Statement};
use store::watch::{Bound, Step};

/// What the writer's connection of the shop is set to.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

/// Where the shop's statements are written down while one records.
static RECORDING: Mutex<Option<Vec<Step>>> = Mutex::new(None);

fn note(step: Step) {
    if let Some(steps) = RECORDING.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        steps.push(step);
    }
}

/// What the shop asked of its database, in order.
#[derive(Debug)]
pub struct Tape {
    steps: Vec<Step>,
}

/// A recording that goes on.
#[derive(Debug)]
pub(super) struct Recording;

impl Tape {
    /// Writes down what every transaction of this process that writes does from now on.
    ///
    /// # Errors
    /// Somebody else records.
    pub(super) fn begin() -> Result<Recording> {
        let mut recording = RECORDING.lock().unwrap_or_else(PoisonError::into_inner);
        ensure!(recording.is_none(), "two recordings at once");
        *recording = Some(Vec::new());
        store::watch::record(note);
        Ok(Recording)
    }

    /// Statements for each transaction.
    #[must_use]
    pub fn statements_per_order(&self) -> f64 {
        let (mut orders, mut statements) = (0.0_f64, 0.0);
        for step in &self.steps {
            match step {
                Step::Commit => orders += 1.0,
                Step::Statement { .. } => statements += 1.0,
                Step::Begin => {}
            }
        }
        statements / orders.max(1.0)
    }

    /// # Errors
    /// There are not as many transactions as orders, or something was asked outside of one.
    pub(super) fn check(&self, orders: usize) -> Result<()> {
        let mut open = false;
        let mut commits = 0;
        for step in &self.steps {
            match step {
                Step::Begin => ensure!(!std::mem::replace(&mut open, true), "a transaction in a transaction"),
                Step::Statement { text, .. } => ensure!(open, "outside of a transaction: {text}"),
                Step::Commit => {
                    ensure!(std::mem::replace(&mut open, false), "a commit of nothing");
                    commits += 1;
                }
            }
        }
        ensure!(!open && commits == orders, "{commits} commits for {orders} orders");
        Ok(())
    }
}

impl Recording {
    pub(super) fn end(self) -> Tape {
        let steps = RECORDING.lock().unwrap_or_else(PoisonError::into_inner).take();
        Tape { steps: steps.unwrap_or_default() }
    }
}

/// How statements are repeated.
#[derive(Debug, Clone, Copy)]
pub struct Repeat {
    /// Each commit waits for the disk.
    pub is_synced: bool,
    /// Orders in a commit.
    pub shared: usize,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { is_synced: true, shared: 1 }
    }
}

/// A statement ready to run: which prepared one, and its values in the order in which SQLite counts parameters.
struct Call {
    statement: usize,
    values: Vec<Value>,
}

enum Act {
    Begin,
    Call(Call),
    Commit,
}

/// Does everything that is on the tape and answers how long that took, without opening and preparing.
pub(super) fn repeat(database: &Path, tape: &Tape, how: Repeat) -> Result<Duration> {
    let connection = Connection::open(database)?;
    connection.execute_batch(PRAGMAS)?;
    if !how.is_synced {
        connection.execute_batch("PRAGMA synchronous = OFF")?;
    }
    let mut numbers: HashMap<&'static str, usize> = HashMap::new();
    let mut statements: Vec<Statement<'_>> = Vec::new();
    let mut acts = Vec::with_capacity(tape.steps.len());
    for step in &tape.steps {
        acts.push(match step {
            Step::Begin => Act::Begin,
            Step::Commit => Act::Commit,
            Step::Statement { text, values } => {
                let statement = match numbers.get(text) {
                    Some(number) => *number,
                    None => {
                        statements.push(connection.prepare(text).with_context(|| (*text).to_owned())?);
                        numbers.insert(text, statements.len() - 1);
                        statements.len() - 1
                    }
                };
                Act::Call(Call { statement, values: in_order(&statements[statement], values)? })
            }
        });
    }
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let begun = Instant::now();
    let mut waiting = 0;
    for act in &acts {
        match act {
            Act::Begin if waiting == 0 => begin.raw_execute().map(drop)?,
            Act::Begin => {}
            Act::Call(call) => run(&mut statements[call.statement], &call.values)?,
            Act::Commit => {
                waiting += 1;
                if waiting >= how.shared {
                    commit.raw_execute()?;
                    waiting = 0;
                }
            }
        }
    }
    if waiting > 0 {
        commit.raw_execute()?;
    }
    Ok(begun.elapsed())
}

/// Parameters are named by numbers (`$2`), and SQLite counts them as it meets them.
fn in_order(statement: &Statement<'_>, values: &[Bound]) -> Result<Vec<Value>> {
    let parameter = |at: usize| {
        let name = statement.parameter_name(at).context("a parameter without a name")?;
        let number: usize = name.trim_start_matches(['$', '?']).parse()?;
        let value = values.get(number - 1).with_context(|| format!("no value for {name}"))?;
        Ok(match value {
            Bound::Null => Value::Null,
            Bound::Integer(value) => Value::Integer(*value),
            Bound::Text(text) => Value::Text(text.clone()),
            Bound::Blob(bytes) => Value::Blob(bytes.clone()),
        })
    };
    (1..=statement.parameter_count()).map(parameter).collect()
}

/// Runs a statement and reads everything it gives.
fn run(statement: &mut Statement<'_>, values: &[Value]) -> Result<()> {
    for (at, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value)?;
    }
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut read = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            read += usize::from(row.get_ref(column)? != ValueRef::Null);
        }
    }
    std::hint::black_box(read);
    Ok(())
}

/// Fails where two databases differ.
///
/// # Errors
/// Names the table.
pub(super) fn same(one: &Path, other: &Path) -> Result<()> {
    let (one, other) = (Connection::open(one)?, Connection::open(other)?);
    let mut tables = one.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ensure!(tables.iter().any(|table| table == "orders"), "a shop without orders");
    for table in tables {
        let (ours, theirs) = (rows(&one, &table)?, rows(&other, &table)?);
        if ours != theirs {
            bail!("{table} differs: {} rows and {} rows", ours.len(), theirs.len());
        }
    }
    Ok(())
}

/// All rows of a table as text, sorted.
fn rows(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut all = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns = all.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let values: Result<Vec<Value>, _> = (0..columns).map(|column| row.get(column)).collect();
        Ok(format!("{:?}", values?))
    };
    let mut rows: Vec<String> = all.query_map([], row)?.collect::<Result<_, _>>()?;
    rows.sort_unstable();
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_their_numbers_stand() {
        let connection = Connection::open_in_memory().unwrap();
        let mut statement = connection.prepare("SELECT $2 || $1 || $2").unwrap();
        let values = in_order(&statement, &[Bound::Text("a".into()), Bound::Integer(7)]).unwrap();
        for (at, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, value).unwrap();
        }
        let mut rows = statement.raw_query();
        let text: String = rows.next().unwrap().unwrap().get(0).unwrap();
        assert_eq!(text, "7a7");
    }

    #[test]
    fn a_tape_with_a_hole_is_refused() {
        let statement = || Step::Statement { text: "SELECT 1", values: Vec::new() };
        let check = |steps: Vec<Step>| Tape { steps }.check(1).is_ok();
        assert!(check(vec![Step::Begin, statement(), Step::Commit]));
        assert!(!check(vec![statement(), Step::Begin, Step::Commit]));
        assert!(!check(vec![Step::Begin, statement()]));
    }

    #[test]
    fn databases_that_differ_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, total: i64| {
            let path = folder.path().join(name);
            let connection = Connection::open(&path).unwrap();
            let text = format!("CREATE TABLE orders (total INTEGER); INSERT INTO orders VALUES ({total})");
            connection.execute_batch(&text).unwrap();
            path
        };
        assert!(same(&file("a", 1), &file("b", 1)).is_ok());
        assert!(same(&file("a2", 1), &file("c", 2)).is_err());
    }
}
