//! A list as a workbook, for whoever takes it along.

use domain::money::Fen;
use domain::sheets::harmless;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::{Result, ServiceError};

const NARROW: f64 = 16.0;
const WIDE: f64 = 40.0;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Money(Fen),
    Number(i64),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A column's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub text: &'static str,
    pub is_wide: bool,
}

/// A table with one line of heads.
#[derive(Debug, Clone)]
pub struct Report {
    /// The name of its sheet.
    pub name: &'static str,
    pub heads: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
    /// A line below the table, that something is missing for example.
    pub note: Option<&'static str>,
}

impl Report {
    /// A table with these heads, each with whether its column is wide.
    #[must_use]
    pub fn new<const N: usize>(
        name: &'static str,
        heads: [(&'static str, bool); N],
        rows: Vec<Vec<Cell>>,
        note: Option<&'static str>,
    ) -> Self {
        let heads = heads.into_iter().map(|(text, is_wide)| Head { text, is_wide }).collect();
        Self { name, heads, rows, note }
    }

    /// The workbook's bytes. Texts are written as texts, never as formulas.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] for what a workbook cannot hold.
    pub async fn xlsx(self) -> Result<Vec<u8>> {
        let made = tokio::task::spawn_blocking(move || self.workbook());
        made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
    }

    fn workbook(&self) -> std::result::Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let money = Format::new().set_num_format("0.00");
        let sheet = workbook.add_worksheet();
        sheet.set_name(self.name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, head) in (0_u16..).zip(&self.heads) {
            sheet.write_string_with_format(0, at, head.text, &bold)?;
            sheet.set_column_width(at, if head.is_wide { WIDE } else { NARROW })?;
        }
        let mut next = 1_u32;
        for row in &self.rows {
            for (at, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Text(text) if text.is_empty() => {}
                    // With a mark before what a program that reads the text anew would take for a formula.
                    Cell::Text(text) => {
                        sheet.write_string(next, at, harmless(text))?;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 fen")]
                    Cell::Money(amount) => {
                        sheet.write_number_with_format(next, at, amount.get() as f64 / 100.0, &money)?;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "quantities are far below 2^53")]
                    Cell::Number(number) => {
                        sheet.write_number(next, at, *number as f64)?;
                    }
                }
            }
            next += 1;
        }
        if let Some(note) = self.note {
            sheet.write_string_with_format(next, 0, note, &bold)?;
        }
        workbook.save_to_buffer()
    }
}
