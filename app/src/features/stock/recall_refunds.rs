//! The refunds of a recall on its page: asking for all of them at once, the second person's word, giving them up, how far they
//! are.

use domain::ids::BatchId;
use domain::locale::Locale;
use domain::time::china_minute_text;
use leptos::prelude::*;
use service::stock::{RecallPage, RefundList, RefundListState};

use super::api::{ConfirmRecallRefunds, RefundRecalled, WithdrawRecallRefunds};
use crate::context::{locale, t};
use crate::form::FormState;
use crate::text::yuan;
use crate::ui::{self, Field};

/// Nothing when no paid parcel waits and none ever did.
pub(super) fn refunds(page: &RecallPage) -> AnyView {
    let (refunds, batch) = (&page.refunds, page.recall.batch_id);
    if refunds.waiting == 0 && refunds.list.is_none() {
        return ().into_any();
    }
    let list = refunds.list.as_ref().map(list_view);
    let ask = (refunds.waiting > 0).then(|| ask_form(batch, refunds.waiting));
    let decide = match &refunds.list {
        Some(list) if refunds.may_confirm => {
            Some(view! { {confirm_form(batch, list)}{decline_form(batch, list)} }.into_any())
        }
        Some(list) if refunds.may_withdraw => Some(withdraw_form(batch, list)),
        _ => None,
    };
    view! {
        <section class="box stack" aria-labelledby="recall-refunds">
            <header class="box__head"><h2 id="recall-refunds">{t("没发出的订单：退款", "Orders that have not left: refunds")}</h2></header>
            {list}{decide}{ask}
        </section>
    }
    .into_any()
}

fn list_view(list: &RefundList) -> AnyView {
    let (amount, parcels) = (yuan(list.amount_fen), list.parcels);
    let text = match (list.state, locale()) {
        (RefundListState::AwaitingSecond, Locale::Zh) => {
            format!(
                "{parcels} 个包裹，合计 {amount}，等另一位复核：服务队队长或县服务团，不能是提出退款的人。整张清单只复核一次。"
            )
        }
        (RefundListState::AwaitingSecond, Locale::En) => format!(
            "Parcels: {parcels}, {amount} in all. They wait for a second person: the team's captain or the county's corps, not \
             who asked for it. The list is confirmed once, as a whole."
        ),
        (RefundListState::Running, Locale::Zh) => {
            format!("正在退款：{} / {parcels}，合计 {amount}。", list.done)
        }
        (RefundListState::Running, Locale::En) => {
            format!("Being refunded: {} of {parcels}, {amount} in all.", list.done)
        }
        (RefundListState::Done, Locale::Zh) => {
            format!("已退款 {} 个包裹（清单共 {parcels} 个，合计 {amount}）。", list.refunded)
        }
        (RefundListState::Done, Locale::En) => {
            format!("Refunded: {} of the {parcels} parcels in the list, which was {amount}.", list.refunded)
        }
        (RefundListState::Withdrawn, Locale::Zh) => {
            format!("清单已由提出的人收回（{parcels} 个包裹，合计 {amount}），没有退款；可以重新提出。")
        }
        (RefundListState::Withdrawn, Locale::En) => format!(
            "Whoever asked for the list took it back (parcels: {parcels}, {amount} in all). Nothing was refunded; another \
             one may be asked for."
        ),
        (RefundListState::Declined, Locale::Zh) => format!(
            "清单没有通过复核（{parcels} 个包裹，合计 {amount}），没有退款；可以重新提出。原因：{}",
            list.reason
        ),
        (RefundListState::Declined, Locale::En) => format!(
            "The second person declined the list (parcels: {parcels}, {amount} in all). Nothing was refunded; another one \
             may be asked for. Why: {}",
            list.reason
        ),
    };
    let asked = format!("{} {}", t("提出时间", "Asked for"), china_minute_text(list.asked_at_ms));
    view! { <p role="status">{text}</p><p class="small muted num">{asked}</p> }.into_any()
}

fn ask_form(batch: BatchId, waiting: i64) -> AnyView {
    let state = FormState::of::<RefundRecalled>();
    let label = match locale() {
        Locale::Zh => format!("全部退款（{waiting} 个包裹）"),
        Locale::En => format!("Refund all of them (parcels: {waiting})"),
    };
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("batch", &batch.to_string())}
            {ui::key_field()}
            <p class="muted small">
                {t(
                    "只有召回商品的订单整单取消、连运费退回；还有别的商品的，只退召回的那几件。金额较大时要另一个人复核，整张清单只复核一次。",
                    "Orders of nothing else are cancelled and paid back with their freight; of the others the recalled pieces are paid \
                     back. A large sum waits for a second person, once for the whole list.",
                )}
            </p>
            <div class="form__acts"><button class="btn btn--danger">{label}</button></div>
        </form>
    }
    .into_any()
}

fn confirm_form(batch: BatchId, list: &RefundList) -> AnyView {
    let state = FormState::of::<ConfirmRecallRefunds>();
    let label = format!("{} {}", t("复核并退款", "Confirm and refund"), yuan(list.amount_fen));
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("batch", &batch.to_string())}
            {ui::hidden("list", &list.id.to_string())}
            <div class="form__acts"><button class="btn btn--danger">{label}</button></div>
        </form>
    }
    .into_any()
}

/// Of who asked for it.
fn withdraw_form(batch: BatchId, list: &RefundList) -> AnyView {
    let state = FormState::of::<WithdrawRecallRefunds>();
    view! {
        <form class="form" method="post" action=state.action()>
            {ui::form_errors(&state, &[])}
            {ui::hidden("batch", &batch.to_string())}
            {ui::hidden("list", &list.id.to_string())}
            <div class="form__acts"><button class="btn btn--plain">{t("收回清单", "Take the list back")}</button></div>
        </form>
    }
    .into_any()
}

/// Of the second person.
fn decline_form(batch: BatchId, list: &RefundList) -> AnyView {
    let state = FormState::of::<WithdrawRecallRefunds>();
    let label = t("为什么退回", "Why it is declined");
    view! {
        <details class="fold" open=state.is_refused()>
            <summary>{t("退回清单", "Decline the list")}</summary>
            <form class="form" method="post" action=state.action()>
                {ui::form_errors(&state, &[("reason", label)])}
                {ui::hidden("batch", &batch.to_string())}
                {ui::hidden("list", &list.id.to_string())}
                {ui::text_field(&state, &Field { name: "reason", label, max_length: Some(200), ..Field::default() })}
                <div class="form__acts"><button class="btn btn--plain">{t("退回", "Decline")}</button></div>
            </form>
        </details>
    }
    .into_any()
}
