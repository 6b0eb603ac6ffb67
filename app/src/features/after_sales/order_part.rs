//! After-sales on the page of their order.

use domain::ids::ParcelId;
use leptos::prelude::*;
use service::orders::OrderPage;

use super::words::{kind_words, status_words};
use crate::context::{link, name, t};
use crate::routes::paths;
use crate::text::yuan;
use crate::ui;

/// What was asked for, newest first; nothing when nothing was.
#[must_use]
pub fn after_sales_box(page: &OrderPage) -> AnyView {
    if page.after_sales.is_empty() {
        return ().into_any();
    }
    let items: Vec<_> = page
        .after_sales
        .iter()
        .map(|row| {
            let goods = format!("{} × {}", name(&row.first_line, &row.first_line_en), row.pieces);
            let amount = row.amount_fen.is_positive().then(|| format!(" · {}", yuan(row.amount_fen)));
            view! {
                <li class="row row--between">
                    <a href=link(&paths::after_sale(row.id))>
                        {kind_words(row.kind).0}" · "{goods}{amount}
                    </a>
                    {ui::status_chip(status_words(row.status, row.offered_fen.is_some()))}
                </li>
            }
        })
        .collect();
    view! {
        <section class="box stack" aria-labelledby="after-sales">
            <header class="box__head"><h2 id="after-sales">{t("售后", "After-sales")}</h2></header>
            <ul class="stack stack--s">{items}</ul>
        </section>
    }
    .into_any()
}

/// The way to ask about a parcel, as long as something may be asked.
#[must_use]
pub fn ask_link(page: &OrderPage, parcel: ParcelId) -> AnyView {
    if !page.askable.contains(&parcel) {
        return ().into_any();
    }
    let path = paths::ask_after_sale(&page.order.number, parcel);
    view! {
        <p class="row row--end">
            <a class="btn btn--quiet btn--s" href=link(&path)>{t("申请售后", "Refund, return or exchange")}</a>
        </p>
    }
    .into_any()
}
