//! What is done with bytes that strangers send, one function for each parser. A function returns when the parser kept
//! its promises, whatever it made of the bytes, and panics when it did not.

#[cfg(feature = "server")]
pub mod events;
#[cfg(feature = "server")]
pub mod forms;
#[cfg(feature = "service")]
pub mod moved;
pub mod plain;
#[cfg(feature = "server")]
pub mod requests;
#[cfg(feature = "service")]
pub mod with_passkeys;
#[cfg(feature = "service")]
pub mod with_service;
