//! The rules of `address`.
