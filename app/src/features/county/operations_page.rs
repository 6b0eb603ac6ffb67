//! What waits for a person: money that does not match, refunds that do not go on by themselves, events that led
//! nowhere; and whether the books add up.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::operations::{
    BacklogRow, BooksCheckRow, StrangeEventRow, UnmatchedRow, WaitingRefundRow, operations_page as load,
};

use crate::context::{services, t, viewer};
use crate::layout::{Console, Screen};
use crate::routes::PageResult;
use crate::text::yuan;
use crate::ui;

/// `/county/operations`
pub async fn operations_page() -> PageResult {
    let status = load(&services(), &viewer()).await?;
    let title = t("运行情况", "Operations");
    let sub = t(
        "需要人来处理的钱和事。处理办法写在每一项下面。",
        "Money and things that need a person. What to do stands below each.",
    );
    let quiet =
        status.is_quiet().then(|| ui::alert("ok", t("没有需要人处理的事", "Nothing waits for a person"), ()));
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {quiet}
            {figures(&status.backlog, status.now_ms)}
            {books(status.books.as_ref())}
            {unmatched(&status.unmatched)}
            {refunds(&status.refunds)}
            {events(&status.events)}
        </div>
    };
    Ok(Screen::console(Console::admin(t("服务团", "Corps")), title, body))
}

fn figures(backlog: &BacklogRow, now_ms: i64) -> AnyView {
    let age = |due: Option<i64>| match due {
        Some(due_ms) => format!("{} {} s", t("最久", "oldest"), (now_ms - due_ms).max(0) / 1000),
        None => String::new(),
    };
    let stat = |label, count: i64, more: &str| ui::stat(label, &count.to_string(), more);
    ui::stats(vec![
        stat(t("占着库存的未付订单", "Unpaid orders holding stock"), backlog.open_holds, ""),
        stat(t("待办任务", "Jobs due"), backlog.outbox_due, &age(backlog.outbox_oldest_due_ms)),
        stat(
            t("过期未响的定时", "Timers overdue"),
            backlog.timers_overdue,
            &age(backlog.timers_oldest_due_ms),
        ),
        stat(t("退款重试中", "Refunds being retried"), backlog.failed_refunds - backlog.stuck_refunds, ""),
    ])
}

fn books(check: Option<&BooksCheckRow>) -> AnyView {
    let checked = check.and_then(|check| Some((check, check.checked_at_ms?)));
    let outcome = match checked {
        None => {
            ui::alert("info", t("账目还没有自动核对过", "The books were not checked by themselves yet"), ())
        }
        Some((check, at_ms)) if check.mismatches == 0 => {
            let at = view! { <p class="num">{china_minute_text(at_ms)}</p> };
            ui::alert("ok", t("账目全部相符", "The books add up"), at)
        }
        Some((check, at_ms)) => {
            let words = view! {
                <p><span class="num">{china_minute_text(at_ms)}</span>" · "{check.mismatches}" · "
                    {check.first_mismatch.clone()}</p>
                <p>{t(
                    "请立即联系运维：先备份，再用 xiangji verify 列出全部差异，不要手工改账。",
                    "Call the operator now: back up first, then list all of it with xiangji verify; do not mend the books by hand.",
                )}</p>
            };
            ui::alert("bad", t("账目有出入", "The books do not add up"), words)
        }
    };
    section(t("账目核对", "Check of the books"), "", outcome)
}

fn section(title: &'static str, what_to_do: &'static str, content: AnyView) -> AnyView {
    let advice = (!what_to_do.is_empty()).then(|| view! { <p class="small muted">{what_to_do}</p> });
    view! { <section class="box stack stack--s"><h2>{title}</h2>{content}{advice}</section> }.into_any()
}

fn table(heads: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="muted">{t("没有。", "None.")}</p> }.into_any();
    }
    let heads: Vec<_> = heads.iter().map(|head| view! { <th scope="col">{*head}</th> }).collect();
    view! {
        <div class="table-wrap">
            <table class="table table--dense">
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn unmatched(rows: &[UnmatchedRow]) -> AnyView {
    let rows = rows
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <td class="num">{china_minute_text(row.first_seen_at_ms)}</td>
                    <td class="num">{row.order_number.clone()}</td>
                    <td class="n">{yuan(row.expected_fen)}</td>
                    <td class="n">{row.amount_fen.to_yuan_string()} " " {row.currency.to_uppercase()}</td>
                    <td class="num">{row.intent_id.clone()}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let heads = [
        t("发现时间", "Seen"),
        t("订单", "Order"),
        t("应收", "Asked"),
        t("实到", "Came"),
        t("支付平台编号", "At the network"),
    ];
    section(
        t("对不上的钱", "Money that does not match"),
        t(
            "这些钱没有入账，也没有给任何订单。请在支付平台后台查到这笔款，原路退回或补齐，再由运维用 xiangji close-unmatched 结清。",
            "It is booked nowhere and belongs to no order. Find it in the payment network's console, send it back or \
             have it made whole, then let the operator close it with xiangji close-unmatched.",
        ),
        table(&heads, rows),
    )
}

fn refunds(rows: &[WaitingRefundRow]) -> AnyView {
    let rows = rows
        .iter()
        .map(|row| {
            let why = if row.status == "failed" {
                row.failure_code.clone()
            } else {
                t("由队长从银行汇回", "To be sent by bank by the captain").to_owned()
            };
            view! {
                <tr>
                    <td class="num">{china_minute_text(row.created_at_ms)}</td>
                    <td class="num">{row.order_number.clone()}</td>
                    <td class="n">{yuan(row.amount_fen)}</td>
                    <td>{why}</td>
                    <td class="num">{row.refund_id.to_string()}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let heads = [
        t("决定时间", "Decided"),
        t("订单", "Order"),
        t("金额", "Amount"),
        t("为什么停下", "Why it waits"),
        t("退款编号", "Refund"),
    ];
    section(
        t("等人处理的退款", "Refunds that wait for a person"),
        t(
            "平台多次退不回的，请与顾客联系换一个收款方式，或由运维用 xiangji refunds --retry 再试一次；银行汇款的，由队长在“到账确认”里确认。",
            "Where the network failed too often, agree on another way with the buyer, or let the operator try once more \
             with xiangji refunds --retry. Bank transfers are confirmed by the captain under Transfers.",
        ),
        table(&heads, rows),
    )
}

fn events(rows: &[StrangeEventRow]) -> AnyView {
    let rows = rows
        .iter()
        .map(|row| {
            let outcome = if row.outcome.is_empty() {
                t("未处理", "not handled").to_owned()
            } else {
                row.outcome.clone()
            };
            view! {
                <tr>
                    <td class="num">{china_minute_text(row.received_at_ms)}</td>
                    <td>{row.kind.clone()}</td>
                    <td>{outcome}</td>
                    <td class="num">{row.event_id.clone()}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let heads = [t("时间", "Time"), t("类型", "Kind"), t("结果", "Outcome"), t("编号", "Event")];
    section(
        t("没有着落的支付通知（30 天）", "Payment events that led nowhere (30 days)"),
        t(
            "通知本身已原样保存。没有处理的，平台会再发；认不出的，请在支付平台后台核对是不是本店的款。",
            "Each is kept as it came. One that was not handled is sent again; for one that names nothing of ours, look \
             in the payment network's console whether it is this shop's money.",
        ),
        table(&heads, rows),
    )
}
