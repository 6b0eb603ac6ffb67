//! A row of the table of all listings, as it was sent, and what is done to those that are ticked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SheetState;
use super::columns::{Column, tidy};
use crate::failure::{FieldError, Problem};
use crate::money::Fen;

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
    /// `on` when it was ticked.
    pub chosen: String,
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

/// What is done to the ticked rows, beside what was typed into them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BulkEdit {
    /// `published` or `unpublished`; blank leaves the states alone.
    pub state: String,
    /// By how many hundredths prices rise, or fall (`-10`); blank leaves them alone.
    pub percent: String,
}

/// Prices fall and rise by so much at once: more is a slip of the finger.
const LEAST_PERCENT: i64 = -90;
const MOST_PERCENT: i64 = 900;

impl BulkEdit {
    /// Writes it into the ticked rows, as if it had been typed there. A price that is none is left for whoever reads the row to
    /// name; a draft is in no shop to be taken out of.
    ///
    /// # Errors
    /// Fields `bulk_state`, `bulk_percent`, and `ticked` when there is something to do and nothing to do it to.
    pub fn write_into(&self, rows: &mut [TableEdit]) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut report = |field: &str, problem: Problem| errors.push(FieldError::new(field, problem));
        let state = self.read_state().unwrap_or_else(|problem| {
            report("bulk_state", problem);
            None
        });
        let percent = self.read_percent().unwrap_or_else(|problem| {
            report("bulk_percent", problem);
            None
        });
        let is_asked = state.is_some() || percent.is_some();
        if is_asked && !rows.iter().any(|row| row.chosen == "on") {
            report("ticked", Problem::Missing);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        for row in rows.iter_mut().filter(|row| row.chosen == "on") {
            if let Some(price) = percent.and_then(|percent| moved(&row.price, percent)) {
                row.price = price;
            }
            let is_draft = row.was_state == SheetState::Draft.as_str();
            if let Some(state) = state.filter(|state| !is_draft || *state == SheetState::Published) {
                state.as_str().clone_into(&mut row.state);
            }
        }
        Ok(())
    }

    fn read_state(&self) -> Result<Option<SheetState>, Problem> {
        if self.state.trim().is_empty() {
            return Ok(None);
        }
        match SheetState::read(&self.state)? {
            SheetState::Draft => Err(Problem::Unknown),
            state => Ok(Some(state)),
        }
    }

    fn read_percent(&self) -> Result<Option<i64>, Problem> {
        let text = tidy(&self.percent);
        if text.is_empty() {
            return Ok(None);
        }
        let bare = text.trim_end_matches(['%', '％']).trim_end();
        let percent: i64 = bare.parse().map_err(|_| Problem::NotANumber)?;
        if (LEAST_PERCENT..=MOST_PERCENT).contains(&percent) {
            Ok(Some(percent))
        } else {
            Err(Problem::OutOfRange { min: LEAST_PERCENT, max: MOST_PERCENT })
        }
    }
}

/// A price raised by hundredths, to the nearest fen.
fn moved(price: &str, percent: i64) -> Option<String> {
    let hundredfold = Fen::parse_yuan(price).ok()?.times(100 + percent).ok()?;
    let fen = hundredfold.get().checked_add(50)?.div_euclid(100);
    Some(Fen::new(fen).to_yuan_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(price: &str, state: &str, chosen: &str) -> TableEdit {
        TableEdit {
            price: price.to_owned(),
            was_price: price.to_owned(),
            state: state.to_owned(),
            was_state: state.to_owned(),
            chosen: chosen.to_owned(),
            ..TableEdit::default()
        }
    }

    fn bulk(state: &str, percent: &str) -> BulkEdit {
        BulkEdit { state: state.to_owned(), percent: percent.to_owned() }
    }

    #[test]
    fn prices_move_by_hundredths_to_the_nearest_fen_where_a_row_is_ticked() {
        for (percent, price, after) in [
            ("5", "58.00", "60.90"),
            ("+5 %", "58", "60.90"),
            ("-10％", "0.05", "0.05"),
            ("-50", "0.03", "0.02"),
            ("900", "12.34", "123.40"),
            ("0", "12.30", "12.30"),
            ("5", "贵", "贵"),
            ("5", "", ""),
        ] {
            let mut rows = [row(price, "published", "on"), row(price, "published", "")];
            bulk("", percent).write_into(&mut rows).unwrap();
            assert_eq!((rows[0].price.as_str(), rows[1].price.as_str()), (after, price), "{percent}");
            assert_eq!(rows[0].state, "published");
        }
    }

    #[test]
    fn states_are_written_over_what_is_ticked_and_a_draft_is_not_taken_out() {
        let mut rows = [row("1", "published", "on"), row("1", "draft", "on"), row("1", "published", "")];
        bulk("unpublished", "").write_into(&mut rows).unwrap();
        assert_eq!(rows.each_ref().map(|row| row.state.as_str()), ["unpublished", "draft", "published"]);
        bulk("published", "").write_into(&mut rows).unwrap();
        assert_eq!(rows.each_ref().map(|row| row.state.as_str()), ["published"; 3]);
        assert!(rows[0].cells().is_empty(), "as it was");
    }

    #[test]
    fn what_cannot_be_done_is_named_and_nothing_is_written() {
        let fields = |bulk: BulkEdit, chosen: &str| -> Vec<String> {
            let mut rows = [row("58.00", "published", chosen)];
            let errors = bulk.write_into(&mut rows).unwrap_err();
            assert_eq!(rows, [row("58.00", "published", chosen)]);
            errors.into_iter().map(|error| error.field).collect()
        };
        assert_eq!(fields(bulk("", "5"), ""), ["ticked"]);
        assert_eq!(fields(bulk("unpublished", ""), ""), ["ticked"]);
        assert_eq!(fields(bulk("draft", "half"), "on"), ["bulk_state", "bulk_percent"]);
        for percent in ["-91", "901", "1.5", "--5", "9223372036854775808"] {
            assert_eq!(fields(bulk("", percent), "on"), ["bulk_percent"], "{percent}");
        }
        let mut rows = [row("58.00", "published", "on")];
        bulk(" ", " ").write_into(&mut rows).unwrap();
        assert_eq!(rows, [row("58.00", "published", "on")], "a tick alone does nothing");
    }
}
