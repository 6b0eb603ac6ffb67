//! The places that a team's parcels leave from.

use domain::contact::ContactPhone;
use domain::failure::{Conflict, Problem};
use domain::freight::PlaceForm;
use domain::ids::{PlaceId, TeamId};
use domain::region::RegionCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::freight::{self as rows, DispatchPlaceRow};

use super::Step;
use crate::checkout::region_code;
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::regions::regions;
use crate::{Result, ServiceError, Services, Viewer, audit};

const MAX_NAME_CHARS: usize = 40;
const MAX_ADDRESS_CHARS: usize = 120;

/// A place of dispatch.
#[derive(Debug, Clone)]
pub struct Place {
    pub id: PlaceId,
    pub name: String,
    /// From the province down.
    pub region_name: String,
    pub address: String,
    pub phone: String,
    /// Products in the shop that leave from it.
    pub published: i64,
    pub is_default: bool,
    pub is_retired: bool,
}

/// A team's places.
#[derive(Debug, Clone)]
pub struct PlacesPage {
    pub team: TeamId,
    /// Those that are offered first, the default before them all.
    pub places: Vec<Place>,
}

/// The places of a team for its sellers.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else.
pub async fn places(services: &Services, viewer: &Viewer, team: TeamId) -> Result<PlacesPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let listed = rows::list_places(&mut conn, team).await?;
    let mut places: Vec<Place> = listed.into_iter().map(place_of).collect();
    places.sort_by_key(|place| (place.is_retired, !place.is_default, place.id));
    Ok(PlacesPage { team, places })
}

fn place_of(row: DispatchPlaceRow) -> Place {
    Place {
        id: row.id,
        name: row.name,
        region_name: region_name(&row.region_code),
        address: row.address,
        phone: row.phone,
        published: row.published,
        is_default: row.is_default == 1,
        is_retired: row.retired_at_ms.is_some(),
    }
}

fn region_name(code: &str) -> String {
    RegionCode::parse(code).ok().and_then(|code| regions().full_name(code)).unwrap_or_default()
}

/// One place as its form shows it.
#[derive(Debug, Clone)]
pub struct PlacePage {
    pub place: Place,
    /// To be sent back with the form.
    pub version: i64,
    pub form: PlaceForm,
}

/// A place of a team for its sellers.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's place.
pub async fn place_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    id: PlaceId,
) -> Result<PlacePage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let row = own_place(&mut conn, viewer, id).await?;
    if row.team_id != team {
        return Err(ServiceError::NotFound);
    }
    let form = PlaceForm {
        name: row.name.clone(),
        region: region_name(&row.region_code),
        address: row.address.clone(),
        phone: row.phone.clone(),
    };
    Ok(PlacePage { version: row.version, form, place: place_of(row) })
}

/// The place, if this viewer sells for its team.
async fn own_place(conn: &mut Conn, viewer: &Viewer, id: PlaceId) -> Result<DispatchPlaceRow> {
    viewer.require_user()?;
    let row = rows::find_place(conn, id).await?.ok_or(ServiceError::NotFound)?;
    match viewer.require_seller(row.team_id) {
        Ok(_) => Ok(row),
        Err(ServiceError::Forbidden) => Err(ServiceError::NotFound),
        Err(error) => Err(error),
    }
}

/// Write this form, over that version of a place or as a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavePlace {
    pub team: TeamId,
    /// `None` for a new one.
    pub place: Option<PlaceId>,
    /// The version the form was made from; not read for a new one.
    pub version: i64,
    pub form: PlaceForm,
}

