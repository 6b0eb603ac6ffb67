//! A team's goods in a spreadsheet and in one table: taken out, brought back, looked at, applied.
//!
//! # How it goes
//! [`export_xlsx`] or [`template_xlsx`] → somebody edits it → [`preview_sheet`] reads it, compares it with what is stored
//! and keeps what it found for a day → [`preview_page`] shows it → [`apply`] does all of it or what was chosen, each product
//! wholly or not at all. The table ([`table_page`], [`edit_table`]) goes the same way without
//! stopping at the preview.
//!
//! A change is applied to the version of the product that it was made for. A product that somebody changed meanwhile
//! is left alone and named; the others can still be applied. Whatever was applied is noted with it in one transaction,
//! so pressing twice does it once.

mod apply;
mod details;
mod edit;
mod explain;
mod known;
mod preview;
mod read;
mod table;
mod write;

#[cfg(test)]
mod tests;

pub use apply::{Applied, Wanted, apply};
pub use preview::{ItemView, Outcome, PreviewPage, preview_page, preview_sheet, purge};
pub(crate) use read::read_table;
pub use read::{ReadSheet, read_goods, read_list};
pub use table::{BulkEdit, TableEdit, TablePage, TableRow, edit_table, preview_table, table_page};
pub use write::{export_csv, export_parts, export_xlsx, template_xlsx};

/// Products that one page of a preview shows.
pub const PAGE_ITEMS: usize = 100;
