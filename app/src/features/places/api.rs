//! What is done with places and bodies.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::places as desk;

use crate::AppError;
use crate::form::{Answer, Then, submit};

/// What was typed in one of the forms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed<T> {
    pub key: String,
    #[serde(flatten)]
    pub typed: T,
}

/// The list, at what was saved.
fn saved(id: impl std::fmt::Display) -> Then<String> {
    let id = id.to_string();
    Then::go(format!("{}?done=saved#p-{id}", super::DESK), id)
}

/// Keeps a town.
#[server(endpoint = "places/save_town")]
pub async fn save_town(#[server(flatten)] form: Typed<desk::SaveTown>) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        Ok(saved(desk::save_town(&services, &viewer, &form.typed, &form.key).await?))
    })
    .await
}

/// Keeps a village with its collective.
#[server(endpoint = "places/save_village")]
pub async fn save_village(
    #[server(flatten)] form: Typed<desk::SaveVillage>,
) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        Ok(saved(desk::save_village(&services, &viewer, &form.typed, &form.key).await?))
    })
    .await
}

/// Keeps a team and which villages it works for.
#[server(endpoint = "places/save_team")]
pub async fn save_team(#[server(flatten)] form: Typed<desk::SaveTeam>) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        Ok(saved(desk::save_team(&services, &viewer, &form.typed, &form.key).await?))
    })
    .await
}

/// Keeps a unit.
#[server(endpoint = "places/save_unit")]
pub async fn save_unit(#[server(flatten)] form: Typed<desk::SaveUnit>) -> Result<Answer<String>, AppError> {
    submit(form, |services, viewer, form| async move {
        Ok(saved(desk::save_unit(&services, &viewer, &form.typed, &form.key).await?))
    })
    .await
}
