//! What was sold today and this month: small charts, each beside its table; and all of it as a sheet.

use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::day::{DaySales, MOST_PARTS, PartSalesRow};
use service::report::{Cell, Report};

use crate::context::{link, locale, name, query, query_text, request, services, t, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::routes::{FileAnswer, FileResult, paths};
use crate::text::{counted, yuan};
use crate::ui;

/// Rows of a table before all of them are asked for, as `?all=village`.
const FIRST_PARTS: usize = 8;

/// Figures, the month by day, villages and products. Every figure leads to the parcels behind it.
pub fn sales_part(team: &Team, sales: &DaySales) -> AnyView {
    let month = month_query(sales);
    let today = today_query(sales);
    let bars: Vec<(String, i64)> =
        sales.days.iter().map(|(day, amount)| (day.to_string(), amount.get())).collect();
    let chart = sales.month_fen.is_positive().then(|| {
        view! { <div class="box">{ui::bar_chart(t("本月每日销售额", "Sales by day of the month"), &bars, |fen| yuan(Fen::new(fen)))}</div> }
    });
    let sheet = link(&paths::team_sales_sheet(team.id));
    let export = ui::export_link_as(sheet, t("销售表 XLSX", "Sales as XLSX"));
    view! {
        <section class="stack" id="sales">
            <div class="section-head"><h2>{t("卖得怎么样", "How it sells")}</h2>{export}</div>
            {ui::stats(vec![
                figure(&orders_path(team, &today), t("今日销售额", "Sold today"), sales.today_fen, sales.today_orders),
                figure(&orders_path(team, &month), t("本月销售额", "Sold this month"), sales.month_fen, sales.month_orders),
            ])}
            {chart}
            {parts(team, sales, t("按村", "By village"), "village", &sales.villages, |id| domain::ids::VillageId::from_i64(id).to_string())}
            {parts(team, sales, t("按商品", "By product"), "product", &sales.products, |id| domain::ids::ProductId::from_i64(id).to_string())}
        </section>
    }
    .into_any()
}

type Query = Vec<(&'static str, String)>;

fn today_query(sales: &DaySales) -> Query {
    vec![("status", "all".to_owned()), ("from", sales.today.to_string()), ("to", sales.today.to_string())]
}

fn month_query(sales: &DaySales) -> Query {
    let first = sales.today.first_of_month().to_string();
    vec![("status", "all".to_owned()), ("from", first), ("to", sales.today.to_string())]
}

fn orders_path(team: &Team, query: &Query) -> String {
    let pairs: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    format!("{}{}", paths::team_orders(team.id), query_text(&pairs))
}

fn figure(path: &str, label: &'static str, amount: Fen, orders: i64) -> AnyView {
    let orders = counted(locale(), orders, "单", ["order", "orders"]);
    view! {
        <a class="stat" href=link(path)>
            <span class="stat__k">{label}</span>
            <span class="stat__v num">{yuan(amount)}</span>
            <span class="stat__d">{orders}</span>
        </a>
    }
    .into_any()
}

/// A table with a bar in each row: the table says all that the bars show.
fn parts(
    team: &Team,
    sales: &DaySales,
    title: &'static str,
    parameter: &'static str,
    rows: &[PartSalesRow],
    id_text: fn(i64) -> String,
) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let is_whole = query("all") == parameter;
    let shown = if is_whole { rows.len() } else { rows.len().min(FIRST_PARTS) };
    let highest = rows.iter().map(|row| row.amount_fen.get()).max().unwrap_or(0).max(1);
    let items: Vec<_> = rows[..shown]
        .iter()
        .map(|row| {
            let with = |mut query: Query| {
                query.push((parameter, id_text(row.id)));
                link(&orders_path(team, &query))
            };
            let today = row.today_fen.is_positive().then(|| {
                view! { <a href=with(today_query(sales))>{yuan(row.today_fen)}</a> }
            });
            let width = (row.amount_fen.get().max(0).saturating_mul(120) / highest).max(2);
            view! {
                <tr>
                    <th scope="row">{name(&row.name, &row.name_en).to_owned()}</th>
                    <td class="n num">{today}</td>
                    <td class="n num"><a href=with(month_query(sales))>{yuan(row.amount_fen)}</a></td>
                    <td class="day-bar">
                        <svg viewBox="0 0 120 8" width="120" height="8" aria-hidden="true">
                            <rect class="chart__bar" width=width height="8" rx="2"></rect>
                        </svg>
                    </td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--dense" id=format!("by-{parameter}")>
                <caption>{title}</caption>
                <thead><tr>
                    <th scope="col">{t("名称", "Name")}</th>
                    <th scope="col" class="n">{t("今日", "Today")}</th>
                    <th scope="col" class="n">{t("本月", "This month")}</th>
                    <td class="day-bar"></td>
                </tr></thead>
                <tbody>{items}</tbody>
            </table>
        </div>
        {all_link(title, parameter, rows.len(), is_whole)}
    }
    .into_any()
}

/// To all rows, or back to the first.
fn all_link(title: &'static str, parameter: &'static str, count: usize, is_whole: bool) -> AnyView {
    if count <= FIRST_PARTS {
        return ().into_any();
    }
    let is_cut = i64::try_from(count).is_ok_and(|count| count >= MOST_PARTS);
    let words = match locale() {
        Locale::Zh if is_whole => format!("只看前 {FIRST_PARTS} 个"),
        Locale::En if is_whole => format!("Only the first {FIRST_PARTS}"),
        Locale::Zh if is_cut => format!("卖得最多的 {count} 个"),
        Locale::En if is_cut => format!("The {count} that sell most"),
        Locale::Zh => format!("全部 {count} 个"),
        Locale::En => format!("All {count}"),
    };
    let wanted = if is_whole { "" } else { parameter };
    let path = format!("{}{}#by-{parameter}", link(&request().path), request().query_with("all", wanted));
    view! { <p><a class="btn btn--quiet btn--s" href=path>{title}{t("：", ": ")}{words}</a></p> }.into_any()
}

/// `/sell/{team}/sales.xlsx`: today and this month, by day, by village and by product, all that there are.
pub async fn sales_sheet() -> FileResult {
    let team = current_team().await?;
    let sales = service::day::day_sales(&services(), &viewer(), team.id).await?;
    let heads = [
        (t("按", "By"), false),
        (t("名称", "Name"), true),
        (t("今日（元）", "Today (yuan)"), false),
        (t("本月（元）", "This month (yuan)"), false),
    ];
    let is_cut = [&sales.villages, &sales.products]
        .into_iter()
        .any(|rows| i64::try_from(rows.len()).is_ok_and(|count| count >= MOST_PARTS));
    let note = is_cut.then(|| t("只列出卖得最多的。", "Only what sells most is listed."));
    let report = Report::new(t("销售", "Sales"), heads, sheet_rows(&sales), note);
    Ok(FileAnswer::sheet_of_today("sales", report.xlsx().await?))
}

fn sheet_rows(sales: &DaySales) -> Vec<Vec<Cell>> {
    let row = |by: &str, name: String, today: Cell, month: Fen| -> Vec<Cell> {
        vec![by.into(), name.into(), today, Cell::Money(month)]
    };
    let first = sales.today.first_of_month();
    let days = sales.days.iter().map(|(day, amount)| {
        row(t("日", "Day"), first.plus_days(day - 1).to_string(), Cell::from(""), *amount)
    });
    let part = |by: &'static str, part: &PartSalesRow| {
        row(by, name(&part.name, &part.name_en).to_owned(), Cell::Money(part.today_fen), part.amount_fen)
    };
    let villages = sales.villages.iter().map(|village| part(t("村", "Village"), village));
    let products = sales.products.iter().map(|product| part(t("商品", "Product"), product));
    let total = row(t("合计", "Total"), String::new(), Cell::Money(sales.today_fen), sales.month_fen);
    std::iter::once(total).chain(days).chain(villages).chain(products).collect()
}
