//! The one conversation of buyer, seller and town.

use domain::after_sale::AfterSaleNote;
use domain::failure::{Conflict, Problem};
use domain::ids::AfterSaleId;
use serde::Serialize;

use super::case::{lock, side_of};
use super::{MOST_CHARS, photos};
use crate::idempotency::{self, Begun, Repeatable};
use crate::photos::SentPhoto;
use crate::{Result, ServiceError, Services, Viewer};

/// Most lines of one conversation, so that nobody fills the shop with it.
pub(super) const MOST_MESSAGES: i64 = 200;

/// A message's text, as it is kept.
pub(super) fn check_words(field: &'static str, typed: &str, is_needed: bool) -> Result<String> {
    let words = typed.trim().replace("\r\n", "\n");
    if words.is_empty() && is_needed {
        return Err(ServiceError::invalid(field, Problem::Missing));
    }
    if words.chars().count() > MOST_CHARS {
        return Err(ServiceError::invalid(field, Problem::TooLong { max: MOST_CHARS as i64 }));
    }
    Ok(words)
}

#[derive(Debug, Serialize)]
struct Saying<'a> {
    id: AfterSaleId,
    words: &'a str,
    photos: Vec<String>,
}

/// Says something, with photos or without; either is enough.
///
/// # Errors
/// Field `words` or `photos`; [`Conflict::StateChanged`] when it has ended; [`ServiceError::NotFound`] for strangers.
#[tracing::instrument(skip_all, fields(after_sale = %id))]
pub async fn say(
    services: &Services,
    viewer: &Viewer,
    id: AfterSaleId,
    words: &str,
    sent: Vec<SentPhoto>,
    key: &str,
) -> Result<()> {
    {
        // Before anything is decoded: strangers may not make us work.
        let mut conn = services.db.read().await?;
        let row = store::after_sales::find_after_sale(&mut conn, id).await?.ok_or(ServiceError::NotFound)?;
        let order = store::orders::get_order(&mut conn, row.order_id).await?;
        side_of(viewer, &order, &row).ok_or(ServiceError::NotFound)?;
    }
    let words = check_words("words", words, sent.is_empty())?;
    let taken = photos::take(services, sent).await?;
    let mut tx = services.db.write().await?;
    let case = lock(&mut tx, id).await?;
    let side = case.side(viewer).ok_or(ServiceError::NotFound)?;
    let hashes = taken.iter().map(|photo| photo.content_hash.clone()).collect();
    let request =
        Repeatable::new("say_after_sale", viewer, key, &Saying { id, words: &words, photos: hashes })?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let is_full = store::after_sales::count_messages(&mut tx, id).await? >= MOST_MESSAGES;
    if case.row.status.is_final() || is_full {
        return Err(Conflict::StateChanged.into());
    }
    let message = case.note(&mut tx, services, side, viewer.user_id(), AfterSaleNote::Said, &words).await?;
    photos::attach(&mut tx, services, message.id, &taken).await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    Ok(tx.commit().await?)
}
