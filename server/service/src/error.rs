//! Why a use case did not happen.

use domain::failure::{Conflict, FieldError, Problem};
use store::StoreError;

/// What a use case answers.
pub type Result<T> = std::result::Result<T, ServiceError>;

/// Each variant is one kind of answer to the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such thing, or it is someone else's: the answer is the same, so that nothing is given away.
    #[error("not found")]
    NotFound,
    /// Sign in first.
    #[error("not signed in")]
    Unauthenticated,
    /// Signed in, but this is not theirs to do.
    #[error("forbidden")]
    Forbidden,
    /// Theirs to do, but only with a second factor, which the account has not set up.
    #[error("second factor missing")]
    SecondFactorMissing,
    /// What was typed is wrong, field by field.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Well asked, but not now.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// Too many failures: wait.
    #[error("too many attempts, wait {wait_seconds} s")]
    TooManyAttempts { wait_seconds: i64 },
    /// The payment network did not answer; nothing is lost, try again.
    #[error("payment network unavailable: {0}")]
    PaymentUnavailable(String),
    /// The database is busy: try again.
    #[error("busy")]
    Busy,
    /// Ours to mend.
    #[error("internal: {0}")]
    Internal(String),
}

impl ServiceError {
    /// One field, one problem.
    pub fn invalid(field: impl Into<String>, problem: Problem) -> Self {
        Self::Invalid(vec![FieldError::new(field, problem)])
    }

    /// A rule of our own was broken: logged in full, shown as a number.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// JSON of ours cannot be read: the log hears where. The error's own words repeat what stands there, and that may be a
    /// name or a telephone number.
    pub fn unreadable(error: serde_json::Error) -> Self {
        let (kind, line, column) = (error.classify(), error.line(), error.column());
        Self::Internal(format!("stored JSON cannot be read: {kind:?} at {line}:{column}"))
    }
}

impl From<Conflict> for ServiceError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::NotFound,
            StoreError::Busy(_) => Self::Busy,
            other => Self::Internal(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_json_that_cannot_be_read_tells_nothing_of_what_it_holds() {
        let error = serde_json::from_str::<Vec<u32>>(r#"[1, "13912345678"]"#).unwrap_err();
        assert!(error.to_string().contains("13912345678"), "what this is for: {error}");
        let told = ServiceError::unreadable(error).to_string();
        assert!(told.contains("Data at 1:") && !told.contains("139"), "{told}");
    }
}
