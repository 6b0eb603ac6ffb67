//! What carriers tell and what is wrong with rows of a list, in words.

use domain::shipping::{CarrierStatus, RowFault};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::bundles::OrderBundleRow;
use service::shipping::carriers::EventRow;

use crate::context::{locale, name, t};
use crate::ui;

/// How far a parcel has come.
#[must_use]
pub fn carrier_status(status: CarrierStatus) -> &'static str {
    match status {
        CarrierStatus::PickedUp => t("已揽收", "Picked up"),
        CarrierStatus::InTransit => t("运输中", "In transit"),
        CarrierStatus::OutForDelivery => t("派送中", "Out for delivery"),
        CarrierStatus::Delivered => t("快递显示已送达", "Delivered, says the carrier"),
        CarrierStatus::Failed => t("没有送到", "Could not be delivered"),
        CarrierStatus::Returned => t("退回中", "On its way back"),
    }
}

/// What the carrier tells of a parcel, the latest first; nothing when it has not told anything.
#[must_use]
pub fn carrier_events(events: &[EventRow]) -> AnyView {
    if events.is_empty() {
        return ().into_any();
    }
    let entries = events
        .iter()
        .map(|event| {
            let what = carrier_status(event.status).to_owned();
            (what, event.place.clone(), china_minute_text(event.happened_at_ms))
        })
        .collect();
    view! {
        <details class="fold" open>
            <summary>{t("物流轨迹", "Where it is")}</summary>
            {ui::timeline(entries)}
        </details>
    }
    .into_any()
}

/// A column of a list by its word.
fn column(word: &str) -> &'static str {
    match word {
        "parcel" => t("订单号或包裹号", "Order or parcel number"),
        "carrier" => t("快递", "Carrier"),
        "tracking_number" => t("快递单号", "Tracking number"),
        "status" => t("状态", "State"),
        "happened_at" => t("时间", "Time"),
        _ => t("地点", "Place"),
    }
}

/// What is wrong with a row, and what to do.
#[must_use]
pub fn fault_text(fault: &RowFault) -> String {
    let fixed = |zh, en| t(zh, en).to_owned();
    let say = |zh: String, en: String| match locale() {
        domain::locale::Locale::Zh => zh,
        domain::locale::Locale::En => en,
    };
    match fault {
        RowFault::Missing(word) => {
            say(format!("缺少{}", column(word)), format!("{} is missing", column(word)))
        }
        RowFault::TooLong { column: word, max } => say(
            format!("{}最多 {max} 个字", column(word)),
            format!("{} has at most {max} characters", column(word)),
        ),
        RowFault::Formula(word) => say(
            format!("{}是公式，请改成文字", column(word)),
            format!("{} is a formula: put the text in its place", column(word)),
        ),
        RowFault::UnknownParcel => {
            fixed("没有这个订单或包裹，请核对号码", "There is no such order or parcel: check the number")
        }
        RowFault::SeveralParcels => fixed(
            "这个订单有几个包裹，请写包裹号",
            "The order has several parcels: name the parcel's own number",
        ),
        RowFault::NotToSend => {
            fixed("还没付款，或已取消，不用发", "Not paid yet, or cancelled: it is not sent")
        }
        RowFault::Arrived => {
            fixed("已用别的快递单号签收，不能再改", "It has arrived with another number, which stays")
        }
        RowFault::DuplicateOfRow(row) => {
            say(format!("和第 {row} 行是同一个包裹"), format!("The same parcel as in row {row}"))
        }
        RowFault::AfterSaleOpen => {
            fixed("有退款申请在等答复，请先处理", "The buyer asks for money back: answer that first")
        }
        RowFault::Recalled(code) => {
            say(format!("批次 {code} 已召回，不能发"), format!("Batch {code} is recalled and must not leave"))
        }
        RowFault::Expired { code, expires_on } => say(
            format!("批次 {code} 已于 {expires_on} 到期，不能发：更正登记错的日期，或把钱退给买家"),
            format!(
                "Batch {code} was good until {expires_on} and must not leave: correct a wrong date, or give the money back"
            ),
        ),
        RowFault::Unweighed(name) => say(
            format!("“{name}”按重量计价，先称重再发"),
            format!("“{name}” is sold by weight: weigh it before it leaves"),
        ),
        RowFault::NotAStatus => fixed(
            "看不懂状态，请写：已揽收、运输中、派送中、已签收、派送失败、退回",
            "Unknown state: picked_up, in_transit, out_for_delivery, delivered, failed or returned",
        ),
        RowFault::NotATime => fixed(
            "时间要像 2026-06-15 14:30，且不能晚于现在",
            "A time is written 2026-06-15 14:30, and is not to come",
        ),
        RowFault::UnknownNumber => fixed(
            "本队没有用这家快递、这个快递单号发过货",
            "No parcel of this team left with that carrier and number",
        ),
    }
}

/// The gift box that a line is a part of.
pub(super) fn in_box(bundle: Option<&OrderBundleRow>) -> AnyView {
    bundle.map(|bundle| view! { <br/><span class="small">{box_text(bundle)}</span> }).into_any()
}

/// The same as text.
pub(super) fn box_text(bundle: &OrderBundleRow) -> String {
    let title = name(&bundle.product_name, &bundle.product_name_en);
    format!("{} {title} × {}", t("礼盒", "Gift box"), bundle.quantity)
}
