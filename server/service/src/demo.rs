//! The demonstration county: a believable shop to look at, made by the shop's own use cases.
//!
//! Places, goods and pictures come from `data/demo`; about five months of orders are lived through with a clock that
//! is set from happening to happening and dice that fall the same way every time. Nothing is written behind the back
//! of the use cases: stock, splits and books are what they would be had people done it. No real person, telephone
//! number or sale is in it.

mod attributes;
mod batches;
mod boxes;
mod county;
mod history;
mod marks;
mod people;
mod pictures;
mod places;
mod products;
mod retail;
mod shelf;
mod unit_orders;
mod world;

#[cfg(test)]
mod tests;

use domain::time::{DAY_MS, Date, start_of_day_ms};
use tracing::instrument::WithSubscriber as _;

use crate::{Result, ServiceError, Services};

pub use people::{DemoAccount, demo_accounts};

/// How far back the demonstration's orders go.
const HISTORY_DAYS: i64 = 150;

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// False when a county was there already: nothing was touched then.
    pub seeded: bool,
    pub photos: usize,
    pub products: usize,
    /// Retail orders, in whatever state they ended.
    pub retail_orders: usize,
    pub unit_orders: usize,
    /// How long it took by the shop's clock.
    pub took_ms: i64,
}

/// Told what is going on, how many are done and how many there are.
pub type Progress<'a> = dyn FnMut(&str, usize, usize) + Send + 'a;

/// Makes the demonstration county in an empty shop; does nothing when any county exists.
///
/// Of several processes that start at once one makes it, and the others wait until it has. The county itself is written
/// in one transaction; the orders follow one by one, and cut off in between, the county stays with as much of its history
/// as there was time for.
///
/// # Errors
/// [`ServiceError::Internal`] that names the step that failed.
pub async fn seed(services: &Services, progress: &mut Progress<'_>) -> Result<SeedReport> {
    seed_county(services, true, progress).await
}

/// The same county without its pictures: quick, for tests of what does not look at them.
///
/// # Errors
/// As [`seed`].
pub async fn seed_without_photos(services: &Services) -> Result<SeedReport> {
    seed_county(services, false, &mut |_: &str, _, _| {}).await
}

async fn seed_county(
    services: &Services,
    with_photos: bool,
    progress: &mut Progress<'_>,
) -> Result<SeedReport> {
    // Also before looking: a county whose past is being lived through is no finished one, and a worker that began now
    // would take part in it.
    let _founding = services.db.begin_founding().await?;
    if has_county(services).await? {
        return Ok(SeedReport::default());
    }
    let now_ms = services.now_ms();
    let county = county::read()?;
    let founded_ms = start_of_day_ms(Date::from_epoch_ms(now_ms)) - (HISTORY_DAYS + 30) * DAY_MS;
    let (past, clock) = world::past_of(services, founded_ms);
    let photos = if with_photos { pictures::store_all(&past, progress).await? } else { Vec::new() };
    let passwords = people::hash_passwords().await?;
    progress("county", 0, 1);
    let mut world = world::World::new(past, clock, now_ms);
    if !found(&mut world, &county, &photos, &passwords)
        .await
        .map_err(|error| step_failed("founding", &error))?
    {
        return Ok(SeedReport::default());
    }
    progress("county", 1, 1);
    // What happened in the past need not stand in the log of today.
    let history = history::live_through(&mut world, progress)
        .with_subscriber(tracing::subscriber::NoSubscriber::default())
        .await
        .map_err(|error| step_failed("history", &error))?;
    let early = store::seed::count_early_sales(&mut *services.db.read().await?).await?;
    if early > 0 {
        return Err(ServiceError::internal(format!("{early} times goods were sold before they were made")));
    }
    Ok(SeedReport {
        seeded: true,
        photos: photos.len(),
        products: world.goods.len(),
        retail_orders: history.retail,
        unit_orders: history.units,
        took_ms: services.now_ms() - now_ms,
    })
}

/// Whether this shop shows the demonstration county: its operator account is there.
pub async fn is_demo(services: &Services) -> Result<bool> {
    let mut conn = services.db.read().await?;
    Ok(store::people::find_user_by_login_name(&mut conn, people::OPERATOR_LOGIN).await?.is_some())
}

async fn has_county(services: &Services) -> Result<bool> {
    let mut conn = services.db.read().await?;
    Ok(store::places::count_counties(&mut conn).await? > 0)
}

/// Writes places, people and goods; false when another process has just done so.
async fn found(
    world: &mut world::World,
    county: &county::County,
    photos: &[(&'static str, store::media::MediaRow)],
    passwords: &[String],
) -> Result<bool> {
    let mut tx = world.services.db.write().await?;
    if store::places::count_counties(&mut tx).await? > 0 {
        return Ok(false);
    }
    let media = pictures::insert_all(&mut tx, &world.services, photos).await?;
    world.certificate = media.get(shelf::CERTIFICATE).copied();
    people::insert_users(&mut tx, world, passwords).await?;
    if let Err(error) = places::insert_places(&mut tx, world, county, &media).await {
        drop(tx);
        return if has_county(&world.services).await? { Ok(false) } else { Err(error) };
    }
    people::grant_roles(&mut tx, world).await?;
    products::insert_products(&mut tx, world, county, &media).await?;
    attributes::insert_attributes(&mut tx, world).await?;
    tx.commit().await?;
    Ok(true)
}

fn step_failed(step: &str, error: &ServiceError) -> ServiceError {
    ServiceError::internal(format!("the demonstration county could not be made ({step}): {error}"))
}
