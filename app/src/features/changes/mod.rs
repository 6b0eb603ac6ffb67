//! The history of a listing, and the way back to an earlier state.

pub mod api;

#[cfg(feature = "ssr")]
mod history_page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/products/{product}/changes", history_page::history_page).only(Access::Seller),
        Page::file("/sell/{team}/products/{product}/changes.xlsx", history_page::history_sheet)
            .only(Access::Seller),
    ]
}
