//! Photos in three sizes.

#[cfg(feature = "ssr")]
use domain::ids::TeamId;
use leptos::prelude::*;

use super::icon_l;
#[cfg(feature = "ssr")]
use crate::context::t;
#[cfg(feature = "ssr")]
use crate::form::{FormState, html_name};
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

/// Photos as a part of a plain form: a phone offers its camera, and no script is needed. Consoles keep them over a reload
/// (`public/field.js`), and send them in pieces where they are for a team.
#[cfg(feature = "ssr")]
#[must_use]
pub fn photo_field(state: &FormState, field: &PhotoField<'_>) -> AnyView {
    let PhotoField { id, name, label, hint, team, is_multiple } = *field;
    let error = state.error(name);
    let optional = is_multiple.then(|| view! { " "<span class="field__opt">{t("选填", "optional")}</span> });
    let described_by = if error.is_some() { format!("{id}-h {id}-e") } else { format!("{id}-h") };
    let is_wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=id.to_owned()>{label.to_owned()}{optional}</label>
            <p class="field__hint" id=format!("{id}-h")>{hint.to_owned()}</p>
            <input
                type="file"
                id=id.to_owned()
                name=html_name(name)
                accept="image/jpeg,image/png,image/webp"
                multiple=is_multiple
                data-kept=team.map(|team| team.to_string()).unwrap_or_default()
                aria-describedby=described_by
                aria-invalid=is_wrong
            />
            {error.map(|text| view! { <p class="field__error" id=format!("{id}-e")>{text}</p> })}
        </div>
    }
    .into_any()
}

/// A field of [`photo_field`].
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, Copy)]
pub struct PhotoField<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    /// Whoever sells for this team sends them in pieces.
    pub team: Option<TeamId>,
    /// Several photos, or none.
    pub is_multiple: bool,
}
