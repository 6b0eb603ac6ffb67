//! The look-alike over a real socket, as its two counterparts meet it: the shop's client and the payer's browser.

mod api;
mod conformance;
mod events;
mod page;
mod support;
