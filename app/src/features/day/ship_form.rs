//! The table of parcels; with those to pack a tick and a number in each row, and what is done with the ticked ones.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::day::{TableFilter, TablePage, TableRow};
use service::shipping::CARRIERS;

use super::api::ShipMany;
use super::home_page::goods_text;
use crate::context::{link, locale, name, query, request, t};
use crate::features::sell::team::Team;
use crate::form::{FormState, html_id, html_name};
use crate::routes::paths;
use crate::{text, ui};

/// Parcels to look at.
pub fn plain_table(team: &Team, page: &TablePage) -> AnyView {
    let rows: Vec<_> =
        page.rows.iter().map(|row| view! { <tr>{cells(team, row)}{shipped_cell(row)}</tr> }).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("包裹", "Parcels")}</caption>
                <thead><tr>{heads()}<th scope="col">{t("快递", "Carrier")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn heads() -> AnyView {
    view! {
        <th scope="col">{t("订单", "Order")}</th>
        <th scope="col">{t("商品", "Goods")}</th>
        <th scope="col">{t("寄往", "To")}</th>
        <th scope="col">{t("付款时间", "Paid")}</th>
        <th scope="col" class="n">{t("金额", "Amount")}</th>
    }
    .into_any()
}

fn cells(team: &Team, row: &TableRow) -> AnyView {
    let head = &row.parcel.head;
    let paid = head.paid_at_ms.map(china_minute_text).unwrap_or_default();
    let chip = if row.parcel.is_late == 1 {
        ui::status_chip((t("超期", "Late"), "t-bad"))
    } else {
        ui::status_chip(text::parcel_status(locale(), head.parcel.status))
    };
    let unit = head.unit_name.as_ref().map(|unit| {
        let unit = name(unit, head.unit_name_en.as_deref().unwrap_or_default()).to_owned();
        view! { <br/><span class="muted small">{unit}</span> }
    });
    view! {
        <th scope="row" data-label=t("订单", "Order")>
            <a class="num" href=link(&paths::team_parcel(team.id, head.parcel.id))>{head.order_number.clone()}</a>
            " "
            {chip}
            {unit}
        </th>
        <td data-label=t("商品", "Goods")>{goods_text(row)}</td>
        <td data-label=t("寄往", "To") lang=ui::lang_of(&head.region_name)>{head.region_name.clone()}</td>
        <td data-label=t("付款时间", "Paid")><span class="num">{paid}</span></td>
        <td data-label=t("金额", "Amount") class="n">{text::yuan(row.parcel.net_fen)}</td>
    }
    .into_any()
}

fn shipped_cell(row: &TableRow) -> AnyView {
    let parcel = &row.parcel.head.parcel;
    view! {
        <td data-label=t("快递", "Carrier")>
            {parcel.carrier.clone()}" "<span class="num">{parcel.tracking_number.clone()}</span>
        </td>
    }
    .into_any()
}

/// Parcels to pack: tick, type the numbers, ship or print.
pub fn ship_form(team: &Team, page: &TablePage, filter: &TableFilter) -> AnyView {
    let state = FormState::of::<ShipMany>();
    let all = query("tick") == "all";
    let rows: Vec<_> =
        page.rows.iter().enumerate().map(|(at, row)| ship_row(team, &state, at, row, all)).collect();
    let labels: Vec<(String, String)> = page
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let label = format!("{} {}", t("快递单号", "Tracking number"), row.parcel.head.order_number);
            (format!("rows.{at}.tracking_number"), label)
        })
        .collect();
    let mut shown: Vec<(&str, &str)> =
        vec![("rows", t("勾选的包裹", "Ticked parcels")), ("carrier", t("快递", "Carrier"))];
    shown.extend(labels.iter().map(|(field, label)| (field.as_str(), label.as_str())));
    let tick_all =
        format!("{}{}", request_path(), request().query_with("tick", if all { "" } else { "all" }));
    let tick_words =
        if all { t("全不选", "Tick none") } else { t("全选本页", "Tick all on this page") };
    view! {
        <form class="form form--wide" method="post" action=state.action()>
            {ui::form_errors(&state, &shown)}
            {ui::hidden("team", &team.id.to_string())}
            {ui::hidden("village", &filter.village)}
            {ui::hidden("product", &filter.product)}
            {ui::hidden("place", &filter.place)}
            {ui::hidden("from", &filter.from)}
            {ui::hidden("to", &filter.to)}
            {ui::hidden("late", if filter.only_late { "1" } else { "" })}
            {ui::hidden("q", &filter.search)}
            <p><a class="btn btn--quiet btn--s" href=tick_all>{ui::icon_s("check")}{tick_words}</a></p>
            <div class="table-wrap">
                <table class="table table--cards table--dense" id="f-rows">
                    <caption class="vh">{t("待发货的包裹", "Parcels to pack")}</caption>
                    <thead><tr>
                        <th scope="col">{t("勾选", "Tick")}</th>
                        {heads()}
                        <th scope="col">{t("快递单号", "Tracking number")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {carrier_fields(&state)}
            <div class="form__acts form__acts--stick thumb-acts">
                <button class="btn btn--primary" name="then" value="ship">
                    {ui::icon("truck")}{t("勾选的标记已发货", "Ship the ticked")}
                </button>
                <button class="btn btn--plain" name="then" value="print">
                    {ui::icon("print")}{t("打印勾选的装箱单", "Print the ticked")}
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn request_path() -> String {
    link(&request().path)
}

fn ship_row(team: &Team, state: &FormState, at: usize, row: &TableRow, all: bool) -> AnyView {
    let parcel = row.parcel.head.parcel.id.to_string();
    let field = |column: &str| format!("rows.{at}.{column}");
    // After a refusal the rows may have moved: what was typed stays with its parcel.
    let is_refused = state.is_refused() && state.value(&field("parcel")) == parcel;
    let typed = if is_refused { state.value(&field("tracking_number")) } else { String::new() };
    let ticked = if is_refused { state.value(&field("chosen")) == "on" } else { all };
    let error = state.error(&field("tracking_number")).filter(|_| is_refused);
    let error_id = format!("{}-e", html_id(&field("tracking_number")));
    let described_by = error.is_some().then(|| error_id.clone());
    let number = row.parcel.head.order_number.clone();
    view! {
        <tr>
            <td data-label=t("勾选", "Tick")>
                {ui::hidden(&html_name(&field("parcel")), &parcel)}
                <label class="tick">
                    <input type="checkbox" name=html_name(&field("chosen")) value="on" checked=ticked/>
                    <span class="vh">{number.clone()}</span>
                </label>
            </td>
            {cells(team, row)}
            <td data-label=t("快递单号", "Tracking number")>
                <input
                    id=html_id(&field("tracking_number"))
                    name=html_name(&field("tracking_number"))
                    value=typed
                    autocomplete="off"
                    aria-label=format!("{} {number}", t("快递单号", "Tracking number"))
                    aria-describedby=described_by
                    aria-invalid=error.is_some().then_some("true")
                />
                {error.map(|text| view! { <p class="field__error" id=error_id>{text}</p> })}
            </td>
        </tr>
    }
    .into_any()
}

fn carrier_fields(state: &FormState) -> AnyView {
    let first = CARRIERS.first().map_or("", |(zh, _)| zh);
    let chosen = state.value_or("carrier", first);
    let options: Vec<_> = CARRIERS
        .iter()
        .map(|(zh, en)| {
            view! { <option value=*zh selected=*zh == chosen>{name(zh, en).to_owned()}</option> }
        })
        .collect();
    let error = state.error("carrier").map(|error| view! { <p class="field__error">{error}</p> });
    view! {
        <div class="fields fields--2">
            <div class="field">
                <label for="f-carrier">{t("快递（勾选的都用它）", "Carrier of all that are ticked")}</label>
                <select id="f-carrier" name="carrier">
                    {options}
                    <option value="" selected=chosen.is_empty()>{t("其他（填在右边）", "Another one (name it)")}</option>
                </select>
                {error}
            </div>
            {ui::text_field(state, &ui::Field {
                name: "other_carrier", id: "f-other_carrier", label: t("其他快递名称", "Another carrier"),
                placeholder: t("不在列表中时填写", "Only if not in the list"), ..ui::Field::default()
            })}
        </div>
    }
    .into_any()
}
