//! What a unit has bought this year, village by village: what it proves against its yearly task.

use domain::money::Fen;
use domain::time::start_of_year_ms;
use rust_xlsxwriter::{Format, Workbook};
use store::units::UnitRow;

pub use store::county::SalesRow;
pub use store::units::PurchaseRow;

use super::order::find_unit;
use crate::{Result, ServiceError, Services, Viewer};

/// A year's purchases of a unit.
#[derive(Debug, Clone)]
pub struct Purchases {
    pub unit: UnitRow,
    pub year: i32,
    pub rows: Vec<PurchaseRow>,
    pub total_fen: Fen,
    /// To which posted cadres the purchases are credited (业绩归属); `above` is the village they are posted to.
    pub cadres: Vec<SalesRow>,
}

/// What the unit has paid for in `year`, by village, after refunds.
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn purchases(services: &Services, viewer: &Viewer, slug: &str, year: i32) -> Result<Purchases> {
    let mut conn = services.db.read().await?;
    let unit = find_unit(&mut conn, viewer, slug).await?;
    let (from_ms, until_ms) = (start_of_year_ms(year), start_of_year_ms(year + 1));
    let rows = store::units::list_purchases(&mut conn, unit.id.get(), from_ms, until_ms).await?;
    let total_fen = rows.iter().map(|row| row.amount_fen).sum();
    let cadres =
        store::credits::list_cadres_of_purchases(&mut conn, unit.id.get(), from_ms, until_ms).await?;
    Ok(Purchases { unit, year, rows, total_fen, cadres })
}

/// The same as a spreadsheet.
///
/// # Errors
/// As [`purchases`].
pub async fn purchases_xlsx(services: &Services, viewer: &Viewer, slug: &str, year: i32) -> Result<Vec<u8>> {
    let purchases = purchases(services, viewer, slug, year).await?;
    let locale = viewer.locale;
    let build = || -> std::result::Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let money = Format::new().set_num_format("#,##0.00");
        let sheet = workbook.add_worksheet();
        let heads = [
            locale.pick("镇", "Town"),
            locale.pick("村", "Village"),
            locale.pick("村集体", "Collective"),
            locale.pick("商品", "Product"),
            locale.pick("订单数", "Orders"),
            locale.pick("金额（元）", "Amount (yuan)"),
        ];
        for (column, head) in (0_u16..).zip(heads) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        let mut at = 1;
        for row in &purchases.rows {
            let names = match locale {
                domain::locale::Locale::Zh => [&row.town, &row.village, &row.collective, &row.product],
                domain::locale::Locale::En => {
                    [&row.town_en, &row.village_en, &row.collective_en, &row.product_en]
                }
            };
            for (column, name) in (0_u16..).zip(names) {
                // Written as strings, never as formulas, whatever they begin with.
                sheet.write_string(at, column, name)?;
            }
            sheet.write_number(at, 4, row.order_count as f64)?;
            sheet.write_number_with_format(at, 5, yuan(row.amount_fen), &money)?;
            at += 1;
        }
        sheet.write_string_with_format(at, 0, locale.pick("合计", "Total"), &bold)?;
        sheet.write_number_with_format(at, 5, yuan(purchases.total_fen), &money)?;
        sheet.autofit();
        workbook.save_to_buffer()
    };
    build().map_err(ServiceError::internal)
}

/// For a spreadsheet cell only: two decimals of a double are exact far beyond any amount here.
pub(crate) fn yuan(amount: Fen) -> f64 {
    amount.get() as f64 / 100.0
}
