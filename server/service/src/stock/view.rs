//! What the pages of stock show: batches with where they lie and how they stand, and what was last done to them.

use domain::ids::{BatchId, ParcelId, ProductId, TeamId};
use domain::stock::movement::{BatchState, batch_state};
use domain::thousandths::thousandths_text;
use store::listing::{self as rows, ListingBatchRow, ListingRow};
use store::movements::{
    self, BatchExtraRow, CorrectionLineRow, MovementFilter, MovementRow, ParcelBatchRow, ThresholdRow,
};
use store::{Conn, recalls};

use super::{days_of, own_batch};
use crate::listing::{Choice, ListingPhoto, own_listing, today};
use crate::{Result, ServiceError, Services, Viewer};

/// Movements that the page of a batch shows.
const LATEST: i64 = 50;

/// One batch beside its papers. Quantities are base units.
#[derive(Debug, Clone)]
pub struct BatchStock {
    pub batch: BatchId,
    pub code: String,
    pub state: BatchState,
    pub place: String,
    pub place_name: String,
    pub split_from: Option<String>,
    pub produced_on: String,
    pub expires_on: Option<String>,
    pub received: i64,
    pub available: i64,
    pub held: i64,
    pub sold: i64,
    pub written_off: i64,
    /// The photo of its certificate.
    pub certificate: Option<ListingPhoto>,
}

/// The stock of a product.
#[derive(Debug, Clone)]
pub struct StockView {
    pub product: ProductId,
    pub team: TeamId,
    /// Youngest first, as the form of the listing has them.
    pub batches: Vec<BatchStock>,
    /// Where batches of the team may lie.
    pub places: Vec<Choice>,
    /// What the team said, base units and per cent; blank for the shop's rule.
    pub low_stock: Option<i64>,
    pub near_expiry_percent: Option<i64>,
    /// The shop's rule: so many of the smallest order, and per cent.
    pub shop_low_pieces: i64,
    pub shop_near_percent: i64,
    /// Base units that can be sold.
    pub available: i64,
}

/// One batch with everything that may be done to it.
#[derive(Debug, Clone)]
pub struct BatchDesk {
    pub product: ProductId,
    pub team: TeamId,
    pub product_name: String,
    pub product_name_en: String,
    pub slug: String,
    pub is_published: bool,
    /// `g` or `piece`.
    pub base_unit: String,
    pub batch: BatchStock,
    pub places: Vec<Choice>,
    /// Every village of the team and of the batch, with what it gave in kilograms; blank for nothing.
    pub inputs: Vec<(Choice, String)>,
    /// Corrections of the weights, latest first, a line a village.
    pub corrections: Vec<CorrectionLineRow>,
    pub movements: Vec<MovementRow>,
    pub recall: Option<domain::ids::RecallId>,
}

/// The stock of a product, for those who sell it.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's product.
pub async fn stock_view(services: &Services, viewer: &Viewer, product: ProductId) -> Result<StockView> {
    let mut conn = services.db.read().await?;
    let listing = own_listing(&mut conn, viewer, product).await?;
    let threshold = movements::find_threshold(&mut conn, product).await?.unwrap_or_default();
    let extras = movements::list_batch_extras(&mut conn, product).await?;
    let mut batches = Vec::new();
    for row in rows::list_listing_batches(&mut conn, product).await? {
        batches.push(batch_stock(services, row, &extras, threshold)?);
    }
    let sold = batches.iter().filter(|batch| batch.state.can_sell());
    Ok(StockView {
        product,
        team: listing.team_id,
        places: places_of(&mut conn, &listing).await?,
        low_stock: threshold.low_stock,
        near_expiry_percent: threshold.near_expiry_percent,
        shop_low_pieces: services.rules.low_stock_pieces,
        shop_near_percent: services.rules.near_expiry_percent,
        available: sold.map(|batch| batch.available).sum(),
        batches,
    })
}

