//! The shop over HTTP: the real `build()` on a temporary database, with a clock that only moves when told, and the
//! payment look-alike. Requests go through a real socket, as a browser's do.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod access;
mod ahead;
mod carriers;
mod forms;
mod frame;
mod headers;
mod hostile;
mod kept;
mod labels;
mod limits;
mod log_privacy;
mod overload;
mod parcels;
mod passkeys;
mod payment_events;
mod privacy;
mod replay;
mod second_factor;
mod test_shop;
mod twin;
mod unpaid;
mod watching;
mod weak_network;
