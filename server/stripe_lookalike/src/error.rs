//! Stripe's error object and the HTTP status each kind is answered with.
//!
//! Rule: <https://docs.stripe.com/api/errors>.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// A refusal as Stripe words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    /// True when the endpoint had begun its work. Only such refusals are saved under the idempotency key; a
    /// request that failed validation may be corrected and sent again with the same key.
    pub(crate) executed: bool,
}

impl ApiError {
    /// 400: a parameter is missing or wrong.
    pub(crate) fn invalid(param: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: Some(code),
            message: message.into(),
            param: Some(param.to_owned()),
            executed: false,
        }
    }

    /// 400: well formed, but the state of the object forbids it.
    pub(crate) fn forbidden_by_state(code: &'static str, message: impl Into<String>) -> Self {
        Self { param: None, executed: true, ..Self::invalid("", code, message) }
    }

    /// 404: no such object.
    pub(crate) fn missing(param: &str, what: &str, id: &str) -> Self {
        Self { status: 404, ..Self::invalid(param, "resource_missing", format!("No such {what}: '{id}'")) }
    }

    /// 401: the key is absent or wrong. The key itself is never repeated.
    pub(crate) fn unauthorized() -> Self {
        let message = "Invalid API Key provided. Send it as 'Authorization: Bearer <key>'.";
        Self::plain(401, "invalid_request_error", None, message)
    }

    /// 400: the same idempotency key came with other parameters.
    pub(crate) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used \
             with. Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self::plain(400, "idempotency_error", None, message)
    }

    /// The answer of a fault switched on in the control interface.
    pub(crate) fn fault(status: u16) -> Self {
        match status {
            401 => Self::unauthorized(),
            402 => Self::plain(402, "card_error", Some("card_declined"), "Your card was declined."),
            409 => Self::plain(
                409,
                "idempotency_error",
                Some("idempotency_key_in_use"),
                "There is currently another in-progress request using this idempotency key.",
            ),
            429 => Self::plain(429, "invalid_request_error", Some("rate_limit"), "Too many requests."),
            other => Self::plain(other, "api_error", None, "An unknown error occurred."),
        }
    }

    fn plain(
        status: u16,
        kind: &'static str,
        code: Option<&'static str>,
        message: impl Into<String>,
    ) -> Self {
        Self { status, kind, code, message: message.into(), param: None, executed: false }
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = json!(code);
            error["doc_url"] =
                json!(format!("https://docs.stripe.com/error-codes/{}", code.replace('_', "-")));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        json!({ "error": error })
    }
}
