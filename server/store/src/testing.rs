//! What tests do behind the shop's back, and what they look at that no page shows: rows to begin with, time that has
//! passed, damage, and counts. Each function says in its name what a person would say; the statements stand here like all
//! others, so that no test has SQL of its own.
//!
//! Only with the feature `testing`, which the program never has (`cargo xtask test --only direction` asks cargo).
//! Unlike the rest of the store these statements are proved by the tests that call them, not by the contract suite.

pub mod counties;
pub mod damage;
pub mod database;
pub mod digest;
pub mod jobs;
pub mod traces;
pub mod trade;
