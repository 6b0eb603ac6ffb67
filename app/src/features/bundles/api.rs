//! What a seller does with a gift box.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::{Answer, Then, submit};

/// A new box.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewBundleForm {
    pub team: String,
    pub key: String,
}

/// Starts an empty box and goes to what is to be in it.
#[server(endpoint = "bundles/create_bundle")]
pub async fn create_bundle(#[server(flatten)] form: NewBundleForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let product = service::bundles::create_bundle(&services, &viewer, team, &form.key).await?;
        Ok(Then::go(super::contents_path(team, product), ()))
    })
    .await
}

/// So many of a variant; blank for none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartFields {
    pub variant: String,
    pub quantity: String,
}

/// What is to be in a box.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentsForm {
    pub team: String,
    pub product: String,
    pub version: String,
    pub price_mode: String,
    pub price: String,
    pub parts: Vec<PartFields>,
    pub key: String,
}

/// Keeps what is in a box and shows what it comes to.
#[server(endpoint = "bundles/save_contents")]
pub async fn save_contents(#[server(flatten)] form: ContentsForm) -> Result<Answer<i64>, AppError> {
    use service::bundles::{PartForm, SaveContents};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let product = form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        let part = |part: PartFields| PartForm { variant: part.variant, quantity: part.quantity };
        let command = SaveContents {
            product: form.product,
            version: form.version.trim().parse().unwrap_or_default(),
            price_mode: form.price_mode,
            price: form.price,
            parts: form.parts.into_iter().map(part).collect(),
        };
        let version = service::bundles::save_contents(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved", super::contents_path(team, product)), version))
    })
    .await
}
