//! The seller's side of a box: starting one, and saying what is in it.

use std::collections::BTreeSet;

use domain::bundle::{self, MAX_PART_QUANTITY, MAX_PARTS, MIN_PIECES, Part, PriceMode};
use domain::changes::{ChangeSource, Difference};
use domain::failure::{Conflict, FieldError, Problem};
use domain::food::FoodClass;
use domain::ids::{ProductId, TeamId, VariantId};
use domain::money::Fen;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::bundles::{self, PartRow};
use store::carts::SaleVariant;
use store::catalogue::TierPriceRow;
use store::listing::{self as rows, ListingRow, ListingVariantRow};
use store::{Conn, WriteTx};

use super::sale::{PartView, part_views, trouble, values};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::{
    ListingStatus, busy_when_taken, check_problems, code_for_new, lock_own_listing, note_price, own_listing,
    review_change, start, status_of, today,
};
use crate::paging::cut;
use crate::search::reindex_product;
use crate::{Result, ServiceError, Services, Viewer, audit, changes};

/// Variants a form offers at most, those changed last.
const MAX_CHOICES: i64 = 200;

/// Starts an empty box of a team, with its first village, place and freight template.
///
/// # Errors
/// As [`crate::listing::create_draft`].
pub async fn create_bundle(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    key: &str,
) -> Result<ProductId> {
    start(services, viewer, team, key, Some(PriceMode::Summed)).await
}

/// A variant that is in a box or could be.
#[derive(Debug, Clone)]
pub struct ContentsPart {
    pub part: PartView,
    /// Whole sale units there are of it.
    pub in_stock: i64,
}

/// What is in a box, and what could be.
#[derive(Debug, Clone)]
pub struct Contents {
    pub product: ProductId,
    pub team: TeamId,
    /// Blank while nothing was typed.
    pub name: String,
    pub name_en: String,
    pub status: ListingStatus,
    /// To be sent back with the form.
    pub version: i64,
    pub mode: PriceMode,
    /// What is in it, in its order; then what could be, with no pieces.
    pub parts: Vec<ContentsPart>,
    /// Whether more could be than are listed.
    pub has_more: bool,
    /// What its parts cost singly.
    pub sum_fen: Fen,
    /// What it costs; `None` while nothing is in it.
    pub price_fen: Option<Fen>,
    /// Boxes that can be sold today.
    pub in_stock: i64,
}

/// What is in a box, for the sellers of its team.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's, and for what is no box.
pub async fn contents(services: &Services, viewer: &Viewer, product: ProductId) -> Result<Contents> {
    find_contents(services, viewer, product, "").await
}

/// [`contents`] where what could be in it is narrowed to what has `text` in a name or a code.
///
/// # Errors
/// As [`contents`].
pub async fn find_contents(
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    text: &str,
) -> Result<Contents> {
    let mut conn = services.db.read().await?;
    let row = own_listing(&mut conn, viewer, product).await?;
    let mode = bundles::find_price_mode(&mut conn, product).await?.ok_or(ServiceError::NotFound)?;
    let day = today(services);
    let inside = part_views(&mut conn, product, day).await?;
    let known: BTreeSet<VariantId> = inside.iter().map(|part| part.row.line.variant.variant_id).collect();
    let (today_text, wanted) = (day.to_string(), text.trim().to_lowercase());
    let mut offered =
        bundles::list_choices(&mut conn, row.team_id, &today_text, &wanted, MAX_CHOICES + 1).await?;
    let has_more = cut(&mut offered, MAX_CHOICES);
    let others = offered.into_iter().filter(|part| !known.contains(&part.line.variant.variant_id));
    let others = others.map(|row| PartView { row, problem: None, near_expiry: None });
    let parts = inside.into_iter().chain(others).map(|part| ContentsPart {
        in_stock: part.row.line.available / part.row.line.variant.base_quantity.max(1),
        part,
    });
    let variants = rows::list_all_variants(&mut conn, product).await?;
    Ok(Contents {
        product,
        team: row.team_id,
        status: status_of(&row.status)?,
        version: row.version,
        mode,
        parts: parts.collect(),
        has_more,
        sum_fen: bundles::sum_parts(&mut conn, product).await?.0,
        price_fen: variants.iter().find(|variant| variant.active == 1).map(|variant| variant.price_fen),
        in_stock: store::catalogue::sum_available(&mut conn, product, &day.to_string()).await?,
        name: row.name,
        name_en: row.name_en,
    })
}

/// So many of a variant, as typed; blank or zero for none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartForm {
    /// In its shown form.
    pub variant: String,
    pub quantity: String,
}

/// What is to be in a box, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaveContents {
    /// In its shown form.
    pub product: String,
    /// The version the form was made from.
    pub version: i64,
    /// A word of [`PriceMode`].
    pub price_mode: String,
    /// In yuan; read when the box has a price of its own.
    pub price: String,
    /// In the order in which they are to be shown.
    pub parts: Vec<PartForm>,
}

