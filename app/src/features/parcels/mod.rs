//! Packing and shipping: what is to be packed, what is late, packing lists and labels, carrier and number of one parcel or of
//! many, parcels split and merged, what carriers tell.

pub mod api;
pub mod desk_api;
pub mod print_button;

#[cfg(feature = "ssr")]
mod address_label;
#[cfg(feature = "ssr")]
mod chosen;
#[cfg(feature = "ssr")]
mod desk_parts;
#[cfg(feature = "ssr")]
mod list_page;
#[cfg(feature = "ssr")]
mod list_preview;
#[cfg(feature = "ssr")]
mod packing_list;
#[cfg(feature = "ssr")]
mod parcel_card;
#[cfg(feature = "ssr")]
mod tracking_page;
#[cfg(feature = "ssr")]
pub mod words;

/// Where a list is sent to.
pub const LIST_PATH: &str = "/upload/tracking-list";

/// The most that one upload may carry: the sheet and the form around it.
#[cfg(feature = "ssr")]
const MAX_UPLOAD_BYTES: usize = 4 << 20;

/// Tracking numbers for many parcels.
#[cfg(feature = "ssr")]
#[must_use]
pub fn tracking_path(team: domain::ids::TeamId) -> String {
    format!("/sell/{team}/tracking")
}

/// What a list would do.
#[cfg(feature = "ssr")]
#[must_use]
pub fn tracking_list_path(team: domain::ids::TeamId, list: domain::ids::DeskListId) -> String {
    format!("/sell/{team}/tracking/{list}")
}

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/parcels", list_page::parcels_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/packing-lists", packing_list::all_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/labels", address_label::all_page).only(Access::Seller),
        Page::file_or_page("/sell/{team}/parcels/labels.pdf", address_label::all_file).only(Access::Seller),
        Page::file_or_page("/sell/{team}/parcels/packing.pdf", packing_list::all_file).only(Access::Seller),
        Page::new("/sell/{team}/parcels/{parcel}", list_page::parcel_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/{parcel}/packing-list", packing_list::one_page).only(Access::Seller),
        Page::file_or_page("/sell/{team}/parcels/{parcel}/packing.pdf", packing_list::one_file)
            .only(Access::Seller),
        Page::new("/sell/{team}/parcels/{parcel}/label", address_label::one_page).only(Access::Seller),
        Page::file_or_page("/sell/{team}/parcels/{parcel}/label.pdf", address_label::one_file)
            .only(Access::Seller),
        Page::new("/sell/{team}/tracking", tracking_page::tracking_page).only(Access::Seller),
        Page::file("/sell/{team}/tracking/template.xlsx", tracking_page::template_file).only(Access::Seller),
        Page::new("/sell/{team}/tracking/{list}", list_preview::list_preview).only(Access::Seller),
    ]
}

/// The uploads of this feature.
#[cfg(feature = "ssr")]
pub fn uploads() -> Vec<crate::routes::Upload> {
    vec![crate::routes::Upload::new(LIST_PATH, MAX_UPLOAD_BYTES, tracking_page::upload_list)]
}
