//! What members of a unit do.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// A list, where it goes and to whom it is invoiced.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkOrderForm {
    /// The unit's name in addresses.
    pub unit: String,
    /// Which button: `check` prices the list, anything else hands it in.
    pub then: String,
    pub key: String,
    /// Number of the returned order this one takes the place of.
    pub replaces: String,
    /// `code quantity` lines.
    pub lines: String,
    pub name: String,
    pub phone: String,
    pub region: String,
    pub detail: String,
    pub email: String,
    pub note: String,
    /// `none`, `ordinary` or `special`.
    pub invoice_kind: String,
    pub invoice_title: String,
    pub invoice_tax_number: String,
    pub invoice_phone: String,
    pub invoice_address: String,
    pub invoice_bank: String,
    pub invoice_account: String,
    /// The total that the page showed, in fen; empty while it showed none.
    pub expected: String,
    /// What it said that pieces sold by weight may weigh.
    pub agreed_terms: String,
}

/// Prices a unit's list or hands it in for approval.
#[server(endpoint = "units/submit_bulk_order")]
pub async fn submit_bulk_order(#[server(flatten)] form: BulkOrderForm) -> Result<Answer<String>, AppError> {
    use super::typed;
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        let expected = form.expected.parse::<i64>().ok().filter(|_| form.then != "check");
        let Some(expected_fen) = expected else {
            let to = typed::keep_draft(&services, &viewer, typed::values(&form)).await?;
            return Ok(Then::go(to, String::new()).unsaved());
        };
        let unit = form.unit.clone();
        let command = typed::command(form, domain::money::Fen::new(expected_fen));
        let placed = service::units::submit_order(&services, &viewer, &unit, command)
            .await
            .map_err(typed::with_form_names)?;
        Ok(Then::go(paths::unit_order(unit, &placed.number), placed.number))
    })
    .await
}

/// One order of a unit, and what is said about it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UnitOrderForm {
    pub unit: String,
    pub number: String,
    /// Why it is returned or given up.
    pub reason: String,
    /// Under which reference the bank sent the money.
    pub bank_reference: String,
    /// The mistyped reference that this one takes the place of; empty when the transfer is announced.
    pub replaced: String,
    /// The parcel that has arrived.
    pub parcel: String,
}

/// Approves an order: its stock is held from now on.
#[server(endpoint = "units/approve_order")]
pub async fn approve_unit_order(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        service::units::approve_order(&services, &viewer, &form.number).await?;
        Ok(Then::go(paths::unit_order(form.unit, form.number), ()))
    })
    .await
}

/// Sends an order back to its buyer.
#[server(endpoint = "units/return_order")]
pub async fn return_unit_order(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        service::units::return_order(&services, &viewer, &form.number, &form.reason).await?;
        Ok(Then::go(paths::unit_order(form.unit, form.number), ()))
    })
    .await
}

/// Says under which reference the bank sent the money, or corrects it while nobody has seen the money.
#[server(endpoint = "units/announce_transfer")]
pub async fn announce_unit_transfer(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        let (number, reference) = (form.number.as_str(), form.bank_reference.as_str());
        if form.replaced.is_empty() {
            service::units::announce_transfer(&services, &viewer, number, reference).await?;
        } else {
            service::units::correct_transfer(&services, &viewer, number, &form.replaced, reference).await?;
        }
        Ok(Then::go(paths::unit_order(form.unit, form.number), ()))
    })
    .await
}

/// Opens the payment page of an order; the unit's finance only.
#[server(endpoint = "units/pay_order")]
pub async fn pay_unit_order(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    use domain::order::OrderStatus;
    submit(form, |services, viewer, form| async move {
        let found = service::units::unit_order_page(&services, &viewer, &form.unit, &form.number).await?;
        viewer.require_unit_finance(found.unit.id)?;
        // Paid between two presses: the order's page says so.
        if matches!(found.page.order.status, OrderStatus::Paid | OrderStatus::Completed) {
            return Ok(Then::go(paths::unit_order(&form.unit, &form.number), ()));
        }
        let path = viewer.locale.path(&paths::unit_order(&form.unit, &form.number));
        let come_back =
            service::payments::ComeBack { paid_path: format!("{path}?paid=1"), unpaid_path: path };
        let page =
            service::payments::start_payment(&services, &viewer, found.page.order.id, &come_back).await?;
        Ok(Then::go(page, ()))
    })
    .await
}

/// Gives an order up. Once it is, another reason is refused.
#[server(endpoint = "units/cancel_order")]
pub async fn cancel_unit_order(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        let found = service::units::unit_order_page(&services, &viewer, &form.unit, &form.number).await?;
        let reason = form.reason.trim();
        service::orders::cancel_order(&services, &viewer, found.page.order.id, reason).await?;
        Ok(Then::go(paths::unit_order(form.unit, form.number), ()))
    })
    .await
}

/// A parcel has arrived at the unit.
#[server(endpoint = "units/receive_parcel")]
pub async fn receive_unit_parcel(#[server(flatten)] form: UnitOrderForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        let parcel = form.parcel.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::orders::confirm_receipt(&services, &viewer, parcel).await?;
        Ok(Then::go(paths::unit_order(form.unit, form.number), ()))
    })
    .await
}