/// Says what is in a box and what it costs. Answers the version to save over next.
///
/// # Errors
/// [`ServiceError::Invalid`]: `parts` with fewer than two pieces or too many variants, `parts.<n>.quantity`,
/// `parts.<n>.variant` for what no box of the team may hold, `price_mode`, `price`; in the shop also whatever would keep
/// it from being published. [`Conflict::VersionChanged`]; [`ServiceError::NotFound`] for another team's and for what is no
/// box. Nothing is written then.
pub async fn save_contents(
    services: &Services,
    viewer: &Viewer,
    command: &SaveContents,
    key: &str,
) -> Result<i64> {
    viewer.require_user()?;
    let product: ProductId = command.product.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let request = Repeatable::new("save_contents", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    // Parts before their box; nobody waits for the form of somebody whose box it is not.
    let seen = own_listing(&mut tx, viewer, product).await?;
    let typed = command.parts.iter().filter_map(|form| form.variant.trim().parse().ok());
    lock_parts(&mut tx, seen.team_id, typed).await?;
    let mut row = lock_own_listing(&mut tx, services, viewer, product).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    if bundles::find_price_mode(&mut tx, product).await?.is_none() {
        return Err(ServiceError::NotFound);
    }
    if row.version != command.version {
        return Err(Conflict::VersionChanged.into());
    }
    let day = today(services);
    let is_published = status_of(&row.status)? == ListingStatus::Published;
    let before = if is_published { check_problems(&mut tx, &row, day).await? } else { Vec::new() };
    let state_before = changes::state(&mut tx, &row).await?;
    let wanted = read(&mut tx, &row, command).await?;
    bundles::put_bundle(&mut tx, product, wanted.mode).await?;
    bundles::replace_components(&mut tx, product, &wanted.components).await?;
    put_variant(&mut tx, services, &row, wanted.price).await?;
    row.version = rows::update_listing(&mut tx, &row).await?;
    let difference = Difference::between(&state_before, &changes::state(&mut tx, &row).await?);
    if is_published {
        let mut refused = check_problems(&mut tx, &row, day).await?;
        refused.retain(|problem| !before.contains(problem));
        if !refused.is_empty() {
            return Err(ServiceError::Invalid(refused));
        }
        reindex_product(&mut tx, product).await?;
        let detail = json!({ "version": row.version });
        audit::record(
            &mut tx,
            services,
            viewer.user_id(),
            "listing.changed",
            "product",
            product.get(),
            detail,
        )
        .await?;
        review_change(&mut tx, services, viewer, &row, &difference).await?;
    }
    changes::record(&mut tx, services, viewer, product, row.version, ChangeSource::Form, &difference).await?;
    idempotency::finish(&mut tx, &request, &row.version).await?;
    tx.commit().await?;
    Ok(row.version)
}

/// Takes the products that are to be in a box of the team, by id and before the box: their prices stay what they are until the
/// box costs as much. Another team's goods cannot be in it and are left alone.
pub(crate) async fn lock_parts(
    tx: &mut WriteTx,
    team: TeamId,
    variants: impl Iterator<Item = VariantId>,
) -> Result<()> {
    let mut products: BTreeSet<ProductId> = BTreeSet::new();
    for variant in variants {
        let sale = store::carts::find_sale_variant(tx, variant).await?;
        products.extend(sale.filter(|sale| sale.team_id == team).map(|sale| sale.product_id));
    }
    for product in products {
        bundles::lock_product(tx, product).await?;
    }
    Ok(())
}

/// Whether a box of the team may hold it, for sale or not: goods of its own that are sold by the piece.
pub(super) fn may_be_inside(sale: &SaleVariant, team: TeamId) -> bool {
    sale.team_id == team && sale.is_bundle == 0 && sale.least_g.is_none()
}

/// What was typed, as it can be stored.
struct Wanted {
    mode: PriceMode,
    components: Vec<(VariantId, i64)>,
    price: Fen,
}

async fn read(tx: &mut WriteTx, row: &ListingRow, command: &SaveContents) -> Result<Wanted> {
    let mut reader = Reader::default();
    let mode = PriceMode::parse(command.price_mode.trim()).ok();
    if mode.is_none() {
        reader.report("price_mode", Problem::Missing);
    }
    let (components, values) = read_parts(tx, &mut reader, row, &command.parts).await?;
    let price = match mode {
        Some(PriceMode::Free) => reader.price("price", &command.price),
        _ => bundle::sum(&values).ok().filter(|sum| sum.is_positive()),
    };
    if let Some(price) = price.filter(|_| !values.is_empty())
        && !bundle::reaches_every_piece(price, &values)
    {
        reader.report("price", Problem::PriceBelowParts);
    }
    match (mode, price) {
        (Some(mode), Some(price)) if reader.problems.is_empty() => Ok(Wanted { mode, components, price }),
        _ => Err(ServiceError::Invalid(reader.problems)),
    }
}

async fn read_parts(
    tx: &mut WriteTx,
    reader: &mut Reader,
    row: &ListingRow,
    typed: &[PartForm],
) -> Result<(Vec<(VariantId, i64)>, Vec<Part>)> {
    let kept: BTreeSet<VariantId> =
        bundles::list_components(tx, row.id).await?.into_iter().map(|(variant, _)| variant).collect();
    let (mut components, mut values) = (Vec::new(), Vec::new());
    for (at, form) in typed.iter().enumerate() {
        let field = format!("parts.{at}.quantity");
        let quantity = reader.optional_number(&field, &form.quantity, 0, MAX_PART_QUANTITY);
        let Some(quantity) = quantity.filter(|quantity| *quantity > 0) else { continue };
        let sale = match form.variant.trim().parse::<VariantId>() {
            Ok(variant) => store::carts::find_sale_variant(tx, variant).await?,
            Err(_) => None,
        };
        // What was sold in it before may stay in it; publishing says when it cannot be bought any more.
        let sale = sale.filter(|sale| {
            may_be_inside(sale, row.team_id) && (sale.is_for_sale() || kept.contains(&sale.variant_id))
        });
        let Some(sale) = sale else {
            reader.report(format!("parts.{at}.variant"), Problem::NotForSale);
            continue;
        };
        if components.iter().any(|(variant, _)| *variant == sale.variant_id) {
            reader.report(format!("parts.{at}.variant"), Problem::Taken);
            continue;
        }
        components.push((sale.variant_id, quantity));
        values.push(Part { price: sale.price_fen, quantity });
    }
    let pieces: i64 = components.iter().map(|(_, quantity)| quantity).sum();
    if reader.problems.is_empty() && pieces < MIN_PIECES {
        reader.report("parts", Problem::BoxTooSmall);
    }
    if components.len() > MAX_PARTS {
        reader.report("parts", Problem::TooManyParts { max: MAX_PARTS as i64 });
    }
    Ok((components, values))
}

/// The one variant that is bought: made with the first contents, priced and weighed anew with each.
async fn put_variant(tx: &mut WriteTx, services: &Services, row: &ListingRow, price: Fen) -> Result<()> {
    let weight_g = bundles::sum_parts(tx, row.id).await?.1.max(1);
    let stored = rows::list_all_variants(tx, row.id).await?;
    if let Some(own) = stored.into_iter().find(|variant| variant.active == 1) {
        note_price(tx, services, row, &own, price).await?;
        let now = ListingVariantRow { price_fen: price, weight_g, base_quantity: 1, ..own };
        return Ok(rows::update_variant(tx, &now).await?);
    }
    let id = services.new_id();
    // One that is made is always free.
    let code = code_for_new(tx, row, None, id).await?.unwrap_or_default();
    let new = ListingVariantRow {
        id,
        code,
        name: "礼盒".to_owned(),
        name_en: "Gift box".to_owned(),
        unit: "盒".to_owned(),
        price_fen: price,
        base_quantity: 1,
        weight_g,
        min_quantity: 1,
        step_quantity: 1,
        position: 0,
        active: 1,
    };
    rows::insert_variant(tx, row.id, &new).await.map_err(busy_when_taken)
}

/// What keeps a box from being published, besides what is asked of every listing; `None` for what is no box.
pub(crate) async fn problems(conn: &mut Conn, row: &ListingRow, today: Date) -> Result<Option<BoxCheck>> {
    if bundles::find_price_mode(conn, row.id).await?.is_none() {
        return Ok(None);
    }
    let parts = bundles::list_parts(conn, row.id, &today.to_string()).await?;
    Ok(Some(BoxCheck { parts }))
}

/// The parts of a box, for the check before publishing.
#[derive(Debug)]
pub(crate) struct BoxCheck {
    parts: Vec<PartRow>,
}

impl BoxCheck {
    /// Food among its parts: then its words may not promise health either.
    pub(crate) fn has_food(&self) -> bool {
        self.parts.iter().any(|part| part.food_class != FoodClass::NonFood.as_str())
    }

    /// What is wrong with what is in it, at field `parts`; with its price, at that of its variant.
    pub(crate) fn problems(
        &self,
        variants: &[ListingVariantRow],
        tiers: &[TierPriceRow],
        today: Date,
    ) -> Vec<FieldError> {
        let mut found = Vec::new();
        let pieces: i64 = self.parts.iter().map(|part| part.line.quantity).sum();
        if pieces < MIN_PIECES {
            return vec![FieldError::new("parts", Problem::BoxTooSmall)];
        }
        if let Some(trouble) = trouble(&self.parts, 1, None, today) {
            found.push(FieldError::new("parts", trouble.problem));
        }
        let values = values(&self.parts);
        for (at, variant) in variants.iter().enumerate() {
            if !bundle::reaches_every_piece(variant.price_fen, &values) {
                found.push(FieldError::new(format!("variants.{at}.price"), Problem::PriceBelowParts));
            }
            let mut own = tiers.iter().filter(|tier| tier.variant_id == variant.id);
            if own.any(|tier| !bundle::reaches_every_piece(tier.price_fen, &values)) {
                found.push(FieldError::new(format!("variants.{at}.tier_prices"), Problem::PriceBelowParts));
            }
        }
        found
    }
}
