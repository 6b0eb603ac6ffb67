//! Into the shop at a moment somebody chose.

use domain::failure::{Conflict, FieldError, Problem};
use domain::ids::{ProductId, UserId};
use domain::time::{DAY_MS, parse_china_minute};
use serde_json::json;
use store::Conn;
use store::listing::{self as rows, ScheduleRow};

use super::{ListingStatus, check, lock_own_listing, publish, review, shelf_life, status_of, today};
use crate::notifications::tell_of_failed_publication;
use crate::{Result, ServiceError, Services, SignedIn, Viewer, audit, timers};

/// How far ahead a moment may lie: a year is a harvest; more is a slip.
const LONGEST_AHEAD_MS: i64 = 366 * DAY_MS;

/// When a listing goes into the shop by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub publish_at_ms: i64,
    /// What kept it out when its moment came; empty until then.
    pub problems: Vec<FieldError>,
}

/// The moment that was chosen for a listing.
pub(super) async fn of(conn: &mut Conn, product: ProductId) -> Result<Option<Schedule>> {
    let Some(row) = rows::find_schedule(conn, product).await? else { return Ok(None) };
    let problems = match row.problems.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).map_err(ServiceError::unreadable)?,
    };
    Ok(Some(Schedule { publish_at_ms: row.publish_at_ms, problems }))
}

/// Chooses when a listing goes into the shop, in China's time (`2026-03-28T09:05`); answers it. What could not be
/// published now is not put off either: nobody should find out on the morning itself what is missing.
///
/// # Errors
/// Field `publish_at`: [`Problem::Missing`], [`Problem::NotADate`], [`Problem::WrongOrder`] when it is over,
/// [`Problem::OutOfRange`] when it is more than a year ahead. [`Conflict::StateChanged`] for what is in the shop. As [`super::publish`].
pub async fn schedule(services: &Services, viewer: &Viewer, product: ProductId, at: &str) -> Result<i64> {
    let user_id = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    let row = lock_own_listing(&mut tx, services, viewer, product).await?;
    if status_of(&row.status)? == ListingStatus::Published {
        return Err(Conflict::StateChanged.into());
    }
    let publish_at_ms = read_moment(at, services.now_ms())?;
    let problems = check::problems(&mut tx, &row, today(services)).await?;
    if !problems.is_empty() {
        return Err(ServiceError::Invalid(problems));
    }
    review::before_publishing(&mut tx, services, viewer, &row).await?;
    let schedule = ScheduleRow { publish_at_ms, user_id, problems: String::new() };
    // Said twice, it is chosen once.
    if rows::find_schedule(&mut tx, product).await?.as_ref() == Some(&schedule) {
        return Ok(publish_at_ms);
    }
    rows::put_schedule(&mut tx, product, &schedule).await?;
    timers::set(&mut tx, services, timers::PUBLISH_LISTING, product.get(), publish_at_ms).await?;
    let detail = json!({ "at_ms": publish_at_ms });
    audit::record(&mut tx, services, Some(user_id), "listing.scheduled", "product", product.get(), detail)
        .await?;
    tx.commit().await?;
    Ok(publish_at_ms)
}

fn read_moment(text: &str, now_ms: i64) -> Result<i64> {
    let refused = |problem| Err(ServiceError::invalid("publish_at", problem));
    if text.trim().is_empty() {
        return refused(Problem::Missing);
    }
    let Some(at_ms) = parse_china_minute(text) else { return refused(Problem::NotADate) };
    if at_ms <= now_ms {
        return refused(Problem::WrongOrder);
    }
    if at_ms > now_ms + LONGEST_AHEAD_MS {
        return refused(Problem::OutOfRange { min: 1, max: LONGEST_AHEAD_MS / DAY_MS });
    }
    Ok(at_ms)
}

/// Gives the chosen moment up. Giving up what is given up is no error.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's listing.
pub async fn unschedule(services: &Services, viewer: &Viewer, product: ProductId) -> Result<()> {
    let user_id = viewer.require_user()?.user_id;
    let mut tx = services.db.write().await?;
    lock_own_listing(&mut tx, services, viewer, product).await?;
    if rows::delete_schedule(&mut tx, product).await? {
        timers::stop(&mut tx, services, timers::PUBLISH_LISTING, product.get()).await?;
        let kind = "listing.unscheduled";
        audit::record(&mut tx, services, Some(user_id), kind, "product", product.get(), json!({})).await?;
    }
    Ok(tx.commit().await?)
}

/// Puts a listing into the shop whose moment has come, in the name of whoever chose it. When something keeps it out, its
/// team is told that, and what where it chose the moment; it stays out.
///
/// # Errors
/// When the database fails: the worker asks again.
pub(crate) async fn publish_due(services: &Services, product: ProductId) -> Result<()> {
    let mut tx = services.db.write().await?;
    let Some(seen) = rows::find_listing(&mut tx, product).await? else { return Ok(()) };
    shelf_life::lock_batches(&mut tx, product, seen.shelf_life_days, seen.shelf_life_days).await?;
    let row = rows::lock_listing(&mut tx, product, services.now_ms()).await?.ok_or(ServiceError::NotFound)?;
    // Under the lock: it may have been given up or put off a moment ago.
    let schedule = rows::find_schedule(&mut tx, product).await?;
    let Some(schedule) = schedule.filter(|schedule| schedule.publish_at_ms <= services.now_ms()) else {
        return Ok(());
    };
    let problems = if status_of(&row.status)? == ListingStatus::Published {
        Vec::new()
    } else {
        check::problems(&mut tx, &row, today(services)).await?
    };
    let viewer = in_the_name_of(schedule.user_id);
    // What was changed since may have to be seen by the captain again.
    let problems = match review::before_publishing(&mut tx, services, &viewer, &row).await {
        Err(ServiceError::Invalid(unseen)) if problems.is_empty() => unseen,
        Ok(()) | Err(ServiceError::Invalid(_)) => problems,
        Err(other) => return Err(other),
    };
    if problems.is_empty() {
        publish::publish_in(&mut tx, services, &viewer, &row, domain::changes::ChangeSource::Schedule)
            .await?;
    } else {
        let problems = serde_json::to_string(&problems).map_err(ServiceError::internal)?;
        rows::put_schedule(&mut tx, product, &ScheduleRow { problems, ..schedule }).await?;
        tell_of_failed_publication(&mut tx, services, row.team_id, product).await?;
    }
    Ok(tx.commit().await?)
}

/// Somebody who is not here: good for records, opens nothing.
fn in_the_name_of(user_id: UserId) -> Viewer {
    let user = SignedIn { user_id, display_name: String::new(), roles: Vec::new() };
    Viewer { user: Some(user), ..Viewer::default() }
}
