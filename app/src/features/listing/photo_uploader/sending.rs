//! Sends the chosen photos, one after the other, until the server has them. Until then the browser keeps them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, File, FormData, HtmlInputElement, Url};

use super::super::browser::{may_pass, on_reconnect, post, wait_seconds};
use super::piecewise::{self, Piecewise};
use super::{Job, PhotoItem, kept, photo_key};
use crate::AppError;
use crate::text::error_text;

/// What the service answers for a stored photo.
#[derive(Deserialize)]
pub(super) struct Stored {
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
    pub(super) pieces_address: String,
    pub(super) locale: Locale,
}

/// Sends one photo after the other: on a weak network two at once only slow each other down.
#[derive(Clone)]
pub(super) struct Sender(Rc<Inner>);

/// A chosen photo, with the number under which the browser keeps it.
struct Chosen {
    file: File,
    kept: Option<f64>,
}

struct Inner {
    parts: Parts,
    files: RefCell<HashMap<u32, Chosen>>,
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
        let back = sender.clone();
        kept::list(&sender.0.parts.product, move |found| {
            for (number, file) in found {
                back.take(file, Some(number));
            }
            back.pump();
        });
        StoredValue::new_local(sender)
    }

    /// Puts a photo at the end of those that wait.
    fn take(&self, file: File, kept: Option<f64>) -> u32 {
        let inner = &self.0;
        let number = inner.next.get();
        inner.next.set(number + 1);
        let job = Job {
            number,
            name: file.name(),
            preview: Url::create_object_url_with_blob(&file).unwrap_or_default(),
            failure: None,
            may_retry: false,
            is_waiting: false,
            is_kept: kept.is_some(),
        };
        inner.files.borrow_mut().insert(number, Chosen { file, kept });
        inner.parts.jobs.update(|jobs| jobs.push(job));
        number
    }

    /// The photo is here no longer: neither in the list nor in the browser. Answers whether it was wanted until now.
    fn let_go(&self, number: u32) -> bool {
        let chosen = self.0.files.borrow_mut().remove(&number);
        if let Some(kept) = chosen.as_ref().and_then(|chosen| chosen.kept) {
            kept::drop_kept(kept);
        }
        self.0.parts.jobs.update(|jobs| {
            for job in jobs.iter().filter(|job| job.number == number) {
                let _ = Url::revoke_object_url(&job.preview);
            }
            jobs.retain(|job| job.number != number);
        });
        chosen.is_some()
    }

    /// Takes the chosen files over and empties the field, so that the form does not send them again.
    pub(super) fn take_files(&self, event: &Event) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let Some(list) = input.files() else { return };
        for file in (0..list.length()).filter_map(|at| list.get(at)) {
            let number = self.take(file.clone(), None);
            let sender = self.clone();
            kept::keep(&self.0.parts.product, &file, move |kept_as| sender.note_kept(number, kept_as));
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
        self.let_go(number);
        self.count();
        // A form that waited for it need not wait any longer.
        tell_form(self.0.parts.root);
    }

    /// The browser keeps a photo now; one that got through meanwhile it need not keep.
    fn note_kept(&self, number: u32, kept_as: Option<f64>) {
        let Some(kept_as) = kept_as else { return };
        match self.0.files.borrow_mut().get_mut(&number) {
            Some(chosen) => chosen.kept = Some(kept_as),
            None => return kept::drop_kept(kept_as),
        }
        self.change(number, |job| job.is_kept = true);
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
        let Some(file) = inner.files.borrow().get(&number).map(|chosen| chosen.file.clone()) else { return };
        inner.sending.set(Some(number));
        inner.parts.percent.set(0);
        let sender = self.clone();
        kept::digest(&file.clone(), move |digest| {
            let again = sender.clone();
            let done = move |outcome| again.finish(number, outcome);
            if digest.is_empty() {
                sender.send_whole(&file, done);
                return;
            }
            let parts = &sender.0.parts;
            let (address, team) = (parts.pieces_address.clone(), parts.team.clone());
            piecewise::send(Piecewise { address, team, file, digest, percent: parts.percent }, done);
        });
    }

    /// In one request, where the browser cannot say which photo it is.
    fn send_whole(&self, file: &File, done: impl FnOnce(Result<Stored, AppError>) + 'static) {
        let parts = &self.0.parts;
        let Ok(form) = FormData::new() else { return };
        let _ = form.append_with_str("team", &parts.team);
        let _ = form.append_with_str("key", &upload_key(&parts.product, file));
        let _ = form.append_with_blob_and_filename("photo", file, &file.name());
        let (percent, size) = (parts.percent, file.size().max(1.0));
        #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
        let told = move |bytes: f64| percent.set((bytes.min(size) * 100.0 / size) as i32);
        post::<Stored>(&parts.address, &form, Some(Box::new(told)), done);
    }

    fn finish(&self, number: u32, outcome: Result<Stored, AppError>) {
        let inner = &self.0;
        inner.sending.set(None);
        match outcome {
            Ok(stored) => {
                inner.failed.set(0);
                let was_wanted = self.let_go(number);
                self.count();
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
                tell(inner.parts.root, "photo-refused");
            }
        }
        self.pump();
    }
}

/// The same photo sent again, after a lost answer or a reload, is the same request.
fn upload_key(product: &str, file: &File) -> String {
    photo_key(product, &file.name(), file.size(), file.last_modified())
}

/// Photos of the form that an earlier page left behind, as the page's script puts them beside the form.
pub(super) fn restore(photos: RwSignal<Vec<PhotoItem>>, root: NodeRef<leptos::html::Div>) {
    // After hydration, which must find what the server sent.
    request_animation_frame(move || {
        let Some(form) = root.get_untracked().and_then(|root| root.closest("form").ok().flatten()) else {
            return;
        };
        let watched = form.clone();
        let put_back = move || {
            let Some(text) = watched.get_attribute("data-photos") else { return };
            let item = |text: &str| {
                let (id, hash) = text.split_once(':')?;
                Some(PhotoItem { id: id.to_owned(), hash: hash.to_owned() })
            };
            let kept: Vec<PhotoItem> = text.split(' ').filter_map(item).collect();
            if !kept.is_empty() && photos.get_untracked() != kept {
                photos.set(kept);
            }
        };
        put_back();
        let listener = Closure::<dyn Fn()>::new(put_back).into_js_value();
        let _ = form.add_event_listener_with_callback("kept", listener.unchecked_ref());
    });
}

/// Lets the form know that its hidden fields have changed, once they have.
pub(super) fn tell_form(root: NodeRef<leptos::html::Div>) {
    tell(root, "photos");
}

fn tell(root: NodeRef<leptos::html::Div>, kind: &'static str) {
    set_timeout(
        move || {
            if let (Some(root), Ok(event)) = (root.get_untracked(), Event::new(kind))
                && let Ok(Some(form)) = root.closest("form")
            {
                let _ = form.dispatch_event(&event);
            }
        },
        Duration::from_millis(50),
    );
}
