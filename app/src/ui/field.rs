//! Fields of forms: label, hint, what was typed, what is wrong with it.

use leptos::prelude::*;

use crate::context::{services, t};
use crate::form::{FormState, html_id, html_name};

/// A field's place in its form. `name` is the service's word (`variants.0.price`).
#[derive(Debug, Clone, Default)]
pub struct Field<'a> {
    pub name: &'a str,
    /// That of the name when empty; a field of one of several like forms on a page needs an id of its own.
    pub id: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    /// Shown until something was typed: the stored value of what is being edited.
    pub stored: &'a str,
    pub is_optional: bool,
    /// `text` when empty; `tel`, `email`, `password`, `date`, `search`.
    pub kind: &'a str,
    /// `numeric`, `decimal`, or empty.
    pub inputmode: &'a str,
    pub autocomplete: &'a str,
    pub placeholder: &'a str,
    /// `w-s`, `w-m` or empty.
    pub class: &'a str,
    pub max_length: Option<i64>,
    /// The id of a `datalist`.
    pub list: &'a str,
    /// Stands before the input: `¥`.
    pub before: &'a str,
    /// Stands behind the input: `克`.
    pub after: &'a str,
}

macro_rules! texts {
    ($($name:ident)+) => {$(
        #[must_use]
        pub const fn $name(mut self, $name: &'a str) -> Self {
            self.$name = $name;
            self
        }
    )+};
}

impl<'a> Field<'a> {
    /// A text that must be filled in.
    #[must_use]
    pub fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, ..Self::default() }
    }

    texts! { hint stored kind inputmode autocomplete placeholder class }

    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    #[must_use]
    pub const fn max_length(mut self, max_length: i64) -> Self {
        self.max_length = Some(max_length);
        self
    }
}

/// A text as an attribute that is left out when empty.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What stands around an input: label, hint and error; and what the input needs to be theirs.
struct Parts {
    id: String,
    name: String,
    label: AnyView,
    hint: AnyView,
    error: AnyView,
    described_by: Option<String>,
    is_wrong: Option<&'static str>,
}

impl Parts {
    fn new(field: &Field<'_>, error: Option<String>) -> Self {
        let id = if field.id.is_empty() { html_id(field.name) } else { field.id.to_owned() };
        let mut described: Vec<String> = Vec::new();
        if !field.hint.is_empty() {
            described.push(format!("{id}-h"));
        }
        if error.is_some() {
            described.push(format!("{id}-e"));
        }
        // The list of errors leads to a field by its name.
        let own = html_id(field.name);
        let anchor = (error.is_some() && id != own).then(|| view! { <span id=own tabindex="-1"></span> });
        let optional =
            field.is_optional.then(|| view! { " " <span class="field__opt">{t("选填", "optional")}</span> });
        Self {
            name: html_name(field.name),
            label: view! { {anchor}<label for=id.clone()>{field.label.to_owned()}{optional}</label> }
                .into_any(),
            hint: given(field.hint)
                .map(|hint| view! { <p class="field__hint" id=format!("{id}-h")>{hint}</p> })
                .into_any(),
            is_wrong: error.is_some().then_some("true"),
            error: error
                .map(|error| view! { <p class="field__error" id=format!("{id}-e")>{error}</p> })
                .into_any(),
            described_by: (!described.is_empty()).then(|| described.join(" ")),
            id,
        }
    }

    fn of(state: &FormState, field: &Field<'_>) -> Self {
        Self::new(field, state.error(field.name))
    }
}

/// The usual order: label, hint, input, error.
fn stacked(label: AnyView, hint: AnyView, input: AnyView, error: AnyView) -> AnyView {
    view! { <div class="field">{label}{hint}{input}{error}</div> }.into_any()
}

