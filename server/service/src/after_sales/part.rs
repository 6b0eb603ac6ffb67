//! Less than was asked for, while the buyer keeps the goods: what the seller offers in its place, and taking it.
//!
//! An offer stands until it is answered. Silence takes it, and so does a town that finds for the seller: nobody is left
//! with less than the other side has conceded.

use domain::after_sale::{AfterSaleEvent, AfterSaleNote, AfterSaleStatus, Side};
use domain::failure::{Conflict, Problem};
use domain::ids::{AfterSaleId, UserId};
use domain::money::{Fen, MoneyError};
use store::WriteTx;

use super::case::{Case, lock};
use super::{money, talk};
use crate::idempotency::{self, Begun, Repeatable};
use crate::{Result, ServiceError, Services, Viewer};

/// The seller offers an amount below what was asked for, with a reason. The buyer takes it or asks the town.
///
/// # Errors
/// Fields `amount`, `words`. [`Conflict::StateChanged`] when it was answered, or goods come back for it. Guarded: the
/// team's sellers, not the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn offer_part(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    amount: &str,
    words: &str,
    key: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    let user = case.require_seller(viewer)?;
    let (amount, words) = read_both(amount, words)?;
    let request = Repeatable::new("offer_part", viewer, key, &(id, amount, &words))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::Requested || !case.row.kind.may_be_in_part() {
        return Err(Conflict::StateChanged.into());
    }
    let asked = money::plan(&mut tx, services, &case.order, &case.row, &case.lines).await?.goods;
    require_between(amount, Fen::new(1), asked - Fen::new(1))?;
    case.row.offered_fen = Some(amount.get());
    (case.row.agreed_by, case.row.agreed_at_ms) = (Some(user.get()), Some(services.now_ms()));
    case.step(&mut tx, services, AfterSaleEvent::Refuse).await?;
    let note = AfterSaleNote::Refused;
    case.note_amount(&mut tx, services, Side::Seller, Some(user), note, &words, Some(amount)).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// The buyer takes what the seller offers.
///
/// # Errors
/// [`Conflict::StateChanged`] when nothing is offered. Guarded: the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn accept_offer(services: &Services, viewer: &Viewer, id: AfterSaleId, key: &str) -> Result<()> {
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    case.require_buyer(viewer)?;
    let request = Repeatable::new("accept_offer", viewer, key, &id)?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    if case.row.status != AfterSaleStatus::Refused || case.row.offered_fen.is_none() {
        return Err(Conflict::StateChanged.into());
    }
    take_offer(&mut tx, services, &mut case, Side::Buyer, viewer.user_id()).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}

/// What the seller offers goes back: the buyer takes it, or was silent (`side` is the shop then). Who agreed to it is who
/// offered it.
pub(super) async fn take_offer(
    tx: &mut WriteTx,
    services: &Services,
    case: &mut Case,
    side: Side,
    user: Option<UserId>,
) -> Result<()> {
    case.row.granted_fen = case.row.offered_fen;
    let amount = case.row.offered_fen.map(Fen::new);
    case.note_amount(tx, services, side, user, AfterSaleNote::Agreed, "", amount).await?;
    let by = case.row.agreed_by.map(UserId::from_i64);
    money::pay_or_ask_second(tx, services, case, by).await
}

/// An amount in yuan above zero; nothing when it is blank.
pub(super) fn read_amount(typed: &str) -> std::result::Result<Option<Fen>, Problem> {
    match Fen::parse_yuan(typed) {
        Ok(amount) if amount.is_positive() => Ok(Some(amount)),
        Err(MoneyError::Empty) => Ok(None),
        _ => Err(Problem::NotMoney),
    }
}

/// An amount and its reason, both of which are needed.
pub(super) fn read_both(amount: &str, words: &str) -> Result<(Fen, String)> {
    let amount = match read_amount(amount) {
        Ok(Some(amount)) => Ok(amount),
        Ok(None) => Err(ServiceError::invalid("amount", Problem::Missing)),
        Err(problem) => Err(ServiceError::invalid("amount", problem)),
    };
    match (amount, talk::check_words("words", words, true)) {
        (Ok(amount), Ok(words)) => Ok((amount, words)),
        (Err(ServiceError::Invalid(first)), Err(ServiceError::Invalid(then))) => {
            Err(ServiceError::Invalid([first, then].concat()))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// That an amount is neither nothing nor more than it is about.
pub(super) fn require_between(amount: Fen, least_fen: Fen, most_fen: Fen) -> Result<()> {
    if least_fen <= amount && amount <= most_fen {
        return Ok(());
    }
    Err(ServiceError::invalid("amount", Problem::AmountOutOfRange { least_fen, most_fen }))
}
