//! Many parcels handed to one carrier at once.

use domain::failure::{FieldError, Problem};
use domain::ids::{ParcelId, TeamId};
use serde::{Deserialize, Serialize};

use crate::shipping::{ShipParcel, check_text, ship_parcel, without_blanks};
use crate::{Result, ServiceError, Services, Viewer};

/// Parcels that may be shipped or printed at once.
pub const MAX_SHIPPED: usize = 100;

/// A row of the table as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShipRow {
    pub parcel: String,
    /// `on` when it was ticked.
    pub chosen: String,
    pub tracking_number: String,
}

/// What was typed into the table.
#[derive(Debug, Clone, Default)]
pub struct ShipMany {
    pub carrier: String,
    pub rows: Vec<ShipRow>,
}

/// What became of the parcels that were ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shipped {
    pub done: Vec<ParcelId>,
    /// Those that may not leave (an open after-sale, recalled or expired goods, a weight that is missing, another state), and
    /// those that the shop did not come to.
    pub kept: Vec<ParcelId>,
}

/// Hands the ticked parcels to one carrier, each by itself: one that may not leave keeps none of the others back. Sent
/// twice nothing happens twice.
///
/// # Errors
/// Field `rows` when nothing is ticked or too much, `carrier`, `rows.N.tracking_number`: then nothing is shipped.
/// Guarded: sellers and captain of the team; [`ServiceError::NotFound`] for other teams' parcels.
pub async fn ship_many(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    command: &ShipMany,
) -> Result<Shipped> {
    viewer.require_seller(team)?;
    let mut wanted = Vec::new();
    let mut errors = Vec::new();
    for (at, row) in command.rows.iter().enumerate().filter(|(_, row)| row.chosen == "on") {
        let parcel: ParcelId = row.parcel.parse().map_err(|_| ServiceError::NotFound)?;
        let tracking_number = without_blanks(&row.tracking_number);
        errors.extend(check_text(format!("rows.{at}.tracking_number"), &tracking_number));
        wanted.push((parcel, tracking_number));
    }
    if wanted.is_empty() {
        errors.push(FieldError::new("rows", Problem::Missing));
    }
    if wanted.len() > MAX_SHIPPED {
        let max = i64::try_from(MAX_SHIPPED).unwrap_or(i64::MAX);
        errors.push(FieldError::new("rows", Problem::TooLong { max }));
    }
    errors.extend(check_text("carrier", command.carrier.trim()));
    if !errors.is_empty() {
        return Err(ServiceError::Invalid(errors));
    }
    {
        let mut conn = services.db.read().await?;
        for (parcel, _) in &wanted {
            let row = store::parcels::get_parcel(&mut conn, *parcel).await?;
            if row.team_id != team {
                return Err(ServiceError::NotFound);
            }
        }
    }
    let mut shipped = Shipped::default();
    for (at, (parcel, tracking_number)) in wanted.iter().enumerate() {
        let by = ShipParcel { carrier: command.carrier.clone(), tracking_number: tracking_number.clone() };
        match ship_parcel(services, viewer, *parcel, by).await {
            Ok(_) => shipped.done.push(*parcel),
            Err(ServiceError::Conflict(_)) => shipped.kept.push(*parcel),
            Err(error) if shipped.done.is_empty() => return Err(error),
            Err(error) => {
                // Some have left: whoever asked is told which have not, instead of an error that hides both.
                tracing::error!(%error, "ticked parcels were not shipped");
                shipped.kept.extend(wanted[at..].iter().map(|(parcel, _)| *parcel));
                break;
            }
        }
    }
    Ok(shipped)
}
