//! What is done with marks. Quantities are typed in kilograms when they are counted in grams.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::features::listing::in_base_units;
use crate::form::{Answer, Then, submit};

/// A mark; `mark` and `version` are blank for a new one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveMarkForm {
    pub collective: String,
    pub mark: String,
    pub version: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    pub rules: String,
    pub rules_en: String,
    pub registration_number: String,
    pub goods_classes: String,
    pub valid_until: String,
    pub key: String,
}

/// Keeps a mark and shows its desk.
#[server(endpoint = "marks/save_mark")]
pub async fn save_mark(#[server(flatten)] form: SaveMarkForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = service::marks::SaveMark {
            collective: form.collective.clone(),
            mark: form.mark,
            version: form.version.trim().parse().unwrap_or_default(),
            name: form.name,
            name_en: form.name_en,
            story: form.story,
            story_en: form.story_en,
            rules: form.rules,
            rules_en: form.rules_en,
            registration_number: form.registration_number,
            goods_classes: form.goods_classes,
            valid_until: form.valid_until,
        };
        let mark = service::marks::save_mark(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved", super::desk_path(form.collective, mark)), ()))
    })
    .await
}

/// A licence.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantForm {
    pub mark: String,
    pub collective: String,
    pub category: String,
    pub product: String,
    pub base_unit: String,
    pub quantity: String,
    pub starts_on: String,
    pub ends_on: String,
    pub key: String,
}

/// Lets another village use a mark.
#[server(endpoint = "marks/grant_licence")]
pub async fn grant_licence(#[server(flatten)] form: GrantForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = service::marks::GrantLicence {
            mark: form.mark,
            collective: form.collective,
            category: form.category,
            product: form.product,
            quantity: in_base_units(&form.quantity, &form.base_unit),
            base_unit: form.base_unit,
            starts_on: form.starts_on,
            ends_on: form.ends_on,
        };
        service::marks::grant_licence(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A licence that is taken back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WithdrawForm {
    pub licence: String,
    pub reason: String,
    pub key: String,
}

/// Takes a licence back.
#[server(endpoint = "marks/withdraw_licence")]
pub async fn withdraw_licence(#[server(flatten)] form: WithdrawForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = service::marks::WithdrawLicence { licence: form.licence, reason: form.reason };
        service::marks::withdraw_licence(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// The mark of a listing; blank for none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    pub product: String,
    pub mark: String,
    pub key: String,
}

/// Says which mark a listing is to bear, or counts its batches again.
#[server(endpoint = "marks/choose_mark")]
pub async fn choose_mark(#[server(flatten)] form: ChooseForm) -> Result<Answer<bool>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = service::marks::ChooseMark { product: form.product, mark: form.mark };
        let bears = service::marks::choose_mark(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(bears))
    })
    .await
}

/// The mark whose certificate is to be shown no longer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveCertificateForm {
    pub mark: String,
}

/// Takes the photo of a mark's certificate away.
#[server(endpoint = "marks/remove_certificate")]
pub async fn remove_certificate(
    #[server(flatten)] form: RemoveCertificateForm,
) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        service::marks::remove_certificate(&services, &viewer, &form.mark).await?;
        Ok(Then::stay(()))
    })
    .await
}
