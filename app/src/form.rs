//! The one way in which something is changed: a server function that is also a plain HTML form.
//!
//! ```ignore
//! #[derive(Debug, Clone, Default, Serialize, Deserialize)]
//! #[serde(default)]
//! pub struct AddLineForm { pub variant: String, pub quantity: String }
//!
//! #[server(endpoint = "cart/add_line")]
//! pub async fn add_line(#[server(flatten)] form: AddLineForm) -> Result<Answer<i64>, AppError> {
//!     submit_as_guest(form, async |services, viewer, form| { … Ok(Then::go(paths::cart(), count)) }).await
//! }
//! ```
//!
//! A browser without scripts posts the form and is sent on (303) to where [`Then`] says; when the service refuses, it
//! is sent back to the page it came from, which shows what was typed and what is wrong with it ([`FormState`]). An
//! island calls the same function and gets the [`Answer`] or the [`AppError`] as JSON, and the latter's words in a header.
//!
//! All fields are texts with a default, so that whatever is missing or wrong is said by the use case, field by field.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
mod link;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
mod state;
#[cfg(feature = "ssr")]
mod upload;

#[cfg(feature = "ssr")]
pub use link::link_cookie_name;
#[cfg(feature = "ssr")]
pub(crate) use link::{follow_link, kept_link_token, link_token};
#[cfg(feature = "ssr")]
pub use server::{
    SessionCookie, Then, ensure_session, half_session_cookie_name, known_browser_cookie_name, own_referer,
    safe_next, saved_cookie_name, session_cookie_name, submit, submit_as_guest,
};
#[cfg(feature = "ssr")]
pub(crate) use server::{form_values, second_factor_path, sign_in_path};
#[cfg(feature = "ssr")]
pub use state::FormState;
#[cfg(feature = "ssr")]
pub use upload::{UploadForm, UploadedFile, submit_upload};

/// The query parameter that leads a form page to what was typed.
pub const FLASH_PARAMETER: &str = "flash";

/// The response header in which a refusal stands in words, in the reader's language and percent-encoded, for islands
/// that do no more with it than show it.
pub const SAID_HEADER: &str = "x-said";

/// Set on the answer to a plain form whose contents could not be kept for the page that would show them again: the
/// server then answers that it is unavailable. It never leaves the server.
pub const UNKEPT_HEADER: &str = "x-unkept";

/// What a server function gives back to an island.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    pub value: T,
    /// Where a plain form would have been sent, with its language; an island may go there or stay.
    pub go_to: String,
}

/// How a field's name stands in HTML: `variants.0.price` becomes `variants[0][price]`, which is read as a list.
#[must_use]
pub fn html_name(field: &str) -> String {
    let mut parts = field.split('.');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.push('[');
        name.push_str(part);
        name.push(']');
    }
    name
}

/// A field's `id` in HTML, the target of the links in the list of errors.
#[must_use]
pub fn html_id(field: &str) -> String {
    format!("f-{}", field.replace('.', "-"))
}
