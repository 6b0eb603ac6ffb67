//! A recall: one act stops the sale of a harvest, lists every order with goods of it, and tells the buyers.

use std::collections::BTreeSet;

use domain::failure::{Conflict, Problem};
use domain::ids::{BatchId, RecallId, TeamId};
use domain::order::OrderStatus;
use domain::parcel::ParcelStatus;
use domain::plain_text::is_words_only;
use domain::stock::movement::{MovementKind, RecallReason, RecallStage};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::listing::{self as rows, ListingBatchRow, ListingRow};
use store::movements::NewMovement;
use store::recalls::{self, RecallRow};
use store::{Conn, WriteTx};

use super::{movement, note, replacements};
use crate::idempotency::{self, Begun, Repeatable};
use crate::listing::form::Reader;
use crate::mail::{self, Letter};
use crate::notifications::tell_of_recall;
use crate::{Result, ServiceError, Services, Viewer, audit, orders, timers};

const MAX_NOTICE_CHARS: usize = 500;
/// A notice shorter than this tells buyers nothing.
const MIN_NOTICE_CHARS: usize = 5;
/// What an unpaid order that is given up because of it says.
const CANCEL_REASON: &str = "批次召回 Batch recalled";

/// A recall, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecallBatch {
    /// In its shown form.
    pub batch: String,
    /// A word of [`RecallReason`].
    pub reason: String,
    /// What buyers and the public are told.
    pub notice: String,
    /// `on` when whoever recalls has seen what it does.
    pub confirm: String,
}

/// The batch, if this viewer may recall it: whoever sells for its team, and the county's administration.
pub(super) async fn recallable(
    conn: &mut Conn,
    viewer: &Viewer,
    batch: BatchId,
) -> Result<(ListingBatchRow, ListingRow)> {
    viewer.require_user()?;
    let batch = rows::find_listing_batch(conn, batch).await?.ok_or(ServiceError::NotFound)?;
    let listing = rows::find_listing(conn, batch.product_id).await?.ok_or(ServiceError::NotFound)?;
    require_recaller(viewer, listing.team_id)?;
    Ok((batch, listing))
}

fn require_recaller(viewer: &Viewer, team: TeamId) -> Result<()> {
    if viewer.require_county_admin().is_ok() {
        return Ok(());
    }
    match viewer.require_seller(team) {
        Ok(_) => Ok(()),
        Err(ServiceError::Forbidden) => Err(ServiceError::NotFound),
        Err(error) => Err(error),
    }
}

pub(super) fn parse_batch(text: &str) -> Result<BatchId> {
    text.trim().parse().map_err(|_| ServiceError::NotFound)
}

/// How far the goods of a line have gone, from where the order and the parcel are.
pub(super) fn stage_of(order: OrderStatus, parcel: ParcelStatus, is_replacement_here: bool) -> RecallStage {
    match (order, parcel) {
        // Set aside to replace what the parcel brought, or in a parcel of their own that has not left.
        _ if is_replacement_here => RecallStage::ToPack,
        (_, ParcelStatus::Received) => RecallStage::Received,
        (_, ParcelStatus::Shipped) => RecallStage::Shipped,
        (OrderStatus::Paid | OrderStatus::Completed, _) => RecallStage::ToPack,
        _ => RecallStage::Unpaid,
    }
}

pub(super) fn states(order: &str, parcel: &str) -> Result<(OrderStatus, ParcelStatus)> {
    let order = OrderStatus::parse(order).map_err(ServiceError::internal)?;
    Ok((order, ParcelStatus::parse(parcel).map_err(ServiceError::internal)?))
}

/// Recalls a batch and everything split from the same harvest: from now on nothing of it is sold, every order with goods
/// of it is listed and told, by letter where there is an address and on its page, and unpaid ones are given up.
///
/// # Errors
/// [`ServiceError::Invalid`]: `reason`, `notice`, `confirm`; [`Conflict::StateChanged`] when it was recalled before.
/// Guarded as [`super::recall_preview`].
#[tracing::instrument(skip_all)]
pub async fn recall_batch(
    services: &Services,
    viewer: &Viewer,
    command: &RecallBatch,
    key: &str,
) -> Result<RecallId> {
    let user = viewer.require_user()?.user_id;
    let request = Repeatable::new("recall_batch", viewer, key, command)?;
    let mut tx = services.db.write().await?;
    let (named, listing) = recallable(&mut tx, viewer, parse_batch(&command.batch)?).await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let (reason, notice) = read_recall(command)?;
    let stopped = stop_sale(&mut tx, services, named.id).await?;
    if !stopped.contains(&named.id) {
        return Err(Conflict::StateChanged.into());
    }
    let recall = RecallRow {
        id: services.new_id(),
        batch_id: named.id,
        product_id: listing.id,
        team_id: listing.team_id,
        reason,
        notice,
        user_id: user,
        at_ms: services.now_ms(),
    };
    recalls::insert_recall(&mut tx, &recall, &stopped).await?;
    let told = tell_buyers(&mut tx, services, &recall, &stopped).await?;
    for batch in &stopped {
        let stopped_sale = NewMovement {
            reason: reason.as_str().to_owned(),
            cause_id: Some(recall.id.get()),
            ..movement(services, Some(user), *batch, MovementKind::Recall)
        };
        note(&mut tx, services, stopped_sale).await?;
    }
    tell_of_recall(&mut tx, services, recall.team_id, named.id, recall.id, user).await?;
    // Unpaid orders are given up by the worker: their payment pages are closed first, which asks the network.
    timers::set(&mut tx, services, timers::RECALL, recall.id.get(), services.now_ms()).await?;
    let detail = json!({ "recall": recall.id, "batches": stopped.len(), "orders": told });
    audit::record(&mut tx, services, Some(user), "batch.recalled", "batch", named.id.get(), detail).await?;
    idempotency::finish(&mut tx, &request, &recall.id).await?;
    tx.commit().await?;
    Ok(recall.id)
}

