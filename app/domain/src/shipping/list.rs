//! Lists of the shipping desk: tracking numbers for many parcels, and events of carriers, pasted or from a sheet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::NUMBER_MAX_CHARS;
use super::carrier::{CarrierEvent, carrier_name, tidy_number};
use crate::failure::Problem;
use crate::sheets::tidy;
use crate::time::{Date, HOUR_MS, MINUTE_MS, start_of_day_ms};
use crate::word::words;

/// The most rows that one list may have, without its heading.
pub const MAX_LIST_ROWS: usize = 500;

words! {
    /// What a list is of.
    pub enum ListKind {
        /// Order or parcel number, carrier, tracking number.
        Numbers = "numbers",
        /// Carrier, tracking number, state, time, place.
        Events = "events",
    }
}

words! {
    /// A column of a list.
    pub enum ListColumn {
        /// Order or parcel number.
        Parcel = "parcel",
        Carrier = "carrier",
        TrackingNumber = "tracking_number",
        Status = "status",
        /// `2026-06-15 14:30` in China.
        HappenedAt = "happened_at",
        Place = "place",
    }
}

impl ListColumn {
    fn of_head(text: &str) -> Option<Self> {
        let plain: String =
            tidy(text).to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '*').collect();
        Some(match plain.as_str() {
            "parcel"
            | "order"
            | "ordernumber"
            | "parcelnumber"
            | "订单号"
            | "包裹号"
            | "订单"
            | "包裹"
            | "订单或包裹"
            | "订单号或包裹号"
            | "订单编号" => Self::Parcel,
            "carrier" | "快递" | "快递公司" | "物流公司" | "承运商" => Self::Carrier,
            "tracking_number" | "trackingnumber" | "tracking" | "单号" | "快递单号" | "运单号"
            | "物流单号" => Self::TrackingNumber,
            "status" | "状态" | "物流状态" => Self::Status,
            "happened_at" | "time" | "时间" | "发生时间" => Self::HappenedAt,
            "place" | "地点" | "所在地" => Self::Place,
            _ => return None,
        })
    }
}

/// A row of a sheet or of a pasted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRow {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    pub cells: Vec<String>,
    /// Places of cells that compute something.
    pub formulas: Vec<usize>,
}

/// Why a row is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// The cell of this column (a [`ListColumn`]'s word) is blank.
    Missing(String),
    TooLong {
        column: String,
        max: i64,
    },
    /// A cell computes something in place of saying it.
    Formula(String),
    /// No parcel of this team has that number.
    UnknownParcel,
    /// The order has several parcels to send: their own numbers are needed.
    SeveralParcels,
    /// It is not paid yet, or will not be sent.
    NotToSend,
    /// It has arrived with another number.
    Arrived,
    /// The same parcel stands in an earlier row.
    DuplicateOfRow(u32),
    /// The buyer wants money back for it: answer that first.
    AfterSaleOpen,
    /// Goods of this batch must not leave.
    Recalled(String),
    /// Goods of this batch are past their last day.
    Expired {
        code: String,
        expires_on: Date,
    },
    /// These goods are sold by weight and must be weighed before they leave.
    Unweighed(String),
    NotAStatus,
    NotATime,
    /// No parcel of this team left with that carrier and number.
    UnknownNumber,
}

/// One row of a list of tracking numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRow {
    pub row: u32,
    /// Order or parcel number as it was typed.
    pub parcel: String,
    pub carrier: String,
    pub tracking_number: String,
    /// What can be said without knowing the parcels.
    pub fault: Option<RowFault>,
}

/// One row of a list of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    pub row: u32,
    pub carrier: String,
    pub tracking_number: String,
    /// As it was typed.
    pub status: String,
    pub place: String,
    pub happened_at_ms: i64,
    pub fault: Option<RowFault>,
}

impl EventRow {
    /// The event that the row tells of.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub fn event(&self, now_ms: i64) -> Result<CarrierEvent, RowFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let at_ms = self.happened_at_ms;
        CarrierEvent::checked(&self.carrier, &self.tracking_number, &self.status, &self.place, at_ms, now_ms)
    }
}

pub(super) fn check_text(column: &str, text: &str) -> Result<(), RowFault> {
    if text.is_empty() {
        return Err(RowFault::Missing(column.to_owned()));
    }
    if text.chars().count() > NUMBER_MAX_CHARS {
        let max = i64::try_from(NUMBER_MAX_CHARS).unwrap_or(i64::MAX);
        return Err(RowFault::TooLong { column: column.to_owned(), max });
    }
    Ok(())
}

/// A pasted text as a table: a line a row; cells between tabs, else commas, else blanks.
#[must_use]
pub fn table_of_text(text: &str) -> Vec<TableRow> {
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let cells: Vec<String> = if line.contains('\t') {
            line.split('\t').map(tidy).collect()
        } else if line.contains([',', '，']) {
            line.split([',', '，']).map(tidy).collect()
        } else {
            line.split_whitespace().map(tidy).collect()
        };
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let is_formula = |(_, cell): &(usize, &String)| cell.starts_with(['=', '@']);
        let formulas = cells.iter().enumerate().filter(is_formula).map(|(at, _)| at).collect();
        rows.push(TableRow { row: u32::try_from(at + 1).unwrap_or(u32::MAX), cells, formulas });
    }
    rows
}

/// What the cells of a row say, by column.
type Cells = BTreeMap<ListColumn, (String, bool)>;

