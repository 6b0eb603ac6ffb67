//! Accounts: signing in, registering, and one's own account.

pub mod api;

#[cfg(feature = "ssr")]
mod account_page;
#[cfg(feature = "ssr")]
mod entry_pages;

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sign-in", entry_pages::sign_in_page),
        Page::new("/register", entry_pages::register_page),
        Page::new("/account", account_page::account_page).only(Access::SignedIn),
    ]
}
