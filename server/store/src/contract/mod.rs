//! The contract of the store: what holds on SQLite holds on PostgreSQL.
//!
//! # How to add an aggregate
//! 1. Write `contract/<aggregate>.rs` with `pub(super) async fn scenario(db: &Db)` that calls every function of the
//!    aggregate once or more and asserts what a person would care about; it begins with an empty, migrated database.
//! 2. Name the module here and in the list `scenarios!` of `contract/statements.rs`, whose test fails for each
//!    statement that no scenario executed.
//! 3. Further tests of single rules are `#[tokio::test]` functions that call [`on_both`].

mod after_sales;
mod attributes;
mod audit;
mod bundles;
mod catalogue;
mod categories;
mod changes;
mod connections;
mod county;
mod credits;
mod day;
mod desk;
mod figures;
mod freight;
mod listing;
mod mail;
mod marks;
mod movements;
mod notifications;
mod operation;
mod orders;
mod passkeys;
mod people;
mod personal_data;
mod pieces;
mod places;
mod plans;
mod portable;
mod recalls;
mod scale;
mod schema;
mod search;
mod seed;
mod sheets;
mod statements;
mod unnamed_photos;
mod upgrades;
mod version;
mod villages;
mod watching;
mod weighing;

use sqlx::Executor;

use crate::testing::database::on_new_postgres;
use crate::{Conn, Db};

/// Runs a test on each engine, each time on a new database with the schema in it.
pub(crate) async fn on_both(test: impl AsyncFn(&Db)) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
}

/// Runs a test on each engine, each time on a new database with the schema of an older release in it.
pub(crate) async fn on_both_as_of(version: i64, test: impl AsyncFn(&Db)) {
    on_sqlite_as_of(Some(version), &test).await;
    on_postgres_as_of(Some(version), &test).await;
}

/// Runs a test on a new SQLite file.
pub(crate) async fn on_sqlite(test: impl AsyncFn(&Db)) {
    on_sqlite_as_of(None, test).await;
}

async fn on_sqlite_as_of(version: Option<i64>, test: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = Db::connect(&format!("sqlite://{}/shop.sqlite", folder.path().display()), 4).await.unwrap();
    migrate(&db, version).await;
    test(&db).await;
    db.close().await;
}

/// Runs a test on a new PostgreSQL database, which is dropped afterwards, whether the test failed or not.
///
/// Answers whether there was a server to run it on: without `XIANGJI_TEST_POSTGRES_URL` a developer goes on, CI fails.
pub(crate) async fn on_postgres(test: impl AsyncFn(&Db)) -> bool {
    on_postgres_as_of(None, test).await
}

async fn on_postgres_as_of(version: Option<i64>, test: impl AsyncFn(&Db)) -> bool {
    on_new_postgres(async |url| {
        let db = Db::connect(&url, 8).await.unwrap();
        migrate(&db, version).await;
        test(&db).await;
        db.close().await;
    })
    .await
}

async fn migrate(db: &Db, version: Option<i64>) {
    match version {
        Some(version) => db.migrate_to(version).await.unwrap(),
        None => db.migrate().await.unwrap(),
    }
}

/// A county with one of each thing people can hold a role of: what other scenarios stand on.
///
/// County 1, town 2, village 3 with collective 4, county corps 5 with team 6, unit 7 with branch 8, user 9.
pub(crate) async fn insert_places(conn: &mut Conn) {
    for statement in [
        "INSERT INTO counties (id, code, name, name_en) VALUES (1, '610925', '岚皋县', 'Lan''gao')",
        "INSERT INTO towns (id, county_id, slug, name, name_en) VALUES (2, 1, 'zuolong', '佐龙镇', 'Zuolong')",
        "INSERT INTO villages (id, town_id, slug, name, name_en, story, story_en) \
         VALUES (3, 2, 'tayuan', '塔元村', 'Tayuan', '', '')",
        "INSERT INTO collectives (id, village_id, name, name_en, credit_code) \
         VALUES (4, 3, '塔元村经济合作社', 'Tayuan Collective', 'N2610925MF00000003')",
        "INSERT INTO corps (id, county_id, name, name_en) VALUES (5, 1, '县服务团', 'County Corps')",
        "INSERT INTO teams (id, corps_id, slug, kind, name, name_en) \
         VALUES (6, 5, 'sales', 'consumption', '消费帮扶队', 'Sales Team')",
        "INSERT INTO units (id, slug, kind, name, name_en, credit_code) \
         VALUES (7, 'university', 'headquarters', '某大学', 'A University', '12100000000000000A')",
        "INSERT INTO units (id, parent_id, slug, kind, name, name_en, credit_code) \
         VALUES (8, 7, 'canteen', 'canteen', '某大学食堂', 'Its Canteen', '12100000000000000A')",
        "INSERT INTO users (id, display_name, password_hash, locale, created_at_ms) \
         VALUES (9, '茶友', 'x', 'zh', 1700000000000)",
    ] {
        conn.execute(statement).await.unwrap();
    }
}
