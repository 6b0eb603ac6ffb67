//! Reading an uploaded sheet of goods, XLSX or CSV, row by row: nothing is kept of it but the cells of known columns.

use std::io::Cursor;

use calamine::{Data, DataRef, Reader, Xlsx};
use domain::failure::Problem;
use domain::sheets::{Column, Head, MAX_ROWS, SheetRow};
use domain::shipping::TableRow;
use tokio::sync::Semaphore;

use crate::units::archive::unpacked_bytes_by_name;
use crate::{Result, ServiceError};

/// Reading a workbook takes a core for a moment and some MiB, so only so many at once, whoever sends them.
static READERS: Semaphore = Semaphore::const_new(2);

/// Largest upload, in bytes: 5,000 rows take a fifth of it.
pub(super) const MAX_BYTES: usize = 3 << 20;
/// Largest workbook once unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 14 << 20;
/// Largest sheet: it is read as a stream.
const MAX_SHEET_BYTES: u64 = 8 << 20;
/// Largest list of shared texts: the reader keeps it, in twice as many bytes.
const MAX_STRINGS_BYTES: u64 = 4 << 20;
/// Largest part of any other kind: styles take the reader ten times as many bytes.
const MAX_PART_BYTES: u64 = 1 << 20;
/// Columns that are looked at.
const MAX_COLUMNS: u32 = 64;
/// Longest text of a cell that is kept, in characters, unless its column takes longer ones.
const MAX_CELL_CHARS: usize = 200;
/// All that is kept of a sheet, in bytes of text.
const MAX_KEPT_BYTES: usize = 4 << 20;
/// All that is looked at, in bytes of text: cells that share a long one take a copy each.
const MAX_COPIED_BYTES: usize = 32 << 20;

/// What a sheet says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSheet {
    pub rows: Vec<SheetRow>,
    /// Whether it has a column of codes.
    pub has_codes: bool,
}

/// [`read_goods`] for callers that must not be kept waiting: on a thread of its own, few at once.
pub(super) async fn read_uploaded(bytes: Vec<u8>) -> Result<ReadSheet> {
    let permit = READERS.acquire().await.map_err(ServiceError::internal)?;
    let work = move || {
        // Moved here, so that the work counts until it ends, even when the person has gone away meanwhile.
        let _permit = permit;
        read_goods(&bytes)
    };
    tokio::task::spawn_blocking(work).await.map_err(ServiceError::internal)?
}

/// The rows of the first sheet of a workbook, or of a table of text.
///
/// # Errors
/// Field `sheet`: [`Problem::SheetUnreadable`] for anything else, [`Problem::SheetEncoding`],
/// [`Problem::SheetColumns`], [`Problem::TooManyRows`], [`Problem::TooLong`], [`Problem::Missing`] without rows.
pub fn read_goods(bytes: &[u8]) -> Result<ReadSheet> {
    read(bytes).map_err(|problem| ServiceError::invalid("sheet", problem))
}

/// The rows of a list of another kind, [`MAX_ROWS`] and a heading at most, with the same care: nothing expanded.
///
/// # Errors
/// As [`read_goods`], but for the columns, which the caller knows.
pub fn read_list(bytes: &[u8]) -> Result<Vec<TableRow>> {
    let mut rows = TableRows::default();
    read_into(bytes, &mut rows).map_err(|problem| ServiceError::invalid("sheet", problem))?;
    Ok(rows.rows)
}

/// [`read_list`] for callers that must not be kept waiting: on a thread of its own, few at once.
pub(crate) async fn read_table(bytes: Vec<u8>) -> Result<Vec<TableRow>> {
    let permit = READERS.acquire().await.map_err(ServiceError::internal)?;
    let work = move || {
        let _permit = permit;
        read_list(&bytes)
    };
    tokio::task::spawn_blocking(work).await.map_err(ServiceError::internal)?
}

fn read(bytes: &[u8]) -> std::result::Result<ReadSheet, Problem> {
    let mut rows = Rows::default();
    read_into(bytes, &mut rows)?;
    match rows.head {
        None => Err(Problem::SheetColumns),
        Some(_) if rows.read.rows.is_empty() => Err(Problem::Missing),
        Some(_) => Ok(rows.read),
    }
}

