//! Fields of the listing's form: rows are counted here as the use case counts them, so values and errors are given.

use domain::failure::FieldError;
use leptos::prelude::*;

use crate::context::{locale, t};
use crate::form::{html_id, html_name};
use crate::text::problem_text;

/// One field and what stands in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Input<'a> {
    /// The use case's word: `variants.0.price`.
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) value: &'a str,
    pub(super) hint: &'a str,
    pub(super) is_optional: bool,
    /// `text` when empty.
    pub(super) kind: &'a str,
    pub(super) inputmode: &'a str,
    pub(super) placeholder: &'a str,
    /// Stands before the input: `¥`.
    pub(super) before: &'a str,
    /// Stands behind the input: `克`.
    pub(super) after: &'a str,
    pub(super) list: &'a str,
}

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

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn label(input: &Input<'_>, id: &str) -> AnyView {
    let optional =
        input.is_optional.then(|| view! { " " <span class="field__opt">{t("选填", "optional")}</span> });
    let hint = given(input.hint).map(|hint| view! { <p class="field__hint" id=format!("{id}-h")>{hint}</p> });
    view! { <label for=id.to_owned()>{input.label.to_owned()}{optional}</label>{hint} }.into_any()
}

fn described_by(input: &Input<'_>, id: &str, is_wrong: bool) -> Option<String> {
    let mut ids = Vec::new();
    if !input.hint.is_empty() {
        ids.push(format!("{id}-h"));
    }
    if is_wrong {
        ids.push(format!("{id}-e"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// An input of one line.
pub(super) fn line(wrong: &Wrong, input: Input<'_>) -> AnyView {
    let id = html_id(input.name);
    let is_wrong = wrong.text(input.name).is_some();
    let element = view! {
        <input
            id=id.clone()
            name=html_name(input.name)
            type=if input.kind.is_empty() { "text".to_owned() } else { input.kind.to_owned() }
            inputmode=given(input.inputmode)
            placeholder=given(input.placeholder)
            list=given(input.list)
            value=input.value.to_owned()
            aria-invalid=is_wrong.then_some("true")
            aria-describedby=described_by(&input, &id, is_wrong)
        />
    };
    let element = if input.before.is_empty() && input.after.is_empty() {
        element.into_any()
    } else {
        let before = given(input.before).map(|text| view! { <span>{text}</span> });
        let after = given(input.after).map(|text| view! { <span>{text}</span> });
        view! { <div class="affix">{before}{element}{after}</div> }.into_any()
    };
    view! { <div class="field">{label(&input, &id)}{element}{wrong.line(input.name)}</div> }.into_any()
}

/// An input of several lines.
pub(super) fn area(wrong: &Wrong, input: Input<'_>, rows: i64) -> AnyView {
    let id = html_id(input.name);
    let is_wrong = wrong.text(input.name).is_some();
    let described = described_by(&input, &id, is_wrong);
    view! {
        <div class="field">
            {label(&input, &id)}
            <textarea
                id=id
                name=html_name(input.name)
                rows=rows.to_string()
                placeholder=given(input.placeholder)
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described
            >
                {input.value.to_owned()}
            </textarea>
            {wrong.line(input.name)}
        </div>
    }
    .into_any()
}

/// A choice from a list of values and words.
pub(super) fn select(wrong: &Wrong, input: Input<'_>, options: &[(String, String)]) -> AnyView {
    let id = html_id(input.name);
    let is_wrong = wrong.text(input.name).is_some();
    let described = described_by(&input, &id, is_wrong);
    let options: Vec<_> = options
        .iter()
        .map(|(value, label)| {
            view! { <option value=value.clone() selected=value == input.value>{label.clone()}</option> }
        })
        .collect();
    view! {
        <div class="field">
            {label(&input, &id)}
            <select
                id=id
                name=html_name(input.name)
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
            {wrong.line(input.name)}
        </div>
    }
    .into_any()
}
