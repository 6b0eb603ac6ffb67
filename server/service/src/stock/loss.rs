//! Goods that are lost, with a reason.

use std::collections::BTreeMap;

use domain::failure::Problem;
use domain::stock::movement::{LossReason, MovementKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing as rows;
use store::movements::NewMovement;

use super::{MAX_NOTE_CHARS, MAX_QUANTITY, lock_own_batch, movement, note};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::{Result, ServiceError, Services, Viewer, audit, marks};

/// A loss, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WriteOff {
    /// In its shown form.
    pub batch: String,
    /// Base units.
    pub quantity: String,
    /// A word of [`LossReason`].
    pub reason: String,
    /// Asked for where the word alone says too little.
    pub note: String,
}

/// Writes goods of a batch off; also of expired and recalled ones, which is how these leave the books. Answers what is
/// left, in base units.
///
/// # Errors
/// [`ServiceError::Invalid`]: `quantity` with [`Problem::OnlyLeft`] when less is available (what is set aside for orders
/// cannot be lost before these are given up), `reason`, `note`.
pub async fn write_off(services: &Services, viewer: &Viewer, command: &WriteOff, key: &str) -> Result<i64> {
    viewer.require_user()?;
    let request = Repeatable::new("write_off", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (batch, _) = lock_own_batch(&mut tx, viewer, &command.batch).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let mut reader = Reader::default();
    let quantity = reader.number("quantity", &command.quantity, 1, MAX_QUANTITY);
    let reason = LossReason::parse(command.reason.trim()).ok();
    if reason.is_none() {
        reader.report("reason", Problem::Missing);
    }
    let mut said = String::new();
    reader.text("note", &command.note, MAX_NOTE_CHARS, &mut said);
    if reason.is_some_and(LossReason::needs_note) && said.is_empty() && command.note.trim().is_empty() {
        reader.report("note", Problem::Missing);
    }
    if quantity.is_some_and(|quantity| quantity > batch.available) {
        reader.report("quantity", Problem::OnlyLeft { left: batch.available });
    }
    let (Some(quantity), Some(reason), true) = (quantity, reason, reader.problems.is_empty()) else {
        return Err(ServiceError::Invalid(reader.problems));
    };
    if !rows::write_off(&mut tx, batch.id, quantity).await? {
        return Err(ServiceError::internal("a locked batch changed"));
    }
    let lost = NewMovement {
        written_off_change: quantity,
        reason: reason.as_str().to_owned(),
        note: said,
        ..movement(services, viewer.user_id(), batch.id, MovementKind::WriteOff)
    };
    note(&mut tx, services, lost).await?;
    let detail = json!({ "change": -quantity, "reason": reason.as_str() });
    audit::record(&mut tx, services, viewer.user_id(), "batch.corrected", "batch", batch.id.get(), detail)
        .await?;
    marks::note_losses(&mut tx, &BTreeMap::from([(batch.id, quantity)])).await?;
    let left = batch.available - quantity;
    idempotency::finish(&mut tx, &request, &left).await?;
    tx.commit().await?;
    Ok(left)
}
