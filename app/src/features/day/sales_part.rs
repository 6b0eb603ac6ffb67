//! What was sold today and this month, or on the days that the address asks for: small charts, each beside its table; and all
//! of it as a sheet.

use domain::failure::FieldError;
use domain::locale::Locale;
use domain::money::Fen;
use leptos::prelude::*;
use service::day::{DayPage, DaySales, MOST_PARTS, PartSalesRow, SalesQuery};
use service::report::{Cell, Report};

use crate::context::{given_text, link, locale, name, query, query_text, request, services, t, viewer};
use crate::features::sell::team::{Team, current_team};
use crate::routes::{FileAnswer, FileResult, paths};
use crate::text::{counted, problem_text, yuan};
use crate::ui;

/// Rows of a table before all of them are asked for, as `?all=village`.
const FIRST_PARTS: usize = 8;
/// Days that have a bar each.
const MOST_DAY_BARS: usize = 62;

/// The days that the address asks for.
pub(super) fn query_of_address() -> SalesQuery {
    SalesQuery { from: query("from"), to: query("to") }
}

/// Figures, the days, villages and products. Every figure leads to the parcels behind it.
pub(super) fn sales_part(team: &Team, wanted: &SalesQuery, page: &DayPage) -> AnyView {
    let sales = &page.sales;
    let chart = sales.sum_fen.is_positive().then(|| {
        let title = if sales.is_chosen {
            t("这些天的销售额", "Sales on these days")
        } else {
            t("本月每日销售额", "Sales by day of the month")
        };
        view! { <div class="box">{ui::bar_chart(title, &bars(sales), |fen| yuan(Fen::new(fen)))}</div> }
    });
    let days = if sales.is_chosen { days_text(wanted) } else { String::new() };
    let sheet = format!("{}{days}", link(&paths::team_sales_sheet(team.id)));
    let export = ui::export_link_as(sheet, t("销售表 XLSX", "Sales as XLSX"));
    let nothing = (sales.is_chosen && sales.sum_orders == 0).then(|| {
        let sub = t("换几天试试。", "Try other days.");
        ui::empty("search", t("这些天没有卖出", "Nothing was sold on these days"), sub, ())
    });
    view! {
        <section class="stack" id="sales">
            <div class="section-head"><h2>{t("卖得怎么样", "How it sells")}</h2>{export}</div>
            {problems(&page.sales_problems)}
            {filter_form(team, wanted)}
            {ui::stats(figures(team, sales))}
            {nothing}
            {chart}
            {parts(team, sales, t("按村", "By village"), "village", &sales.villages, |id| domain::ids::VillageId::from_i64(id).to_string())}
            {parts(team, sales, t("按商品", "By product"), "product", &sales.products, |id| domain::ids::ProductId::from_i64(id).to_string())}
        </section>
    }
    .into_any()
}

/// What is wrong with the days; this month is shown meanwhile.
fn problems(problems: &[FieldError]) -> AnyView {
    let items: Vec<_> = problems
        .iter()
        .map(|error| {
            let end = if error.field == "from" { t("开始", "First day") } else { t("结束", "Last day") };
            view! { <p>{end}{t("：", ": ")}{problem_text(locale(), &error.problem)}</p> }
        })
        .collect();
    if items.is_empty() {
        return ().into_any();
    }
    let title = t("这些日期看不了，先看本月", "These days cannot be shown; this is the present month");
    ui::alert("bad", title, items)
}

fn days_text(wanted: &SalesQuery) -> String {
    given_text(&[("from", &wanted.from), ("to", &wanted.to)])
}

fn filter_form(team: &Team, wanted: &SalesQuery) -> AnyView {
    // The answer is the same page: it opens where it was asked.
    let path = format!("{}#sales", paths::team(team.id));
    let all = query("all");
    let kept = (!all.is_empty()).then(|| ui::hidden("all", &all));
    let form = ui::FilterForm {
        path: &path,
        id: "s",
        days: Some(ui::FilterDays {
            label: t("销售日期从", "Sold from"),
            from: &wanted.from,
            to: &wanted.to,
        }),
        clear: wanted.is_narrowed().then(|| link(&path)),
    };
    ui::filter_form(&form, kept, ())
}

/// A bar for each day; of a longer time, for each month.
fn bars(sales: &DaySales) -> Vec<(String, i64)> {
    let is_long = sales.days.len() > MOST_DAY_BARS;
    let mut bars: Vec<(String, i64)> = Vec::new();
    for (day, amount) in &sales.days {
        let label = if !sales.is_chosen {
            day.day().to_string()
        } else if is_long {
            day.month_text()
        } else {
            format!("{:02}-{:02}", day.month(), day.day())
        };
        match bars.last_mut() {
            Some((last, sum)) if *last == label => *sum += amount.get(),
            _ => bars.push((label, amount.get())),
        }
    }
    bars
}