/// Reads a workbook's first sheet, or a table of text, row by row.
fn read_into(bytes: &[u8], rows: &mut impl TakeRows) -> std::result::Result<(), Problem> {
    if bytes.is_empty() {
        return Err(Problem::Missing);
    }
    if bytes.len() > MAX_BYTES {
        return Err(too_long(MAX_BYTES));
    }
    if bytes.starts_with(b"PK") {
        unpacked_bytes_by_name(bytes, MAX_UNPACKED_BYTES, max_of).ok_or(Problem::SheetUnreadable)?;
        read_xlsx(bytes, rows)
    } else {
        read_csv(bytes, rows)
    }
}

fn too_long(max: usize) -> Problem {
    Problem::TooLong { max: i64::try_from(max).unwrap_or(i64::MAX) }
}

/// The bound of a part of a workbook.
fn max_of(name: &[u8]) -> u64 {
    let name = name.to_ascii_lowercase();
    if name.starts_with(b"xl/worksheets/") {
        MAX_SHEET_BYTES
    } else if name.ends_with(b"sharedstrings.xml") {
        MAX_STRINGS_BYTES
    } else {
        MAX_PART_BYTES
    }
}

/// Whoever keeps what is needed of a sheet.
trait TakeRows {
    /// `number` is the spreadsheet's; `formulas` are the places of cells that compute something.
    fn take(&mut self, number: u32, cells: &[String], formulas: &[usize])
    -> std::result::Result<(), Problem>;

    /// How many characters are kept of the cell at this place in the next row.
    fn kept_chars(&self, _at: usize) -> usize {
        MAX_CELL_CHARS
    }
}

/// Keeps every row that says something.
#[derive(Debug, Default)]
struct TableRows {
    rows: Vec<TableRow>,
    kept_bytes: usize,
}

impl TakeRows for TableRows {
    fn take(
        &mut self,
        number: u32,
        cells: &[String],
        formulas: &[usize],
    ) -> std::result::Result<(), Problem> {
        if cells.iter().all(|cell| cell.trim().is_empty()) && formulas.is_empty() {
            return Ok(());
        }
        // One more than rows may be, for the heading.
        if self.rows.len() > MAX_ROWS {
            return Err(Problem::TooManyRows { max: i64::try_from(MAX_ROWS).unwrap_or(i64::MAX) });
        }
        self.kept_bytes += cells.iter().map(String::len).sum::<usize>();
        if self.kept_bytes > MAX_KEPT_BYTES {
            return Err(too_long(MAX_KEPT_BYTES));
        }
        self.rows.push(TableRow { row: number, cells: cells.to_vec(), formulas: formulas.to_vec() });
        Ok(())
    }
}

/// Takes rows in their order: the first one that is not blank is the head.
#[derive(Debug, Default)]
struct Rows {
    head: Option<Head>,
    read: ReadSheet,
    kept_bytes: usize,
}

impl TakeRows for Rows {
    fn take(
        &mut self,
        number: u32,
        cells: &[String],
        formulas: &[usize],
    ) -> std::result::Result<(), Problem> {
        let Some(head) = &self.head else {
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                let head = Head::read(cells)?;
                self.read.has_codes = (0..cells.len()).any(|at| head.column(at) == Some(Column::Code));
                self.head = Some(head);
            }
            return Ok(());
        };
        let known: Vec<Column> = formulas.iter().filter_map(|at| head.column(*at)).collect();
        let row = head.row(number, cells);
        let row = if known.is_empty() {
            row
        } else {
            Some(row.unwrap_or(SheetRow { row: number, ..SheetRow::default() }))
        };
        let Some(mut row) = row else { return Ok(()) };
        row.formulas = known;
        if self.read.rows.len() >= MAX_ROWS {
            return Err(Problem::TooManyRows { max: i64::try_from(MAX_ROWS).unwrap_or(i64::MAX) });
        }
        self.kept_bytes += row.cells.values().map(String::len).sum::<usize>();
        if self.kept_bytes > MAX_KEPT_BYTES {
            return Err(too_long(MAX_KEPT_BYTES));
        }
        self.read.rows.push(row);
        Ok(())
    }

    fn kept_chars(&self, at: usize) -> usize {
        let column = self.head.as_ref().and_then(|head| head.column(at));
        column.map_or(MAX_CELL_CHARS, Column::kept_chars)
    }
}

