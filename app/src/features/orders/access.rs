//! Who may look at an order: its buyer, and whoever also knows the end of the phone number.

use domain::order::OrderStatus;
use domain::payment::PaymentStatus;
use leptos::prelude::*;
use service::ServiceError;
use service::orders::OrderPage;

use crate::AppError;
use crate::context::{link, locale, param, query, services, t, viewer};
use crate::layout::Screen;
use crate::routes::paths;
use crate::text::error_text;
use crate::ui::{self, icon};

/// A page that looks at an order asks the payment network at most this often.
const ASK_AGAIN_MS: i64 = 5_000;

/// What this viewer may see of an order.
#[derive(Debug)]
pub(super) enum Seen {
    /// The buyer, who may act as well.
    Own(Box<OrderPage>),
    /// Someone with number and phone tail, who may only look.
    Shown(Box<OrderPage>),
    /// Nothing, and not even whether there is such an order; the text says what was wrong with the attempt.
    Nothing(Option<String>),
}

/// Reads the order that the path names; `tail` in the query is the end of the phone number.
pub(super) async fn see_order() -> service::Result<Seen> {
    let seen = read().await?;
    let (Seen::Own(page) | Seen::Shown(page)) = &seen else { return Ok(seen) };
    if !should_ask(page) {
        return Ok(seen);
    }
    if let Err(error) = service::payments::check_order(&services(), page.order.id).await {
        // The reconciliation job asks again; the page shows what is known.
        tracing::warn!(order = page.order.number, %error, "the payment network could not be asked");
    }
    read().await
}

async fn read() -> service::Result<Seen> {
    let (number, tail) = (param("number"), query("tail"));
    match service::orders::order_page(&services(), &viewer(), &number, None).await {
        Ok(page) => return Ok(Seen::Own(Box::new(page))),
        Err(ServiceError::NotFound) => {}
        Err(error) => return Err(error),
    }
    if tail.is_empty() {
        return Ok(Seen::Nothing(None));
    }
    match service::orders::order_page(&services(), &viewer(), &number, Some(&tail)).await {
        Ok(page) => Ok(Seen::Shown(Box::new(page))),
        Err(ServiceError::NotFound) => {
            let text =
                t("订单号和手机尾号对不上，请核对", "Order number and phone digits do not belong together");
            Ok(Seen::Nothing(Some(text.to_owned())))
        }
        Err(error @ ServiceError::TooManyAttempts { .. }) => {
            Ok(Seen::Nothing(Some(error_text(locale(), &AppError::from(error)))))
        }
        Err(error) => Err(error),
    }
}

/// Whether money may have come that the shop does not know of yet.
fn should_ask(page: &OrderPage) -> bool {
    page.order.status == OrderStatus::AwaitingPayment
        && page.payments.iter().any(|payment| {
            matches!(payment.status, PaymentStatus::Open | PaymentStatus::Processing)
                && payment.session_id.is_some()
                && page.now_ms - payment.checked_at_ms >= ASK_AGAIN_MS
        })
}

/// The form that asks for number and phone tail; the same whether there is such an order or not.
pub(super) fn ask_screen(number: &str, wrong: Option<String>) -> Screen {
    let title = t("查找订单", "Find an order");
    let wrong = wrong.map(|text| ui::alert("warn", &text, ()));
    let sign_in = viewer().user.is_none().then(|| {
        let path = format!("{}?next={}", paths::sign_in(), paths::orders());
        view! {
            <p class="auth__alt">
                {t("下单时登录过？", "Were you signed in when you ordered? ")}
                <a href=link(&path)>{t("登录看全部订单", "Sign in to see all orders")}</a>
            </p>
        }
    });
    let body = view! {
        <section class="auth">
            <h1>{title}</h1>
            <p class="muted">
                {t(
                    "没有账号也能查：填订单号和收件手机号的后 4 位。",
                    "Works without an account: the order's number and the last 4 digits of the recipient's phone.",
                )}
            </p>
            {wrong}
            <form class="form" method="get" action=link(&paths::find_order())>
                <div class="field">
                    <label for="number">{t("订单号", "Order number")}</label>
                    <input id="number" name="number" value=number.to_owned() autocomplete="off" required placeholder="XJ…"/>
                </div>
                <div class="field">
                    <label for="tail">{t("手机号后 4 位", "Last 4 digits of the phone")}</label>
                    <input
                        id="tail"
                        name="tail"
                        class="w-s"
                        inputmode="numeric"
                        pattern="[0-9]{4}"
                        maxlength="4"
                        autocomplete="off"
                        required
                    />
                </div>
                <button class="btn btn--primary btn--wide">{icon("search")}{t("查看订单", "Show the order")}</button>
            </form>
            {sign_in}
        </section>
    };
    Screen::shop(title, body)
}
