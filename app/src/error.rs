//! Why something asked for did not happen, as it travels to the browser: codes with typed data, never a text of ours.

use domain::failure::{Conflict, FieldError};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What a server function answers when it does not do what was asked. Put into words by [`crate::text::error_text`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// There is no such thing, or it is someone else's.
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
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// Well asked, but not now.
    #[error("conflict")]
    Conflict(Conflict),
    /// Too many failures: wait.
    #[error("too many attempts")]
    TooManyAttempts { wait_seconds: i64 },
    /// The payment network did not answer; nothing is lost, try again.
    #[error("payment network unavailable")]
    PaymentUnavailable,
    /// The database is busy: try again.
    #[error("busy")]
    Busy,
    /// The request could not be read at all; no form of ours sends such a thing.
    #[error("bad request")]
    BadRequest,
    /// Only in the browser: the server could not be reached.
    #[error("unreachable")]
    Unreachable,
    /// Ours to mend; the log has more under this number.
    #[error("internal error, request {request_id}")]
    Internal { request_id: String },
}

impl AppError {
    /// The HTTP status that says the same.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::SecondFactorMissing => 403,
            Self::Invalid(_) => 422,
            Self::Conflict(_) => 409,
            Self::TooManyAttempts { .. } => 429,
            Self::PaymentUnavailable | Self::Busy | Self::Unreachable => 503,
            Self::BadRequest => 400,
            Self::Internal { .. } => 500,
        }
    }

    /// What is wrong with the fields, if that is what is wrong.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors,
            _ => &[],
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::BadRequest,
            ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_) => Self::Internal { request_id: String::new() },
        }
    }
}

#[cfg(feature = "ssr")]
impl AppError {
    /// The error as it may be told. What is internal goes to the log, under the request's id, and nowhere else.
    pub fn from_service(error: service::ServiceError, request_id: &str) -> Self {
        use service::ServiceError;
        match error {
            ServiceError::NotFound => Self::NotFound,
            ServiceError::Unauthenticated => Self::Unauthenticated,
            ServiceError::Forbidden => Self::Forbidden,
            ServiceError::SecondFactorMissing => Self::SecondFactorMissing,
            ServiceError::Invalid(errors) => Self::Invalid(errors),
            ServiceError::Conflict(conflict) => Self::Conflict(conflict),
            ServiceError::TooManyAttempts { wait_seconds } => Self::TooManyAttempts { wait_seconds },
            ServiceError::PaymentUnavailable(reason) => {
                tracing::warn!(request_id, reason, "payment network unavailable");
                Self::PaymentUnavailable
            }
            ServiceError::Busy => Self::Busy,
            ServiceError::Internal(reason) => {
                tracing::error!(request_id, reason, "internal error");
                Self::Internal { request_id: request_id.to_owned() }
            }
        }
    }
}

#[cfg(feature = "ssr")]
impl From<service::ServiceError> for AppError {
    /// Inside a request: takes its id from the context.
    fn from(error: service::ServiceError) -> Self {
        let request_id =
            crate::context::try_request().map(|request| request.id.to_string()).unwrap_or_default();
        Self::from_service(error, &request_id)
    }
}
