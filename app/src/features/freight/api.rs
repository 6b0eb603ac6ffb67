//! What is done with freight templates and places of dispatch.

use domain::freight::{PlaceForm, TemplateForm};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// The whole form of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveTemplateForm {
    pub team: String,
    /// Blank for a new one.
    pub template: String,
    pub version: String,
    pub key: String,
    /// `save`; `add` for one more row, `drop.<n>` for one less, which save nothing.
    pub then: String,
    #[serde(flatten)]
    pub typed: TemplateForm,
}

impl SaveTemplateForm {
    /// The form with a row more or less, when that is what was asked.
    #[must_use]
    pub fn with_other_rows(&self) -> Option<Self> {
        let mut form = self.clone();
        if form.then == "add" {
            if form.typed.rows.is_empty() {
                form.typed.rows.push(domain::freight::RowForm::default());
            }
            form.typed.rows.push(domain::freight::RowForm::default());
            return Some(form);
        }
        let row: usize = form.then.strip_prefix("drop.")?.parse().ok()?;
        // The first one is for everywhere else and stays.
        if row > 0 && row < form.typed.rows.len() {
            form.typed.rows.remove(row);
        }
        Some(form)
    }
}

/// Writes a template, or shows its form with another row.
#[server(endpoint = "freight/save_template")]
pub async fn save_template(#[server(flatten)] form: SaveTemplateForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, form_values, submit};
    use leptos::server_fn::ServerFn as _;
    use service::ServiceError;
    use service::flash::{self, FlashContent};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| ServiceError::NotFound)?;
        let template = match form.template.trim() {
            "" => None,
            id => Some(id.parse().map_err(|_| ServiceError::NotFound)?),
        };
        if let Some(other) = form.with_other_rows() {
            viewer.require_seller(team)?;
            let content = FlashContent {
                form: SaveTemplate::PATH.to_owned(),
                values: form_values(&other),
                ..FlashContent::default()
            };
            let token = flash::keep(&services, &viewer, &content).await?;
            let page = template
                .map_or_else(|| "new".to_owned(), |id: domain::ids::FreightTemplateId| id.to_string());
            let to = format!("{}?draft={token}#rows", super::template_path(team, page));
            return Ok(Then::go(to, ()).unsaved());
        }
        let version = form.version.trim().parse().unwrap_or_default();
        let command = service::freight::SaveTemplate { team, template, version, form: form.typed };
        service::freight::save_template(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved", super::templates_path(team)), ()))
    })
    .await
}

/// A template to copy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DuplicateTemplateForm {
    pub template: String,
    pub key: String,
}

/// Copies a template and goes to the copy's form.
#[server(endpoint = "freight/duplicate_template")]
pub async fn duplicate_template(
    #[server(flatten)] form: DuplicateTemplateForm,
) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let template = form.template.parse().map_err(|_| service::ServiceError::NotFound)?;
        let (team, copy) =
            service::freight::duplicate_template(&services, &viewer, template, &form.key).await?;
        Ok(Then::go(super::template_path(team, copy), ()))
    })
    .await
}

/// What is done with a template or a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    /// The template or the place.
    pub id: String,
    /// `retire`, `restore` or `default`.
    pub then: String,
    pub key: String,
}

#[cfg(feature = "ssr")]
fn step_of(form: &ChangeForm) -> service::Result<service::freight::Step> {
    use domain::failure::Problem;
    use service::freight::Step;
    match form.then.as_str() {
        "retire" => Ok(Step::Retire),
        "restore" => Ok(Step::Restore),
        "default" => Ok(Step::MakeDefault),
        _ => Err(service::ServiceError::invalid("then", Problem::UnknownCode)),
    }
}

/// Retires a template, offers it again, or makes it the team's default.
#[server(endpoint = "freight/change_template")]
pub async fn change_template(#[server(flatten)] form: ChangeForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let id = form.id.parse().map_err(|_| service::ServiceError::NotFound)?;
        let step = step_of(&form)?;
        let team = service::freight::change_template(&services, &viewer, id, step, &form.key).await?;
        Ok(Then::go(format!("{}?done={}", super::templates_path(team), form.then), ()))
    })
    .await
}

/// The whole form of a place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavePlaceForm {
    pub team: String,
    /// Blank for a new one.
    pub place: String,
    pub version: String,
    pub key: String,
    #[serde(flatten)]
    pub typed: PlaceForm,
}

/// Writes a place.
#[server(endpoint = "freight/save_place")]
pub async fn save_place(#[server(flatten)] form: SavePlaceForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use service::ServiceError;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| ServiceError::NotFound)?;
        let place = match form.place.trim() {
            "" => None,
            id => Some(id.parse().map_err(|_| ServiceError::NotFound)?),
        };
        let version = form.version.trim().parse().unwrap_or_default();
        let command = service::freight::SavePlace { team, place, version, form: form.typed };
        service::freight::save_place(&services, &viewer, &command, &form.key).await?;
        Ok(Then::go(format!("{}?done=saved", super::places_path(team)), ()))
    })
    .await
}

/// Retires a place, offers it again, or makes it the team's default.
#[server(endpoint = "freight/change_place")]
pub async fn change_place(#[server(flatten)] form: ChangeForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let id = form.id.parse().map_err(|_| service::ServiceError::NotFound)?;
        let step = step_of(&form)?;
        let team = service::freight::change_place(&services, &viewer, id, step, &form.key).await?;
        Ok(Then::go(format!("{}?done={}", super::places_path(team), form.then), ()))
    })
    .await
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_row_more_or_less_leaves_everything_else_as_typed() {
        let row =
            |regions: &str| domain::freight::RowForm { regions: regions.to_owned(), ..Default::default() };
        let typed = TemplateForm {
            name: "按重量".to_owned(),
            rows: vec![row(""), row("新疆"), row("西藏")],
            ..TemplateForm::default()
        };
        let form = |then: &str| SaveTemplateForm {
            then: then.to_owned(),
            typed: typed.clone(),
            ..SaveTemplateForm::default()
        };
        let regions = |then: &str| {
            let form = form(then).with_other_rows()?;
            Some(form.typed.rows.into_iter().map(|row| row.regions).collect::<Vec<_>>())
        };
        assert_eq!(regions("add").unwrap(), ["", "新疆", "西藏", ""]);
        assert_eq!(regions("drop.1").unwrap(), ["", "西藏"]);
        assert_eq!(regions("drop.0").unwrap().len(), 3, "the row for everywhere else stays");
        assert_eq!(regions("save"), None);
        let kept = crate::form::form_values(&form("add"));
        assert!(kept.contains(&("rows.2.regions".to_owned(), "西藏".to_owned())));
    }
}
