//! What a parcel would cost, step by step, before anybody buys.

use std::collections::BTreeMap;

use domain::failure::{FieldError, Problem};
use domain::freight::{
    Charge, FreeRule, FreightBasis, FreightError, FreightItem, FreightTemplate, areas_text, quote_parcel,
};
use domain::ids::{FreightTemplateId, PlaceId, TeamId, VariantId};
use domain::money::Fen;
use domain::region::RegionCode;
use store::Conn;
use store::carts::{SaleVariant, find_sale_variant};
use store::freight as rows;

use super::load_template;
use super::templates::own_template;
use crate::checkout::region_code;
use crate::listing::form::Reader;
use crate::regions::regions;
use crate::{Result, ServiceError, Services, Viewer};

/// Variants that the page offers.
const MAX_VARIANTS: i64 = 300;
const MAX_QUANTITY: i64 = 99_999;

/// What to try.
#[derive(Debug, Clone, Default)]
pub struct TrialQuery {
    /// Variant and quantity, as typed; rows without a variant are passed over.
    pub lines: Vec<(String, String)>,
    /// Six digits or words.
    pub region: String,
    /// As if everything were sent by this template; by each product's own one when blank.
    pub template: String,
}

/// A variant to choose.
#[derive(Debug, Clone)]
pub struct TrialVariant {
    pub id: VariantId,
    pub name: String,
    pub name_en: String,
}

/// The calculator.
#[derive(Debug, Clone)]
pub struct TrialPage {
    pub team: TeamId,
    pub variants: Vec<TrialVariant>,
    /// The templates that are offered, with their ids as texts.
    pub templates: Vec<(String, String)>,
    /// Once something was asked that can be answered.
    pub trial: Option<Trial>,
    /// `lines.<n>.quantity`, `lines`, `region`, `template`.
    pub problems: Vec<FieldError>,
}

/// What it comes to.
#[derive(Debug, Clone)]
pub struct Trial {
    /// From the province down.
    pub region_name: String,
    /// One for each place that something leaves from.
    pub parcels: Vec<TrialParcel>,
}

/// One parcel.
#[derive(Debug, Clone)]
pub struct TrialParcel {
    pub place_name: String,
    pub outcome: TrialOutcome,
}

/// What sending a parcel comes to.
#[derive(Debug, Clone)]
pub enum TrialOutcome {
    Quoted {
        charges: Vec<TrialCharge>,
        surcharge: Fen,
        total: Fen,
    },
    /// This template does not deliver there.
    NotDelivered {
        template: String,
    },
}

/// What the goods of one template add to a parcel; see [`Charge`].
#[derive(Debug, Clone)]
pub struct TrialCharge {
    pub template: String,
    pub basis: FreightBasis,
    /// The regions of the row that decides; blank for the default row.
    pub regions: String,
    pub quantity: i64,
    pub count: i64,
    pub amount: Fen,
    pub waived: Option<FreeRule>,
    pub leads: bool,
    pub first_quantity: i64,
    pub first_fee: Fen,
    pub steps: i64,
    pub step_quantity: i64,
    pub step_fee: Fen,
    pub fee: Fen,
}

/// The calculator for the sellers of a team.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else.
pub async fn trial_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &TrialQuery,
) -> Result<TrialPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let variants = rows::list_trial_variants(&mut conn, team, MAX_VARIANTS).await?;
    let variants = variants
        .into_iter()
        .map(|row| TrialVariant {
            id: row.variant_id,
            name: format!("{} {}", row.product_name, row.variant_name),
            name_en: format!(
                "{} {}",
                or(&row.product_name_en, &row.product_name),
                or(&row.variant_name_en, &row.variant_name)
            ),
        })
        .collect();
    let offered = store::listing::list_template_choices(&mut conn, team).await?;
    let templates = offered.into_iter().map(|row| (domain::ids::to_text(row.id), row.name)).collect();
    let (trial, problems) = match tried(&mut conn, viewer, team, query).await {
        Ok(trial) => (trial, Vec::new()),
        Err(ServiceError::Invalid(problems)) => (None, problems),
        Err(error) => return Err(error),
    };
    Ok(TrialPage { team, variants, templates, trial, problems })
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// A variant and how many of it.
struct Wanted {
    sale: SaleVariant,
    count: i64,
}

