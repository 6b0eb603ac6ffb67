//! The seller's listing: the list, the form with its photos, batches and stock, the preview.
//!
//! # How a listing is saved
//! The form is one multipart form that works without scripts: every button sends everything that was typed together
//! with `then`, what to do next ([`uploads`]). With scripts two islands stand in it: [`PhotoUploader`] sends each
//! photo by itself, [`ListingKeeper`] saves what is typed through [`api::save_draft`] and keeps a copy in the browser
//! until the server has it.

pub mod api;
#[cfg(feature = "hydrate")]
mod browser;
pub mod keeper;
pub mod photo_uploader;

#[cfg(feature = "ssr")]
mod batch_forms;
#[cfg(feature = "ssr")]
mod boxed;
#[cfg(feature = "ssr")]
mod depth;
#[cfg(feature = "ssr")]
mod edit_page;
#[cfg(feature = "ssr")]
mod fields;
#[cfg(feature = "ssr")]
mod labels;
#[cfg(feature = "ssr")]
mod list_page;
#[cfg(feature = "ssr")]
mod preview_page;
#[cfg(feature = "ssr")]
mod publish_part;
#[cfg(feature = "ssr")]
mod review_part;
#[cfg(feature = "ssr")]
mod reviews_page;
#[cfg(feature = "ssr")]
mod save;
#[cfg(feature = "ssr")]
mod sections;
#[cfg(feature = "ssr")]
mod stock_page;
#[cfg(feature = "ssr")]
pub mod typed;
#[cfg(feature = "ssr")]
mod uploads;
#[cfg(feature = "ssr")]
mod variants_part;
#[cfg(feature = "ssr")]
mod weighed;

#[cfg(feature = "ssr")]
pub(crate) use labels::label_of;
#[cfg(feature = "ssr")]
pub use list_page::new_button;
#[cfg(feature = "ssr")]
pub(crate) use save::in_base_units;
#[cfg(feature = "ssr")]
pub use uploads::uploads;

/// Where photos are sent one by one.
pub const PHOTOS_PATH: &str = "/upload/photos";
/// Where a photo goes piece by piece.
pub const PIECES_PATH: &str = "/upload/photo-piece";
/// Where the whole form goes without scripts.
pub const LISTING_PATH: &str = "/upload/listing";

/// The batches and the stock of a product.
#[cfg(feature = "ssr")]
pub fn stock_path(team: domain::ids::TeamId, product: domain::ids::ProductId) -> String {
    format!("{}/stock", crate::routes::paths::team_product(team, product))
}

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/products", list_page::list_page).only(Access::Seller),
        Page::new("/sell/{team}/reviews", reviews_page::reviews_page).only(Access::Seller),
        Page::file("/sell/{team}/reviews.xlsx", reviews_page::reviews_sheet).only(Access::Seller),
        Page::new("/sell/{team}/products/{product}", edit_page::edit_page).only(Access::Seller),
        Page::new("/sell/{team}/products/{product}/stock", stock_page::stock_page).only(Access::Seller),
        Page::new("/sell/{team}/products/{product}/preview", preview_page::preview_page).only(Access::Seller),
    ]
}
