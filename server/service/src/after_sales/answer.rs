//! What buyer and seller do with an after-sale, and what happens when its time runs out.

use domain::after_sale::{
    AfterSaleEvent, AfterSaleKind, AfterSaleNote, AfterSaleStatus, ReturnedGoods, Side, Silence, silence,
};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{AfterSaleId, ParcelId, UserId};
use store::WriteTx;

use super::case::{Case, lock};
use super::{goods, money, part, talk};
use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer};

const TEXT_MAX_CHARS: usize = 40;

/// The seller agrees: the goods are awaited, or the money goes back; of an exchange whose replacement cannot be sent after
/// all, too.
///
/// # Errors
/// [`Conflict::StateChanged`]; [`Conflict::OutOfStock`] when there is nothing to exchange for. Guarded: the team's
/// sellers, not the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn agree(services: &Services, viewer: &Viewer, id: AfterSaleId, key: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_seller(viewer)?;
    let request = Repeatable::new("agree_after_sale", viewer, key, &id)?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if !matches!(case.row.status, AfterSaleStatus::Requested | AfterSaleStatus::Replacing) {
        return Err(Conflict::StateChanged.into());
    }
    case.note(&mut tx, services, Side::Seller, Some(user), AfterSaleNote::Agreed, "").await?;
    grant(&mut tx, services, &mut case, Some(user)).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// What the buyer asked for is granted: by the seller, the town, or a deadline (`by` is nobody then).
pub(super) async fn grant(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    by: Option<UserId>,
) -> Result<()> {
    let is_back = case.row.sent_back_at_ms.is_some();
    let is_town = case.row.status == AfterSaleStatus::Appealed;
    match case.row.kind {
        AfterSaleKind::ReturnRefund if !is_back => ask_return(tx, services, case, by).await,
        AfterSaleKind::Exchange if !is_back => {
            match goods::hold_replacement(tx, services, case).await {
                // What the town grants does not end for want of stock: the goods go back, and the money if there is no
                // replacement even then.
                Err(ServiceError::Conflict(Conflict::OutOfStock { .. })) if is_town => {}
                held => held?,
            }
            ask_return(tx, services, case, by).await
        }
        AfterSaleKind::Exchange if case.row.status != AfterSaleStatus::Replacing => {
            // Goods that were held are held still; a refusal in between released them.
            let held = store::after_sales::list_goods(tx, case.row.id).await?;
            if !held.iter().any(|row| row.status == "held") {
                match goods::hold_replacement(tx, services, case).await {
                    // The goods are back and there is nothing to send for them.
                    Err(ServiceError::Conflict(Conflict::OutOfStock { .. })) => {
                        return money::pay_or_ask_second(tx, services, case, by).await;
                    }
                    held => held?,
                }
            }
            goods::open_replacement_parcel(tx, services, case).await?;
            case.step(tx, services, AfterSaleEvent::Replace).await
        }
        _ => money::pay_or_ask_second(tx, services, case, by).await,
    }
}

async fn ask_return(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    by: Option<UserId>,
) -> Result<()> {
    case.row.agreed_by = by.map(UserId::get);
    case.row.agreed_at_ms = Some(services.now_ms());
    case.step(tx, services, AfterSaleEvent::AskReturn).await
}

