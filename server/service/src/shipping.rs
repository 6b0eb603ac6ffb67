//! The seller's packing table: what to pack, what has left; and the desk around it: [`split`] and merge, goods of another batch ([`reallocate`]), [`lists`] of tracking
//! numbers and of carriers' events, what [`carriers`] tell, what is late.

pub mod carriers;
pub mod desk;
mod leaving;
pub mod lists;
pub mod reallocate;
pub mod split;
mod template;

use std::collections::BTreeMap;

use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{LineId, OrderId, ParcelId, PlaceId, TeamId};
use domain::parcel::{ParcelEvent, ParcelStatus};
use domain::time::DAY_MS;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::after_sales::PackChangeRow;
use store::bundles::{LineBundleRow, OrderBundleRow};
use store::orders::LineRow;
use store::parcels::SellerParcel;

pub use domain::shipping::CARRIERS;
pub use template::list_template;

use crate::carts::all_or;
use crate::mail::{self, Letter};
use crate::orders::auto_receipt_days;
use crate::weighing::{self, Weighing};
use crate::{Result, ServiceError, Services, Viewer, after_sales, audit, timers};

/// Parcels a list shows at most.
pub(crate) const LIST_LIMIT: i64 = 200;
const TEXT_MAX_CHARS: usize = 40;

/// A parcel with what goes into it.
#[derive(Debug, Clone)]
pub struct PackingParcel {
    pub head: SellerParcel,
    pub lines: Vec<LineRow>,
    /// Of the lines that are sold by weight.
    pub weighings: Vec<Weighing>,
    /// Of the lines that are parts of gift boxes.
    pub boxes: Vec<LineBundleRow>,
}

impl PackingParcel {
    /// The gift box that a line is a part of.
    #[must_use]
    pub fn box_of(&self, line: LineId) -> Option<&OrderBundleRow> {
        self.boxes.iter().find(|of| of.line_id == line).map(|of| &of.bundle)
    }
}

/// A team's parcels in one state.
#[derive(Debug, Clone)]
pub struct ParcelsPage {
    pub parcels: Vec<PackingParcel>,
    /// How many of the team's wait to be packed and are on their way, by the state's word.
    pub counts: Vec<(String, i64)>,
    /// The same of the place that was asked for; of all places as `counts`.
    pub counts_at: Vec<(String, i64)>,
}

/// What the seller typed when handing a parcel to the carrier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShipParcel {
    pub carrier: String,
    pub tracking_number: String,
}

/// What a team has to pack (or has shipped), all of it or what leaves from one place, longest waiting first. Of another team's
/// place there is nothing.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn list_parcels(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    status: ParcelStatus,
    place: Option<PlaceId>,
) -> Result<ParcelsPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let heads = store::parcels::list_team_parcels(&mut conn, team, status, place, LIST_LIMIT).await?;
    let mut lines_of = BTreeMap::<ParcelId, Vec<LineRow>>::new();
    for line in store::parcels::list_team_parcel_lines(&mut conn, team, status, place, LIST_LIMIT).await? {
        lines_of.entry(line.parcel_id).or_default().push(line);
    }
    for line in store::after_sales::list_replacement_lines(&mut conn, team, status).await? {
        lines_of.entry(line.parcel_id).or_default().push(line);
    }
    let changes = store::after_sales::list_pack_changes(&mut conn, team, status).await?;
    for lines in lines_of.values_mut() {
        take_off(lines, &changes);
    }
    let weighed =
        store::weighing::list_team_weighed_lines(&mut conn, team, status, place, LIST_LIMIT).await?;
    let pieces = store::weighing::list_team_pieces(&mut conn, team, status, place, LIST_LIMIT).await?;
    let mut boxes_of = BTreeMap::<OrderId, Vec<LineBundleRow>>::new();
    for part in store::bundles::list_team_line_bundles(&mut conn, team, status, place, LIST_LIMIT).await? {
        boxes_of.entry(part.bundle.order_id).or_default().push(part);
    }
    let fill = |head: SellerParcel| {
        let boxes = boxes_of.get(&head.parcel.order_id).cloned().unwrap_or_default();
        let lines = lines_of.remove(&head.parcel.id).unwrap_or_default();
        let weighings = weighing::of_lines(&lines, &weighed, &pieces);
        PackingParcel { head, lines, weighings, boxes }
    };
    let parcels = heads.into_iter().map(fill).collect();
    let counts = store::parcels::count_open_parcels(&mut conn, team).await?;
    let counts_at = match place {
        Some(place) => store::parcels::count_open_parcels_at(&mut conn, team, place).await?,
        None => counts.clone(),
    };
    Ok(ParcelsPage { parcels, counts, counts_at })
}

