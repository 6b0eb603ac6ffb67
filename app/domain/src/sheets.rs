//! A team's goods as a sheet: what its columns are called, what a row says, and what that changes.
//!
//! One row is one variant of a product; what belongs to the product stands in each of its rows. A blank cell leaves
//! what it stands for as it is (a text that may be blank goes by a word of its own, [`is_clear`]), so a sheet with few columns changes few things, and a sheet that comes back as it was
//! downloaded changes nothing. Rows are read without looking at anything but what the caller knows of the team's own
//! goods: a row that names something else is an error of that row.

mod amounts;
mod attributes;
mod columns;
mod details;
mod group;
mod label;
mod named;
mod plan;
mod present;
mod stock;
mod table;
mod values;

#[cfg(test)]
mod tests;

pub use amounts::amount_text;
pub use attributes::{Values, attributes_text};
pub use columns::{Column, Head, SheetRow, harmless, is_clear, tidy};
pub use label::{LABEL_COLUMNS, Label, label_of, label_text};
pub use named::Named;
pub use plan::{AttributeChange, CellError, Change, Item, NewVariant, Plan, VariantChange, plan};
pub use present::{
    Details, Known, LongText, Present, PresentBatch, PresentVariant, Told, beginning_of, rows_of,
};
pub use table::{BulkEdit, TableEdit};
pub use values::{REASONS, SheetState, reason_text, season_text};

/// The most rows that one sheet may have, without its heading.
pub const MAX_ROWS: usize = 5_000;
