//! What is done with categories.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::categories::SaveCategory as Command;

use crate::AppError;
use crate::form::{Answer, Then, submit};

/// A category; `category` is blank for a new one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CategoryForm {
    pub category: String,
    pub name: String,
    pub name_en: String,
    pub place: String,
    pub hidden: String,
    pub key: String,
}

/// Keeps a category.
#[server(endpoint = "categories/save_category")]
pub async fn save_category(#[server(flatten)] form: CategoryForm) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        let command = Command {
            category: form.category,
            name: form.name,
            name_en: form.name_en,
            place: form.place,
            hidden: form.hidden,
        };
        let id = service::categories::save_category(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved#c-{id}", super::DESK), id.to_string()))
    })
    .await
}
