//! What a member can do about an order now: decide, pay, mend, give up, confirm receipt.

use domain::ids::ParcelId;
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::payment::{PaymentMethod, PaymentStatus};
use domain::time::china_minute_text;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use service::orders::PaymentRow;
use service::units::UnitOrderPage;

use super::api::{
    AnnounceUnitTransfer, ApproveUnitOrder, CancelUnitOrder, PayUnitOrder, ReceiveUnitParcel, ReturnUnitOrder,
};
use crate::context::{link, t, viewer};
use crate::form::FormState;
use crate::routes::paths;
use crate::text::yuan;
use crate::ui::{self, Field, form_errors, text_field};

/// All that can be done now.
pub fn actions(found: &UnitOrderPage) -> AnyView {
    view! { {decide(found)}{pay(found)}{mend(found)}{give_up(found)} }.into_any()
}

/// A form that acts on this order: its fields are added by the caller.
fn order_form<F: ServerFn>(found: &UnitOrderPage, labels: &[(&str, &str)], fields: AnyView) -> AnyView {
    let state = FormState::of::<F>();
    view! {
        <form class="form" method="post" action=state.action()>
            {form_errors(&state, labels)}
            {ui::hidden("unit", &found.unit.slug)}
            {ui::hidden("number", &found.page.order.number)}
            {fields}
        </form>
    }
    .into_any()
}

fn decide(found: &UnitOrderPage) -> Option<AnyView> {
    let order = &found.page.order;
    if order.status != OrderStatus::AwaitingApproval {
        return None;
    }
    if !found.can_approve {
        let viewer = viewer();
        let is_approver = viewer.require_unit_approver(found.unit.id).is_ok();
        let is_own = order.user_id == viewer.user_id().map(|user| user.get());
        let sentence = if is_approver && is_own {
            t(
                "这是您自己提交的订单，请另一位审批人审批。",
                "You handed this order in yourself: another approver has to decide.",
            )
        } else {
            t("等待单位审批人审批。", "Waits for an approver of the unit.")
        };
        return Some(ui::alert("info", t("待审批", "Awaiting approval"), view! { <p>{sentence}</p> }));
    }
    let approve = format!("{} {}", t("审批通过", "Approve"), yuan(order.total_fen));
    let reason = t("退回原因", "Reason");
    let state = FormState::of::<ReturnUnitOrder>();
    let is_open = state.is_refused();
    let back = view! {
        {text_field(&state, &Field::new("reason", reason).hint(t("写给采购员：要改什么", "For the buyer: what to change")).max_length(200))}
        <button class="btn btn--danger">{t("退回修改", "Return it")}</button>
    }
    .into_any();
    let yes = view! { <button class="btn btn--primary btn--wide">{approve}</button> }.into_any();
    Some(
        view! {
            <section class="box stack">
                <h2>{t("审批", "Approval")}</h2>
                <p class="small muted">{t("通过后立即占用库存，转由财务付款。", "Approval holds the stock at once; finance pays next.")}</p>
                {order_form::<ApproveUnitOrder>(found, &[], yes)}
                <details class="fold" open=is_open>
                    <summary>{t("退回给采购员", "Return it to the buyer")}</summary>
                    {order_form::<ReturnUnitOrder>(found, &[("reason", reason)], back)}
                </details>
            </section>
        }
        .into_any(),
    )
}

/// The transfer that finance announced and nobody has confirmed yet.
fn announced(found: &UnitOrderPage) -> Option<&PaymentRow> {
    found.page.payments.iter().find(|payment| {
        payment.method == PaymentMethod::BankTransfer && payment.status == PaymentStatus::Processing
    })
}

fn announced_alert(payment: &PaymentRow) -> AnyView {
    let reference = payment.bank_reference.clone().unwrap_or_default();
    let sub = view! {
        <p>{t("流水号", "Reference")} " " <span class="num">{reference}</span> " · "
            <span class="num">{china_minute_text(payment.created_at_ms)}</span></p>
        <p>{t("卖方核对到账后，订单即转为已付款。", "Once the seller's side sees the money, the order is paid.")}</p>
    };
    ui::alert("info", t("已登记汇款，等待到账确认", "Transfer announced, waiting for confirmation"), sub)
}

fn pay(found: &UnitOrderPage) -> Option<AnyView> {
    let order = &found.page.order;
    if order.status != OrderStatus::AwaitingPayment {
        return None;
    }
    let until = order.hold_until_ms.map(|until_ms| {
        view! { <p class="hold">{ui::icon("clock")}{t("库存保留到", "Stock is held until")} " " <span class="num">{china_minute_text(until_ms)}</span></p> }
    });
    let announced = announced(found);
    if !found.can_pay {
        let rest = announced.map_or_else(
            || {
                let waits = t("等待单位财务付款。", "Waits for the unit's finance to pay.");
                ui::alert("info", t("待付款", "Awaiting payment"), view! { <p>{waits}</p> })
            },
            announced_alert,
        );
        return Some(view! { {until}{rest} }.into_any());
    }
    // Money that is on its way is not paid a second time beside it.
    let ways = announced.map_or_else(|| ways_to_pay(found), |payment| correct(found, payment));
    Some(
        view! {
            <section class="box stack">
                <h2>{t("付款", "Payment")} " " {ui::price_s(order.total_fen)}</h2>
                {until}
                {ways}
            </section>
        }
        .into_any(),
    )
}

