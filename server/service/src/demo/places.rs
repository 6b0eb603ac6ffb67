//! The county with its towns, villages, corps, teams, units, postings, shelves and tariffs.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CorpsId, CountyId, MediaId, TownId, VillageId};
use domain::money::Fen;
use domain::time::Date;
use store::WriteTx;
use store::catalogue::FreightRowRow;
use store::places::{self, Names, NewVillage};
use store::seed::{self, NewCadre, NewDispatchPlace, NewFreightTemplate};

use super::county::{Cadre, County, Freight};
use super::world::{TeamIds, UnitIds, World, named};
use crate::{Result, ServiceError};

pub(super) type Media = BTreeMap<&'static str, MediaId>;

fn names(slug: &str, name: &str, name_en: &str) -> Names {
    Names { slug: slug.to_owned(), name: name.to_owned(), name_en: name_en.to_owned() }
}

pub(super) async fn insert_places(
    tx: &mut WriteTx,
    world: &mut World,
    county: &County,
    media: &Media,
) -> Result<()> {
    let county_id: CountyId = world.services.new_id();
    let head = &county.county;
    places::insert_county(tx, county_id, &names(&head.code, &head.name, &head.name_en)).await?;
    world.county = Some(county_id);
    let corps: CorpsId = world.services.new_id();
    let called = names("", &format!("{}服务团", head.name), &format!("{} Corps", head.name_en));
    places::insert_corps(tx, corps, county_id, None, &called).await?;
    let mut towns: BTreeMap<String, TownId> = BTreeMap::new();
    for town in &county.towns {
        let id = world.services.new_id();
        places::insert_town(tx, id, county_id, &names(&town.slug, &town.name, &town.name_en)).await?;
        let called = names("", &format!("{}服务团", town.name), &format!("{} Town Corps", town.name_en));
        places::insert_corps(tx, world.services.new_id(), county_id, Some(id), &called).await?;
        towns.insert(town.slug.clone(), id);
    }
    insert_villages(tx, world, county, &towns, media).await?;
    insert_teams(tx, world, county, corps).await?;
    insert_units(tx, world, county).await?;
    for cadre in &county.cadres {
        insert_cadre(tx, world, cadre).await?;
    }
    for (position, category) in (0_i64..).zip(&county.categories) {
        let id = world.services.new_id();
        let called = names(&category.slug, &category.name, &category.name_en);
        let picture = media.get(category.picture.as_str()).copied();
        seed::insert_category(tx, id, &called, position, picture).await?;
        world.categories.insert(category.slug.clone(), id);
    }
    insert_freight(tx, world, county).await
}

async fn insert_villages(
    tx: &mut WriteTx,
    world: &mut World,
    county: &County,
    towns: &BTreeMap<String, TownId>,
    media: &Media,
) -> Result<()> {
    for village in &county.villages {
        let row = NewVillage {
            id: world.services.new_id(),
            town_id: *named(towns, &village.town)?,
            names: names(&village.slug, &village.name, &village.name_en),
            story: village.story.clone(),
            story_en: village.story_en.clone(),
            media_id: media.get(village.picture.as_str()).copied(),
            yearly_target_fen: Fen::new(village.yearly_target_fen),
            collective_id: world.services.new_id(),
            collective_name: village.collective.name.clone(),
            collective_name_en: village.collective.name_en.clone(),
            credit_code: village.collective.credit_code.clone(),
        };
        places::insert_village(tx, &row).await?;
        world.villages.insert(village.slug.clone(), row.id);
        world.collectives.insert(village.slug.clone(), row.collective_id);
    }
    Ok(())
}

async fn insert_teams(tx: &mut WriteTx, world: &mut World, county: &County, corps: CorpsId) -> Result<()> {
    for team in &county.teams {
        // A team works for every village whose harvest is in what it sells.
        let mut slugs: BTreeSet<&str> = team.villages.iter().map(String::as_str).collect();
        for product in county.products.iter().filter(|product| product.team == team.slug) {
            slugs.insert(&product.village);
            slugs.extend(
                product.batches.iter().flat_map(|batch| &batch.inputs).map(|input| input.village.as_str()),
            );
        }
        let villages: Vec<VillageId> =
            slugs.into_iter().map(|slug| named(&world.villages, slug).copied()).collect::<Result<_>>()?;
        let ids = TeamIds { team: world.services.new_id(), place: world.services.new_id() };
        let called = names(&team.slug, &team.name, &team.name_en);
        places::insert_team(tx, ids.team, corps, &team.kind, &called, &villages).await?;
        let place = NewDispatchPlace {
            id: ids.place,
            team_id: ids.team,
            name: team.dispatch_place.name.clone(),
            region_code: team.dispatch_place.region_code.clone(),
            address: team.dispatch_place.address.clone(),
            phone: team.dispatch_place.phone.clone(),
        };
        seed::insert_dispatch_place(tx, &place).await?;
        world.teams.insert(team.slug.clone(), ids);
    }
    Ok(())
}

