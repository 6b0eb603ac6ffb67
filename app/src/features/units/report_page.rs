//! What a unit bought in a year, by village and product: what it proves against its yearly task.

use domain::money::Fen;
use domain::time::Date;
use leptos::prelude::*;
use service::units::{PurchaseRow, Purchases, purchases, purchases_xlsx};

use super::console;
use crate::context::{link, name, param, query, request, services, t, viewer};
use crate::features::county::ranking::{Place, cadre_places, ranking};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::yuan;
use crate::ui;

/// Years back that the filter offers.
const YEARS_OFFERED: i32 = 5;

fn this_year() -> i32 {
    Date::from_epoch_ms(services().now_ms()).year()
}

/// The year asked for; this one when none was, or none that a calendar has.
fn asked_year() -> i32 {
    query("year").parse().ok().filter(|year| (2000..=9998).contains(year)).unwrap_or_else(this_year)
}

/// `/unit/{unit}/report?year=2025`
pub async fn report_page() -> PageResult {
    let year = asked_year();
    let page = purchases(&services(), &viewer(), &param("unit"), year).await?;
    let title = format!("{} {year}", t("年度采购", "Purchases in"));
    let sheet = format!("{}?year={year}", paths::unit_report_sheet(&page.unit.slug));
    let download = view! {
        <a class="btn btn--plain" href=link(&sheet)>{ui::icon("download")}{t("下载 XLSX", "Download XLSX")}</a>
    };
    let sub = t(
        "已付款、扣除退款后的金额，按收款的村集体统计；不含运费。",
        "Paid, less refunds, by the collective that earned it; without freight.",
    );
    let content = if page.rows.is_empty() {
        ui::empty(
            "certificate",
            t("这一年还没有已付款的采购", "Nothing was bought and paid in this year"),
            "",
            (),
        )
    } else {
        view! {
            <section class="box">{ranking(t("按村", "By village"), &by_village(&page.rows))}</section>
            {table(&page)}
            {credits(&page)}
        }
        .into_any()
    };
    let body = view! {
        {ui::page_head(&title, sub, download)}
        {year_tabs(year)}
        <div class="stats">{ui::stat(t("合计", "Total"), &yuan(page.total_fen), "")}</div>
        {content}
    };
    Ok(Screen::console(console(&page.unit), title, body))
}

/// `/unit/{unit}/report.xlsx?year=2025`
pub async fn report_file() -> FileResult {
    let year = asked_year();
    let bytes = purchases_xlsx(&services(), &viewer(), &param("unit"), year).await?;
    Ok(FileAnswer::xlsx(format!("purchases-{year}.xlsx"), bytes))
}

fn year_tabs(chosen: i32) -> AnyView {
    let this_year = this_year();
    let base = link(&request().path);
    let tabs: Vec<_> = (0..YEARS_OFFERED)
        .map(|back| {
            let year = this_year - back;
            let here = (year == chosen).then_some("page");
            view! { <a href=format!("{base}?year={year}") aria-current=here class="num">{year}</a> }
        })
        .collect();
    view! { <nav class="tabs" aria-label=t("年份", "Year")>{tabs}</nav> }.into_any()
}

/// Which posted cadres the purchases count for; nothing when the unit's tree has posted nobody.
fn credits(page: &Purchases) -> Option<AnyView> {
    if page.cadres.is_empty() {
        return None;
    }
    let note = t(
        "记在派驻干部名下的业绩，只作记录，不涉及提成。",
        "Credited to the posted cadres: a note of merit, never a commission.",
    );
    let chart = ranking(t("业绩归属：按驻村干部", "Credits by posted cadre"), &cadre_places(&page.cadres));
    Some(
        view! { <section class="box stack stack--s">{chart}<p class="small muted">{note}</p></section> }
            .into_any(),
    )
}

/// Villages with what was bought from them, best first.
fn by_village(rows: &[PurchaseRow]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for row in rows {
        let path = paths::village(&row.village_slug);
        match places.iter_mut().find(|place| place.path == path) {
            Some(place) => place.amount_fen += row.amount_fen,
            None => places.push(Place {
                name: name(&row.village, &row.village_en).to_owned(),
                path,
                // An order with several products of a village would count for each of them.
                order_count: None,
                amount_fen: row.amount_fen,
            }),
        }
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.amount_fen));
    places
}

fn table(page: &Purchases) -> AnyView {
    let (village, product) = (t("村", "Village"), t("商品", "Product"));
    let (orders, amount) = (t("订单", "Orders"), t("金额", "Amount"));
    let rows: Vec<_> = page
        .rows
        .iter()
        .map(|row| {
            let place = format!("{} {}", name(&row.town, &row.town_en), name(&row.village, &row.village_en));
            view! {
                <tr>
                    <th scope="row" data-label=village><a href=link(&paths::village(&row.village_slug))>{place}</a></th>
                    <td data-label=product>{name(&row.product, &row.product_en).to_owned()}</td>
                    <td data-label=orders class="n">{row.order_count}</td>
                    <td data-label=amount class="n">{yuan(row.amount_fen)}</td>
                </tr>
            }
        })
        .collect();
    let total: Fen = page.total_fen;
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("按村与商品", "By village and product")}</caption>
                <thead><tr>
                    <th scope="col">{village}</th><th scope="col">{product}</th>
                    <th scope="col" class="n">{orders}</th><th scope="col" class="n">{amount}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr class="total">
                    <th scope="row">{t("合计", "Total")}</th><td></td><td></td>
                    <td data-label=amount class="n">{yuan(total)}</td>
                </tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}