fn figures(team: &Team, sales: &DaySales) -> Vec<AnyView> {
    let sum = |label: &'static str| {
        figure(&orders_path(team, &days_query(sales)), label, sales.sum_fen, sales.sum_orders)
    };
    if sales.is_chosen {
        return vec![sum(t("这些天销售额", "Sold on these days"))];
    }
    let today = orders_path(team, &today_query(sales));
    vec![
        figure(&today, t("今日销售额", "Sold today"), sales.today_fen, sales.today_orders),
        sum(t("本月销售额", "Sold this month")),
    ]
}

type Query = Vec<(&'static str, String)>;

fn today_query(sales: &DaySales) -> Query {
    vec![("status", "all".to_owned()), ("from", sales.today.to_string()), ("to", sales.today.to_string())]
}

fn days_query(sales: &DaySales) -> Query {
    vec![("status", "all".to_owned()), ("from", sales.from.to_string()), ("to", sales.to.to_string())]
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
            let today = (!sales.is_chosen).then(|| {
                let today = row.today_fen.is_positive().then(|| {
                    view! { <a href=with(today_query(sales))>{yuan(row.today_fen)}</a> }
                });
                view! { <td class="n num">{today}</td> }
            });
            let width = (row.amount_fen.get().max(0).saturating_mul(120) / highest).max(2);
            view! {
                <tr>
                    <th scope="row">{name(&row.name, &row.name_en).to_owned()}</th>
                    {today}
                    <td class="n num"><a href=with(days_query(sales))>{yuan(row.amount_fen)}</a></td>
                    <td class="day-bar">
                        <svg viewBox="0 0 120 8" width="120" height="8" aria-hidden="true">
                            <rect class="chart__bar" width=width height="8" rx="2"></rect>
                        </svg>
                    </td>
                </tr>
            }
        })
        .collect();
    let (today, sum) = if sales.is_chosen {
        (None, t("这些天", "These days"))
    } else {
        (Some(view! { <th scope="col" class="n">{t("今日", "Today")}</th> }), t("本月", "This month"))
    };
    view! {
        <div class="table-wrap">
            <table class="table table--dense" id=format!("by-{parameter}")>
                <caption>{title}</caption>
                <thead><tr>
                    <th scope="col">{t("名称", "Name")}</th>
                    {today}
                    <th scope="col" class="n">{sum}</th>
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

/// `/sell/{team}/sales.xlsx?from=…&to=…`: the same days by day, by village and by product, all that there are.
pub async fn sales_sheet() -> FileResult {
    let team = current_team().await?;
    let sales = service::day::day_sales(&services(), &viewer(), team.id, &query_of_address()).await?;
    let is_cut = [&sales.villages, &sales.products]
        .into_iter()
        .any(|rows| i64::try_from(rows.len()).is_ok_and(|count| count >= MOST_PARTS));
    let note = is_cut.then(|| t("只列出卖得最多的。", "Only what sells most is listed."));
    let (title, rows) = (t("销售", "Sales"), sheet_rows(&sales));
    let (by, named) = ((t("按", "By"), false), (t("名称", "Name"), true));
    if sales.is_chosen {
        let heads = [by, named, (t("金额（元）", "Amount (yuan)"), false)];
        let bytes = Report::new(title, heads, rows, note).xlsx().await?;
        return Ok(FileAnswer::xlsx(format!("sales-{}-{}.xlsx", sales.from, sales.to), bytes));
    }
    let heads =
        [by, named, (t("今日（元）", "Today (yuan)"), false), (t("本月（元）", "This month (yuan)"), false)];
    Ok(FileAnswer::sheet_of_today("sales", Report::new(title, heads, rows, note).xlsx().await?))
}

fn sheet_rows(sales: &DaySales) -> Vec<Vec<Cell>> {
    let row = |by: &str, name: String, today: Cell, sum: Fen| -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![by.into(), name.into()];
        cells.extend((!sales.is_chosen).then_some(today));
        cells.push(Cell::Money(sum));
        cells
    };
    let days =
        sales.days.iter().map(|(day, amount)| row(t("日", "Day"), day.to_string(), Cell::from(""), *amount));
    let part = |by: &'static str, part: &PartSalesRow| {
        row(by, name(&part.name, &part.name_en).to_owned(), Cell::Money(part.today_fen), part.amount_fen)
    };
    let villages = sales.villages.iter().map(|village| part(t("村", "Village"), village));
    let products = sales.products.iter().map(|product| part(t("商品", "Product"), product));
    let whole = if sales.is_chosen { format!("{} – {}", sales.from, sales.to) } else { String::new() };
    let total = row(t("合计", "Total"), whole, Cell::Money(sales.today_fen), sales.sum_fen);
    std::iter::once(total).chain(days).chain(villages).chain(products).collect()
}
