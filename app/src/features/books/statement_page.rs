//! The statement of a month: to print, and as a spreadsheet.

use domain::ids::CollectiveId;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::statement::{self, Balance, Statement, current_month, row_text};

use super::signed;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::{grouped_yuan, yuan};
use crate::ui;

fn asked_month() -> String {
    let asked = query("month");
    if asked.is_empty() { current_month(&services()) } else { asked }
}

/// `/books/{collective}/statement?month=2025-06`
pub async fn statement_page() -> PageResult {
    let collective: CollectiveId = typed_param("collective")?;
    let month = asked_month();
    let page = statement::statement(&services(), &viewer(), collective, &month).await?;
    let title = format!("{} {month}", t("对账单", "Statement"));
    let body = view! {
        {tools(collective, &month)}
        <article class="sheet">
            <header class="sheet__head">
                <div>
                    <h1>{title.clone()}</h1>
                    <p>{name(&page.collective.name, &page.collective.name_en).to_owned()}<br/>
                        {t("统一社会信用代码", "Credit code")} " " <span class="num">{page.collective.credit_code.clone()}</span></p>
                </div>
                <p class="small">{t("出具时间", "Drawn up")} " " <span class="num">{china_minute_text(page.now_ms)}</span></p>
            </header>
            {summary(&page)}
            {table(&page)}
            <footer class="sheet__sign">
                <span>{t("会计", "Treasurer")}</span><span>{t("复核", "Checked by")}</span><span>{t("日期", "Date")}</span>
            </footer>
        </article>
    };
    Ok(Screen::sheet(title, body))
}

/// `/books/{collective}/statement.xlsx?month=2025-06`
pub async fn statement_file() -> FileResult {
    let collective: CollectiveId = typed_param("collective")?;
    let month = asked_month();
    let bytes = statement::statement_xlsx(&services(), &viewer(), collective, &month).await?;
    Ok(FileAnswer::xlsx(format!("statement-{month}.xlsx"), bytes))
}

fn tools(collective: CollectiveId, month: &str) -> AnyView {
    let back = format!("{}?month={month}", paths::collective_books(collective));
    view! {
        <p class="row no-print">
            <a class="btn btn--quiet" href=link(&back)>{ui::icon("back")}{t("返回账本", "Back to the books")}</a>
            <a class="btn btn--plain" href=link(&paths::statement_sheet(collective, month))>
                {ui::icon("download")}{t("下载 XLSX", "Download XLSX")}
            </a>
        </p>
    }
    .into_any()
}

fn summary(page: &Statement) -> AnyView {
    let (gained, given_back) = page.turnover();
    let amount = |fen: domain::money::Fen| view! { <span class="num">{yuan(fen)}</span> }.into_any();
    ui::facts(
        "facts--wide",
        vec![
            (t("期初余额", "Opening balance"), amount(page.opening.total_fen())),
            (t("本月收入", "Income of the month"), amount(gained)),
            (t("本月冲回", "Taken back in the month"), amount(given_back)),
            (t("期末余额", "Closing balance"), amount(page.closing.total_fen())),
        ],
    )
}

fn balance_row(label: &'static str, balance: Balance) -> AnyView {
    view! {
        <tr class="total">
            <th scope="row"></th><td>{label}</td><td></td>
            <td class="n">{grouped_yuan(balance.pending_fen)}</td>
            <td class="n">{grouped_yuan(balance.available_fen)}</td>
            <td class="n">{grouped_yuan(balance.total_fen())}</td>
        </tr>
    }
    .into_any()
}

fn table(page: &Statement) -> AnyView {
    let mut running = page.opening.total_fen();
    let rows: Vec<_> = page
        .movements
        .iter()
        .map(|row| {
            running += row.pending_fen + row.available_fen;
            view! {
                <tr>
                    <th scope="row" class="num">{china_minute_text(row.at_ms)}</th>
                    <td>{row_text(locale(), row)}</td>
                    <td class="num">{row.order_number.clone().unwrap_or_default()}</td>
                    <td class="n">{signed(row.pending_fen)}</td>
                    <td class="n">{signed(row.available_fen)}</td>
                    <td class="n">{grouped_yuan(running)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table table--dense">
                <caption class="vh">{t("明细", "Entries")}</caption>
                <thead><tr>
                    <th scope="col">{t("时间", "Time")}</th>
                    <th scope="col">{t("事项", "What happened")}</th>
                    <th scope="col">{t("订单号", "Order")}</th>
                    <th scope="col" class="n">{t("待结算（元）", "Pending (yuan)")}</th>
                    <th scope="col" class="n">{t("可用（元）", "Available (yuan)")}</th>
                    <th scope="col" class="n">{t("结余（元）", "Balance (yuan)")}</th>
                </tr></thead>
                <tbody>
                    {balance_row(t("期初余额", "Opening balance"), page.opening)}
                    {rows}
                    {balance_row(t("期末余额", "Closing balance"), page.closing)}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
