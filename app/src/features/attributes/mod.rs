//! What goods of a category are told apart by, as the county keeps it.
//!
//! Plain forms and no island: nothing here is in the browser's bundles.

mod api;
mod desk_page;

/// The attributes of all categories.
pub const DESK: &str = "/county/attributes";

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![Page::new(DESK, desk_page::desk_page).only(Access::Admin)]
}
