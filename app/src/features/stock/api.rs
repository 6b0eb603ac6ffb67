//! What is done with a batch. Quantities are typed in kilograms when the product is counted in grams.

use domain::listing::InputForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// Goods that are lost.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WriteOffForm {
    pub batch: String,
    pub base_unit: String,
    pub quantity: String,
    pub reason: String,
    pub note: String,
    pub key: String,
}

/// Writes goods of a batch off.
#[server(endpoint = "stock/write_off")]
pub async fn write_off(#[server(flatten)] form: WriteOffForm) -> Result<Answer<i64>, AppError> {
    use crate::features::listing::in_base_units;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::stock::WriteOff {
            batch: form.batch,
            quantity: in_base_units(&form.quantity, &form.base_unit),
            reason: form.reason,
            note: form.note,
        };
        let left = service::stock::write_off(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(left))
    })
    .await
}

/// A part that becomes a batch of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitForm {
    pub batch: String,
    pub base_unit: String,
    pub quantity: String,
    pub code: String,
    pub place: String,
    pub note: String,
    pub key: String,
}

/// Splits a batch and shows the new one.
#[server(endpoint = "stock/split")]
pub async fn split(#[server(flatten)] form: SplitForm) -> Result<Answer<()>, AppError> {
    use crate::features::listing::in_base_units;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::stock::SplitBatch {
            batch: form.batch,
            quantity: in_base_units(&form.quantity, &form.base_unit),
            code: form.code,
            place: form.place,
            note: form.note,
        };
        let part = service::stock::split_batch(&services, &viewer, &command, &form.key).await?;
        let team = service::stock::batch_desk(&services, &viewer, &part.to_string()).await?.team;
        Ok(Then::go(format!("{}?done=split", super::batch_path(team, part)), ()))
    })
    .await
}

/// A batch that was carried to another place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    pub batch: String,
    pub place: String,
    pub note: String,
    pub key: String,
}

/// Notes where a batch lies now.
#[server(endpoint = "stock/move")]
pub async fn move_batch(#[server(flatten)] form: MoveForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::stock::MoveBatch { batch: form.batch, place: form.place, note: form.note };
        service::stock::move_batch(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// What was counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CountForm {
    pub product: String,
    pub base_unit: String,
    pub note: String,
    pub lines: Vec<CountLineForm>,
    pub key: String,
}

/// One batch; `expected` is in base units, as the page put it there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CountLineForm {
    pub batch: String,
    pub expected: String,
    pub counted: String,
    pub reason: String,
}

/// Keeps a count and sets the batches to what was counted.
#[server(endpoint = "stock/count")]
pub async fn count(#[server(flatten)] form: CountForm) -> Result<Answer<()>, AppError> {
    use crate::features::listing::in_base_units;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let product: domain::ids::ProductId =
            form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        let lines = form.lines.into_iter().map(|line| service::stock::CountLine {
            batch: line.batch,
            expected: line.expected,
            counted: in_base_units(&line.counted, &form.base_unit),
            reason: line.reason,
        });
        let command =
            service::stock::CountStock { product: form.product, note: form.note, lines: lines.collect() };
        service::stock::count_stock(&services, &viewer, &command, &form.key).await?;
        let team = service::stock::stock_view(&services, &viewer, product).await?.team;
        Ok(Then::go(format!("{}?done=counted", super::count_path(team, product)), ()))
    })
    .await
}

/// What was counted at a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CountPlaceForm {
    pub team: String,
    pub place: String,
    pub note: String,
    /// By `b` and the batch.
    pub lines: std::collections::BTreeMap<String, ShelfLineForm>,
    pub key: String,
}

/// One batch; `expected` is in base units, as the page put it there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShelfLineForm {
    /// What its product is counted in.
    pub unit: String,
    pub expected: String,
    pub counted: String,
    pub reason: String,
}

