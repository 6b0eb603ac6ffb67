//! Many parcels at once: lists of tracking numbers and of carriers' events, pasted or from a sheet.
//!
//! A list is read, kept for a day and shown with what each row would do; that is looked up anew each time, so it is never
//! out of date, and applying a list twice does nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::failure::{Conflict, Problem};
use domain::ids::{DeskListId, ParcelId, TeamId};
use domain::parcel::ParcelStatus;
use domain::shipping::{
    CarrierEvent, EventRow, ListKind, NumberRow, RowFault, carrier_name, event_rows, number_rows,
    table_of_text, tidy_number,
};
use domain::time::DAY_MS;
use serde_json::json;
use store::Conn;
use store::carriers::DeskListRow;
use store::parcels::{ParcelRow, desk};

use super::carriers::{self, Teller};
use super::{ShipParcel, leaving, ship_parcel};
use crate::idempotency::{self, Begun, Repeatable, hex_digest};
use crate::{Result, ServiceError, Services, Viewer, audit, weighing};

/// How long a list can be applied.
const KEEP_MS: i64 = DAY_MS;
/// Lists that one person has at a time; the oldest goes when another comes.
const MAX_KEPT: i64 = 3;
/// Longest pasted text, in bytes.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// What a list came as.
#[derive(Debug, Clone)]
pub enum ListSource {
    /// Typed or pasted.
    Text(String),
    /// XLSX or CSV.
    File(Vec<u8>),
}

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    Ready,
    /// The parcel has left with this carrier and number, which would be corrected.
    Corrects {
        carrier: String,
        tracking_number: String,
    },
    /// It is so already.
    Done,
    Wrong(RowFault),
}

/// A row of a list of tracking numbers.
#[derive(Debug, Clone)]
pub struct NumberView {
    /// Its place in the list, from 0: what is chosen.
    pub at: usize,
    pub row: NumberRow,
    pub parcel: Option<ParcelId>,
    pub state: RowState,
}

/// A row of a list of events.
#[derive(Debug, Clone)]
pub struct EventView {
    pub at: usize,
    pub row: EventRow,
    pub event: Option<CarrierEvent>,
    pub state: RowState,
}

/// A list with what its rows would do.
#[derive(Debug, Clone)]
pub struct ListPage {
    pub list: DeskListId,
    pub kind: ListKind,
    /// Of a list of numbers.
    pub numbers: Vec<NumberView>,
    /// Of a list of events.
    pub events: Vec<EventView>,
}

impl ListPage {
    fn states(&self) -> impl Iterator<Item = &RowState> {
        self.numbers.iter().map(|row| &row.state).chain(self.events.iter().map(|row| &row.state))
    }

    /// Rows that can be applied, are applied already, and are not right.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let wrong = self.states().filter(|state| matches!(state, RowState::Wrong(_))).count();
        let done = self.states().filter(|state| **state == RowState::Done).count();
        (self.states().count() - wrong - done, done, wrong)
    }
}

/// Which rows are to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedRows {
    /// All of a list without a wrong row.
    All,
    /// Their places in the list, from 0.
    Chosen(BTreeSet<usize>),
}

/// What became of the rows that were wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AppliedRows {
    /// Applied now or before.
    pub done: usize,
    pub refused: usize,
}

/// Reads a list and keeps it. Nothing else is written.
///
/// # Errors
/// At the field `text` or `sheet`: nothing in it, too much, or a heading that lacks a column. Guarded: the team's sellers.
pub async fn keep_list(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    kind: ListKind,
    source: ListSource,
    key: &str,
) -> Result<DeskListId> {
    let user_id = viewer.require_seller(team)?.user_id;
    let (digest, field) = match &source {
        ListSource::Text(text) => (hex_digest(text.as_bytes()), "text"),
        ListSource::File(bytes) => (hex_digest(bytes), "sheet"),
    };
    let request = Repeatable::new("keep_desk_list", viewer, key, &(team, kind, digest))?;
    let table = match source {
        ListSource::Text(text) if text.len() > MAX_TEXT_BYTES => {
            let max = i64::try_from(MAX_TEXT_BYTES).unwrap_or(i64::MAX);
            return Err(ServiceError::invalid(field, Problem::TooLong { max }));
        }
        ListSource::Text(text) => table_of_text(&text),
        ListSource::File(bytes) => crate::sheets::read_table(bytes).await?,
    };
    let wrong = |problem| ServiceError::invalid(field, problem);
    let content = match kind {
        ListKind::Numbers => serde_json::to_string(&number_rows(&table).map_err(wrong)?),
        ListKind::Events => serde_json::to_string(&event_rows(&table).map_err(wrong)?),
    };
    let content = content.map_err(ServiceError::internal)?;
    let mut tx = services.db.write().await?;
    if let Begun::Replay(first) = idempotency::begin(&mut tx, services, &request).await? {
        return Ok(first);
    }
    let row = DeskListRow {
        id: services.new_id(),
        team_id: team,
        user_id,
        kind,
        content,
        created_at_ms: services.now_ms(),
    };
    store::carriers::insert_list(&mut tx, &row).await?;
    store::carriers::delete_earlier_lists(&mut tx, user_id, MAX_KEPT).await?;
    idempotency::finish(&mut tx, &request, &row.id).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// A list for its team's sellers: a captain may apply what a member has prepared.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's, and for one that is a day old.
pub async fn list_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    list: DeskListId,
) -> Result<ListPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let since_ms = services.now_ms() - KEEP_MS;
    let row = store::carriers::find_list(&mut conn, list, team, since_ms).await?;
    let row = row.ok_or(ServiceError::NotFound)?;
    let mut page = ListPage { list, kind: row.kind, numbers: Vec::new(), events: Vec::new() };
    match row.kind {
        ListKind::Numbers => {
            let rows: Vec<NumberRow> =
                serde_json::from_str(&row.content).map_err(ServiceError::unreadable)?;
            page.numbers = look_up_numbers(&mut conn, services, team, rows).await?;
        }
        ListKind::Events => {
            let rows: Vec<EventRow> = serde_json::from_str(&row.content).map_err(ServiceError::unreadable)?;
            page.events = look_up_events(&mut conn, services, team, rows).await?;
        }
    }
    Ok(page)
}

