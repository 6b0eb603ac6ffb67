//! A unit buyer pastes `code quantity` lines from a spreadsheet or a message; each line becomes a row or says why not.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::search_text::fold_width;

/// The largest quantity one row may ask for.
pub const MAX_QUANTITY: u32 = 99_999;
/// The most rows read from one paste; what follows is reported as one error.
pub const MAX_ROWS: usize = 500;
const MAX_CODE_CHARS: usize = 64;

/// Why a line is not a row of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum RowError {
    /// A code and nothing else.
    #[error("the quantity is missing")]
    MissingQuantity,
    /// The last part is not a whole number.
    #[error("the quantity is not a whole number")]
    Quantity,
    /// Zero, or more than [`MAX_QUANTITY`].
    #[error("the quantity must be 1 to {MAX_QUANTITY}")]
    QuantityRange,
    /// More than a code and a quantity.
    #[error("the line has {found} parts instead of a code and a quantity")]
    Parts {
        /// How many parts were found.
        found: usize,
    },
    /// The code has more than 64 characters.
    #[error("the code is too long")]
    CodeTooLong,
    /// The same code stands further up. Nothing is added up silently: a line pasted twice is the common cause.
    #[error("duplicate of row {row}")]
    DuplicateOf {
        /// The row that counts.
        row: usize,
    },
    /// The paste has more than [`MAX_ROWS`] rows; this row and all after it were not read.
    #[error("more than {MAX_ROWS} rows")]
    TooManyRows,
}

/// One line that asks for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickRow {
    /// The line number in the paste, counted from 1, blank lines included.
    pub row: usize,
    /// The variant's code as typed, in half-width characters. Compare without regard to case.
    pub code: String,
    /// Sale units, 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
}

/// One line that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The line number in the paste, counted from 1.
    pub row: usize,
    /// The line as pasted, shortened to 80 characters.
    pub line: String,
    /// What is wrong with it.
    pub error: RowError,
}

/// What a paste contains.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QuickOrder {
    /// The rows that can be looked up.
    pub rows: Vec<QuickRow>,
    /// The rows to correct.
    pub problems: Vec<RowProblem>,
}

/// Reads pasted lines. Code and quantity stand apart by a tab, a blank, a comma, a semicolon or `×`, `*`, `x`; a
/// measure word after the quantity (`3盒`), blank lines and a heading line are passed over.
#[must_use]
pub fn parse(pasted: &str) -> QuickOrder {
    let mut order = QuickOrder::default();
    let mut first_row_of: HashMap<String, usize> = HashMap::new();
    let lines = pasted.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (nth, (index, line)) in lines.enumerate() {
        let row = index + 1;
        let outcome = if nth == MAX_ROWS { Err(RowError::TooManyRows) } else { parse_line(line) };
        let outcome = outcome.and_then(|(code, quantity)| {
            let first = *first_row_of.entry(code.to_lowercase()).or_insert(row);
            if first == row { Ok((code, quantity)) } else { Err(RowError::DuplicateOf { row: first }) }
        });
        match outcome {
            Ok((code, quantity)) => order.rows.push(QuickRow { row, code, quantity }),
            Err(RowError::Quantity | RowError::MissingQuantity) if nth == 0 && is_heading(line) => {}
            Err(error) => {
                order.problems.push(RowProblem { row, line: line.trim().chars().take(80).collect(), error });
                if error == RowError::TooManyRows {
                    break;
                }
            }
        }
    }
    order
}

fn is_heading(line: &str) -> bool {
    let line = line.to_lowercase();
    ["数量", "编码", "编号", "quantity", "qty", "code", "sku"].iter().any(|word| line.contains(word))
        && !line.chars().any(|c| c.is_numeric())
}