/// Reads cell by cell: a whole range would be as large as its farthest cell says, and that may be a lie.
fn read_xlsx(bytes: &[u8], rows: &mut impl TakeRows) -> std::result::Result<(), Problem> {
    let unreadable = |_| Problem::SheetUnreadable;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let first = workbook.sheet_names().first().ok_or(Problem::SheetUnreadable)?.clone();
    let mut cells = workbook.worksheet_cells_reader(&first).map_err(unreadable)?;
    let mut present: Option<u32> = None;
    let (mut texts, mut formulas): (Vec<String>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut copied_bytes = 0;
    // Formulas are named, never expanded: one that is shared by many cells could grow without bound.
    while let Some(found) = cells.next_cell_with_formula_metadata().map_err(unreadable)? {
        let (row, column) = found.pos;
        if present != Some(row) {
            if present.is_some_and(|present| row < present) {
                return Err(Problem::SheetUnreadable);
            }
            if let Some(present) = present {
                rows.take(present.saturating_add(1), &texts, &formulas)?;
            }
            present = Some(row);
            texts.clear();
            formulas.clear();
        }
        if column >= MAX_COLUMNS {
            continue;
        }
        let at = usize::try_from(column).map_err(|_| Problem::SheetUnreadable)?;
        if texts.len() <= at {
            texts.resize(at + 1, String::new());
        }
        texts[at] = cell_text(found.value, rows.kept_chars(at));
        copied_bytes += texts[at].len();
        if copied_bytes > MAX_COPIED_BYTES {
            return Err(too_long(MAX_KEPT_BYTES));
        }
        if found.formula.is_some() {
            formulas.push(at);
        }
    }
    match present {
        Some(present) => rows.take(present.saturating_add(1), &texts, &formulas),
        None => Ok(()),
    }
}

/// What a cell says, of a long text no more than is kept: a text that many cells share is copied for each of them.
fn cell_text(value: DataRef<'_>, max: usize) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => cut(text, max),
        DataRef::String(text) => cut(&text, max),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => cut(&Data::from(other).to_string(), max),
    }
}

/// At most so many characters of a text. Of a long one that is cut both ends are marked, so that it stays too long whatever
/// blanks are trimmed off.
fn cut(text: &str, max: usize) -> String {
    if max > MAX_CELL_CHARS && text.chars().nth(max).is_some() {
        return ['…'].into_iter().chain(text.chars().take(max - 2)).chain(['…']).collect();
    }
    text.chars().take(max).collect()
}

fn read_csv(bytes: &[u8], rows: &mut impl TakeRows) -> std::result::Result<(), Problem> {
    let text = text_of(bytes)?.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = [b'\t', b';'].into_iter().find(|sign| first.as_bytes().contains(sign));
    let delimiter = delimiter.filter(|sign| *sign == b'\t' || !first.contains(',')).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // Lines that stand inside of quotes: the spreadsheet counts them as none.
    let mut inner_lines = 0;
    let mut number = 0;
    while reader.read_record(&mut record).map_err(|_| Problem::SheetUnreadable)? {
        inner_lines += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let ended = reader.position().line().saturating_sub(1 + inner_lines);
        number = u32::try_from(ended).unwrap_or(u32::MAX).max(number + 1);
        let cells = record.iter().take(MAX_COLUMNS as usize);
        let is_formula = |cell: &str| cell.trim_start().starts_with(['=', '@']);
        let formulas: Vec<usize> =
            cells.clone().enumerate().filter(|(_, cell)| is_formula(cell)).map(|(at, _)| at).collect();
        let texts: Vec<String> = cells.enumerate().map(|(at, cell)| cut(cell, rows.kept_chars(at))).collect();
        rows.take(number, &texts, &formulas)?;
    }
    Ok(())
}

/// The text, if it is one in UTF-8.
fn text_of(bytes: &[u8]) -> std::result::Result<&str, Problem> {
    let beginning = &bytes[..bytes.len().min(1_024)];
    // Signs of control that no text has, in whatever encoding; a photo or an old workbook has them at once.
    let is_binary = beginning.iter().any(|byte| (1..9).contains(byte) || (14..32).contains(byte));
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || beginning.contains(&0);
    if beginning.starts_with(b"\xff\xd8\xff") || is_binary && !is_wide {
        return Err(Problem::SheetUnreadable);
    }
    // Wide letters have a zero beside each of ours.
    if is_wide {
        let is_text = !is_binary || bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Err(if is_text { Problem::SheetEncoding } else { Problem::SheetUnreadable });
    }
    std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|_| Problem::SheetEncoding)
}