async fn places_of(conn: &mut Conn, listing: &ListingRow) -> Result<Vec<Choice>> {
    Ok(rows::list_place_choices(conn, listing.team_id).await?.into_iter().map(Choice::from).collect())
}

fn batch_stock(
    services: &Services,
    row: ListingBatchRow,
    extras: &[BatchExtraRow],
    threshold: ThresholdRow,
) -> Result<BatchStock> {
    let extra = extras.iter().find(|extra| extra.id == row.id);
    let extra = extra.ok_or_else(|| ServiceError::internal("a batch without a place"))?;
    let near_percent = threshold.near_expiry_percent.unwrap_or(services.rules.near_expiry_percent);
    let days = days_of(&row, extra.recalled_at_ms.is_some())?;
    let photo = |hash: &String| ListingPhoto {
        media_id: String::new(),
        content_hash: hash.clone(),
        width: extra.width.unwrap_or_default(),
        height: extra.height.unwrap_or_default(),
        placeholder: extra.placeholder.clone().unwrap_or_default(),
    };
    Ok(BatchStock {
        batch: row.id,
        state: batch_state(days, row.available, today(services), near_percent),
        place: domain::ids::to_text(extra.place_id),
        place_name: extra.place_name.clone(),
        split_from: extra.split_from_code.clone(),
        certificate: extra.content_hash.as_ref().map(photo),
        produced_on: row.papers.produced_on,
        expires_on: row.papers.expires_on,
        received: row.received,
        available: row.available,
        held: row.held,
        sold: row.sold,
        written_off: row.written_off,
        code: row.code,
    })
}

/// One batch, for those who sell it.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's batch.
pub async fn batch_desk(services: &Services, viewer: &Viewer, batch: &str) -> Result<BatchDesk> {
    let mut conn = services.db.read().await?;
    let (row, listing) = own_batch(&mut conn, viewer, batch).await?;
    let id = row.id;
    let threshold = movements::find_threshold(&mut conn, listing.id).await?.unwrap_or_default();
    let extras = movements::list_batch_extras(&mut conn, listing.id).await?;
    let given = rows::list_product_inputs(&mut conn, listing.id).await?;
    let given: Vec<_> = given.into_iter().filter(|input| input.batch_id == id).collect();
    let mut inputs: Vec<(Choice, String)> = Vec::new();
    for village in rows::list_village_choices(&mut conn, listing.team_id).await? {
        if given.iter().all(|input| input.village_id.get() != village.id) {
            inputs.push((village.into(), String::new()));
        }
    }
    let own = given.into_iter().map(|input| {
        let choice = Choice { id: input.village_id.to_string(), name: input.name, name_en: input.name_en };
        (choice, thousandths_text(input.weight_g))
    });
    let inputs = own.chain(inputs).collect();
    Ok(BatchDesk {
        product: listing.id,
        team: listing.team_id,
        places: places_of(&mut conn, &listing).await?,
        corrections: movements::list_input_corrections(&mut conn, id).await?,
        movements: movements::list_movements(
            &mut conn,
            MovementFilter::all(listing.id, Some(id)),
            i64::MAX,
            LATEST,
        )
        .await?,
        recall: recalls::find_recall_of_batch(&mut conn, id).await?.map(|recall| recall.id),
        batch: batch_stock(services, row, &extras, threshold)?,
        product_name: listing.name,
        product_name_en: listing.name_en,
        slug: listing.slug,
        is_published: listing.status == "published",
        base_unit: listing.base_unit,
        inputs,
    })
}

/// Which batches the goods of a parcel are to be taken from, and where these lie.
///
/// # Errors
/// [`ServiceError::NotFound`] for other teams' parcels.
pub async fn parcel_batches(
    services: &Services,
    viewer: &Viewer,
    parcel: ParcelId,
) -> Result<Vec<ParcelBatchRow>> {
    viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let row = store::parcels::get_parcel(&mut conn, parcel).await?;
    viewer.require_seller(row.team_id).map_err(|_| ServiceError::NotFound)?;
    Ok(movements::list_parcel_batches(&mut conn, parcel).await?)
}
