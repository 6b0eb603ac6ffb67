//! Taking one's data along, and leaving.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::api::debug_without_contents;
use crate::AppError;
use crate::form::Answer;

/// The password once more.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProofForm {
    pub password: String,
}
debug_without_contents!(ProofForm);

/// Opens the way to the file with one's own data.
#[server(endpoint = "account/export_data")]
pub async fn export_data(#[server(flatten)] form: ProofForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let ticket = service::personal_data::start_export(&services, &viewer, form.password).await?;
        Ok(Then::go(format!("{}?ticket={ticket}", crate::routes::paths::data_export()), ()))
    })
    .await
}

/// Deletes the account.
#[server(endpoint = "account/delete")]
pub async fn delete_account(#[server(flatten)] form: ProofForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::personal_data::delete_account(&services, &viewer, form.password).await?;
        Ok(Then::go(format!("{}?deleted=1", crate::routes::paths::privacy()), ()).without_session())
    })
    .await
}
