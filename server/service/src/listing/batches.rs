//! Batches of a listing: what came in from whom, and corrections of stock.

use std::collections::BTreeMap;

use domain::failure::{FieldError, Problem};
use domain::ids::{BatchId, ProductId, VillageId};
use domain::listing::{AddBatch, InputForm};
use domain::stock::movement::MovementKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing::{self as rows, ListingBatchRow, ListingRow, NewBatch, PapersRow};
use store::movements::NewMovement;
use store::{Conn, WriteTx};

use super::form::Reader;
use super::papers::read_papers;
use super::{ListingStatus, check, lock_own_listing, own_listing, status_of, today};
use crate::idempotency::{self, Begun, Repeatable};
use crate::search::reindex_product;
use crate::{Result, ServiceError, Services, Viewer, audit, marks, stock};

const MAX_CODE_CHARS: usize = 32;
/// A thousand tonnes, or a thousand million pieces.
const MAX_RECEIVED: i64 = 1_000_000_000;
/// Why stock was corrected, as the form offers it: more came in, the count was wrong, and four kinds of loss.
const REASONS: [&str; 6] = ["received", "counted", "spoiled", "damaged", "expired", "sample"];

/// Why weights changed when goods came in for a batch of several villages.
const MORE_CAME_IN: &str = "又到货 More came in";

/// A correction of stock, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectStock {
    /// Of the batch, in its shown form.
    pub batch: String,
    /// Base units: `500` or `+500` came in, `-20` are lost.
    pub change: String,
    /// `received`, `counted`, `spoiled`, `damaged`, `expired` or `sample`.
    pub reason: String,
    /// What each village gave of what came in; asked of a batch of several villages, of one it is its own.
    pub inputs: Vec<InputForm>,
}

impl CorrectStock {
    /// The words that `reason` may be.
    pub const REASONS: &'static [&'static str] = &REASONS;
}

