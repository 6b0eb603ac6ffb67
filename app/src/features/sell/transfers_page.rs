//! Money by bank: transfers that units announced, refunds that are to be sent by hand, and what became of earlier ones.

use domain::ids::{PaymentId, RefundId};
use domain::order::OrderStatus;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::bank_money::{
    BankDirection, BankMoney, BankMoneyPage, BankMoneyQuery, exported_bank_money, list_bank_money,
};
use service::report::{Cell, Report};

use super::api::{ConfirmRefund, ConfirmTransfer, GiveUpTransfer};
use super::team::{Team, current_team, row_failure, tabs};
use crate::context::{given_text, link, name, query, services, t, viewer};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{FileAnswer, FileResult, PageResult, paths};
use crate::text::Label;
use crate::ui;

fn query_of_address() -> BankMoneyQuery {
    BankMoneyQuery {
        state: query("state"),
        direction: query("direction"),
        from: query("from"),
        to: query("to"),
    }
}

fn text_of(wanted: &BankMoneyQuery) -> String {
    given_text(&[
        ("state", &wanted.state),
        ("direction", &wanted.direction),
        ("from", &wanted.from),
        ("to", &wanted.to),
    ])
}

/// `/sell/{team}/transfers?state=ended&direction=…&from=…&to=…&page=…`
pub async fn transfers_page() -> PageResult {
    let team = current_team().await?;
    let wanted = query_of_address();
    let number = query("page").parse().unwrap_or(1);
    let page = list_bank_money(&services(), &viewer(), team.id, &wanted, number).await?;
    let path = paths::team_transfers(team.id);
    let title = t("到账确认", "Bank transfers");
    let sub = t(
        "单位说已经汇出的货款。在银行流水里看到后，照流水上的金额填写。",
        "Money that units say they have sent. Once it is on the bank statement, type the amount that stands there.",
    );
    let sheet = format!("{}.xlsx{}", link(&path), text_of(&wanted));
    let entries = vec![("", t("待处理", "Waiting"), page.waiting), ("ended", t("已结束", "Ended"), 0)];
    let present = if wanted.is_ended() { "ended" } else { "" };
    let rows = if page.rows.is_empty() && wanted.is_narrowed() {
        ui::nothing_found()
    } else if wanted.is_ended() {
        ended(&team, &page.rows)
    } else {
        waiting(&team, &page)
    };
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ui::export_link(sheet))}
            {tabs(&path, "state", present, &["direction", "from", "to"], entries)}
            {filter_form(&path, &wanted)}
            {rows}
            {ui::pager(page.page, page.page + i64::from(page.has_more))}
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn filter_form(path: &str, wanted: &BankMoneyQuery) -> AnyView {
    let state = (!wanted.state.is_empty()).then(|| ui::hidden("state", &wanted.state));
    let all = BankMoneyQuery { state: wanted.state.clone(), ..BankMoneyQuery::default() };
    let form = ui::FilterForm {
        path,
        id: "t",
        days: Some(ui::FilterDays {
            label: t("登记或决定日期从", "Announced or decided from"),
            from: &wanted.from,
            to: &wanted.to,
        }),
        clear: wanted.is_narrowed().then(|| format!("{}{}", link(path), text_of(&all))),
    };
    let directions = BankDirection::ALL
        .iter()
        .map(|direction| (direction.as_str().to_owned(), direction_words(*direction).to_owned()));
    let direction =
        ui::filter_choice("t", "direction", t("哪一种", "Which"), &wanted.direction, directions.collect());
    ui::filter_form(&form, state, direction)
}

fn direction_words(direction: BankDirection) -> &'static str {
    match direction {
        BankDirection::In => t("单位汇款", "Transfers"),
        BankDirection::Out => t("汇回的退款", "Refunds"),
    }
}

/// What became of it, with its tone.
fn state_words(row: &BankMoney) -> Label {
    match (row.direction, row.is_open, row.settled_at_ms) {
        (BankDirection::In, 1, _) => (t("等待到账", "On its way"), "t-wait"),
        (BankDirection::Out, 1, _) => (t("待退回", "To be sent back"), "t-wait"),
        (BankDirection::In, _, Some(_)) => (t("已到账", "It came"), "t-go"),
        (BankDirection::Out, _, Some(_)) => (t("已退回", "Sent back"), "t-go"),
        (_, _, None) => (t("没有到账", "It never came"), "t-neutral"),
    }
}

/// Why money goes back.
fn reason_words(reason: &str) -> &'static str {
    match reason {
        "order_cancelled" => t("订单取消", "The order was cancelled"),
        "late_money" => t("订单关闭后才到的款", "It came after the order was closed"),
        "after_sale" => t("售后退款", "After-sale"),
        "weight" => t("实重差额", "It weighed less"),
        _ => "",
    }
}

