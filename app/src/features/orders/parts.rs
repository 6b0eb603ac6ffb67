//! Parts of the pages that show an order.

use domain::locale::Locale;
use domain::money::Fen;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentMethod, PaymentStatus};
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::orders::{LineRow, OrderPage, OrderPageLine, OrderShare};
use service::shipping::reallocate::GoodsChangeRow;
use service::shop::{MoneyBar, MoneyPart, MoneyPartKind, Named};

use super::api::PayOrder;
use crate::context::{link, locale, name, services, t};
use crate::features::cart::thumbnail;
use crate::features::weighing::weighed_note;
use crate::form::FormState;
use crate::routes::paths;
use crate::text::{payment_method, refund_status, yuan};
use crate::ui;

/// What the order is doing, as a headline.
pub(super) fn headline(page: &OrderPage) -> &'static str {
    match page.order.status {
        OrderStatus::AwaitingApproval => t("等待单位审批", "Waiting for the unit's approval"),
        OrderStatus::Returned => t("单位退回了订单", "Returned by the unit"),
        OrderStatus::AwaitingPayment => t("等待付款", "Waiting for payment"),
        OrderStatus::Paid => match step(page) {
            2 => t("已付款，等待发货", "Paid, waiting to be sent"),
            3 => t("包裹在路上", "On its way"),
            _ => t("已签收", "Received"),
        },
        OrderStatus::Completed => t("已完成", "Completed"),
        OrderStatus::Cancelled => t("已取消", "Cancelled"),
        OrderStatus::Expired => t("超时未付款，已关闭", "Closed: not paid in time"),
        OrderStatus::Refunded => t("已取消并退款", "Cancelled and refunded"),
    }
}

/// How far the order is: 1 to pay, 2 to be sent, 3 on its way, 4 received.
fn step(page: &OrderPage) -> usize {
    let all = |status| {
        let sent = page.parcels.iter().filter(|parcel| parcel.status != ParcelStatus::Cancelled);
        sent.clone().next().is_some() && sent.clone().all(|parcel| parcel.status == status)
    };
    match page.order.status {
        OrderStatus::Completed => 4,
        OrderStatus::Paid if all(ParcelStatus::Received) => 4,
        OrderStatus::Paid
            if page
                .parcels
                .iter()
                .any(|parcel| matches!(parcel.status, ParcelStatus::Shipped | ParcelStatus::Received)) =>
        {
            3
        }
        OrderStatus::Paid => 2,
        _ => 1,
    }
}

/// The steps of an order that goes its way.
pub(super) fn steps(page: &OrderPage) -> AnyView {
    match page.order.status {
        OrderStatus::AwaitingPayment | OrderStatus::Paid | OrderStatus::Completed => ui::steps(
            &[t("下单", "Ordered"), t("付款", "Paid"), t("发货", "Sent"), t("签收", "Received")],
            step(page),
        ),
        _ => ().into_any(),
    }
}

/// How long the goods stay set aside.
pub(super) fn hold_clock(page: &OrderPage) -> AnyView {
    match page.order.hold_until_ms.map(|until| until - page.now_ms) {
        Some(left_ms) if page.can_pay && left_ms > 0 => ui::hold_clock(left_ms, locale()).into_any(),
        _ => ().into_any(),
    }
}

/// The form that leads to the payment page.
pub(super) fn pay_form(page: &OrderPage) -> AnyView {
    let state = FormState::of::<PayOrder>();
    let failure = state.headline().map(|text| ui::alert("warn", &text, ()));
    view! {
        {failure}
        <form method="post" action=state.action()>
            {ui::hidden("number", &page.order.number)}
            <button class="btn btn--clay btn--wide">{t("去付款", "Pay")}" "{yuan(page.order.total_fen)}</button>
        </form>
    }
    .into_any()
}

/// The same at the thumb's place on a phone.
pub(super) fn pay_bar(page: &OrderPage) -> AnyView {
    let action = FormState::of::<PayOrder>().action();
    view! {
        <form class="buybar only-phone" method="post" action=action>
            {ui::hidden("number", &page.order.number)}
            <span class="buybar__sum">
                {t("应付", "To pay")}" "<span class="price">{yuan(page.order.total_fen)}</span>
            </span>
            <button class="btn btn--clay">{t("去付款", "Pay")}</button>
        </form>
    }
    .into_any()
}

