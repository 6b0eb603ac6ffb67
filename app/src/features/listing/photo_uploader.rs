//! Photos of a listing: several at once, each sent by itself, over a network that comes and goes.

use domain::locale::Locale;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::routes::paths;
use crate::ui::{icon_l, icon_s};

/// A photo that the server has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoItem {
    pub id: String,
    pub hash: String,
}

/// A photo on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Job {
    number: u32,
    name: String,
    /// Why it did not get through; it can be tried again when `may_retry`.
    failure: Option<String>,
    may_retry: bool,
    /// The connection is lost; it goes on by itself.
    is_waiting: bool,
}

/// The photos in their order (the first is the cover), each as a hidden field of the form around it, and the way to
/// add more. Without scripts the buttons send the form, and the files go with it.
#[island]
pub fn PhotoUploader(
    photos: Vec<PhotoItem>,
    team: String,
    address: String,
    locale: Locale,
    product: String,
    version: i64,
    is_refused: bool,
) -> impl IntoView {
    let photos = RwSignal::new(photos);
    let jobs = RwSignal::new(Vec::<Job>::new());
    let percent = RwSignal::new(0_i32);
    let is_live = RwSignal::new(false);
    let root = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    let sender =
        sending::Sender::start(sending::Parts { photos, jobs, percent, root, team, address, locale });
    #[cfg(feature = "hydrate")]
    sending::restore(photos, &product, version, is_refused);
    #[cfg(not(feature = "hydrate"))]
    let _ = (team, address, product, version, is_refused);
    Effect::new(move |_| is_live.set(true));

    let choose = move |_event: web_sys::Event| {
        #[cfg(feature = "hydrate")]
        sender.with_value(|sender| sender.take_files(&_event));
    };
    let retry = move |_number: u32| {
        #[cfg(feature = "hydrate")]
        sender.with_value(|sender| sender.retry(_number));
    };
    let give_up = move |_number: u32| {
        #[cfg(feature = "hydrate")]
        sender.with_value(|sender| sender.give_up(_number));
    };
    let arrange = move |change: Change, at: usize| {
        photos.update(|photos| change.apply(photos, at));
        #[cfg(feature = "hydrate")]
        sending::tell_form(root);
    };
    view! {
        <div class="stack" node_ref=root>
            <ol class="uploads">
                {move || {
                    let list = photos.get();
                    let last = list.len().saturating_sub(1);
                    list.into_iter()
                        .enumerate()
                        .map(|(at, photo)| photo_item(photo, at, at == last, locale, arrange))
                        .collect::<Vec<_>>()
                }}
                {move || jobs.get().into_iter().enumerate().map(|(at, job)| job_item(job, at == 0, percent, locale, retry, give_up)).collect::<Vec<_>>()}
            </ol>
            <div class="drop">
                <input
                    type="file"
                    id="f-files"
                    name="files"
                    accept="image/jpeg,image/png,image/webp"
                    multiple
                    on:change=choose
                />
                <label for="f-files">
                    {icon_l("camera")}
                    <strong>{locale.pick("拍照或选照片", "Take or choose photos")}</strong>
                    <span>{locale.pick("可一次选多张，每张 12 MB 以内，第一张是封面", "Several at once, 12 MB each; the first is the cover")}</span>
                </label>
            </div>
            <button class="btn btn--plain" name="then" value="photos" hidden=move || is_live.get()>
                {locale.pick("上传选好的照片", "Upload the chosen photos")}
            </button>
        </div>
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Earlier,
    Later,
    Remove,
}

impl Change {
    fn apply(self, photos: &mut Vec<PhotoItem>, at: usize) {
        match self {
            Self::Earlier if at > 0 && at < photos.len() => photos.swap(at, at - 1),
            Self::Later if at + 1 < photos.len() => photos.swap(at, at + 1),
            Self::Remove if at < photos.len() => {
                photos.remove(at);
            }
            _ => {}
        }
    }
}

fn photo_item(
    photo: PhotoItem,
    at: usize,
    is_last: bool,
    locale: Locale,
    arrange: impl Fn(Change, usize) + Copy + 'static,
) -> AnyView {
    let number = at + 1;
    let id = photo.id.clone();
    let button = move |change: Change, word: &str, icon: &'static str, zh: &str, en: &str, off: bool| {
        let label = match locale {
            Locale::Zh => format!("{zh}：照片 {number}"),
            Locale::En => format!("{en}: photo {number}"),
        };
        view! {
            <button
                class="icon-btn"
                name="then"
                value=format!("{word}.{id}")
                aria-label=label
                disabled=off
                on:click=move |event| {
                    event.prevent_default();
                    arrange(change, at);
                }
            >
                {icon_s(icon)}
            </button>
        }
    };
    let earlier = button(Change::Earlier, "photo_earlier", "prev", "前移", "Move earlier", at == 0);
    let later = button(Change::Later, "photo_later", "next", "后移", "Move later", is_last);
    let remove = button(Change::Remove, "photo_remove", "trash", "删除", "Remove", false);
    view! {
        <li class="upload">
            <input type="hidden" name="photos[]" value=format!("{}:{}", photo.id, photo.hash)/>
            <div class="photo photo--sq">
                <img src=paths::photo(&photo.hash, "s") width="320" height="320" alt=format!("{} {number}", locale.pick("照片", "Photo"))/>
            </div>
            <div class="upload__acts">{earlier}{later}{remove}</div>
        </li>
    }
    .into_any()
}

