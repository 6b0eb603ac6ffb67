//! A parcel with all that is needed to pack it, and the forms to ship it or to give it up.

use domain::ids::ParcelId;
use domain::parcel::ParcelStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::shipping::{CARRIERS, PackingParcel};

use super::api::{GiveUpOrder, ShipParcel};
use super::chosen::place_word;
use crate::context::{given_text, link, locale, name, services, t};
use crate::features::after_sales::api::OfferRefund;
use crate::features::sell::team::{Team, row_failure};
use crate::features::weighing::{is_waiting, scales};
use crate::form::FormState;
use crate::routes::paths;
use crate::{text, ui};

/// Where a parcel, or (`/label`) what is printed of it, is shown; the way back from there leads to the place that the address
/// asks for.
#[must_use]
pub fn parcel_link(team: &Team, parcel: ParcelId, part: &str) -> String {
    let at_place = given_text(&[("place", &place_word())]);
    link(&format!("{}{part}{at_place}", paths::team_parcel(team.id, parcel)))
}

/// A parcel in its state. `is_alone`: it has the page for itself, so its forms stand open.
#[must_use]
pub fn parcel_card(team: &Team, parcel: &PackingParcel, is_alone: bool) -> AnyView {
    let head = &parcel.head;
    let row = &head.parcel;
    let unit = head.unit_name.as_ref().map(|unit| {
        let unit = name(unit, head.unit_name_en.as_deref().unwrap_or_default()).to_owned();
        view! { <span class="chip t-neutral">{unit}</span> }
    });
    let paid = head.paid_at_ms.map(|at_ms| {
        view! { <span class="muted small num">{t("付款 ", "Paid ")}{china_minute_text(at_ms)}</span> }
    });
    let due = due_text(parcel);
    let note = (!head.note.trim().is_empty())
        .then(|| ui::alert("warn", t("顾客留言", "The buyer's note"), view! { <p>{head.note.clone()}</p> }));
    let forms = match row.status {
        // What is sold by weight is weighed first: without that it does not leave.
        ParcelStatus::ToPack if is_waiting(parcel) => give_up_form(team, parcel),
        ParcelStatus::ToPack => view! { {ship_form(team, parcel)} {give_up_form(team, parcel)} }.into_any(),
        ParcelStatus::Shipped => shipped_part(team, parcel, is_alone),
        _ => carrier_line(parcel),
    };
    view! {
        <article class="box order stack" id=format!("p-{}", row.id)>
            <header class="box__head">
                <div class="row">
                    <a class="num strong" href=parcel_link(team, row.id, "")>{head.order_number.clone()}</a>
                    {unit}
                    {paid}
                    {due}
                </div>
                {ui::status_chip(text::parcel_status(locale(), row.status))}
            </header>
            {lines(parcel)}
            {address(parcel)}
            {note}
            <p class="row">
                <a class="btn btn--quiet btn--s" href=parcel_link(team, row.id, "/packing-list")>
                    {ui::icon_s("print")}{t("装箱单", "Packing list")}
                </a>
                <a class="btn btn--quiet btn--s" href=parcel_link(team, row.id, "/label")>
                    {ui::icon_s("print")}{t("面单", "Label")}
                </a>
                <span class="muted small">{t("发自 ", "From ")}{head.place_name.clone()}</span>
            </p>
            {scales(team, parcel)}
            {forms}
            {is_alone.then(|| refund_form(parcel))}
        </article>
    }
    .into_any()
}

/// Until when it should have left.
fn due_text(parcel: &PackingParcel) -> AnyView {
    let services = services();
    let due_at_ms =
        parcel.head.waits_since_ms.map(|at_ms| service::shipping::desk::due_at_ms(&services, at_ms));
    match due_at_ms {
        Some(at_ms) if parcel.head.parcel.status == ParcelStatus::ToPack => {
            let late = service::shipping::desk::is_late(&services, parcel)
                .then(|| ui::status_chip((t("已超时", "Late"), "t-bad")));
            let until = china_minute_text(at_ms);
            view! { <span class="muted small num">{t("最晚发货 ", "Send by ")}{until}</span> {late} }
                .into_any()
        }
        _ => ().into_any(),
    }
}

