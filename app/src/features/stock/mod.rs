//! What a team does with its batches besides selling them: losses, parts, places, counts, weights, labels, recalls.
//!
//! The stock page of a product is in [`super::listing`]; it leads to the page of each batch here. Everything is a plain
//! form that works with one thumb and without scripts.

pub mod api;

#[cfg(feature = "ssr")]
mod batch_page;
#[cfg(feature = "ssr")]
mod certificate;
#[cfg(feature = "ssr")]
mod count_page;
#[cfg(feature = "ssr")]
mod counts_page;
#[cfg(feature = "ssr")]
mod county_page;
#[cfg(feature = "ssr")]
mod labels_page;
#[cfg(feature = "ssr")]
mod list_page;
#[cfg(feature = "ssr")]
mod movements_page;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
mod place_count_page;
#[cfg(feature = "ssr")]
mod recall_list;
#[cfg(feature = "ssr")]
mod recall_page;
#[cfg(feature = "ssr")]
mod recall_parts;
#[cfg(feature = "ssr")]
mod recall_refunds;
#[cfg(feature = "ssr")]
mod team_movements_page;
#[cfg(feature = "ssr")]
pub mod warnings;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use certificate::uploads;

/// Where the photo of a certificate is sent.
pub const CERTIFICATE_PATH: &str = "/upload/certificate";
/// All recalls, for the county's administration.
pub const COUNTY_RECALLS: &str = "/county/recalls";

/// All batches of a team.
#[must_use]
pub fn batches_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/batches")
}

/// One batch, with everything that may be done to it.
#[must_use]
pub fn batch_path(team: impl std::fmt::Display, batch: impl std::fmt::Display) -> String {
    format!("/sell/{team}/batches/{batch}")
}

/// Recalling a batch, and its recall.
#[must_use]
pub fn recall_path(team: impl std::fmt::Display, batch: impl std::fmt::Display) -> String {
    format!("/sell/{team}/batches/{batch}/recall")
}

/// The orders of a recall as a sheet, for the county's administration.
#[must_use]
pub fn county_orders_path(batch: impl std::fmt::Display) -> String {
    format!("{COUNTY_RECALLS}/{batch}/orders.xlsx")
}

/// Labels of a batch, to print.
#[must_use]
pub fn labels_path(team: impl std::fmt::Display, batch: impl std::fmt::Display) -> String {
    format!("/sell/{team}/batches/{batch}/labels")
}

/// The recalls of a team.
#[must_use]
pub fn recalls_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/recalls")
}

/// Counting the batches of a product.
#[must_use]
pub fn count_path(team: impl std::fmt::Display, product: impl std::fmt::Display) -> String {
    format!("/sell/{team}/products/{product}/count")
}

/// Counting what a team has at one place; which one stands in the query.
#[must_use]
pub fn place_count_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/count")
}

/// What a team has counted.
#[must_use]
pub fn counts_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/counts")
}

/// What a team has in the shop and is running low of.
#[must_use]
pub fn low_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/products?stock=low")
}

/// What was done to the batches of a product.
#[must_use]
pub fn movements_path(team: impl std::fmt::Display, product: impl std::fmt::Display) -> String {
    format!("/sell/{team}/products/{product}/movements")
}

/// What was done to all goods of a team.
#[must_use]
pub fn team_movements_path(team: impl std::fmt::Display) -> String {
    format!("/sell/{team}/movements")
}

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/products/{product}/count", count_page::count_page).only(Access::Seller),
        Page::new("/sell/{team}/products/{product}/movements", movements_page::movements_page)
            .only(Access::Seller),
        Page::file("/sell/{team}/products/{product}/movements.xlsx", movements_page::movements_sheet)
            .only(Access::Seller),
        Page::new("/sell/{team}/movements", team_movements_page::team_movements_page).only(Access::Seller),
        Page::file("/sell/{team}/movements.xlsx", team_movements_page::team_movements_sheet)
            .only(Access::Seller),
        Page::new("/sell/{team}/count", place_count_page::place_count_page).only(Access::Seller),
        Page::new("/sell/{team}/counts", counts_page::counts_page).only(Access::Seller),
        Page::file("/sell/{team}/counts.xlsx", counts_page::counts_sheet).only(Access::Seller),
        Page::new("/sell/{team}/batches", list_page::batches_page).only(Access::Seller),
        Page::file("/sell/{team}/batches.xlsx", list_page::batches_sheet).only(Access::Seller),
        Page::new("/sell/{team}/batches/{batch}", batch_page::batch_page).only(Access::Seller),
        Page::new("/sell/{team}/batches/{batch}/recall", recall_page::recall_page).only(Access::Seller),
        Page::file("/sell/{team}/batches/{batch}/recall.xlsx", recall_page::recall_sheet)
            .only(Access::Seller),
        Page::new("/sell/{team}/batches/{batch}/labels", labels_page::labels_page).only(Access::Seller),
        Page::file_or_page("/sell/{team}/batches/{batch}/labels.pdf", labels_page::labels_file)
            .only(Access::Seller),
        Page::new("/sell/{team}/recalls", recall_list::recalls_page).only(Access::Seller),
        Page::file("/sell/{team}/recalls.xlsx", recall_list::recalls_sheet).only(Access::Seller),
        Page::new(COUNTY_RECALLS, county_page::county_page).only(Access::Admin),
        Page::file("/county/recalls.xlsx", recall_list::county_sheet).only(Access::Admin),
        Page::file("/county/recalls/{batch}/orders.xlsx", recall_page::county_orders_sheet)
            .only(Access::Admin),
    ]
}