fn job_item(
    job: Job,
    is_first: bool,
    percent: RwSignal<i32>,
    locale: Locale,
    retry: impl Fn(u32) + Copy + 'static,
    give_up: impl Fn(u32) + Copy + 'static,
) -> AnyView {
    let number = job.number;
    let is_bad = job.failure.is_some();
    let words = match &job.failure {
        Some(failure) => failure.clone(),
        None if job.is_waiting => {
            locale.pick("网络断了，恢复后自动继续", "No connection: it goes on by itself").to_owned()
        }
        None if is_first => locale.pick("上传中…", "Uploading…").to_owned(),
        None => locale.pick("排队中", "Waiting").to_owned(),
    };
    let again = (job.may_retry || job.is_waiting).then(|| {
        view! {
            <button type="button" class="linklike" on:click=move |_| retry(number)>{locale.pick("重试", "Try again")}</button>
        }
    });
    let bar =
        (!is_bad && is_first).then(|| view! { <progress max="100" value=move || percent.get()></progress> });
    view! {
        <li class=if is_bad { "upload upload--bad" } else { "upload" }>
            {bar}
            <div class="photo photo--sq photo--none">{icon_l("image")}</div>
            <p class="upload__msg" role="status">{job.name}" "{words}" "{again}</p>
            <div class="upload__acts">
                <button
                    type="button"
                    class="icon-btn"
                    aria-label=locale.pick("不传这张", "Leave this photo out")
                    on:click=move |_| give_up(number)
                >
                    {icon_s("close")}
                </button>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod sending {
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
    use super::{Job, PhotoItem};
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
            let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            else {
                return;
            };
            let Some(list) = input.files() else { return };
            let inner = &self.0;
            for file in (0..list.length()).filter_map(|at| list.get(at)) {
                let number = inner.next.get();
                inner.next.set(number + 1);
                let job =
                    Job { number, name: file.name(), failure: None, may_retry: false, is_waiting: false };
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
            self.0
                .parts
                .jobs
                .update(|jobs| jobs.iter_mut().filter(|job| job.number == number).for_each(change));
        }

        fn resume(&self) {
            self.0.parts.jobs.update(|jobs| jobs.iter_mut().for_each(|job| job.is_waiting = false));
            self.0.failed.set(0);
            self.pump();
        }

        /// Tells the form how many photos are still on their way: it waits for them before it is sent.
        fn count(&self) {
            let left = self
                .0
                .parts
                .jobs
                .with_untracked(|jobs| jobs.iter().filter(|job| job.failure.is_none()).count());
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
            // The same photo sent again after a lost answer is the same request.
            let key = format!("{}-{}-{number}", file.name(), file.last_modified());
            let key: String = key.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
            let _ = form.append_with_str("key", &format!("{key}{}", js_sys::Date::now()));
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_keep_their_number_when_they_are_moved() {
        let item = |id: &str| PhotoItem { id: id.to_owned(), hash: String::new() };
        let mut photos = vec![item("a"), item("b"), item("c")];
        Change::Earlier.apply(&mut photos, 2);
        Change::Earlier.apply(&mut photos, 0);
        Change::Later.apply(&mut photos, 2);
        assert_eq!(photos, [item("a"), item("c"), item("b")]);
        Change::Remove.apply(&mut photos, 0);
        assert_eq!(photos, [item("c"), item("b")]);
    }
}
