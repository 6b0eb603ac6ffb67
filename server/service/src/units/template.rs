//! An empty order list to fill in, with the codes beside it.

use domain::locale::Locale;
use domain::sheets::harmless;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{PricedVariant, list_prices};
use crate::{Result, ServiceError, Services, Viewer};

/// A workbook whose first sheet is read as an order list, and whose second has what can be ordered.
///
/// # Errors
/// Guarded: any member of the unit.
pub async fn template_xlsx(services: &Services, viewer: &Viewer, slug: &str) -> Result<Vec<u8>> {
    let prices = list_prices(services, viewer, slug).await?;
    let locale = viewer.locale;
    let made = tokio::task::spawn_blocking(move || workbook(&prices, locale));
    made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

fn workbook(prices: &[PricedVariant], locale: Locale) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, money) = (Format::new().set_bold(), Format::new().set_num_format("0.00"));
    let list = workbook.add_worksheet();
    list.set_name(locale.pick("清单", "List"))?;
    list.set_freeze_panes(1, 0)?;
    // As text: a code such as 007 stays what it is.
    list.set_column_format(0, &Format::new().set_num_format("@"))?;
    for (at, head) in (0_u16..).zip([locale.pick("编号", "Code"), locale.pick("数量", "Quantity")]) {
        list.set_column_width(at, 20.0)?;
        list.write_string_with_format(0, at, head, &bold)?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(locale.pick("价目表", "Price list"))?;
    sheet.set_freeze_panes(1, 0)?;
    let heads = [
        (locale.pick("编号", "Code"), 20.0),
        (locale.pick("商品", "Product"), 32.0),
        (locale.pick("规格", "Variant"), 20.0),
        (locale.pick("单位", "Unit"), 10.0),
        (locale.pick("单价（元）", "Price (yuan)"), 14.0),
    ];
    for (at, (head, width)) in (0_u16..).zip(heads) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, head, &bold)?;
    }
    let named = |zh: &str, en: &str| -> String {
        if locale == Locale::En && !en.trim().is_empty() { en.to_owned() } else { zh.to_owned() }
    };
    for (at, priced) in (1_u32..).zip(prices) {
        let row = &priced.row;
        let texts = [
            row.code.clone(),
            named(&row.product_name, &row.product_name_en),
            named(&row.variant_name, &row.variant_name_en),
            row.unit.clone(),
        ];
        for (column, text) in (0_u16..).zip(&texts) {
            // Strings, never formulas, whatever they begin with.
            sheet.write_string(at, column, harmless(text))?;
        }
        #[expect(clippy::cast_precision_loss, reason = "a price is far below 2^53 fen")]
        let yuan = row.price_fen.get() as f64 / 100.0;
        sheet.write_number_with_format(at, 4, yuan, &money)?;
    }
    workbook.save_to_buffer()
}
