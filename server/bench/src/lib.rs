//! Load for the shop, and what it did under it: visitors and buyers over HTTP against the real program.
//!
//! # Layout
//! - [`load`]: sending requests at a fixed rate whatever becomes of them, and what was answered.
//! - [`visitors`]: what is sent: catalogue pages, and purchases from the cart to the payment.
//! - [`program`]: the shop as a process of its own.
//! - [`network`]: the payment network, outside the shop.
//! - [`memory`]: how much memory it takes at rest, and whether that grows with what it has done.
//! - [`overload`]: more than it can do, and how it takes it.
//!
//! - [`http`]: the cheapest client there is, for when the server is measured and not the client.
//! - [`pages`]: the shop's pages against the same pages written by hand.
//! - [`scale`]: pages of a shop with a million products, against those of the demonstration.
//! - [`orders`]: durable orders against what SQLite does by itself.
//! - [`images`]: photos made ready for the shop, against sharp.
//! - [`inside`]: the shop's use cases, for `scale` and `orders`.
//!
//! But for [`inside`], whatever is looked at is looked at from outside.

pub mod http;
pub mod images;
pub mod inside;
pub mod load;
pub mod memory;
pub mod network;
pub mod orders;
pub mod overload;
pub mod pages;
pub mod program;
pub mod scale;
pub mod visitors;
