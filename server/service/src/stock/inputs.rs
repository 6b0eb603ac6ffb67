//! The weights by village of a batch were wrong, or more came in: they are changed by a recorded correction and in no other
//! way.

use std::collections::{BTreeMap, BTreeSet};

use domain::failure::Problem;
use domain::ids::{BatchId, InputCorrectionId, VillageId};
use domain::listing::InputForm;
use domain::stock::movement::{MovementKind, Weights, weights_disagree};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing::{self as rows, ChoiceRow, ListingBatchRow, ListingRow};
use store::movements::{self, NewInputCorrection, NewMovement};
use store::{Conn, WriteTx};

use super::{MAX_NOTE_CHARS, lock_own_batch, movement, note};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::listing::lock_own_listing;
use crate::search::reindex_product;
use crate::{Result, ServiceError, Services, Viewer, audit, marks};

/// The right weights, as typed: every village of the batch; a blank weight takes a village out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectInputs {
    /// In its shown form.
    pub batch: String,
    pub inputs: Vec<InputForm>,
    /// Why they were wrong.
    pub reason: String,
}

/// Corrects the weights of a batch. Orders placed before keep the split that was frozen with them; later ones are split
/// by the new weights.
///
/// # Errors
/// [`ServiceError::Invalid`]: `reason` without one; `inputs` without a weight, or when they are as they were;
/// `inputs.N.village`, `inputs.N.weight_kg`.
pub async fn correct_inputs(
    services: &Services,
    viewer: &Viewer,
    command: &CorrectInputs,
    key: &str,
) -> Result<InputCorrectionId> {
    viewer.require_user()?;
    let request = Repeatable::new("correct_inputs", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (batch, listing) = lock_own_batch(&mut tx, viewer, &command.batch).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let before = movements::list_weights(&mut tx, batch.id).await?;
    let mut reader = Reader::default();
    let mut reason = String::new();
    if command.reason.trim().is_empty() {
        reader.report("reason", Problem::Missing);
    }
    reader.text("reason", &command.reason, MAX_NOTE_CHARS, &mut reason);
    let after = read_inputs(&mut tx, &mut reader, &listing, &before, &command.inputs).await?;
    if reader.problems.is_empty() && (differences(&before, &after).is_empty() || after.is_empty()) {
        reader.report("inputs", Problem::Missing);
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    let correction = reweigh(&mut tx, services, viewer, &batch, &after, reason).await?;
    idempotency::finish(&mut tx, &request, &correction).await?;
    tx.commit().await?;
    Ok(correction)
}

/// Makes `after` the weights of a batch that was taken, notes who did it and why, and counts it anew under its mark.
pub(crate) async fn reweigh(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    batch: &ListingBatchRow,
    after: &[(VillageId, i64)],
    reason: String,
) -> Result<InputCorrectionId> {
    let user = viewer.require_user()?.user_id;
    let before = movements::list_weights(tx, batch.id).await?;
    let correction = NewInputCorrection {
        id: services.new_id(),
        batch_id: batch.id,
        reason: reason.clone(),
        user_id: user,
        at_ms: services.now_ms(),
        lines: differences(&before, after),
    };
    // The batch before its product, in the order in which an order takes them.
    let listing = lock_own_listing(tx, services, viewer, batch.product_id).await?;
    movements::set_weights(tx, batch.id, after).await?;
    movements::insert_input_correction(tx, &correction).await?;
    marks::recount(tx, services, viewer, &listing, batch.id).await?;
    let corrected = NewMovement {
        cause_id: Some(correction.id.get()),
        note: reason,
        ..movement(services, Some(user), batch.id, MovementKind::Inputs)
    };
    note(tx, services, corrected).await?;
    if listing.status == "published" {
        // The villages of its batches are words that a product is found by.
        reindex_product(tx, listing.id).await?;
    }
    let detail = json!({ "correction": correction.id, "villages": correction.lines.len() });
    audit::record(tx, services, Some(user), "batch.inputs", "batch", batch.id.get(), detail).await?;
    Ok(correction.id)
}

/// The weights of a batch of several villages once what more came in, `came_in` base units, is added to them, by village as
/// typed; `None` for a batch of one village, whose own it is.
pub(crate) async fn read_more(
    conn: &mut Conn,
    reader: &mut Reader,
    listing: &ListingRow,
    batch: BatchId,
    came_in: i64,
    typed: &[InputForm],
) -> Result<Option<Weights>> {
    let before = movements::list_weights(conn, batch).await?;
    if before.len() < 2 {
        return Ok(None);
    }
    let reported = reader.problems.len();
    let given = read_inputs(conn, reader, listing, &before, typed).await?;
    // What is wrong with one of them is said first.
    if reader.problems.len() == reported {
        let given_g: i64 = given.iter().map(|(_, weight_g)| weight_g).sum();
        if given.is_empty() {
            reader.report("inputs", Problem::SeveralVillages);
        } else if listing.base_unit == "g" && weights_disagree(given_g, came_in) {
            reader.report("inputs", Problem::WeightsDisagree { given_g, came_in_g: came_in });
        }
    }
    let mut after: BTreeMap<VillageId, i64> = before.into_iter().collect();
    for (village, weight_g) in given {
        *after.entry(village).or_default() += weight_g;
    }
    Ok(Some(after.into_iter().collect()))
}

/// Village, grams before, grams after: what differs.
fn differences(before: &[(VillageId, i64)], after: &[(VillageId, i64)]) -> Vec<(VillageId, i64, i64)> {
    let weight = |of: &[(VillageId, i64)], village: VillageId| {
        of.iter().find(|(one, _)| *one == village).map_or(0, |(_, weight_g)| *weight_g)
    };
    let villages: BTreeSet<VillageId> = before.iter().chain(after).map(|(village, _)| *village).collect();
    villages
        .into_iter()
        .map(|village| (village, weight(before, village), weight(after, village)))
        .filter(|(_, old, new)| old != new)
        .collect()
}

/// The villages of the team, and those that are in the batch already.
async fn read_inputs(
    conn: &mut Conn,
    reader: &mut Reader,
    listing: &ListingRow,
    before: &[(VillageId, i64)],
    typed: &[InputForm],
) -> Result<Vec<(VillageId, i64)>> {
    let mut villages = rows::list_village_choices(conn, listing.team_id).await?;
    for (village, _) in before {
        if villages.iter().all(|choice| choice.id != village.get()) {
            villages.push(ChoiceRow { id: village.get(), name: String::new(), name_en: String::new() });
        }
    }
    let mut inputs: BTreeMap<VillageId, i64> = BTreeMap::new();
    for (index, input) in typed.iter().enumerate() {
        if input.weight_kg.trim().is_empty() {
            continue;
        }
        let village = reader.choice(&format!("inputs.{index}.village"), &input.village, &villages);
        let weight_g = reader.kilograms(&format!("inputs.{index}.weight_kg"), &input.weight_kg);
        if let (Some(village), Some(weight_g)) = (village, weight_g) {
            *inputs.entry(VillageId::from_i64(village)).or_default() += weight_g;
        }
    }
    Ok(inputs.into_iter().collect())
}
