//! What carriers tell of parcels on their way: kept once, shown to buyer and seller, deciding nothing.
//!
//! Receipt is taken as confirmed so many days after *dispatch*, so "delivered" starts no timer; it is shown, and the buyer may
//! confirm.

use domain::ids::{ParcelId, TeamId, UserId};
use domain::shipping::{CarrierEvent, carrier_name, tidy_number};
use domain::time::DAY_MS;
use store::parcels::ParcelRow;
use store::{Conn, WriteTx};

pub use store::carriers::EventRow;

use crate::idempotency::hex_digest;
use crate::ports::CarrierError;
use crate::{Result, Services};

/// Events that one parcel shows.
const SHOWN: i64 = 50;
/// Numbers are given out again after months: what was told so long before a parcel left is about another one.
const BEFORE_MS: i64 = 3 * DAY_MS;

/// Digest of a carrier's parcel: what events are found by.
#[must_use]
pub fn number_digest(carrier: &str, tracking_number: &str) -> String {
    hex_digest(format!("{}\n{}", carrier_name(carrier), tidy_number(tracking_number)).as_bytes())
}

/// Who tells of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Teller {
    /// The carrier itself, of anybody's.
    Carrier,
    /// A file that somebody of the team brought: it tells of the team's own parcels only.
    File { team: TeamId, user: UserId },
}

/// Digest of all that an event says; of one that a team's file tells, of the team as well.
pub(super) fn event_digest(event: &CarrierEvent, team: Option<TeamId>) -> String {
    let CarrierEvent { carrier, tracking_number, status, place, happened_at_ms } = event;
    let mut text = format!("{carrier}\n{tracking_number}\n{status}\n{place}\n{happened_at_ms}");
    if let Some(team) = team {
        text.push('\n');
        text.push_str(&team.to_string());
    }
    hex_digest(text.as_bytes())
}

/// Keeps events that are not known yet; answers how many these were.
pub(super) async fn keep(
    tx: &mut WriteTx,
    services: &Services,
    events: &[CarrierEvent],
    teller: Teller,
) -> Result<usize> {
    let (source, team, user) = match teller {
        Teller::Carrier => ("webhook", None, None),
        Teller::File { team, user } => ("file", Some(team), Some(user)),
    };
    let mut kept = 0;
    for event in events {
        let row = EventRow {
            id: services.new_id(),
            number_digest: number_digest(&event.carrier, &event.tracking_number),
            event_digest: event_digest(event, team),
            status: event.status,
            place: event.place.clone(),
            happened_at_ms: event.happened_at_ms,
            received_at_ms: services.now_ms(),
            source: source.to_owned(),
            team_id: team.map(TeamId::get),
            user_id: user.map(UserId::get),
        };
        kept += usize::from(store::carriers::insert_event(tx, &row).await?);
    }
    Ok(kept)
}

/// Takes a notice of a carrier's network, as it came; answers how many of its events are new. The same notice again brings
/// none.
///
/// # Errors
/// [`CarrierError`] inside of `Ok` when the notice is not taken; the outer ones are the database's.
pub async fn take_notice(
    services: &Services,
    signature: &str,
    body: &[u8],
) -> Result<std::result::Result<usize, CarrierError>> {
    let mut events = match services.carriers.read_notice(signature, body, services.now_ms()) {
        Ok(events) => events,
        Err(error) => return Ok(Err(error)),
    };
    // In one order, so that two notices with the same events cannot wait for each other.
    events.sort_by_key(|event| event_digest(event, None));
    let mut tx = services.db.write().await?;
    let kept = keep(&mut tx, services, &events, Teller::Carrier).await?;
    tx.commit().await?;
    Ok(Ok(kept))
}

/// What the carrier tells of a parcel that has left, the latest first.
pub(crate) async fn events_of(conn: &mut Conn, parcel: &ParcelRow) -> Result<Vec<EventRow>> {
    let Some(shipped_at_ms) = parcel.shipped_at_ms else { return Ok(Vec::new()) };
    if parcel.tracking_number.is_empty() {
        return Ok(Vec::new());
    }
    let digest = number_digest(&parcel.carrier, &parcel.tracking_number);
    let mut events = store::carriers::list_events(conn, &digest, parcel.team_id, SHOWN).await?;
    events.retain(|event| event.happened_at_ms >= shipped_at_ms - BEFORE_MS);
    // A file may tell what the carrier has told as well.
    events.dedup_by(|a, b| (a.happened_at_ms, a.status, &a.place) == (b.happened_at_ms, b.status, &b.place));
    Ok(events)
}

/// The same for the parcels of an order; parcels of which nothing is told are left out.
pub(crate) async fn events_of_parcels(
    conn: &mut Conn,
    parcels: &[ParcelRow],
) -> Result<Vec<(ParcelId, Vec<EventRow>)>> {
    let mut told = Vec::new();
    for parcel in parcels {
        let events = events_of(conn, parcel).await?;
        if !events.is_empty() {
            told.push((parcel.id, events));
        }
    }
    Ok(told)
}
