//! When what is typed is saved, and what becomes of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use domain::locale::Locale;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, Event, EventTarget, HtmlInputElement};

use super::super::api::SavedDraft;
use super::super::browser::{may_pass, on_reconnect, post, wait_seconds};
use super::Kept;
use super::typed_form::TypedForm;
use crate::AppError;
use crate::form::html_id;
use crate::text::error_text;

/// Typing rests this long before it is saved.
const REST: Duration = Duration::from_millis(1_500);

pub(super) struct Start {
    pub(super) form_id: String,
    pub(super) address: String,
    pub(super) saves_itself: bool,
    pub(super) locale: Locale,
    pub(super) kept: RwSignal<Kept>,
}

struct Keeper {
    form: TypedForm,
    start: Start,
    is_dirty: Cell<bool>,
    is_saving: Cell<bool>,
    failed: Cell<u32>,
    /// Counts what was scheduled: only the youngest goes off.
    schedule: Cell<u32>,
    /// A button pressed while a save or a photo was under way: it is pressed again afterwards, over the new version.
    pressed: RefCell<Option<JsValue>>,
}

pub(super) fn start(start: Start) {
    let Some(form) =
        document().get_element_by_id(&start.form_id).and_then(|form| form.dyn_into().ok()).map(TypedForm)
    else {
        return;
    };
    let keeper = Rc::new(Keeper {
        form,
        start,
        is_dirty: Cell::new(false),
        is_saving: Cell::new(false),
        failed: Cell::new(0),
        schedule: Cell::new(0),
        pressed: RefCell::default(),
    });
    // What an earlier page left behind stands in the fields already.
    keeper.form.show_class(false);
    for kind in ["input", "change", "photos"] {
        let own = keeper.clone();
        listen(&keeper.form.0, kind, move |event| own.typed(&event));
    }
    let own = keeper.clone();
    // Whoever pressed the button counted on that photo.
    listen(&keeper.form.0, "photo-refused", move |_| {
        if own.pressed.take().is_some() {
            own.start.kept.set(Kept::Here);
        }
    });
    let own = keeper.clone();
    listen(&keeper.form.0, "click", move |event| own.clicked(&event));
    let own = keeper.clone();
    listen(&keeper.form.0, "submit", move |event| own.submitted(&event));
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
    fn typed(self: &Rc<Self>, event: &Event) {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            match input.name().as_str() {
                "files" => return,
                "food_class" => self.form.show_class(true),
                _ => {}
            }
        }
        if event.type_() == "photos"
            && self.form.uploading().is_none()
            && let Some(button) = self.pressed.take()
        {
            self.form.press(&button);
            return;
        }
        self.is_dirty.set(true);
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
        if self.is_saving.get() || !self.start.saves_itself || self.form.is_sent() {
            return;
        }
        let Some(values) = self.form.values() else { return };
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
                self.form.set_hidden("[name=version]", &saved.version.to_string());
                for (row, id) in &saved.new_ids {
                    self.form.set_hidden(&format!("#{}", html_id(&format!("variants.{row}.id"))), id);
                }
                self.form.mark(self.start.locale, &saved.problems);
                // What could not be read is only here: the browser keeps its copy until it can.
                self.form.tell_saved(!self.is_dirty.get() && saved.problems.is_empty());
                if self.is_dirty.get() {
                    self.save_in(REST);
                } else {
                    self.start.kept.set(Kept::Saved(time_of_day(), saved.problems.len()));
                }
            }
            Err(error) if may_pass(&error) => {
                self.is_dirty.set(true);
                self.failed.set(self.failed.get() + 1);
                self.start.kept.set(if self.form.is_kept() { Kept::Offline } else { Kept::OnlyHere });
                self.save_in(Duration::from_secs(wait_seconds(self.failed.get())));
            }
            Err(error) => {
                self.is_dirty.set(true);
                self.start.kept.set(Kept::Refused(error_text(self.start.locale, &error)));
            }
        }
        if self.form.uploading().is_none()
            && let Some(button) = self.pressed.take()
        {
            self.form.press(&button);
        }
    }

    fn clicked(&self, event: &Event) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("[data-add]").ok().flatten());
        if button.is_some() {
            event.prevent_default();
            self.form.add_row();
        }
    }

    fn submitted(&self, event: &Event) {
        // Nothing may go off behind the form's back: it would be saved over a version that is no more.
        self.schedule.set(self.schedule.get() + 1);
        let button = js_sys::Reflect::get(event, &"submitter".into()).unwrap_or(JsValue::NULL);
        if let Some(count) = self.form.uploading() {
            self.start.kept.set(Kept::Uploading(count));
        } else if !self.is_saving.get() {
            return;
        }
        event.prevent_default();
        self.pressed.replace(Some(button));
    }
}
