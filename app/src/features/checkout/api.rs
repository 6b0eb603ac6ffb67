//! Placing an order, and what it will cost.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// The wish for an invoice as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvoiceForm {
    /// `none`, `person` or `unit`.
    pub header: String,
    /// `ordinary` or `special`.
    pub kind: String,
    pub title: String,
    pub tax_number: String,
    pub email: String,
    pub phone: String,
    pub address: String,
    pub bank: String,
    pub account: String,
}

/// The checkout page as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckoutForm {
    /// The pressed button: `paste` reads the pasted address, `quote` only works the freight out, `place` orders.
    pub then: String,
    pub paste: String,
    pub name: String,
    pub phone: String,
    /// Six digits or a region in words.
    pub region: String,
    pub detail: String,
    pub email: String,
    pub note: String,
    pub invoice: InvoiceForm,
    /// `on` when the buyer has confirmed that goods which change once opened cannot be returned without a reason.
    pub confirms_opened: String,
    /// What the page said it would cost, in fen; empty as long as it could not say.
    pub expected_total: String,
    /// What the page said that pieces sold by weight may weigh.
    pub agreed_terms: String,
    pub key: String,
}

/// Turns the cart into an order and leads to its payment page; answers the order's number.
///
/// The order stands even when the payment network does not answer: then its own page follows, where paying can be
/// tried again.
#[server(endpoint = "checkout/place_order")]
pub async fn place_order(#[server(flatten)] form: CheckoutForm) -> Result<Answer<String>, AppError> {
    use crate::form::{Then, submit};
    let form = if form.then == "paste" { filled_from_paste(form) } else { form };
    submit(form, |services, viewer, form| async move {
        if form.then == "paste" || form.then == "quote" {
            // Nothing is wrong: the page comes back with everything typed, which is what was asked for.
            return Err(service::ServiceError::Invalid(Vec::new()));
        }
        let placed = service::checkout::place_order(&services, &viewer, command(form)).await?;
        let go_to = pay_path(&services, &viewer, &placed).await;
        Ok(Then::go(go_to, placed.number))
    })
    .await
}

#[cfg(feature = "ssr")]
fn command(form: CheckoutForm) -> service::checkout::PlaceOrder {
    use domain::money::Fen;
    service::checkout::PlaceOrder {
        key: form.key,
        address: domain::address::AddressForm {
            name: form.name,
            phone: form.phone,
            region: form.region,
            detail: form.detail,
        },
        email: form.email,
        note: form.note,
        invoice: invoice_wish(form.invoice),
        confirms_opened: form.confirms_opened == "on",
        // No order costs less than nothing: whatever cannot be read is a total that nobody was shown.
        agreed_terms: form.agreed_terms,
        expected_total_fen: Fen::new(form.expected_total.trim().parse().unwrap_or(-1)),
    }
}

#[cfg(feature = "ssr")]
fn invoice_wish(form: InvoiceForm) -> domain::invoice::InvoiceWish {
    use domain::invoice::{InvoiceKind, InvoiceWish};
    match form.header.as_str() {
        "person" => InvoiceWish::Person { title: form.title, email: form.email },
        "unit" => InvoiceWish::Unit {
            kind: if form.kind == "special" { InvoiceKind::Special } else { InvoiceKind::Ordinary },
            title: form.title,
            tax_number: form.tax_number,
            email: form.email,
            phone: form.phone,
            address: form.address,
            bank: form.bank,
            account: form.account,
        },
        _ => InvoiceWish::None,
    }
}

/// The payment page, or the order's own page when there is none to be had.
#[cfg(feature = "ssr")]
async fn pay_path(
    services: &service::Services,
    viewer: &service::Viewer,
    placed: &service::checkout::PlacedOrder,
) -> String {
    use crate::routes::paths;
    use service::ServiceError;
    let come_back = crate::features::orders::api::come_back(viewer.locale, &placed.number);
    let order_path = paths::order(&placed.number);
    match service::payments::start_payment(services, viewer, placed.order_id, &come_back).await {
        Ok(url) => url,
        // Sent twice, and paid in between.
        Err(ServiceError::Conflict(_)) => order_path,
        Err(error) => {
            tracing::warn!(order = placed.number, %error, "an order was placed without a payment page");
            format!("{order_path}?pay=unavailable")
        }
    }
}

