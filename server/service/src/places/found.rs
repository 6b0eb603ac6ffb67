//! The county itself, from the terminal: whoever founds it has nobody above them who could have let them in.

use domain::failure::{Conflict, Problem};
use domain::ids::CountyId;
use domain::region::RegionCode;
use serde_json::json;
use store::places::{self as rows, Names};

use super::{corps_of, note};
use crate::checkout::region_code;
use crate::listing::form::Reader;
use crate::regions::regions;
use crate::{Result, Services, Viewer};

/// A county, as typed.
#[derive(Debug, Clone, Default)]
pub struct FoundCounty {
    pub name: String,
    /// May be left out.
    pub name_en: String,
    /// Six digits, or the region in words from the province down.
    pub region: String,
}

/// Founds the county that the shop is for, with its corps.
///
/// # Errors
/// [`Conflict::StateChanged`] when there is one already: a shop has one. [`crate::ServiceError::Invalid`] at `name`, `name_en`,
/// `region`.
pub async fn found_county(services: &Services, command: &FoundCounty) -> Result<CountyId> {
    // Not while a server fills the same database with the demonstration.
    let _founding = services.db.begin_founding().await?;
    let mut tx = services.db.write().await?;
    if rows::count_counties(&mut tx).await? > 0 {
        return Err(Conflict::StateChanged.into());
    }
    let mut reader = Reader::default();
    let (name, name_en) = reader.both_names(&command.name, &command.name_en);
    let region = region_code(regions(), &command.region)
        .and_then(|code| RegionCode::parse(&code).ok())
        .filter(|code| regions().is_district(*code));
    if region.is_none() {
        let is_blank = command.region.trim().is_empty();
        reader.report("region", if is_blank { Problem::Missing } else { Problem::NotARegion });
    }
    reader.done()?;
    let slug = region.map(|code| code.to_string()).unwrap_or_default();
    let names = Names { slug, name, name_en };
    let county = services.new_id();
    rows::insert_county(&mut tx, county, &names).await?;
    rows::insert_corps(&mut tx, services.new_id(), county, None, &corps_of(&names)).await?;
    let (done, detail) = (("county.founded", "county"), json!({ "region": names.slug, "by": "terminal" }));
    note(&mut tx, services, &Viewer::default(), done, county.get(), detail).await?;
    tx.commit().await?;
    Ok(county)
}
