//! A team's parcels as a sheet.

use domain::ids::TeamId;
use domain::locale::Locale;
use domain::parcel::ParcelStatus;
use domain::time::china_minute_text;

use super::table::{TableFilter, TableRow, rows};
use crate::report::{Cell, Report};
use crate::{Result, Services, Viewer};

/// Parcels one sheet holds at most; who needs more narrows the days.
pub const MAX_EXPORTED: usize = 5_000;
/// Parcels read at once.
const AT_ONCE: i64 = 200;

/// Heads of the columns, and which are wide.
const HEADS: [(&str, &str, bool); 14] = [
    ("订单号", "Order", false),
    ("状态", "State", false),
    ("付款时间", "Paid at", false),
    ("超期", "Late", false),
    ("商品", "Goods", true),
    ("金额（元）", "Amount (yuan)", false),
    ("单位", "Unit", false),
    ("发货地点", "Sent from", false),
    ("地区", "Region", false),
    ("收件人", "Recipient", false),
    ("电话", "Phone", false),
    ("地址", "Address", false),
    ("快递公司", "Carrier", false),
    ("快递单号", "Tracking number", false),
];

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
    let heads = HEADS.map(|(zh, en, is_wide)| (locale.pick(zh, en), is_wide));
    let note = has_more.then(|| {
        locale.pick(
            "还有更多包裹没有列出，请缩小日期范围再导出。",
            "There are more: narrow the days and export again.",
        )
    });
    Report::new(locale.pick("包裹", "Parcels"), heads, cells, note).xlsx().await
}

fn row_of(row: &TableRow, locale: Locale) -> Vec<Cell> {
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
    vec![
        head.order_number.clone().into(),
        state_text(locale, parcel.status).into(),
        head.paid_at_ms.map(china_minute_text).unwrap_or_default().into(),
        late.into(),
        goods.join(locale.pick("；", "; ")).into(),
        Cell::Money(row.parcel.net_fen),
        unit.into(),
        head.place_name.clone().into(),
        head.region_name.clone().into(),
        needed(&head.recipient_name).into(),
        needed(&head.recipient_phone).into(),
        needed(&head.address).into(),
        parcel.carrier.clone().into(),
        parcel.tracking_number.clone().into(),
    ]
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
