//! The county's corps: what sells, where orders stand, what is late, whether the books add up.

#[cfg(feature = "ssr")]
mod admin_page;
#[cfg(feature = "ssr")]
mod aside;
#[cfg(feature = "ssr")]
mod audit_page;
#[cfg(feature = "ssr")]
mod operations_page;
#[cfg(feature = "ssr")]
pub mod ranking;
#[cfg(feature = "ssr")]
mod work;

/// The pages of the corps' administrators.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/admin", admin_page::admin_page).only(Access::Admin),
        Page::new("/county/audit", audit_page::audit_page).only(Access::Admin),
        Page::file("/county/audit.csv", audit_page::audit_table).only(Access::Admin),
        Page::new("/county/operations", operations_page::operations_page).only(Access::Admin),
    ]
}
