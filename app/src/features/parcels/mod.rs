//! Packing and shipping: what is to be packed, the packing list, carrier and number.

pub mod api;
pub mod print_button;

#[cfg(feature = "ssr")]
mod list_page;
#[cfg(feature = "ssr")]
mod packing_list;
#[cfg(feature = "ssr")]
mod parcel_card;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/parcels", list_page::parcels_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/packing-lists", packing_list::all_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/{parcel}", list_page::parcel_page).only(Access::Seller),
        Page::new("/sell/{team}/parcels/{parcel}/packing-list", packing_list::one_page).only(Access::Seller),
    ]
}
