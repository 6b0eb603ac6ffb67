//! What the seller types at the scales.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::ServiceError;
use service::weighing::{self, TypedPiece};

use crate::AppError;
use crate::form::{Answer, Then, submit};
use crate::routes::paths;

/// The weights of a parcel's pieces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScalesForm {
    pub team: String,
    pub parcel: String,
    pub key: String,
    pub pieces: Vec<TypedPiece>,
}

/// Writes down what the pieces of a parcel weigh.
#[server(endpoint = "parcels/weigh")]
pub async fn weigh_parcel(#[server(flatten)] form: ScalesForm) -> Result<Answer<()>, AppError> {
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| ServiceError::NotFound)?;
        let parcel: domain::ids::ParcelId = form.parcel.parse().map_err(|_| ServiceError::NotFound)?;
        let command =
            weighing::WeighParcel { key: form.key, parcel: form.parcel.clone(), pieces: form.pieces };
        weighing::weigh_parcel(&services, &viewer, command).await?;
        Ok(Then::go(format!("{}?weighed=1", paths::team_parcel(team, parcel)), ()))
    })
    .await
}
