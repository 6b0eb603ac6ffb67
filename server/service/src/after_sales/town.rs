//! What buyer and seller cannot agree on is the town's to decide.

use domain::after_sale::{AfterSaleEvent, AfterSaleNote, AfterSaleStatus, Side};
use domain::failure::Conflict;
use domain::ids::AfterSaleId;
use domain::money::Fen;

use super::answer::grant;
use super::case::lock;
use super::talk::check_words;
use super::{money, part};
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

/// The town finds for the buyer (`uphold`), and what was asked for is granted, or for the seller. What the seller has offered
/// goes back then: it is the answer that stands.
///
/// # Errors
/// Field `words`: a decision has a reason. [`Conflict::StateChanged`]; [`Conflict::OutOfStock`] for an exchange; guarded:
/// the town's or the county's corps, neither buyer nor seller of it.
pub async fn decide(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    uphold: bool,
    words: &str,
    key: &str,
) -> Result<()> {
    find(services, viewer, id, (uphold, None), words, key).await
}

/// The town finds for the buyer in part: an amount up to what was asked for, and no less than the seller has offered.
///
/// # Errors
/// As [`decide`]; field `amount`; [`Conflict::StateChanged`] where goods come back.
pub async fn decide_part(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    amount: &str,
    words: &str,
    key: &str,
) -> Result<()> {
    find(services, viewer, id, (true, Some(amount)), words, key).await
}

#[tracing::instrument(skip_all, fields(after_sale = %id))]
async fn find(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    (uphold, amount): (bool, Option<&str>),
    words: &str,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_town(viewer)?;
    let (amount, words) = match amount {
        Some(amount) => part::read_both(amount, words).map(|(amount, words)| (Some(amount), words))?,
        None => (None, check_words("words", words, true)?),
    };
    let request = Repeatable::new("decide_after_sale", viewer, key, &(id, uphold, amount, &words))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::Appealed || (amount.is_some() && !case.row.kind.may_be_in_part()) {
        return Err(Conflict::StateChanged.into());
    }
    let offered = case.row.offered_fen.map(Fen::new);
    if let Some(amount) = amount {
        let asked = money::plan(&mut tx, services, &case.order, &case.row, &case.lines).await?.goods;
        part::require_between(amount, offered.unwrap_or(Fen::new(1)), asked)?;
    }
    let (note, granted) =
        if uphold { (AfterSaleNote::Upheld, amount) } else { (AfterSaleNote::Dismissed, offered) };
    if !uphold && offered.is_none() {
        case.step(&mut tx, services, AfterSaleEvent::Dismiss).await?;
        case.note(&mut tx, services, Side::Town, Some(user), note, &words).await?;
    } else {
        case.row.granted_fen = granted.map(Fen::get);
        case.note_amount(&mut tx, services, Side::Town, Some(user), note, &words, granted).await?;
        grant(&mut tx, services, &mut case, Some(user)).await?;
    }
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}