/// An input of one line.
#[must_use]
pub fn text_field(state: &FormState, field: &Field<'_>) -> AnyView {
    // What was typed as a password is never sent back.
    let value =
        if field.kind == "password" { String::new() } else { state.value_or(field.name, field.stored) };
    text_input(field, value, state.error(field.name))
}

/// [`text_field`] where what stands in it and what is wrong with it are known.
#[must_use]
pub fn text_input(field: &Field<'_>, value: String, error: Option<String>) -> AnyView {
    let parts = Parts::new(field, error);
    let input = view! {
        <input
            id=parts.id
            name=parts.name
            type=given(field.kind).unwrap_or_else(|| "text".to_owned())
            class=given(field.class)
            inputmode=given(field.inputmode)
            autocomplete=given(field.autocomplete)
            placeholder=given(field.placeholder)
            maxlength=field.max_length.map(|max| max.to_string())
            list=given(field.list)
            value=value
            aria-describedby=parts.described_by
            aria-invalid=parts.is_wrong
        />
    };
    let input = if field.before.is_empty() && field.after.is_empty() {
        input.into_any()
    } else {
        let before = given(field.before).map(|text| view! { <span>{text}</span> });
        let after = given(field.after).map(|text| view! { <span>{text}</span> });
        view! { <div class="affix">{before}{input}{after}</div> }.into_any()
    };
    stacked(parts.label, parts.hint, input, parts.error)
}

/// An input of several lines.
#[must_use]
pub fn text_area(state: &FormState, field: &Field<'_>, rows: i64) -> AnyView {
    area_input(field, rows, state.value_or(field.name, field.stored), state.error(field.name))
}

/// [`text_area`] where what stands in it and what is wrong with it are known.
#[must_use]
pub fn area_input(field: &Field<'_>, rows: i64, value: String, error: Option<String>) -> AnyView {
    let parts = Parts::new(field, error);
    let input = view! {
        <textarea
            id=parts.id
            name=parts.name
            rows=rows.to_string()
            placeholder=given(field.placeholder)
            maxlength=field.max_length.map(|max| max.to_string())
            aria-describedby=parts.described_by
            aria-invalid=parts.is_wrong
        >
            {value}
        </textarea>
    };
    stacked(parts.label, parts.hint, input.into_any(), parts.error)
}

/// A choice from a list: value and words of each option.
#[must_use]
pub fn select_field(state: &FormState, field: &Field<'_>, options: &[(String, String)]) -> AnyView {
    select_input(field, options, &state.value_or(field.name, field.stored), state.error(field.name))
}

/// [`select_field`] where what is chosen and what is wrong with it are known.
#[must_use]
pub fn select_input(
    field: &Field<'_>,
    options: &[(String, String)],
    chosen: &str,
    error: Option<String>,
) -> AnyView {
    let parts = Parts::new(field, error);
    let options: Vec<_> = options
        .iter()
        .map(|(value, label)| {
            view! { <option value=value.clone() selected=value == chosen>{label.clone()}</option> }
        })
        .collect();
    let input = view! {
        <select
            id=parts.id
            name=parts.name
            class=given(field.class)
            autocomplete=given(field.autocomplete)
            aria-describedby=parts.described_by
            aria-invalid=parts.is_wrong
        >
            {options}
        </select>
    };
    stacked(parts.label, parts.hint, input.into_any(), parts.error)
}

