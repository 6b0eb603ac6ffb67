//! `/orders/{number}`: one order.

use domain::ids::UnitId;
use domain::invoice::InvoiceWish;
use domain::order::{OrderKind, OrderStatus};
use domain::parcel::ParcelStatus;
use domain::payment::RefundStatus;
use leptos::prelude::*;
use service::orders::{OrderPage, ParcelRow};

use super::access::{Seen, ask_screen, see_order};
use super::api::{BuyAgain, CANCEL_REASONS, CancelOrder, ConfirmReceipt};
use super::parts;
use crate::context::{link, locale, param, query, services, t, viewer};
use crate::features::after_sales::{after_sales_box, ask_link};
use crate::form::FormState;
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::text::{order_status, parcel_status, refund_status, yuan};
use crate::ui::{self, Field, form_errors, icon, select_field};

/// An order, for its buyer; for everyone else the question for number and phone tail.
pub async fn order_page() -> PageResult {
    let (page, is_own) = match see_order().await? {
        Seen::Own(page) => (page, true),
        Seen::Shown(page) => (page, false),
        Seen::Nothing(wrong) => return Ok(ask_screen(&param("number"), wrong).status(404)),
    };
    if let (OrderKind::Unit, Some(unit), true) = (page.order.kind, page.order.unit_id, is_own) {
        let mine = service::units::list_my_units(&services(), &viewer()).await?;
        if let Some(unit) = mine.iter().find(|of| of.id == UnitId::from_i64(unit)) {
            return Ok(Screen::go(paths::unit_order(&unit.slug, &page.order.number)));
        }
    }
    let title = format!("{} {}", t("订单", "Order"), page.order.number);
    let money = parts::money(&page).await?;
    let recalls = crate::features::stock::notices::of_order(&page, is_own).await?;
    let body = view! {
        {head(&page)}
        {recalls}
        {notices(&page, is_own)}
        <div class="cols cols--sum">
            <div class="stack">
                {parts::steps(&page)}
                {parcels(&page, is_own)}
                {is_own.then(|| after_sales_box(&page))}
                {money}
                <section class="box">
                    <header class="box__head"><h2>{t("进度", "Progress")}</h2></header>
                    {parts::history(&page)}
                </section>
            </div>
            {side(&page, is_own)}
        </div>
    };
    Ok(Screen::shop(title, body))
}

fn head(page: &OrderPage) -> AnyView {
    let back = viewer().user.is_some().then(|| {
        view! { <nav class="crumbs" aria-label=t("位置", "You are here")><a href=link(&paths::orders())>{t("我的订单", "My orders")}</a></nav> }
    });
    view! {
        {back}
        <header class="order-head">
            <div>
                <h1>{parts::headline(page)}</h1>
                <p class="muted">{t("订单", "Order")}" "<span class="num">{page.order.number.clone()}</span></p>
            </div>
            {ui::status_chip(order_status(locale(), page.order.status))}
        </header>
    }
    .into_any()
}

/// What the buyer should know first.
fn notices(page: &OrderPage, is_own: bool) -> AnyView {
    let silent = (page.can_pay && query("pay") == "unavailable").then(|| {
        ui::alert(
            "warn",
            t("订单已提交，支付网络暂时没有回应", "Your order is placed, but the payment network does not answer"),
            view! {
                <p>
                    {t("库存已为你保留，请稍等片刻再点“去付款”。", "The goods are held for you. Wait a moment and press “Pay”.")}
                </p>
            },
        )
    });
    let guest = (!is_own).then(|| {
        ui::alert(
            "info",
            t("凭手机尾号查看", "Shown by the phone's last digits"),
            view! {
                <p>
                    {t(
                        "这里只能查看。付款、取消和确认收货请用下单时的浏览器或账号。",
                        "You can only look. To pay, cancel or confirm receipt use the browser or account you ordered with.",
                    )}
                </p>
            },
        )
    });
    let failures = [
        FormState::of::<CancelOrder>().failure_text(),
        FormState::of::<ConfirmReceipt>().failure_text(),
        FormState::of::<BuyAgain>().headline(),
    ];
    let failure = failures.into_iter().flatten().next().map(|text| ui::alert("warn", &text, ()));
    view! { {silent}{guest}{failure}{refunds(page)} }.into_any()
}