/// Who pays or gets the money back.
fn party_of(row: &BankMoney) -> String {
    name(&row.party_name, &row.party_name_en).to_owned()
}

/// What waits to be seen on the bank statement, and what has to be sent back.
fn waiting(team: &Team, page: &BankMoneyPage) -> AnyView {
    if page.rows.is_empty() {
        let sub =
            t("单位财务登记汇款后会出现在这里。", "They appear here once a unit's finance announces one.");
        return ui::empty("bank", t("没有等待确认的汇款", "No transfer is waiting"), sub, ());
    }
    let only_captain = (!team.is_captain).then(|| {
        let words = t("只有队长能确认到账和退款", "Only the captain can confirm money");
        ui::alert("info", words, ())
    });
    let cards: Vec<_> = page
        .rows
        .iter()
        .map(|row| match row.direction {
            BankDirection::In => transfer_card(row, team.is_captain),
            BankDirection::Out => refund_card(row, team.is_captain),
        })
        .collect();
    view! { {only_captain} <div class="stack">{cards}</div> }.into_any()
}

/// What came, went back, or never came; what never came may still come.
fn ended(team: &Team, rows: &[BankMoney]) -> AnyView {
    if rows.is_empty() {
        let sub = t("到账或退回以后会列在这里。", "They are listed here once the money came or went back.");
        return ui::empty("bank", t("还没有结束的汇款", "No transfer has ended"), sub, ());
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let settled = row.settled_at_ms.map_or_else(|| "—".to_owned(), china_minute_text);
            view! {
                <tr>
                    <th scope="row" data-label=t("登记时间", "Announced")><span class="num">{china_minute_text(row.announced_at_ms)}</span></th>
                    <td data-label=t("哪一种", "Which")>{direction_words(row.direction)}</td>
                    <td data-label=t("单位", "Unit")>{party_of(row)}</td>
                    <td data-label=t("订单", "Order")><span class="num">{row.order_number.clone()}</span></td>
                    <td data-label=t("银行流水号", "Bank reference")><span class="num">{row.bank_reference.clone()}</span></td>
                    <td class="n" data-label=t("金额", "Amount")>{ui::price_s(row.amount_fen)}</td>
                    <td data-label=t("状态", "State")>{ui::status_chip(state_words(row))}{late(team, row)}</td>
                    <td data-label=t("确认时间", "Confirmed")><span class="num">{settled}</span></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="table-wrap"><table class="table table--cards table--dense">
            <caption class="vh">{t("已结束", "Ended")}</caption>
            <thead><tr>
                <th scope="col">{t("登记时间", "Announced")}</th>
                <th scope="col">{t("哪一种", "Which")}</th>
                <th scope="col">{t("单位", "Unit")}</th>
                <th scope="col">{t("订单", "Order")}</th>
                <th scope="col">{t("银行流水号", "Bank reference")}</th>
                <th scope="col" class="n">{t("金额", "Amount")}</th>
                <th scope="col">{t("状态", "State")}</th>
                <th scope="col">{t("确认时间", "Confirmed")}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// The form of a transfer that was given up and came after all.
fn late(team: &Team, row: &BankMoney) -> Option<AnyView> {
    let is_given_up = row.direction == BankDirection::In && row.settled_at_ms.is_none();
    (is_given_up && team.is_captain).then(|| {
        view! {
            <details class="fold">
                <summary>{t("后来到了？", "Did it come after all?")}</summary>
                {confirm_form(row)}
            </details>
        }
        .into_any()
    })
}

/// `/sell/{team}/transfers.xlsx`, narrowed like the page.
pub async fn transfers_sheet() -> FileResult {
    let team = current_team().await?;
    let (rows, has_more) = exported_bank_money(&services(), &viewer(), team.id, &query_of_address()).await?;
    let heads = [
        (t("登记时间", "Announced"), false),
        (t("哪一种", "Which"), false),
        (t("单位", "Unit"), true),
        (t("订单号", "Order"), false),
        (t("银行流水号", "Bank reference"), true),
        (t("金额（元，汇回为负）", "Amount (yuan, minus: sent back)"), false),
        (t("状态", "State"), false),
        (t("确认时间", "Confirmed"), false),
        (t("原因", "Reason"), true),
    ];
    let row = |row: &BankMoney| -> Vec<Cell> {
        vec![
            china_minute_text(row.announced_at_ms).into(),
            direction_words(row.direction).into(),
            party_of(row).into(),
            row.order_number.clone().into(),
            row.bank_reference.clone().into(),
            // So that the column adds up to what is on the account.
            Cell::Money(if row.direction == BankDirection::Out { -row.amount_fen } else { row.amount_fen }),
            state_words(row).0.into(),
            row.settled_at_ms.map(china_minute_text).unwrap_or_default().into(),
            reason_words(&row.reason).into(),
        ]
    };
    let rows = rows.iter().map(row).collect();
    let report = Report::new(t("银行汇款", "Bank transfers"), heads, rows, ui::cut_note(has_more));
    Ok(FileAnswer::sheet_of_today("transfers", report.xlsx().await?))
}

fn transfer_card(transfer: &BankMoney, is_captain: bool) -> AnyView {
    let id = PaymentId::from_i64(transfer.id).to_string();
    let form = is_captain.then(|| confirm_form(transfer));
    let is_closed = transfer.order_status != OrderStatus::AwaitingPayment;
    let give_up = (is_captain && is_closed && transfer.is_open == 1).then(|| give_up_form(&id));
    let closed = is_closed.then(|| {
        let words = t("订单已经关闭", "The order is closed");
        let sub = t(
            "钱要是还到了，照样确认，系统会安排退回；没有到，就不用再等。",
            "Should the money come after all, confirm it and it goes back; otherwise nobody need wait for it.",
        );
        ui::alert("info", words, view! { <p>{sub}</p> })
    });
    let facts = vec![
        (t("订单", "Order"), view! { <span class="num">{transfer.order_number.clone()}</span> }.into_any()),
        (t("应收", "Due"), ui::price_s(transfer.amount_fen).into_any()),
        (
            t("银行流水号", "Bank reference"),
            view! { <span class="num">{transfer.bank_reference.clone()}</span> }.into_any(),
        ),
        (
            t("登记时间", "Announced"),
            view! { <span class="num">{china_minute_text(transfer.announced_at_ms)}</span> }.into_any(),
        ),
    ];
    view! {
        <article class="box stack">
            <header class="box__head">
                <h2>{party_of(transfer)}</h2>
                <span class="chip t-wait">{t("等待到账", "On its way")}</span>
            </header>
            {ui::facts("", facts)}
            {closed}
            {form}
            {give_up}
        </article>
    }
    .into_any()
}

/// What stands on the bank statement.
fn confirm_form(transfer: &BankMoney) -> AnyView {
    let id = PaymentId::from_i64(transfer.id).to_string();
    let state = FormState::of::<ConfirmTransfer>().only_if("payment", &id);
    view! {
        <form class="form" method="post" action=state.action()>
            {row_failure(&state)}
            {ui::hidden("payment", &id)}
            {ui::text_field(&state, &ui::Field {
                id: &format!("a-{id}"), name: "amount", label: t("流水上的到账金额", "Amount on the statement"),
                inputmode: "decimal", after: t("元", "yuan"), ..ui::Field::default()
            })}
            <div class="form__acts">
                <button class="btn btn--primary">{ui::icon("check")}{t("确认到账", "The money is here")}</button>
            </div>
        </form>
    }
    .into_any()
}

/// That the money never came.
fn give_up_form(payment: &str) -> AnyView {
    let state = FormState::of::<GiveUpTransfer>().only_if("payment", payment);
    view! {
        <form class="form" method="post" action=state.action()>
            {row_failure(&state)}
            {ui::hidden("payment", payment)}
            <div class="form__acts">
                <button class="btn btn--quiet">{t("没有到账，不再等", "It never came: stop waiting")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn refund_card(refund: &BankMoney, is_captain: bool) -> AnyView {
    let id = RefundId::from_i64(refund.id).to_string();
    let state = FormState::of::<ConfirmRefund>().only_if("refund", &id);
    let form = is_captain.then(|| {
        view! {
            <form class="form" method="post" action=state.action()>
                {row_failure(&state)}
                {ui::hidden("refund", &id)}
                <div class="form__acts">
                    <button class="btn btn--primary">{t("已从银行退回", "Sent back by bank")}</button>
                </div>
            </form>
        }
    });
    let reason = reason_words(&refund.reason);
    let reason = (!reason.is_empty()).then(|| (t("原因", "Reason"), reason.into_any()));
    let mut facts = vec![
        (t("订单", "Order"), view! { <span class="num">{refund.order_number.clone()}</span> }.into_any()),
        (t("退款", "Amount"), ui::price_s(refund.amount_fen).into_any()),
        (
            t("原汇款流水号", "It came under"),
            view! { <span class="num">{refund.bank_reference.clone()}</span> }.into_any(),
        ),
        (
            t("决定时间", "Decided"),
            view! { <span class="num">{china_minute_text(refund.announced_at_ms)}</span> }.into_any(),
        ),
    ];
    facts.extend(reason);
    view! {
        <article class="box stack">
            <header class="box__head">
                <h2>{party_of(refund)}</h2>
                <span class="chip t-wait">{t("待退回", "To be sent back")}</span>
            </header>
            {ui::facts("", facts)}
            {form}
        </article>
    }
    .into_any()
}
