//! The only place with SQL: plain functions on a connection, one file an aggregate.
//!
//! # One text, two engines
//! Every statement is a constant that SQLite and PostgreSQL both understand: `$1` placeholders, `RETURNING`,
//! `ON CONFLICT`, window functions; `CAST(SUM(x) AS BIGINT)` because PostgreSQL sums to NUMERIC; flags as 0 and 1.
//! The contract suite in `contract/` executes every statement on both, and fails when one was left out.
//!
//! # How to add a statement
//! 1. Put it into the file of its aggregate as a function on `&mut Conn`: `find_` gives an `Option`, `get_` an
//!    error when missing, `list_`, `insert_`, `update_`.
//! 2. Start it through [`sql`], never through `sqlx` directly, so that the contract suite sees it.
//! 3. Call it in `contract/` with what a person would care about.
//!
//! What tests of other crates do to the database by hand is a named function of `testing`: they have no SQL of their own.
//!
//! # Locks
//! A transaction that decides something takes the row first by raising its `version`
//! (`UPDATE … RETURNING`): SQLite has one writer at a time anyway, PostgreSQL locks the row until the commit.
//! Whoever changes what stands in the county takes the county first; whoever changes a category, the eldest.
//! Rows are taken in the order cart → order → batches by id → products by id → licences of marks by id → accounts by code → figures by key, so that two transactions cannot wait
//! for each other.

pub mod after_sales;
pub mod audit;
pub mod audit_books;
pub mod books;
pub mod bundles;
pub mod carriers;
pub mod carts;
pub mod catalogue;
pub mod categories;
pub mod changes;
#[cfg(test)]
mod contract;
pub mod county;
pub mod credits;
pub mod day;
mod db;
mod error;
pub mod figures;
pub mod freight;
pub mod listing;
pub mod mail;
mod many;
pub mod marks;
pub mod media;
pub mod movements;
pub mod notifications;
pub mod operation;
pub mod orders;
mod packed;
pub mod parcels;
pub mod payments;
pub mod people;
pub mod personal_data;
pub mod pieces;
pub mod places;
pub mod portable;
pub mod recalls;
#[cfg(any(test, feature = "scale"))]
pub mod scale;
pub mod search;
pub mod seed;
pub mod sheets;
pub mod sql;
pub mod statement;
pub mod stock;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod units;
pub mod villages;
pub mod watch;
pub mod watching;
pub mod weighing;
pub mod work;

pub use db::{
    Conn, DataVersion, Db, DbLimits, Engine, Founding, PoolUse, ReadConn, WriteTx, get_schema_version,
    install_drivers, newest_schema_version,
};
pub use error::StoreError;

/// What every store function answers.
pub type Result<T> = std::result::Result<T, StoreError>;