fn refunds(page: &OrderPage) -> AnyView {
    let shown: Vec<_> = page
        .refunds
        .iter()
        .map(|refund| {
            let kind = match refund.status {
                RefundStatus::Succeeded => "ok",
                RefundStatus::Requested => "info",
                RefundStatus::Failed => "bad",
            };
            let title = format!("{} {}", refund_status(locale(), refund.status).0, yuan(refund.amount_fen));
            let text = match refund.status {
                RefundStatus::Failed => t(
                    "退款没有成功，我们会联系你处理。",
                    "The refund did not go through; we will get in touch.",
                ),
                _ if refund.reason == "late_money" => t(
                    "订单关闭后才收到的付款，已全额原路退回。",
                    "The money came after the order was closed; all of it goes back the way it came.",
                ),
                _ if refund.reason == "weight" => t(
                    "实重比约定的最重轻，差额原路退回，银行入账可能需要几天。",
                    "It weighed less than the most: the difference goes back the way it came; banks may take a few days.",
                ),
                _ => t(
                    "原路退回，银行入账可能需要几天。",
                    "It goes back the way it came; banks may take a few days.",
                ),
            };
            ui::alert(kind, &title, view! { <p>{text}</p> })
        })
        .collect();
    shown.into_any()
}

fn parcels(page: &OrderPage, is_own: bool) -> AnyView {
    let several = page.parcels.len() > 1;
    let shown: Vec<_> = page
        .parcels
        .iter()
        .enumerate()
        .map(|(at, parcel)| parcel_box(page, at, parcel, several, is_own))
        .collect();
    shown.into_any()
}

fn parcel_box(page: &OrderPage, at: usize, parcel: &ParcelRow, several: bool, is_own: bool) -> AnyView {
    let title = if several {
        format!("{} {}", t("包裹", "Parcel"), at + 1)
    } else {
        t("商品", "Goods").to_owned()
    };
    let here: Vec<_> = page.lines.iter().filter(|line| line.line.parcel_id == parcel.id).collect();
    let lines = parts::line_rows(&here);
    let replacing: Vec<_> = page
        .replacements
        .iter()
        .filter(|line| line.parcel_id == parcel.id)
        .map(parts::replacing_row)
        .collect();
    // As long as nobody has paid, the head of the page says all there is to say.
    let chip = (parcel.status != ParcelStatus::AwaitingPayment)
        .then(|| ui::status_chip(parcel_status(locale(), parcel.status)));
    let tracking = (!parcel.tracking_number.is_empty()).then(|| {
        view! {
            <p class="row">
                {icon("truck")}
                <span>{parcel.carrier.clone()}</span>
                <strong class="num">{parcel.tracking_number.clone()}</strong>
            </p>
        }
    });
    let told = page.tracking.iter().find(|(of, _)| *of == parcel.id);
    let events = told.map(|(_, events)| crate::features::parcels::words::carrier_events(events));
    view! {
        <section class="box order">
            <header class="box__head"><h2>{title}</h2>{chip}</header>
            {tracking}
            {events}
            <ul>{lines}{replacing}</ul>
            {(is_own && parcel.status == ParcelStatus::Shipped).then(|| receipt_form(page, parcel))}
            {is_own.then(|| ask_link(page, parcel.id))}
        </section>
    }
    .into_any()
}

fn receipt_form(page: &OrderPage, parcel: &ParcelRow) -> AnyView {
    let state = FormState::of::<ConfirmReceipt>();
    view! {
        <footer>
            <form class="row row--between" method="post" action=state.action()>
                {ui::hidden("number", &page.order.number)}
                {ui::hidden("parcel", &parcel.id.to_string())}
                <span class="small muted">
                    {t("收到货、看过没问题后再确认；不点也会自动确认。", "Confirm once it is here and fine; otherwise this happens by itself.")}
                </span>
                <button class="btn btn--primary btn--s">{t("确认收货", "I have received it")}</button>
            </form>
        </footer>
    }
    .into_any()
}

