//! What a seller does with a listing, besides the whole form (see [`super`]).

use domain::failure::FieldError;
use domain::listing::{AddBatch as NewBatch, InputForm, ListingForm, UpdateBatch};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// The whole form of a listing as it stands in the browser. Its photos are `id` or `id:hash`, so that a photo which is
/// not stored with the listing yet can be shown again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    pub product: String,
    /// The version the form was made from.
    pub version: String,
    /// What to do after saving; see `uploads`.
    pub then: String,
    /// Lists of options that variants are made of, see [`domain::option_matrix`].
    pub contents: String,
    pub packings: String,
    #[serde(flatten)]
    pub listing: ListingForm,
}

/// What a save left behind, for the island.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDraft {
    pub version: i64,
    /// Rows of the form that became variants, with their ids.
    pub new_ids: Vec<(usize, String)>,
    /// What could not be read and therefore is not saved.
    pub problems: Vec<FieldError>,
}

/// Saves what is typed.
#[server(endpoint = "listing/save_draft")]
pub async fn save_draft(#[server(flatten)] form: DraftForm) -> Result<Answer<SavedDraft>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let saved = super::save::save(&services, &viewer, &form).await?;
        Ok(Then::stay(saved.for_island()))
    })
    .await
}

/// A new listing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewListingForm {
    pub team: String,
    pub key: String,
}

/// Starts an empty draft and goes to its form.
#[server(endpoint = "listing/create")]
pub async fn create_listing(#[server(flatten)] form: NewListingForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let product = service::listing::create_draft(&services, &viewer, team, &form.key).await?;
        Ok(Then::go(crate::routes::paths::team_product(team, product), ()))
    })
    .await
}

/// A listing to copy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DuplicateForm {
    pub product: String,
    pub key: String,
}

/// Starts a draft that says what another listing says, and goes to its form.
#[server(endpoint = "listing/duplicate")]
pub async fn duplicate_listing(#[server(flatten)] form: DuplicateForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let product = form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        let (team, copy) = service::listing::duplicate(&services, &viewer, product, &form.key).await?;
        let path = crate::routes::paths::team_product(team, copy);
        Ok(Then::go(format!("{path}?done=copied"), ()))
    })
    .await
}

/// When a listing is to go into the shop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleForm {
    pub product: String,
    /// In China: `2026-03-28T09:05`.
    pub publish_at: String,
    /// `cancel` to give the moment up.
    pub then: String,
}

/// Chooses when a listing goes into the shop by itself, or gives that up.
#[server(endpoint = "listing/schedule")]
pub async fn schedule_listing(#[server(flatten)] form: ScheduleForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let product = form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        if form.then == "cancel" {
            service::listing::unschedule(&services, &viewer, product).await?;
        } else {
            service::listing::schedule(&services, &viewer, product, &form.publish_at).await?;
        }
        Ok(Then::stay(()))
    })
    .await
}

/// A captain's word on a listing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideReviewForm {
    pub product: String,
    /// The version that the page showed.
    pub version: String,
    /// By field of the listing's form.
    pub remarks: std::collections::BTreeMap<String, String>,
    /// `approve` or `return`.
    pub then: String,
}

/// Approves a listing that was submitted, or returns it with remarks.
#[server(endpoint = "listing/decide_review")]
pub async fn decide_review(#[server(flatten)] form: DecideReviewForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let command = service::listing::DecideReview {
            product: form.product.parse().map_err(|_| service::ServiceError::NotFound)?,
            version: form.version.parse().unwrap_or_default(),
            is_approved: form.then == "approve",
            remarks: form.remarks.into_iter().collect(),
        };
        service::listing::decide(&services, &viewer, &command).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// Whether a team's captain looks at listings before they go into the shop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetReviewsForm {
    pub team: String,
    /// `on` or `off`.
    pub then: String,
}

/// Switches the captain's review on or off.
#[server(endpoint = "listing/set_reviews")]
pub async fn set_reviews(#[server(flatten)] form: SetReviewsForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::listing::set_reviews(&services, &viewer, team, form.then == "on").await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A batch that came in. What can be sold is in kilograms when the product is counted in grams.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddBatchForm {
    pub base_unit: String,
    pub key: String,
    #[serde(flatten)]
    pub batch: NewBatch,
}

/// Takes a batch into stock.
#[server(endpoint = "listing/add_batch")]
pub async fn add_batch(#[server(flatten)] form: AddBatchForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let mut batch = form.batch;
        batch.received = super::save::in_base_units(&batch.received, &form.base_unit);
        // A village without a weight has no part in the batch; its row keeps its place for the errors of others.
        for input in batch.inputs.iter_mut().filter(|input| input.weight_kg.trim().is_empty()) {
            *input = InputForm::default();
        }
        service::listing::add_batch(&services, &viewer, &batch, &form.key).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// Mends the papers of a batch.
#[server(endpoint = "listing/update_papers")]
pub async fn update_papers(#[server(flatten)] form: UpdateBatch) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        service::listing::update_batch(&services, &viewer, &form).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// A correction of stock. The change is in kilograms when the product is counted in grams.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectStockForm {
    pub batch: String,
    pub base_unit: String,
    pub change: String,
    pub reason: String,
    /// What each village gave of what came in, of a batch of several.
    pub inputs: Vec<InputForm>,
    pub key: String,
}

/// Corrects the stock of a batch.
#[server(endpoint = "listing/correct_stock")]
pub async fn correct_stock(#[server(flatten)] form: CorrectStockForm) -> Result<Answer<i64>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        let command = service::listing::CorrectStock {
            batch: form.batch,
            change: super::save::in_base_units(&form.change, &form.base_unit),
            reason: form.reason,
            inputs: form.inputs,
        };
        let left = service::listing::correct_stock(&services, &viewer, &command, &form.key).await?;
        Ok(Then::stay(left))
    })
    .await
}

/// A listing to take out of the shop.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UnpublishForm {
    pub product: String,
}

/// Takes a listing out of the shop.
#[server(endpoint = "listing/unpublish")]
pub async fn unpublish(#[server(flatten)] form: UnpublishForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let product = form.product.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::listing::unpublish(&services, &viewer, product).await?;
        Ok(Then::stay(()))
    })
    .await
}
