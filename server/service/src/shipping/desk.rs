//! One parcel as the shipping desk sees it, and what is late.

use domain::ids::{ParcelId, PlaceId, TeamId};
use domain::parcel::ParcelStatus;
use domain::time::HOUR_MS;
use store::carriers::EventRow;
use store::orders::LineRow;
use store::parcels::ParcelRow;

use super::reallocate::{self, GoodsChangeRow, Replaceable};
use super::{PackingParcel, ParcelsPage, carriers, list_parcels, packing_list, split};
use crate::{Result, Services, Viewer};

/// A parcel with all that may be done about it before it leaves, and what its carrier tells.
#[derive(Debug, Clone)]
pub struct DeskParcel {
    pub parcel: PackingParcel,
    /// Lines of which pieces may go into a parcel of their own; empty when it cannot be split.
    pub divisible: Vec<LineRow>,
    /// Parcels that could go into this one.
    pub siblings: Vec<ParcelRow>,
    /// Goods that others could take the place of; empty when they stay.
    pub replaceable: Vec<Replaceable>,
    /// Goods that took the place of others, the latest first.
    pub changes: Vec<GoodsChangeRow>,
    /// The latest first.
    pub events: Vec<EventRow>,
}

/// One parcel at the desk.
///
/// # Errors
/// As [`packing_list`].
pub async fn desk_parcel(services: &Services, viewer: &Viewer, id: ParcelId) -> Result<DeskParcel> {
    let parcel = packing_list(services, viewer, id).await?;
    let row = parcel.head.parcel.clone();
    let mut conn = services.db.read().await?;
    let events = carriers::events_of(&mut conn, &row).await?;
    let in_effect = store::parcels::desk::count_after_sales_in_effect(&mut conn, id).await?;
    let (mut divisible, mut siblings, mut replaceable) = (Vec::new(), Vec::new(), Vec::new());
    if row.status == ParcelStatus::ToPack && in_effect == 0 {
        divisible = store::parcels::desk::list_parcel_lines(&mut conn, id).await?;
        siblings = split::siblings(&mut conn, row.order_id, &row).await?;
        replaceable = reallocate::replaceable(&mut conn, id).await?;
    }
    if divisible.iter().map(|line| line.quantity).sum::<i64>() < 2 {
        divisible.clear();
    }
    let mut changes = store::parcels::goods::list_goods_changes(&mut conn, row.order_id).await?;
    changes.retain(|change| change.parcel_id == id);
    Ok(DeskParcel { parcel, divisible, siblings, replaceable, changes, events })
}

/// When a parcel that waits since `waits_since_ms` should have left.
#[must_use]
pub fn due_at_ms(services: &Services, waits_since_ms: i64) -> i64 {
    waits_since_ms.saturating_add(services.rules.dispatch_within_hours * HOUR_MS)
}

/// Whether a parcel that waits to be packed is late.
#[must_use]
pub fn is_late(services: &Services, parcel: &PackingParcel) -> bool {
    let due = |since_ms| due_at_ms(services, since_ms) < services.now_ms();
    parcel.head.parcel.status == ParcelStatus::ToPack && parcel.head.waits_since_ms.is_some_and(due)
}

/// What should have left by now, from one place or from all, longest waiting first.
///
/// # Errors
/// As [`list_parcels`].
pub async fn list_late(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    place: Option<PlaceId>,
) -> Result<ParcelsPage> {
    let mut page = list_parcels(services, viewer, team, ParcelStatus::ToPack, place).await?;
    page.parcels.retain(|parcel| is_late(services, parcel));
    page.parcels.sort_by_key(|parcel| parcel.head.waits_since_ms);
    Ok(page)
}

/// How many parcels of a team, at one place or at all, are late.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn count_late(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    place: Option<PlaceId>,
) -> Result<i64> {
    viewer.require_seller(team)?;
    let before_ms = services.now_ms() - services.rules.dispatch_within_hours * HOUR_MS;
    let mut conn = services.db.read().await?;
    Ok(store::day::count_late(&mut conn, team, place, before_ms).await?)
}