/// One parcel, for its packing list.
///
/// # Errors
/// [`ServiceError::NotFound`] for other teams' parcels.
pub async fn packing_list(
    services: &Services,
    viewer: &Viewer,
    parcel_id: ParcelId,
) -> Result<PackingParcel> {
    let mut conn = services.db.read().await?;
    let parcel = store::parcels::get_parcel(&mut conn, parcel_id).await?;
    viewer.require_user()?;
    viewer.require_seller(parcel.team_id).map_err(|_| ServiceError::NotFound)?;
    let head =
        store::parcels::find_seller_parcel(&mut conn, parcel_id).await?.ok_or(ServiceError::NotFound)?;
    let mut lines = store::orders::list_order_lines(&mut conn, parcel.order_id).await?;
    lines.extend(store::after_sales::list_order_replacement_lines(&mut conn, parcel.order_id).await?);
    lines.retain(|line| line.parcel_id == parcel_id);
    let changes = store::after_sales::list_pack_changes(&mut conn, parcel.team_id, parcel.status).await?;
    take_off(&mut lines, &changes);
    let weighed = store::weighing::list_weighed_lines(&mut conn, parcel.order_id).await?;
    let pieces = store::weighing::list_pieces(&mut conn, parcel.order_id).await?;
    let weighings = weighing::of_lines(&lines, &weighed, &pieces);
    let boxes = store::bundles::list_line_bundles(&mut conn, parcel.order_id).await?;
    Ok(PackingParcel { lines, head, weighings, boxes })
}

/// Pieces whose money went back before they left are not packed. A replacement costs nothing, so nothing is taken off it.
pub(crate) fn take_off(lines: &mut Vec<LineRow>, changes: &[PackChangeRow]) {
    for line in lines.iter_mut().filter(|line| line.net_fen.is_positive()) {
        let gone = changes.iter().find(|change| change.line_id == line.id).map_or(0, |change| change.pieces);
        line.quantity -= gone;
    }
    lines.retain(|line| line.quantity > 0);
}

/// A tracking number without the blanks that people type into it.
pub(crate) fn without_blanks(typed: &str) -> String {
    typed.split_whitespace().collect()
}

/// What is wrong with a carrier's name or a number as it would be kept.
pub(crate) fn check_text(field: impl Into<String>, value: &str) -> Option<FieldError> {
    let problem = match value.chars().count() {
        0 => Problem::Missing,
        1..=TEXT_MAX_CHARS => return None,
        _ => Problem::TooLong { max: TEXT_MAX_CHARS as i64 },
    };
    Some(FieldError::new(field, problem))
}

/// Hands a parcel to the carrier; on a parcel that has left it corrects carrier and number. The same twice does
/// nothing twice.
///
/// # Errors
/// Fields `carrier`, `tracking_number`; [`Conflict::StateChanged`] when the parcel cannot leave, [`Conflict::Recalled`] and
/// [`Conflict::Expired`] when goods in it must not, [`Conflict::AfterSaleOpen`], [`Conflict::Unweighed`] when pieces sold by weight are not weighed: what they weigh less than was
/// paid for goes back in the same moment.
#[tracing::instrument(skip_all)]
pub async fn ship_parcel(
    services: &Services,
    viewer: &Viewer,
    parcel_id: ParcelId,
    command: ShipParcel,
) -> Result<OrderId> {
    let carrier = command.carrier.trim().to_owned();
    let tracking_number = without_blanks(&command.tracking_number);
    let named = [("carrier", &carrier), ("tracking_number", &tracking_number)];
    let errors = named.into_iter().filter_map(|(field, value)| check_text(field, value)).collect();
    let mut tx = services.db.write().await?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    viewer.require_user()?;
    viewer.require_seller(parcel.team_id).map_err(|_| ServiceError::NotFound)?;
    all_or(errors)?;
    let order = store::orders::lock_order(&mut tx, parcel.order_id).await?;
    let parcel = store::parcels::get_parcel(&mut tx, parcel_id).await?;
    let now_ms = services.now_ms();
    // Sent twice, perhaps late: the parcel has left as this says, and may even have arrived meanwhile.
    let has_left = matches!(parcel.status, ParcelStatus::Shipped | ParcelStatus::Received);
    if has_left && parcel.carrier == carrier && parcel.tracking_number == tracking_number {
        return Ok(order.id);
    }
    if parcel.status != ParcelStatus::Shipped {
        parcel.status.next(ParcelEvent::Ship).map_err(|_| Conflict::StateChanged)?;
        // The batches are taken, so that a recall in this moment either sees the parcel gone or is seen here.
        store::recalls::lock_parcel_batches(&mut tx, parcel_id).await?;
        if let Some(conflict) = leaving::hindrance(&mut tx, services, parcel_id).await? {
            return Err(conflict.into());
        }
        weighing::charge(&mut tx, services, &order, parcel_id).await?;
        after_sales::note_shipped(&mut tx, services, viewer.user_id(), parcel_id).await?;
        let due_at_ms = now_ms + auto_receipt_days(services, order.kind) * DAY_MS;
        timers::set(&mut tx, services, timers::AUTO_RECEIPT, parcel_id.get(), due_at_ms).await?;
        store::work::insert_outbox(
            &mut tx,
            services.new_id(),
            "parcel_shipped",
            order.id.get(),
            "{}",
            now_ms,
        )
        .await?;
        let letter = Letter::ParcelShipped { order: order.id, parcel: parcel_id };
        mail::post_of_order(&mut tx, services, &order.email, letter).await?;
    }
    store::parcels::update_shipped(&mut tx, parcel_id, &carrier, &tracking_number, now_ms).await?;
    audit::record(
        &mut tx,
        services,
        viewer.user_id(),
        "parcel_shipped",
        "parcel",
        parcel_id.get(),
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(order.id)
}