/// Reads rows below a heading; without one (`needs_head` false) the first cell is the parcel, the last the number, and what
/// stands between them the carrier.
fn read(table: &[TableRow], wanted: &[ListColumn], needs_head: bool) -> Result<Vec<(u32, Cells)>, Problem> {
    let first = table.first().ok_or(Problem::Missing)?;
    let head: Vec<Option<ListColumn>> = first.cells.iter().map(|cell| ListColumn::of_head(cell)).collect();
    let has_head =
        wanted.iter().all(|column| head.iter().filter(|found| **found == Some(*column)).count() == 1);
    if !has_head && (needs_head || head.iter().flatten().count() > 1) {
        return Err(Problem::SheetColumns);
    }
    let rows = if has_head { table.get(1..).unwrap_or_default() } else { table };
    if rows.is_empty() {
        return Err(Problem::Missing);
    }
    if rows.len() > MAX_LIST_ROWS {
        return Err(Problem::TooManyRows { max: i64::try_from(MAX_LIST_ROWS).unwrap_or(i64::MAX) });
    }
    let by_head = |row: &TableRow| -> Cells {
        let known = row.cells.iter().enumerate().filter_map(|(at, text)| Some((at, (*head.get(at)?)?, text)));
        known.map(|(at, column, text)| (column, (tidy(text), row.formulas.contains(&at)))).collect()
    };
    let by_place = |row: &TableRow| -> Cells {
        let said = row.cells.iter().enumerate().filter(|(_, text)| !tidy(text).is_empty());
        let cells: Vec<(String, bool)> =
            said.map(|(at, text)| (tidy(text), row.formulas.contains(&at))).collect();
        let mut found = Cells::new();
        let Some((first, rest)) = cells.split_first() else { return found };
        found.insert(ListColumn::Parcel, first.clone());
        let Some((last, middle)) = rest.split_last() else { return found };
        found.insert(ListColumn::TrackingNumber, last.clone());
        let name: Vec<&str> = middle.iter().map(|(text, _)| text.as_str()).collect();
        let computes = middle.iter().any(|(_, computes)| *computes);
        found.insert(ListColumn::Carrier, (name.join(" "), computes));
        found
    };
    Ok(rows.iter().map(|row| (row.row, if has_head { by_head(row) } else { by_place(row) })).collect())
}

fn text(cells: &Cells, column: ListColumn) -> String {
    cells.get(&column).map_or_else(String::new, |(text, _)| text.chars().take(200).collect())
}

fn formula(cells: &Cells) -> Option<RowFault> {
    let (column, _) = cells.iter().find(|(_, (_, computes))| *computes)?;
    Some(RowFault::Formula(column.as_str().to_owned()))
}

/// Reads a list of tracking numbers.
///
/// # Errors
/// [`Problem::Missing`] without rows, [`Problem::SheetColumns`] for a heading that lacks a column,
/// [`Problem::TooManyRows`]. What is wrong with a row stands in it.
pub fn number_rows(table: &[TableRow]) -> Result<Vec<NumberRow>, Problem> {
    let wanted = [ListColumn::Parcel, ListColumn::Carrier, ListColumn::TrackingNumber];
    let rows = read(table, &wanted, false)?;
    let row = |(row, cells): (u32, Cells)| {
        let parcel = text(&cells, ListColumn::Parcel);
        let carrier = carrier_name(&text(&cells, ListColumn::Carrier));
        let tracking_number = tidy_number(&text(&cells, ListColumn::TrackingNumber));
        let fault = formula(&cells)
            .or_else(|| check_text("parcel", &parcel).err())
            .or_else(|| check_text("carrier", &carrier).err())
            .or_else(|| check_text("tracking_number", &tracking_number).err());
        NumberRow { row, parcel, carrier, tracking_number, fault }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Reads a list of events below a heading.
///
/// # Errors
/// As [`number_rows`].
pub fn event_rows(table: &[TableRow]) -> Result<Vec<EventRow>, Problem> {
    use ListColumn::{Carrier, HappenedAt, Place, Status, TrackingNumber};
    let rows = read(table, &[Carrier, TrackingNumber, Status, HappenedAt], true)?;
    let row = |(row, cells): (u32, Cells)| {
        let carrier = carrier_name(&text(&cells, Carrier));
        let tracking_number = tidy_number(&text(&cells, TrackingNumber));
        let status = text(&cells, Status);
        let at_ms = moment(&text(&cells, HappenedAt));
        let fault = formula(&cells)
            .or_else(|| check_text("carrier", &carrier).err())
            .or_else(|| check_text("tracking_number", &tracking_number).err())
            .or_else(|| check_text("status", &status).err())
            .or_else(|| at_ms.is_none().then_some(RowFault::NotATime));
        let (happened_at_ms, place) = (at_ms.unwrap_or_default(), text(&cells, Place));
        EventRow { row, carrier, tracking_number, status, place, happened_at_ms, fault }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// `2026-06-15 14:30`, with seconds or slashes, in China.
fn moment(text: &str) -> Option<i64> {
    let (day, clock) = text.trim().split_once([' ', 'T'])?;
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let [year, month, date] = parts.as_slice() else { return None };
    let day: Date = format!("{year}-{month:0>2}-{date:0>2}").parse().ok()?;
    let mut parts = clock.trim().split(':').map(str::parse::<i64>);
    let hour = parts.next()?.ok().filter(|hour| (0..24).contains(hour))?;
    let minute = parts.next()?.ok().filter(|minute| (0..60).contains(minute))?;
    let second = parts.next().unwrap_or(Ok(0)).ok().filter(|second| (0..60).contains(second))?;
    Some(start_of_day_ms(day) + hour * HOUR_MS + minute * MINUTE_MS + second * 1_000)
}
