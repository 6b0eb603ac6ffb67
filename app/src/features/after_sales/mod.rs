//! After-sales: asking from the order's page, the one conversation of buyer, seller and town, and the lists of those who
//! have to answer. Everything here works without scripts; there is nothing for the browser to run.

pub mod api;
mod ask_page;
mod case_forms;
mod case_page;
mod lists;
mod order_part;
mod town_list;
mod uploads;
mod words;

pub use order_part::{after_sales_box, ask_link};
pub use uploads::uploads;
pub(crate) use words::{rule_label, rule_words};

/// The pages of this feature.
#[must_use]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/orders/{number}/parcels/{parcel}/after-sale", ask_page::ask_page),
        Page::new("/after-sales/{after_sale}", case_page::case_page),
        Page::new("/sell/{team}/after-sales", lists::team_page).only(Access::Seller),
        Page::file("/sell/{team}/after-sales.xlsx", lists::team_sheet).only(Access::Seller),
        Page::new("/town/after-sales", town_list::town_page).only(Access::Town),
        Page::file("/town/after-sales.xlsx", town_list::town_sheet).only(Access::Town),
    ]
}
