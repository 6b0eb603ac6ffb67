//! `/orders`: what the account has ordered.

use domain::locale::Locale;
use domain::order::OrderStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::orders::{OrderSummary, PAGE_SIZE};

use crate::context::{link, locale, name, query, services, t, viewer};
use crate::features::cart::thumbnail;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{order_status, parcel_status, yuan};
use crate::ui;

/// The history, newest first; `?before=` goes further back.
pub async fn history_page() -> PageResult {
    let before: Option<i64> = query("before").parse().ok();
    let orders = service::orders::list_my_orders(&services(), &viewer(), before).await?;
    let title = t("我的订单", "My orders");
    if orders.is_empty() && before.is_none() {
        let nothing = ui::empty(
            "receipt",
            t("还没有订单", "No orders yet"),
            t("下单后在这里看进度、物流和去向。", "Once you order, you follow it here."),
            view! { <a class="btn btn--primary" href=link(&paths::products())>{t("去看看商品", "See the products")}</a> },
        );
        return Ok(Screen::shop(title, view! { <h1 class="vh">{title}</h1>{nothing} }));
    }
    let older = orders.last().filter(|_| orders.len() as i64 >= PAGE_SIZE).map(|last| last.placed_at_ms);
    let shown: Vec<_> = orders.iter().map(order_card).collect();
    let body = view! {
        {ui::page_head(title, "", ())}
        <div class="stack">{shown}</div>
        {pages(before.is_some(), older)}
    };
    Ok(Screen::shop(title, body))
}

fn order_card(order: &OrderSummary) -> AnyView {
    let path = link(&paths::order(&order.number));
    let first = name(&order.first_line, &order.first_line_en).to_owned();
    let more = order.line_count - 1;
    let rest = (more > 0).then(|| match locale() {
        Locale::Zh => format!("等 {} 种商品", order.line_count),
        Locale::En => format!("and {more} more"),
    });
    let action = if order.status == OrderStatus::AwaitingPayment {
        view! { <a class="btn btn--clay btn--s" href=path.clone()>{t("去付款", "Pay")}</a> }.into_any()
    } else {
        view! { <a class="btn btn--plain btn--s" href=path.clone()>{t("查看订单", "Show")}</a> }.into_any()
    };
    view! {
        <article class="box order">
            <header class="box__head">
                <p class="small muted">
                    <span class="num">{order.number.clone()}</span>" · "<time>{china_minute_text(order.placed_at_ms)}</time>
                </p>
                <span class="row">{recalled_chip(order)}{ui::status_chip(progress(order))}</span>
            </header>
            <ul>
                <li class="line">
                    {thumbnail(order.photo_hash.as_deref(), None, "")}
                    <div class="line__what"><a href=path>{first}</a><span class="line__spec">{rest}</span></div>
                </li>
            </ul>
            <footer class="row row--end">
                <span>{t("合计", "Total")}" "<span class="price price--s">{yuan(order.total_fen)}</span></span>
                {action}
            </footer>
        </article>
    }
    .into_any()
}

/// That goods of an order were recalled, which its page tells of.
pub(crate) fn recalled_chip(order: &OrderSummary) -> Option<AnyView> {
    (order.recalled_lines > 0).then(|| ui::status_chip((t("已召回", "Recalled"), "t-bad")))
}

/// What the buyer wants to know of a paid order is where its parcels are.
fn progress(order: &OrderSummary) -> crate::text::Label {
    use domain::parcel::ParcelStatus;
    let parcel = if order.parcels_shipped > 0 {
        ParcelStatus::Shipped
    } else if order.parcels_to_pack > 0 {
        ParcelStatus::ToPack
    } else if order.parcels_received > 0 {
        ParcelStatus::Received
    } else {
        return order_status(locale(), order.status);
    };
    if order.status == OrderStatus::Paid {
        parcel_status(locale(), parcel)
    } else {
        order_status(locale(), order.status)
    }
}

fn pages(is_back: bool, older: Option<i64>) -> AnyView {
    if !is_back && older.is_none() {
        return ().into_any();
    }
    let newest =
        is_back.then(|| view! { <a rel="prev" href=link(&paths::orders())>{t("最新订单", "Newest")}</a> });
    let older = older.map(|before| {
        let path = format!("{}?before={before}", paths::orders());
        view! { <a rel="next" href=link(&path)>{t("更早的订单", "Older")}</a> }
    });
    view! { <nav class="pager" aria-label=t("分页", "Pages")>{newest}{older}</nav> }.into_any()
}