fn side(page: &OrderPage, is_own: bool) -> AnyView {
    let pay = (is_own && page.can_pay)
        .then(|| view! { {parts::hold_clock(page)}{parts::pay_form(page)}{parts::pay_bar(page)} });
    let again = (is_own && page.order.status != OrderStatus::AwaitingPayment).then(|| {
        let state = FormState::of::<BuyAgain>();
        view! {
            <form method="post" action=state.action()>
                {ui::hidden("number", &page.order.number)}
                <button class="btn btn--plain btn--wide">{icon("refresh")}{t("再买一次", "Buy again")}</button>
            </form>
        }
    });
    view! {
        <aside class="summary box stack">
            <h2>{t("金额", "Amounts")}</h2>
            {parts::totals(page)}
            {pay}
            {again}
            {address(page, is_own)}
            {(is_own && page.can_cancel).then(|| cancel_fold(page))}
        </aside>
    }
    .into_any()
}

fn address(page: &OrderPage, is_own: bool) -> AnyView {
    let order = &page.order;
    let phone = if is_own { order.recipient_phone.clone() } else { masked(&order.recipient_phone) };
    let note = (!order.note.is_empty()).then(|| {
        view! { <p class="small"><span class="muted">{t("留言：", "Note: ")}</span>{order.note.clone()}</p> }
    });
    let invoice = match serde_json::from_str(&order.invoice) {
        Ok(InvoiceWish::Person { title, .. } | InvoiceWish::Unit { title, .. }) => Some(view! {
            <p class="small"><span class="muted">{t("发票：", "Invoice: ")}</span>{title}</p>
        }),
        _ => None,
    };
    view! {
        <div class="stack stack--s">
            <h3>{t("收货信息", "Delivery")}</h3>
            <address class="addr">
                <strong lang=ui::lang_of(&order.recipient_name)>{order.recipient_name.clone()}</strong>
                " "
                <span class="num">{phone}</span>
                <span lang=ui::lang_of(&order.region_name)>{order.region_name.clone()}" "{order.address.clone()}</span>
            </address>
            {note}
            {invoice}
        </div>
    }
    .into_any()
}

/// A phone number of which only the end that was typed can be read.
fn masked(phone: &str) -> String {
    let tail: String = phone.chars().skip(phone.chars().count().saturating_sub(4)).collect();
    format!("{}{tail}", "*".repeat(phone.chars().count().saturating_sub(4)))
}

fn cancel_fold(page: &OrderPage) -> AnyView {
    let state = FormState::of::<CancelOrder>();
    let what_happens = if page.order.status == OrderStatus::Paid {
        let total = yuan(page.order.total_fen);
        match locale() {
            domain::locale::Locale::Zh => format!("还没有发货。取消后 {total} 全额原路退回，订单不能恢复。"),
            domain::locale::Locale::En => {
                format!(
                    "Nothing has been sent yet. All of {total} goes back the way it came; this cannot be undone."
                )
            }
        }
    } else {
        t(
            "还没有付款。取消后为你保留的库存立即放回，订单不能恢复。",
            "Nothing has been paid. The goods held for you are put back at once; this cannot be undone.",
        )
        .to_owned()
    };
    let reasons: Vec<(String, String)> =
        CANCEL_REASONS.iter().map(|(zh, en)| ((*zh).to_owned(), locale().pick(zh, en).to_owned())).collect();
    let is_open = state.is_refused();
    view! {
        <details class="fold" open=is_open>
            <summary>{t("取消订单", "Cancel the order")}</summary>
            <form class="form stack" method="post" action=state.action()>
                {(!state.errors().is_empty()).then(|| form_errors(&state, &[("reason", t("原因", "Reason"))]))}
                <p class="small">{what_happens}</p>
                {ui::hidden("number", &page.order.number)}
                {select_field(&state, &Field::new("reason", t("原因", "Reason")), &reasons)}
                <button class="btn btn--danger">{t("取消订单", "Cancel the order")}</button>
            </form>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_the_end_of_a_phone_number_is_shown_to_those_who_typed_it() {
        assert_eq!(masked("13800001234"), "*******1234");
        assert_eq!(masked("12"), "12");
    }
}
