//! How a team's goods are sent: freight templates, places of dispatch, and a trial of what a parcel would cost.
//!
//! The form of a template is one plain form: its buttons add and take away rows by sending everything that was typed,
//! which then stands in the page as a draft for half an hour.

pub mod api;

#[cfg(feature = "ssr")]
mod places_page;
#[cfg(feature = "ssr")]
mod template_page;
#[cfg(feature = "ssr")]
mod templates_page;
#[cfg(feature = "ssr")]
mod trial_page;
#[cfg(feature = "ssr")]
mod words;

/// The freight templates of a team.
#[must_use]
pub fn templates_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/freight")
}

/// One of them; `new` for a form that makes one.
#[must_use]
pub fn template_path(team: impl std::fmt::Display, template: impl std::fmt::Display) -> String {
    format!("/sell/{team}/freight/{template}")
}

/// What a parcel would cost.
#[must_use]
pub fn trial_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/freight-trial")
}

/// The places that a team's parcels leave from.
#[must_use]
pub fn places_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/places")
}

/// One of them; `new` for a form that makes one.
#[must_use]
pub fn place_path(team: impl std::fmt::Display, place: impl std::fmt::Display) -> String {
    format!("/sell/{team}/places/{place}")
}

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/freight", templates_page::templates_page).only(Access::Seller),
        Page::new("/sell/{team}/freight/{template}", template_page::template_page).only(Access::Seller),
        Page::new("/sell/{team}/freight-trial", trial_page::trial_page).only(Access::Seller),
        Page::new("/sell/{team}/places", places_page::places_page).only(Access::Seller),
        Page::new("/sell/{team}/places/{place}", places_page::place_page).only(Access::Seller),
    ]
}
