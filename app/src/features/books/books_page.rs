//! Balances and entries of a collective.

use domain::ids::CollectiveId;
use domain::money::Fen;
use domain::time::{Date, china_minute_text};
use leptos::prelude::*;
use service::ServiceError;
use service::statement::{self, KeptBooks, Statement, current_month, row_text};

use super::signed;
use crate::context::{link, locale, name, query, services, t, typed_param, viewer};
use crate::layout::{Console, Screen};
use crate::routes::{PageResult, paths};
use crate::text::yuan;
use crate::ui;

/// Months that the filter offers.
const MONTHS_OFFERED: usize = 24;

/// `/books`
pub async fn choose_page() -> PageResult {
    let kept = statement::list_kept_books(&services(), &viewer()).await?;
    match kept.as_slice() {
        [] => return Err(ServiceError::Forbidden),
        [only] => return Ok(Screen::go(paths::collective_books(only.collective.id))),
        _ => {}
    }
    let title = t("村集体账本", "The collectives' books");
    let rows: Vec<_> = kept.iter().map(kept_row).collect();
    let body = view! {
        {ui::page_head(title, t("选择一个村集体", "Choose a collective"), ())}
        <ul class="menu">{rows}</ul>
    };
    Ok(Screen::shop(title, body))
}

fn kept_row(kept: &KeptBooks) -> AnyView {
    let label = name(&kept.collective.name, &kept.collective.name_en).to_owned();
    let path = link(&paths::collective_books(kept.collective.id));
    view! {
        <li><a href=path>{ui::icon("coins")}{label}
            <span class="menu__n num">{yuan(kept.balance.total_fen())}</span></a></li>
    }
    .into_any()
}

/// `/books/{collective}?month=2025-06`
pub async fn books_page() -> PageResult {
    let collective: CollectiveId = typed_param("collective")?;
    let this_month = current_month(&services());
    let asked = query("month");
    let month = if asked.is_empty() { this_month.clone() } else { asked };
    let page = statement::statement(&services(), &viewer(), collective, &month).await?;
    let now = service::books::treasurer_page(&services(), &viewer(), collective, 0, 0, 1).await?;
    let year = Date::from_epoch_ms(page.now_ms).year();
    let income = statement::income_by_month(&services(), &viewer(), collective, year).await?;
    let who = name(&page.collective.name, &page.collective.name_en).to_owned();
    let title = t("余额与明细", "Balances and entries");
    let sub = format!(
        "{} · {}",
        name(&page.collective.village_name, &page.collective.village_name_en),
        page.collective.credit_code
    );
    let body = view! {
        {ui::page_head(title, &sub, sheet_links(collective, &month))}
        {balances(now.pending_fen, now.available_fen)}
        <section class="box">{income_chart(year, &income)}</section>
        <section class="stack">
            <div class="section-head"><h2>{t("明细", "Entries")} " " <span class="num">{month.clone()}</span></h2></div>
            {month_filter(&month, &this_month)}
            {entries(&page)}
        </section>
    };
    Ok(Screen::console(Console::treasurer(collective, &who, &month), title, body))
}

fn sheet_links(collective: CollectiveId, month: &str) -> AnyView {
    view! {
        <a class="btn btn--plain" href=link(&paths::statement(collective, month))>
            {ui::icon("print")}{t("打印对账单", "Print the statement")}
        </a>
        <a class="btn btn--plain" href=link(&paths::statement_sheet(collective, month))>
            {ui::icon("download")}{t("下载 XLSX", "Download XLSX")}
        </a>
    }
    .into_any()
}

fn balances(pending_fen: Fen, available_fen: Fen) -> AnyView {
    let pending = t(
        "顾客已付款，售后期未满。若发生退款，会从这里扣回。",
        "Paid by customers; the after-sale window is still open. A refund takes it back from here.",
    );
    let available = t(
        "售后期已满，归村集体所有，等待结算到账户。",
        "The after-sale window has closed: this is the collective's own, to be settled to its account.",
    );
    let tile = |label: &'static str, amount: Fen, meaning: &'static str| {
        view! {
            <div class="stat">
                <span class="stat__k">{label}</span>
                <span class="stat__v num">{yuan(amount)}</span>
                <span class="small muted">{meaning}</span>
            </div>
        }
    };
    view! {
        <div class="stats">
            {tile(t("可用余额", "Available"), available_fen, available)}
            {tile(t("待结算", "Pending"), pending_fen, pending)}
        </div>
    }
    .into_any()
}

