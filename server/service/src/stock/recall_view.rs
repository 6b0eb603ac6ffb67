//! What a recall would do, and what it did.

use domain::ids::{BatchId, OrderId, ParcelId, ProductId, RecallId, TeamId};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::stock::movement::RecallStage;
use store::listing as rows;
use store::recalls::{self, AffectedRow, RecallLineRow, RecallRow};

use super::recall::{parse_batch, recallable, stage_of, states};
use super::recall_refunds::{RecallRefunds, refunds_of};
use crate::orders::OrderPage;
use crate::{Result, ServiceError, Services, Viewer};

pub use store::recalls::OrderRecallRow as OrderRecall;

/// A line with goods of the recalled batches.
#[derive(Debug, Clone)]
pub struct AffectedView {
    pub order: OrderId,
    pub order_number: String,
    pub parcel: ParcelId,
    pub recipient_name: String,
    pub recipient_phone: String,
    pub batch_code: String,
    pub variant_name: String,
    pub variant_name_en: String,
    pub unit: String,
    /// Pieces of the whole line.
    pub quantity: i64,
    /// Of the batch, in base units.
    pub base_quantity: i64,
    /// How far the goods had gone when the sale was stopped; before that, how far they are.
    pub stage: RecallStage,
    /// Where the order and its parcel are now.
    pub order_status: OrderStatus,
    pub parcel_status: ParcelStatus,
    /// Whether there is an address to write to, of the order or of its account; the others see it on the order's page.
    pub is_mailed: bool,
    pub placed_at_ms: i64,
}

/// What stands in an address for [`AffectedFilter::ToCall`]; stages stand there as their own words.
const TO_CALL: &str = "call";

/// Which lines of a recall are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffectedFilter {
    All,
    /// Those that had gone so far.
    Stage(RecallStage),
    /// Those whose buyers got no letter: somebody has to call them.
    ToCall,
}

impl AffectedFilter {
    /// Reads the word of an address; what cannot be read narrows nothing.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match RecallStage::parse(word) {
            Ok(stage) => Self::Stage(stage),
            Err(_) if word == TO_CALL => Self::ToCall,
            Err(_) => Self::All,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Stage(stage) => stage.as_str(),
            Self::ToCall => TO_CALL,
        }
    }

    #[must_use]
    pub fn has(self, line: &AffectedView) -> bool {
        match self {
            Self::All => true,
            Self::Stage(stage) => line.stage == stage,
            Self::ToCall => !line.is_mailed,
        }
    }
}

/// What a recall would do.
#[derive(Debug, Clone)]
pub struct RecallPreview {
    pub batch: BatchId,
    pub team: TeamId,
    pub product: ProductId,
    pub product_name: String,
    pub product_name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    /// The batch that was named, first, and everything split from the same harvest.
    pub codes: Vec<String>,
    /// Base units of all of them that could be sold now.
    pub available: i64,
    pub affected: Vec<AffectedView>,
    /// The recall, when it was done before.
    pub recall: Option<RecallId>,
}

/// A recall that was done.
#[derive(Debug, Clone)]
pub struct RecallPage {
    pub recall: RecallRow,
    pub product_name: String,
    pub product_name_en: String,
    pub base_unit: String,
    pub codes: Vec<String>,
    /// Base units of its batches that are still to be written off.
    pub left: i64,
    pub affected: Vec<AffectedView>,
    /// How the refunds of its paid orders stand.
    pub refunds: RecallRefunds,
}

fn affected_of(row: AffectedRow) -> Result<AffectedView> {
    let (order_status, parcel_status) = states(&row.order_status, &row.parcel_status)?;
    Ok(AffectedView {
        order: row.order_id,
        order_number: row.order_number,
        parcel: row.parcel_id,
        recipient_name: row.recipient_name,
        recipient_phone: row.recipient_phone,
        batch_code: row.batch_code,
        variant_name: row.variant_name,
        variant_name_en: row.variant_name_en,
        unit: row.unit,
        quantity: row.quantity,
        base_quantity: row.base_quantity,
        stage: stage_of(order_status, parcel_status, row.is_replacement_here == 1),
        order_status,
        parcel_status,
        is_mailed: !row.email.is_empty(),
        placed_at_ms: row.placed_at_ms,
    })
}

