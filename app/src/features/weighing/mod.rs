//! Goods sold by weight: the words about them in the shop, and the scales at the packing table. Everything here works
//! without scripts; there is nothing for the browser to run.

pub mod api;
mod scales;
mod words;

pub(crate) use scales::{is_waiting, scales};
pub(crate) use words::{agreed_note, offer_note, weighed_note};
