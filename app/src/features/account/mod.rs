//! Accounts: signing in, registering, and one's own account.

pub mod api;
#[cfg(feature = "ssr")]
pub mod events;
#[cfg(all(feature = "ssr", feature = "passkeys"))]
pub mod passkeys_api;
pub mod personal_data_api;
pub mod reset_api;
pub mod second_factor_api;

#[cfg(feature = "ssr")]
mod account_page;
#[cfg(feature = "ssr")]
mod entry_pages;
#[cfg(all(feature = "ssr", feature = "passkeys"))]
mod passkeys_page;
#[cfg(feature = "ssr")]
mod personal_data_pages;
#[cfg(feature = "ssr")]
mod reset_pages;
#[cfg(feature = "ssr")]
mod second_factor_page;
#[cfg(feature = "ssr")]
mod sessions;

/// The pages of this feature.
#[cfg(feature = "ssr")]
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sign-in", entry_pages::sign_in_page),
        Page::new("/sign-in/code", second_factor_page::sign_in_code_page),
        Page::new("/sign-in/new-password", entry_pages::new_password_page),
        Page::new("/account/second-factor", second_factor_page::second_factor_page).only(Access::SignedIn),
        Page::new("/register", entry_pages::register_page),
        Page::new("/account", account_page::account_page).only(Access::SignedIn),
        Page::new("/forgot-password", reset_pages::forgot_password_page),
        Page::new("/reset-password", reset_pages::reset_password_page),
        Page::new("/confirm-email", reset_pages::confirm_email_page),
        Page::new("/account/email", reset_pages::account_email_page).only(Access::SignedIn),
        Page::new("/account/events", events::events_page).only(Access::SignedIn),
        Page::new("/account/personal-data", personal_data_pages::personal_data_page).only(Access::SignedIn),
        // Whoever has no ticket is told that there is no such thing, with an account or without.
        Page::file("/account/personal-data/export", personal_data_pages::data_export_file),
        Page::new("/account/delete", personal_data_pages::delete_account_page).only(Access::SignedIn),
    ]
}

/// The pages of passkeys, in a program built with them.
#[cfg(all(feature = "ssr", feature = "passkeys"))]
#[must_use]
pub fn passkey_pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sign-in/passkey", passkeys_page::sign_in_passkey_page),
        Page::new("/account/passkeys", passkeys_page::passkeys_page).only(Access::SignedIn),
    ]
}
