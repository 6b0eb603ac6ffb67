//! Two-step verification and sessions: a person's own, and nobody else's.
//!
//! These rows stand apart from the table of calls that may be sent twice: what a code proves it proves once (RFC 6238,
//! 5.2), so that a code, a set-up and a proof that are sent again are refused. `second_factor.rs` shows that. Nobody here
//! has a password, which ending sessions asks for.

use super::calls::{FORBIDDEN, Row, UNKNOWN, none, row};
use super::{EVERYONE, SIGNED_IN};

pub const TABLE: &[Row] = &[
    row("/api/account/sign_in_code", EVERYONE, UNKNOWN, |_| vec![("passcode", "123456".to_owned())]),
    row("/api/account/choose_password", EVERYONE, UNKNOWN, |_| {
        vec![("new_password", "a long enough one".to_owned())]
    }),
    row("/api/account/start_second_factor", SIGNED_IN, FORBIDDEN, |_| vec![("password", "wrong".to_owned())]),
    row("/api/account/confirm_second_factor", SIGNED_IN, FORBIDDEN, |_| {
        vec![("passcode", "123456".to_owned())]
    }),
    row("/api/account/renew_recovery_codes", SIGNED_IN, FORBIDDEN, |_| {
        vec![("password", "wrong".to_owned()), ("passcode", "123456".to_owned())]
    }),
    row("/api/account/turn_off_second_factor", SIGNED_IN, FORBIDDEN, |_| {
        vec![("password", "wrong".to_owned()), ("passcode", "123456".to_owned())]
    }),
    row("/api/account/recovery_codes_stored", SIGNED_IN, FORBIDDEN, none),
    row("/api/account/end_session", SIGNED_IN, FORBIDDEN, |_| vec![("session", "0".repeat(16))]),
    row("/api/account/end_other_sessions", SIGNED_IN, FORBIDDEN, none),
    row("/api/account/sign_out_everywhere", SIGNED_IN, FORBIDDEN, none),
];

/// Sent without a right password or code.
pub const NEVER_DONE: &[&str] = &[
    "/api/account/sign_in_code",
    "/api/account/choose_password",
    "/api/account/start_second_factor",
    "/api/account/confirm_second_factor",
    "/api/account/renew_recovery_codes",
    "/api/account/turn_off_second_factor",
    "/api/account/end_session",
    "/api/account/end_other_sessions",
    "/api/account/sign_out_everywhere",
];
