//! The cart: its page, and what may be done to it.

pub mod api;
pub mod stepper;

#[cfg(feature = "ssr")]
mod cart_page;
#[cfg(feature = "ssr")]
pub(crate) use cart_page::thumbnail;

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    vec![crate::routes::Page::new("/cart", cart_page::cart_page)]
}
