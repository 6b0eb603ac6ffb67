//! What a seller does with a parcel.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// A parcel that was handed to a carrier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShipForm {
    pub team: String,
    pub parcel: String,
    /// One of the offered carriers; blank for another one.
    pub carrier: String,
    /// The name of another carrier.
    pub other_carrier: String,
    pub tracking_number: String,
    /// What the list was narrowed to: where the person is led back to.
    pub place: String,
}

/// Marks a parcel as shipped, or corrects carrier and number of one that has left.
#[server(endpoint = "parcels/ship")]
pub async fn ship_parcel(#[server(flatten)] form: ShipForm) -> Result<Answer<()>, AppError> {
    use crate::context::given_text;
    use crate::form::{Then, submit};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let parcel = form.parcel.parse().map_err(|_| service::ServiceError::NotFound)?;
        let other = form.other_carrier.trim();
        let carrier = if other.is_empty() { form.carrier } else { other.to_owned() };
        let command = service::shipping::ShipParcel { carrier, tracking_number: form.tracking_number };
        service::shipping::ship_parcel(&services, &viewer, parcel, command).await?;
        let query = given_text(&[("shipped", &parcel.to_string()), ("place", &form.place)]);
        Ok(Then::go(format!("{}{query}", crate::routes::paths::team_parcels(team)), ()))
    })
    .await
}

/// An order that cannot be sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GiveUpForm {
    pub team: String,
    pub order: String,
    /// Shown to the buyer.
    pub reason: String,
    /// As in [`ShipForm`].
    pub place: String,
}

/// Cancels a paid order that has not left, and gives all its money back. Once it is, another reason is refused.
#[server(endpoint = "parcels/give_up")]
pub async fn give_up_order(#[server(flatten)] form: GiveUpForm) -> Result<Answer<()>, AppError> {
    use crate::context::given_text;
    use crate::form::{Then, submit};
    use domain::failure::Problem;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let order = form.order.parse().map_err(|_| service::ServiceError::NotFound)?;
        let reason = form.reason.trim();
        if reason.is_empty() {
            return Err(service::ServiceError::invalid("reason", Problem::Missing));
        }
        service::orders::cancel_order_as_seller(&services, &viewer, order, reason).await?;
        let query = given_text(&[("cancelled", &order.to_string()), ("place", &form.place)]);
        Ok(Then::go(format!("{}{query}", crate::routes::paths::team_parcels(team)), ()))
    })
    .await
}
