//! What a seller does with many listings at once.

use domain::sheets::TableEdit;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// A preview, and what of it is to be applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplyForm {
    pub team: String,
    pub preview: String,
    /// `all`, or anything else for what is ticked.
    pub then: String,
    /// Places in the preview, from 0.
    pub chosen: Vec<String>,
    /// The page of the preview that was shown.
    pub page: String,
}

/// Applies all of a preview or what is ticked; answers how many products were changed.
#[server(endpoint = "sheets/apply")]
pub async fn apply_sheet(#[server(flatten)] form: ApplyForm) -> Result<Answer<usize>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    use service::sheets::Wanted;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let preview = form.preview.parse().map_err(|_| service::ServiceError::NotFound)?;
        let wanted = if form.then == "all" {
            Wanted::All
        } else {
            Wanted::Chosen(form.chosen.iter().filter_map(|text| text.parse().ok()).collect())
        };
        let applied = service::sheets::apply(&services, &viewer, team, preview, &wanted).await?;
        let page = form.page.parse::<usize>().ok().filter(|page| *page > 1);
        let page = page.map(|page| format!("&page={page}")).unwrap_or_default();
        let path = format!("{}?done={}{page}", paths::team_sheet(team, preview), applied.done);
        Ok(Then::go(path, applied.done))
    })
    .await
}

/// The table as it was sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EditTableForm {
    pub team: String,
    pub key: String,
    /// Why stock was corrected, for all rows.
    pub reason: String,
    /// What the table was narrowed to, and the page: where the person is led back to.
    pub q: String,
    pub status: String,
    pub category: String,
    pub village: String,
    pub stock: String,
    pub page: String,
    pub rows: Vec<TableEdit>,
    /// What is done to the ticked rows: a state, a change of price in hundredths.
    pub bulk_state: String,
    pub bulk_percent: String,
    /// `look` for what would change; anything else changes it.
    pub then: String,
}

/// Applies what was typed into the table and is to be done to the ticked rows, or shows what it would change; answers how many
/// products were changed.
#[server(endpoint = "sheets/edit_table")]
pub async fn edit_table(#[server(flatten)] form: EditTableForm) -> Result<Answer<usize>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        viewer.require_seller(team)?;
        let mut rows = form.rows;
        let bulk = service::sheets::BulkEdit { state: form.bulk_state, percent: form.bulk_percent };
        bulk.write_into(&mut rows).map_err(service::ServiceError::Invalid)?;
        for row in &mut rows {
            form.reason.clone_into(&mut row.reason);
        }
        if form.then == "look" {
            let preview = service::sheets::preview_table(&services, &viewer, team, &rows, &form.key).await?;
            return Ok(Then::go(paths::team_sheet(team, preview), 0));
        }
        let (preview, applied) =
            service::sheets::edit_table(&services, &viewer, team, &rows, &form.key).await?;
        // What was refused is shown with its reasons; all else is back in the table.
        let path = if applied.refused > 0 {
            format!("{}?done={}", paths::team_sheet(team, preview), applied.done)
        } else {
            let mut path = format!("{}?done={}", paths::team_table(team), applied.done);
            let kept = [
                ("q", &form.q),
                ("status", &form.status),
                ("category", &form.category),
                ("village", &form.village),
                ("stock", &form.stock),
                ("page", &form.page),
            ];
            for (name, text) in kept.into_iter().filter(|(_, text)| !text.is_empty()) {
                path.push_str(&format!("&{name}={}", crate::routes::encode(text)));
            }
            path
        };
        Ok(Then::go(path, applied.done))
    })
    .await
}
