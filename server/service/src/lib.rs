//! Use cases: what people do in the shop, one file an area, named by verbs.
//!
//! # Shape
//! Every use case is a plain function `verb(services, viewer, command) -> Result<answer>`. It authorises first, then
//! parses what was typed into domain types, then does its work in one write transaction, and leaves what must follow
//! to the outbox or a timer written in that transaction. It never reads a clock or rolls dice but through
//! [`Services`]. It is absent here: HTTP, HTML, SQL, and any knowledge of which payment network there is.
//!
//! # How to add a use case
//! 1. Name it by a verb and put it into the file of its area (a new area is a new file, with the same name in
//!    `store`, here and in `app::features`).
//! 2. Take `&Services`, `&Viewer` and one command struct of what was typed; guard in the first lines.
//! 3. Gather every [`domain::failure::FieldError`] before answering, so that a form shows all that is wrong at once.
//! 4. Write the transaction; raise the version of the row you decide about before you look at its state.

pub mod accounts;
pub mod after_sales;
pub mod attributes;
pub mod audit;
pub mod backup;
pub mod bank_money;
pub mod books;
pub mod bundles;
pub mod carts;
pub mod categories;
pub mod changes;
pub mod checkout;
pub mod county;
pub mod day;
pub mod demo;
pub mod draft;
pub mod error;
pub mod flash;
pub mod freight;
mod holds;
pub mod idempotency;
pub mod listing;
pub mod mail;
pub mod marks;
pub mod notifications;
pub mod operations;
pub mod orders;
mod paging;
pub mod payments;
pub mod personal_data;
pub mod photos;
pub mod pieces;
pub mod places;
pub mod portable;
pub mod ports;
pub mod refunds;
pub mod regions;
pub mod report;
pub mod rules;
pub mod search;
pub mod secret_key;
mod services;
pub mod sheets;
pub mod shipping;
pub mod shop;
pub mod statement;
pub mod stock;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timers;
pub mod units;
mod unpaid;
pub mod viewer;
pub mod watch;
pub mod weighing;
pub mod worker;

pub use error::{Result, ServiceError};
pub use services::{Services, hash_token};
pub use viewer::{SignedIn, Viewer};
