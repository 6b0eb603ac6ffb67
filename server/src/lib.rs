//! The server: configuration, routes, middleware, adapters, worker and command line around the shop's services.
//!
//! # Layout
//! - [`config`]: one table of settings; [`cli`]: the commands; [`application`]: everything put together.
//! - [`router`]: which address leads where; [`middleware`]: what every request passes.
//! - [`payments`]: Stripe behind the service's port, and its events; [`webhooks`]: where they arrive.
//! - [`mail`]: letters by SMTP or as files.
//! - [`worker`]: timers, outbox, letters, reconciliation.
//!
//! It is absent here: rules of the shop (they are in `service` and `domain`), markup (in `app`), SQL (in `store`).

pub mod application;
pub mod assets;
pub mod carriers;
pub mod cli;
pub mod config;
pub mod entropy;
pub mod kept_pages;
pub mod limits;
pub mod listening;
pub mod mail;
pub mod media_routes;
pub mod media_store;
pub mod metrics;
pub mod middleware;
pub mod payments;
pub mod refusal;
pub mod router;
pub mod secret_key;
pub mod unavailable;
pub mod webhooks;
pub mod well_known;
pub mod worker;

pub use application::{Application, Overrides, build};
pub use config::{Config, LimitSettings, Settings, WatchSettings};