async fn look_up_numbers(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    rows: Vec<NumberRow>,
) -> Result<Vec<NumberView>> {
    let mut views = Vec::with_capacity(rows.len());
    let mut seen: BTreeMap<ParcelId, u32> = BTreeMap::new();
    for (at, row) in rows.into_iter().enumerate() {
        let found = match &row.fault {
            Some(fault) => Err(fault.clone()),
            None => find_parcel(conn, team, &row).await?,
        };
        let (parcel, state) = match found {
            Err(fault) => (None, RowState::Wrong(fault)),
            Ok(parcel) => match seen.get(&parcel.id) {
                Some(first) => (Some(parcel.id), RowState::Wrong(RowFault::DuplicateOfRow(*first))),
                None => {
                    seen.insert(parcel.id, row.row);
                    (Some(parcel.id), state_of(conn, services, &parcel, &row).await?)
                }
            },
        };
        views.push(NumberView { at, row, parcel, state });
    }
    Ok(views)
}

fn is_as(parcel: &ParcelRow, row: &NumberRow) -> bool {
    parcel.tracking_number == row.tracking_number && carrier_name(&parcel.carrier) == row.carrier
}

/// The parcel that a row is about: by order number when the order has one parcel to send, else by its own number.
async fn find_parcel(
    conn: &mut Conn,
    team: TeamId,
    row: &NumberRow,
) -> Result<std::result::Result<ParcelRow, RowFault>> {
    let number = tidy_number(&row.parcel);
    let mut found = desk::list_parcels_of_number(conn, team, &number).await?;
    if found.is_empty() {
        let Ok(id) = number.parse::<ParcelId>() else { return Ok(Err(RowFault::UnknownParcel)) };
        return match store::parcels::get_parcel(conn, id).await {
            Ok(parcel) if parcel.team_id == team => Ok(Ok(parcel)),
            Ok(_) | Err(store::StoreError::NotFound(_)) => Ok(Err(RowFault::UnknownParcel)),
            Err(error) => Err(error.into()),
        };
    }
    if let Some(done) = found.iter().find(|parcel| is_as(parcel, row)) {
        return Ok(Ok(done.clone()));
    }
    if found.len() > 1 {
        found.retain(|parcel| parcel.status != ParcelStatus::Cancelled);
    }
    if found.len() > 1 {
        found.retain(|parcel| parcel.status == ParcelStatus::ToPack);
    }
    let several = found.len() != 1;
    Ok(found.into_iter().next().filter(|_| !several).ok_or(RowFault::SeveralParcels))
}

/// What a row would do with its parcel.
async fn state_of(
    conn: &mut Conn,
    services: &Services,
    parcel: &ParcelRow,
    row: &NumberRow,
) -> Result<RowState> {
    Ok(match parcel.status {
        ParcelStatus::Shipped | ParcelStatus::Received if is_as(parcel, row) => RowState::Done,
        ParcelStatus::Received => RowState::Wrong(RowFault::Arrived),
        ParcelStatus::Shipped => RowState::Corrects {
            carrier: parcel.carrier.clone(),
            tracking_number: parcel.tracking_number.clone(),
        },
        ParcelStatus::AwaitingPayment | ParcelStatus::Cancelled => RowState::Wrong(RowFault::NotToSend),
        ParcelStatus::ToPack => match leaving::hindrance(conn, services, parcel.id).await? {
            None => match weighing::find_unweighed(conn, parcel.order_id, parcel.id).await? {
                Some(name) => RowState::Wrong(RowFault::Unweighed(name)),
                None => RowState::Ready,
            },
            Some(Conflict::Recalled { code }) => RowState::Wrong(RowFault::Recalled(code)),
            Some(Conflict::Expired { code, expires_on }) => {
                RowState::Wrong(RowFault::Expired { code, expires_on })
            }
            Some(_) => RowState::Wrong(RowFault::AfterSaleOpen),
        },
    })
}

