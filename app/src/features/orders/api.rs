//! What a buyer may do with an order. Orders go by their number; whose they are is the service's to say.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// An order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderForm {
    pub number: String,
}

/// Where the payment network sends the buyer of an order back to.
#[cfg(feature = "ssr")]
pub(crate) fn come_back(locale: domain::locale::Locale, number: &str) -> service::payments::ComeBack {
    use crate::context::localised;
    use crate::routes::paths;
    service::payments::ComeBack {
        paid_path: localised(locale, &paths::order_thanks(number)),
        unpaid_path: localised(locale, &paths::order(number)),
    }
}

/// The order with this number, if the viewer bought it.
#[cfg(feature = "ssr")]
async fn own_order(
    services: &service::Services,
    viewer: &service::Viewer,
    number: &str,
) -> service::Result<service::orders::OrderPage> {
    service::orders::order_page(services, viewer, number, None).await
}

/// Leads to the payment page of an order.
#[server(endpoint = "orders/pay")]
pub async fn pay_order(#[server(flatten)] form: OrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use domain::order::OrderStatus;
    submit(form, |services, viewer, form| async move {
        let order = own_order(&services, &viewer, &form.number).await?.order;
        // Whoever presses "pay" may have paid a moment ago in another window; a silent network is no reason to stop.
        if let Err(error) = service::payments::check_order(&services, order.id).await {
            tracing::warn!(order = order.number, %error, "an order could not be checked before paying");
        }
        // Whoever pressed twice may have paid between the two: the order's page says so.
        let order = own_order(&services, &viewer, &form.number).await?.order;
        if matches!(order.status, OrderStatus::Paid | OrderStatus::Completed) {
            return Ok(Then::go(crate::routes::paths::order(&order.number), ()));
        }
        let back = come_back(viewer.locale, &order.number);
        let url = service::payments::start_payment(&services, &viewer, order.id, &back).await?;
        Ok(Then::go(url, ()))
    })
    .await
}

/// An order to give up, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CancelForm {
    pub number: String,
    /// One of [`CANCEL_REASONS`].
    pub reason: String,
}

/// Why orders are given up; the Chinese words are what is kept, since the seller reads them.
pub const CANCEL_REASONS: [(&str, &str); 5] = [
    ("不想要了", "I changed my mind"),
    ("地址或电话填错了", "The address or phone is wrong"),
    ("买错或数量不对", "Wrong item or quantity"),
    ("付款遇到问题", "Paying did not work"),
    ("其他原因", "Another reason"),
];

/// Gives an order up: unpaid it is closed, paid it is refunded in full. Once it is, another reason is refused.
#[server(endpoint = "orders/cancel")]
pub async fn cancel_order(#[server(flatten)] form: CancelForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use domain::failure::Problem;
    use service::ServiceError;
    submit(form, |services, viewer, form| async move {
        if !CANCEL_REASONS.iter().any(|(reason, _)| *reason == form.reason) {
            return Err(ServiceError::invalid("reason", Problem::Unknown));
        }
        let order = own_order(&services, &viewer, &form.number).await?.order;
        service::orders::cancel_order(&services, &viewer, order.id, &form.reason).await?;
        Ok(Then::go(crate::routes::paths::order(&order.number), ()))
    })
    .await
}

/// A parcel of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReceiptForm {
    pub number: String,
    pub parcel: String,
}

/// The buyer says that a parcel has arrived.
#[server(endpoint = "orders/confirm_receipt")]
pub async fn confirm_receipt(#[server(flatten)] form: ReceiptForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let parcel = form.parcel.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::orders::confirm_receipt(&services, &viewer, parcel).await?;
        Ok(Then::go(crate::routes::paths::order(&form.number), ()))
    })
    .await
}

/// Puts what an order had into the cart once more.
#[server(endpoint = "orders/buy_again")]
pub async fn buy_again(#[server(flatten)] form: OrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let order = own_order(&services, &viewer, &form.number).await?.order;
        service::checkout::buy_again(&services, &viewer, order.id).await?;
        Ok(Then::go(crate::routes::paths::cart(), ()))
    })
    .await
}
