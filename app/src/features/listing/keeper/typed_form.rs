//! The form in the page: reads what is typed, and writes into its fields.

use domain::failure::FieldError;
use domain::locale::Locale;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use crate::form::html_id;
use crate::text::problem_text;

pub(super) struct TypedForm(pub(super) HtmlFormElement);

impl TypedForm {
    /// Everything but files.
    pub(super) fn values(&self) -> Option<UrlSearchParams> {
        let data = FormData::new_with_form(&self.0).ok()?;
        data.delete("files");
        UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
    }

    /// Whether the page's script keeps what is typed in this browser.
    pub(super) fn is_kept(&self) -> bool {
        !self.0.has_attribute("data-unkept")
    }

    pub(super) fn set_hidden(&self, selector: &str, value: &str) {
        let found = self.0.query_selector(selector).ok().flatten();
        if let Some(input) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) {
            input.set_value(value);
        }
    }

    /// Says at each field what could not be read, and takes back what was said before.
    pub(super) fn mark(&self, locale: Locale, problems: &[FieldError]) {
        for old in elements(&self.0, "[data-autosave-error]") {
            old.remove();
        }
        for field in elements(&self.0, "[aria-invalid]") {
            let _ = field.remove_attribute("aria-invalid");
        }
        for problem in problems {
            let selector = format!("#{}", html_id(&problem.field));
            let Ok(Some(field)) = self.0.query_selector(&selector) else { continue };
            let _ = field.set_attribute("aria-invalid", "true");
            let Ok(line) = document().create_element("p") else { continue };
            line.set_class_name("field__error");
            let _ = line.set_attribute("data-autosave-error", "");
            line.set_text_content(Some(&problem_text(locale, &problem.problem)));
            if let Ok(Some(around)) = field.closest(".field") {
                let _ = around.append_child(&line);
            }
        }
    }

    /// Shows the groups of fields that the chosen food class asks for.
    pub(super) fn show_class(&self, was_chosen: bool) {
        let chosen = self.0.query_selector("[name=food_class]:checked").ok().flatten();
        let Some(class) = chosen.and_then(|chosen| chosen.get_attribute("value")) else { return };
        for group in elements(&self.0, "[data-for]") {
            let classes = group.get_attribute("data-for").unwrap_or_default();
            let is_asked = classes.split(' ').any(|word| word == class);
            let _ = group.toggle_attribute_with_force("hidden", !is_asked);
            if was_chosen {
                let _ = group.toggle_attribute_with_force("open", is_asked);
            }
        }
    }

    pub(super) fn add_row(&self) {
        let (Ok(Some(rows)), Ok(Some(template))) =
            (self.0.query_selector("[data-rows]"), self.0.query_selector("template[data-row]"))
        else {
            return;
        };
        let number = rows.child_element_count().to_string();
        let _ = rows.insert_adjacent_html("beforeend", &template.inner_html().replace("@@", &number));
        let first = rows.last_element_child().map(|row| row.query_selector("input:not([type=hidden])"));
        if let Some(Ok(Some(first))) = first
            && let Ok(first) = first.dyn_into::<HtmlInputElement>()
        {
            let _ = first.focus();
        }
    }

    /// How many photos are still on their way; `None` when none is.
    pub(super) fn uploading(&self) -> Option<String> {
        self.0.get_attribute("data-uploading").filter(|count| !matches!(count.as_str(), "" | "0"))
    }

    /// Whether the page's script is sending the form as a whole, or waits for the network to do so.
    pub(super) fn is_sent(&self) -> bool {
        self.0.has_attribute("data-waiting")
            || self.0.get_attribute("aria-busy").is_some_and(|is_busy| is_busy == "true")
    }

    /// Tells the page's script that the server has the form, `is_whole` or but for what could not be read.
    pub(super) fn tell_saved(&self, is_whole: bool) {
        let _ = self.0.toggle_attribute_with_force("data-unsaved", !is_whole);
        if let Ok(event) = Event::new("saved") {
            let _ = self.0.dispatch_event(&event);
        }
    }

    /// Sends the form as if `button` had been pressed.
    pub(super) fn press(&self, button: &JsValue) {
        let request = js_sys::Reflect::get(&self.0, &"requestSubmit".into());
        if let Ok(Ok(request)) = request.map(|request| request.dyn_into::<js_sys::Function>()) {
            let _ = request.call1(&self.0, button);
        }
    }
}

fn elements(form: &HtmlFormElement, selector: &str) -> Vec<Element> {
    let Ok(list) = form.query_selector_all(selector) else { return Vec::new() };
    (0..list.length())
        .filter_map(|at| list.get(at).and_then(|node| node.dyn_into::<Element>().ok()))
        .collect()
}