fn read_recall(command: &RecallBatch) -> Result<(RecallReason, String)> {
    let mut reader = Reader::default();
    let reason = RecallReason::parse(command.reason.trim()).ok();
    if reason.is_none() {
        reader.report("reason", Problem::Missing);
    }
    let mut notice = String::new();
    reader.text("notice", &command.notice, MAX_NOTICE_CHARS, &mut notice);
    match notice.chars().count() {
        _ if !reader.problems.iter().all(|known| known.field != "notice") => {}
        0 => reader.report("notice", Problem::Missing),
        length if length < MIN_NOTICE_CHARS => {
            let min = i64::try_from(MIN_NOTICE_CHARS).unwrap_or_default();
            reader.report("notice", Problem::TooShort { min });
        }
        // It goes to every buyer in the shop's own letters: nothing that somebody else's page could be behind.
        _ if !is_words_only(&notice) => reader.report("notice", Problem::WordsOnly),
        _ => {}
    }
    if command.confirm.trim().is_empty() {
        reader.report("confirm", Problem::Missing);
    }
    match (reason, reader.problems.is_empty()) {
        (Some(reason), true) => Ok((reason, notice)),
        _ => Err(ServiceError::Invalid(reader.problems)),
    }
}

/// Takes the batches of the harvest in ascending order and stops the sale of those that were not stopped before.
async fn stop_sale(tx: &mut WriteTx, services: &Services, named: BatchId) -> Result<Vec<BatchId>> {
    let mut stopped: Vec<BatchId> = Vec::new();
    // A part may be split off between looking and taking: looked at again under the locks.
    loop {
        let before = stopped.len();
        for batch in recalls::list_family(tx, named).await? {
            if !stopped.contains(&batch) && recalls::stop_sale(tx, batch, services.now_ms()).await? {
                stopped.push(batch);
            }
        }
        if stopped.len() == before {
            return Ok(stopped);
        }
    }
}

/// Lists the lines with goods of the batches and writes to their buyers, one letter an order; answers how many orders.
async fn tell_buyers(
    tx: &mut WriteTx,
    services: &Services,
    recall: &RecallRow,
    batches: &[BatchId],
) -> Result<usize> {
    let mut orders = BTreeSet::new();
    for batch in batches {
        for line in recalls::list_affected(tx, *batch).await? {
            let (order, parcel) = states(&line.order_status, &line.parcel_status)?;
            let stage = stage_of(order, parcel, line.is_replacement_here == 1);
            let is_mailed = !line.email.is_empty();
            recalls::insert_recall_line(tx, recall.id, &line, stage, is_mailed).await?;
            if orders.insert(line.order_id) {
                let letter = Letter::BatchRecalled { order: line.order_id, recall: recall.id };
                mail::post_of_order(tx, services, &line.email, letter).await?;
            }
        }
    }
    Ok(orders.len())
}

/// Gives up the orders of a recall that wait for money still, and sets other goods aside for exchanges. Called by the
/// timer; safe to call at any time.
#[tracing::instrument(skip_all)]
pub(crate) async fn follow_up(services: &Services, recall: RecallId) -> Result<()> {
    let waiting = {
        let mut conn = services.db.read().await?;
        recalls::list_unpaid_orders(&mut conn, recall).await?
    };
    let mut failed = None;
    for order in waiting {
        match orders::cancel(services, order, CANCEL_REASON, orders::GivenUpBy::BuyerOrShop).await {
            // Paid in this moment: that money was sent back, or the order is one that its seller gives up.
            Ok(()) | Err(ServiceError::Conflict(_)) => {}
            Err(error) => {
                tracing::warn!(order = %order, %error, "an order of a recall could not be given up yet");
                failed = Some(error);
            }
        }
    }
    let batches = {
        let mut conn = services.db.read().await?;
        recalls::list_recalled_batches(&mut conn, recall).await?
    };
    for batch in batches {
        if let Err(error) = replacements::set_others_aside(services, batch).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}
