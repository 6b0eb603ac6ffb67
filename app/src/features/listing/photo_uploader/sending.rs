//! Sends the chosen photos, one after the other, until the server has them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::JsCast as _;
use web_sys::{Event, File, FormData, HtmlInputElement};

use super::super::browser::{kept_copy, may_pass, on_reconnect, post, wait_seconds};
use super::{Job, PhotoItem, photo_key};
use crate::AppError;
use crate::text::error_text;

/// What the service answers for a stored photo.
#[derive(Deserialize)]
struct Stored {
    media_id: String,
    content_hash: String,
}

pub(super) struct Parts {
    pub(super) photos: RwSignal<Vec<PhotoItem>>,
    pub(super) jobs: RwSignal<Vec<Job>>,
    pub(super) percent: RwSignal<i32>,
    pub(super) root: NodeRef<leptos::html::Div>,
    pub(super) team: String,
    pub(super) product: String,
    pub(super) address: String,
    pub(super) locale: Locale,
}

/// Sends one photo after the other: on a weak network two at once only slow each other down.
#[derive(Clone)]
pub(super) struct Sender(Rc<Inner>);

struct Inner {
    parts: Parts,
    files: RefCell<HashMap<u32, File>>,
    next: Cell<u32>,
    sending: Cell<Option<u32>>,
    failed: Cell<u32>,
}

impl Sender {
    pub(super) fn start(parts: Parts) -> StoredValue<Self, LocalStorage> {
        let sender = Self(Rc::new(Inner {
            parts,
            files: RefCell::default(),
            next: Cell::new(1),
            sending: Cell::new(None),
            failed: Cell::new(0),
        }));
        let again = sender.clone();
        on_reconnect(move || again.resume());
        StoredValue::new_local(sender)
    }

    /// Takes the chosen files over and empties the field, so that the form does not send them again.
    pub(super) fn take_files(&self, event: &Event) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let Some(list) = input.files() else { return };
        let inner = &self.0;
        for file in (0..list.length()).filter_map(|at| list.get(at)) {
            let number = inner.next.get();
            inner.next.set(number + 1);
            let job = Job { number, name: file.name(), failure: None, may_retry: false, is_waiting: false };
            inner.files.borrow_mut().insert(number, file);
            inner.parts.jobs.update(|jobs| jobs.push(job));
        }
        input.set_value("");
        self.pump();
    }

    pub(super) fn retry(&self, number: u32) {
        self.change(number, |job| {
            job.failure = None;
            job.may_retry = false;
            job.is_waiting = false;
        });
        self.0.failed.set(0);
        self.pump();
    }

    pub(super) fn give_up(&self, number: u32) {
        self.0.files.borrow_mut().remove(&number);
        self.0.parts.jobs.update(|jobs| jobs.retain(|job| job.number != number));
        self.count();
    }

    fn change(&self, number: u32, change: impl Fn(&mut Job)) {
        self.0.parts.jobs.update(|jobs| jobs.iter_mut().filter(|job| job.number == number).for_each(change));
    }

    fn resume(&self) {
        self.0.parts.jobs.update(|jobs| jobs.iter_mut().for_each(|job| job.is_waiting = false));
        self.0.failed.set(0);
        self.pump();
    }

    /// Tells the form how many photos are still on their way: it waits for them before it is sent.
    fn count(&self) {
        let left =
            self.0.parts.jobs.with_untracked(|jobs| jobs.iter().filter(|job| job.failure.is_none()).count());
        if let Some(form) =
            self.0.parts.root.get_untracked().and_then(|root| root.closest("form").ok().flatten())
        {
            let _ = form.set_attribute("data-uploading", &left.to_string());
        }
    }

    fn pump(&self) {
        self.count();
        let inner = &self.0;
        if inner.sending.get().is_some() {
            return;
        }
        let next = inner.parts.jobs.with_untracked(|jobs| {
            jobs.iter().find(|job| job.failure.is_none() && !job.is_waiting).map(|job| job.number)
        });
        let Some(number) = next else { return };
        let Some(file) = inner.files.borrow().get(&number).cloned() else { return };
        let Ok(form) = FormData::new() else { return };
        let _ = form.append_with_str("team", &inner.parts.team);
        let _ = form.append_with_str("key", &upload_key(&inner.parts.product, &file));
        let _ = form.append_with_blob_and_filename("photo", &file, &file.name());
        inner.sending.set(Some(number));
        inner.parts.percent.set(0);
        let percent = inner.parts.percent;
        let sender = self.clone();
        post::<Stored>(
            &inner.parts.address,
            &form,
            Some(Box::new(move |done| percent.set(done))),
            move |outcome| sender.finish(number, outcome),
        );
    }

    fn finish(&self, number: u32, outcome: Result<Stored, AppError>) {
        let inner = &self.0;
        inner.sending.set(None);
        match outcome {
            Ok(stored) => {
                inner.failed.set(0);
                let was_wanted = inner.files.borrow_mut().remove(&number).is_some();
                inner.parts.jobs.update(|jobs| jobs.retain(|job| job.number != number));
                let item = PhotoItem { id: stored.media_id, hash: stored.content_hash };
                inner.parts.photos.update(|photos| {
                    if was_wanted && !photos.iter().any(|photo| photo.id == item.id) {
                        photos.push(item);
                    }
                });
                tell_form(inner.parts.root);
            }
            Err(error) if may_pass(&error) => {
                inner.failed.set(inner.failed.get() + 1);
                self.change(number, |job| job.is_waiting = true);
                let sender = self.clone();
                let wait = Duration::from_secs(wait_seconds(inner.failed.get() - 1));
                set_timeout(
                    move || {
                        sender.change(number, |job| job.is_waiting = false);
                        sender.pump();
                    },
                    wait,
                );
            }
            Err(error) => {
                let words = error_text(inner.parts.locale, &error);
                // Another try helps only against what is not in the file itself.
                let may_retry = !matches!(error, AppError::Invalid(_));
                self.change(number, |job| {
                    job.failure = Some(words.clone());
                    job.may_retry = may_retry;
                });
            }
        }
        self.pump();
    }
}

/// The same photo sent again, after a lost answer or a reload, is the same request.
fn upload_key(product: &str, file: &File) -> String {
    photo_key(product, &file.name(), file.size(), file.last_modified())
}

/// Photos of the copy that an earlier page left behind.
pub(super) fn restore(photos: RwSignal<Vec<PhotoItem>>, product: &str, version: i64, is_refused: bool) {
    if is_refused {
        return;
    }
    let Some(copy) = kept_copy(product, version) else { return };
    let kept: Vec<PhotoItem> = copy
        .values
        .get_all("photos[]")
        .iter()
        .filter_map(|text| {
            let text = text.as_string()?;
            let (id, hash) = text.split_once(':')?;
            Some(PhotoItem { id: id.to_owned(), hash: hash.to_owned() })
        })
        .collect();
    // After hydration, which must find what the server sent.
    request_animation_frame(move || {
        if !kept.is_empty() && photos.get_untracked() != kept {
            photos.set(kept);
        }
    });
}

/// Lets the form know that its hidden fields have changed, once they have.
pub(super) fn tell_form(root: NodeRef<leptos::html::Div>) {
    set_timeout(
        move || {
            if let (Some(root), Ok(event)) = (root.get_untracked(), Event::new("photos"))
                && let Ok(Some(form)) = root.closest("form")
            {
                let _ = form.dispatch_event(&event);
            }
        },
        Duration::from_millis(50),
    );
}
