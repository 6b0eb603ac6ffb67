//! Towns, each with its corps.

use domain::failure::Problem;
use domain::ids::TownId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::catalogue;
use store::places::{self as rows, Names};

use super::{anew, corps_of, former_of, free_slug, note, take_county};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::{Result, Services, Viewer};

/// A town, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveTown {
    /// In its shown form; blank for a new one.
    pub id: String,
    pub name: String,
    pub name_en: String,
}

/// Keeps a new town, which gets its corps, or what one is called. Answers which one.
///
/// # Errors
/// [`crate::ServiceError::Invalid`]: `name` ([`Problem::Taken`] when another town is called so), `name_en`.
/// [`crate::ServiceError::NotFound`] without such a town, [`domain::failure::Conflict::StateChanged`] without a county. Guarded: the
/// county's administration.
pub async fn save_town(
    services: &Services,
    viewer: &Viewer,
    command: &SaveTown,
    key: &str,
) -> Result<TownId> {
    viewer.require_county_admin()?;
    let request = Repeatable::new("save_town", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let county = take_county(&mut tx).await?;
    let all = catalogue::list_towns(&mut tx).await?;
    let former = former_of(&command.id, &all, |town| town.id)?;
    let id = former.map_or_else(|| services.new_id(), |town| town.id);
    let mut reader = Reader::default();
    let (name, name_en) = reader.both_names(&command.name, &command.name_en);
    if all.iter().any(|other| other.id != id && other.name == name) {
        reader.report("name", Problem::Taken);
    }
    reader.done()?;
    let slug = match former {
        Some(former) => former.slug.clone(),
        None => free_slug(&name, &name_en, all.iter().map(|town| town.slug.as_str()), id.get()),
    };
    let names = Names { slug, name, name_en };
    let action = match former {
        None => {
            rows::insert_town(&mut tx, id, county, &names).await.map_err(busy_when_taken)?;
            rows::insert_corps(&mut tx, services.new_id(), county, Some(id), &corps_of(&names)).await?;
            "town.added"
        }
        Some(former) => {
            rows::update_town(&mut tx, id, &names, &corps_of(&names)).await?;
            if (&former.name, &former.name_en) != (&names.name, &names.name_en) {
                let villages = rows::list_kept_villages(&mut tx).await?;
                for village in villages.iter().filter(|village| village.town_id == id) {
                    anew::put_off(&mut tx, services, village.id).await?;
                }
            }
            "town.saved"
        }
    };
    note(&mut tx, services, viewer, (action, "town"), id.get(), json!({})).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}