async fn tried(conn: &mut Conn, viewer: &Viewer, team: TeamId, query: &TrialQuery) -> Result<Option<Trial>> {
    let asked: Vec<_> =
        query.lines.iter().enumerate().filter(|(_, (variant, _))| !variant.trim().is_empty()).collect();
    if asked.is_empty() && query.region.trim().is_empty() {
        return Ok(None);
    }
    let mut reader = Reader::default();
    let code = region_code(regions(), &query.region);
    let name = code
        .as_deref()
        .and_then(|code| RegionCode::parse(code).ok())
        .and_then(|code| regions().full_name(code));
    if name.is_none() {
        reader.report(
            "region",
            if query.region.trim().is_empty() { Problem::Missing } else { Problem::NotARegion },
        );
    }
    if asked.is_empty() {
        reader.report("lines.0.variant", Problem::Missing);
    }
    let mut wanted = Vec::new();
    for (at, (variant, quantity)) in asked {
        let id: VariantId = variant.trim().parse().map_err(|_| ServiceError::NotFound)?;
        let sale = find_sale_variant(conn, id).await?.filter(|sale| sale.team_id == team);
        let sale = sale.ok_or(ServiceError::NotFound)?;
        let count = reader.number(&format!("lines.{at}.quantity"), quantity, 1, MAX_QUANTITY);
        wanted.extend(count.map(|count| Wanted { sale, count }));
    }
    let (Some(code), Some(region_name), true) = (code, name, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    let templates = load_templates(conn, viewer, team, query, &wanted).await?;
    let names: BTreeMap<FreightTemplateId, String> =
        rows::list_templates(conn, team).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let places = rows::list_places(conn, team).await?;
    let mut by_place: BTreeMap<PlaceId, Vec<&Wanted>> = BTreeMap::new();
    for one in &wanted {
        by_place.entry(one.sale.place_id).or_default().push(one);
    }
    let mut parcels = Vec::new();
    for (place, goods) in by_place {
        let place_name = places.iter().find(|row| row.id == place).map(|row| row.name.clone());
        let outcome = outcome(&goods, &templates, &names, &code)?;
        parcels.push(TrialParcel { place_name: place_name.unwrap_or_default(), outcome });
    }
    Ok(Some(Trial { region_name, parcels }))
}

/// The template of each product, by its id: its own, or the one that is tried.
async fn load_templates(
    conn: &mut Conn,
    viewer: &Viewer,
    team: TeamId,
    query: &TrialQuery,
    wanted: &[Wanted],
) -> Result<BTreeMap<i64, FreightTemplate>> {
    let mut templates = BTreeMap::new();
    let chosen = query.template.trim();
    if chosen.is_empty() {
        for one in wanted {
            let id = one.sale.freight_template_id;
            templates.insert(id, load_template(conn, FreightTemplateId::from_i64(id)).await?);
        }
        return Ok(templates);
    }
    let id: FreightTemplateId = chosen.parse().map_err(|_| ServiceError::NotFound)?;
    if own_template(conn, viewer, id).await?.team_id != team {
        return Err(ServiceError::NotFound);
    }
    let template = load_template(conn, id).await?;
    templates.extend(wanted.iter().map(|one| (one.sale.freight_template_id, template.clone())));
    Ok(templates)
}

fn outcome(
    goods: &[&Wanted],
    templates: &BTreeMap<i64, FreightTemplate>,
    names: &BTreeMap<FreightTemplateId, String>,
    code: &str,
) -> Result<TrialOutcome> {
    let name = |id: &FreightTemplateId| names.get(id).cloned().unwrap_or_default();
    let mut items = Vec::with_capacity(goods.len());
    for Wanted { sale, count } in goods {
        items.push(FreightItem {
            template: templates.get(&sale.freight_template_id).ok_or(ServiceError::NotFound)?,
            count: *count,
            weight_g: sale.weight_g.saturating_mul(*count),
            volume_cm3: sale.volume_cm3.saturating_mul(*count),
            amount: sale.price_fen.times(*count).map_err(ServiceError::internal)?,
        });
    }
    match quote_parcel(&items, code) {
        Ok(quote) => Ok(TrialOutcome::Quoted {
            charges: quote
                .charges
                .iter()
                .map(|charge| charge_of(charge, name(&charge.template.id)))
                .collect(),
            surcharge: quote.surcharge,
            total: quote.total,
        }),
        Err(FreightError::NoDelivery(id) | FreightError::NoRow(id)) => {
            Ok(TrialOutcome::NotDelivered { template: name(&id) })
        }
        Err(error) => Err(ServiceError::internal(error)),
    }
}

fn charge_of(charge: &Charge<'_>, template: String) -> TrialCharge {
    TrialCharge {
        template,
        basis: charge.template.basis,
        regions: areas_text(regions(), &charge.row.region_prefixes),
        quantity: charge.quantity,
        count: charge.count,
        amount: charge.amount,
        waived: charge.waived,
        leads: charge.leads,
        first_quantity: charge.row.first_quantity,
        first_fee: charge.row.first_fee,
        steps: charge.steps,
        step_quantity: charge.row.step_quantity,
        step_fee: charge.row.step_fee,
        fee: charge.fee,
    }
}
