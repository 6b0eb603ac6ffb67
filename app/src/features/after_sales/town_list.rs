//! What waits for the town's corps, or for the county's in its place, and what was decided.

use domain::after_sale::{AfterSaleKind, Side};
use leptos::prelude::*;
use service::after_sales::{AfterSaleSummary, AppealFilter, appeals, exported_appeals};
use service::report::{Cell, Report};

use super::lists::{sheet_row, table};
use super::words::kind_words;
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::features::sell::team::tabs;
use crate::layout::{Console, Screen};
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::ui;

fn filter_of_query() -> AppealFilter {
    AppealFilter { state: query("state"), kind: query("kind"), from: query("from"), to: query("to") }
}

/// The filter as a query.
fn text_of(filter: &AppealFilter) -> String {
    given_text(&[
        ("state", &filter.state),
        ("kind", &filter.kind),
        ("from", &filter.from),
        ("to", &filter.to),
    ])
}

/// `/town/after-sales?state=decided&kind=…&from=…&to=…&page=…`: the town's, or for the county's administration all.
pub async fn town_page() -> PageResult {
    let filter = filter_of_query();
    let number = query("page").parse().unwrap_or(1);
    let found = appeals(&services(), &viewer(), &filter, number).await?;
    let title = t("售后裁定", "Appeals");
    let sub = t(
        "买卖双方谈不拢的、退款金额大的售后：看双方的说明和照片后裁定或复核。",
        "What buyer and seller cannot agree on, and large refunds: read both sides, look at the photos, decide or confirm.",
    );
    let path = paths::town_after_sales();
    let entries = vec![("", t("待处理", "To decide"), found.waiting), ("decided", t("已裁定", "Decided"), 0)];
    let present = if filter.state == "decided" { "decided" } else { "" };
    let sheet = format!("{}{}", link(&paths::town_after_sales_sheet()), text_of(&filter));
    let list = if found.rows.is_empty() && filter.is_narrowed() {
        ui::nothing_found()
    } else {
        table(&found.rows, Side::Town)
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ui::export_link(sheet))}
            {tabs(&path, "state", present, &["kind", "from", "to"], entries)}
            {filter_form(&path, &filter)}
            {list}
            {ui::pager(found.page, found.page + i64::from(found.has_more))}
        </div>
    };
    Ok(Screen::console(Console::town(), title, body))
}

fn filter_form(path: &str, filter: &AppealFilter) -> AnyView {
    let kinds =
        AfterSaleKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind_words(*kind).0.to_owned()));
    let state = (!filter.state.is_empty()).then(|| ui::hidden("state", &filter.state));
    let all = AppealFilter { state: filter.state.clone(), ..AppealFilter::default() };
    let form = ui::FilterForm {
        path,
        id: "a",
        days: Some(ui::FilterDays {
            label: t("申请日期从", "Asked from"),
            from: &filter.from,
            to: &filter.to,
        }),
        clear: filter.is_narrowed().then(|| format!("{}{}", link(path), text_of(&all))),
    };
    let kind = ui::filter_choice("a", "kind", t("申请", "Asked for"), &filter.kind, kinds.collect());
    ui::filter_form(&form, state, kind)
}

/// `/town/after-sales.xlsx`, narrowed like the page.
pub async fn town_sheet() -> FileResult {
    let (rows, has_more) = exported_appeals(&services(), &viewer(), &filter_of_query()).await?;
    let heads = [
        (t("服务队", "Team"), true),
        (t("订单号", "Order"), false),
        (t("申请", "Asked for"), false),
        (t("原因", "Reason"), false),
        (t("商品", "Goods"), true),
        (t("件数", "Pieces"), false),
        (t("状态", "State"), false),
        (t("申请时间", "Asked at"), false),
        (t("期限", "Until"), false),
        (t("退款（元）", "Refund (yuan)"), false),
    ];
    let with_team = |row: &AfterSaleSummary| -> Vec<Cell> {
        let team = Cell::from(name(&row.team_name, &row.team_name_en));
        std::iter::once(team).chain(sheet_row(row)).collect()
    };
    let rows = rows.iter().map(with_team).collect();
    let report = Report::new(t("售后裁定", "Appeals"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("appeals", report.xlsx().await?))
}
