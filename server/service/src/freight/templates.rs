//! A team's freight templates.

use domain::failure::{Conflict, FieldError, Problem};
use domain::freight::{FreightTemplate, TemplateForm};
use domain::ids::{FreightTemplateId, TeamId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::freight::{self as rows, TeamTemplateRow, TemplateContent};
use store::{Conn, WriteTx};

use super::{Step, load_template, read};
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer, audit};

/// A template with what it charges.
#[derive(Debug, Clone)]
pub struct Template {
    pub id: FreightTemplateId,
    pub name: String,
    pub charges: FreightTemplate,
    /// Products in the shop that are sent by it.
    pub published: i64,
    pub is_default: bool,
    pub is_retired: bool,
}

/// A team's templates.
#[derive(Debug, Clone)]
pub struct TemplatesPage {
    pub team: TeamId,
    /// Those that are offered first, the default before them all.
    pub templates: Vec<Template>,
}

/// The templates of a team for its sellers.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else.
pub async fn templates(services: &Services, viewer: &Viewer, team: TeamId) -> Result<TemplatesPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut templates = Vec::new();
    for row in rows::list_templates(&mut conn, team).await? {
        let charges = load_template(&mut conn, row.id).await?;
        templates.push(template_of(row, charges));
    }
    templates.sort_by_key(|template| (template.is_retired, !template.is_default, template.id));
    Ok(TemplatesPage { team, templates })
}

fn template_of(row: TeamTemplateRow, charges: FreightTemplate) -> Template {
    Template {
        id: row.id,
        name: row.name,
        charges,
        published: row.published,
        is_default: row.is_default == 1,
        is_retired: row.retired_at_ms.is_some(),
    }
}

/// One template as its form shows it.
#[derive(Debug, Clone)]
pub struct TemplatePage {
    pub template: Template,
    /// To be sent back with the form.
    pub version: i64,
    pub form: TemplateForm,
}

/// A template of a team for its sellers.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's template.
pub async fn template_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    id: FreightTemplateId,
) -> Result<TemplatePage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let row = own_template(&mut conn, viewer, id).await?;
    if row.team_id != team {
        return Err(ServiceError::NotFound);
    }
    let charges = load_template(&mut conn, id).await?;
    let form = read::form_of(&row.name, &row.basis, &charges);
    Ok(TemplatePage { version: row.version, form, template: template_of(row, charges) })
}

/// The template, if this viewer sells for its team.
pub(super) async fn own_template(
    conn: &mut Conn,
    viewer: &Viewer,
    id: FreightTemplateId,
) -> Result<TeamTemplateRow> {
    viewer.require_user()?;
    let row = rows::find_template(conn, id).await?.ok_or(ServiceError::NotFound)?;
    match viewer.require_seller(row.team_id) {
        Ok(_) => Ok(row),
        Err(ServiceError::Forbidden) => Err(ServiceError::NotFound),
        Err(error) => Err(error),
    }
}

/// Write this form, over that version of a template or as a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTemplate {
    pub team: TeamId,
    /// `None` for a new one.
    pub template: Option<FreightTemplateId>,
    /// The version the form was made from; not read for a new one.
    pub version: i64,
    pub form: TemplateForm,
}