/// Takes a batch into stock.
///
/// # Errors
/// [`ServiceError::Invalid`] with everything that is wrong with it; for a published listing also with what its food
/// class asks of a batch. Nothing is written then.
pub async fn add_batch(
    services: &Services,
    viewer: &Viewer,
    command: &AddBatch,
    key: &str,
) -> Result<BatchId> {
    let product = parse_id::<ProductId>(&command.product)?;
    let request = Repeatable::new("add_batch", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let row = lock_own_listing(&mut tx, services, viewer, product).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    // A gift box is stocked by its parts: there is nothing of it to take in.
    if store::bundles::find_price_mode(&mut tx, product).await?.is_some() {
        return Err(ServiceError::NotFound);
    }
    let batch = read_batch(&mut tx, services, &row, command).await?;
    let before = published_problems(&mut tx, services, &row).await?;
    rows::insert_batch(&mut tx, &batch).await?;
    let came_in = NewMovement {
        received_change: batch.received,
        ..stock::movement(services, viewer.user_id(), batch.id, MovementKind::Receive)
    };
    stock::note(&mut tx, services, came_in).await?;
    refuse_new_problems(&mut tx, services, &row, batch.id, before).await?;
    if status_of(&row.status)? == ListingStatus::Published {
        // The villages of its batches are words that a product is found by.
        reindex_product(&mut tx, row.id).await?;
        marks::count(&mut tx, services, viewer, &row).await?;
    }
    let detail = json!({ "product": row.id, "received": batch.received });
    audit::record(&mut tx, services, viewer.user_id(), "batch.added", "batch", batch.id.get(), detail)
        .await?;
    idempotency::finish(&mut tx, &request, &batch.id).await?;
    tx.commit().await?;
    Ok(batch.id)
}

/// Corrects the stock of a batch: more came in, or some is lost. What more came in of a batch of several villages is added
/// to their weights by a recorded correction. Answers what can be sold now, in base units.
///
/// # Errors
/// [`ServiceError::Invalid`]: `change` with [`Problem::OnlyLeft`] when less is available than is lost (what is set
/// aside for orders cannot be lost), `reason` without a reason, `inputs` with [`Problem::SeveralVillages`] when nobody
/// said whose goods came in and with [`Problem::WeightsDisagree`] when it cannot have been made of what they gave,
/// `inputs.N.village`, `inputs.N.weight_kg`.
pub async fn correct_stock(
    services: &Services,
    viewer: &Viewer,
    command: &CorrectStock,
    key: &str,
) -> Result<i64> {
    viewer.require_user()?;
    let request = Repeatable::new("correct_stock", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (seen, _) = own_batch(&mut tx, viewer, &command.batch).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    // Nobody else changes its weights meanwhile.
    rows::lock_batch(&mut tx, seen.id).await?;
    let (batch, listing) = own_batch(&mut tx, viewer, &command.batch).await?;
    let mut reader = Reader::default();
    let change = reader.number("change", &command.change, -MAX_RECEIVED, MAX_RECEIVED);
    if change == Some(0) {
        reader.report("change", Problem::Missing);
    }
    let reason = REASONS.into_iter().find(|reason| *reason == command.reason.trim());
    if reason.is_none() {
        reader.report("reason", Problem::Missing);
    }
    let weights = match change {
        Some(more) if more > 0 => {
            stock::read_more(&mut tx, &mut reader, &listing, batch.id, more, &command.inputs).await?
        }
        _ => None,
    };
    let (Some(change), Some(reason), true) = (change, reason, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    let is_said = weights.is_some();
    let available = correct_in(&mut tx, services, viewer, &batch, change, reason, is_said).await?;
    if let Some(weights) = weights {
        // Counts the batch under its mark as well, by its new weights.
        stock::reweigh(&mut tx, services, viewer, &batch, &weights, MORE_CAME_IN.to_owned()).await?;
    } else if change > 0 {
        marks::count_after(&mut tx, services, viewer, batch.product_id).await?;
    } else {
        marks::note_losses(&mut tx, &BTreeMap::from([(batch.id, -change)])).await?;
    }
    idempotency::finish(&mut tx, &request, &available).await?;
    tx.commit().await?;
    Ok(available)
}

/// [`correct_stock`] within a transaction, of a batch that is the viewer's to correct. `is_said`: whose goods came in, and
/// the weights follow.
///
/// # Errors
/// [`ServiceError::Invalid`] at `change` with [`Problem::OnlyLeft`], or with [`Problem::SeveralVillages`] when goods come in
/// for a batch of several villages and nobody said whose they are.
pub(crate) async fn correct_in(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    batch: &ListingBatchRow,
    change: i64,
    reason: &str,
    is_said: bool,
) -> Result<i64> {
    if change > 0 {
        rows::receive_more(tx, batch.id, change).await?;
        if !is_said && store::movements::list_weights(tx, batch.id).await?.len() > 1 {
            return Err(ServiceError::invalid("change", Problem::SeveralVillages));
        }
        // Looked at under the lock: nothing comes in for a batch that was recalled.
        if store::recalls::find_recall_of_batch(tx, batch.id).await?.is_some() {
            return Err(ServiceError::invalid("change", Problem::NotForSale));
        }
    } else if !rows::write_off(tx, batch.id, -change).await? {
        return Err(ServiceError::invalid("change", Problem::OnlyLeft { left: batch.available }));
    }
    let kind = match reason {
        "counted" => MovementKind::Count,
        _ if change > 0 => MovementKind::Receive,
        _ => MovementKind::WriteOff,
    };
    let done = NewMovement {
        received_change: change.max(0),
        written_off_change: (-change).max(0),
        reason: if kind == MovementKind::WriteOff { reason.to_owned() } else { String::new() },
        ..stock::movement(services, viewer.user_id(), batch.id, kind)
    };
    stock::note(tx, services, done).await?;
    let now = rows::find_listing_batch(tx, batch.id).await?.ok_or(ServiceError::NotFound)?;
    let detail = json!({ "change": change, "reason": reason });
    audit::record(tx, services, viewer.user_id(), "batch.corrected", "batch", batch.id.get(), detail).await?;
    Ok(now.available)
}

async fn read_batch(
    tx: &mut WriteTx,
    services: &Services,
    row: &ListingRow,
    command: &AddBatch,
) -> Result<NewBatch> {
    let mut reader = Reader::default();
    let papers = read_papers(&mut reader, row, &command.papers, PapersRow::default(), today(services));
    let received = reader.number("received", &command.received, 1, MAX_RECEIVED);
    let inputs = read_inputs(tx, &mut reader, row, &command.inputs).await?;
    let mut code = String::new();
    reader.text("code", &command.code, MAX_CODE_CHARS, &mut code);
    let taken: Vec<String> =
        rows::list_listing_batches(tx, row.id).await?.into_iter().map(|batch| batch.code).collect();
    if taken.contains(&code) {
        reader.report("code", Problem::Taken);
    }
    let (Some(papers), Some(received), true) = (papers, received, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    if code.is_empty() {
        code = code_of(&papers.produced_on, &taken);
    }
    Ok(NewBatch {
        id: services.new_id(),
        product_id: row.id,
        code,
        papers,
        received,
        inputs,
        created_at_ms: services.now_ms(),
    })
}

/// Weighed inputs by village; the same village in two rows is one input.
async fn read_inputs(
    conn: &mut Conn,
    reader: &mut Reader,
    row: &ListingRow,
    typed: &[InputForm],
) -> Result<Vec<(VillageId, i64)>> {
    let villages = rows::list_village_choices(conn, row.team_id).await?;
    let mut inputs: BTreeMap<VillageId, i64> = BTreeMap::new();
    let mut is_empty = true;
    for (index, input) in typed.iter().enumerate() {
        // A form offers every village of the team: a row without a weight says that nothing came from there.
        if input.weight_kg.trim().is_empty() {
            continue;
        }
        is_empty = false;
        let village = reader.choice(&format!("inputs.{index}.village"), &input.village, &villages);
        let weight_g = reader.kilograms(&format!("inputs.{index}.weight_kg"), &input.weight_kg);
        if let (Some(village), Some(weight_g)) = (village, weight_g) {
            *inputs.entry(VillageId::from_i64(village)).or_default() += weight_g;
        }
    }
    if is_empty {
        reader.report("inputs", Problem::Missing);
    }
    Ok(inputs.into_iter().collect())
}

/// 2026-04-01 → `20260401`, the second one of that day `20260401-2`.
fn code_of(produced_on: &str, taken: &[String]) -> String {
    let day = produced_on.replace('-', "");
    let numbered = (2..).map(|number| format!("{day}-{number}"));
    std::iter::once(day.clone()).chain(numbered).find(|code| !taken.contains(code)).unwrap_or(day)
}

/// A batch with its listing, if this viewer sells for the team.
pub(super) async fn own_batch(
    conn: &mut Conn,
    viewer: &Viewer,
    id: &str,
) -> Result<(ListingBatchRow, ListingRow)> {
    let batch = rows::find_listing_batch(conn, parse_id(id)?).await?.ok_or(ServiceError::NotFound)?;
    let row = own_listing(conn, viewer, batch.product_id).await?;
    Ok((batch, row))
}

/// What is wrong with a published listing before a change; drafts may be as they like.
pub(super) async fn published_problems(
    conn: &mut Conn,
    services: &Services,
    row: &ListingRow,
) -> Result<Option<Vec<FieldError>>> {
    if status_of(&row.status)? != ListingStatus::Published {
        return Ok(None);
    }
    check::problems(conn, row, today(services)).await.map(Some)
}

/// Refuses a change of `batch` that would make a published listing one that could not be published.
pub(super) async fn refuse_new_problems(
    conn: &mut Conn,
    services: &Services,
    row: &ListingRow,
    batch: BatchId,
    before: Option<Vec<FieldError>>,
) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let place = rows::list_listing_batches(conn, row.id).await?.iter().position(|stored| stored.id == batch);
    let own_fields = format!("batches.{}.", place.unwrap_or_default());
    let after = check::problems(conn, row, today(services)).await?;
    let refused: Vec<FieldError> = after
        .into_iter()
        .filter_map(|error| {
            let own = error.field.strip_prefix(&own_fields).map(str::to_owned);
            // Places of other batches shift when one comes in between: only its own fields and the whole count.
            match own {
                Some(field) => Some(FieldError::new(field, error.problem)),
                None if error.field.starts_with("batches.") || before.contains(&error) => None,
                None => Some(error),
            }
        })
        .collect();
    if refused.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(refused)) }
}

/// An id from an address or a hidden field: what is none names nothing.
fn parse_id<Id: std::str::FromStr>(text: &str) -> Result<Id> {
    text.trim().parse().map_err(|_| ServiceError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_one_day_are_told_apart() {
        let day = "2026-04-01";
        assert_eq!(code_of(day, &[]), "20260401");
        assert_eq!(code_of(day, &["20260401".to_owned(), "20260401-2".to_owned()]), "20260401-3");
    }
}
