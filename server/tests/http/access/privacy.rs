//! Lost passwords, the account's address, one's own data.
//!
//! These rows stand apart from the table of calls that may be sent twice: a mailed link and a password that is asked for
//! once more are good for one time. `privacy.rs` shows what happens to the second one.

use super::calls::{FORBIDDEN, Row, UNKNOWN, none, row};
use super::{EVERYONE, SIGNED_IN};

pub const TABLE: &[Row] = &[
    // Asking with a real name is counted, so that the last of twenty would have to wait.
    row("/api/account/ask_reset", EVERYONE, UNKNOWN, |_| vec![("login", "nonsense".to_owned())]),
    // Whoever has no link is told that there is no such thing, with an account or without.
    row("/api/account/reset_password", &[], UNKNOWN, |_| {
        vec![("link", "00000000".to_owned()), ("new_password", "a long enough one".to_owned())]
    }),
    row("/api/account/confirm_email", &[], UNKNOWN, none),
    row("/api/account/change_email", SIGNED_IN, FORBIDDEN, |_| {
        vec![("email", "new@access.example".to_owned())]
    }),
    row("/api/account/send_confirmation", SIGNED_IN, FORBIDDEN, none),
    row("/api/account/export_data", SIGNED_IN, FORBIDDEN, none),
    row("/api/account/delete", SIGNED_IN, FORBIDDEN, none),
];

/// Sent without a link or a right password.
pub const NEVER_DONE: &[&str] = &[
    "/api/account/ask_reset",
    "/api/account/reset_password",
    "/api/account/confirm_email",
    "/api/account/change_email",
    "/api/account/export_data",
    "/api/account/delete",
];
