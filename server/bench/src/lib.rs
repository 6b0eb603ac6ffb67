//! Load for the shop, and what it did under it: visitors and buyers over HTTP against the real program.
//!
//! # Layout
//! - [`load`]: sending requests at a fixed rate whatever becomes of them, and what was answered.
//! - [`visitors`]: what is sent: catalogue pages, and purchases from the cart to the payment.
//! - [`program`]: the shop as a process of its own.
//! - [`overload`]: more than it can do, and how it takes it.
//!
//! It is absent here: knowledge of the shop's inside. Whatever is looked at is looked at from outside.

pub mod load;
pub mod overload;
pub mod program;
pub mod visitors;
