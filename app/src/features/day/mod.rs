//! The day's work: the console's first page, a team's parcels in one table, and what sellers are told of. Everything here
//! works without scripts; there is nothing for the browser to run.

pub mod api;
mod home_page;
mod notifications_page;
mod orders_page;
mod sales_part;
mod ship_form;

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}", home_page::home_page).only(Access::Seller),
        Page::new("/sell/{team}/orders", orders_page::orders_page).only(Access::Seller),
        Page::file("/sell/{team}/orders.xlsx", orders_page::orders_sheet).only(Access::Seller),
        Page::file("/sell/{team}/sales.xlsx", sales_part::sales_sheet).only(Access::Seller),
        Page::new("/sell/{team}/notifications", notifications_page::notifications_page).only(Access::Seller),
        Page::file("/sell/{team}/notifications.xlsx", notifications_page::notifications_sheet)
            .only(Access::Seller),
    ]
}
