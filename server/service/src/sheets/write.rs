//! A team's goods as a file.

use domain::ids::TeamId;
use domain::locale::Locale;
use domain::sheets::{Column, MAX_ROWS, Present, Told, harmless, rows_of};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use store::Conn;
use store::listing::{ChoiceRow, ListingFilter};
use store::sheets as rows;

use super::details::{self, Offers};
use super::explain::explain;
use super::known;
use super::read::MAX_BYTES;
use crate::listing::ListingsQuery;
use crate::{Result, ServiceError, Services, Viewer};

/// Products read at once.
const AT_ONCE: i64 = 200;
/// What a row takes without its stories and the words of its label, in bytes of text.
const ROW_BYTES: i64 = 500;
/// What a sheet holds at most, so that it may come back: somewhat less than an upload may have.
const PART_BYTES: i64 = MAX_BYTES as i64 / 6 * 5;

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

/// The products after which each sheet begins, by id, of products, the rows each takes and the bytes of its texts. No
/// product is parted.
fn parts_of(sizes: &[(i64, i64, i64)]) -> Vec<i64> {
    let max_rows = i64::try_from(MAX_ROWS).unwrap_or(i64::MAX);
    let (mut parts, mut rows, mut bytes, mut last) = (vec![0], 0, 0, 0);
    for (product, own_rows, story_bytes) in sizes {
        let own_bytes = own_rows * ROW_BYTES + story_bytes;
        if rows > 0 && (rows + own_rows > max_rows || bytes + own_bytes > PART_BYTES) {
            parts.push(last);
            (rows, bytes) = (0, 0);
        }
        rows += own_rows;
        bytes += own_bytes;
        last = *product;
    }
    parts
}

/// The rows of the goods asked for, of one of [`export_parts`], from 1, how many parts there are, and what the team may
/// choose.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers; [`ServiceError::NotFound`] without such a part.
async fn goods(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ListingsQuery,
    part: usize,
) -> Result<(Vec<Vec<String>>, usize, Offers)> {
    viewer.require_seller(team)?;
    let today = crate::listing::today(services);
    let mut conn = services.db.read().await?;
    let offers = Offers::load(&mut conn, team).await?;
    let narrowing = query.narrowing(services);
    let filter = narrowing.filter(team);
    let parts = parts(&mut conn, &filter).await?;
    let starts = part.checked_sub(1).and_then(|at| parts.get(at)).copied();
    let mut after = starts.ok_or(ServiceError::NotFound)?;
    let until = parts.get(part).copied().unwrap_or(i64::MAX);
    let mut made = Vec::new();
    loop {
        let products = rows::list_sheet_products(&mut conn, &filter, after, AT_ONCE).await?;
        let Some(last) = products.last() else { return Ok((made, parts.len(), offers)) };
        after = last.id.get();
        let mut presents: Vec<Present> = Vec::with_capacity(products.len());
        for product in products.into_iter().filter(|product| product.id.get() <= until) {
            presents.push(known::present(&mut conn, product, true, today).await?);
        }
        let mut all: Vec<&mut Present> = presents.iter_mut().collect();
        let stories = details::fill(&mut conn, &mut all).await?;
        for present in &presents {
            let category = offers.choices.categories.iter().find(|row| row.id == present.category.get());
            let (story, story_en) = stories.get(&present.product).map_or(("", ""), |(zh, en)| (zh, en));
            let told = Told {
                category: category.map_or("", |row| name_of(row, viewer.locale)),
                attributes: offers.attributes_of(present.category),
                story,
                story_en,
            };
            made.extend(rows_of(present, &told, viewer.locale));
        }
        if after >= until {
            return Ok((made, parts.len(), offers));
        }
    }
}

pub(super) fn name_of(row: &ChoiceRow, locale: Locale) -> &str {
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
    let (rows, parts, offers) = goods(services, viewer, team, query, part).await?;
    let locale = viewer.locale;
    let made = tokio::task::spawn_blocking(move || workbook(&rows, locale, (part, parts), &offers));
    made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

/// A workbook with nothing but the heads of the columns and what belongs under them.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anybody but the team's sellers.
pub async fn template_xlsx(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Vec<u8>> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let offers = Offers::load(&mut conn, team).await?;
    drop(conn);
    workbook(&[], viewer.locale, (1, 1), &offers).map_err(ServiceError::internal)
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
    let (rows, ..) = goods(services, viewer, team, query, part).await?;
    let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let head = Column::ALL.iter().map(|column| column.head(viewer.locale));
    table.write_record(head).map_err(ServiceError::internal)?;
    for row in rows {
        table.write_record(row.iter().map(|cell| harmless(cell))).map_err(ServiceError::internal)?;
    }
    table.into_inner().map_err(ServiceError::internal)
}

/// Columns that hold numbers.
const NUMBERS: [Column; 7] = [
    Column::Price,
    Column::MinQuantity,
    Column::StepQuantity,
    Column::BaseQuantity,
    Column::WeightG,
    Column::Stock,
    Column::ShelfLifeDays,
];

/// `part` is which one it is, and of how many.
fn workbook(
    rows: &[Vec<String>],
    locale: Locale,
    part: (usize, usize),
    offers: &Offers,
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
    explain(workbook.add_worksheet(), locale, &bold, part, offers)?;
    workbook.save_to_buffer()
}

const fn width(column: Column) -> f64 {
    match column {
        Column::Product
        | Column::Place
        | Column::FreightTemplate
        | Column::Season
        | Column::Code
        | Column::VariantName
        | Column::VariantNameEn
        | Column::TierPrices
        | Column::FoodClass
        | Column::ScNumber
        | Column::WorkshopNumber
        | Column::SalesRegion => 16.0,
        Column::Name
        | Column::NameEn
        | Column::Attributes
        | Column::Ingredients
        | Column::Producer
        | Column::Storage
        | Column::ReturnRule
        | Column::Story
        | Column::StoryEn => 24.0,
        _ => 12.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_ends_before_the_product_that_does_not_fit() {
        assert_eq!(parts_of(&[]), [0], "an empty sheet is one");
        assert_eq!(parts_of(&[(3, 4_000, 0), (5, 1_000, 0)]), [0]);
        assert_eq!(parts_of(&[(3, 4_000, 0), (5, 1_001, 0), (8, 3_999, 0), (9, 1, 0)]), [0, 3, 8]);
        assert_eq!(parts_of(&[(3, 9_000, 0), (5, 1, 0)]), [0, 3], "no product is parted");
        let long = PART_BYTES / 2;
        assert_eq!(parts_of(&[(3, 1, long), (5, 1, long), (8, 1, 0)]), [0, 3], "nor is a story");
    }
}
