//! Parsers that live in the service: lists as files, pasted addresses.

use domain::address::parse_pasted;
use domain::freight::{areas_text, read_areas};

use crate::plain::parcels_of;

/// A file becomes at most as many lines as a list may have, none longer than two cells, or is refused.
pub fn sheet(bytes: &[u8]) {
    let Ok(lines) = service::units::read_sheet(bytes) else { return };
    assert!(lines.lines().count() <= 2_000);
    for line in lines.lines() {
        assert!(line.chars().count() <= 401 && !line.contains('\r'));
    }
}

/// A sheet of goods becomes at most as many rows as it may have, whose cells are as long as their columns take and in one
/// line where these ask for it, or is refused.
pub fn goods(bytes: &[u8]) {
    let Ok(read) = service::sheets::read_goods(bytes) else { return };
    assert!(!read.rows.is_empty() && read.rows.len() <= domain::sheets::MAX_ROWS);
    for row in &read.rows {
        assert!(row.row > 1 && !(row.cells.is_empty() && row.formulas.is_empty()));
        for (column, text) in &row.cells {
            assert!(!text.is_empty() && text.chars().count() <= column.kept_chars());
            assert!(!text.contains(|c: char| c.is_control() && !(c == '\n' && column.has_lines())));
        }
    }
    let numbers: Vec<u32> = read.rows.iter().map(|row| row.row).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "rows in their order");
    // Nobody's goods are known: nothing but new drafts may come of it.
    let plan = domain::sheets::plan(&read.rows, read.has_codes, &domain::sheets::Known::default());
    assert!(plan.items.iter().all(|item| item.product.is_none()));
}

/// A sheet of tracking numbers or of carriers' events becomes a table of short cells, or is refused.
pub fn shipping_sheet(bytes: &[u8]) {
    let Ok(table) = service::sheets::read_list(bytes) else { return };
    // One more than rows may be, for the heading.
    assert!(table.len() <= domain::sheets::MAX_ROWS + 1);
    for row in &table {
        assert!(row.cells.len() <= 64 && row.cells.iter().all(|cell| cell.chars().count() <= 200));
        assert!(row.formulas.iter().all(|at| *at < row.cells.len()));
    }
    parcels_of(&table);
}

/// Whatever is recognised is in one line and of the text's own making; and regions, as the rows of a freight template name
/// them, are the same regions when they are read again.
pub fn pasted_address(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(areas) = read_areas(service::regions::regions(), text) {
        let again = areas_text(service::regions::regions(), &areas);
        assert_eq!(read_areas(service::regions::regions(), &again), Ok(areas));
    }
    let found = parse_pasted(text, service::regions::regions());
    for part in [found.name, found.detail].into_iter().flatten() {
        assert!(!part.contains(['\n', '\r']) && part.chars().count() <= text.chars().count());
    }
}
