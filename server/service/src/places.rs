//! The county's places and bodies as its administration keeps them: towns, villages with their collectives, teams, and the units
//! that post cadres.
//!
//! None is ever taken away: orders, books and roles name it. Its word in addresses is made once and stays. The county itself is
//! founded at the terminal. Whoever changes one of them takes the county first, so that they are changed one after the other.

mod anew;
mod found;
mod team;
#[cfg(test)]
mod tests;
mod town;
mod unit;
mod village;

use std::str::FromStr;

use domain::failure::{Conflict, Problem};
use domain::ids::{CountyId, TeamId, VillageId};
use domain::tax_number::TaxNumber;
use serde_json::Value;
use store::catalogue;
use store::places::{self as rows, Names};
use store::{Conn, WriteTx};

use crate::attributes::free_word;
use crate::listing::form::Reader;
use crate::{Result, ServiceError, Services, Viewer, audit};

pub(crate) use anew::{RENAMED, find_anew};
pub use found::{FoundCounty, found_county};
pub use store::catalogue::{CountyRow, TownRow};
pub use store::places::{CorpsRow, KeptTeamRow, KeptVillageRow};
pub use store::units::UnitRow;
pub use team::{SaveTeam, save_team};
pub use town::{SaveTown, save_town};
pub use unit::{SaveUnit, save_unit};
pub use village::{SaveVillage, save_village};

const MAX_NAME_CHARS: usize = 40;

/// All that stands in the county.
#[derive(Debug, Clone)]
pub struct PlacesDesk {
    /// `None` until it is founded.
    pub county: Option<CountyRow>,
    pub towns: Vec<TownRow>,
    /// By town.
    pub villages: Vec<KeptVillageRow>,
    /// The county's, then those of the towns.
    pub corps: Vec<CorpsRow>,
    pub teams: Vec<KeptTeamRow>,
    pub units: Vec<UnitRow>,
    team_villages: Vec<(TeamId, VillageId)>,
}

impl PlacesDesk {
    /// The villages that a team works for.
    #[must_use]
    pub fn villages_of(&self, team: TeamId) -> Vec<VillageId> {
        let of_team = self.team_villages.iter().filter(|(of, _)| *of == team);
        of_team.map(|(_, village)| *village).collect()
    }
}

/// All towns, villages, teams and units: a county has as many as one looks through.
///
/// # Errors
/// Guarded: the county's administration.
pub async fn places_desk(services: &Services, viewer: &Viewer) -> Result<PlacesDesk> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let team_villages = rows::list_team_villages(&mut conn).await?;
    Ok(PlacesDesk {
        county: catalogue::find_county(&mut conn).await?,
        towns: catalogue::list_towns(&mut conn).await?,
        villages: rows::list_kept_villages(&mut conn).await?,
        corps: rows::list_corps(&mut conn).await?,
        teams: rows::list_kept_teams(&mut conn).await?,
        units: rows::list_kept_units(&mut conn).await?,
        team_villages: team_villages.into_iter().map(|row| (row.team_id, row.village_id)).collect(),
    })
}

/// The county, taken for this transaction.
async fn take_county(tx: &mut WriteTx) -> Result<CountyId> {
    // Without one there is nothing that could be below it: it is founded first.
    rows::lock_county(tx).await?.ok_or_else(|| Conflict::StateChanged.into())
}

/// Which of all is meant; `None` for a new one.
fn former_of<'r, Row, Id: FromStr + PartialEq>(
    typed: &str,
    all: &'r [Row],
    id: impl Fn(&Row) -> Id,
) -> Result<Option<&'r Row>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let wanted: Id = typed.trim().parse().map_err(|_| ServiceError::NotFound)?;
    all.iter().find(|row| id(row) == wanted).map(Some).ok_or(ServiceError::NotFound)
}

/// What a corps is called after its place.
fn corps_of(place: &Names) -> Names {
    let name_en = match place.name_en.as_str() {
        "" => String::new(),
        english => format!("{english} Corps"),
    };
    Names { slug: String::new(), name: format!("{}服务团", place.name), name_en }
}

/// A word for addresses that none of the others is: of the English name, which more people read and type, if there is one.
fn free_slug<'r>(name: &str, name_en: &str, taken: impl Iterator<Item = &'r str>, id: i64) -> String {
    let wished = if name_en.is_empty() { name } else { name_en };
    free_word(wished, &taken.collect::<Vec<_>>(), id)
}

impl Reader {
    /// A name in both languages; the English one may be left out.
    fn both_names(&mut self, name: &str, name_en: &str) -> (String, String) {
        let name = self.named("name", name, MAX_NAME_CHARS);
        let mut english = String::new();
        self.text("name_en", name_en, MAX_NAME_CHARS * 2, &mut english);
        (name, english)
    }

    /// One of those that there are.
    fn one_of<Id: FromStr + PartialEq>(
        &mut self,
        field: &str,
        typed: &str,
        mut known: impl Iterator<Item = Id>,
    ) -> Option<Id> {
        if typed.trim().is_empty() {
            self.report(field, Problem::Missing);
            return None;
        }
        let wanted: Option<Id> = typed.trim().parse().ok();
        let found = wanted.filter(|wanted| known.any(|one| one == *wanted));
        if found.is_none() {
            self.report(field, Problem::Unknown);
        }
        found
    }

    /// The credit code of a body; what stands already is not judged again.
    fn credit_code(&mut self, typed: &str, stored: Option<&str>) -> String {
        let typed = typed.trim();
        if stored.is_some_and(|stored| stored == typed) && !typed.is_empty() {
            return typed.to_owned();
        }
        match TaxNumber::parse(typed) {
            Ok(number) => number.as_str().to_owned(),
            Err(error) => {
                self.report("credit_code", error.into());
                String::new()
            }
        }
    }

    fn done(self) -> Result<()> {
        if self.problems.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(self.problems)) }
    }
}

/// Notes that something was added or changed.
async fn note(
    conn: &mut Conn,
    services: &Services,
    viewer: &Viewer,
    (action, kind): (&'static str, &'static str),
    id: i64,
    detail: Value,
) -> Result<()> {
    audit::record(conn, services, viewer.user_id(), action, kind, id, detail).await
}
