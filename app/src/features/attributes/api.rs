//! What is done with attributes.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::attributes::{SaveAttribute as Command, TypedChoice};

use crate::AppError;
use crate::form::{Answer, Then, submit};

/// An attribute; `attribute` is blank for a new one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AttributeForm {
    pub category: String,
    pub attribute: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub unit: String,
    pub unit_en: String,
    pub place: String,
    pub choices: Vec<TypedChoice>,
    pub key: String,
}

/// Keeps an attribute of a category.
#[server(endpoint = "attributes/save_attribute")]
pub async fn save_attribute(#[server(flatten)] form: AttributeForm) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = Command {
            category: form.category,
            attribute: form.attribute,
            name: form.name,
            name_en: form.name_en,
            kind: form.kind,
            unit: form.unit,
            unit_en: form.unit_en,
            place: form.place,
            choices: form.choices,
        };
        let slug = service::attributes::save_attribute(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved#c-{}", super::DESK, command.category), slug))
    })
    .await
}

/// An attribute that goes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    pub category: String,
    pub attribute: String,
}

/// Takes an attribute away that no product has.
#[server(endpoint = "attributes/remove_attribute")]
pub async fn remove_attribute(#[server(flatten)] form: RemoveForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        service::attributes::remove_attribute(&services, &viewer, &form.category, &form.attribute).await?;
        Ok(Then::go(format!("{}?done=removed#c-{}", super::DESK, form.category), ()))
    })
    .await
}
