//! What waits for the seller, and what has ended.

use domain::after_sale::{AfterSaleKind, Side};
use domain::ids::TeamId;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::after_sales::{
    AfterSaleFilter, AfterSaleSummary, count_waiting, exported_after_sales, team_after_sales,
};
use service::report::{Cell, Report};

use super::words::{kind_words, reason_words, status_words};
use crate::context::{given_text, link, name, now_ms, query, services, t, viewer};
use crate::features::sell::team::{current_team, tabs};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::yuan;
use crate::ui;

fn filter_of_query() -> AfterSaleFilter {
    AfterSaleFilter {
        state: query("state"),
        search: query("q"),
        kind: query("kind"),
        from: query("from"),
        to: query("to"),
    }
}

/// The filter as a query.
fn text_of(filter: &AfterSaleFilter) -> String {
    given_text(&[
        ("state", &filter.state),
        ("q", &filter.search),
        ("kind", &filter.kind),
        ("from", &filter.from),
        ("to", &filter.to),
    ])
}

/// `/sell/{team}/after-sales?state=ended&q=…&kind=…&from=…&to=…&page=…`
pub async fn team_page() -> PageResult {
    let team = current_team().await?;
    let filter = filter_of_query();
    let number = query("page").parse::<i64>().unwrap_or(1).max(1);
    let (rows, has_more) = team_after_sales(&services(), &viewer(), team.id, &filter, number).await?;
    let waiting = count_waiting(&services(), &viewer(), team.id).await?;
    let title = t("售后", "After-sales");
    let sub = t(
        "先到期的先处理；到期不答复，会自动同意或转镇里。",
        "What ends first comes first; silence agrees, or passes it to the town.",
    );
    let path = paths::team_after_sales(team.id);
    let entries = vec![
        ("", t("处理中", "Open"), waiting),
        ("talk", t("待回复", "To answer"), 0),
        ("ended", t("已结束", "Ended"), 0),
    ];
    let present = Some(filter.state.as_str()).filter(|state| matches!(*state, "talk" | "ended"));
    let sheet = format!("{}{}", link(&paths::team_after_sales_sheet(team.id)), text_of(&filter));
    let list = if rows.is_empty() && filter.is_narrowed() {
        ui::nothing_found()
    } else {
        table(&rows, Side::Seller)
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ui::export_link(sheet))}
            {tabs(&path, "state", present.unwrap_or_default(), &["q", "kind", "from", "to"], entries)}
            {filter_form(team.id, &filter)}
            {list}
            {ui::pager(number, number + i64::from(has_more))}
        </div>
    };
    Ok(Screen::console(team.console().waiting(&path, waiting), title, body))
}

fn filter_form(team: TeamId, filter: &AfterSaleFilter) -> AnyView {
    let kinds =
        AfterSaleKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind_words(*kind).0.to_owned()));
    let path = paths::team_after_sales(team);
    let state = (!filter.state.is_empty()).then(|| ui::hidden("state", &filter.state));
    let all = AfterSaleFilter { state: filter.state.clone(), ..AfterSaleFilter::default() };
    let form = ui::FilterForm {
        path: &path,
        id: "a",
        days: Some(ui::FilterDays {
            label: t("申请日期从", "Asked from"),
            from: &filter.from,
            to: &filter.to,
        }),
        clear: filter.is_narrowed().then(|| format!("{}{}", link(&path), text_of(&all))),
    };
    let choices = view! {
        {ui::filter_text("a", "q", t("查找", "Find"), t("订单号、商品名称", "Order, goods"), &filter.search)}
        {ui::filter_choice("a", "kind", t("申请", "Asked for"), &filter.kind, kinds.collect())}
    };
    ui::filter_form(&form, state, choices)
}

/// `/sell/{team}/after-sales.xlsx`, narrowed like the page.
pub async fn team_sheet() -> FileResult {
    let team = current_team().await?;
    let (rows, has_more) = exported_after_sales(&services(), &viewer(), team.id, &filter_of_query()).await?;
    let heads = [
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
    let rows = rows.iter().map(sheet_row).collect();
    let report = Report::new(t("售后", "After-sales"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("after-sales", report.xlsx().await?))
}

pub(super) fn sheet_row(row: &AfterSaleSummary) -> Vec<Cell> {
    vec![
        row.order_number.clone().into(),
        kind_words(row.kind).0.into(),
        reason_words(row.reason).into(),
        name(&row.first_line, &row.first_line_en).into(),
        row.pieces.to_string().into(),
        status_words(row.status, row.offered_fen.is_some()).0.into(),
        china_minute_text(row.asked_at_ms).into(),
        row.due_at_ms.map(china_minute_text).unwrap_or_default().into(),
        Cell::Money(row.amount_fen),
    ]
}

pub(super) fn table(rows: &[AfterSaleSummary], side: Side) -> AnyView {
    if rows.is_empty() {
        return ui::empty("check-circle", t("没有要处理的售后", "Nothing to do here"), "", ());
    }
    let now_ms = now_ms();
    let items: Vec<_> = rows.iter().map(|row| item(row, side, now_ms)).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--cards">
                <caption class="vh">{t("售后", "After-sales")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t("订单", "Order")}</th>
                        <th scope="col">{t("申请", "Asked for")}</th>
                        <th scope="col">{t("商品", "Goods")}</th>
                        <th scope="col">{t("状态", "State")}</th>
                        <th scope="col">{t("期限", "Until")}</th>
                        <th scope="col" class="n">{t("退款", "Refund")}</th>
                    </tr>
                </thead>
                <tbody>{items}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn item(row: &AfterSaleSummary, side: Side, now_ms: i64) -> AnyView {
    let goods = format!("{} × {}", name(&row.first_line, &row.first_line_en), row.pieces);
    let team = (side == Side::Town).then(|| {
        view! { <br/><span class="muted small">{name(&row.team_name, &row.team_name_en).to_owned()}</span> }
    });
    let due = row.due_at_ms.map(|due_at_ms| {
        let late = due_at_ms <= now_ms;
        let is_mine = row.status.turn() == Some(side);
        let class = if late && is_mine { "num t-bad" } else { "num" };
        view! { <span class=class>{china_minute_text(due_at_ms)}</span> }
    });
    let amount = row.amount_fen.is_positive().then(|| yuan(row.amount_fen));
    let status = status_words(row.status, row.offered_fen.is_some());
    view! {
        <tr>
            <th scope="row" data-label=t("订单", "Order")>
                <a class="num" href=link(&paths::after_sale(row.id))>{row.order_number.clone()}</a>
                {team}
            </th>
            <td data-label=t("申请", "Asked for")>
                {kind_words(row.kind).0}<br/><span class="muted small">{reason_words(row.reason)}</span>
            </td>
            <td data-label=t("商品", "Goods")>{goods}</td>
            <td data-label=t("状态", "State")>{ui::status_chip(status)}</td>
            <td data-label=t("期限", "Until")>{due}</td>
            <td data-label=t("退款", "Refund") class="n">{amount}</td>
        </tr>
    }
    .into_any()
}
