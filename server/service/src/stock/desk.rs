//! What a team should look at: little left, about to expire.

use domain::ids::{BatchId, ProductId, TeamId};
use domain::stock::movement::{BatchState, batch_state};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::movements::{self, ExpiringRow, ThresholdRow};
use store::recalls::RecallHeadRow;

use super::{MAX_QUANTITY, days_between};
use crate::listing::form::Reader;
use crate::listing::{lock_own_listing, today};
use crate::paging::cut;
use crate::{Result, ServiceError, Services, Viewer, audit};

/// Warnings of one kind that are shown.
const MOST_SHOWN: i64 = 50;
/// Batches that are looked at for those near their end.
const MOST_ENDING: i64 = 10 * MOST_SHOWN;
/// Batches that expire later than this are never near their end.
const HORIZON_DAYS: i64 = 3 * 366;

/// What a team should look at.
#[derive(Debug, Clone, Default)]
pub struct StockWarnings {
    /// The emptiest first.
    pub low: Vec<LowStock>,
    /// Whether there are more than these.
    pub has_more_low: bool,
    /// Expired ones and those near it, the first to expire first.
    pub expiring: Vec<Expiring>,
    /// Whether there are, or may be, more than these.
    pub has_more_expiring: bool,
    /// Recalls of which goods are still to be destroyed or paid parcels stand still, latest first.
    pub recalls: Vec<RecallHeadRow>,
}

/// A product of which there is little.
#[derive(Debug, Clone)]
pub struct LowStock {
    pub product: ProductId,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    /// Base units that can be sold, and below which a warning was asked for.
    pub available: i64,
    pub threshold: i64,
}

/// A batch that has expired with something left, or is near it.
#[derive(Debug, Clone)]
pub struct Expiring {
    pub batch: BatchId,
    pub product: ProductId,
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub base_unit: String,
    pub expires_on: String,
    /// Base units.
    pub available: i64,
    pub state: BatchState,
    /// Days on which it can still be sold after today; negative when it has expired.
    pub days_left: i64,
}

/// What the sellers of a team should look at.
///
/// # Errors
/// [`ServiceError::Forbidden`] for anyone else.
pub async fn stock_warnings(services: &Services, viewer: &Viewer, team: TeamId) -> Result<StockWarnings> {
    viewer.require_seller(team)?;
    warnings_of(&mut *services.db.read().await?, services, team).await
}

/// What anybody who sells for a team should look at.
pub(crate) async fn warnings_of(conn: &mut Conn, services: &Services, team: TeamId) -> Result<StockWarnings> {
    let today = today(services);
    let pieces = services.rules.low_stock_pieces;
    let mut low = movements::list_low_stock(conn, team, &today.to_string(), pieces, MOST_SHOWN + 1).await?;
    let has_more_low = cut(&mut low, MOST_SHOWN);
    let until = today.plus_days(HORIZON_DAYS).to_string();
    // Those near their end are among the first to expire, but not all of the first are near it.
    let mut ending = movements::list_expiring(conn, team, &until, MOST_ENDING + 1).await?;
    let is_cut = cut(&mut ending, MOST_ENDING);
    let (mut expiring, mut is_last_near) = (Vec::new(), false);
    for row in ending {
        let shown = expiring_of(row, today, services.rules.near_expiry_percent)?;
        is_last_near = matches!(shown.state, BatchState::Expired | BatchState::NearExpiry);
        if is_last_near {
            expiring.push(shown);
        }
    }
    let has_more_expiring = cut(&mut expiring, MOST_SHOWN) || (is_cut && is_last_near);
    let low = low.into_iter().map(|row| LowStock {
        product: row.product_id,
        name: row.name,
        name_en: row.name_en,
        base_unit: row.base_unit,
        available: row.available,
        threshold: row.threshold,
    });
    let recalls = store::recalls::list_unfinished(conn, team, MOST_SHOWN).await?;
    Ok(StockWarnings { low: low.collect(), has_more_low, expiring, has_more_expiring, recalls })
}

fn expiring_of(row: ExpiringRow, today: Date, shop_percent: i64) -> Result<Expiring> {
    let days = days_between(&row.produced_on, Some(&row.expires_on), false)?;
    let near_percent = row.near_expiry_percent.unwrap_or(shop_percent);
    Ok(Expiring {
        state: batch_state(days, row.available, today, near_percent),
        days_left: days.expires_on.map_or(0, |last| today.days_until(last)),
        batch: row.batch_id,
        product: row.product_id,
        code: row.code,
        name: row.name,
        name_en: row.name_en,
        base_unit: row.base_unit,
        expires_on: row.expires_on,
        available: row.available,
    })
}

/// When to warn about a product, as typed; blank for the shop's own rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetThreshold {
    /// In its shown form.
    pub product: String,
    /// Base units; 0 for never.
    pub low_stock: String,
    /// Per cent of the shelf life.
    pub near_expiry_percent: String,
}

/// Says when to warn about a product. Saying the same twice changes nothing.
///
/// # Errors
/// [`ServiceError::Invalid`]: `low_stock`, `near_expiry_percent` (1 to 90).
pub async fn set_threshold(services: &Services, viewer: &Viewer, command: &SetThreshold) -> Result<()> {
    viewer.require_user()?;
    let product: ProductId = command.product.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let mut tx = services.db.write().await?;
    let listing = lock_own_listing(&mut tx, services, viewer, product).await?;
    let mut reader = Reader::default();
    let threshold = ThresholdRow {
        low_stock: reader.optional_number("low_stock", &command.low_stock, 0, MAX_QUANTITY),
        near_expiry_percent: reader.optional_number(
            "near_expiry_percent",
            &command.near_expiry_percent,
            1,
            90,
        ),
    };
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    // Sent twice: it is as asked for already.
    if movements::find_threshold(&mut tx, listing.id).await?.unwrap_or_default() == threshold {
        return Ok(());
    }
    movements::put_threshold(&mut tx, listing.id, threshold, services.now_ms()).await?;
    let detail = json!({ "low": threshold.low_stock, "near": threshold.near_expiry_percent });
    audit::record(&mut tx, services, viewer.user_id(), "stock.threshold", "product", product.get(), detail)
        .await?;
    tx.commit().await?;
    Ok(())
}
