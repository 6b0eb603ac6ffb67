//! Sheets to fill in at the shipping desk: tracking numbers of what is to be packed, and carriers' events.

use domain::ids::{PlaceId, TeamId};
use domain::locale::Locale;
use domain::parcel::ParcelStatus;
use domain::sheets::harmless;
use domain::shipping::{CARRIERS, ListKind};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{LIST_LIMIT, PackingParcel, list_parcels};
use crate::{Result, ServiceError, Services, Viewer};

/// A workbook to be filled in and sent back as a list of this kind. That of tracking numbers has a row for each parcel that is
/// to be packed, at one place or at all, the oldest first and as many as the page of parcels has, by the parcel's own
/// number, which is right for an order of several parcels as well.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn list_template(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    kind: ListKind,
    place: Option<PlaceId>,
) -> Result<Vec<u8>> {
    viewer.require_seller(team)?;
    let locale = viewer.locale;
    let rows: Vec<Vec<String>> = match kind {
        ListKind::Numbers => {
            let page = list_parcels(services, viewer, team, ParcelStatus::ToPack, place).await?;
            page.parcels.iter().map(|parcel| row_of(parcel, locale)).collect()
        }
        ListKind::Events => Vec::new(),
    };
    let is_cut = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= LIST_LIMIT;
    let made = tokio::task::spawn_blocking(move || workbook(kind, &rows, is_cut, locale));
    made.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

/// The parcel's number, two blanks, and what the person needs to know which one it is; the reader passes over the last.
fn row_of(parcel: &PackingParcel, locale: Locale) -> Vec<String> {
    let goods: Vec<String> = parcel
        .lines
        .iter()
        .map(|line| {
            let is_english = locale == Locale::En && !line.product_name_en.trim().is_empty();
            let name = if is_english { &line.product_name_en } else { &line.product_name };
            format!("{name} × {}", line.quantity)
        })
        .collect();
    let told = format!("{} · {}", parcel.head.order_number, goods.join(locale.pick("；", "; ")));
    vec![parcel.head.parcel.id.to_string(), String::new(), String::new(), told]
}

fn workbook(
    kind: ListKind,
    rows: &[Vec<String>],
    is_cut: bool,
    locale: Locale,
) -> std::result::Result<Vec<u8>, XlsxError> {
    let heads: &[(&str, &str)] = match kind {
        ListKind::Numbers => &[
            ("包裹号", "Parcel"),
            ("快递公司", "Carrier"),
            ("快递单号", "Tracking number"),
            ("供对照（不用改）", "To tell them apart (leave it)"),
        ],
        ListKind::Events => &[
            ("快递公司", "Carrier"),
            ("快递单号", "Tracking number"),
            ("状态", "Status"),
            ("时间", "Time"),
            ("地点", "Place"),
        ],
    };
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    // As text: a spreadsheet makes a rounded number of twenty digits.
    let text = Format::new().set_num_format("@");
    let sheet = workbook.add_worksheet();
    sheet.set_name(locale.pick("清单", "List"))?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, (zh, en)) in (0_u16..).zip(heads) {
        sheet.set_column_format(at, &text)?;
        sheet.set_column_width(at, 24.0)?;
        sheet.write_string_with_format(0, at, locale.pick(zh, en), &bold)?;
    }
    for (at, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(at, column, harmless(cell))?;
        }
    }
    explain(workbook.add_worksheet(), kind, is_cut, locale)?;
    workbook.save_to_buffer()
}

fn explain(
    sheet: &mut rust_xlsxwriter::Worksheet,
    kind: ListKind,
    is_cut: bool,
    locale: Locale,
) -> std::result::Result<(), XlsxError> {
    sheet.set_name(locale.pick("说明", "How to fill it in"))?;
    sheet.set_column_width(0, 80.0)?;
    let lines: &[(&str, &str)] = match kind {
        ListKind::Numbers => &[
            (
                "每行一个包裹：填快递公司和快递单号；今天不发的行请删掉。",
                "A parcel a row: put in carrier and tracking number; delete the rows that do not leave today.",
            ),
            (
                "也可以填订单号代替包裹号，订单只有一个包裹时有效。",
                "An order's number will do in place of the parcel's where the order has one parcel.",
            ),
            ("快递公司：", "Carriers:"),
        ],
        ListKind::Events => &[
            (
                "状态：已揽收、运输中、派送中、已签收、派送失败、退回。",
                "Status: picked_up, in_transit, out_for_delivery, delivered, failed, returned.",
            ),
            ("时间写成 2026-06-15 14:30，北京时间。", "Time as 2026-06-15 14:30, of Beijing."),
            ("快递公司：", "Carriers:"),
        ],
    };
    let mut at = 0;
    if is_cut {
        let words = locale.pick("最多列出最早的 200 个包裹，", "At most the 200 oldest parcels are listed:");
        let more = locale.pick(
            "发完这些再下载一次，取得其余的。",
            "take the sheet out again for the rest once these have left.",
        );
        sheet.write_string(at, 0, format!("{words}{more}"))?;
        at += 1;
    }
    for (zh, en) in lines {
        sheet.write_string(at, 0, locale.pick(zh, en))?;
        at += 1;
    }
    for (zh, en) in CARRIERS {
        sheet.write_string(at, 0, locale.pick(zh, en))?;
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Reader as _, Xlsx};
    use domain::shipping::{TableRow, event_rows, number_rows};
    use std::io::Cursor;

    fn first_sheet(bytes: Vec<u8>) -> Vec<TableRow> {
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let name = workbook.sheet_names()[0].clone();
        let range = workbook.worksheet_range(&name).unwrap();
        let row = |(at, cells): (usize, &[calamine::Data])| TableRow {
            row: u32::try_from(at + 1).unwrap(),
            cells: cells.iter().map(ToString::to_string).collect(),
            formulas: Vec::new(),
        };
        range.rows().enumerate().map(row).collect()
    }

    #[test]
    fn what_is_filled_in_is_read_as_it_was_meant() {
        for locale in [Locale::Zh, Locale::En] {
            let rows =
                vec![vec!["0a1b2c3d4e5f6".to_owned(), "顺丰".to_owned(), "SF1".to_owned(), "=A1".to_owned()]];
            let read = number_rows(&first_sheet(workbook(ListKind::Numbers, &rows, false, locale).unwrap()))
                .unwrap();
            assert_eq!(read.len(), 1);
            let row = &read[0];
            assert_eq!((row.parcel.as_str(), row.tracking_number.as_str()), ("0a1b2c3d4e5f6", "SF1"));
            assert_eq!(row.fault, None);
            let rows =
                vec![["顺丰", "SF1", "已揽收", "2026-06-15 14:30", "岚皋"].map(str::to_owned).to_vec()];
            let read =
                event_rows(&first_sheet(workbook(ListKind::Events, &rows, false, locale).unwrap())).unwrap();
            assert_eq!((read.len(), &read[0].fault), (1, &None));
        }
    }
}
