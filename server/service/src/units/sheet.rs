//! Reading an uploaded order list, XLSX or CSV, into the lines that would have been pasted.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::failure::Problem;

use crate::{Result, ServiceError};

/// Largest upload, in bytes: a list of 2,000 rows takes a fifth of it. Deflate packs at most 1 : 1032, so this also
/// bounds what a workbook that lies about its sizes can unpack to.
const MAX_BYTES: usize = 512 * 1024;
/// Largest part of a workbook once unpacked, in bytes: a small file can hold a very large sheet.
const MAX_UNPACKED_BYTES: u64 = 12 * 1024 * 1024;
const MAX_ROWS: usize = 2_000;
/// Longest text of a cell that is looked at, in characters.
const MAX_CELL_CHARS: usize = 200;

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
        let text = cell(&Data::from(found.get_value().clone()));
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
    for record in reader.records() {
        let record = record.ok()?;
        rows.push((one_line(record.get(0).unwrap_or("")), one_line(record.get(1).unwrap_or(""))));
    }
    Some(rows)
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().take(MAX_CELL_CHARS).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sum of the sizes that a ZIP's central directory states, read without unpacking anything. The directory is found
/// the way an unpacker finds it, from the end, and every entry it announces must be there. An archive with a second
/// directory, or with the one of a large archive, is refused: the unpacker might read the other one.
fn unpacked_bytes(zip: &[u8]) -> Option<u64> {
    const END_SIGNATURE: &[u8] = b"PK\x05\x06";
    const LARGE_END_SIGNATURE: &[u8] = b"PK\x06\x07";
    const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";
    const ENTRY_BYTES: usize = 46;
    let places = |signature: &'static [u8]| {
        zip.windows(signature.len()).enumerate().filter(move |(_, window)| *window == signature)
    };
    let mut ends = places(END_SIGNATURE).map(|(at, _)| at);
    let (Some(end), None, None) = (ends.next(), ends.next(), places(LARGE_END_SIGNATURE).next()) else {
        return None;
    };
    let entries = number(zip, end + 10, 2)?;
    let mut at = usize::try_from(number(zip, end + 16, 4)?).ok()?;
    let mut total = 0_u64;
    for _ in 0..entries {
        if !zip.get(at..)?.starts_with(ENTRY_SIGNATURE) {
            return None;
        }
        total = total.checked_add(number(zip, at + 24, 4)?)?;
        let names = number(zip, at + 28, 2)? + number(zip, at + 30, 2)? + number(zip, at + 32, 2)?;
        at = at.checked_add(ENTRY_BYTES + usize::try_from(names).ok()?)?;
    }
    Some(total)
}

/// A little-endian number of `bytes` bytes.
fn number(zip: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let digits = zip.get(at..at.checked_add(bytes)?)?;
    Some(digits.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_with_two_directories_has_no_size() {
        let entry = |size: u32| {
            let mut entry = b"PK\x01\x02".to_vec();
            entry.resize(24, 0);
            entry.extend(size.to_le_bytes());
            entry.resize(46, 0);
            entry
        };
        let end = |at: u32| {
            let mut end = b"PK\x05\x06".to_vec();
            end.resize(10, 0);
            end.extend(1_u16.to_le_bytes());
            end.resize(16, 0);
            end.extend(at.to_le_bytes());
            end.resize(22, 0);
            end
        };
        let honest = [entry(1_000), end(0)].concat();
        assert_eq!(unpacked_bytes(&honest), Some(1_000));
        let two = [entry(4_000_000_000), end(0), entry(1_000), end(68)].concat();
        assert_eq!(unpacked_bytes(&two), None);
        let large = [entry(1_000), b"PK\x06\x07".to_vec(), end(0)].concat();
        assert_eq!(unpacked_bytes(&large), None);
        assert_eq!(unpacked_bytes(b"PK"), None);
    }
}
