//! The county's overview.

use domain::money::Fen;
use leptos::prelude::*;
use service::county::{CountyPage, Period, check_books, county_page};

use super::aside;
use super::ranking::{Place, cadre_places, ranking};
use crate::context::{link, name, query, services, t, viewer};
use crate::layout::{Console, Screen};
use crate::routes::{PageResult, paths};
use crate::text::yuan;
use crate::ui;

/// `/admin?period=year&verify=1`
pub async fn admin_page() -> PageResult {
    let period = if query("period") == "year" { Period::Year } else { Period::Month };
    let page = county_page(&services(), &viewer(), period).await?;
    let work = service::day::county_work(&services(), &viewer()).await?;
    let report = if query("verify") == "1" { Some(check_books(&services(), &viewer()).await?) } else { None };
    let county = name(&page.name, &page.name_en).to_owned();
    let title = t("县域销售概览", "The county's sales");
    let body = view! {
        {ui::page_head(title, &span_text(&page), ())}
        {period_tabs(period)}
        {figures(&page)}
        <div class="cols">
            <div class="stack stack--l">
                <section class="box">{steps_chart(&page)}</section>
                {rankings(&page)}
            </div>
            <aside class="stack">
                {super::work::team_work(&work)}
                {aside::stuck_refunds(&page)}
                {aside::late_parcels(&page)}
                {aside::orders_by_state(&page)}
                {aside::books_check(report.as_ref(), period)}
                {aside::links()}
            </aside>
        </div>
    };
    Ok(Screen::console(Console::admin(&county), title, body))
}

fn span_text(page: &CountyPage) -> String {
    let today = domain::time::Date::from_epoch_ms(page.now_ms);
    let (year, month, day) = today.ymd();
    match page.period {
        Period::Month => format!("{year:04}-{month:02}-01 – {year:04}-{month:02}-{day:02}"),
        Period::Year => format!("{year:04}-01-01 – {year:04}-{month:02}-{day:02}"),
    }
}

fn period_tabs(period: Period) -> AnyView {
    let tab = |wanted: Period, query: &str, label: &'static str| {
        let here = (wanted == period).then_some("page");
        view! { <a href=format!("{}{query}", link(&paths::admin())) aria-current=here>{label}</a> }
    };
    view! {
        <nav class="tabs" aria-label=t("时间段", "Period")>
            {tab(Period::Month, "", t("本月", "This month"))}
            {tab(Period::Year, "?period=year", t("今年", "This year"))}
        </nav>
    }
    .into_any()
}

fn figures(page: &CountyPage) -> AnyView {
    let placed: i64 = page.orders.iter().map(|row| row.order_count).sum();
    let selling = page.villages.iter().filter(|row| row.amount_fen.is_positive()).count();
    let late = page.late_parcels.len();
    ui::stats(vec![
        ui::stat(t("销售额", "Sales"), &yuan(page.sales_fen), &change_text(page)),
        ui::stat(t("下单数", "Orders placed"), &placed.to_string(), ""),
        ui::stat(t("有成交的村", "Villages that sold"), &format!("{selling} / {}", page.villages.len()), ""),
        ui::stat(t("迟发包裹", "Late parcels"), &late.to_string(), ""),
    ])
}

/// `比上月同期 +12%`; nothing to compare with is said, too.
fn change_text(page: &CountyPage) -> String {
    let before = match page.period {
        Period::Month => t("比上月同期", "Against the same days last month:"),
        Period::Year => t("比去年同期", "Against the same days last year:"),
    };
    if !page.sales_before_fen.is_positive() {
        return format!("{before} {}", t("无可比", "nothing to compare"));
    }
    let change = (page.sales_fen - page.sales_before_fen).get();
    let percent = i128::from(change) * 100 / i128::from(page.sales_before_fen.get());
    format!("{before} {percent:+}%")
}

fn steps_chart(page: &CountyPage) -> AnyView {
    let title = match page.period {
        Period::Month => t("本月每日销售额", "Sales by day of the month"),
        Period::Year => t("今年每月销售额", "Sales by month of the year"),
    };
    let bars: Vec<(String, i64)> =
        page.steps.iter().map(|(step, amount)| (step.to_string(), amount.get())).collect();
    ui::bar_chart(title, &bars, |fen| yuan(Fen::new(fen)))
}

fn rankings(page: &CountyPage) -> AnyView {
    let places = |rows: &[service::county::SalesRow], path: fn(&str) -> String| -> Vec<Place> {
        rows.iter()
            .map(|row| Place {
                name: name(&row.name, &row.name_en).to_owned(),
                path: path(&row.slug),
                order_count: Some(row.order_count),
                amount_fen: row.amount_fen,
            })
            .collect()
    };
    let nowhere: fn(&str) -> String = |_| String::new();
    let village: fn(&str) -> String = |slug| paths::village(slug);
    let sections = [
        (t("按镇", "By town"), towns(page)),
        (t("按村", "By village"), places(&page.villages, village)),
        (t("按队伍", "By team"), places(&page.teams, nowhere)),
        (t("按采购单位", "By purchasing unit"), places(&page.units, nowhere)),
        (t("业绩归属：按驻村干部", "Credits by posted cadre"), cadre_places(&page.cadres)),
        (t("业绩归属：按派出单位", "Credits by sending unit"), places(&page.sending_units, nowhere)),
    ];
    sections
        .into_iter()
        .map(|(title, places)| view! { <section class="box">{ranking(title, &places)}</section> })
        .collect::<Vec<_>>()
        .into_any()
}

/// Towns have no count of orders: one order may hold goods of several of a town's villages.
fn towns(page: &CountyPage) -> Vec<Place> {
    let place = |town: &service::county::TownSales| Place {
        name: name(&town.name, &town.name_en).to_owned(),
        path: String::new(),
        order_count: None,
        amount_fen: town.amount_fen,
    };
    page.towns.iter().map(place).collect()
}
