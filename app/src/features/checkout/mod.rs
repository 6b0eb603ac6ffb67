//! Checkout: from cart to order on one page.
//!
//! The page is one plain form. Without scripts it comes back until the total it shows is the one that will be paid;
//! with them the region is chosen from lists and the freight follows at once. Either way the order is placed only for
//! the total that stood on the page.

pub mod api;
pub mod paste;
pub mod region_picker;
pub mod totals;

#[cfg(feature = "shop")]
mod browser;
#[cfg(feature = "ssr")]
mod checkout_page;
#[cfg(feature = "ssr")]
mod invoice;

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    vec![crate::routes::Page::new("/checkout", checkout_page::checkout_page)]
}