/// Keeps a count of a place, sets its batches to what was counted, and shows what it came to.
#[server(endpoint = "stock/count_place")]
pub async fn count_place(#[server(flatten)] form: CountPlaceForm) -> Result<Answer<()>, AppError> {
    use crate::features::listing::in_base_units;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let lines = form.lines.into_iter().map(|(key, line)| {
            let counted = in_base_units(&line.counted, &line.unit);
            (key, service::stock::ShelfLine { expected: line.expected, counted, reason: line.reason })
        });
        let command = service::stock::CountPlace {
            team: form.team.clone(),
            place: form.place.clone(),
            note: form.note,
            lines: lines.collect(),
        };
        service::stock::count_place(&services, &viewer, &command, &form.key).await?;
        let counts = super::counts_path(&form.team);
        Ok(Then::go(format!("{counts}?place={}&done=counted", crate::routes::encode(&form.place)), ()))
    })
    .await
}

/// The right weights by village.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectInputsForm {
    pub batch: String,
    pub inputs: Vec<InputForm>,
    pub reason: String,
    pub key: String,
}

/// Corrects whose harvest is in a batch.
#[server(endpoint = "stock/correct_inputs")]
pub async fn correct_inputs(#[server(flatten)] form: CorrectInputsForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command =
            service::stock::CorrectInputs { batch: form.batch, inputs: form.inputs, reason: form.reason };
        service::stock::correct_inputs(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// When to warn about a product.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ThresholdForm {
    pub product: String,
    pub base_unit: String,
    pub low_stock: String,
    pub near_expiry_percent: String,
}

/// Says when to warn about a product.
#[server(endpoint = "stock/set_threshold")]
pub async fn set_threshold(#[server(flatten)] form: ThresholdForm) -> Result<Answer<()>, AppError> {
    use crate::features::listing::in_base_units;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::stock::SetThreshold {
            product: form.product,
            low_stock: in_base_units(&form.low_stock, &form.base_unit),
            near_expiry_percent: form.near_expiry_percent,
        };
        service::stock::set_threshold(&services, &viewer, &command).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// The batch whose certificate is to be shown no longer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveCertificateForm {
    pub batch: String,
}

/// Takes the photo of a batch's certificate away.
#[server(endpoint = "stock/remove_certificate")]
pub async fn remove_certificate(
    #[server(flatten)] form: RemoveCertificateForm,
) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::stock::remove_certificate(&services, &viewer, &form.batch).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A batch that must not be sold or eaten.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecallForm {
    pub batch: String,
    pub reason: String,
    pub notice: String,
    pub confirm: String,
    pub key: String,
}

/// Recalls a batch: stops its sale and tells its buyers.
#[server(endpoint = "stock/recall")]
pub async fn recall(#[server(flatten)] form: RecallForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::stock::RecallBatch {
            batch: form.batch,
            reason: form.reason,
            notice: form.notice,
            confirm: form.confirm,
        };
        service::stock::recall_batch(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// The recall whose paid orders are to be refunded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RefundRecalledForm {
    /// A batch of it.
    pub batch: String,
    pub key: String,
}

/// Refunds what of a recall is paid and has not left, as one list.
#[server(endpoint = "stock/refund_recalled")]
pub async fn refund_recalled(#[server(flatten)] form: RefundRecalledForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::stock::refund_recalled_orders(&services, &viewer, &form.batch, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// The recall whose list of refunds is confirmed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmRecallRefundsForm {
    /// A batch of it.
    pub batch: String,
    /// The list that was read.
    pub list: String,
}

/// Confirms the refunds of a recall as the second person; once it is confirmed, saying so again changes nothing.
#[server(endpoint = "stock/confirm_recall_refunds")]
pub async fn confirm_recall_refunds(
    #[server(flatten)] form: ConfirmRecallRefundsForm,
) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::stock::confirm_recall_refunds(&services, &viewer, &form.batch, &form.list).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// The recall whose list of refunds is given up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WithdrawRecallRefundsForm {
    /// A batch of it.
    pub batch: String,
    /// The list that was read.
    pub list: String,
    /// Asked of whoever did not ask for the list.
    pub reason: String,
}

/// Takes the refunds of a recall back or declines them; once they are given up, saying so again changes nothing.
#[server(endpoint = "stock/withdraw_recall_refunds")]
pub async fn withdraw_recall_refunds(
    #[server(flatten)] form: WithdrawRecallRefundsForm,
) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let WithdrawRecallRefundsForm { batch, list, reason } = form;
        service::stock::withdraw_recall_refunds(&services, &viewer, &batch, &list, &reason).await?;
        Ok(Then::stay(()))
    })
    .await
}
