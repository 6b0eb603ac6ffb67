//! A row of the table of all listings, as it was sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{Column, tidy};

/// One row of the table as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TableEdit {
    pub product: String,
    /// The version that the row was made from.
    pub version: String,
    pub code: String,
    /// Yuan.
    pub price: String,
    /// What stood there: a row in which nothing was typed is left alone, whatever is stored by now.
    pub was_price: String,
    /// A word of [`super::SheetState`].
    pub state: String,
    pub was_state: String,
    pub batch: String,
    /// Kilograms of what is weighed, else pieces: `20` came in, `-0.5` is lost.
    pub stock_change: String,
    pub reason: String,
}

impl TableEdit {
    /// What the row says anew, as cells of a sheet; nothing when nothing was typed.
    #[must_use]
    pub fn cells(&self) -> BTreeMap<Column, String> {
        let anew =
            |typed: &str, was: &str| if tidy(typed) == tidy(was) { String::new() } else { tidy(typed) };
        let price = anew(&self.price, &self.was_price);
        let state = anew(&self.state, &self.was_state);
        let stock_change = tidy(&self.stock_change);
        let mut cells = BTreeMap::from([(Column::Price, price), (Column::State, state)]);
        if !stock_change.is_empty() {
            cells.insert(Column::Batch, tidy(&self.batch));
            cells.insert(Column::Reason, tidy(&self.reason));
            cells.insert(Column::StockChange, stock_change);
        }
        cells.retain(|_, text| !text.is_empty());
        if !cells.is_empty() {
            cells.extend([(Column::Product, tidy(&self.product)), (Column::Code, tidy(&self.code))]);
            cells.retain(|_, text| !text.is_empty());
        }
        cells
    }
}
