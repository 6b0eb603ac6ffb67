//! A part of a batch becomes one of its own; a batch goes to another place.

use domain::failure::Problem;
use domain::ids::{BatchId, PlaceId};
use domain::stock::StockError;
use domain::stock::movement::{MovementKind, SplitError, split_weights};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing::{self as rows, ListingBatchRow, ListingRow};
use store::movements::{self, NewMovement, NewPart};
use store::{Conn, WriteTx};

use super::{MAX_NOTE_CHARS, MAX_QUANTITY, lock_own_batch, movement, note, refusal_of, state_of, stock_of};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::busy_when_taken;
use crate::listing::form::Reader;
use crate::{Result, ServiceError, Services, Viewer, audit, marks};

const MAX_CODE_CHARS: usize = 32;

/// A split, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitBatch {
    /// In its shown form.
    pub batch: String,
    /// Base units.
    pub quantity: String,
    /// Of the new batch; blank to have one made of the old one.
    pub code: String,
    /// Where the new batch lies; blank for where the old one does.
    pub place: String,
    pub note: String,
}

/// Makes a part of what can be sold a batch of its own, with the same papers and its share of every village's weight.
///
/// # Errors
/// [`ServiceError::Invalid`]: `quantity` with [`Problem::OnlyLeft`] for more than can be sold, with
/// [`Problem::OutOfRange`] for all that ever came in, with [`Problem::Expired`] or [`Problem::NotForSale`] for a batch
/// that is not sold any more; `code` with [`Problem::Taken`]; `place`.
pub async fn split_batch(
    services: &Services,
    viewer: &Viewer,
    command: &SplitBatch,
    key: &str,
) -> Result<BatchId> {
    viewer.require_user()?;
    let request = Repeatable::new("split_batch", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (batch, listing) = lock_own_batch(&mut tx, viewer, &command.batch).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let (part, said, kept) = read_split(&mut tx, services, &batch, &listing, command).await?;
    if !movements::split_batch(&mut tx, &part).await.map_err(busy_when_taken)? {
        return Err(ServiceError::internal("a locked batch changed"));
    }
    movements::set_weights(&mut tx, batch.id, &kept).await?;
    note_split(&mut tx, services, viewer, &part, said).await?;
    // The product guards what was counted of its batches under a mark.
    rows::lock_listing(&mut tx, listing.id, services.now_ms()).await?;
    marks::split(&mut tx, services, batch.id, part.id, part.quantity).await?;
    let detail = json!({ "part": part.id, "quantity": part.quantity });
    audit::record(&mut tx, services, viewer.user_id(), "batch.split", "batch", batch.id.get(), detail)
        .await?;
    idempotency::finish(&mut tx, &request, &part.id).await?;
    tx.commit().await?;
    Ok(part.id)
}

async fn note_split(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    part: &NewPart,
    said: String,
) -> Result<()> {
    let given = NewMovement {
        received_change: -part.quantity,
        counterpart_id: Some(part.id),
        note: said.clone(),
        ..movement(services, viewer.user_id(), part.from, MovementKind::SplitOut)
    };
    note(tx, services, given).await?;
    let made = NewMovement {
        received_change: part.quantity,
        counterpart_id: Some(part.from),
        place_id: part.place_id,
        note: said,
        ..movement(services, viewer.user_id(), part.id, MovementKind::SplitIn)
    };
    note(tx, services, made).await
}

/// The new batch, the note, and the weights that stay.
async fn read_split(
    conn: &mut Conn,
    services: &Services,
    batch: &ListingBatchRow,
    listing: &ListingRow,
    command: &SplitBatch,
) -> Result<(NewPart, String, Vec<(domain::ids::VillageId, i64)>)> {
    let mut reader = Reader::default();
    let quantity = reader.number("quantity", &command.quantity, 1, MAX_QUANTITY);
    let state = state_of(conn, services, batch, services.rules.near_expiry_percent).await?;
    if let Some(problem) = refusal_of(state) {
        reader.report("quantity", problem);
    }
    let place = match command.place.trim() {
        "" => None,
        typed => {
            let places = rows::list_place_choices(conn, listing.team_id).await?;
            reader.choice("place", typed, &places).map(PlaceId::from_i64)
        }
    };
    let (mut code, mut said) = (String::new(), String::new());
    reader.text("code", &command.code, MAX_CODE_CHARS, &mut code);
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut said);
    let taken: Vec<String> =
        rows::list_listing_batches(conn, listing.id).await?.into_iter().map(|one| one.code).collect();
    if taken.contains(&code) {
        reader.report("code", Problem::Taken);
    }
    let weights = movements::list_weights(conn, batch.id).await?;
    let parts = quantity.map(|quantity| {
        stock_of(batch).split(quantity).and_then(|_| split_weights(&weights, quantity, batch.received))
    });
    if let Some(Err(error)) = parts {
        // What cannot be sold at all was reported already.
        if reader.problems.iter().all(|known| known.field != "quantity") {
            reader.report("quantity", problem_of(error, batch));
        }
    }
    let (Some(quantity), Some(Ok((kept, gone))), true) = (quantity, parts, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    if code.is_empty() {
        code = part_code(&batch.code, &taken);
    }
    let part =
        NewPart { id: services.new_id(), from: batch.id, code, quantity, place_id: place, inputs: gone };
    Ok((part, said, kept))
}

fn problem_of(error: SplitError, batch: &ListingBatchRow) -> Problem {
    match error {
        SplitError::Stock(StockError::NotEnough { have, .. }) => Problem::OnlyLeft { left: have },
        SplitError::Stock(_) | SplitError::Whole | SplitError::WeightTooSmall => {
            Problem::OutOfRange { min: 1, max: (batch.received - 1).max(1) }
        }
    }
}

/// `20260401` → `20260401-S1`, the next one `-S2`. A part of a part is named after the first of them.
fn part_code(code: &str, taken: &[String]) -> String {
    let root = code.rsplit_once("-S").filter(|(_, number)| number.parse::<u32>().is_ok());
    let root: String = root.map_or(code, |(root, _)| root).chars().take(MAX_CODE_CHARS - 6).collect();
    (1..).map(|number| format!("{root}-S{number}")).find(|code| !taken.contains(code)).unwrap_or(root)
}

/// A batch that was carried to another place, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MoveBatch {
    /// In its shown form.
    pub batch: String,
    /// One of the team's places.
    pub place: String,
    pub note: String,
}

