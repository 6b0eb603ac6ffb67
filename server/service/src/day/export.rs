//! A team's parcels as a sheet.

use domain::ids::TeamId;
use domain::locale::Locale;
use domain::parcel::ParcelStatus;
use domain::sheets::harmless;
use domain::time::china_minute_text;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::table::{TableFilter, TableRow, rows};
use crate::{Result, ServiceError, Services, Viewer};

/// Parcels one sheet holds at most; who needs more narrows the days.
pub const MAX_EXPORTED: usize = 5_000;
/// Parcels read at once.
const AT_ONCE: i64 = 200;

/// Heads of the columns.
const HEADS: [(&str, &str); 13] = [
    ("订单号", "Order"),
    ("状态", "State"),
    ("付款时间", "Paid at"),
    ("超期", "Late"),
    ("商品", "Goods"),
    ("金额（元）", "Amount (yuan)"),
    ("单位", "Unit"),
    ("地区", "Region"),
    ("收件人", "Recipient"),
    ("电话", "Phone"),
    ("地址", "Address"),
    ("快递公司", "Carrier"),
    ("快递单号", "Tracking number"),
];
/// Where the amount stands.
const AMOUNT: u16 = 5;

/// The parcels of a filter as a workbook in the viewer's language. Names, telephones and addresses stand only with parcels
/// that are still to be packed: nobody needs them afterwards.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn export_parcels(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &TableFilter,
) -> Result<Vec<u8>> {
    viewer.require_seller(team)?;
    let locale = viewer.locale;
    let mut cells = Vec::new();
    // Page by page of one moment: nothing twice, and nothing left out, while others pack.
    let mut conn = services.db.snapshot().await?;
    let mut has_more = false;
    while !has_more {
        let offset = i64::try_from(cells.len()).unwrap_or(i64::MAX);
        let found = rows(&mut conn, &filter.typed(services, team, AT_ONCE, offset)).await?;
        let count = found.len();
        cells.extend(found.iter().map(|row| row_of(row, locale)));
        if i64::try_from(count).unwrap_or(i64::MAX) < AT_ONCE {
            break;
        }
        has_more = cells.len() >= MAX_EXPORTED;
    }
    drop(conn);
    let made = tokio::task::spawn_blocking(move || workbook(&cells, locale, has_more));
    made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

/// A row's cells and its amount in fen.
type Cells = (Vec<String>, i64);

fn row_of(row: &TableRow, locale: Locale) -> Cells {
    let head = &row.parcel.head;
    let parcel = &head.parcel;
    let named = |zh: &str, en: &str| -> String {
        if locale == Locale::En && !en.trim().is_empty() { en.to_owned() } else { zh.to_owned() }
    };
    let goods: Vec<String> = row
        .lines
        .iter()
        .map(|line| {
            let product = named(&line.product_name, &line.product_name_en);
            let variant = named(&line.variant_name, &line.variant_name_en);
            format!("{product} {variant} × {}", line.quantity)
        })
        .collect();
    let unit = head.unit_name.as_deref().unwrap_or_default();
    let unit = named(unit, head.unit_name_en.as_deref().unwrap_or_default());
    let waits = parcel.status == ParcelStatus::ToPack;
    let needed = |text: &str| if waits { text.to_owned() } else { String::new() };
    let late = if row.parcel.is_late == 1 { locale.pick("是", "yes") } else { "" };
    let cells = vec![
        head.order_number.clone(),
        state_text(locale, parcel.status).to_owned(),
        head.paid_at_ms.map(china_minute_text).unwrap_or_default(),
        late.to_owned(),
        goods.join(locale.pick("；", "; ")),
        String::new(),
        unit,
        head.region_name.clone(),
        needed(&head.recipient_name),
        needed(&head.recipient_phone),
        needed(&head.address),
        parcel.carrier.clone(),
        parcel.tracking_number.clone(),
    ];
    (cells, row.parcel.net_fen.get())
}

const fn state_text(locale: Locale, status: ParcelStatus) -> &'static str {
    match status {
        ParcelStatus::AwaitingPayment => locale.pick("待付款", "Unpaid"),
        ParcelStatus::ToPack => locale.pick("待发货", "To pack"),
        ParcelStatus::Shipped => locale.pick("已发货", "Shipped"),
        ParcelStatus::Received => locale.pick("已签收", "Received"),
        ParcelStatus::Cancelled => locale.pick("已取消", "Cancelled"),
    }
}

fn workbook(rows: &[Cells], locale: Locale, has_more: bool) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let money = Format::new().set_num_format("0.00");
    let sheet = workbook.add_worksheet();
    sheet.set_name(locale.pick("包裹", "Parcels"))?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, (zh, en)) in (0_u16..).zip(HEADS) {
        sheet.write_string_with_format(0, at, locale.pick(zh, en), &bold)?;
        sheet.set_column_width(at, if at == 4 { 40.0 } else { 16.0 })?;
    }
    let mut next = 1_u32;
    for (cells, amount_fen) in rows {
        for (at, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            // As a string, and with a mark before what a program that reads the text anew would take for a formula.
            sheet.write_string(next, at, harmless(cell))?;
        }
        #[expect(clippy::cast_precision_loss, reason = "an amount of an order is far below 2^53 fen")]
        let yuan = *amount_fen as f64 / 100.0;
        sheet.write_number_with_format(next, AMOUNT, yuan, &money)?;
        next += 1;
    }
    if has_more {
        let told = locale.pick(
            "还有更多包裹没有列出，请缩小日期范围再导出。",
            "There are more: narrow the days and export again.",
        );
        sheet.write_string_with_format(next, 0, told, &bold)?;
    }
    workbook.save_to_buffer()
}