async fn look_up_events(
    conn: &mut Conn,
    services: &Services,
    team: TeamId,
    rows: Vec<EventRow>,
) -> Result<Vec<EventView>> {
    let mut views = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        let (event, state) = match services.carriers.read_row(&row, services.now_ms()) {
            Err(fault) => (None, RowState::Wrong(fault)),
            Ok(event) => {
                let state = if !is_own(conn, team, &event).await? {
                    RowState::Wrong(RowFault::UnknownNumber)
                } else if is_known(conn, team, &event).await? {
                    RowState::Done
                } else {
                    RowState::Ready
                };
                (Some(event), state)
            }
        };
        views.push(EventView { at, row, event, state });
    }
    Ok(views)
}

/// Told by the team's own files or by the carrier itself.
async fn is_known(conn: &mut Conn, team: TeamId, event: &CarrierEvent) -> Result<bool> {
    for teller in [Some(team), None] {
        if store::carriers::has_event(conn, &carriers::event_digest(event, teller), team).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Nobody tells of parcels that others have sent.
async fn is_own(conn: &mut Conn, team: TeamId, event: &CarrierEvent) -> Result<bool> {
    let parcels = desk::list_parcels_of_tracking(conn, team, &event.tracking_number).await?;
    Ok(parcels.iter().any(|parcel| carrier_name(&parcel.carrier) == event.carrier))
}

/// Applies a list, or the rows that were chosen of it: each parcel by itself, so that one that cannot leave does not keep
/// the others. Asking again does the rest, and nothing twice.
///
/// # Errors
/// [`Conflict::ListNotRight`] for the whole of a list with a wrong row: nothing is applied then. Field `chosen` when no row
/// was. Guarded as [`list_page`].
pub async fn apply_list(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    list: DeskListId,
    wanted: &WantedRows,
) -> Result<AppliedRows> {
    let page = list_page(services, viewer, team, list).await?;
    let is_wanted = |at: usize| match wanted {
        WantedRows::All => true,
        WantedRows::Chosen(places) => places.contains(&at),
    };
    if *wanted == WantedRows::All && page.counts().2 > 0 {
        return Err(Conflict::ListNotRight.into());
    }
    let rows = page.numbers.len() + page.events.len();
    if !(0..rows).any(is_wanted) {
        return Err(ServiceError::invalid("chosen", Problem::Missing));
    }
    let mut applied = AppliedRows::default();
    let mut told: Vec<CarrierEvent> = Vec::new();
    for view in page.numbers.into_iter().filter(|view| is_wanted(view.at)) {
        match (&view.state, view.parcel) {
            (RowState::Done, _) => applied.done += 1,
            (RowState::Ready | RowState::Corrects { .. }, Some(parcel)) => {
                let NumberRow { carrier, tracking_number, .. } = view.row;
                match ship_parcel(services, viewer, parcel, ShipParcel { carrier, tracking_number }).await {
                    Ok(_) => applied.done += 1,
                    Err(ServiceError::Conflict(_) | ServiceError::Invalid(_)) => applied.refused += 1,
                    Err(error) => return Err(error),
                }
            }
            _ => applied.refused += 1,
        }
    }
    for view in page.events.into_iter().filter(|view| is_wanted(view.at)) {
        match (view.state, view.event) {
            (RowState::Done, _) => applied.done += 1,
            (RowState::Ready, Some(event)) => told.push(event),
            _ => applied.refused += 1,
        }
    }
    if !told.is_empty() {
        applied.done += told.len();
        let user = viewer.require_seller(team)?.user_id;
        told.sort_by_key(|event| carriers::event_digest(event, Some(team)));
        let mut tx = services.db.write().await?;
        let kept = carriers::keep(&mut tx, services, &told, Teller::File { team, user }).await?;
        let detail = json!({ "events": kept });
        audit::record(&mut tx, services, Some(user), "carrier_events_brought", "team", team.get(), detail)
            .await?;
        tx.commit().await?;
    }
    Ok(applied)
}

/// Forgets lists that are a day old; answers how many.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db.write().await?;
    let purged = store::carriers::purge_lists(&mut tx, services.now_ms() - KEEP_MS).await?;
    tx.commit().await?;
    Ok(purged)
}
