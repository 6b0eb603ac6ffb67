//! Photos in three sizes.

use leptos::prelude::*;

use super::icon_l;
use crate::routes::paths;

/// Widths of the renditions in pixels; the store keeps the same.
const WIDTHS: [(&str, i64); 3] = [("s", 320), ("m", 640), ("l", 1280)];

/// A stored photo as a page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Photo {
    /// Of the original; names the files.
    pub content_hash: String,
    /// A tiny `data:` picture shown while the real one loads; may be empty.
    pub placeholder: String,
    /// Of the largest rendition, in pixels.
    pub width: i64,
    pub height: i64,
    /// What is to be seen on it.
    pub alt: String,
}

impl Photo {
    /// A photo of the shop, with what is to be seen on it.
    #[must_use]
    pub fn of(photo: &service::shop::Photo, alt: impl Into<String>) -> Self {
        Self {
            content_hash: photo.content_hash.clone(),
            placeholder: photo.placeholder.clone(),
            width: photo.width,
            height: photo.height,
            alt: alt.into(),
        }
    }
}

/// A photo in its frame; `None` is a leaf. `class` adds to `photo`: `photo--sq`, `photo--wide`, `photo--thumb`.
/// `sizes` says how wide it stands (the HTML attribute); the first photo of a page is `eager`.
#[must_use]
pub fn photo(photo: Option<&Photo>, class: &str, sizes: &str, eager: bool) -> AnyView {
    let Some(photo) = photo.filter(|photo| !photo.content_hash.is_empty()) else {
        let class = format!("photo photo--none {class}");
        return view! { <div class=class>{icon_l("leaf")}</div> }.into_any();
    };
    let hash = &photo.content_hash;
    let set: Vec<String> =
        WIDTHS.iter().map(|(size, width)| format!("{} {width}w", paths::photo(hash, size))).collect();
    let placeholder = (!photo.placeholder.is_empty()).then(|| {
        view! { <img class="photo__hash" src=photo.placeholder.clone() alt="" aria-hidden="true"/> }
    });
    view! {
        <div class=format!("photo {class}")>
            {placeholder}
            <img
                src=paths::photo(hash, "m")
                srcset=set.join(", ")
                sizes=sizes.to_owned()
                width=photo.width
                height=photo.height
                alt=photo.alt.clone()
                loading=if eager { "eager" } else { "lazy" }
                fetchpriority=eager.then_some("high")
                decoding="async"
            />
        </div>
    }
    .into_any()
}