/// Writes a template. Orders that were placed keep their freight.
///
/// # Errors
/// [`ServiceError::Invalid`] with everything that is wrong, row by row; `name` with [`Problem::Taken`] when another
/// template in use has it; `basis` with [`Problem::SizesMissing`] when what is sent by it has no size to charge by.
/// [`Conflict::VersionChanged`] when someone saved in between: nothing is written.
pub async fn save_template(
    services: &Services,
    viewer: &Viewer,
    command: &SaveTemplate,
    key: &str,
) -> Result<FreightTemplateId> {
    viewer.require_seller(command.team)?;
    let request = Repeatable::new("save_freight_template", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let id = command.template.unwrap_or_else(|| services.new_id());
    if let Some(known) = command.template {
        let row = own_template(&mut tx, viewer, known).await?;
        if row.team_id != command.team {
            return Err(ServiceError::NotFound);
        }
        let version = rows::lock_template(&mut tx, known).await?;
        if version != Some(command.version + 1) {
            return Err(Conflict::VersionChanged.into());
        }
    }
    let content = read::read_template(&command.form)?;
    refuse_taken(&mut tx, command, id, &content).await?;
    let action = if command.template.is_some() {
        rows::update_template(&mut tx, id, &content).await?;
        "freight.changed"
    } else {
        rows::insert_template(&mut tx, id, command.team, &content).await?;
        "freight.created"
    };
    let detail = json!({ "rows": content.rows.len(), "basis": content.basis });
    audit::record(&mut tx, services, viewer.user_id(), action, "freight_template", id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

async fn refuse_taken(
    tx: &mut WriteTx,
    command: &SaveTemplate,
    id: FreightTemplateId,
    content: &TemplateContent,
) -> Result<()> {
    let mut errors = Vec::new();
    let others = rows::list_templates(tx, command.team).await?;
    let is_taken =
        |row: &TeamTemplateRow| row.id != id && row.retired_at_ms.is_none() && row.name == content.name;
    if others.iter().any(is_taken) {
        errors.push(FieldError::new("name", Problem::Taken));
    }
    if content.basis == "volume" {
        let count = rows::count_sizeless(tx, id).await?;
        if count > 0 {
            errors.push(FieldError::new("basis", Problem::SizesMissing { count }));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(errors)) }
}

/// Copies a template under another name. Answers its team with the copy.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's template.
pub async fn duplicate_template(
    services: &Services,
    viewer: &Viewer,
    id: FreightTemplateId,
    key: &str,
) -> Result<(TeamId, FreightTemplateId)> {
    viewer.require_user()?;
    let request = Repeatable::new("duplicate_freight_template", viewer, key, &id)?;
    let mut tx = services.db.write().await?;
    let row = own_template(&mut tx, viewer, id).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok((row.team_id, first));
    }
    let (head, stored) = store::catalogue::get_freight_template(&mut tx, id).await?;
    let known = rows::list_templates(&mut tx, row.team_id).await?;
    let copy: FreightTemplateId = services.new_id();
    let content = TemplateContent {
        name: free_name(&head.name, &known),
        basis: head.basis,
        free_from_fen: head.free_from_fen,
        free_from_count: head.free_from_count,
        rows: stored,
    };
    rows::insert_template(&mut tx, copy, row.team_id, &content).await?;
    let detail = json!({ "of": id });
    audit::record(
        &mut tx,
        services,
        viewer.user_id(),
        "freight.created",
        "freight_template",
        copy.get(),
        detail,
    )
    .await?;
    idempotency::finish(&mut tx, &request, &copy).await?;
    tx.commit().await?;
    Ok((row.team_id, copy))
}

/// `按重量` → `按重量 2`, the first number that no template of the team has.
fn free_name(name: &str, known: &[TeamTemplateRow]) -> String {
    let numbered = |number: usize| format!("{name} {number}");
    let is_free = |name: &String| !known.iter().any(|row| row.name == *name);
    // Among one more names than there are templates one is free.
    (2..known.len() + 3).map(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
}

/// Retires a template, offers it again, or makes it what new products begin with. Answers its team.
///
/// # Errors
/// [`Conflict::StillUsed`] for retiring what products in the shop are sent by; [`ServiceError::NotFound`] for another
/// team's template; [`Conflict::StateChanged`] for making a retired one the default.
pub async fn change_template(
    services: &Services,
    viewer: &Viewer,
    id: FreightTemplateId,
    step: Step,
    key: &str,
) -> Result<TeamId> {
    viewer.require_user()?;
    let request = Repeatable::new("change_freight_template", viewer, key, &(id, step))?;
    let mut tx = services.db.write().await?;
    let team = own_template(&mut tx, viewer, id).await?.team_id;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    rows::lock_template(&mut tx, id).await?;
    let row = own_template(&mut tx, viewer, id).await?;
    match step {
        Step::Retire if row.published > 0 => return Err(Conflict::StillUsed { count: row.published }.into()),
        Step::Retire => {
            if row.is_default == 1 {
                rows::put_default_template(&mut tx, team, None).await?;
            }
            rows::set_template_retired(&mut tx, id, Some(services.now_ms())).await?;
        }
        Step::Restore => rows::set_template_retired(&mut tx, id, None).await?,
        Step::MakeDefault if row.retired_at_ms.is_some() => return Err(Conflict::StateChanged.into()),
        Step::MakeDefault => rows::put_default_template(&mut tx, team, Some(id)).await?,
    }
    let detail = json!({ "step": step });
    audit::record(
        &mut tx,
        services,
        viewer.user_id(),
        "freight.changed",
        "freight_template",
        id.get(),
        detail,
    )
    .await?;
    idempotency::finish(&mut tx, &request, &team).await?;
    tx.commit().await?;
    Ok(team)
}
