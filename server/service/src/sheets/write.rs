//! A team's goods as a file.

use domain::ids::TeamId;
use domain::locale::Locale;
use domain::sheets::{Column, MAX_ROWS, REASONS, SheetState, harmless, rows_of};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use store::Conn;
use store::listing::{ChoiceRow, ListingFilter};
use store::sheets as rows;

use super::known;
use crate::listing::ListingsQuery;
use crate::{Result, ServiceError, Services, Viewer};

/// Products read at once.
const AT_ONCE: i64 = 200;

/// How many sheets the goods asked for fill: each has at most as many rows as a sheet may have when it comes back.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers.
pub async fn export_parts(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
) -> Result<usize> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let narrowing = query.narrowing(services);
    Ok(parts(&mut conn, &narrowing.filter(team)).await?.len())
}

/// The products after which each sheet of these goods begins.
pub(super) async fn parts(conn: &mut Conn, filter: &ListingFilter<'_>) -> Result<Vec<i64>> {
    Ok(parts_of(&rows::list_sheet_sizes(conn, filter).await?))
}

/// The products after which each sheet begins, by id, of products and the rows each takes. No product is parted.
fn parts_of(sizes: &[(i64, i64)]) -> Vec<i64> {
    let max = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX);
    let (mut parts, mut filled, mut last) = (vec![0], 0, 0);
    for (product, size) in sizes {
        if filled > 0 && filled + size > max {
            parts.push(last);
            filled = 0;
        }
        filled += size;
        last = *product;
    }
    parts
}

/// The rows of the goods asked for, of one of [`export_parts`], from 1, and how many parts there are.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers; [`ServiceError::NotFound`] without such a part.
async fn goods(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    part: usize,
) -> Result<(Vec<Vec<String>>, usize)> {
    viewer.require_seller(team)?;
    let today = crate::listing::today(services);
    let mut conn = services.db.read().await?;
    let categories = store::listing::list_category_choices(&mut conn).await?;
    let narrowing = query.narrowing(services);
    let filter = narrowing.filter(team);
    let parts = parts(&mut conn, &filter).await?;
    let starts = part.checked_sub(1).and_then(|at| parts.get(at)).copied();
    let mut after = starts.ok_or(ServiceError::NotFound)?;
    let until = parts.get(part).copied().unwrap_or(i64::MAX);
    let mut made = Vec::new();
    loop {
        let products = rows::list_sheet_products(&mut conn, &filter, after, AT_ONCE).await?;
        let Some(last) = products.last() else { return Ok((made, parts.len())) };
        after = last.id.get();
        for product in products {
            if product.id.get() > until {
                return Ok((made, parts.len()));
            }
            let present = known::present(&mut conn, product, true, today).await?;
            let category = categories.iter().find(|row| row.id == present.category.get());
            let category = category.map_or("", |row| name_of(row, viewer.locale));
            made.extend(rows_of(&present, category, viewer.locale));
        }
    }
}

fn name_of(row: &ChoiceRow, locale: Locale) -> &str {
    match locale {
        Locale::En if !row.name_en.is_empty() => &row.name_en,
        _ => &row.name,
    }
}

