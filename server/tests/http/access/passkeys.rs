//! Passkeys: a person's own, and nobody else's. Their rows stand apart for the reason that the second factor's do: a
//! question is answered once.

use super::calls::Row;
#[cfg(feature = "passkeys")]
use super::calls::{FORBIDDEN, UNKNOWN};
#[cfg(feature = "passkeys")]
use super::{EVERYONE, SIGNED_IN, calls::none, calls::row};

#[cfg(not(feature = "passkeys"))]
pub const TABLE: &[Row] = &[];

#[cfg(feature = "passkeys")]
pub const TABLE: &[Row] = &[
    row("/api/account/start_passkey", SIGNED_IN, FORBIDDEN, |_| {
        vec![("name", "手机".to_owned()), ("password", "wrong".to_owned())]
    }),
    row("/api/account/add_passkey", SIGNED_IN, FORBIDDEN, none),
    row("/api/account/rename_passkey", SIGNED_IN, FORBIDDEN, |_| {
        vec![("passkey", "0".repeat(13)), ("name", String::new())]
    }),
    row("/api/account/remove_passkey", SIGNED_IN, FORBIDDEN, |_| {
        vec![("passkey", "0".repeat(13)), ("password", "wrong".to_owned())]
    }),
    row("/api/account/start_passkey_sign_in", EVERYONE, UNKNOWN, none),
    row("/api/account/sign_in_with_passkey", EVERYONE, UNKNOWN, none),
];

/// Sent without a right password or key; and at an address without a name there are none.
pub const NEVER_DONE: &[&str] = &[
    "/api/account/start_passkey",
    "/api/account/add_passkey",
    "/api/account/rename_passkey",
    "/api/account/remove_passkey",
    "/api/account/start_passkey_sign_in",
    "/api/account/sign_in_with_passkey",
];
