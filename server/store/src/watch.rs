//! What an operator wants to know of the database: how many statements, how many of them slow, how often it said no.
//!
//! The counts are those of the process. A statement is named by where it stands in the source and by its first words;
//! its values are never looked at, so nothing personal can come into a log from here.

use std::fmt;
use std::panic::Location;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::StoreError;

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static STATEMENT_MICROS: AtomicU64 = AtomicU64::new(0);
static SLOW: AtomicU64 = AtomicU64::new(0);
static BUSY: AtomicU64 = AtomicU64::new(0);
static RULE_BROKEN: AtomicU64 = AtomicU64::new(0);
static FAILED: AtomicU64 = AtomicU64::new(0);
static SLOW_AFTER_MS: AtomicU64 = AtomicU64::new(250);

/// Characters of a statement that a log shows.
const SHOWN_CHARS: usize = 80;

/// Counts since the process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DbCounts {
    pub statements: u64,
    /// Time spent in statements altogether, in microseconds.
    pub statement_micros: u64,
    /// Statements that took longer than [`set_slow_after_ms`] says.
    pub slow: u64,
    /// Times the caller was told to come again: writer taken, queue full, pool empty, deadlock, time limit.
    pub busy: u64,
    /// Times a rule of the schema said no.
    pub rules_broken: u64,
    /// Everything else that went wrong.
    pub failed: u64,
}

/// What was counted so far.
#[must_use]
pub fn counts() -> DbCounts {
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    DbCounts {
        statements: read(&STATEMENTS),
        statement_micros: read(&STATEMENT_MICROS),
        slow: read(&SLOW),
        busy: read(&BUSY),
        rules_broken: read(&RULE_BROKEN),
        failed: read(&FAILED),
    }
}

/// From when on a statement is worth a line in the log, in milliseconds; 0 logs every one.
pub fn set_slow_after_ms(slow_after_ms: u64) {
    SLOW_AFTER_MS.store(slow_after_ms, Ordering::Relaxed);
}

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// What was asked of the database: a statement, or where a transaction that writes begins and ends well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Begin,
    Statement {
        text: &'static str,
        /// `$1` first.
        values: Vec<Bound>,
    },
    Commit,
}

static LISTENER: OnceLock<fn(Step)> = OnceLock::new();

/// Lets `listener` hear of every statement with its values, before it is executed, for good: for measurements that
/// repeat what the shop asked. The shop itself never calls this, so that no value leaves a statement.
pub fn record(listener: fn(Step)) {
    let _ = LISTENER.set(listener);
}

pub(crate) fn is_recording() -> bool {
    LISTENER.get().is_some()
}

pub(crate) fn note_step(step: impl FnOnce() -> Step) {
    if let Some(listener) = LISTENER.get() {
        listener(step());
    }
}

/// A value as it was bound.
pub(crate) fn bound(value: &sqlx_core::any::AnyValueKind) -> Bound {
    use sqlx_core::any::AnyValueKind;
    match value {
        AnyValueKind::Bool(value) => Bound::Integer(i64::from(*value)),
        AnyValueKind::SmallInt(value) => Bound::Integer(i64::from(*value)),
        AnyValueKind::Integer(value) => Bound::Integer(i64::from(*value)),
        AnyValueKind::BigInt(value) => Bound::Integer(*value),
        AnyValueKind::Text(text) => Bound::Text(text.as_str().to_owned()),
        AnyValueKind::TextSlice(text) => Bound::Text(text.as_ref().to_owned()),
        AnyValueKind::Blob(bytes) => Bound::Blob(bytes.as_slice().to_owned()),
        // Columns are texts, whole numbers and bytes only.
        _ => Bound::Null,
    }
}

pub(crate) fn note_statement(text: &'static str, place: &Location<'_>, took: Duration) {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    STATEMENT_MICROS.fetch_add(micros, Ordering::Relaxed);
    let took_ms = micros / 1000;
    if took_ms >= SLOW_AFTER_MS.load(Ordering::Relaxed) {
        SLOW.fetch_add(1, Ordering::Relaxed);
        let file = place.file().rsplit_once("src/").map_or(place.file(), |(_, file)| file);
        tracing::warn!(took_ms, statement = %Brief(text), file, line = place.line(), "slow statement");
    }
}

pub(crate) fn note_error(error: &StoreError) {
    let count = match error {
        StoreError::Busy(cause) => {
            // A queue that is full is counted; what an operator can mend is named.
            if !matches!(cause, sqlx::Error::PoolTimedOut) {
                tracing::warn!(%cause, "the database could not do it now");
            }
            &BUSY
        }
        StoreError::RuleBroken(_) => &RULE_BROKEN,
        StoreError::NotFound(_) | StoreError::AlreadyExists => return,
        _ => &FAILED,
    };
    count.fetch_add(1, Ordering::Relaxed);
}

/// The first words of a statement, on one line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brief(pub(crate) &'static str);

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = SHOWN_CHARS;
        for (at, word) in self.0.split_whitespace().enumerate() {
            if word.len() + 1 > left {
                return f.write_str(" …");
            }
            left -= word.len() + 1;
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_shown_by_its_first_words() {
        assert_eq!(Brief("SELECT a,\n            b FROM t").to_string(), "SELECT a, b FROM t");
        let long = Brief(
            "SELECT one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, x FROM y",
        );
        let shown = long.to_string();
        assert!(shown.len() <= SHOWN_CHARS + 4 && shown.ends_with(" …"), "{shown}");
    }
}
