//! A unit's purchasing: price list and quick order, approval, payment, and what it bought this year.

pub mod api;
#[cfg(feature = "ssr")]
mod buy_page;
#[cfg(feature = "ssr")]
mod check_view;
#[cfg(feature = "ssr")]
mod desk_page;
#[cfg(feature = "ssr")]
mod order_actions;
#[cfg(feature = "ssr")]
mod order_page;
#[cfg(feature = "ssr")]
mod orders_page;
#[cfg(feature = "ssr")]
mod report_page;
#[cfg(feature = "ssr")]
mod typed;

/// The pages and files of units.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/unit", desk_page::choose_page).only(Access::UnitMember),
        Page::new("/unit/{unit}", desk_page::desk_page).only(Access::UnitMember),
        Page::new("/unit/{unit}/buy", buy_page::buy_page).only(Access::UnitMember),
        Page::file("/unit/{unit}/template.xlsx", buy_page::template_file).only(Access::UnitMember),
        Page::new("/unit/{unit}/orders", orders_page::orders_page).only(Access::UnitMember),
        Page::new("/unit/{unit}/orders/{number}", order_page::order_page).only(Access::UnitMember),
        Page::new("/unit/{unit}/report", report_page::report_page).only(Access::UnitMember),
        Page::file("/unit/{unit}/report.xlsx", report_page::report_file).only(Access::UnitMember),
    ]
}

/// The files units send.
#[cfg(feature = "ssr")]
pub fn uploads() -> Vec<crate::routes::Upload> {
    vec![crate::routes::Upload::new(typed::SHEET_PATH, 3 << 20, typed::upload_sheet)]
}

/// The unit's console around a page.
#[cfg(feature = "ssr")]
fn console(unit: &service::units::UnitRow) -> crate::layout::Console {
    crate::layout::Console::unit(&unit.slug, crate::context::name(&unit.name, &unit.name_en))
}