/// The lines of a parcel, those of a gift box below its name and what was paid for it.
pub(super) fn line_rows(lines: &[&OrderPageLine]) -> AnyView {
    let mut rows = Vec::new();
    let mut last_box = None;
    for line in lines {
        if let Some(bundle) = line.bundle.as_ref().filter(|bundle| last_box != Some(bundle.id)) {
            let title = name(&bundle.product_name, &bundle.product_name_en).to_owned();
            rows.push(
                view! {
                    <li class="line">
                        <div class="line__what">
                            <strong>{title}</strong>
                            <span class="line__spec">
                                {t("礼盒", "Gift box")}" · "{yuan(bundle.unit_price_fen)}" × "{bundle.quantity}
                            </span>
                        </div>
                        <div class="line__n"><span class="price price--s">{yuan(bundle.net_fen)}</span></div>
                    </li>
                }
                .into_any(),
            );
        }
        last_box = line.bundle.as_ref().map(|bundle| bundle.id);
        rows.push(line_row(line));
    }
    rows.into_any()
}

/// A line with its photo; of a part of a box its share of the price.
fn line_row(shown: &OrderPageLine) -> AnyView {
    let line = &shown.line;
    let product_name = name(&line.product_name, &line.product_name_en).to_owned();
    let title = match &shown.product_slug {
        Some(slug) => view! { <a href=link(&paths::product(slug))>{product_name}</a> }.into_any(),
        None => view! { <strong>{product_name}</strong> }.into_any(),
    };
    let inside = shown.bundle.is_some();
    let price = (!inside).then(|| view! { {yuan(line.unit_price_fen)}" " });
    let share = inside.then(|| view! { <span class="small muted">{t("占 ", "its share ")}</span> });
    view! {
        <li class="line" class:inside=inside>
            {thumbnail(shown.photo_hash.as_deref(), None, "")}
            <div class="line__what">
                {title}
                <span class="line__spec">
                    {name(&line.variant_name, &line.variant_name_en).to_owned()}" · "{price}"× "{line.quantity}
                </span>
                {by_weight(shown)}
                {sold_as(shown)}
            </div>
            <div class="line__n">{share}<span class="price price--s">{yuan(line.net_fen)}</span></div>
        </li>
    }
    .into_any()
}

/// The collective mark that it was sold under, by its name of that day.
fn sold_as(shown: &OrderPageLine) -> AnyView {
    let Some(mark) = &shown.mark else { return ().into_any() };
    let words = name(&mark.name, &mark.name_en).to_owned();
    let path = link(&crate::features::marks::mark_path(&mark.slug));
    view! { <span class="line__spec">{t("集体商标 ", "Collective mark ")}<a href=path>{words}</a></span> }
        .into_any()
}

/// What was agreed of goods sold by weight, or what they weighed.
fn by_weight(shown: &OrderPageLine) -> AnyView {
    let note = shown.weighing.as_ref().map(weighed_note).filter(|note| !note.is_empty());
    note.map(|note| view! { <span class="line__spec">{note}</span> }).into_any()
}

/// Goods that replace others: they cost nothing.
pub(super) fn replacing_row(line: &LineRow) -> AnyView {
    view! {
        <li class="line">
            <div class="line__what">
                <strong>{name(&line.product_name, &line.product_name_en).to_owned()}</strong>
                <span class="line__spec">
                    {name(&line.variant_name, &line.variant_name_en).to_owned()}" × "{line.quantity}" · "
                    {t("换货补发", "replacement")}
                </span>
            </div>
        </li>
    }
    .into_any()
}

/// Goods, freight, what is or was paid.
pub(super) fn totals(page: &OrderPage) -> AnyView {
    let order = &page.order;
    let paid = order.paid_at_ms.is_some();
    let freight =
        if order.freight_fen.is_zero() { t("包邮", "free").to_owned() } else { yuan(order.freight_fen) };
    view! {
        <dl class="totals">
            <div><dt>{t("商品", "Goods")}</dt><dd>{yuan(order.goods_fen)}</dd></div>
            <div><dt>{t("运费", "Freight")}</dt><dd>{freight}</dd></div>
            {ui::surcharge_row(page.surcharge_fen)}
            <div class="totals__sum">
                <dt>{if paid { t("实付", "Paid") } else { t("应付", "To pay") }}</dt>
                <dd>{ui::price(order.total_fen)}</dd>
            </div>
        </dl>
    }
    .into_any()
}

