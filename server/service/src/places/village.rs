//! Villages, each with the collective that earns for it.

use domain::failure::Problem;
use domain::ids::VillageId;
use domain::money::Fen;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::catalogue;
use store::places::{self as rows, KeptVillageRow, Names, NewVillage};

use super::{MAX_NAME_CHARS, anew, former_of, free_slug, note, take_county};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::{Result, Services, Viewer};

const MAX_STORY_CHARS: usize = 2_000;
/// A hundred million yuan.
const MAX_TARGET_FEN: i64 = 10_000_000_000;

/// A village, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveVillage {
    /// In its shown form; blank for a new one.
    pub id: String,
    /// The number of its town.
    pub town: String,
    pub name: String,
    pub name_en: String,
    pub story: String,
    pub story_en: String,
    /// What its collective sets out to earn in a year, in yuan; blank for nothing.
    pub yearly_target: String,
    pub collective_name: String,
    pub collective_name_en: String,
    pub credit_code: String,
}

/// Keeps a new village with its collective, or what is said of them. Answers which one.
///
/// # Errors
/// [`crate::ServiceError::Invalid`]: `town`, `name` ([`Problem::Taken`] when another village of the town is called so),
/// `collective_name`, `credit_code` ([`Problem::Taken`] when it is another collective's), `yearly_target`, and texts that are too
/// long. [`crate::ServiceError::NotFound`] without such a village, [`domain::failure::Conflict::StateChanged`] without a county.
/// Guarded: the county's administration.
pub async fn save_village(
    services: &Services,
    viewer: &Viewer,
    command: &SaveVillage,
    key: &str,
) -> Result<VillageId> {
    viewer.require_county_admin()?;
    let request = Repeatable::new("save_village", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    take_county(&mut tx).await?;
    let towns = catalogue::list_towns(&mut tx).await?;
    let all = rows::list_kept_villages(&mut tx).await?;
    let former = former_of(&command.id, &all, |village| village.id)?;
    let mut reader = Reader::default();
    let town = reader.one_of("town", &command.town, towns.iter().map(|town| town.id));
    let read = read(&mut reader, command, former);
    let is_other = |other: &&KeptVillageRow| former.is_none_or(|former| former.id != other.id);
    if all.iter().filter(is_other).any(|other| Some(other.town_id) == town && other.name == read.name) {
        reader.report("name", Problem::Taken);
    }
    if all.iter().filter(is_other).any(|other| other.credit_code == read.credit_code) {
        reader.report("credit_code", Problem::Taken);
    }
    reader.done()?;
    // Without one it was reported above.
    let Some(town_id) = town else { return Err(crate::ServiceError::NotFound) };
    let detail = json!({ "town": town_id, "credit_code": read.credit_code });
    let (id, action) = match former {
        None => {
            let id: VillageId = services.new_id();
            let taken = all.iter().map(|village| village.slug.as_str());
            let slug = free_slug(&read.name, &read.name_en, taken, id.get());
            let row = NewVillage {
                id,
                town_id,
                names: Names { slug, name: read.name, name_en: read.name_en },
                story: read.story,
                story_en: read.story_en,
                media_id: None,
                yearly_target_fen: read.yearly_target_fen,
                collective_id: services.new_id(),
                collective_name: read.collective_name,
                collective_name_en: read.collective_name_en,
                credit_code: read.credit_code,
            };
            rows::insert_village(&mut tx, &row).await.map_err(busy_when_taken)?;
            (id, "village.added")
        }
        Some(former) => {
            let row = KeptVillageRow {
                id: former.id,
                town_id,
                slug: former.slug.clone(),
                name: read.name,
                name_en: read.name_en,
                story: read.story,
                story_en: read.story_en,
                yearly_target_fen: read.yearly_target_fen,
                collective_id: former.collective_id,
                collective_name: read.collective_name,
                collective_name_en: read.collective_name_en,
                credit_code: read.credit_code,
            };
            rows::update_village(&mut tx, &row).await.map_err(busy_when_taken)?;
            let is_found_otherwise =
                (&row.name, &row.name_en, row.town_id) != (&former.name, &former.name_en, former.town_id);
            if is_found_otherwise {
                anew::put_off(&mut tx, services, row.id).await?;
            }
            (row.id, "village.saved")
        }
    };
    note(&mut tx, services, viewer, (action, "village"), id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// What was typed of a village, as far as it can be read.
struct Read {
    name: String,
    name_en: String,
    story: String,
    story_en: String,
    yearly_target_fen: Fen,
    collective_name: String,
    collective_name_en: String,
    credit_code: String,
}

fn read(reader: &mut Reader, command: &SaveVillage, former: Option<&KeptVillageRow>) -> Read {
    let (name, name_en) = reader.both_names(&command.name, &command.name_en);
    let (mut story, mut story_en, mut collective_name_en) = (String::new(), String::new(), String::new());
    reader.text("story", &command.story, MAX_STORY_CHARS, &mut story);
    reader.text("story_en", &command.story_en, MAX_STORY_CHARS * 2, &mut story_en);
    let collective_name = reader.named("collective_name", &command.collective_name, MAX_NAME_CHARS);
    let english = &command.collective_name_en;
    reader.text("collective_name_en", english, MAX_NAME_CHARS * 2, &mut collective_name_en);
    let stored = former.map(|former| former.credit_code.as_str());
    Read {
        name,
        name_en,
        story,
        story_en,
        yearly_target_fen: read_target(reader, &command.yearly_target),
        collective_name,
        collective_name_en,
        credit_code: reader.credit_code(&command.credit_code, stored),
    }
}

fn read_target(reader: &mut Reader, typed: &str) -> Fen {
    if typed.trim().is_empty() {
        return Fen::ZERO;
    }
    match Fen::parse_yuan(typed) {
        Ok(target) if (0..=MAX_TARGET_FEN).contains(&target.get()) => target,
        _ => {
            reader.report("yearly_target", Problem::NotMoney);
            Fen::ZERO
        }
    }
}