/// Unit goods keep the unit's word: 3 罐.
fn lines(parcel: &PackingParcel) -> AnyView {
    let rows: Vec<_> = parcel
        .lines
        .iter()
        .map(|line| {
            view! {
                <li class="line">
                    <div class="line__what">
                        <span>{name(&line.product_name, &line.product_name_en).to_owned()}</span>
                        <span class="line__spec">
                            {name(&line.variant_name, &line.variant_name_en).to_owned()}
                            " · "
                            <span class="num">{line.variant_code.clone()}</span>
                            {super::words::in_box(parcel.box_of(line.id))}
                        </span>
                    </div>
                    <div class="line__n"><strong class="num">{format!("× {} {}", line.quantity, ui::unit_text(&line.unit))}</strong></div>
                </li>
            }
        })
        .collect();
    view! { <ul>{rows}</ul> }.into_any()
}

fn address(parcel: &PackingParcel) -> AnyView {
    let head = &parcel.head;
    view! {
        <address class="addr">
            <strong lang=ui::lang_of(&head.recipient_name)>{head.recipient_name.clone()}</strong>
            " "
            <a class="num" href=format!("tel:{}", head.recipient_phone)>{head.recipient_phone.clone()}</a>
            <span lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}" "{head.address.clone()}</span>
        </address>
    }
    .into_any()
}

fn carrier_line(parcel: &PackingParcel) -> AnyView {
    let row = &parcel.head.parcel;
    if row.tracking_number.is_empty() {
        return ().into_any();
    }
    let shipped = row.shipped_at_ms.map(china_minute_text).unwrap_or_default();
    view! {
        <p class="row">
            {ui::icon_s("truck")}
            {row.carrier.clone()}
            <span class="num">{row.tracking_number.clone()}</span>
            <span class="muted small num">{shipped}</span>
        </p>
    }
    .into_any()
}

fn shipped_part(team: &Team, parcel: &PackingParcel, is_alone: bool) -> AnyView {
    view! {
        {carrier_line(parcel)}
        <details class="fold" open=is_alone>
            <summary>{t("快递单号填错了", "Correct carrier or number")}</summary>
            {ship_form(team, parcel)}
        </details>
    }
    .into_any()
}

