//! The units that post cadres and buy: a tree of headquarters, branches, canteens and unions.

use domain::corps::UnitKind;
use domain::failure::Problem;
use domain::ids::UnitId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::places::{self as rows, Names};
use store::units::UnitRow;

use super::{former_of, free_slug, note, take_county};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::{Result, Services, Viewer};

/// A unit, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveUnit {
    /// In its shown form; blank for a new one.
    pub id: String,
    /// The number of the unit above it; blank for none.
    pub parent: String,
    /// A word of [`UnitKind`].
    pub kind: String,
    pub name: String,
    pub name_en: String,
    pub credit_code: String,
}

/// Keeps a new unit, or what is said of one. Answers which one.
///
/// # Errors
/// [`crate::ServiceError::Invalid`]: `parent` (also for the unit itself, or one below it), `kind`, `name` ([`Problem::Taken`] when
/// another unit below the same one is called so), `name_en`, `credit_code`. [`crate::ServiceError::NotFound`] without such a unit,
/// [`domain::failure::Conflict::StateChanged`] without a county. Guarded: the county's administration.
pub async fn save_unit(
    services: &Services,
    viewer: &Viewer,
    command: &SaveUnit,
    key: &str,
) -> Result<UnitId> {
    viewer.require_county_admin()?;
    let request = Repeatable::new("save_unit", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    take_county(&mut tx).await?;
    let all = rows::list_kept_units(&mut tx).await?;
    let former = former_of(&command.id, &all, |unit| unit.id)?;
    let id: UnitId = former.map_or_else(|| services.new_id(), |unit| unit.id);
    let mut reader = Reader::default();
    let parent = match command.parent.trim() {
        "" => None,
        typed => {
            let others = all.iter().map(|unit| unit.id).filter(|other| !is_below(&all, *other, id));
            reader.one_of("parent", typed, others)
        }
    };
    let parent_id = parent.map(UnitId::get);
    let kind = reader.one_of("kind", &command.kind, UnitKind::ALL.iter().copied());
    let (name, name_en) = reader.both_names(&command.name, &command.name_en);
    if all.iter().any(|other| other.id != id && other.parent_id == parent_id && other.name == name) {
        reader.report("name", Problem::Taken);
    }
    // Branches and canteens bear the code of their headquarters: several units may have one.
    let stored = former.map(|former| former.credit_code.as_str());
    let credit_code = reader.credit_code(&command.credit_code, stored);
    reader.done()?;
    // Without one it was reported above.
    let Some(kind) = kind else { return Err(crate::ServiceError::NotFound) };
    let detail = json!({ "parent": parent, "credit_code": credit_code });
    let action = match former {
        None => {
            let taken = all.iter().map(|unit| unit.slug.as_str());
            let slug = free_slug(&name, &name_en, taken, id.get());
            let names = Names { slug, name, name_en };
            rows::insert_unit(&mut tx, id, parent, kind.as_str(), &names, &credit_code)
                .await
                .map_err(busy_when_taken)?;
            "unit.added"
        }
        Some(former) => {
            let kind = kind.as_str().to_owned();
            let row = UnitRow { parent_id, kind, name, name_en, credit_code, ..former.clone() };
            rows::update_unit(&mut tx, &row).await?;
            "unit.saved"
        }
    };
    note(&mut tx, services, viewer, (action, "unit"), id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether `unit` is `above` or lies below it: then it cannot stand above it.
fn is_below(all: &[UnitRow], unit: UnitId, above: UnitId) -> bool {
    let mut at = Some(unit.get());
    // As many steps as there are units: a tree has no longer way up.
    for _ in 0..=all.len() {
        match at {
            Some(one) if one == above.get() => return true,
            Some(one) => at = all.iter().find(|row| row.id.get() == one).and_then(|row| row.parent_id),
            None => return false,
        }
    }
    false
}
