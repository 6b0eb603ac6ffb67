//! Photos of a listing: several at once, each sent by itself, over a network that comes and goes.

use domain::locale::Locale;
use leptos::prelude::*;
use serde::Serialize;

use crate::routes::paths;
use crate::ui::{icon_l, icon_s};

#[cfg(feature = "hydrate")]
mod kept;
#[cfg(feature = "hydrate")]
mod piecewise;
#[cfg(feature = "hydrate")]
mod sending;

/// A photo that the server has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PhotoItem {
    pub id: String,
    pub hash: String,
}

crate::island::readable!(PhotoItem { id, hash });

/// A photo on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Job {
    number: u32,
    name: String,
    /// The photo itself, as the browser shows it.
    preview: String,
    /// Why it did not get through; it can be tried again when `may_retry`.
    failure: Option<String>,
    may_retry: bool,
    /// The connection is lost; it goes on by itself.
    is_waiting: bool,
    /// The browser has it, over a reload as well.
    is_kept: bool,
}

/// The photos as the page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownPhotos {
    pub photos: Vec<PhotoItem>,
    pub team: String,
    /// Where photos are sent, whole and in pieces.
    pub address: String,
    pub pieces_address: String,
    pub product: String,
}

crate::island::readable!(ShownPhotos { photos, team, address, pieces_address, product });

crate::island::island! {
    /// The photos in their order (the first is the cover), each as a hidden field of the form around it, and the way to
    /// add more. Without scripts the buttons send the form, and the files go with it.
    pub fn photo_uploader(shown: ShownPhotos, locale: Locale) = content;
}

fn content(shown: ShownPhotos, locale: Locale) -> impl IntoView {
    let ShownPhotos { photos, team, address, pieces_address, product } = shown;
    let photos = RwSignal::new(photos);
    let jobs = RwSignal::new(Vec::<Job>::new());
    let percent = RwSignal::new(0_i32);
    let is_live = RwSignal::new(false);
    let root = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    sending::restore(photos, root);
    #[cfg(feature = "hydrate")]
    let sender = sending::Sender::start(sending::Parts {
        photos,
        jobs,
        percent,
        root,
        team,
        product,
        address,
        pieces_address,
        locale,
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (team, address, pieces_address, product);
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

/// What the buttons of a photo do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Earlier,
    Later,
    Remove,
}

impl Change {
    #[cfg(feature = "ssr")]
    const ALL: [Self; 3] = [Self::Earlier, Self::Later, Self::Remove];

    /// What the button sends without scripts, before a dot and the photo's id.
    const fn word(self) -> &'static str {
        match self {
            Self::Earlier => "photo_earlier",
            Self::Later => "photo_later",
            Self::Remove => "photo_remove",
        }
    }

    #[cfg(feature = "ssr")]
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.word() == word)
    }

    pub(super) fn apply<T>(self, photos: &mut Vec<T>, at: usize) {
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

/// The key of an upload: of what tells one file from another, short whatever the file is called. It is the same
/// after a reload. Should two files ever share one, the server refuses the second instead of taking it for the first.
#[cfg(any(feature = "hydrate", test))]
fn photo_key(product: &str, name: &str, size_bytes: f64, modified_ms: f64) -> String {
    // FNV-1a: file names may be long and in any script.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let name = name.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    format!("{product}-{size_bytes}-{modified_ms}-{name:016x}")
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
    let button = move |change: Change, icon: &'static str, zh: &str, en: &str, off: bool| {
        let label = match locale {
            Locale::Zh => format!("{zh}：照片 {number}"),
            Locale::En => format!("{en}: photo {number}"),
        };
        view! {
            <button
                class="icon-btn"
                name="then"
                value=format!("{}.{id}", change.word())
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
    let earlier = button(Change::Earlier, "prev", "前移", "Move earlier", at == 0);
    let later = button(Change::Later, "next", "后移", "Move later", is_last);
    let remove = button(Change::Remove, "trash", "删除", "Remove", false);
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
        None if job.is_waiting && job.is_kept => {
            locale.pick("存在本机，等网络", "Kept on this device, waiting for the network").to_owned()
        }
        None if job.is_waiting => {
            locale.pick("没有网络，请别关这一页", "Waiting for the network: leave this page open").to_owned()
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
            <div class="photo photo--sq photo--none">
                {icon_l("image")}
                <img src=job.preview alt="" width="320" height="320"/>
            </div>
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

    #[test]
    fn a_photo_keeps_its_key_and_shares_it_with_no_other() {
        let key = || photo_key("0abc", "佐龙村 茶园.jpg", 3_145_728.0, 1_775_000_000_000.0);
        assert_eq!(key(), key(), "sent again after a reload");
        assert!(key().len() <= 100 && key().is_ascii(), "{}", key());
        for other in [
            photo_key("0abd", "佐龙村 茶园.jpg", 3_145_728.0, 1_775_000_000_000.0),
            photo_key("0abc", "佐龙村 茶山.jpg", 3_145_728.0, 1_775_000_000_000.0),
            photo_key("0abc", "佐龙村 茶园.jpg", 3_145_729.0, 1_775_000_000_000.0),
            photo_key("0abc", "佐龙村 茶园.jpg", 3_145_728.0, 1_775_000_000_001.0),
        ] {
            assert_ne!(key(), other);
        }
    }
}
