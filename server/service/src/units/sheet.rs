//! Reading an uploaded order list, XLSX or CSV, into the lines that would have been pasted.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::failure::Problem;

use crate::{Result, ServiceError};

/// Largest upload, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Largest part of a workbook once unpacked, in bytes: a small file can hold a very large sheet.
const MAX_UNPACKED_BYTES: u64 = 32 * 1024 * 1024;
const MAX_ROWS: usize = 2_000;

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
        if unpacked_bytes(bytes).is_none_or(|size| size > MAX_UNPACKED_BYTES) {
            return Err(unreadable());
        }
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

fn read_xlsx(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
    let range = workbook.worksheet_range_at(0)?.ok()?;
    let first_row = range.start().map_or(0, |(row, _)| row);
    let blanks = (0..first_row).map(|_| (String::new(), String::new()));
    Some(blanks.chain(range.rows().map(|row| (cell(row.first()), cell(row.get(1))))).collect())
}

fn cell(data: Option<&Data>) -> String {
    match data {
        Some(Data::Float(number)) if number.fract() == 0.0 => format!("{number:.0}"),
        Some(Data::Empty) | None => String::new(),
        Some(other) => one_line(&other.to_string()),
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
    for record in reader.records() {
        let record = record.ok()?;
        rows.push((one_line(record.get(0).unwrap_or("")), one_line(record.get(1).unwrap_or(""))));
    }
    Some(rows)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sum of the sizes that a ZIP's central directory states, read without unpacking anything.
fn unpacked_bytes(zip: &[u8]) -> Option<u64> {
    const SIGNATURE: &[u8] = b"PK\x01\x02";
    const HEADER_BYTES: usize = 46;
    let mut at = zip.windows(SIGNATURE.len()).position(|window| window == SIGNATURE)?;
    let mut total = 0_u64;
    while let Some(header) = zip.get(at..at + HEADER_BYTES) {
        if !header.starts_with(SIGNATURE) {
            break;
        }
        let two =
            |from: usize| Some(usize::from(u16::from_le_bytes(header.get(from..from + 2)?.try_into().ok()?)));
        total = total.checked_add(u64::from(u32::from_le_bytes(header.get(24..28)?.try_into().ok()?)))?;
        at += HEADER_BYTES + two(28)? + two(30)? + two(32)?;
    }
    Some(total)
}