/// The seller says no, also to goods that came back other than they left; so may the second person say of a large
/// amount. The buyer may ask the town.
///
/// # Errors
/// Field `words`: a refusal has a reason. [`Conflict::StateChanged`]. Guarded as [`agree`] and [`confirm_large`].
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn refuse(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    words: &str,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = match case.row.status {
        AfterSaleStatus::AwaitingSecond => {
            let user = case.require_second(viewer)?;
            if case.was_upheld(&mut tx).await? {
                // What the town has granted is not the seller's side's to take away.
                case.require_town(viewer)?;
            }
            user
        }
        // Asked twice by the second person: the first answer follows.
        AfterSaleStatus::Refused => case.require_seller(viewer).or_else(|_| case.require_second(viewer))?,
        _ => case.require_seller(viewer)?,
    };
    let words = talk::check_words("words", words, true)?;
    let request = Repeatable::new("refuse_after_sale", viewer, key, &(id, &words))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    goods::release_replacement(&mut tx, &case).await?;
    (case.row.agreed_by, case.row.agreed_at_ms) = (None, None);
    (case.row.offered_fen, case.row.granted_fen) = (None, None);
    money::forget_amounts(&mut case.row);
    case.step(&mut tx, services, AfterSaleEvent::Refuse).await?;
    let side = case.side(viewer).unwrap_or(Side::Seller);
    case.note(&mut tx, services, side, Some(user), AfterSaleNote::Refused, &words).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// The buyer takes it back.
///
/// # Errors
/// [`Conflict::StateChanged`] once goods are on their way back. Guarded: the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn withdraw(services: &Services, viewer: &Viewer, id: AfterSaleId, key: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    case.require_buyer(viewer)?;
    let request = Repeatable::new("withdraw_after_sale", viewer, key, &id)?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.sent_back_at_ms.is_some() {
        return Err(Conflict::StateChanged.into());
    }
    goods::release_replacement(&mut tx, &case).await?;
    case.step(&mut tx, services, AfterSaleEvent::Withdraw).await?;
    case.note(&mut tx, services, Side::Buyer, viewer.user_id(), AfterSaleNote::Withdrawn, "").await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// The buyer has handed the goods to a carrier.
///
/// # Errors
/// Fields `carrier`, `tracking_number`; [`Conflict::StateChanged`] when no goods are awaited. Guarded: the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn send_back(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    carrier: &str,
    tracking_number: &str,
    key: &str,
) -> Result<()> {
    let carrier = carrier.trim().to_owned();
    let tracking_number: String = tracking_number.split_whitespace().collect();
    let mut errors = Vec::new();
    for (field, value) in [("carrier", &carrier), ("tracking_number", &tracking_number)] {
        if value.is_empty() {
            errors.push(FieldError::new(field, Problem::Missing));
        } else if value.chars().count() > TEXT_MAX_CHARS {
            errors.push(FieldError::new(field, Problem::TooLong { max: TEXT_MAX_CHARS as i64 }));
        }
    }
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    case.require_buyer(viewer)?;
    all_or(errors)?;
    let request = Repeatable::new("send_back", viewer, key, &(id, &carrier, &tracking_number))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let words = format!("{carrier} {tracking_number}");
    (case.row.carrier, case.row.tracking_number) = (carrier, tracking_number);
    case.row.sent_back_at_ms = Some(services.now_ms());
    case.step(&mut tx, services, AfterSaleEvent::SendBack).await?;
    case.note(&mut tx, services, Side::Buyer, viewer.user_id(), AfterSaleNote::SentBack, &words).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// The goods are back and looked at: they are sold again or written off, and money or a replacement follows, unless that
/// was decided already, by silence or by the town.
///
/// # Errors
/// [`Conflict::StateChanged`]. Guarded: the team's sellers, not the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn take_back(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    outcome: ReturnedGoods,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_seller(viewer)?;
    let request = Repeatable::new("take_back", viewer, key, &(id, outcome))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if !case.awaits_goods() {
        return Err(Conflict::StateChanged.into());
    }
    goods::bring_back(&mut tx, services, &case, outcome).await?;
    let now_ms = services.now_ms();
    case.row.taken_back_at_ms = Some(now_ms);
    // Buyers forget to say that they have sent them.
    case.row.sent_back_at_ms = case.row.sent_back_at_ms.or(Some(now_ms));
    case.note(&mut tx, services, Side::Seller, Some(user), AfterSaleNote::TakenBack, outcome.as_str())
        .await?;
    if matches!(case.row.status, AfterSaleStatus::AwaitingReturn | AfterSaleStatus::Returning) {
        grant(&mut tx, services, &mut case, Some(user)).await?;
    } else {
        store::after_sales::update_after_sale(&mut tx, &case.row).await?;
    }
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// A second person confirms a large amount, and it goes back.
///
/// # Errors
/// [`Conflict::SecondPersonNeeded`] for whoever agreed; [`Conflict::StateChanged`]. Guarded: the team's captain, the
/// town's or the county's corps.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn confirm_large(services: &Services, viewer: &Viewer, id: AfterSaleId, key: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_second(viewer)?;
    let request = Repeatable::new("confirm_after_sale", viewer, key, &id)?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::AwaitingSecond {
        return Err(Conflict::StateChanged.into());
    }
    case.row.confirmed_by = Some(user.get());
    let side = case.side(viewer).unwrap_or(Side::Town);
    case.note(&mut tx, services, side, Some(user), AfterSaleNote::Confirmed, "").await?;
    money::pay(&mut tx, services, &mut case).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// A parcel has left. If it replaces goods, their after-sale ends with it; and what was refused of the wish to have its
/// money back before that is past.
pub(crate) async fn note_shipped(
    tx: &mut WriteTx,
    services: &Services,
    user: Option<UserId>,
    parcel: ParcelId,
) -> Result<()> {
    for refused in store::after_sales::list_refused_unshipped(tx, parcel).await? {
        let mut case = lock(tx, refused).await?;
        case.step(tx, services, AfterSaleEvent::Lapse).await?;
        case.note(tx, services, Side::Shop, None, AfterSaleNote::Lapsed, "").await?;
    }
    let Some(found) = store::after_sales::find_by_replacement(tx, parcel).await? else { return Ok(()) };
    let mut case = lock(tx, found.id).await?;
    goods::sell_replacement(tx, &case).await?;
    money::pay_postage(tx, services, &mut case).await?;
    case.step(tx, services, AfterSaleEvent::Ship).await?;
    case.note(tx, services, Side::Seller, user, AfterSaleNote::Exchanged, "").await?;
    Ok(())
}

/// The deadline of whoever should have acted has passed. Called by the timer; safe to call at any time.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub(crate) async fn ring(services: &Services, id: AfterSaleId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = match lock(&mut tx, id).await {
        Ok(case) => case,
        Err(ServiceError::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    if case.row.due_at_ms.is_none_or(|due| due > services.now_ms()) {
        return Ok(());
    }
    let is_back = case.row.taken_back_at_ms.is_some();
    let outcome = match silence(case.row.kind, case.row.status) {
        // Goods that are back already are not kept along with their money.
        Silence::Lapses if is_back => Silence::AsksTheTown,
        outcome => outcome,
    };
    match outcome {
        // What the seller has offered is nobody's to keep.
        Silence::Lapses if case.row.status == AfterSaleStatus::Refused && case.row.offered_fen.is_some() => {
            part::take_offer(&mut tx, services, &mut case, Side::Shop, None).await?;
        }
        Silence::Agrees => {
            case.note(&mut tx, services, Side::Shop, None, AfterSaleNote::Agreed, "").await?;
            grant(&mut tx, services, &mut case, None).await?;
        }
        Silence::AsksTheTown => {
            goods::release_replacement(&mut tx, &case).await?;
            case.step(&mut tx, services, AfterSaleEvent::Appeal).await?;
            case.note(&mut tx, services, Side::Shop, None, AfterSaleNote::Escalated, "").await?;
        }
        Silence::Lapses => {
            goods::release_replacement(&mut tx, &case).await?;
            case.step(&mut tx, services, AfterSaleEvent::Lapse).await?;
            case.note(&mut tx, services, Side::Shop, None, AfterSaleNote::Lapsed, "").await?;
        }
        Silence::Waits => return Ok(()),
    }
    Ok(tx.commit().await?)
}
