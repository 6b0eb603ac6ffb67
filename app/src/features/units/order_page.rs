//! One order of a unit: what is in it, where it is, who decided what, and what can be done now.

use domain::order::OrderStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::orders::OrderPageLine;
use service::units::{UnitOrderPage, unit_order_page};

use super::console;
use super::order_actions::{actions, parcel_action};
use crate::context::{link, locale, name, param, query, services, t, viewer};
use crate::features::after_sales::{after_sales_box, ask_link};
use crate::features::weighing::weighed_note;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{order_status, parcel_status, payment_method, payment_status, refund_status, yuan};
use crate::ui;

/// `/unit/{unit}/orders/{number}`; `?paid=1` when the payment network sends its payer back.
pub async fn order_page() -> PageResult {
    let (services, viewer) = (services(), viewer());
    let (slug, number) = (param("unit"), param("number"));
    let mut found = unit_order_page(&services, &viewer, &slug, &number).await?;
    if query("paid") == "1" && found.page.order.status == OrderStatus::AwaitingPayment {
        // The network's own notice may still be on its way; when it cannot be asked, the page says what is known.
        if let Err(error) = service::payments::check_order(&services, found.page.order.id).await {
            tracing::warn!(order = number, %error, "the payment could not be asked about");
        }
        found = unit_order_page(&services, &viewer, &slug, &number).await?;
    }
    let recalls = crate::features::stock::notices::of_order(&found.page, true).await?;
    let title = format!("{} {number}", t("订单", "Order"));
    let body = view! {
        {head(&found)}
        <div class="cols cols--sum">
            <div class="stack stack--l">
                {recalls}
                {lines(&found)}
                {parcels(&found)}
                {after_sales_box(&found.page)}
                {history(&found)}
                {shares(&found)}
            </div>
            <aside class="stack">
                {summary(&found)}
                {actions(&found)}
                {delivery(&found)}
            </aside>
        </div>
    };
    Ok(Screen::console(console(&found.unit), title, body))
}

fn head(found: &UnitOrderPage) -> AnyView {
    let order = &found.page.order;
    let placed = china_minute_text(order.placed_at_ms);
    let back = paths::unit_orders(&found.unit.slug);
    view! {
        {ui::crumbs(&[(back.as_str(), t("订单", "Orders"))], &order.number)}
        <header class="order-head">
            <div>
                <h1>{t("订单", "Order")} " " <span class="num">{order.number.clone()}</span></h1>
                <p class="muted">{t("下单", "Placed")} " " <span class="num">{placed}</span></p>
            </div>
            {ui::status_chip(order_status(locale(), order.status))}
        </header>
    }
    .into_any()
}

