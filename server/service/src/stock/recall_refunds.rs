//! The paid orders of a recall that have not left, refunded in one go: one person asks for the list, another one confirms
//! it when it comes to much, and the worker does it order by order. The county asks as a team's sellers do, when these do not.
//! Until it is confirmed a list can be given up ([`super::withdraw_recall_refunds`]).
//!
//! A list is decided about once, by its sum: fifty orders of a hundred yuan are as large as one of five thousand, and
//! fifty confirmations would be given without looking. What it said of a parcel when it was asked for is all that goes back
//! without being looked at again.

use std::collections::BTreeSet;

use domain::failure::Conflict;
use domain::ids::{OrderId, ParcelId, RecallId, RecallRefundId, TeamId, UnitId, UserId};
use domain::money::Fen;
use domain::role::Role;
use serde_json::json;
use store::recalls::{self, RecallRefundRow, RecallRow, RefundParcelRow};
use store::{Conn, StoreError, WriteTx};

use super::recall::{parse_batch, recallable};
use crate::after_sales::{Decided, recalled_to_refund, refund_recalled};
use crate::idempotency::{self, Begun, Repeatable};
use crate::notifications::tell_of_recall_refunds;
use crate::{Result, Services, Viewer, audit, timers};

/// Parcels of one list; the others are for the next one.
const MOST_LISTED: usize = 500;

/// How the refunds of a recall stand, and what this viewer may do about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallRefunds {
    /// Paid parcels with goods of it that have not left and are in no list that goes on.
    pub waiting: i64,
    /// The latest list.
    pub list: Option<RefundList>,
    /// Confirming the one that waits, or declining it.
    pub may_confirm: bool,
    /// Taking it back.
    pub may_withdraw: bool,
}

/// A list of parcels whose money goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundList {
    pub id: RecallRefundId,
    pub state: RefundListState,
    /// Goods and freight of all of them, as it was asked for.
    pub amount_fen: Fen,
    pub asked_at_ms: i64,
    pub parcels: i64,
    pub done: i64,
    /// Of those that are done the ones of which there was something to give back.
    pub refunded: i64,
    /// What whoever declined it said.
    pub reason: String,
}

/// How far a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundListState {
    /// Somebody else has to confirm it.
    AwaitingSecond,
    /// The worker is at it.
    Running,
    Done,
    /// Taken back by who asked for it, before anybody confirmed it.
    Withdrawn,
    /// The second person has refused it.
    Declined,
}

impl RefundListState {
    /// Whether no other list may be asked for yet.
    const fn is_open(self) -> bool {
        matches!(self, Self::AwaitingSecond | Self::Running)
    }
}

pub(super) fn state_of(row: &RecallRefundRow) -> RefundListState {
    if let Some(by) = row.withdrawn_by {
        if by == row.asked_by.get() { RefundListState::Withdrawn } else { RefundListState::Declined }
    } else if row.closed_at_ms.is_some() {
        RefundListState::Done
    } else if row.needs_second == 1 && row.confirmed_by.is_none() {
        RefundListState::AwaitingSecond
    } else {
        RefundListState::Running
    }
}

/// Whoever may confirm a list: the team's captain, or the county's corps; never who asked for it.
pub(super) fn may_confirm(viewer: &Viewer, team: TeamId, row: &RecallRefundRow) -> bool {
    let is_second = viewer.has_role(Role::CaptainOf(team)) || viewer.require_county_admin().is_ok();
    is_second && viewer.user_id() != Some(row.asked_by)
}

/// For the page of a recall, whose viewer has been let in to it.
pub(super) async fn refunds_of(
    conn: &mut Conn,
    viewer: &Viewer,
    recall: &RecallRow,
) -> Result<RecallRefunds> {
    let row = recalls::find_recall_refund(conn, recall.id).await?;
    let state = row.as_ref().map(state_of);
    let is_open = state.is_some_and(RefundListState::is_open);
    let waiting = if is_open { 0 } else { recalls::list_parcels_to_refund(conn, recall.id).await?.len() };
    let list = match &row {
        Some(row) => {
            let progress = recalls::get_refund_progress(conn, row.id).await?;
            Some(RefundList {
                id: row.id,
                state: state_of(row),
                amount_fen: row.amount_fen,
                asked_at_ms: row.asked_at_ms,
                parcels: progress.parcels,
                done: progress.done,
                refunded: progress.refunded,
                reason: row.withdrawn_reason.clone(),
            })
        }
        None => None,
    };
    let waits = row.filter(|row| state_of(row) == RefundListState::AwaitingSecond);
    Ok(RecallRefunds {
        waiting: i64::try_from(waiting).unwrap_or(i64::MAX),
        list,
        may_confirm: waits.as_ref().is_some_and(|row| may_confirm(viewer, recall.team_id, row)),
        may_withdraw: waits.is_some_and(|row| viewer.user_id() == Some(row.asked_by)),
    })
}