fn ship_form(team: &Team, parcel: &PackingParcel) -> AnyView {
    let row = &parcel.head.parcel;
    let id = row.id.to_string();
    let state = FormState::of::<ShipParcel>().only_if("parcel", &id);
    let known = CARRIERS.iter().any(|(zh, _)| *zh == row.carrier);
    let chosen = state.value_or("carrier", if known || row.carrier.is_empty() { &row.carrier } else { "" });
    let chosen = if chosen.is_empty() && row.carrier.is_empty() && !state.is_refused() {
        CARRIERS.first().map_or(String::new(), |(zh, _)| (*zh).to_owned())
    } else {
        chosen
    };
    let options: Vec<_> = CARRIERS
        .iter()
        .map(|(zh, en)| {
            view! { <option value=*zh selected=*zh == chosen>{name(zh, en).to_owned()}</option> }
        })
        .collect();
    let button = if row.status == ParcelStatus::ToPack {
        t("标记已发货", "Mark as shipped")
    } else {
        t("改正", "Correct")
    };
    let carrier_error = state.error("carrier").map(|error| view! { <p class="field__error">{error}</p> });
    let select_id = format!("c-{id}");
    let stored_other = if known { "" } else { row.carrier.as_str() };
    view! {
        <form class="form" method="post" action=state.action()>
            {row_failure(&state)}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("parcel", &id)}
            {ui::hidden("place", &place_word())}
            <div class="fields fields--3">
                <div class="field">
                    <label for=select_id.clone()>{t("快递", "Carrier")}</label>
                    <select id=select_id name="carrier">
                        {options}
                        <option value="" selected=chosen.is_empty()>{t("其他（填在右边）", "Another one (name it)")}</option>
                    </select>
                    {carrier_error}
                </div>
                {ui::text_field(&state, &ui::Field {
                    id: &format!("o-{id}"), name: "other_carrier", label: t("其他快递名称", "Another carrier"),
                    stored: stored_other, placeholder: t("不在列表中时填写", "Only if not in the list"), ..ui::Field::default()
                })}
                {ui::text_field(&state, &ui::Field {
                    id: &format!("t-{id}"), name: "tracking_number", label: t("快递单号", "Tracking number"),
                    stored: &row.tracking_number, ..ui::Field::default()
                })}
            </div>
            <div class="form__acts">
                <button class="btn btn--primary">{ui::icon("truck")}{button}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Part of the money, without being asked: a line that cannot be sent, pieces that were missing.
fn refund_form(parcel: &PackingParcel) -> AnyView {
    let row = &parcel.head.parcel;
    let is_open = matches!(row.status, ParcelStatus::ToPack | ParcelStatus::Shipped | ParcelStatus::Received);
    // A replacement costs nothing, so nothing of it is given back.
    if !is_open || parcel.lines.iter().all(|line| line.net_fen.is_zero()) {
        return ().into_any();
    }
    let state = FormState::of::<OfferRefund>().only_if("parcel", &row.id.to_string());
    let fields: Vec<_> = parcel
        .lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let label = format!(
                "{} {} (≤ {})",
                name(&line.product_name, &line.product_name_en),
                name(&line.variant_name, &line.variant_name_en),
                line.quantity
            );
            view! {
                {ui::hidden(&format!("lines.{at}.line"), &line.id.to_string())}
                {ui::text_field(&state, &ui::Field {
                    name: &format!("lines.{at}.quantity"), label: &label, inputmode: "numeric", class: "w-s",
                    placeholder: "0", ..ui::Field::default()
                })}
            }
        })
        .collect();
    // What has not left is put back to stock, so it is paid back whole.
    let amount = (row.status != ParcelStatus::ToPack).then(|| {
        ui::text_field(
            &state,
            &ui::Field {
                id: "offer-amount",
                name: "amount",
                label: t("只退一部分钱", "A part of the money only"),
                inputmode: "decimal",
                class: "w-s",
                before: "¥",
                is_optional: true,
                hint: t(
                    "商品留给顾客；不填按数量退全价",
                    "The buyer keeps the goods; blank for the whole price",
                ),
                ..ui::Field::default()
            },
        )
    });
    let labels = [
        ("lines", t("退款数量", "Pieces to refund")),
        ("amount", t("只退一部分钱", "A part of the money only")),
        ("words", t("说明", "Why")),
    ];
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("少了、发不了？主动退一部分", "Short, or not to be had? Give part of the money back")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &labels)}
                {ui::key_field()}
                {ui::hidden("parcel", &row.id.to_string())}
                <p class="muted small">
                    {t(
                        "只退填写的数量，钱原路退回；还没发出的放回库存。金额较大时要另一个人复核。",
                        "Only these pieces are paid back, the way they were paid; what has not left is put back to stock. \
                         A large amount waits for a second person.",
                    )}
                </p>
                {fields}
                {amount}
                {ui::text_field(&state, &ui::Field {
                    id: "offer-words", name: "words", label: t("说明（顾客会看到）", "Why (the buyer sees it)"), max_length: Some(500),
                    ..ui::Field::default()
                })}
                <div class="form__acts"><button class="btn btn--danger">{t("退款", "Refund")}</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn give_up_form(team: &Team, parcel: &PackingParcel) -> AnyView {
    let order = parcel.head.parcel.order_id.to_string();
    let id = parcel.head.parcel.id;
    let state = FormState::of::<GiveUpOrder>().only_if("order", &order);
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("发不了货，取消并退款", "Cannot be sent: cancel and refund")}</summary>
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("team", &team.id.to_string())}
                {ui::hidden("order", &order)}
                {ui::hidden("place", &place_word())}
                <p class="muted small">
                    {t(
                        "整笔订单取消，货款和运费全部原路退回，库存放回。已有包裹发出的订单不能取消。",
                        "Cancels the whole order: goods and freight are paid back in full and the stock is put back. \
                         Not possible once a parcel of the order has left.",
                    )}
                </p>
                {ui::text_field(&state, &ui::Field {
                    id: &format!("r-{id}"), name: "reason", label: t("原因（顾客会看到）", "Reason (the buyer sees it)"),
                    placeholder: t("例如：大雪封路，鲜货无法发出", "For example: the road is snowed in"), ..ui::Field::default()
                })}
                <div class="form__acts">
                    <button class="btn btn--danger">{t("取消订单并退款", "Cancel the order and refund it")}</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
