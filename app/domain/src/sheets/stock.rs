//! What came in and what was lost, batch by batch.

use std::collections::BTreeMap;

use super::amounts::read_amount;
use super::columns::{Column, SheetRow, tidy};
use super::group::Group;
use super::plan::Change;
use super::present::{Present, PresentBatch};
use super::values::read_reason;
use crate::failure::Problem;
use crate::ids::BatchId;

/// A thousand tonnes, or a thousand million pieces.
const MAX_STOCK_CHANGE: i64 = 1_000_000_000;

impl Group<'_> {
    pub(super) fn compare_stock(&mut self, present: &Present, rows: &[&SheetRow]) {
        let mut seen: BTreeMap<BatchId, u32> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.has(Column::StockChange)) {
            let unit = present.base_unit.as_str();
            let typed = read_amount(row.get(Column::StockChange), unit, MAX_STOCK_CHANGE);
            let change = self.read(row, Column::StockChange, typed);
            let reason = self.read(row, Column::Reason, read_reason(row.get(Column::Reason)));
            let (Some(change), Some(reason)) = (change.filter(|change| *change != 0), reason) else {
                continue;
            };
            let Some(batch) = self.read(row, Column::Batch, batch_of(present, row)) else { continue };
            let first = *seen.entry(batch.id).or_insert(row.row);
            if first != row.row {
                self.report(row, Column::StockChange, Problem::DuplicateOfRow { row: i64::from(first) });
            } else if change < -batch.available {
                self.report(row, Column::StockChange, only_left(batch.available, unit));
            } else if change > 0 && batch.is_shared {
                // A cell has no place for whose goods they are.
                self.report(row, Column::StockChange, Problem::SeveralVillages);
            } else {
                let (batch, code) = (batch.id, batch.code.clone());
                let (base_unit, reason) = (Some(unit.to_owned()), reason.to_owned());
                self.changes.push(Change::Stock { batch, code, change, base_unit, reason });
            }
        }
    }
}

fn only_left(left: i64, base_unit: &str) -> Problem {
    if base_unit == "g" { Problem::OnlyLeftG { left_g: left } } else { Problem::OnlyLeft { left } }
}

/// The batch that a row means: by its code, or the only one that has not expired.
fn batch_of<'a>(present: &'a Present, row: &SheetRow) -> Result<&'a PresentBatch, Problem> {
    if row.has(Column::Batch) {
        let named = present.batches.iter().find(|batch| tidy(&batch.code) == row.get(Column::Batch));
        return named.ok_or(Problem::UnknownCode);
    }
    let mut fresh = present.batches.iter().filter(|batch| !batch.is_expired);
    match (fresh.next(), fresh.next()) {
        (Some(batch), None) => Ok(batch),
        (None, _) => Err(Problem::NoBatch),
        (Some(_), Some(_)) => Err(Problem::Missing),
    }
}