/// Notes that a batch lies at another place now. It being there already is no movement.
///
/// # Errors
/// [`ServiceError::Invalid`]: `place`, `note`.
pub async fn move_batch(services: &Services, viewer: &Viewer, command: &MoveBatch, key: &str) -> Result<()> {
    viewer.require_user()?;
    let request = Repeatable::new("move_batch", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (batch, listing) = lock_own_batch(&mut tx, viewer, &command.batch).await?;
    if let Begun::Replay(()) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(());
    }
    let mut reader = Reader::default();
    let places = rows::list_place_choices(&mut tx, listing.team_id).await?;
    let place = reader.choice("place", &command.place, &places).map(PlaceId::from_i64);
    let mut said = String::new();
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut said);
    let (Some(place), true) = (place, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    let extras = movements::list_batch_extras(&mut tx, listing.id).await?;
    let from = extras.iter().find(|one| one.id == batch.id).map(|one| PlaceId::from_i64(one.place_id));
    if from == Some(place) {
        return Ok(());
    }
    movements::set_batch_place(&mut tx, batch.id, place).await?;
    let moved = NewMovement {
        from_place_id: from,
        place_id: Some(place),
        note: said,
        ..movement(services, viewer.user_id(), batch.id, MovementKind::Move)
    };
    note(&mut tx, services, moved).await?;
    let detail = json!({ "place": place });
    audit::record(&mut tx, services, viewer.user_id(), "batch.moved", "batch", batch.id.get(), detail)
        .await?;
    idempotency::finish(&mut tx, &request, &()).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_after_the_first_of_them() {
        assert_eq!(part_code("20260401", &[]), "20260401-S1");
        let taken = ["20260401-S1".to_owned(), "20260401-S2".to_owned()];
        assert_eq!(part_code("20260401", &taken), "20260401-S3");
        assert_eq!(part_code("20260401-S1", &taken), "20260401-S3", "one family, one row of numbers");
        assert_eq!(part_code("A-SPECIAL", &[]), "A-SPECIAL-S1");
    }
}
