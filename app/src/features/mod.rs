//! One module a feature. A feature has the same name here, in `service` and in `store`.
//!
//! A feature with pages has `#[cfg(feature = "ssr")] pub fn pages() -> Vec<Page>` and is named in [`pages`].
//!
//! The browser gets a feature in one of two bundles: `shop` for what shoppers see, `console` for what those see who
//! work here. The attribute above a module says which, and `cargo xtask site` checks each bundle's islands by it. An
//! island of both belongs to `crate::ui`.

#[cfg(any(feature = "ssr", feature = "shop"))]
pub mod account;
#[cfg(feature = "ssr")]
pub mod after_sales;
#[cfg(feature = "ssr")]
pub mod attributes;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod books;
#[cfg(feature = "ssr")]
pub mod bundles;
#[cfg(any(feature = "ssr", feature = "shop"))]
pub mod cart;
#[cfg(feature = "ssr")]
pub mod categories;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod changes;
#[cfg(any(feature = "ssr", feature = "shop"))]
pub mod checkout;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod county;
#[cfg(feature = "ssr")]
pub mod day;
#[cfg(feature = "ssr")]
pub mod errors;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod freight;
#[cfg(feature = "ssr")]
pub mod home;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod listing;
#[cfg(feature = "ssr")]
pub mod marks;
#[cfg(feature = "ssr")]
pub mod offline;
#[cfg(any(feature = "ssr", feature = "shop"))]
pub mod orders;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod parcels;
#[cfg(feature = "ssr")]
pub mod places;
#[cfg(any(feature = "ssr", feature = "shop"))]
pub mod products;
#[cfg(feature = "ssr")]
pub mod roles;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod sell;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod sheets;
#[cfg(feature = "ssr")]
pub mod static_pages;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod stock;
#[cfg(any(feature = "ssr", feature = "console"))]
pub mod units;
#[cfg(feature = "ssr")]
pub mod villages;
#[cfg(feature = "ssr")]
pub mod weighing;

/// The pages of all features.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    let mut pages = Vec::new();
    pages.extend(static_pages::pages());
    pages.extend(offline::pages());
    pages.extend(home::pages());
    pages.extend(products::pages());
    pages.extend(villages::pages());
    pages.extend(cart::pages());
    pages.extend(checkout::pages());
    pages.extend(orders::pages());
    pages.extend(account::pages());
    #[cfg(feature = "passkeys")]
    pages.extend(account::passkey_pages());
    pages.extend(units::pages());
    pages.extend(books::pages());
    pages.extend(attributes::pages());
    pages.extend(categories::pages());
    pages.extend(county::pages());
    pages.extend(places::pages());
    pages.extend(roles::pages());
    pages.extend(sell::pages());
    pages.extend(day::pages());
    pages.extend(listing::pages());
    pages.extend(changes::pages());
    pages.extend(sheets::pages());
    pages.extend(parcels::pages());
    pages.extend(stock::pages());
    pages.extend(freight::pages());
    pages.extend(marks::pages());
    pages.extend(bundles::pages());
    pages.extend(after_sales::pages());
    pages
}

/// The uploads of all features.
#[cfg(feature = "ssr")]
#[must_use]
pub fn uploads() -> Vec<crate::routes::Upload> {
    let mut uploads = Vec::new();
    uploads.extend(units::uploads());
    uploads.extend(listing::uploads());
    uploads.extend(stock::uploads());
    uploads.extend(marks::uploads());
    uploads.extend(after_sales::uploads());
    uploads.extend(sheets::uploads());
    uploads.extend(parcels::uploads());
    uploads
}
