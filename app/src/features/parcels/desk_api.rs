//! What a seller does with many parcels, or with parts of one.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// Pieces of a line that go into a parcel of their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitPiecesForm {
    pub line: String,
    pub quantity: String,
}

/// What goes into a parcel of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitForm {
    pub team: String,
    pub parcel: String,
    pub key: String,
    pub lines: Vec<SplitPiecesForm>,
}

/// Puts pieces of a parcel into a new one, and leads to it.
#[server(endpoint = "parcels/split")]
pub async fn split_parcel(#[server(flatten)] form: SplitForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use service::shipping::split::{SplitParcel, SplitPieces};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let piece = |of: SplitPiecesForm| SplitPieces { line: of.line, quantity: of.quantity };
        let lines = form.lines.into_iter().map(piece).collect();
        let command = SplitParcel { key: form.key, parcel: form.parcel, lines };
        let new = service::shipping::split::split_parcel(&services, &viewer, command).await?;
        Ok(Then::go(format!("{}?split=1", crate::routes::paths::team_parcel(team, new)), ()))
    })
    .await
}

/// Parcels that go into one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    pub team: String,
    pub into: String,
    pub key: String,
    pub parcels: Vec<String>,
}

/// Puts what is ticked into this parcel.
#[server(endpoint = "parcels/merge")]
pub async fn merge_parcels(#[server(flatten)] form: MergeForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use service::shipping::split::MergeParcels;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let command = MergeParcels { key: form.key, into: form.into, parcels: form.parcels };
        let into = service::shipping::split::merge_parcels(&services, &viewer, command).await?;
        Ok(Then::go(format!("{}?merged=1", crate::routes::paths::team_parcel(team, into)), ()))
    })
    .await
}

/// Pieces of a parcel that goods of another batch are to take the place of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReallocateForm {
    pub team: String,
    pub parcel: String,
    pub allocation: String,
    pub quantity: String,
    pub reason: String,
    pub note: String,
    pub key: String,
}

/// Lets goods of another batch take the place of what cannot be sent.
#[server(endpoint = "parcels/reallocate")]
pub async fn reallocate(#[server(flatten)] form: ReallocateForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let command = service::shipping::reallocate::Reallocate {
            key: form.key,
            parcel: form.parcel,
            allocation: form.allocation,
            quantity: form.quantity,
            reason: form.reason,
            note: form.note,
        };
        let parcel = service::shipping::reallocate::reallocate(&services, &viewer, &command).await?;
        Ok(Then::go(format!("{}?changed=1", crate::routes::paths::team_parcel(team, parcel)), ()))
    })
    .await
}

/// Tracking numbers as they were pasted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PasteForm {
    pub team: String,
    pub key: String,
    pub text: String,
}

/// Reads pasted tracking numbers and leads to what they would do.
#[server(endpoint = "parcels/paste_numbers")]
pub async fn paste_numbers(#[server(flatten)] form: PasteForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use domain::shipping::ListKind;
    use service::shipping::lists::{ListSource, keep_list};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let text = ListSource::Text(form.text);
        let list = keep_list(&services, &viewer, team, ListKind::Numbers, text, &form.key).await?;
        Ok(Then::go(super::tracking_list_path(team, list), ()))
    })
    .await
}

/// A list, and which of its rows are to be applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplyListForm {
    pub team: String,
    pub list: String,
    /// `all`, or anything else for what is ticked.
    pub then: String,
    /// Places in the list, from 0.
    pub chosen: Vec<String>,
}

/// Applies all of a list or what is ticked; answers how many rows are as they say.
#[server(endpoint = "parcels/apply_list")]
pub async fn apply_list(#[server(flatten)] form: ApplyListForm) -> Result<Answer<usize>, AppError> {
    use crate::form::{Then, submit};
    use service::shipping::lists::WantedRows;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let list = form.list.parse().map_err(|_| service::ServiceError::NotFound)?;
        let wanted = if form.then == "all" {
            WantedRows::All
        } else {
            WantedRows::Chosen(form.chosen.iter().filter_map(|text| text.parse().ok()).collect())
        };
        let applied = service::shipping::lists::apply_list(&services, &viewer, team, list, &wanted).await?;
        let path = super::tracking_list_path(team, list);
        Ok(Then::go(format!("{path}?done={}&refused={}", applied.done, applied.refused), applied.done))
    })
    .await
}