/// The data lists parents before their parts.
async fn insert_units(tx: &mut WriteTx, world: &mut World, county: &County) -> Result<()> {
    for unit in &county.units {
        let parent = match &unit.parent {
            Some(slug) => Some(named(&world.units, slug)?.unit),
            None => None,
        };
        let id = world.services.new_id();
        let called = names(&unit.slug, &unit.name, &unit.name_en);
        places::insert_unit(tx, id, parent, &unit.kind, &called, &unit.credit_code).await?;
        let ids = UnitIds { unit: id, name: unit.name.clone(), credit_code: unit.credit_code.clone() };
        world.units.insert(unit.slug.clone(), ids);
    }
    Ok(())
}

async fn insert_cadre(tx: &mut WriteTx, world: &World, cadre: &Cadre) -> Result<()> {
    let staff = world.staff()?;
    let user_id = match cadre.slug.as_str() {
        "cadre-zuolong-cun" => Some(staff.captain),
        "cadre-tayuan" => Some(staff.seller),
        _ => None,
    };
    let (starts_on, ends_on) = term_around(world.today(), &cadre.starts_on, &cadre.ends_on)?;
    let row = NewCadre {
        id: world.services.new_id(),
        user_id,
        names: names(&cadre.slug, &cadre.title_name, &cadre.title_en),
        village_id: *named(&world.villages, &cadre.village)?,
        unit_id: named(&world.units, &cadre.unit)?.unit,
        starts_on: starts_on.to_string(),
        ends_on: ends_on.to_string(),
        team_id: named(&world.teams, &cadre.team)?.team,
        duty: cadre.team_role.clone(),
    };
    Ok(seed::insert_cadre(tx, &row).await?)
}

/// Postings are for two years; in another year than the data's the demonstration shows the term that is running.
fn term_around(today: Date, starts_on: &str, ends_on: &str) -> Result<(Date, Date)> {
    const TERM_DAYS: i64 = 2 * 365;
    let parse = |text: &str| text.parse::<Date>().map_err(ServiceError::internal);
    let (mut starts, mut ends) = (parse(starts_on)?, parse(ends_on)?);
    while ends < today {
        (starts, ends) = (starts.plus_days(TERM_DAYS), ends.plus_days(TERM_DAYS));
    }
    while starts > today {
        (starts, ends) = (starts.plus_days(-TERM_DAYS), ends.plus_days(-TERM_DAYS));
    }
    Ok((starts, ends))
}

/// The slug of a template narrowed to the regions a workshop may sell to.
pub(super) fn narrowed_slug(template: &str, regions: &[String]) -> String {
    format!("{template}@{}", regions.join("+"))
}

async fn insert_freight(tx: &mut WriteTx, world: &mut World, county: &County) -> Result<()> {
    for template in &county.freight_templates {
        insert_template(tx, world, template, None).await?;
    }
    for product in county.products.iter().filter(|product| !product.label.sales_region_codes.is_empty()) {
        let regions = &product.label.sales_region_codes;
        if world.templates.contains_key(&narrowed_slug(&product.freight_template, regions)) {
            continue;
        }
        let template =
            county.freight_templates.iter().find(|template| template.slug == product.freight_template);
        let template =
            template.ok_or_else(|| ServiceError::internal(format!("template of {}", product.slug)))?;
        insert_template(tx, world, template, Some(regions)).await?;
    }
    Ok(())
}

/// Writes a template; with `only`, just the rows of those regions, so that every other region is refused.
async fn insert_template(
    tx: &mut WriteTx,
    world: &mut World,
    template: &Freight,
    only: Option<&[String]>,
) -> Result<()> {
    let row = |prefixes: &[String], refused, fees: (i64, i64, i64)| FreightRowRow {
        region_prefixes: prefixes.join(" "),
        refused,
        first_quantity: template.first,
        first_fee_fen: fees.0,
        step_quantity: template.step,
        step_fee_fen: fees.1,
        surcharge_fen: fees.2,
        ..FreightRowRow::default()
    };
    let is_wanted =
        |regions: &[String]| only.is_none_or(|only| regions.iter().any(|region| only.contains(region)));
    let mut rows: Vec<FreightRowRow> = template
        .rows
        .iter()
        .filter(|priced| is_wanted(&priced.regions))
        .map(|priced| {
            row(&priced.regions, 0, (priced.first_fee_fen, priced.step_fee_fen, priced.surcharge_fen))
        })
        .collect();
    if only.is_none() && !template.no_delivery.is_empty() {
        rows.push(row(&template.no_delivery, 1, (0, 0, 0)));
    }
    let (slug, name) = match only {
        Some(regions) => (narrowed_slug(&template.slug, regions), format!("{}（限本省）", template.name)),
        None => (template.slug.clone(), template.name.clone()),
    };
    let new = NewFreightTemplate {
        id: world.services.new_id(),
        team_id: named(&world.teams, &template.team)?.team,
        name,
        basis: template.mode.clone(),
        free_from_fen: template.free_over_fen,
        rows,
    };
    seed::insert_freight_template(tx, &new).await?;
    world.templates.insert(slug, new.id);
    Ok(())
}