/// A transfer, or the payment page.
fn ways_to_pay(found: &UnitOrderPage) -> AnyView {
    let hint = t(
        "汇款后填写回单上的流水号；附言请写订单号。",
        "After the transfer, copy the reference from the bank's slip; give the order number as its purpose.",
    );
    let button = view! {
        <button class="btn btn--primary">{ui::icon("bank")}{t("登记汇款", "Announce the transfer")}</button>
    };
    let online = view! {
        <button class="btn btn--clay btn--wide">{t("在线支付", "Pay online")} " " {yuan(found.page.order.total_fen)}</button>
    }
    .into_any();
    view! {
        <h3>{t("银行转账", "Bank transfer")}</h3>
        {transfer_form(found, hint, button.into_any())}
        <h3>{t("或在线支付", "Or pay online")}</h3>
        {order_form::<PayUnitOrder>(found, &[], online)}
    }
    .into_any()
}

/// What was announced, and the way to correct its reference.
fn correct(found: &UnitOrderPage, payment: &PaymentRow) -> AnyView {
    let is_open = FormState::of::<AnnounceUnitTransfer>().is_refused();
    let hint = t(
        "按回单填写正确的流水号，原来的会被替换。",
        "Copy it from the bank's slip again; it takes the place of the one above.",
    );
    let button = view! {
        {ui::hidden("replaced", payment.bank_reference.as_deref().unwrap_or_default())}
        <button class="btn btn--plain">{ui::icon("edit")}{t("更正流水号", "Correct the reference")}</button>
    };
    view! {
        {announced_alert(payment)}
        <details class="fold" open=is_open>
            <summary>{t("流水号填错了？", "Was the reference mistyped?")}</summary>
            {transfer_form(found, hint, button.into_any())}
        </details>
    }
    .into_any()
}

fn transfer_form(found: &UnitOrderPage, hint: &'static str, button: AnyView) -> AnyView {
    let label = t("银行流水号", "Bank reference");
    let state = FormState::of::<AnnounceUnitTransfer>();
    let fields = view! {
        {text_field(&state, &Field::new("bank_reference", label).hint(hint).max_length(60))}
        {button}
    }
    .into_any();
    order_form::<AnnounceUnitTransfer>(found, &[("bank_reference", label)], fields)
}

fn mend(found: &UnitOrderPage) -> Option<AnyView> {
    let page = &found.page;
    if page.order.status != OrderStatus::Returned {
        return None;
    }
    let reason = page.approvals.iter().rev().find(|approval| approval.decision == "returned");
    let reason = reason
        .map(|approval| view! { <p>{approval.display_name.clone()}{t("：", ": ")}{ui::as_typed(&approval.reason)}</p> });
    let edit = found.can_edit.then(|| {
        let path = format!("{}?replaces={}", paths::unit_buy(&found.unit.slug), page.order.number);
        view! { <a class="btn btn--primary" href=link(&path)>{ui::icon("edit")}{t("修改后重新提交", "Mend and hand in again")}</a> }
    });
    Some(
        view! {
            {ui::alert("warn", t("订单被退回", "The order was returned"), reason)}
            {edit}
        }
        .into_any(),
    )
}

fn give_up(found: &UnitOrderPage) -> Option<AnyView> {
    let state = FormState::of::<CancelUnitOrder>();
    if !found.page.can_cancel {
        // Somebody else gave it up meanwhile: the form is gone, and what it was told is said without it.
        return state.failure_text().map(|text| ui::alert("warn", &text, ()));
    }
    let reason = t("原因", "Reason");
    let sub = if found.page.order.paid_at_ms.is_some() {
        t("尚未发货，取消后全额退款。", "Nothing has left yet: the whole amount is refunded.")
    } else {
        t("取消后占用的库存会放回。", "Held stock goes back on sale.")
    };
    let is_open = state.is_refused();
    let fields = view! {
        <p class="small muted">{sub}</p>
        {text_field(&state, &Field::new("reason", reason).optional().max_length(200))}
        <button class="btn btn--danger">{t("取消订单", "Cancel the order")}</button>
    }
    .into_any();
    Some(
        view! {
            <details class="fold" open=is_open>
                <summary>{t("取消这份订单", "Cancel this order")}</summary>
                {order_form::<CancelUnitOrder>(found, &[("reason", reason)], fields)}
            </details>
        }
        .into_any(),
    )
}

/// The button that says a parcel has arrived.
pub fn parcel_action(found: &UnitOrderPage, parcel: ParcelId, status: ParcelStatus) -> Option<AnyView> {
    if status != ParcelStatus::Shipped {
        return None;
    }
    let fields = view! {
        {ui::hidden("parcel", &parcel.to_string())}
        <button class="btn btn--plain">{ui::icon("check")}{t("确认收货", "It has arrived")}</button>
    }
    .into_any();
    Some(order_form::<ReceiveUnitParcel>(found, &[], fields))
}
