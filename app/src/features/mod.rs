//! One module a feature. A feature has the same name here, in `service` and in `store`.
//!
//! A feature with pages has `#[cfg(feature = "ssr")] pub fn pages() -> Vec<Page>` and is named in [`pages`].

pub mod account;
pub mod books;
pub mod cart;
pub mod checkout;
pub mod county;
#[cfg(feature = "ssr")]
pub mod errors;
#[cfg(feature = "ssr")]
pub mod home;
pub mod listing;
pub mod orders;
pub mod parcels;
pub mod products;
pub mod sell;
#[cfg(feature = "ssr")]
pub mod static_pages;
pub mod units;
#[cfg(feature = "ssr")]
pub mod villages;

/// The pages of all features.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    let mut pages = Vec::new();
    pages.extend(static_pages::pages());
    pages.extend(home::pages());
    pages.extend(products::pages());
    pages.extend(villages::pages());
    pages.extend(cart::pages());
    pages.extend(checkout::pages());
    pages.extend(orders::pages());
    pages.extend(account::pages());
    pages.extend(units::pages());
    pages.extend(books::pages());
    pages.extend(county::pages());
    pages.extend(sell::pages());
    pages.extend(listing::pages());
    pages.extend(parcels::pages());
    pages
}

/// The uploads of all features.
#[cfg(feature = "ssr")]
#[must_use]
pub fn uploads() -> Vec<crate::routes::Upload> {
    let mut uploads = Vec::new();
    uploads.extend(units::uploads());
    uploads.extend(listing::uploads());
    uploads
}
