//! Parts that know no feature. Markup and class names are those of `style/`.
//!
//! Parts are plain functions that answer a view; those marked server only read the request's context.

mod amount;
mod cart_badge;
mod icon;
mod money;

#[cfg(feature = "ssr")]
mod blocks;
#[cfg(feature = "ssr")]
mod chart;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod filter;
pub mod hold_clock;
#[cfg(feature = "ssr")]
mod language;
#[cfg(feature = "ssr")]
mod origin;
#[cfg(feature = "ssr")]
mod photo;

pub use amount::amount_text;
pub use cart_badge::show_cart_count;
pub use hold_clock::hold_clock;
pub use icon::{icon, icon_l, icon_s, logo_mark, typed_icon};
pub use money::{price, price_l, price_s, typed_price};

#[cfg(feature = "ssr")]
pub use blocks::{
    alert, crumbs, empty, facts, page_head, pager, pager_of, section_head, stat, stats, status_chip, steps,
    surcharge_row, timeline,
};
#[cfg(feature = "ssr")]
pub use chart::bar_chart;
#[cfg(feature = "ssr")]
pub use field::{
    Field, area_input, check_field, choice_field, form_errors, hidden, key_field, quantity_field,
    select_field, select_input, sheet_field, text_area, text_field, text_input,
};
#[cfg(feature = "ssr")]
pub use filter::{
    FilterDays, FilterForm, cut_note, export_link, export_link_as, filter_choice, filter_form, filter_text,
    nothing_found,
};
#[cfg(feature = "ssr")]
pub use language::{as_typed, lang_of};
#[cfg(feature = "ssr")]
pub use money::money_bar;
#[cfg(feature = "ssr")]
pub use origin::{Share, origin_line, origin_shares};
#[cfg(feature = "ssr")]
pub use photo::{Photo, photo};
#[cfg(feature = "ssr")]
pub use photo::{PhotoField, photo_field};
#[cfg(feature = "ssr")]
mod qr;
#[cfg(feature = "ssr")]
mod unit;
#[cfg(feature = "ssr")]
pub use qr::{qr_code, secret_qr_code};
#[cfg(feature = "ssr")]
pub use unit::unit_text;
