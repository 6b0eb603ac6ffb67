//! What people see: pages, forms and islands.
//!
//! # Layout
//! - [`routes`]: every address, as typed path builders, and the table of pages.
//! - `context` (server only): who asks, in which language, and the services that answer.
//! - [`form`]: the one way in which something is changed: a server function that is also a plain HTML form.
//! - `browser` (shop bundle only): how an island asks the server.
//! - [`error`], [`text`]: what can go wrong, and how it is said in either language.
//! - [`island`]: what makes a part of a page an island.
//! - [`ui`]: parts that know no feature; `layout`: the frames around pages; `paper`: PDF files.
//! - [`features`]: one module a feature, with its pages (server only), islands and server functions.
//!
//! # Two targets
//! Pages are server-only code (`feature = "ssr"`) and call `service` directly. Only islands, server functions, and
//! what both need compile for the browser as well (`feature = "hydrate"`); it is absent there: routing, reading of
//! data, and anything that would make a page wait for a script. The browser's part comes as two bundles, `shop` and
//! `console` ([`features`]).
//!
//! # How to add a page
//! Write `async fn x_page() -> PageResult` in `features/<feature>/x_page.rs`, answer a `Screen`, and name it in the
//! feature's `pages()` together with its path. A page fails by answering a `ServiceError` (`?`): the right status and
//! the right words follow by themselves.

#![recursion_limit = "512"]

pub mod error;
pub mod features;
pub mod form;
pub mod island;
pub mod routes;
pub mod text;
pub mod ui;

#[cfg(feature = "shop")]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
mod paper;

pub use error::AppError;
