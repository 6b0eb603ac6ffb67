//! Faults that tests and demonstrations switch on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How refunds go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundMode {
    /// At once.
    #[default]
    Succeed,
    /// Accepted as pending, succeeded after [`Faults::settle_after_ms`].
    Pending,
    /// Accepted as pending, failed after [`Faults::settle_after_ms`].
    Fail,
    /// Refused with an error, nothing created.
    Refuse,
}

/// The misbehaviour in force. Counters run down by one with each use; the others stay until changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Each event is delivered this many times more than once.
    pub duplicate: u32,
    /// Every second event overtakes the one before it; an event waits for the next until this is off again.
    pub reorder: bool,
    /// Events wait this long before the first delivery, in milliseconds of the given clock.
    pub delay_ms: i64,
    /// The next events are lost for ever.
    pub drop_next: u32,
    /// The next API calls answer 500 and do nothing.
    pub fail_next_api: u32,
    /// The next API calls answer these statuses (401, 402, 409, 429, 5xx) and do nothing.
    pub answer_next_api: Vec<u16>,
    /// The next API calls do nothing and never answer.
    pub timeout_next_api: u32,
    /// The next API calls do their work at once and answer late, by [`Faults::late_by_ms`]: whoever has stopped
    /// waiting by then does not know that it was done.
    pub late_next_api: u32,
    /// How late, in milliseconds that really pass, whatever the given clock says.
    pub late_by_ms: u64,
    /// The next API calls do their work, remember the answer under the idempotency key, and answer 500 all the
    /// same: the answer got lost on its way.
    pub commit_then_fail_next_api: u32,
    /// How refunds go.
    pub refunds: RefundMode,
    /// How long delayed payments and pending refunds take, in milliseconds of the given clock.
    pub settle_after_ms: i64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            duplicate: 0,
            reorder: false,
            delay_ms: 0,
            drop_next: 0,
            fail_next_api: 0,
            answer_next_api: Vec::new(),
            timeout_next_api: 0,
            late_next_api: 0,
            late_by_ms: 0,
            commit_then_fail_next_api: 0,
            refunds: RefundMode::Succeed,
            settle_after_ms: 15_000,
        }
    }
}

/// What an API call meets before it may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hindrance {
    None,
    Silence,
    Answer(u16),
}

impl Faults {
    /// Takes the next hindrance off the counters.
    pub(crate) fn next_hindrance(&mut self) -> Hindrance {
        if self.timeout_next_api > 0 {
            self.timeout_next_api -= 1;
            return Hindrance::Silence;
        }
        if self.fail_next_api > 0 {
            self.fail_next_api -= 1;
            return Hindrance::Answer(500);
        }
        if self.answer_next_api.is_empty() {
            return Hindrance::None;
        }
        Hindrance::Answer(self.answer_next_api.remove(0))
    }

    /// Takes the next late answer off the counter: how long it is held back.
    pub(crate) fn next_delay(&mut self) -> Duration {
        if self.late_next_api == 0 {
            return Duration::ZERO;
        }
        self.late_next_api -= 1;
        Duration::from_millis(self.late_by_ms)
    }
}