/// A choice from cards: value, words, and a line below them (may be empty).
#[must_use]
pub fn choice_field(state: &FormState, field: &Field<'_>, options: &[(String, String, String)]) -> AnyView {
    let parts = Parts::of(state, field);
    let chosen = state.value_or(field.name, field.stored);
    let name = parts.name;
    let cards: Vec<_> = options
        .iter()
        .map(|(value, label, sub)| {
            let sub = given(sub).map(|sub| view! { <span>{sub}</span> });
            view! {
                <label class="choice">
                    <input type="radio" name=name.clone() value=value.clone() checked=*value == chosen/>
                    <span class="choice__body"><strong>{label.clone()}</strong>{sub}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="field" id=parts.id aria-describedby=parts.described_by>
            <legend>{field.label.to_owned()}</legend>
            {parts.hint}
            <div class="choices">{cards}</div>
            {parts.error}
        </fieldset>
    }
    .into_any()
}

/// A box to tick; sends `on`. `field.stored` is `on` when it is ticked to begin with.
#[must_use]
pub fn check_field(state: &FormState, field: &Field<'_>) -> AnyView {
    let parts = Parts::of(state, field);
    let is_ticked = state.value_or(field.name, field.stored) == "on";
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    id=parts.id
                    name=parts.name
                    value="on"
                    checked=is_ticked
                    aria-describedby=parts.described_by
                    aria-invalid=parts.is_wrong
                />
                <span>{field.label.to_owned()}</span>
            </label>
            {parts.hint}
            {parts.error}
        </div>
    }
    .into_any()
}

/// A number of pieces, for forms without an island.
#[must_use]
pub fn quantity_field(state: &FormState, field: &Field<'_>, min: i64, max: i64, step: i64) -> AnyView {
    let parts = Parts::of(state, field);
    let value = state.value_or(field.name, field.stored);
    let input = view! {
        <input
            id=parts.id
            name=parts.name
            class="w-s"
            type="number"
            inputmode="numeric"
            min=min.to_string()
            max=max.to_string()
            step=step.to_string()
            value=value
            aria-describedby=parts.described_by
            aria-invalid=parts.is_wrong
        />
    };
    stacked(parts.label, parts.hint, input.into_any(), parts.error)
}

/// The file of a table, XLSX or CSV, as the field `sheet`.
#[must_use]
pub fn sheet_field(state: &FormState, label: &str, hint: impl IntoView + 'static) -> AnyView {
    let error = state.error("sheet");
    view! {
        <div class="field">
            <label for="f-sheet">{label.to_owned()}</label>
            <p class="field__hint" id="f-sheet-h">{hint}</p>
            <input
                type="file"
                id="f-sheet"
                name="sheet"
                accept=".xlsx,.csv"
                aria-describedby=if error.is_some() { "f-sheet-h f-sheet-e" } else { "f-sheet-h" }
                aria-invalid=error.as_ref().map(|_| "true")
            />
            {error.map(|text| view! { <p class="field__error" id="f-sheet-e">{text}</p> })}
        </div>
    }
    .into_any()
}

/// A value that the form carries along.
#[must_use]
pub fn hidden(name: &str, value: &str) -> AnyView {
    view! { <input type="hidden" name=html_name(name) value=value.to_owned()/> }.into_any()
}

/// The key that makes sending a form twice the same as sending it once: new with each page.
#[must_use]
pub fn key_field() -> AnyView {
    hidden("key", &services().new_token())
}

/// What is wrong, above the fields, with links to them; nothing while nothing is. `labels` gives the words for a
/// field's name; an unknown field shows only its problem.
#[must_use]
pub fn form_errors(state: &FormState, labels: &[(&str, &str)]) -> AnyView {
    let Some(headline) = state.headline() else { return ().into_any() };
    let colon = t("：", ": ");
    let items: Vec<_> = state
        .errors()
        .into_iter()
        .map(|error| {
            let problem = crate::text::problem_text(crate::context::locale(), &error.problem);
            let label = labels.iter().find(|(name, _)| *name == error.field).map(|(_, label)| *label);
            let text = label.map_or_else(|| problem.clone(), |label| format!("{label}{colon}{problem}"));
            view! { <li><a href=format!("#{}", html_id(&error.field))>{text}</a></li> }
        })
        .collect();
    let list = (!items.is_empty()).then(|| view! { <ul>{items}</ul> });
    view! {
        <div class="form__errors" role="alert" tabindex="-1"><h2>{headline}</h2>{list}</div>
    }
    .into_any()
}
