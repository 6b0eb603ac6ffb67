//! What buyer and seller cannot agree on is the town's to decide.

use domain::after_sale::{AfterSaleEvent, AfterSaleNote, AfterSaleStatus, Side};
use domain::failure::Conflict;
use domain::ids::AfterSaleId;

use super::answer::grant;
use super::case::lock;
use super::talk::check_words;
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, Services, Viewer};

/// The buyer asks the town about a refusal.
///
/// # Errors
/// Field `words`: why. [`Conflict::StateChanged`] when nothing was refused. Guarded: the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn appeal(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    words: &str,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    case.require_buyer(viewer)?;
    let words = check_words("words", words, true)?;
    let request = Repeatable::new("appeal", viewer, key, &(id, &words))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::Refused {
        return Err(Conflict::StateChanged.into());
    }
    case.step(&mut tx, services, AfterSaleEvent::Appeal).await?;
    case.note(&mut tx, services, Side::Buyer, viewer.user_id(), AfterSaleNote::Appealed, &words).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// The town finds for the buyer (`uphold`), and what was asked for is granted, or for the seller.
///
/// # Errors
/// Field `words`: a decision has a reason. [`Conflict::StateChanged`]; [`Conflict::OutOfStock`] for an exchange; guarded:
/// the town's or the county's corps, neither buyer nor seller of it.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn decide(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    uphold: bool,
    words: &str,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_town(viewer)?;
    let words = check_words("words", words, true)?;
    let request = Repeatable::new("decide_after_sale", viewer, key, &(id, uphold, &words))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::Appealed {
        return Err(Conflict::StateChanged.into());
    }
    if uphold {
        case.note(&mut tx, services, Side::Town, Some(user), AfterSaleNote::Upheld, &words).await?;
        grant(&mut tx, services, &mut case, Some(user)).await?;
    } else {
        case.step(&mut tx, services, AfterSaleEvent::Dismiss).await?;
        case.note(&mut tx, services, Side::Town, Some(user), AfterSaleNote::Dismissed, &words).await?;
    }
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}
