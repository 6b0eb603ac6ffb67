//! Teams and the villages they work for.

use std::collections::BTreeSet;

use domain::corps::TeamKind;
use domain::failure::Problem;
use domain::ids::{ProductId, TeamId, VillageId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteTx;
use store::places::{self as rows, KeptTeamRow, Names};

use super::{former_of, free_slug, note, take_county};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::{Result, Services, Viewer};

/// A team, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveTeam {
    /// In its shown form; blank for a new one.
    pub id: String,
    /// The number of its corps.
    pub corps: String,
    /// A word of [`TeamKind`].
    pub kind: String,
    pub name: String,
    pub name_en: String,
    /// The numbers of the villages it works for.
    pub villages: Vec<String>,
}

/// Keeps a new team, or what is said of one and which villages it works for. Answers which one. Where its parcels leave from its
/// own people say.
///
/// # Errors
/// [`crate::ServiceError::Invalid`]: `corps`, `kind`, `name` ([`Problem::Taken`] when another team is called so), `name_en`,
/// `villages` (none, or [`Problem::InUse`] for leaving one that the team lists or has goods left of). [`crate::ServiceError::NotFound`] without
/// such a team, [`domain::failure::Conflict::StateChanged`] without a county. Guarded: the county's administration.
pub async fn save_team(
    services: &Services,
    viewer: &Viewer,
    command: &SaveTeam,
    key: &str,
) -> Result<TeamId> {
    viewer.require_county_admin()?;
    let request = Repeatable::new("save_team", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    take_county(&mut tx).await?;
    let all = rows::list_kept_teams(&mut tx).await?;
    let former = former_of(&command.id, &all, |team| team.id)?;
    let id = former.map_or_else(|| services.new_id(), |team| team.id);
    let mut reader = Reader::default();
    let corps = rows::list_corps(&mut tx).await?;
    let corps = reader.one_of("corps", &command.corps, corps.iter().map(|corps| corps.id));
    let kind = reader.one_of("kind", &command.kind, TeamKind::ALL.iter().copied());
    let (name, name_en) = reader.both_names(&command.name, &command.name_en);
    if all.iter().any(|other| other.id != id && other.name == name) {
        reader.report("name", Problem::Taken);
    }
    let villages = read_villages(&mut tx, &mut reader, &command.villages).await?;
    let known = rows::list_team_villages(&mut tx).await?;
    let worked_for: Vec<VillageId> =
        known.iter().filter(|row| row.team_id == id).map(|row| row.village_id).collect();
    let left: Vec<VillageId> =
        worked_for.iter().copied().filter(|village| !villages.contains(village)).collect();
    refuse_leaving_goods(&mut tx, &mut reader, id, &left).await?;
    reader.done()?;
    // Without either it was reported above.
    let (Some(corps_id), Some(kind)) = (corps, kind) else { return Err(crate::ServiceError::NotFound) };
    let action = match former {
        None => {
            let taken = all.iter().map(|team| team.slug.as_str());
            let slug = free_slug(&name, &name_en, taken, id.get());
            let names = Names { slug, name, name_en };
            rows::insert_team(&mut tx, id, corps_id, kind.as_str(), &names, &villages)
                .await
                .map_err(busy_when_taken)?;
            "team.added"
        }
        Some(former) => {
            let row =
                KeptTeamRow { corps_id, kind: kind.as_str().to_owned(), name, name_en, ..former.clone() };
            rows::update_team(&mut tx, &row).await?;
            for village in &left {
                rows::delete_team_village(&mut tx, id, *village).await?;
            }
            for village in villages.iter().filter(|village| !worked_for.contains(village)) {
                rows::insert_team_village(&mut tx, id, *village).await?;
            }
            "team.saved"
        }
    };
    note(&mut tx, services, viewer, (action, "team"), id.get(), json!({ "villages": villages })).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

/// The villages that were ticked, each once.
async fn read_villages(tx: &mut WriteTx, reader: &mut Reader, typed: &[String]) -> Result<Vec<VillageId>> {
    let known = rows::list_kept_villages(tx).await?;
    let mut villages: Vec<VillageId> = Vec::new();
    for one in typed {
        let read = reader.one_of("villages", one, known.iter().map(|village| village.id));
        villages.extend(read.filter(|village| !villages.contains(village)));
    }
    if typed.is_empty() {
        reader.report("villages", Problem::Missing);
    }
    Ok(villages)
}

/// A team has nothing to sell of a village that it does not work for: nothing more of it could be taken in.
async fn refuse_leaving_goods(
    tx: &mut WriteTx,
    reader: &mut Reader,
    team: TeamId,
    left: &[VillageId],
) -> Result<()> {
    // What has goods of several of them is one product.
    let mut goods: BTreeSet<ProductId> = BTreeSet::new();
    for village in left {
        goods.extend(rows::list_goods_of_team(tx, team, *village).await?);
    }
    if !goods.is_empty() {
        let products = i64::try_from(goods.len()).unwrap_or(i64::MAX);
        reader.report("villages", Problem::InUse { products });
    }
    Ok(())
}
