//! The look-alike over a real socket, as its two counterparts meet it: the shop's client and the payer's browser.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, helpers included")]

mod api;
mod conformance;
mod events;
mod page;
mod support;
