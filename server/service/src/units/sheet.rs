//! Reading an uploaded order list, XLSX or CSV, into the lines that would have been pasted.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, DataRef, Reader, Xlsx};
use domain::failure::Problem;
use tokio::sync::Semaphore;

use super::archive::unpacked_bytes;
use crate::{Result, ServiceError};

/// Reading a workbook takes a core for a moment and some MiB, so only so many at once, whoever sends them.
static READERS: Semaphore = Semaphore::const_new(2);

/// Largest upload, in bytes: a list of 2,000 rows takes a fifth of it.
const MAX_BYTES: usize = 512 * 1024;
/// Largest workbook once unpacked, in bytes: a small file can hold a very large sheet. The reader of workbooks takes up
/// to ten times as much memory as their parts have bytes (two hundred thousand styles: 40 MiB).
const MAX_UNPACKED_BYTES: u64 = 4 * 1024 * 1024;
const MAX_ROWS: usize = 2_000;
/// Longest text of a cell that is looked at, in characters.
const MAX_CELL_CHARS: usize = 200;

/// [`read_sheet`] for callers that must not be kept waiting: on a thread of its own, few at once.
///
/// # Errors
/// As [`read_sheet`].
pub async fn read_uploaded_sheet(bytes: Vec<u8>) -> Result<String> {
    let permit = READERS.acquire().await.map_err(ServiceError::internal)?;
    let work = move || {
        // Moved here, so that the work counts until it ends, even when the person has gone away meanwhile.
        let _permit = permit;
        read_sheet(&bytes)
    };
    tokio::task::spawn_blocking(work).await.map_err(ServiceError::internal)?
}

/// The first two columns of the first sheet as `code quantity` lines. A first row without a number is a heading.
///
/// # Errors
/// Field `sheet` when it is no such file, or too large.
pub fn read_sheet(bytes: &[u8]) -> Result<String> {
    let unreadable = || ServiceError::invalid("sheet", Problem::SheetUnreadable);
    if bytes.is_empty() {
        return Err(ServiceError::invalid("sheet", Problem::Missing));
    }
    if bytes.len() > MAX_BYTES {
        return Err(ServiceError::invalid("sheet", Problem::TooLong { max: MAX_BYTES as i64 }));
    }
    let rows = if bytes.starts_with(b"PK") {
        unpacked_bytes(bytes, MAX_UNPACKED_BYTES).ok_or_else(unreadable)?;
        read_xlsx(bytes).ok_or_else(unreadable)?
    } else {
        read_csv(bytes).ok_or_else(unreadable)?
    };
    let mut lines = String::new();
    for (index, (code, quantity)) in rows.into_iter().take(MAX_ROWS).enumerate() {
        let is_heading = index == 0 && !quantity.chars().any(|letter| letter.is_ascii_digit());
        if is_heading || (code.is_empty() && quantity.is_empty()) {
            // Kept as an empty line, so that row numbers are those of the sheet.
            lines.push('\n');
        } else {
            lines.push_str(&format!("{code}\t{quantity}\n"));
        }
    }
    Ok(lines)
}

/// Reads cell by cell: a whole range would be as large as its farthest cell says, and that may be a lie.
fn read_xlsx(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let first = workbook.sheet_names().first()?.clone();
    let mut cells = workbook.worksheet_cells_reader(&first).ok()?;
    let mut rows: BTreeMap<usize, (String, String)> = BTreeMap::new();
    while let Some(found) = cells.next_cell().ok()? {
        let (row, column) = found.get_position();
        let row = usize::try_from(row).ok()?;
        if row >= MAX_ROWS || column > 1 {
            continue;
        }
        let text = match found.get_value() {
            // Cut before it is copied: many cells may share one very long text.
            DataRef::SharedString(text) => one_line(text),
            other => cell(&Data::from(other.clone())),
        };
        let pair = rows.entry(row).or_default();
        *(if column == 0 { &mut pair.0 } else { &mut pair.1 }) = text;
    }
    let length = rows.last_key_value().map_or(0, |(row, _)| row + 1);
    Some((0..length).map(|row| rows.remove(&row).unwrap_or_default()).collect())
}

fn cell(data: &Data) -> String {
    match data {
        Data::Float(number) if number.fract() == 0.0 => one_line(&format!("{number:.0}")),
        Data::Empty => String::new(),
        other => one_line(&other.to_string()),
    }
}

fn read_csv(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
    let delimiter = if text.lines().next().is_some_and(|line| line.contains('\t')) { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().take(MAX_ROWS) {
        let record = record.ok()?;
        rows.push((one_line(record.get(0).unwrap_or("")), one_line(record.get(1).unwrap_or(""))));
    }
    Some(rows)
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().take(MAX_CELL_CHARS).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