/// The form with what was recognised in the pasted text; what was not stays as it was.
#[cfg(feature = "ssr")]
fn filled_from_paste(mut form: CheckoutForm) -> CheckoutForm {
    let parsed = domain::address::parse_pasted(&form.paste, service::regions::regions());
    let put = |field: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *field = value;
        }
    };
    put(&mut form.name, parsed.name);
    put(&mut form.phone, parsed.phone.map(|phone| phone.as_str().to_owned()));
    put(&mut form.region, parsed.region.map(|code| code.to_string()));
    put(&mut form.detail, parsed.detail);
    form
}

/// A text with an address somewhere in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadAddressForm {
    pub paste: String,
}

/// Reads name, telephone, region and address from a pasted text; changes nothing.
#[server(endpoint = "checkout/read_address")]
pub async fn read_address(
    #[server(flatten)] form: ReadAddressForm,
) -> Result<Answer<domain::address::ParsedAddress>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |_, _, form| async move {
        Ok(Then::stay(domain::address::parse_pasted(&form.paste, service::regions::regions())))
    })
    .await
}

/// A region to work the freight out for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuoteForm {
    pub region: String,
}

/// What the cart costs, sent to a region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutQuote {
    pub goods_fen: i64,
    /// Of each parcel, in the order of the page; `None` while the region is not known.
    pub freight_fen: Vec<Option<i64>>,
    /// Goods and freight; `None` while the freight is not known.
    pub total_fen: Option<i64>,
    /// What of the freight is for a remote region.
    pub surcharge_fen: i64,
}

crate::island::readable!(CheckoutQuote { goods_fen, freight_fen, total_fen, surcharge_fen });

#[cfg(feature = "ssr")]
impl From<&service::draft::OrderDraft> for CheckoutQuote {
    fn from(draft: &service::draft::OrderDraft) -> Self {
        Self {
            goods_fen: draft.goods_fen.get(),
            freight_fen: draft.parcels.iter().map(|parcel| parcel.freight_fen.map(|fee| fee.get())).collect(),
            total_fen: draft.freight_fen.map(|_| draft.total_fen().get()),
            surcharge_fen: draft.surcharge_fen().get(),
        }
    }
}

/// Works out what the viewer's cart costs, sent to a region.
#[server(endpoint = "checkout/quote")]
pub async fn quote_checkout(#[server(flatten)] form: QuoteForm) -> Result<Answer<CheckoutQuote>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let draft = service::checkout::preview_checkout(&services, &viewer, Some(&form.region)).await?;
        Ok(Then::go(crate::routes::paths::checkout(), CheckoutQuote::from(&draft)))
    })
    .await
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_line_fills_the_fields_and_keeps_the_rest() {
        let form = CheckoutForm {
            paste: "王小明 13800001234 陕西省安康市岚皋县城关镇1号".to_owned(),
            email: "a@example.com".to_owned(),
            ..CheckoutForm::default()
        };
        let filled = filled_from_paste(form);
        assert_eq!(
            (filled.name.as_str(), filled.phone.as_str(), filled.region.as_str(), filled.detail.as_str()),
            ("王小明", "13800001234", "610925", "城关镇1号")
        );
        assert_eq!(filled.email, "a@example.com");
    }

    #[test]
    fn what_is_not_recognised_stays_as_typed() {
        let form =
            CheckoutForm { paste: "13800001234".to_owned(), name: "李".to_owned(), ..Default::default() };
        let filled = filled_from_paste(form);
        assert_eq!((filled.name.as_str(), filled.phone.as_str()), ("李", "13800001234"));
    }

    #[test]
    fn a_page_without_a_total_expects_none_that_an_order_can_have() {
        assert!(command(CheckoutForm::default()).expected_total_fen.get() < 0);
    }
}
