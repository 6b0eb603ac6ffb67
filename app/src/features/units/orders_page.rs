//! A unit's orders.

use domain::order::OrderStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::units::{OrderSummary, unit_orders};

use super::console;
use crate::context::{link, locale, name, param, query, request, services, t, viewer};
use crate::features::orders::recalled_chip;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{order_status, yuan};
use crate::ui;

/// The states a unit's order is looked for in.
const FILTERS: [OrderStatus; 6] = [
    OrderStatus::AwaitingApproval,
    OrderStatus::Returned,
    OrderStatus::AwaitingPayment,
    OrderStatus::Paid,
    OrderStatus::Completed,
    OrderStatus::Cancelled,
];

/// `/unit/{unit}/orders?status=paid&before=…`
pub async fn orders_page() -> PageResult {
    let status = OrderStatus::parse(&query("status")).ok();
    let before_ms = query("before").parse().ok();
    let page = unit_orders(&services(), &viewer(), &param("unit"), status, before_ms).await?;
    let title = t("订单", "Orders");
    let list = if page.orders.is_empty() {
        ui::empty(
            "receipt",
            t("没有这样的订单", "No such orders"),
            t("换一个状态看看。", "Try another state."),
            (),
        )
    } else {
        orders_table(&page.unit.slug, &page.orders, title)
    };
    let body = view! {
        {ui::page_head(title, name(&page.unit.name, &page.unit.name_en), ())}
        {filter_tabs(status)}
        {list}
        {pages(before_ms.is_some(), page.next_before_ms)}
    };
    Ok(Screen::console(console(&page.unit), title, body))
}

fn filter_tabs(chosen: Option<OrderStatus>) -> AnyView {
    let request = request();
    let base = link(&request.path);
    let tabs: Vec<_> = FILTERS
        .into_iter()
        .map(|status| {
            let here = (chosen == Some(status)).then_some("page");
            let (label, _) = order_status(locale(), status);
            view! { <a href=format!("{base}?status={}", status.as_str()) aria-current=here>{label}</a> }
        })
        .collect();
    view! {
        <nav class="tabs" aria-label=t("订单状态", "State of the order")>
            <a href=base.clone() aria-current=chosen.is_none().then_some("page")>{t("全部", "All")}</a>
            {tabs}
        </nav>
    }
    .into_any()
}

fn pages(is_later: bool, next_before_ms: Option<i64>) -> AnyView {
    let request = request();
    let base = link(&request.path);
    let first = is_later.then(|| {
        let query = request.query_with("before", "");
        view! { <a rel="prev" href=format!("{base}{query}")>{t("最新", "Newest")}</a> }
    });
    let next = next_before_ms.map(|before_ms| {
        let query = request.query_with("before", &before_ms.to_string());
        view! { <a rel="next" href=format!("{base}{query}")>{t("更早的订单", "Earlier orders")}</a> }
    });
    if first.is_none() && next.is_none() {
        return ().into_any();
    }
    view! { <nav class="pager" aria-label=t("分页", "Pages")>{first}{next}</nav> }.into_any()
}

/// Orders as a table, as cards on a phone.
pub fn orders_table(unit: &str, orders: &[OrderSummary], caption: &'static str) -> AnyView {
    let (number, what, placed) = (t("订单号", "Order"), t("内容", "What"), t("下单时间", "Placed"));
    let (amount, state) = (t("金额", "Amount"), t("状态", "State"));
    let rows: Vec<_> = orders
        .iter()
        .map(|order| {
            view! {
                <tr>
                    <th scope="row" data-label=number>
                        <a class="num" href=link(&paths::unit_order(unit, &order.number))>{order.number.clone()}</a>
                    </th>
                    <td data-label=what>{what_text(order)}</td>
                    <td data-label=placed class="num">{china_minute_text(order.placed_at_ms)}</td>
                    <td data-label=state>
                        {recalled_chip(order)} " " {ui::status_chip(order_status(locale(), order.status))} " " {way_text(order)}
                    </td>
                    <td data-label=amount class="n">{yuan(order.total_fen)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{caption}</caption>
                <thead><tr>
                    <th scope="col">{number}</th><th scope="col">{what}</th><th scope="col">{placed}</th>
                    <th scope="col">{state}</th><th scope="col" class="n">{amount}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// `岚皋绿茶 等 3 种`
fn what_text(order: &OrderSummary) -> String {
    let first = name(&order.first_line, &order.first_line_en);
    match (order.line_count, locale()) {
        (..=1, _) => first.to_owned(),
        (count, domain::locale::Locale::Zh) => format!("{first} 等 {count} 种"),
        (count, domain::locale::Locale::En) => format!("{first} and {} more", count - 1),
    }
}

/// How far the parcels of a paid order are.
fn way_text(order: &OrderSummary) -> Option<AnyView> {
    if order.status != OrderStatus::Paid {
        return None;
    }
    let steps = [
        (order.parcels_to_pack, t("待发货", "to pack")),
        (order.parcels_shipped, t("已发货", "shipped")),
        (order.parcels_received, t("已签收", "received")),
    ];
    let said: Vec<String> = steps
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, label)| format!("{label} {count}"))
        .collect();
    Some(view! { <span class="small muted">{said.join(" · ")}</span> }.into_any())
}
