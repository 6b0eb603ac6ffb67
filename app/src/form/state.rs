//! A form as its page shows it.

use std::sync::Arc;

use domain::failure::FieldError;
use leptos::server_fn::ServerFn;
use service::flash::FlashContent;

use crate::context::{self, link, locale};
use crate::text::{error_text, problem_text};
use crate::{AppError, text};

/// A form as its page shows it: empty at first; with what was typed, and what is wrong with it, after a refusal.
#[derive(Debug, Clone)]
pub struct FormState {
    action: String,
    flash: Option<Arc<FlashContent>>,
}

impl FormState {
    /// The state of the form that posts to the server function `F` (the type the `#[server]` macro makes:
    /// `AddLine` for `fn add_line`).
    #[must_use]
    pub fn of<F: ServerFn>() -> Self {
        Self::of_path(F::PATH)
    }

    /// The state of a form that posts to another address of ours.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let flash = context::flash().filter(|flash| flash.form == path);
        Self { action: link(path), flash }
    }

    /// Of several forms with one action (one for each line of a cart), the one whose hidden `field` is `value`.
    #[must_use]
    pub fn only_if(mut self, field: &str, value: &str) -> Self {
        self.flash = self.flash.filter(|flash| flash.value(field) == value);
        self
    }

    /// The form's `action`.
    #[must_use]
    pub fn action(&self) -> String {
        self.action.clone()
    }

    /// Whether the form came back refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.flash.is_some()
    }

    /// What was typed into a field; else `otherwise` (the stored value of what is being edited).
    #[must_use]
    pub fn value_or(&self, field: &str, otherwise: &str) -> String {
        match &self.flash {
            Some(flash) => flash.value(field).to_owned(),
            None => otherwise.to_owned(),
        }
    }

    /// What was typed into a field.
    #[must_use]
    pub fn value(&self, field: &str) -> String {
        self.value_or(field, "")
    }

    /// By what the rows of a group were named that were sent: `lines.b1.…`, `lines.b2.…`; none before a refusal.
    #[must_use]
    pub fn keys(&self, group: &str) -> Vec<String> {
        let prefix = format!("{group}.");
        let mut keys: Vec<String> = Vec::new();
        for (name, _) in self.flash.iter().flat_map(|flash| &flash.values) {
            let key = name.strip_prefix(&prefix).and_then(|rest| rest.split('.').next());
            if let Some(key) = key.filter(|key| keys.iter().all(|known| known != key)) {
                keys.push(key.to_owned());
            }
        }
        keys
    }

    /// What is wrong with a field, in the reader's language.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<String> {
        let flash = self.flash.as_ref()?;
        let error = flash.errors.iter().find(|error| error.field == field)?;
        Some(problem_text(locale(), &error.problem))
    }

    /// All that is wrong with fields.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        self.flash.as_ref().map(|flash| flash.errors.clone()).unwrap_or_default()
    }

    /// Why the form was refused as a whole.
    #[must_use]
    pub fn failure(&self) -> Option<AppError> {
        let failure = self.flash.as_ref()?.failure.clone()?;
        serde_json::from_value(failure).ok()
    }

    /// The failure in words.
    #[must_use]
    pub fn failure_text(&self) -> Option<String> {
        self.failure().map(|failure| error_text(locale(), &failure))
    }

    /// `有 2 处需要修改`, or why the form was refused; `None` when it was not.
    #[must_use]
    pub fn headline(&self) -> Option<String> {
        if let Some(failure) = self.failure_text() {
            return Some(failure);
        }
        let count = self.flash.as_ref()?.errors.len();
        Some(text::fields_to_mend(locale(), count))
    }
}