/// A part of the goods asked for, from 1, as a workbook in the viewer's language, with a sheet of explanations.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers; [`ServiceError::NotFound`] without such a part.
pub async fn export_xlsx(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    part: usize,
) -> Result<Vec<u8>> {
    let (rows, parts) = goods(services, viewer, team, query, part).await?;
    let locale = viewer.locale;
    let made = tokio::task::spawn_blocking(move || workbook(&rows, locale, (part, parts)));
    made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

/// A workbook with nothing but the heads of the columns and what belongs under them.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers.
pub fn template_xlsx(viewer: &Viewer, team: TeamId) -> Result<Vec<u8>> {
    viewer.require_seller(team)?;
    workbook(&[], viewer.locale, (1, 1)).map_err(ServiceError::internal)
}

/// A part of the goods asked for, from 1, as a table of text: UTF-8 with a byte order mark, parted by commas, no cell a
/// formula.
///
/// # Errors
/// As [`export_xlsx`].
pub async fn export_csv(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    part: usize,
) -> Result<Vec<u8>> {
    let (rows, _) = goods(services, viewer, team, query, part).await?;
    let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let head = Column::ALL.iter().map(|column| column.head(viewer.locale));
    table.write_record(head).map_err(ServiceError::internal)?;
    for row in rows {
        table.write_record(row.iter().map(|cell| harmless(cell))).map_err(ServiceError::internal)?;
    }
    table.into_inner().map_err(ServiceError::internal)
}

/// Columns that hold numbers.
const NUMBERS: [Column; 4] = [Column::Price, Column::BaseQuantity, Column::WeightG, Column::Stock];

/// `part` is which one it is, and of how many.
fn workbook(
    rows: &[Vec<String>],
    locale: Locale,
    part: (usize, usize),
) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    sheet.set_name(locale.pick("商品", "Products"))?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0_u16..).zip(Column::ALL) {
        // As text: a code such as 007 stays what it is.
        if !NUMBERS.contains(column) && *column != Column::StockChange {
            sheet.set_column_format(at, &Format::new().set_num_format("@"))?;
        }
        sheet.set_column_width(at, width(*column))?;
        sheet.write_string_with_format(0, at, column.head(locale), &bold)?;
    }
    let money = Format::new().set_num_format("0.00");
    for (number, row) in (1_u32..).zip(rows) {
        for ((at, column), cell) in (0_u16..).zip(Column::ALL).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<f64>() {
                Ok(value) if *column == Column::Price => {
                    sheet.write_number_with_format(number, at, value, &money)?;
                }
                Ok(value) if NUMBERS.contains(column) => {
                    sheet.write_number(number, at, value)?;
                }
                // Written as strings, never as formulas, whatever they begin with.
                _ => {
                    sheet.write_string(number, at, cell)?;
                }
            }
        }
    }
    explain(workbook.add_worksheet(), locale, &bold, part)?;
    workbook.save_to_buffer()
}

const fn width(column: Column) -> f64 {
    match column {
        Column::Product | Column::Code | Column::VariantName | Column::VariantNameEn => 16.0,
        Column::Name | Column::NameEn => 24.0,
        _ => 12.0,
    }
}

fn explain(
    sheet: &mut Worksheet,
    locale: Locale,
    bold: &Format,
    (part, parts): (usize, usize),
) -> std::result::Result<(), XlsxError> {
    sheet.set_name(locale.pick("说明", "How to fill it in"))?;
    sheet.set_column_width(0, 24.0)?;
    sheet.set_column_width(1, 72.0)?;
    let general = [
        locale.pick(
            "一行是一个规格；空着的格子不改动。",
            "One row is one variant; a blank cell changes nothing.",
        ),
        locale.pick(
            "上传后先看改动，再决定应用全部或一部分。",
            "After uploading you see what changes before anything does.",
        ),
        locale.pick("不要用公式；一次最多 5000 行。", "No formulas; 5,000 rows at a time."),
    ];
    let mut at = 0;
    for text in general {
        sheet.write_string(at, 0, text)?;
        at += 1;
    }
    if parts > 1 {
        let told = match locale {
            Locale::Zh => format!("商品太多，分成 {parts} 份；这是第 {part} 份，其余的另行下载。"),
            Locale::En => {
                format!("There are too many products for one sheet: this is part {part} of {parts}.")
            }
        };
        sheet.write_string_with_format(at, 0, told, bold)?;
        at += 1;
    }
    at += 1;
    sheet.write_string_with_format(at, 0, locale.pick("列", "Column"), bold)?;
    sheet.write_string_with_format(at, 1, locale.pick("怎么填", "What to put in"), bold)?;
    for column in Column::ALL {
        at += 1;
        sheet.write_string(at, 0, column.head(locale))?;
        sheet.write_string(at, 1, column.note(locale))?;
    }
    at += 2;
    sheet.write_string_with_format(at, 0, Column::State.head(locale), bold)?;
    for state in SheetState::ALL {
        at += 1;
        sheet.write_string(at, 0, state.text(locale))?;
    }
    at += 2;
    sheet.write_string_with_format(at, 0, Column::Reason.head(locale), bold)?;
    for (_, zh, en) in REASONS {
        at += 1;
        sheet.write_string(at, 0, locale.pick(zh, en))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_ends_before_the_product_that_does_not_fit() {
        assert_eq!(parts_of(&[]), [0], "an empty sheet is one");
        assert_eq!(parts_of(&[(3, 4_000), (5, 1_000)]), [0]);
        assert_eq!(parts_of(&[(3, 4_000), (5, 1_001), (8, 3_999), (9, 1)]), [0, 3, 8]);
        assert_eq!(parts_of(&[(3, 9_000), (5, 1)]), [0, 3], "no product is parted");
    }
}
