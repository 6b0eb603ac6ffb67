//! The seller's console: what is to be done now, and money that came by bank.
//!
//! Listings are in [`super::listing`], packing in [`super::parcels`]; this module has what they share.

pub mod api;

#[cfg(feature = "ssr")]
mod home_page;
#[cfg(feature = "ssr")]
pub mod team;
#[cfg(feature = "ssr")]
mod transfers_page;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell", home_page::teams_page).only(Access::Seller),
        Page::new("/sell/{team}/transfers", transfers_page::transfers_page).only(Access::Seller),
        Page::file("/sell/{team}/transfers.xlsx", transfers_page::transfers_sheet).only(Access::Seller),
    ]
}
