//! Orders as their buyer sees them: one order, saying thank you, the history, finding a guest's order.

pub mod api;

#[cfg(feature = "ssr")]
mod access;
#[cfg(feature = "ssr")]
mod find_page;
#[cfg(feature = "ssr")]
mod history_page;
#[cfg(feature = "ssr")]
mod order_page;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
mod thanks_page;

#[cfg(feature = "ssr")]
pub(crate) use history_page::recalled_chip;
#[cfg(feature = "ssr")]
pub(crate) use parts::change_text;

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/orders", history_page::history_page).only(Access::SignedIn),
        Page::new("/orders/{number}", order_page::order_page),
        Page::new("/orders/{number}/thanks", thanks_page::thanks_page),
        Page::new("/find-order", find_page::find_page),
    ]
}
