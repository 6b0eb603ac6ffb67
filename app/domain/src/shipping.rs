//! The shipping desk: parcels split and merged before they leave, lists of tracking numbers, what carriers tell.
//!
//! Everything here is amounts and texts; which parcels there are is the caller's knowledge.

mod carrier;
mod list;
mod split;

#[cfg(test)]
mod tests;

pub use carrier::{CARRIERS, CarrierEvent, CarrierStatus, PLACE_MAX_CHARS, carrier_name, tidy_number};
pub use list::{
    EventRow, ListColumn, ListKind, MAX_LIST_ROWS, NumberRow, RowFault, TableRow, event_rows, number_rows,
    table_of_text,
};
pub use split::{split_freight, split_goods, split_line};

/// Longest name of a carrier and longest tracking number, in characters.
pub const NUMBER_MAX_CHARS: usize = 40;