/// Where the money goes: as it stands in the books once paid, as it was frozen at placement before that; nothing for
/// orders that came to nothing.
///
/// # Errors
/// Those of reading.
pub(super) async fn money(page: &OrderPage) -> service::Result<AnyView> {
    let order = &page.order;
    let bar = match order.status {
        OrderStatus::AwaitingPayment => frozen_bar(page),
        OrderStatus::Paid | OrderStatus::Completed => {
            let mut conn = services().db.read().await?;
            service::shop::order_money_bar(&mut conn, order.id).await?
        }
        _ => None,
    };
    let Some(bar) = bar else { return Ok(().into_any()) };
    let title = match locale() {
        Locale::Zh => format!("这 {} 去了哪里", yuan(bar.total_fen)),
        Locale::En => format!("Where the {} goes", yuan(bar.total_fen)),
    };
    Ok(view! { <section class="box">{ui::money_bar(title, &bar)}</section> }.into_any())
}

fn frozen_bar(page: &OrderPage) -> Option<MoneyBar> {
    let named = |share: &OrderShare| Named {
        slug: share.village_slug.clone(),
        name: share.name.clone(),
        name_en: share.name_en.clone(),
    };
    let mut parts: Vec<(MoneyPartKind, Fen)> = page
        .shares
        .iter()
        .map(|share| {
            let (name, name_en) = (share.name.clone(), share.name_en.clone());
            (MoneyPartKind::Collective { village: named(share), name, name_en }, share.amount_fen)
        })
        .collect();
    parts.push((MoneyPartKind::Freight, page.order.freight_fen));
    parts.retain(|(_, amount)| amount.is_positive());
    let weights: Vec<i64> = parts.iter().map(|(_, amount)| amount.get()).collect();
    let permille = domain::money::allot(Fen::new(1000), &weights).ok()?;
    let parts = parts
        .into_iter()
        .zip(permille)
        .map(|((kind, amount_fen), width)| MoneyPart { kind, amount_fen, permille: width.get() })
        .collect();
    Some(MoneyBar { total_fen: page.order.total_fen, parts, fee_fen: Fen::ZERO, planned: true })
}

/// What happened to the order, newest first.
pub(super) fn history(page: &OrderPage) -> AnyView {
    let order = &page.order;
    let mut events: Vec<(i64, String, String)> = Vec::new();
    let mut add = |at_ms: Option<i64>, what: &str, more: String| {
        events.extend(at_ms.map(|at_ms| (at_ms, what.to_owned(), more)));
    };
    add(Some(order.placed_at_ms), t("已下单", "Ordered"), String::new());
    let paid_by = page.payments.iter().find(|payment| payment.status == PaymentStatus::Captured);
    let method = payment_method(locale(), paid_by.map_or(PaymentMethod::Online, |payment| payment.method));
    add(order.paid_at_ms, t("已付款", "Paid"), method.to_owned());
    for parcel in &page.parcels {
        let by = format!("{} {}", parcel.carrier, parcel.tracking_number);
        add(parcel.shipped_at_ms, t("已发货", "Sent"), by.trim().to_owned());
        add(parcel.received_at_ms, t("已签收", "Received"), parcel.tracking_number.clone());
    }
    for change in &page.goods_changes {
        add(Some(change.at_ms), t("换了一批货", "Goods of another batch"), change_text(change));
    }
    match order.status {
        OrderStatus::Cancelled | OrderStatus::Refunded => {
            add(order.closed_at_ms, t("已取消", "Cancelled"), reason_text(&order.cancel_reason));
        }
        OrderStatus::Expired => {
            add(
                order.closed_at_ms,
                t("超时关闭", "Closed"),
                t("没有在时限内付款", "Not paid in time").to_owned(),
            );
        }
        OrderStatus::Completed => add(order.closed_at_ms, t("已完成", "Completed"), String::new()),
        _ => {}
    }
    for refund in &page.refunds {
        let label = refund_status(locale(), refund.status).0;
        add(Some(refund.settled_at_ms.unwrap_or(refund.created_at_ms)), label, yuan(refund.amount_fen));
    }
    // Events of one moment stay in the order in which they were named.
    events.reverse();
    events.sort_by_key(|(at_ms, _, _)| std::cmp::Reverse(*at_ms));
    ui::timeline(
        events.into_iter().map(|(at_ms, what, more)| (what, more, china_minute_text(at_ms))).collect(),
    )
}

/// Which batch took the place of which, for what.
pub(crate) fn change_text(change: &GoodsChangeRow) -> String {
    format!(
        "{} {} · {} {} → {}",
        name(&change.product_name, &change.product_name_en),
        name(&change.variant_name, &change.variant_name_en),
        t("批次", "batch"),
        change.from_code,
        change.to_code
    )
}

/// A kept reason in the reader's language; a seller's own words stay as they are.
fn reason_text(kept: &str) -> String {
    super::api::CANCEL_REASONS
        .iter()
        .find(|(zh, _)| *zh == kept)
        .map_or_else(|| kept.to_owned(), |(zh, en)| locale().pick(zh, en).to_owned())
}
