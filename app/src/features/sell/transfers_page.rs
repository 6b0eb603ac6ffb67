//! Money by bank: transfers that units announced, and refunds that are to be sent by hand.

use domain::time::china_minute_text;
use leptos::prelude::*;
use service::refunds::BankRefund;
use service::units::AnnouncedTransfer;

use super::api::{ConfirmRefund, ConfirmTransfer};
use super::team::{current_team, row_failure};
use crate::context::{name, services, t, viewer};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::PageResult;
use crate::ui;

/// What waits to be seen on the bank statement.
pub async fn transfers_page() -> PageResult {
    let team = current_team().await?;
    let transfers = service::units::list_transfers(&services(), &viewer(), team.id).await?;
    let refunds = service::refunds::list_bank_refunds(&services(), &viewer(), team.id).await?;
    let title = t("到账确认", "Bank transfers");
    let sub = t(
        "单位说已经汇出的货款。在银行流水里看到后，照流水上的金额填写。",
        "Money that units say they have sent. Once it is on the bank statement, type the amount that stands there.",
    );
    let only_captain = (!team.is_captain).then(|| {
        let words = t("只有队长能确认到账和退款", "Only the captain can confirm money");
        ui::alert("info", words, ())
    });
    let coming: Vec<_> = transfers.iter().map(|transfer| transfer_card(transfer, team.is_captain)).collect();
    let coming = if coming.is_empty() {
        let sub =
            t("单位财务登记汇款后会出现在这里。", "They appear here once a unit's finance announces one.");
        ui::empty("bank", t("没有等待确认的汇款", "No transfer is waiting"), sub, ())
    } else {
        view! { <div class="stack">{coming}</div> }.into_any()
    };
    let going: Vec<_> = refunds.iter().map(|refund| refund_card(refund, team.is_captain)).collect();
    let going = (!going.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>{t("要退回的汇款", "Transfers to send back")}</h2>
                <p class="muted">
                    {t(
                        "请从账户汇回，再在这里确认；确认后账本记为已退。",
                        "Send the money back from the account, then say so here; the books follow.",
                    )}
                </p>
                {going}
            </section>
        }
    });
    let body = view! {
        <div class="stack stack--l">
            {ui::page_head(title, sub, ())}
            {only_captain}
            {coming}
            {going}
        </div>
    };
    Ok(Screen::console(team.console(), title, body))
}

fn transfer_card(transfer: &AnnouncedTransfer, is_captain: bool) -> AnyView {
    let id = transfer.payment_id.to_string();
    let state = FormState::of::<ConfirmTransfer>().only_if("payment", &id);
    let form = is_captain.then(|| {
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
                <h2>{name(&transfer.unit_name, &transfer.unit_name_en).to_owned()}</h2>
                <span class="chip t-wait">{t("等待到账", "On its way")}</span>
            </header>
            {ui::facts("", facts)}
            {form}
        </article>
    }
    .into_any()
}

fn refund_card(refund: &BankRefund, is_captain: bool) -> AnyView {
    let id = refund.refund_id.to_string();
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
    let reason = (!refund.reason.is_empty()).then(|| (t("原因", "Reason"), refund.reason.clone().into_any()));
    let mut facts = vec![
        (t("订单", "Order"), view! { <span class="num">{refund.order_number.clone()}</span> }.into_any()),
        (t("退款", "Amount"), ui::price_s(refund.amount_fen).into_any()),
        (
            t("原汇款流水号", "It came under"),
            view! { <span class="num">{refund.bank_reference.clone()}</span> }.into_any(),
        ),
        (
            t("决定时间", "Decided"),
            view! { <span class="num">{china_minute_text(refund.decided_at_ms)}</span> }.into_any(),
        ),
    ];
    facts.extend(reason);
    view! {
        <article class="box stack">
            <header class="box__head">
                <h3>{refund.recipient_name.clone()}</h3>
                <span class="chip t-wait">{t("待退回", "To be sent back")}</span>
            </header>
            {ui::facts("", facts)}
            {form}
        </article>
    }
    .into_any()
}