fn recalled_of(row: RecallLineRow) -> Result<AffectedView> {
    let (order_status, parcel_status) = states(&row.order_status, &row.parcel_status)?;
    Ok(AffectedView {
        order: row.order_id,
        order_number: row.order_number,
        parcel: row.parcel_id,
        recipient_name: row.recipient_name,
        recipient_phone: row.recipient_phone,
        batch_code: row.batch_code,
        variant_name: row.variant_name,
        variant_name_en: row.variant_name_en,
        unit: row.unit,
        quantity: row.quantity,
        base_quantity: row.base_quantity,
        stage: row.stage,
        order_status,
        parcel_status,
        is_mailed: row.is_mailed == 1,
        placed_at_ms: row.placed_at_ms,
    })
}

/// What recalling a batch would do: which batches of the same harvest go with it, which orders have goods of them. Who the
/// buyers are is for those who send to them; the county's administration is told once there is a recall to call them about.
///
/// # Errors
/// Guarded: whoever sells for the team, the county's administration; [`ServiceError::NotFound`] for everyone else.
pub async fn recall_preview(services: &Services, viewer: &Viewer, batch: &str) -> Result<RecallPreview> {
    let mut conn = services.db.read().await?;
    let (named, listing) = recallable(&mut conn, viewer, parse_batch(batch)?).await?;
    let mut preview = RecallPreview {
        batch: named.id,
        team: listing.team_id,
        product: listing.id,
        product_name: listing.name,
        product_name_en: listing.name_en,
        base_unit: listing.base_unit,
        codes: vec![named.code.clone()],
        available: 0,
        affected: Vec::new(),
        recall: recalls::find_recall_of_batch(&mut conn, named.id).await?.map(|recall| recall.id),
    };
    for id in recalls::list_family(&mut conn, named.id).await? {
        let one = rows::find_listing_batch(&mut conn, id).await?.ok_or(ServiceError::NotFound)?;
        preview.available += one.available;
        if id != named.id {
            preview.codes.push(one.code);
        }
        for row in recalls::list_affected(&mut conn, id).await? {
            preview.affected.push(affected_of(row)?);
        }
    }
    preview.affected.sort_by_key(|line| (line.order, line.parcel));
    if viewer.require_seller(listing.team_id).is_err() {
        for line in &mut preview.affected {
            line.recipient_name.clear();
            line.recipient_phone.clear();
        }
    }
    Ok(preview)
}

/// A recall that was done: what was told, and where its orders are now.
///
/// # Errors
/// Guarded as [`recall_preview`].
pub async fn recall_page(services: &Services, viewer: &Viewer, recall: RecallId) -> Result<RecallPage> {
    viewer.require_user()?;
    let mut conn = services.db.read().await?;
    let recall = recalls::get_recall(&mut conn, recall).await?;
    let (named, listing) = recallable(&mut conn, viewer, recall.batch_id).await?;
    let mut left = 0;
    for batch in recalls::list_family(&mut conn, named.id).await? {
        left += rows::find_listing_batch(&mut conn, batch).await?.map_or(0, |batch| batch.available);
    }
    let lines = recalls::list_recall_lines(&mut conn, recall.id).await?;
    Ok(RecallPage {
        codes: recalls::list_recalled_codes(&mut conn, recall.id).await?,
        affected: lines.into_iter().map(recalled_of).collect::<Result<_>>()?,
        product_name: listing.name,
        product_name_en: listing.name_en,
        base_unit: listing.base_unit,
        left,
        refunds: refunds_of(&mut conn, viewer, &recall).await?,
        recall,
    })
}

/// The batch of a product by what stands on its package, for the county's administration.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else, [`ServiceError::NotFound`].
pub async fn find_batch_by_code(
    services: &Services,
    viewer: &Viewer,
    slug: &str,
    code: &str,
) -> Result<BatchId> {
    viewer.require_county_admin()?;
    let mut conn = services.db.read().await?;
    let product = store::catalogue::find_product_by_slug(&mut conn, slug.trim()).await?;
    let product = product.ok_or(ServiceError::NotFound)?;
    let batch = store::catalogue::find_batch(&mut conn, product.id, code.trim()).await?;
    Ok(batch.ok_or(ServiceError::NotFound)?.id)
}

/// What the buyer of an order is told of recalls. Whoever has the order's page has been let in to it.
///
/// # Errors
/// Those of the database.
pub async fn order_recalls(services: &Services, page: &OrderPage) -> Result<Vec<OrderRecall>> {
    let mut conn = services.db.read().await?;
    Ok(recalls::list_order_recalls(&mut conn, page.order.id).await?)
}