fn lines(found: &UnitOrderPage) -> AnyView {
    let (product, quantity) = (t("商品", "Product"), t("数量", "Quantity"));
    let (price, amount) = (t("单价", "Price"), t("小计", "Amount"));
    let rows: Vec<_> = found
        .page
        .lines
        .iter()
        .map(|line| {
            let row = &line.line;
            let unit_price = match &line.bundle {
                Some(_) => t("盒内", "in the box").into_any(),
                None => yuan(row.unit_price_fen).into_any(),
            };
            view! {
                <tr>
                    <th scope="row" data-label=product>
                        {line_name(line)}
                        " " <span class="small muted num">{row.variant_code.clone()}</span>
                        {weighed(line)}
                        {in_box(line)}
                    </th>
                    <td data-label=quantity class="n">{row.quantity} " " {ui::unit_text(&row.unit)}</td>
                    <td data-label=price class="n">{unit_price}</td>
                    <td data-label=amount class="n">{yuan(row.net_fen)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("商品明细", "Lines")}</caption>
                <thead><tr>
                    <th scope="col">{product}</th><th scope="col" class="n">{quantity}</th>
                    <th scope="col" class="n">{price}</th><th scope="col" class="n">{amount}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What was agreed of goods sold by weight, or what they weighed.
fn weighed(line: &OrderPageLine) -> AnyView {
    let note = line.weighing.as_ref().map(weighed_note).filter(|note| !note.is_empty());
    note.map(|note| view! { <br/><span class="small muted">{note}</span> }).into_any()
}

/// The gift box that it is a part of.
fn in_box(line: &OrderPageLine) -> AnyView {
    let Some(bundle) = &line.bundle else { return ().into_any() };
    let title = name(&bundle.product_name, &bundle.product_name_en);
    let words = format!("{} {title} × {}", t("礼盒", "Gift box"), bundle.quantity);
    view! { <br/><span class="small muted">{words}</span> }.into_any()
}

fn line_name(line: &OrderPageLine) -> AnyView {
    let row = &line.line;
    let text = format!(
        "{} {}",
        name(&row.product_name, &row.product_name_en),
        name(&row.variant_name, &row.variant_name_en)
    );
    match &line.product_slug {
        Some(slug) => view! { <a href=link(&paths::product(slug))>{text}</a> }.into_any(),
        None => text.into_any(),
    }
}

fn parcels(found: &UnitOrderPage) -> AnyView {
    let boxes: Vec<_> = (1_usize..)
        .zip(&found.page.parcels)
        .map(|(at, parcel)| {
            let tracking = (!parcel.tracking_number.is_empty()).then(|| {
                view! { <p>{parcel.carrier.clone()} " " <span class="num">{parcel.tracking_number.clone()}</span></p> }
            });
            let when = [(t("发出", "Shipped"), parcel.shipped_at_ms), (t("签收", "Received"), parcel.received_at_ms)];
            let when: Vec<_> = when
                .into_iter()
                .filter_map(|(label, at_ms)| Some((label, at_ms?)))
                .map(|(label, at_ms)| view! { <p class="small muted">{label} " " <span class="num">{china_minute_text(at_ms)}</span></p> })
                .collect();
            let told = found.page.tracking.iter().find(|(of, _)| *of == parcel.id);
            let events = told.map(|(_, events)| crate::features::parcels::words::carrier_events(events));
            view! {
                <section class="box">
                    <header class="box__head">
                        <h3>{t("包裹", "Parcel")} " " {at}</h3>
                        {ui::status_chip(parcel_status(locale(), parcel.status))}
                    </header>
                    {tracking}
                    {when}
                    {events}
                    {parcel_action(found, parcel.id, parcel.status)}
                    {ask_link(&found.page, parcel.id)}
                </section>
            }
        })
        .collect();
    view! { <section class="stack"><h2>{t("包裹", "Parcels")}</h2>{boxes}</section> }.into_any()
}

/// Decisions, payments and refunds, newest first.
fn history(found: &UnitOrderPage) -> AnyView {
    let page = &found.page;
    let mut events: Vec<(i64, String, String)> =
        vec![(page.order.placed_at_ms, t("提交审批", "Handed in for approval").to_owned(), String::new())];
    for approval in &page.approvals {
        let what = match approval.decision.as_str() {
            "approved" => t("审批通过", "Approved"),
            _ => t("退回", "Returned"),
        };
        let reason = if approval.reason.is_empty() {
            String::new()
        } else {
            format!("{}{}", t("：", ": "), approval.reason)
        };
        events.push((approval.decided_at_ms, what.to_owned(), format!("{}{reason}", approval.display_name)));
    }
    for payment in &page.payments {
        let (state, _) = payment_status(locale(), payment.status);
        let reference = payment.bank_reference.clone().unwrap_or_default();
        let at_ms = payment.captured_at_ms.unwrap_or(payment.created_at_ms);
        let what = format!("{} · {state}", payment_method(locale(), payment.method));
        events.push((at_ms, what, format!("{} {reference}", yuan(payment.amount_fen)).trim().to_owned()));
    }
    for refund in &page.refunds {
        let (state, _) = refund_status(locale(), refund.status);
        events.push((refund.created_at_ms, state.to_owned(), yuan(refund.amount_fen)));
    }
    for change in &page.goods_changes {
        let what = t("换了一批货", "Goods of another batch").to_owned();
        events.push((change.at_ms, what, crate::features::orders::change_text(change)));
    }
    if !page.order.cancel_reason.is_empty() {
        let at_ms = page.order.closed_at_ms.unwrap_or(page.order.placed_at_ms);
        events.push((at_ms, t("取消", "Cancelled").to_owned(), page.order.cancel_reason.clone()));
    }
    events.sort_by_key(|(at_ms, _, _)| std::cmp::Reverse(*at_ms));
    let entries =
        events.into_iter().map(|(at_ms, what, more)| (what, more, china_minute_text(at_ms))).collect();
    view! { <section class="stack"><h2>{t("经过", "History")}</h2>{ui::timeline(entries)}</section> }
        .into_any()
}

/// Which village gets how much of it.
fn shares(found: &UnitOrderPage) -> AnyView {
    let shares = &found.page.shares;
    if shares.iter().all(|share| !share.amount_fen.is_positive()) {
        return ().into_any();
    }
    let meters: Vec<ui::Share> = shares
        .iter()
        .map(|share| ui::Share {
            name: format!("{} {}", name(&share.name, &share.name_en), yuan(share.amount_fen)),
            weight: share.amount_fen.get(),
        })
        .collect();
    let note = if found.page.order.paid_at_ms.is_some() {
        t("货款归属，已入各村集体账本。", "Whose money it is, as booked for the collectives.")
    } else {
        t("付款后，货款将这样归到各村集体。", "Once paid, the money goes to the collectives like this.")
    };
    view! {
        <section class="box stack">
            <h2>{t("归到哪些村", "Shares by village")}</h2>
            <p class="small muted">{note}</p>
            {ui::origin_shares(&meters)}
        </section>
    }
    .into_any()
}

fn summary(found: &UnitOrderPage) -> AnyView {
    let order = &found.page.order;
    view! {
        <section class="summary box">
            <h2>{t("小结", "Summary")}</h2>
            <dl class="totals">
                <div><dt>{t("商品", "Goods")}</dt><dd>{yuan(order.goods_fen)}</dd></div>
                <div><dt>{t("运费", "Freight")}</dt><dd>{yuan(order.freight_fen)}</dd></div>
                {ui::surcharge_row(found.page.surcharge_fen)}
                <div class="totals__sum"><dt>{t("合计", "Total")}</dt><dd>{ui::price(order.total_fen)}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

fn delivery(found: &UnitOrderPage) -> AnyView {
    let order = &found.page.order;
    let note = (!order.note.is_empty())
        .then(|| view! { <p class="small">{t("备注：", "Note: ")}{order.note.clone()}</p> });
    view! {
        <section class="box stack--s">
            <h2>{t("送到", "Delivery")}</h2>
            <address class="addr">
                <strong lang=ui::lang_of(&order.recipient_name)>{order.recipient_name.clone()}</strong> " "
                <span class="num">{order.recipient_phone.clone()}</span>
                <span lang=ui::lang_of(&order.region_name)>{order.region_name.clone()} " " {order.address.clone()}</span>
            </address>
            {note}
            {invoice(&order.invoice)}
        </section>
    }
    .into_any()
}

fn invoice(stored: &str) -> Option<AnyView> {
    use domain::invoice::InvoiceWish;
    let wish = serde_json::from_str::<InvoiceWish>(stored).ok()?;
    let (kind, title, number) = match wish {
        InvoiceWish::None => return None,
        InvoiceWish::Person { title, .. } => (t("个人发票", "Invoice to a person"), title, String::new()),
        InvoiceWish::Unit { kind, title, tax_number, .. } => {
            (crate::text::invoice_kind(locale(), kind), title, tax_number)
        }
    };
    Some(view! { <p class="small">{kind}{t("：", ": ")}<span lang=ui::lang_of(&title)>{title.clone()}</span>" " <span class="num">{number}</span></p> }.into_any())
}