/// Gives the money of all recalled goods back that are paid and have not left: orders of nothing else are cancelled by
/// that, of others the recalled pieces are given back. From the sum on from which a refund needs a second person, the list
/// waits for one. What was bought by whoever asks, and pieces that their buyer has asked about, are left out.
///
/// # Errors
/// [`Conflict::StateChanged`] when the batch is not recalled, a list of it goes on, or nothing of it waits to be sent;
/// [`Conflict::AfterSaleOpen`] when all that waits is asked about already. Guarded: the team's sellers, and the county's
/// administration; for others there is no such batch.
#[tracing::instrument(skip_all)]
pub async fn refund_recalled_orders(
    services: &Services,
    viewer: &Viewer,
    batch: &str,
    key: &str,
) -> Result<RecallRefundId> {
    let batch = parse_batch(batch)?;
    let (user, team, recall) = {
        let mut conn = services.db.read().await?;
        let (batch, listing) = recallable(&mut conn, viewer, batch).await?;
        let user = viewer.require_user()?.user_id;
        (user, listing.team_id, recalls::find_recall_of_batch(&mut conn, batch.id).await?)
    };
    let request = Repeatable::new("refund_recalled_orders", viewer, key, &batch)?;
    // Looked at beside the transaction: a long list would keep every other writer waiting.
    let listed = match &recall {
        Some(recall) => list_parcels(services, viewer, recall.id).await?,
        None => Listed::default(),
    };
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let recall = recall.ok_or(Conflict::StateChanged)?;
    let latest = recalls::find_recall_refund(&mut tx, recall.id).await?;
    if latest.is_some_and(|row| row.closed_at_ms.is_none()) || listed.seen == 0 {
        return Err(Conflict::StateChanged.into());
    }
    if listed.parcels.is_empty() {
        return Err(Conflict::AfterSaleOpen.into());
    }
    let (limit, amount_fen) = (services.rules.second_person_from_fen, listed.amount());
    let needs_second = limit > 0 && (amount_fen + listed.unconfirmed).get() >= limit;
    let row = RecallRefundRow {
        id: services.new_id(),
        recall_id: recall.id,
        amount_fen,
        needs_second: i64::from(needs_second),
        asked_by: user,
        asked_at_ms: services.now_ms(),
        confirmed_by: None,
        confirmed_at_ms: None,
        closed_at_ms: None,
        withdrawn_by: None,
        withdrawn_at_ms: None,
        withdrawn_reason: String::new(),
    };
    match recalls::insert_recall_refund(&mut tx, &row, &listed.parcels).await {
        // A colleague asked in the same moment.
        Err(StoreError::AlreadyExists) => return Err(Conflict::StateChanged.into()),
        inserted => inserted?,
    }
    if needs_second {
        tell_of_recall_refunds(&mut tx, services, team, recall.batch_id, user).await?;
    } else {
        timers::set(&mut tx, services, timers::RECALL_REFUND, row.id.get(), row.asked_at_ms).await?;
    }
    let detail = json!({
        "list": row.id,
        "team": team,
        "parcels": listed.parcels.len(),
        "amount_fen": amount_fen.get(),
        "needs_second": needs_second,
    });
    audit::record(&mut tx, services, Some(user), "recall.refunded", "recall", recall.id.get(), detail)
        .await?;
    idempotency::finish(&mut tx, &request, &row.id).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// What a list would hold.
#[derive(Debug, Default)]
struct Listed {
    parcels: Vec<RefundParcelRow>,
    /// What went back of their orders before without a second person.
    unconfirmed: Fen,
    /// Parcels that were looked at.
    seen: usize,
}

impl Listed {
    fn amount(&self) -> Fen {
        self.parcels.iter().map(|parcel| parcel.amount_fen).sum()
    }
}

async fn list_parcels(services: &Services, viewer: &Viewer, recall: RecallId) -> Result<Listed> {
    let mut conn = services.db.read().await?;
    let waiting: Vec<(ParcelId, OrderId)> = recalls::list_parcels_to_refund(&mut conn, recall).await?;
    let mut listed = Listed { seen: waiting.len(), ..Listed::default() };
    let mut orders = BTreeSet::new();
    for (parcel_id, order_id) in waiting {
        if listed.parcels.len() == MOST_LISTED {
            break;
        }
        let found = recalled_to_refund(&mut conn, services, viewer, order_id, parcel_id).await?;
        let Some(found) = found else { continue };
        // What went back of an order is said with each of its parcels.
        if orders.insert(order_id) {
            listed.unconfirmed += found.unconfirmed;
        }
        listed.parcels.push(RefundParcelRow { parcel_id, order_id, amount_fen: found.amount });
    }
    Ok(listed)
}

/// A second person confirms the list of a recall that waits for one, as a whole, and the worker begins. `list` is its number
/// in its shown form: what waits now may be another one than the one whose sum was read.
///
/// # Errors
/// [`Conflict::SecondPersonNeeded`] for whoever asked for it or bought something of it; [`Conflict::StateChanged`] when this
/// list does not wait. Guarded: the team's captain, the county's administration; its sellers are told that it is not theirs.
#[tracing::instrument(skip_all)]
pub async fn confirm_recall_refunds(
    services: &Services,
    viewer: &Viewer,
    batch: &str,
    list: &str,
) -> Result<()> {
    let mut tx = services.db.write().await?;
    let (batch, listing) = recallable(&mut tx, viewer, parse_batch(batch)?).await?;
    let team = listing.team_id;
    let user = viewer.require_user()?.user_id;
    if !viewer.has_role(Role::CaptainOf(team)) {
        viewer.require_county_admin()?;
    }
    let recall = recalls::find_recall_of_batch(&mut tx, batch.id).await?.ok_or(Conflict::StateChanged)?;
    let list = lock_list(&mut tx, recall.id, list).await?;
    if list.confirmed_by == Some(user.get()) {
        return Ok(());
    }
    if state_of(&list) != RefundListState::AwaitingSecond {
        return Err(Conflict::StateChanged.into());
    }
    if !may_confirm(viewer, team, &list) || bought_of(&mut tx, viewer, list.id).await? {
        return Err(Conflict::SecondPersonNeeded.into());
    }
    let now_ms = services.now_ms();
    recalls::confirm_recall_refund(&mut tx, list.id, user, now_ms).await?;
    timers::set(&mut tx, services, timers::RECALL_REFUND, list.id.get(), now_ms).await?;
    let detail = json!({ "list": list.id, "amount_fen": list.amount_fen.get() });
    let subject = recall.id.get();
    audit::record(&mut tx, services, Some(user), "recall.refunds_confirmed", "recall", subject, detail)
        .await?;
    Ok(tx.commit().await?)
}

/// Takes the list that was read, by its number in its shown form, for a decision.
pub(super) async fn lock_list(tx: &mut WriteTx, recall: RecallId, shown: &str) -> Result<RecallRefundRow> {
    let id: RecallRefundId = shown.trim().parse().map_err(|_| Conflict::StateChanged)?;
    match recalls::lock_recall_refund(tx, id).await {
        Ok(list) if list.recall_id == recall => Ok(list),
        Ok(_) | Err(StoreError::NotFound(_)) => Err(Conflict::StateChanged.into()),
        Err(error) => Err(error.into()),
    }
}

/// Whether something of the list is the viewer's own, or that of a unit they act for.
async fn bought_of(conn: &mut Conn, viewer: &Viewer, list: RecallRefundId) -> Result<bool> {
    let user = viewer.user_id().map(UserId::get);
    let acts_for = |unit: i64| viewer.require_unit_member(UnitId::from_i64(unit)).is_ok();
    let buyers = recalls::list_refund_buyers(conn, list).await?;
    Ok(buyers
        .into_iter()
        .any(|(account, unit)| (account.is_some() && account == user) || unit.is_some_and(acts_for)))
}

/// Does what of a list is still to be done, each parcel in a transaction of its own; one that cannot be done keeps none of
/// the others back. Called by the timer; safe to call at any time.
#[tracing::instrument(skip_all, fields(list = %id))]
pub(crate) async fn refund_listed(services: &Services, id: RecallRefundId) -> Result<()> {
    let list = {
        let mut tx = services.db.write().await?;
        let list = recalls::lock_recall_refund(&mut tx, id).await?;
        tx.commit().await?;
        list
    };
    if state_of(&list) != RefundListState::Running {
        return Ok(());
    }
    let waiting = {
        let mut conn = services.db.read().await?;
        recalls::list_waiting_refunds(&mut conn, id).await?
    };
    let mut failed = None;
    for parcel in waiting {
        if let Err(error) = refund_one(services, &list, parcel).await {
            tracing::warn!(order = %parcel.order_id, %error, "an order of a recall could not be refunded yet");
            failed = Some(error);
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let mut tx = services.db.write().await?;
    recalls::close_recall_refund(&mut tx, id, services.now_ms()).await?;
    Ok(tx.commit().await?)
}

async fn refund_one(services: &Services, list: &RecallRefundRow, listed: RefundParcelRow) -> Result<()> {
    let mut tx = services.db.write().await?;
    let order = store::orders::lock_order(&mut tx, listed.order_id).await?;
    if !recalls::take_refund_parcel(&mut tx, list.id, listed.parcel_id, services.now_ms()).await? {
        return Ok(());
    }
    let parcel = store::parcels::get_parcel(&mut tx, listed.parcel_id).await?;
    let decided = Decided {
        by: list.asked_by,
        confirmed_by: list.confirmed_by.map(UserId::from_i64),
        at_most: listed.amount_fen,
    };
    if let Some(after_sale) = refund_recalled(&mut tx, services, order, &parcel, decided).await? {
        recalls::update_refund_after_sale(&mut tx, list.id, listed.parcel_id, after_sale).await?;
    }
    Ok(tx.commit().await?)
}
