//! What a seller does with many parcels at once, and with what they are told of.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::form::Answer;

/// The table as it was sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShipManyForm {
    pub team: String,
    /// `print` for the packing lists of what is ticked; anything else ships it.
    pub then: String,
    /// One of the offered carriers; blank for another one.
    pub carrier: String,
    /// The name of another carrier.
    pub other_carrier: String,
    pub rows: Vec<service::day::ShipRow>,
    /// What the table was narrowed to: where the person is led back to.
    pub village: String,
    pub product: String,
    pub place: String,
    pub from: String,
    pub to: String,
    pub late: String,
    pub q: String,
}

/// Ships the ticked parcels, or shows their packing lists; answers how many were shipped.
#[server(endpoint = "day/ship_many")]
pub async fn ship_many(#[server(flatten)] form: ShipManyForm) -> Result<Answer<usize>, AppError> {
    use crate::context::{given_text, query_text};
    use crate::form::{Then, submit};
    use crate::routes::paths;
    use domain::failure::Problem;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        viewer.require_seller(team)?;
        let other = form.other_carrier.trim();
        let carrier = if other.is_empty() { form.carrier } else { other.to_owned() };
        if form.then == "print" {
            let chosen: Vec<String> =
                form.rows.into_iter().filter(|row| row.chosen == "on").map(|row| row.parcel).collect();
            if chosen.is_empty() {
                return Err(service::ServiceError::invalid("rows", Problem::Missing));
            }
            let path = format!("{}/packing-lists", paths::team_parcels(team));
            return Ok(Then::go(format!("{path}{}", query_text(&[("parcels", &chosen.join(","))])), 0));
        }
        let command = service::day::ShipMany { carrier, rows: form.rows };
        let shipped = service::day::ship_many(&services, &viewer, team, &command).await?;
        let done = shipped.done.len();
        let kept: Vec<String> = shipped.kept.iter().map(ToString::to_string).collect();
        let (sent, kept) = (done.to_string(), kept.join(","));
        let pairs = [
            ("status", "to_pack"),
            ("village", form.village.as_str()),
            ("product", form.product.as_str()),
            ("place", form.place.as_str()),
            ("from", form.from.as_str()),
            ("to", form.to.as_str()),
            ("late", form.late.as_str()),
            ("q", form.q.as_str()),
            ("sent", sent.as_str()),
            ("kept", kept.as_str()),
        ];
        Ok(Then::go(format!("{}{}", paths::team_orders(team), given_text(&pairs)), done))
    })
    .await
}

/// Notifications that are marked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkForm {
    pub team: String,
    /// `all`, `read` or `unread`.
    pub then: String,
    pub chosen: Vec<String>,
    /// What the list was narrowed to: of `all`, only these are marked.
    pub kind: String,
    pub from: String,
    pub to: String,
}

/// Marks notifications as read or unread.
#[server(endpoint = "day/mark")]
pub async fn mark_notifications(#[server(flatten)] form: MarkForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use service::notifications::{Marking, NotificationQuery, mark};
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        let chosen = form.chosen.iter().filter_map(|id| id.parse().ok()).collect();
        let marking = match form.then.as_str() {
            "all" => Marking::AllRead(NotificationQuery {
                kind: form.kind,
                from: form.from,
                to: form.to,
                ..NotificationQuery::default()
            }),
            "unread" => Marking::Unread(chosen),
            _ => Marking::Read(chosen),
        };
        mark(&services, &viewer, team, marking).await?;
        Ok(Then::stay(()))
    })
    .await
}

/// How somebody wants to be told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WishesForm {
    pub team: String,
    pub rows: Vec<service::notifications::SetWish>,
}

/// Keeps how the viewer wants to be told of each kind.
#[server(endpoint = "day/set_wishes")]
pub async fn set_wishes(#[server(flatten)] form: WishesForm) -> Result<Answer<()>, AppError> {
    use crate::form::{Then, submit};
    use crate::routes::paths;
    submit(form, |services, viewer, form| async move {
        viewer.require_user()?;
        let team: domain::ids::TeamId = form.team.parse().map_err(|_| service::ServiceError::NotFound)?;
        service::notifications::set_wishes(&services, &viewer, team, &form.rows).await?;
        Ok(Then::go(format!("{}?saved=1", paths::team_notifications(team)), ()))
    })
    .await
}
