//! Keeps what is typed into a listing: on the server as soon as it rests, in the browser until then.

use domain::locale::Locale;
use leptos::prelude::*;

/// What became of what was typed.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser gets beyond the first state")
)]
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    /// Nothing was typed yet.
    Untouched,
    /// Typed, and kept in this browser only.
    Here,
    Saving,
    /// On the server since this time of day; so many fields could not be read.
    Saved(String, usize),
    Offline,
    /// The server said no.
    Refused(String),
    /// So many photos are still on their way.
    Uploading(String),
}

impl Kept {
    fn words(&self, locale: Locale) -> String {
        let fixed = |zh, en| locale.pick(zh, en).to_owned();
        match self {
            Self::Untouched => String::new(),
            Self::Here => fixed("有未保存的修改", "Not saved yet"),
            Self::Saving => fixed("保存中…", "Saving…"),
            Self::Saved(time, 0) => format!("{} {time}", locale.pick("已自动保存", "Saved")),
            Self::Saved(time, unread) => match locale {
                Locale::Zh => format!("已自动保存 {time}，有 {unread} 处需要修改"),
                Locale::En => format!("Saved {time}; {unread} to mend"),
            },
            Self::Offline => fixed(
                "未保存：网络不通，内容已存在本机",
                "Not saved: no connection. It is kept on this device",
            ),
            Self::Refused(why) => format!("{}{why}", locale.pick("未保存：", "Not saved: ")),
            Self::Uploading(count) => match locale {
                Locale::Zh => format!("还有 {count} 张照片在上传，请稍等"),
                Locale::En => format!("{count} photos are still being uploaded"),
            },
        }
    }
}

/// Stands in the form and watches over it. A published listing is not saved by itself: half a change must not be in
/// the shop; it is only kept in the browser.
#[island]
pub fn ListingKeeper(
    form_id: String,
    product: String,
    version: i64,
    address: String,
    saves_itself: bool,
    is_refused: bool,
    locale: Locale,
) -> impl IntoView {
    let kept = RwSignal::new(Kept::Untouched);
    let is_restored = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        let start = keeping::Start {
            form_id,
            product: product.clone(),
            version,
            address,
            saves_itself,
            is_refused,
            locale,
            kept,
            is_restored,
        };
        // After hydration, which must find what the server sent: it would not show what was restored before.
        leptos::task::spawn_local(async move { keeping::start(start) });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form_id, &product, version, address, saves_itself, is_refused);
    let drop_restored = move |_| {
        #[cfg(feature = "hydrate")]
        {
            super::browser::drop_copy(&product);
            let _ = window().location().reload();
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = &product;
    };
    view! {
        <span class="saved" role="status">{move || kept.get().words(locale)}</span>
        <span class="small" role="status" hidden=move || !is_restored.get()>
            {locale.pick("已恢复上次没保存的内容。", "What you had not saved is back. ")}
            <button type="button" class="linklike" on:click=drop_restored>{locale.pick("不要了", "Drop it")}</button>
        </span>
    }
}

#[cfg(feature = "hydrate")]
mod keeping {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::time::Duration;

