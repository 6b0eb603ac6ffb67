//! Whole tables come out and go in again unchanged, and are the same tables on both engines.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Executor};

use super::{insert_places, on_both, on_postgres, on_sqlite};
use crate::portable::{
    Table, Value, count_table, find_occupied_table, insert_rows, list_tables, read_rows, rows_at_once,
    update_own_reference,
};
use crate::{Db, Engine, StoreError};

pub(super) async fn scenario(db: &Db) {
    assert_eq!(db.find_schema_version().await.unwrap(), crate::newest_schema_version());
    let mut tx = db.long_write().await.unwrap();
    let tables = list_tables(&mut tx, db.engine()).await.unwrap();
    let schema = crate::get_schema_version(&mut tx).await.unwrap();
    assert_eq!(schema, crate::newest_schema_version(), "a migrated database has the program's schema");
    assert_eq!(find_occupied_table(&mut tx, &tables).await.unwrap(), None, "migrations bring no rows");
    insert_places(&mut tx).await;
    let hash = if db.engine() == Engine::Sqlite { "X'00FF10'" } else { "'\\x00FF10'" };
    tx.execute(AssertSqlSafe(format!(
        "INSERT INTO sessions (token_hash, user_id, created_at_ms, seen_at_ms, expires_at_ms) \
         VALUES ({hash}, NULL, 1, 2, 9007199254740993)"
    )))
    .await
    .unwrap();
    tx.commit().await.unwrap();

    let before = read_all(db, &tables).await;
    let units = &before["units"];
    assert_eq!(units.len(), 2);
    assert!(before["sessions"][0].contains(&Value::Blob(vec![0, 255, 16])), "{:?}", before["sessions"]);
    assert!(before["sessions"][0].contains(&Value::Integer(9_007_199_254_740_993)), "no number is rounded");

    let mut tx = db.write().await.unwrap();
    assert!(find_occupied_table(&mut tx, &tables).await.unwrap().is_some());
    for table in tables.iter().rev() {
        tx.execute(AssertSqlSafe(format!("DELETE FROM {}", table.name))).await.unwrap();
    }
    assert_eq!(find_occupied_table(&mut tx, &tables).await.unwrap(), None);
    for table in &tables {
        let mut rows = before[&table.name].clone();
        // A branch may come before its headquarters: the order of ids says nothing about who is above whom.
        rows.reverse();
        for some in rows.chunks(rows_at_once(table)) {
            insert_rows(&mut tx, table, some).await.unwrap();
        }
        for &place in &table.own_references {
            for row in rows.iter().filter(|row| row[place] != Value::Null) {
                update_own_reference(&mut tx, table, place, row).await.unwrap();
            }
        }
        let totals = count_table(&mut tx, table).await.unwrap();
        assert_eq!(usize::try_from(totals.rows).unwrap(), rows.len(), "{}", table.name);
    }
    tx.commit().await.unwrap();
    assert_eq!(read_all(db, &tables).await, before, "what went in is what came out");
}

async fn read_all(db: &Db, tables: &[Table]) -> BTreeMap<String, Vec<Vec<Value>>> {
    let mut tx = db.long_snapshot().await.unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let mut rows = Vec::new();
        read_rows::<StoreError>(&mut tx, db.engine(), table, |row| {
            rows.push(row);
            Ok(())
        })
        .await
        .unwrap();
        all.insert(table.name.clone(), rows);
    }
    all
}

/// A table that a later migration makes is moved too, or this fails.
#[tokio::test]
async fn every_table_of_the_migrations_is_moved_after_what_it_refers_to() {
    let mut written: BTreeSet<String> = BTreeSet::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let made = text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
        written.extend(made.map(|rest| rest.split([' ', '(']).next().unwrap_or_default().to_owned()));
        for gone in text.lines().filter_map(|line| line.strip_prefix("DROP TABLE ")) {
            written.remove(gone.trim_end_matches(';'));
        }
    }
    on_both(async |db: &Db| {
        let mut conn = db.read().await.unwrap();
        let tables = list_tables(&mut conn, db.engine()).await.unwrap();
        let moved: BTreeSet<String> = tables.iter().map(|table| table.name.clone()).collect();
        assert_eq!(moved, written);
        for table in &tables {
            let count = match db.engine() {
                Engine::Sqlite => format!("SELECT COUNT(*) FROM pragma_table_info('{}')", table.name),
                Engine::Postgres => format!(
                    "SELECT COUNT(*) FROM information_schema.columns
                      WHERE table_schema = current_schema() AND table_name = '{}'",
                    table.name
                ),
            };
            let columns: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(table.columns.len() as i64, columns, "{}: a column is left out", table.name);
        }
        let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
        assert!(place("orders") < place("order_lines") && place("order_lines") < place("attributions"));
        assert!(place("journal_entries") < place("postings"), "an entry stands before its postings");
        let units = &tables[place("units")];
        let parent = units.columns.iter().position(|column| column.name == "parent_id").unwrap();
        assert_eq!(units.own_references, vec![parent]);
    })
    .await;
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_keys_in_the_same_order() {
    let sqlite = std::cell::RefCell::default();
    let postgres = std::cell::RefCell::default();
    let describe = async |db: &Db| list_tables(&mut db.read().await.unwrap(), db.engine()).await.unwrap();
    on_sqlite(async |db: &Db| *sqlite.borrow_mut() = describe(db).await).await;
    if on_postgres(async |db: &Db| *postgres.borrow_mut() = describe(db).await).await {
        let (sqlite, postgres): (Vec<Table>, Vec<Table>) = (sqlite.take(), postgres.take());
        for (one, other) in sqlite.iter().zip(&postgres) {
            assert_eq!(one, other);
        }
        assert_eq!(sqlite.len(), postgres.len());
    }
}

#[tokio::test]
async fn an_old_schema_can_be_made_and_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite://{}/old.db", folder.path().display()), 2).await.unwrap();
    assert_eq!(db.find_schema_version().await.unwrap(), 0);
    db.migrate_to(5).await.unwrap();
    assert_eq!(db.find_schema_version().await.unwrap(), 5);
    db.migrate().await.unwrap();
    assert_eq!(db.find_schema_version().await.unwrap(), crate::newest_schema_version());
    db.close().await;
}

#[tokio::test]
async fn a_snapshot_of_the_file_is_taken_while_someone_writes() {
    on_sqlite(async |db: &Db| {
        let mut tx = db.write().await.unwrap();
        insert_places(&mut tx).await;
        tx.commit().await.unwrap();
        let mut under_way = db.write().await.unwrap();
        under_way.execute("UPDATE counties SET name = '未提交'").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("it's a copy.db");
        db.vacuum_into(&copy).await.unwrap();
        under_way.commit().await.unwrap();
        assert!(db.vacuum_into(&copy).await.is_err(), "nothing is written over");
        let copied = Db::connect(&format!("sqlite://{}", copy.display()), 2).await.unwrap();
        copied.check_pages().await.unwrap();
        let tables = list_tables(&mut copied.read().await.unwrap(), copied.engine()).await.unwrap();
        let all = read_all(&copied, &tables).await;
        assert_eq!(
            all["counties"][0][2],
            Value::Text("岚皋县".to_owned()),
            "what was not committed is not in it"
        );
        copied.close().await;
    })
    .await;
}
