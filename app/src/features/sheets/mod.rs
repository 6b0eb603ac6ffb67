//! A team's goods in a spreadsheet and in one table: taken out, brought back, looked at, applied.
//!
//! Everything is a plain form. A sheet is uploaded, its page says what it would change and what is wrong with it, and a
//! second form applies all or the ticked products. The table goes the same way in one step, or in two where somebody wants to
//! look first; what could not be applied is shown as a sheet's preview is.

pub mod api;

#[cfg(feature = "ssr")]
mod bulk_part;
#[cfg(feature = "ssr")]
mod import_page;
#[cfg(feature = "ssr")]
mod preview_page;
#[cfg(feature = "ssr")]
mod table_page;

#[cfg(feature = "ssr")]
pub(crate) use table_page::{level_choice, query_of_address, text_of};

/// Where a sheet is sent to.
pub const SHEET_PATH: &str = "/upload/goods-sheet";

/// The most that one upload may carry: the sheet and the form around it.
#[cfg(feature = "ssr")]
const MAX_UPLOAD_BYTES: usize = 4 << 20;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn pages() -> Vec<crate::routes::Page> {
    use crate::routes::{Access, Page};
    vec![
        Page::new("/sell/{team}/table", table_page::table_page).only(Access::Seller),
        Page::new("/sell/{team}/sheets", import_page::import_page).only(Access::Seller),
        Page::file("/sell/{team}/sheets/goods.xlsx", import_page::goods_xlsx).only(Access::Seller),
        Page::file("/sell/{team}/sheets/goods.csv", import_page::goods_csv).only(Access::Seller),
        Page::file("/sell/{team}/sheets/template.xlsx", import_page::template_xlsx).only(Access::Seller),
        Page::new("/sell/{team}/sheets/{preview}", preview_page::preview_page).only(Access::Seller),
    ]
}

/// The uploads of this feature.
#[cfg(feature = "ssr")]
pub fn uploads() -> Vec<crate::routes::Upload> {
    vec![crate::routes::Upload::new(SHEET_PATH, MAX_UPLOAD_BYTES, import_page::upload_sheet)]
}