fn parse_line(line: &str) -> Result<(String, u32), RowError> {
    let line = fold_width(line).replace(['×', '*', ',', ';', '、', '|', '\u{feff}'], " ");
    let mut parts: Vec<&str> = line.split_whitespace().collect();
    // `x` separates only where it stands alone or before the quantity: codes may well contain one.
    if parts.len() > 2 {
        parts.retain(|part| !part.eq_ignore_ascii_case("x"));
    }
    if let [_, last] = parts.as_mut_slice()
        && let Some(rest) =
            last.strip_prefix(['x', 'X']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        *last = rest;
    }
    let (code, quantity) = match parts.as_slice() {
        [code, quantity] => (*code, *quantity),
        // A line of separators only has no part at all; the code is what it lacks first, but the row is the same.
        [] | [_] => return Err(RowError::MissingQuantity),
        more => return Err(RowError::Parts { found: more.len() }),
    };
    if code.chars().count() > MAX_CODE_CHARS {
        return Err(RowError::CodeTooLong);
    }
    let digits =
        quantity.trim_end_matches(['件', '盒', '袋', '箱', '份', '个', '瓶', '包', '罐', '只', '提', '套']);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(RowError::Quantity);
    }
    match digits.parse::<u32>() {
        Ok(quantity) if (1..=MAX_QUANTITY).contains(&quantity) => Ok((code.to_owned(), quantity)),
        _ => Err(RowError::QuantityRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pasted: &str) -> Vec<(usize, String, u32)> {
        let order = parse(pasted);
        assert_eq!(order.problems, [], "{pasted}");
        order.rows.into_iter().map(|row| (row.row, row.code, row.quantity)).collect()
    }

    fn error(line: &str) -> RowError {
        parse(line).problems.first().unwrap_or_else(|| panic!("{line} was accepted")).error
    }

    #[test]
    fn a_line_is_read_in_every_way_people_write_it() {
        for line in [
            "LG-01 300",
            "LG-01\t300",
            "LG-01,300",
            "LG-01，300",
            "LG-01；300",
            " LG-01　３００ ",
            "ＬＧ－０１ 300",
            "LG-01×300",
            "LG-01 x 300",
            "LG-01 x300",
            "LG-01*300",
            "LG-01 300盒",
            "LG-01、300件",
        ] {
            assert_eq!(read(line), [(1, "LG-01".to_owned(), 300)], "{line}");
        }
    }

    #[test]
    fn a_code_may_contain_an_x() {
        assert_eq!(read("BOX2 3\nX9\t4"), [(1, "BOX2".to_owned(), 3), (2, "X9".to_owned(), 4)]);
    }

    #[test]
    fn a_heading_and_blank_lines_are_passed_over_and_rows_keep_their_numbers() {
        assert_eq!(
            read("编码\t数量\n\nLG-01\t2\r\n\r\nLG-02\t3\r\n"),
            [(3, "LG-01".to_owned(), 2), (5, "LG-02".to_owned(), 3)]
        );
    }

    #[test]
    fn each_fault_has_its_own_name() {
        assert_eq!(error("LG-01"), RowError::MissingQuantity);
        assert_eq!(error("LG-01 many"), RowError::Quantity);
        assert_eq!(error("LG-01 -3"), RowError::Quantity);
        assert_eq!(error("LG-01 2.5"), RowError::Quantity);
        assert_eq!(error("LG-01 0"), RowError::QuantityRange);
        assert_eq!(error("LG-01 100000"), RowError::QuantityRange);
        assert_eq!(error("LG-01 99999999999999999999"), RowError::QuantityRange);
        assert_eq!(error("LG-01 绿茶 3"), RowError::Parts { found: 3 });
        assert_eq!(error(",,,"), RowError::MissingQuantity);
        assert_eq!(error(&format!("{} 1", "A".repeat(65))), RowError::CodeTooLong);
    }

    #[test]
    fn a_duplicate_names_the_row_that_counts() {
        let order = parse("LG-01 2\nLG-02 1\nlg-01 2");
        assert_eq!(order.rows.len(), 2);
        assert_eq!(order.problems[0].row, 3);
        assert_eq!(order.problems[0].error, RowError::DuplicateOf { row: 1 });
    }

    #[test]
    fn a_long_paste_stops_at_the_limit_and_says_so() {
        let pasted: String = (0..MAX_ROWS + 20).map(|n| format!("A{n} 1\n")).collect();
        let order = parse(&pasted);
        assert_eq!(order.rows.len(), MAX_ROWS);
        assert_eq!(order.problems.len(), 1);
        assert_eq!(order.problems[0].error, RowError::TooManyRows);
    }

    proptest! {
        #[test]
        fn any_paste_is_read_without_a_panic_and_rows_read_back(pasted in "(\\PC{0,20}\n){0,6}|([A-C0-9x]{1,3}[ ,\tx×][0-9]{1,6}\n){0,8}") {
            let order = parse(&pasted);
            for row in &order.rows {
                let again = parse(&format!("{}\t{}", row.code, row.quantity));
                prop_assert_eq!(&again.rows[0].code, &row.code);
                prop_assert_eq!(again.rows[0].quantity, row.quantity);
            }
        }
    }
}
