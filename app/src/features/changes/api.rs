//! What a seller does with the history of a listing.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// A change to go back before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreForm {
    pub product: String,
    pub change: String,
    /// The version that the page showed.
    pub version: String,
}

/// Brings a listing back to what it was before a change.
#[server(endpoint = "changes/restore")]
pub async fn restore_listing(#[server(flatten)] form: RestoreForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let product = form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        let change = form.change.parse().map_err(|_| service::ServiceError::NotFound)?;
        let version = form.version.parse().unwrap_or_default();
        let team = service::listing::edit_page(&services, &viewer, product).await?.team;
        service::changes::restore(&services, &viewer, product, change, version).await?;
        let path = paths::team_product_changes(team, product);
        Ok(Then::go(format!("{path}?done=restored"), ()))
    })
    .await
}
