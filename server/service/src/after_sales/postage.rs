//! What a buyer paid to send goods back for which the seller's side answers: entered with the receipt while they are on
//! their way, and paid back with whatever the after-sale ends with.

use domain::after_sale::{AfterSaleNote, Side};
use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::AfterSaleId;
use domain::money::Fen;

use super::case::lock;
use super::{part, photos, talk};
use crate::carts::all_or;
use crate::idempotency::{self, Begun, Repeatable};
use crate::orders::require_buyer;
use crate::photos::SentPhoto;
use crate::{Result, ServiceError, Services, Viewer};

/// More than this (¥1,000) is a slip.
const MOST_TYPED: Fen = Fen::new(100_000);

/// The buyer says what sending the goods back cost, with a photo of the receipt. Said anew it replaces what was said before.
/// What goes back of it is limited by the shop's rule and by what is left of the money: see `money::plan`.
///
/// # Errors
/// Fields `amount`, `photos`. [`Conflict::StateChanged`] unless the goods are on their way and the seller's side is at
/// fault. Guarded: the buyer.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn claim_postage(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    amount: &str,
    sent: Vec<SentPhoto>,
    key: &str,
) -> Result<()> {
    {
        // Before anything is decoded: strangers may not make us work.
        let mut conn = services.db.read().await?;
        let row = store::after_sales::find_after_sale(&mut conn, id).await?.ok_or(ServiceError::NotFound)?;
        require_buyer(viewer, &store::orders::get_order(&mut conn, row.order_id).await?)?;
    }
    let mut errors = Vec::new();
    let amount = part::read_amount(amount).unwrap_or_else(|problem| {
        errors.push(FieldError::new("amount", problem));
        Some(MOST_TYPED)
    });
    if amount.is_none() {
        errors.push(FieldError::new("amount", Problem::Missing));
    }
    if sent.is_empty() {
        errors.push(FieldError::new("photos", Problem::Missing));
    }
    all_or(errors)?;
    let amount = amount.ok_or_else(|| ServiceError::invalid("amount", Problem::Missing))?;
    part::require_between(amount, Fen::new(1), MOST_TYPED)?;
    let taken = photos::take(services, sent).await?;
    let hashes: Vec<&str> = taken.iter().map(|photo| photo.content_hash.as_str()).collect();
    let mut tx = services.db.write().await?;
    let mut case = lock(&mut tx, id).await?;
    case.require_buyer(viewer)?;
    let request = Repeatable::new("claim_postage", viewer, key, &(id, amount, hashes))?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let is_full = store::after_sales::count_messages(&mut tx, id).await? >= talk::MOST_MESSAGES;
    if is_full || !case.may_claim_postage(services) {
        return Err(Conflict::StateChanged.into());
    }
    case.row.postage_asked_fen = Some(amount.get());
    store::after_sales::update_after_sale(&mut tx, &case.row).await?;
    let (user, note) = (viewer.user_id(), AfterSaleNote::Said);
    let message = case.note_amount(&mut tx, services, Side::Buyer, user, note, "", Some(amount)).await?;
    photos::attach(&mut tx, services, message.id, &taken).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}
