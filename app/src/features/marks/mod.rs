//! Collective marks: the owner's desk, what a village was licensed to use, the mark of a listing, everybody's page.
//!
//! Plain forms and no island: nothing here is in the browser's bundles.

mod api;
pub mod badge;
mod certificate;
mod desk_page;
mod forms;
mod home_page;
mod licences_part;
mod listing_part;
mod mark_page;
mod photo_uploads;
mod picture;
mod uses_part;
mod words;

pub use listing_part::listing_part;
pub use photo_uploads::uploads;

/// Where the picture of a mark is sent.
const PICTURE_PATH: &str = "/upload/mark-picture";
/// Where the photo of the certificate that it is registered by is sent.
const CERTIFICATE_PATH: &str = "/upload/mark-certificate";

/// A mark, for everybody.
#[must_use]
pub fn mark_path(slug: impl std::fmt::Display) -> String {
    format!("/marks/{slug}")
}

/// The marks of a collective and its licences, for its treasurer.
#[must_use]
pub fn marks_path(collective: impl std::fmt::Display) -> String {
    format!("/books/{collective}/marks")
}

/// One mark of a collective, for its treasurer.
#[must_use]
pub fn desk_path(collective: impl std::fmt::Display, mark: impl std::fmt::Display) -> String {
    format!("/books/{collective}/marks/{mark}")
}

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/marks/{slug}", mark_page::mark_page),
        Page::new("/books/{collective}/marks", home_page::home_page).only(Access::Treasurer),
        Page::new("/books/{collective}/marks/{mark}", desk_page::desk_page).only(Access::Treasurer),
        Page::file("/books/{collective}/marks/{mark}/uses.xlsx", uses_part::uses_sheet)
            .only(Access::Treasurer),
        Page::file("/books/{collective}/marks/{mark}/licences.xlsx", licences_part::licences_sheet)
            .only(Access::Treasurer),
    ]
}