fn income_chart(year: i32, income: &[Fen; 12]) -> AnyView {
    let title = match locale() {
        domain::locale::Locale::Zh => format!("{year} 年各月收入（已扣退款）"),
        domain::locale::Locale::En => format!("Income by month of {year}, less refunds"),
    };
    let bars: Vec<(String, i64)> =
        (1..).zip(income).map(|(month, amount): (i64, _)| (month.to_string(), amount.get())).collect();
    ui::bar_chart(&title, &bars, |fen| yuan(Fen::new(fen)))
}

/// This month and those before it, newest first; the chosen one even if it is older.
fn offered_months(this_month: &str, chosen: &str) -> Vec<String> {
    let mut months = Vec::with_capacity(MONTHS_OFFERED + 1);
    let mut next = this_month.get(..7).and_then(|month| format!("{month}-01").parse::<Date>().ok());
    while let Some(first) = next.filter(|_| months.len() < MONTHS_OFFERED) {
        months.push(first.month_text());
        next = Some(first.plus_days(-1).first_of_month());
    }
    if !months.iter().any(|month| month == chosen) {
        months.push(chosen.to_owned());
    }
    months
}

fn month_filter(chosen: &str, this_month: &str) -> AnyView {
    let options: Vec<_> = offered_months(this_month, chosen)
        .into_iter()
        .map(|month| {
            let is_chosen = month == chosen;
            view! { <option value=month.clone() selected=is_chosen>{month.clone()}</option> }
        })
        .collect();
    view! {
        <form class="bar" method="get">
            <label for="month">{t("月份", "Month")}</label>
            <select id="month" name="month" class="w-s">{options}</select>
            <button class="btn btn--plain">{t("查看", "Show")}</button>
        </form>
    }
    .into_any()
}

fn entries(page: &Statement) -> AnyView {
    if page.movements.is_empty() {
        return ui::empty(
            "coins",
            t("这个月没有明细", "Nothing was booked in this month"),
            t(
                "顾客付款后，归本集体的份额会当天出现在这里。",
                "Once a customer pays, the collective's share shows here the same day.",
            ),
            (),
        );
    }
    let (time, what, order) = (t("时间", "Time"), t("事项", "What happened"), t("订单号", "Order"));
    let (pending, available) = (t("待结算", "Pending"), t("可用", "Available"));
    // Newest first, as one looks for the latest; the printed statement runs the other way.
    let rows: Vec<_> = page
        .movements
        .iter()
        .rev()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label=time class="num">{china_minute_text(row.at_ms)}</th>
                    <td data-label=what>{row_text(locale(), row)}</td>
                    <td data-label=order class="num">{row.order_number.clone().unwrap_or_default()}</td>
                    <td data-label=pending class="n">{signed(row.pending_fen)}</td>
                    <td data-label=available class="n">{signed(row.available_fen)}</td>
                </tr>
            }
        })
        .collect();
    let pending_change = page.closing.pending_fen - page.opening.pending_fen;
    let available_change = page.closing.available_fen - page.opening.available_fen;
    view! {
        <div class="table-wrap">
            <table class="table table--cards table--dense">
                <caption class="vh">{t("明细", "Entries")}</caption>
                <thead><tr>
                    <th scope="col">{time}</th><th scope="col">{what}</th><th scope="col">{order}</th>
                    <th scope="col" class="n">{pending}</th><th scope="col" class="n">{available}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr class="total">
                    <th scope="row">{t("本月变动", "Change in the month")}</th><td></td><td></td>
                    <td data-label=pending class="n">{signed(pending_change)}</td>
                    <td data-label=available class="n">{signed(available_change)}</td>
                </tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::offered_months;

    #[test]
    fn months_run_back_over_the_year() {
        let months = offered_months("2025-02", "2019-05");
        assert_eq!(months[..3], ["2025-02", "2025-01", "2024-12"]);
        assert_eq!(months.last().map(String::as_str), Some("2019-05"), "the chosen month is always there");
        assert_eq!(offered_months("2025-02", "2025-01").len(), super::MONTHS_OFFERED);
    }
}
