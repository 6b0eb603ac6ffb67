//! The first page of the shop.

mod home_page;

use crate::routes::Page;

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<Page> {
    vec![Page::new("/", home_page::home_page).kept()]
}
