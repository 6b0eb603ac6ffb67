//! A list of a recall's refunds that waits for its second person is given up: by who asked for it, or by the second person, who
//! says why. Nothing of it goes back, and another one may be asked for.

use domain::failure::{Conflict, Problem};
use serde_json::json;
use store::recalls;

use super::MAX_NOTE_CHARS;
use super::recall::{parse_batch, recallable};
use super::recall_refunds::{RefundListState, lock_list, may_confirm, state_of};
use crate::listing::form::Reader;
use crate::notifications::tell_of_declined_refunds;
use crate::{Result, ServiceError, Services, Viewer, audit};

/// Takes the list of a recall back, or declines it. `list` is its number in its shown form: what waits now may be another one
/// than the one that was read. Once it is given up, saying so again changes nothing.
///
/// # Errors
/// [`ServiceError::Invalid`]: `reason` when it is too long, or missing where somebody else asked for the list.
/// [`Conflict::StateChanged`] when this list does not wait. Guarded: who asked for it, the team's captain, the county's
/// administration; its other sellers are told that it is not theirs.
#[tracing::instrument(skip_all)]
pub async fn withdraw_recall_refunds(
    services: &Services,
    viewer: &Viewer,
    batch: &str,
    list: &str,
    reason: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let (batch, listing) = recallable(&mut tx, viewer, parse_batch(batch)?).await?;
    let (user, team) = (viewer.require_user()?.user_id, listing.team_id);
    let recall = recalls::find_recall_of_batch(&mut tx, batch.id).await?.ok_or(Conflict::StateChanged)?;
    let list = lock_list(&mut tx, recall.id, list).await?;
    if list.withdrawn_by == Some(user.get()) && ["", &list.withdrawn_reason].contains(&reason.trim()) {
        return Ok(());
    }
    let is_own = list.asked_by == user;
    if !is_own && !may_confirm(viewer, team, &list) {
        return Err(ServiceError::Forbidden);
    }
    if state_of(&list) != RefundListState::AwaitingSecond {
        return Err(Conflict::StateChanged.into());
    }
    let mut reader = Reader::default();
    let mut said = String::new();
    reader.text("reason", reason, MAX_NOTE_CHARS, &mut said);
    if !is_own && reason.trim().is_empty() {
        reader.report("reason", Problem::Missing);
    }
    if !reader.problems.is_empty() {
        return Err(ServiceError::Invalid(reader.problems));
    }
    recalls::withdraw_recall_refund(&mut tx, list.id, user, &said, services.now_ms()).await?;
    if !is_own {
        tell_of_declined_refunds(&mut tx, services, &recall, list.asked_by).await?;
    }
    let action = if is_own { "recall.refunds_withdrawn" } else { "recall.refunds_declined" };
    let detail = json!({ "list": list.id, "amount_fen": list.amount_fen.get() });
    audit::record(&mut tx, services, Some(user), action, "recall", recall.id.get(), detail).await?;
    Ok(tx.commit().await?)
}
