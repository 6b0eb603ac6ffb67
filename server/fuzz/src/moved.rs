//! A whole shop as one file, as `xiangji import` takes it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use service::portable::{MoveError, export, import};
use sha2::{Digest as _, Sha256};
use store::{Db, portable};
use tokio::runtime::{Builder, Runtime};

/// An empty database to import into, again and again.
#[derive(Debug)]
pub struct Bench {
    runtime: Runtime,
    folder: PathBuf,
    /// What an empty shop exports, line by line.
    empty: Vec<Value>,
    db: Mutex<Db>,
}

impl Bench {
    /// Makes the database, in a folder that goes with the bench.
    ///
    /// # Panics
    /// There is no room for it.
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("xiangji-fuzz-import-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (empty, db) = runtime.block_on(async {
            let url = format!("sqlite://{}", folder.join("empty.db").display());
            let db = Db::connect(&url, 2).await.unwrap();
            db.migrate().await.unwrap();
            let empty = lines_of(&exported(&db).await).unwrap();
            db.close().await;
            (empty, opened(&folder).await)
        });
        Self { runtime, folder, empty, db: Mutex::new(db) }
    }

    /// A file is refused and leaves nothing behind, or what comes out again is what went in. Lines that are not packed
    /// are tried as they are, and once more as somebody would send them who knows how a file has to look: rows below
    /// the tables that they name, with the right counts, sums and hashes.
    ///
    /// # Panics
    /// The promise was broken.
    pub fn import(&self, bytes: &[u8]) {
        if bytes.starts_with(b"\x1f\x8b") {
            return self.try_file(bytes);
        }
        self.try_file(&packed(bytes));
        self.try_file(&packed(&self.made_right(bytes)));
    }

    fn try_file(&self, file: &[u8]) {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        self.runtime.block_on(async {
            match import(&db, &mut &*file).await {
                Err(MoveError::NotEmpty(table)) => panic!("an earlier file left rows in {table}"),
                Err(_) => {
                    let mut conn = db.read().await.unwrap();
                    let tables = portable::list_tables(&mut conn, db.engine()).await.unwrap();
                    let left = portable::find_occupied_table(&mut conn, &tables).await.unwrap();
                    assert_eq!(left, None, "a refused file left rows");
                }
                Ok(_) => {
                    let out = lines_of(&exported(&db).await).unwrap();
                    // What import skips over may be no JSON, and then there is nothing to compare.
                    if let Some(into) = lines_of(file) {
                        assert_eq!(sorted(out), sorted(into));
                    }
                    db.close().await;
                    *db = opened(&self.folder).await;
                }
            }
        });
    }

    /// The rows among these lines in an export of their own, with everything that is reckoned.
    fn made_right(&self, lines: &[u8]) -> Vec<u8> {
        let mut rows: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
        let mut table = String::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"[") && line.ends_with(b"\n") {
                rows.entry(table.clone()).or_default().push(line);
            } else if let Ok(head) = serde_json::from_slice::<Value>(line)
                && let Some(name) = head["table"].as_str()
            {
                table = name.to_owned();
            }
        }
        let (mut file, mut count, mut columns) = (Vec::new(), 0, Value::Null);
        let end = self.empty.len() - 1;
        for line in &self.empty[..end] {
            let mut line = line.clone();
            if let Some(name) = line["end"].as_str() {
                let own = rows.remove(name).unwrap_or_default();
                file.extend(own.concat());
                count += own.len();
                line["rows"] = json!(own.len());
                line["sha256"] = json!(hex(&own.concat()));
                line["sums_fen"] = sums(&columns, &own);
            } else if line["columns"].is_array() {
                columns = line["columns"].clone();
            }
            put(&mut file, &line);
        }
        let mut line = self.empty[end].clone();
        line["rows"] = json!(count);
        line["sha256"] = json!(hex(&file));
        put(&mut file, &line);
        file
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The database that is imported into, as new.
async fn opened(folder: &std::path::Path) -> Db {
    for left in ["target.db-wal", "target.db-shm"] {
        let _ = std::fs::remove_file(folder.join(left));
    }
    let file = folder.join("target.db");
    std::fs::copy(folder.join("empty.db"), &file).unwrap();
    Db::connect(&format!("sqlite://{}", file.display()), 2).await.unwrap()
}

async fn exported(db: &Db) -> Vec<u8> {
    let mut file = Vec::new();
    export(db, &mut file).await.unwrap();
    file
}

fn packed(lines: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(lines).unwrap();
    gzip.finish().unwrap()
}

fn lines_of(file: &[u8]) -> Option<Vec<Value>> {
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).ok()?;
    text.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

/// What the lines say, whatever the order of their rows, without what is reckoned from how they were written.
fn sorted(mut lines: Vec<Value>) -> Vec<String> {
    let mut table = Value::Null;
    for line in &mut lines {
        if let Some(said) = line.as_object_mut() {
            let kept = ["table", "columns", "end", "rows", "sums_fen", "schema"];
            said.retain(|key, _| kept.contains(&key.as_str()));
            table = said.get("table").cloned().unwrap_or(Value::Null);
        } else {
            *line = json!([table, line]);
        }
    }
    let mut texts: Vec<String> = lines.iter().map(Value::to_string).collect();
    texts.sort_unstable();
    texts
}

/// What a table's columns of money add up to.
fn sums(columns: &Value, rows: &[&[u8]]) -> Value {
    let read: Vec<Value> = rows.iter().filter_map(|row| serde_json::from_slice(row).ok()).collect();
    let mut sums = json!({});
    // In whatever way they overflow: the file is wrong then, and import has to say so.
    for (place, column) in columns.as_array().into_iter().flatten().enumerate() {
        let name = column[0].as_str().unwrap_or_default();
        if name.ends_with("_fen") && column[1] == "integer" {
            let sum = read.iter().filter_map(|row| row[place].as_i64()).fold(0, i64::wrapping_add);
            sums[name] = json!(sum);
        }
    }
    sums
}

fn put(file: &mut Vec<u8>, line: &Value) {
    file.extend(line.to_string().into_bytes());
    file.push(b'\n');
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