    use domain::locale::Locale;
    use leptos::prelude::*;
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast as _, JsValue};
    use web_sys::{
        Element, Event, EventTarget, FormData, HtmlFormElement, HtmlInputElement, HtmlSelectElement,
        HtmlTextAreaElement, UrlSearchParams,
    };

    use super::super::api::SavedDraft;
    use super::super::browser::{
        Copy, drop_copy, keep_copy, kept_copy, may_pass, on_reconnect, post, wait_seconds,
    };
    use super::Kept;
    use crate::AppError;
    use crate::form::html_id;
    use crate::text::{error_text, problem_text};

    /// Typing rests this long before it is saved.
    const REST: Duration = Duration::from_millis(1_500);
    /// Rows that a copy may bring back at most.
    const MAX_ROWS: usize = 40;

    pub(super) struct Start {
        pub(super) form_id: String,
        pub(super) product: String,
        pub(super) version: i64,
        pub(super) address: String,
        pub(super) saves_itself: bool,
        pub(super) is_refused: bool,
        pub(super) locale: Locale,
        pub(super) kept: RwSignal<Kept>,
        pub(super) is_restored: RwSignal<bool>,
    }

    struct Keeper {
        form: HtmlFormElement,
        start: Start,
        version: Cell<i64>,
        is_dirty: Cell<bool>,
        is_saving: Cell<bool>,
        failed: Cell<u32>,
        /// Counts what was scheduled: only the youngest goes off.
        schedule: Cell<u32>,
        /// A button pressed while a save was under way: it is pressed again afterwards, over the new version.
        pressed: RefCell<Option<JsValue>>,
    }

    pub(super) fn start(start: Start) {
        let Some(form) = document()
            .get_element_by_id(&start.form_id)
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        let keeper = Rc::new(Keeper {
            version: Cell::new(start.version),
            form,
            start,
            is_dirty: Cell::new(false),
            is_saving: Cell::new(false),
            failed: Cell::new(0),
            schedule: Cell::new(0),
            pressed: RefCell::default(),
        });
        keeper.show_class(false);
        keeper.restore();
        for kind in ["input", "change", "photos"] {
            let own = keeper.clone();
            listen(&keeper.form, kind, move |event| own.typed(&event));
        }
        let own = keeper.clone();
        listen(&keeper.form, "click", move |event| own.clicked(&event));
        let own = keeper.clone();
        listen(&keeper.form, "submit", move |event| own.submitted(&event));
        on_reconnect(move || {
            if keeper.is_dirty.get() {
                keeper.save();
            }
        });
    }

    fn listen(target: &EventTarget, kind: &str, listener: impl Fn(Event) + 'static) {
        let listener = Closure::<dyn Fn(Event)>::new(listener).into_js_value();
        let _ = target.add_event_listener_with_callback(kind, listener.unchecked_ref());
    }

    fn time_of_day() -> String {
        let now = js_sys::Date::new_0();
        format!("{:02}:{:02}", now.get_hours(), now.get_minutes())
    }

    impl Keeper {
        fn values(&self) -> Option<UrlSearchParams> {
            let data = FormData::new_with_form(&self.form).ok()?;
            data.delete("files");
            UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
        }

        fn keep(&self, was_sent: bool) {
            if let Some(values) = self.values() {
                keep_copy(&self.start.product, &Copy { version: self.version.get(), was_sent, values });
            }
        }

        fn typed(self: &Rc<Self>, event: &Event) {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                match input.name().as_str() {
                    "files" => return,
                    "food_class" => self.show_class(true),
                    _ => {}
                }
            }
            self.is_dirty.set(true);
            self.keep(false);
            if !self.is_saving.get() {
                self.start.kept.set(Kept::Here);
            }
            self.save_in(REST);
        }

        fn save_in(self: &Rc<Self>, wait: Duration) {
            if !self.start.saves_itself {
                return;
            }
            let number = self.schedule.get() + 1;
            self.schedule.set(number);
            let keeper = self.clone();
            set_timeout(
                move || {
                    if keeper.schedule.get() == number {
                        keeper.save();
                    }
                },
                wait,
            );
        }

        fn save(self: &Rc<Self>) {
            if self.is_saving.get() || !self.start.saves_itself {
                return;
            }
            let Some(values) = self.values() else { return };
            self.is_saving.set(true);
            self.is_dirty.set(false);
            self.start.kept.set(Kept::Saving);
            let keeper = self.clone();
            let body = JsValue::from(values.to_string());
            post::<SavedDraft>(&self.start.address, &body, None, move |outcome| keeper.saved(outcome));
        }

        fn saved(self: &Rc<Self>, outcome: Result<SavedDraft, AppError>) {
            self.is_saving.set(false);
            match outcome {
                Ok(saved) => {
                    self.failed.set(0);
                    self.version.set(saved.version);
                    self.set_hidden("[name=version]", &saved.version.to_string());
                    for (row, id) in &saved.new_ids {
                        self.set_hidden(&format!("#{}", html_id(&format!("variants.{row}.id"))), id);
                    }
                    self.mark(&saved);
                    if self.is_dirty.get() {
                        self.keep(false);
                        self.save_in(REST);
                    } else {
                        // What could not be read is only here: the copy stays until it can.
                        if saved.problems.is_empty() {
                            drop_copy(&self.start.product);
                        } else {
                            self.keep(false);
                        }
                        self.start.kept.set(Kept::Saved(time_of_day(), saved.problems.len()));
                    }
                }
                Err(error) if may_pass(&error) => {
                    self.is_dirty.set(true);
                    self.failed.set(self.failed.get() + 1);
                    self.start.kept.set(Kept::Offline);
                    self.save_in(Duration::from_secs(wait_seconds(self.failed.get())));
                }
                Err(error) => {
                    self.is_dirty.set(true);
                    self.start.kept.set(Kept::Refused(error_text(self.start.locale, &error)));
                }
            }
            if let Some(button) = self.pressed.take() {
                self.press(&button);
            }
        }

        fn set_hidden(&self, selector: &str, value: &str) {
            let found = self.form.query_selector(selector).ok().flatten();
            if let Some(input) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) {
                input.set_value(value);
            }
        }

        /// Says at each field what could not be read, and takes back what was said before.
        fn mark(&self, saved: &SavedDraft) {
            for old in elements(&self.form, "[data-autosave-error]") {
                old.remove();
            }
            for field in elements(&self.form, "[aria-invalid]") {
                let _ = field.remove_attribute("aria-invalid");
            }
            for problem in &saved.problems {
                let selector = format!("#{}", html_id(&problem.field));
                let Ok(Some(field)) = self.form.query_selector(&selector) else { continue };
                let _ = field.set_attribute("aria-invalid", "true");
                let Ok(line) = document().create_element("p") else { continue };
                line.set_class_name("field__error");
                let _ = line.set_attribute("data-autosave-error", "");
                line.set_text_content(Some(&problem_text(self.start.locale, &problem.problem)));
                if let Ok(Some(around)) = field.closest(".field") {
                    let _ = around.append_child(&line);
                }
            }
        }

        /// Shows the groups of fields that the chosen food class asks for.
        fn show_class(&self, was_chosen: bool) {
            let chosen = self.form.query_selector("[name=food_class]:checked").ok().flatten();
            let Some(class) = chosen.and_then(|chosen| chosen.get_attribute("value")) else { return };
            for group in elements(&self.form, "[data-for]") {
                let classes = group.get_attribute("data-for").unwrap_or_default();
                let is_asked = classes.split(' ').any(|word| word == class);
                let _ = group.toggle_attribute_with_force("hidden", !is_asked);
                if was_chosen {
                    let _ = group.toggle_attribute_with_force("open", is_asked);
                }
            }
        }

        fn clicked(&self, event: &Event) {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let button = target.and_then(|target| target.closest("[data-add]").ok().flatten());
            if button.is_some() {
                event.prevent_default();
                self.add_row();
            }
        }

        fn add_row(&self) {
            let (Ok(Some(rows)), Ok(Some(template))) =
                (self.form.query_selector("[data-rows]"), self.form.query_selector("template[data-row]"))
            else {
                return;
            };
            let number = rows.child_element_count().to_string();
            let _ = rows.insert_adjacent_html("beforeend", &template.inner_html().replace("__", &number));
            let first = rows.last_element_child().map(|row| row.query_selector("input:not([type=hidden])"));
            if let Some(Ok(Some(first))) = first
                && let Ok(first) = first.dyn_into::<HtmlInputElement>()
            {
                let _ = first.focus();
            }
        }

        /// Puts what an earlier page left behind back into the fields.
        fn restore(self: &Rc<Self>) {
            let product = &self.start.product;
            if self.start.is_refused {
                return;
            }
            let Some(copy) = kept_copy(product, self.version.get()) else { return };
            let mut has_changed = false;
            for pair in copy.values.entries().into_iter().flatten() {
                let pair: js_sys::Array = pair.unchecked_into();
                let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) else {
                    continue;
                };
                if matches!(name.as_str(), "product" | "version" | "photos[]") || name.ends_with("[id]") {
                    continue;
                }
                has_changed |= self.put_back(&name, &value);
            }
            if has_changed {
                self.show_class(true);
                self.start.is_restored.set(true);
                self.is_dirty.set(true);
                self.start.kept.set(Kept::Here);
            } else if !copy.was_sent {
                drop_copy(product);
            }
        }

        fn put_back(&self, name: &str, value: &str) -> bool {
            if name == "food_class" {
                let selector = format!("[name=food_class][value=\"{value}\"]");
                let found = self.form.query_selector(&selector).ok().flatten();
                let Some(radio) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) else {
                    return false;
                };
                let differs = !radio.checked();
                radio.set_checked(true);
                return differs;
            }
            let selector = format!("[name=\"{name}\"]");
            let find = || self.form.query_selector(&selector).ok().flatten();
            let mut found = find();
            for _ in 0..MAX_ROWS {
                if found.is_some() || !name.starts_with("variants[") || value.is_empty() {
                    break;
                }
                self.add_row();
                found = find();
            }
            let Some(element) = found else { return false };
            if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
                if input.type_() == "checkbox" {
                    let differs = !input.checked();
                    input.set_checked(true);
                    return differs;
                }
                let differs = input.value() != value;
                input.set_value(value);
                return differs;
            }
            if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
                // A form sends line ends of its own kind.
                let differs = area.value().replace("\r\n", "\n") != value.replace("\r\n", "\n");
                area.set_value(value);
                return differs;
            }
            if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
                let differs = select.value() != value;
                select.set_value(value);
                return differs;
            }
            false
        }

        fn submitted(&self, event: &Event) {
            let uploading = self.form.get_attribute("data-uploading").unwrap_or_default();
            if !matches!(uploading.as_str(), "" | "0") {
                event.prevent_default();
                self.start.kept.set(Kept::Uploading(uploading));
                return;
            }
            // Nothing may go off behind the form's back: it would be saved over a version that is no more.
            self.schedule.set(self.schedule.get() + 1);
            let button = js_sys::Reflect::get(event, &"submitter".into()).unwrap_or(JsValue::NULL);
            if self.is_saving.get() {
                event.prevent_default();
                self.pressed.replace(Some(button));
                return;
            }
            self.keep(true);
        }

        fn press(&self, button: &JsValue) {
            let request = js_sys::Reflect::get(&self.form, &"requestSubmit".into());
            if let Ok(Ok(request)) = request.map(|request| request.dyn_into::<js_sys::Function>()) {
                let _ = request.call1(&self.form, button);
            }
        }
    }

    fn elements(form: &HtmlFormElement, selector: &str) -> Vec<Element> {
        let Ok(list) = form.query_selector_all(selector) else { return Vec::new() };
        (0..list.length())
            .filter_map(|at| list.get(at).and_then(|node| node.dyn_into::<Element>().ok()))
            .collect()
    }
}
