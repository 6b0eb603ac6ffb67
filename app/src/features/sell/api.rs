//! What a team's captain says about money: a transfer that came or never came, a refund that went.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// A transfer that was seen on the bank statement.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmTransferForm {
    pub payment: String,
    /// Yuan, typed from the bank statement.
    pub amount: String,
}

/// Says that a bank transfer came.
#[server(endpoint = "sell/confirm_transfer")]
pub async fn confirm_transfer(#[server(flatten)] form: ConfirmTransferForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use domain::failure::Problem;
    use domain::money::Fen;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let payment = form.payment.parse().map_err(|_| service::ServiceError::NotFound)?;
        let missing = form.amount.trim().is_empty();
        let problem = if missing { Problem::Missing } else { Problem::NotMoney };
        let received =
            Fen::parse_yuan(&form.amount).map_err(|_| service::ServiceError::invalid("amount", problem))?;
        service::units::confirm_transfer(&services, &viewer, payment, received).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A transfer that never came.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GiveUpTransferForm {
    pub payment: String,
}

/// Says that nobody need look for a bank transfer any more.
#[server(endpoint = "sell/give_up_transfer")]
pub async fn give_up_transfer(#[server(flatten)] form: GiveUpTransferForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let payment = form.payment.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::units::give_up_transfer(&services, &viewer, payment).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A bank refund that was sent by hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmRefundForm {
    pub refund: String,
}

/// Says that money was sent back by bank.
#[server(endpoint = "sell/confirm_refund")]
pub async fn confirm_refund(#[server(flatten)] form: ConfirmRefundForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let refund = form.refund.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::refunds::confirm_bank_refund(&services, &viewer, refund).await?;
        Ok(Then::stay(()))
    })
    .await
}
