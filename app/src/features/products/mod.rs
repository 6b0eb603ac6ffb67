//! Products: lists, the product's page with what puts it into the cart, the batch behind a QR code.

pub mod buy_box;

#[cfg(feature = "ssr")]
mod batch_page;
#[cfg(feature = "ssr")]
pub mod card;
#[cfg(feature = "ssr")]
mod filters;
#[cfg(feature = "ssr")]
mod freight;
#[cfg(feature = "ssr")]
mod list_address;
#[cfg(feature = "ssr")]
mod list_page;
#[cfg(feature = "ssr")]
mod origin;
#[cfg(feature = "ssr")]
mod papers;
#[cfg(feature = "ssr")]
mod product_page;
#[cfg(feature = "ssr")]
mod structured;
#[cfg(feature = "ssr")]
pub mod words;

/// A product as its page shows it (for the seller's preview), the categories as chips, and that goods expire soon.
#[cfg(feature = "ssr")]
pub use {list_page::category_chips, origin::near_expiry_text, product_page::product_screen};

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::Page;
    vec![
        Page::new("/products", list_page::list_page).kept(),
        Page::new("/products/{slug}", product_page::product_page).kept(),
        Page::new("/products/{slug}/batches/{code}", batch_page::batch_page),
    ]
}