/// Writes a place. Parcels that wait there are labelled with what it says now.
///
/// # Errors
/// [`ServiceError::Invalid`] field by field, `name` with [`Problem::Taken`] when another place in use has it;
/// [`Conflict::VersionChanged`] when someone saved in between: nothing is written.
pub async fn save_place(
    services: &Services,
    viewer: &Viewer,
    command: &SavePlace,
    key: &str,
) -> Result<PlaceId> {
    viewer.require_seller(command.team)?;
    let request = Repeatable::new("save_dispatch_place", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let id = command.place.unwrap_or_else(|| services.new_id());
    if let Some(known) = command.place {
        let row = own_place(&mut tx, viewer, known).await?;
        if row.team_id != command.team {
            return Err(ServiceError::NotFound);
        }
        if rows::lock_place(&mut tx, known).await? != Some(command.version + 1) {
            return Err(Conflict::VersionChanged.into());
        }
    }
    let row = read_place(command, id)?;
    let others = rows::list_places(&mut tx, command.team).await?;
    let is_taken =
        |other: &DispatchPlaceRow| other.id != id && other.retired_at_ms.is_none() && other.name == row.name;
    if others.iter().any(is_taken) {
        return Err(ServiceError::invalid("name", Problem::Taken));
    }
    let action = if command.place.is_some() {
        rows::update_place(&mut tx, &row).await?;
        "place.changed"
    } else {
        rows::insert_place(&mut tx, &row).await?;
        "place.created"
    };
    let detail = json!({ "region": row.region_code });
    audit::record(&mut tx, services, viewer.user_id(), action, "dispatch_place", id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &id).await?;
    tx.commit().await?;
    Ok(id)
}

fn read_place(command: &SavePlace, id: PlaceId) -> Result<DispatchPlaceRow> {
    let form = &command.form;
    let mut reader = Reader::default();
    let (mut name, mut address, mut phone) = (String::new(), String::new(), String::new());
    for (field, typed, max, target) in [
        ("name", &form.name, MAX_NAME_CHARS, &mut name),
        ("address", &form.address, MAX_ADDRESS_CHARS, &mut address),
    ] {
        reader.text(field, typed, max, target);
        if typed.trim().is_empty() {
            reader.report(field, Problem::Missing);
        }
    }
    let region = region_code(regions(), &form.region)
        .and_then(|code| RegionCode::parse(&code).ok())
        .filter(|code| regions().is_district(*code));
    match region {
        Some(_) => {}
        None if form.region.trim().is_empty() => reader.report("region", Problem::Missing),
        None => reader.report("region", Problem::NotARegion),
    }
    match ContactPhone::parse(&form.phone) {
        Ok(read) => read.as_str().clone_into(&mut phone),
        Err(error) => reader.report("phone", error.into()),
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    Ok(DispatchPlaceRow {
        id,
        team_id: command.team,
        name,
        region_code: region.map(|code| code.to_string()).unwrap_or_default(),
        address,
        phone,
        version: command.version,
        retired_at_ms: None,
        is_default: 0,
        published: 0,
    })
}

/// Retires a place, offers it again, or makes it what new products begin with. Answers its team.
///
/// # Errors
/// [`Conflict::StillUsed`] for retiring what products in the shop leave from; [`ServiceError::NotFound`] for another
/// team's place; [`Conflict::StateChanged`] for making a retired one the default.
pub async fn change_place(
    services: &Services,
    viewer: &Viewer,
    id: PlaceId,
    step: Step,
    key: &str,
) -> Result<TeamId> {
    viewer.require_user()?;
    let request = Repeatable::new("change_dispatch_place", viewer, key, &(id, step))?;
    let mut tx = services.db.write().await?;
    let team = own_place(&mut tx, viewer, id).await?.team_id;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    rows::lock_place(&mut tx, id).await?;
    let row = own_place(&mut tx, viewer, id).await?;
    match step {
        Step::Retire if row.published > 0 => return Err(Conflict::StillUsed { count: row.published }.into()),
        Step::Retire => {
            if row.is_default == 1 {
                rows::put_default_place(&mut tx, team, None).await?;
            }
            rows::set_place_retired(&mut tx, id, Some(services.now_ms())).await?;
        }
        Step::Restore => rows::set_place_retired(&mut tx, id, None).await?,
        Step::MakeDefault if row.retired_at_ms.is_some() => return Err(Conflict::StateChanged.into()),
        Step::MakeDefault => rows::put_default_place(&mut tx, team, Some(id)).await?,
    }
    let detail = json!({ "step": step });
    audit::record(&mut tx, services, viewer.user_id(), "place.changed", "dispatch_place", id.get(), detail)
        .await?;
    idempotency::finish(&mut tx, &request, &team).await?;
    tx.commit().await?;
    Ok(team)
}
