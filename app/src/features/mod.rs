//! One module a feature. A feature has the same name here, in `service` and in `store`.
//!
//! A feature with pages has `#[cfg(feature = "ssr")] pub fn pages() -> Vec<Page>` and is named in [`pages`].

pub mod cart;
#[cfg(feature = "ssr")]
pub mod errors;
#[cfg(feature = "ssr")]
pub mod home;
pub mod products;
#[cfg(feature = "ssr")]
pub mod static_pages;
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
    pages
}

/// The uploads of all features.
#[cfg(feature = "ssr")]
#[must_use]
pub fn uploads() -> Vec<crate::routes::Upload> {
    Vec::new()
}
