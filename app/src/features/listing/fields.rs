//! Fields of the listing's form: rows are counted here as the use case counts them, so values and errors are given.

use domain::failure::FieldError;
use leptos::prelude::*;

use crate::context::locale;
use crate::form::html_id;
use crate::text::problem_text;
use crate::ui::{self, Field};

/// What is wrong, by the use case's words for the fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Wrong(pub(super) Vec<FieldError>);

impl Wrong {
    pub(super) fn text(&self, field: &str) -> Option<String> {
        let error = self.0.iter().find(|error| error.field == field)?;
        Some(problem_text(locale(), &error.problem))
    }

    /// The sentence below a field.
    pub(super) fn line(&self, field: &str) -> AnyView {
        let id = format!("{}-e", html_id(field));
        self.text(field).map(|text| view! { <p class="field__error" id=id>{text}</p> }).into_any()
    }
}

/// An input of one line.
pub(super) fn line(wrong: &Wrong, field: Field<'_>) -> AnyView {
    ui::text_input(&field, field.stored.to_owned(), wrong.text(field.name))
}

/// An input of several lines.
pub(super) fn area(wrong: &Wrong, field: Field<'_>, rows: i64) -> AnyView {
    ui::area_input(&field, rows, field.stored.to_owned(), wrong.text(field.name))
}

/// A choice from a list of values and words.
pub(super) fn select(wrong: &Wrong, field: Field<'_>, options: &[(String, String)]) -> AnyView {
    ui::select_input(&field, options, field.stored, wrong.text(field.name))
}
