//! The shelves of the shop, as the county keeps them.
//!
//! Plain forms and no island: nothing here is in the browser's bundles.

mod api;
mod desk_page;

/// All categories.
pub const DESK: &str = "/county/categories";

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![Page::new(DESK, desk_page::desk_page).only(Access::Admin)]
}
