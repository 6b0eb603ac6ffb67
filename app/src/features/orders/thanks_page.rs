//! `/orders/{number}/thanks`: back from the payment page.

use domain::order::OrderStatus;
use domain::payment::PaymentStatus;
use leptos::prelude::*;
use service::orders::OrderPage;

use super::access::ask_screen;
use super::parts;
use crate::context::{link, param, query, services, t, viewer};
use crate::layout::Screen;
use crate::routes::{PageResult, paths};
use crate::ui::{self, icon_l};

/// Seconds until a page that waits for the network's word looks again.
const LOOK_AGAIN_SECONDS: i64 = 4;
/// How often it does so by itself.
const LOOKS: i64 = 15;

/// Thanks, or what became of the money. Asks the network itself: the buyer may be faster than its notice.
pub async fn thanks_page() -> PageResult {
    let number = param("number");
    let read = async || service::orders::order_page(&services(), &viewer(), &number, None).await;
    let mut page = match read().await {
        Ok(page) => page,
        Err(service::ServiceError::NotFound) => return Ok(not_the_buyer()),
        Err(error) => return Err(error),
    };
    if page.order.status == OrderStatus::AwaitingPayment {
        if let Err(error) = service::payments::check_order(&services(), page.order.id).await {
            tracing::warn!(order = page.order.number, %error, "the payment network could not be asked");
        }
        page = read().await?;
    }
    let money = parts::money(&page).await?;
    let (title, body) = match page.order.status {
        OrderStatus::Paid | OrderStatus::Completed => (t("付款成功", "Paid"), paid(&page, money)),
        OrderStatus::AwaitingPayment if is_processing(&page) => {
            (t("正在确认付款", "Confirming the payment"), waiting(&page))
        }
        OrderStatus::AwaitingPayment => (t("还没有付款", "Not paid yet"), unpaid(&page)),
        _ => return Ok(Screen::go(paths::order(&page.order.number))),
    };
    Ok(Screen::shop(title, body))
}

/// Another browser than the one that ordered, for example the payment app's own.
fn not_the_buyer() -> Screen {
    ask_screen(&param("number"), None).status(404)
}

fn is_processing(page: &OrderPage) -> bool {
    page.payments.iter().any(|payment| payment.status == PaymentStatus::Processing)
}

fn paid(page: &OrderPage, money: AnyView) -> AnyView {
    let order = &page.order;
    let keep = viewer().user.is_none().then(|| {
        let path = format!("{}?next={}", paths::register(), paths::orders());
        ui::alert(
            "info",
            t("请记下订单号", "Please keep the order number"),
            view! {
                <p>
                    {t("以后用订单号和手机尾号就能查到。", "With it and the last digits of your phone you find the order again. ")}
                    <a href=link(&path)>{t("注册账号", "Make an account")}</a>
                    {t("，这笔订单会自动归到账号里。", " and this order moves into it.")}
                </p>
            },
        )
    });
    view! {
        <section class="empty">
            {icon_l("check-circle")}
            <h1>{t("谢谢，付款成功", "Thank you, it is paid")}</h1>
            <p>{t("订单", "Order")}" "<strong class="num">{order.number.clone()}</strong></p>
            <p>{t("村里会尽快打包，发货后可在订单里看到快递单号。", "The village packs it soon; the tracking number will stand in the order.")}</p>
            <div class="row">
                <a class="btn btn--primary" href=link(&paths::order(&order.number))>{t("查看订单", "See the order")}</a>
                <a class="btn btn--plain" href=link(&paths::products())>{t("继续逛", "Go on shopping")}</a>
            </div>
        </section>
        <div class="wrap--narrow stack">{keep}{money}</div>
    }
    .into_any()
}

fn waiting(page: &OrderPage) -> AnyView {
    let tried: i64 = query("look").parse().unwrap_or(0);
    let path = paths::order_thanks(&page.order.number);
    let again = format!("{}?look={}", link(&path), tried + 1);
    let refresh = (tried < LOOKS).then(|| {
        let content = format!("{LOOK_AGAIN_SECONDS};url={again}");
        view! { <meta http-equiv="refresh" content=content/> }
    });
    view! {
        {refresh}
        <section class="empty" role="status">
            {icon_l("clock")}
            <h1>{t("正在确认付款", "Confirming the payment")}</h1>
            <p>
                {t(
                    "你已付款，支付网络还在确认。不用再付一次，这一页会自己更新。",
                    "You have paid and the payment network is confirming it. Do not pay again; this page renews itself.",
                )}
            </p>
            <div class="row">
                <a class="btn btn--plain" href=again>{t("现在看看", "Look now")}</a>
                <a class="btn btn--quiet" href=link(&paths::order(&page.order.number))>{t("查看订单", "See the order")}</a>
            </div>
        </section>
    }
    .into_any()
}

fn unpaid(page: &OrderPage) -> AnyView {
    view! {
        <section class="empty">
            {icon_l("wallet")}
            <h1>{t("还没有收到付款", "No payment yet")}</h1>
            <p>
                {t(
                    "可能是付款没有成功，或者提前关掉了付款页。订单还在，可以再付一次。",
                    "It may have been declined, or its page was closed early. The order is still there; you can pay again.",
                )}
            </p>
            {parts::hold_clock(page)}
            {parts::pay_form(page)}
            <a href=link(&paths::order(&page.order.number))>{t("查看订单", "See the order")}</a>
        </section>
    }
    .into_any()
}
