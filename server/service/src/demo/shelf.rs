//! Work in the storeroom in the last weeks: samples, a part set apart, a count, a warning, photos of certificates. So the
//! pages of stock are not empty.

use domain::stock::movement::{CountReason, LossReason};
use domain::time::{DAY_MS, Date, HOUR_MS, start_of_day_ms};

use super::history::{Agenda, Event, packer};
use super::world::{Good, World};
use crate::photos::SentPhoto;
use crate::stock::{self, BatchStockView, CountLine, CountStock, SetThreshold, SplitBatch, WriteOff};
use crate::{Result, ServiceError, Viewer};

/// The picture of a certificate, by its file name.
pub(super) const CERTIFICATE: &str = "certificate-farm-produce.webp";

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum ShelfAct {
    /// Tea is brewed for visitors.
    Samples,
    /// The tea gets its collective mark.
    Mark,
    /// A part of the tea is set apart for gift boxes.
    Part,
    /// Four things are packed as one gift box.
    Box,
    /// Honey is counted, and a jar is missing.
    Count,
    /// Eggs are to be warned about early.
    Threshold,
    /// The certificates of what was picked or laid last are photographed.
    Certificates,
}

/// How many days ago each was done.
const DONE: [(i64, ShelfAct); 7] = [
    (25, ShelfAct::Mark),
    (21, ShelfAct::Samples),
    (17, ShelfAct::Box),
    (13, ShelfAct::Part),
    (9, ShelfAct::Count),
    (6, ShelfAct::Threshold),
    (3, ShelfAct::Certificates),
];

pub(super) fn plan(world: &World, agenda: &mut Agenda) {
    for (days_ago, act) in DONE {
        let day = Date::from_epoch_ms(world.now_ms - days_ago * DAY_MS);
        agenda.plan(start_of_day_ms(day) + 17 * HOUR_MS, Event::Shelf(act));
    }
}

/// Does it where there is enough to do it with: what there is depends on the season.
pub(super) async fn act(world: &World, act: ShelfAct) -> Result<()> {
    let viewer = packer(world)?;
    match act {
        ShelfAct::Samples => samples(world, &viewer).await,
        ShelfAct::Mark => super::marks::act(world, &viewer).await,
        ShelfAct::Box => super::boxes::act(world, &viewer).await,
        ShelfAct::Part => part(world, &viewer).await,
        ShelfAct::Count => count(world, &viewer).await,
        ShelfAct::Threshold => threshold(world, &viewer).await,
        ShelfAct::Certificates => certificates(world, &viewer).await,
    }
}

/// The fullest batch of a product that is for sale and has at least so much.
async fn fullest(
    world: &World,
    viewer: &Viewer,
    slug: &str,
    at_least: i64,
) -> Result<Option<BatchStockView>> {
    let Some(good) = good(world, slug) else { return Ok(None) };
    let view = stock::stock_view(&world.services, viewer, good.id).await?;
    let enough = |batch: &BatchStockView| batch.state.can_sell() && batch.available >= at_least;
    Ok(view.batches.into_iter().filter(enough).max_by_key(|batch| batch.available))
}

fn good<'a>(world: &'a World, slug: &str) -> Option<&'a Good> {
    world.goods.iter().find(|good| good.slug == slug)
}

async fn samples(world: &World, viewer: &Viewer) -> Result<()> {
    for (slug, quantity) in [("tea-yuqian", 500), ("walnuts", 2_000)] {
        let Some(batch) = fullest(world, viewer, slug, quantity * 10).await? else { continue };
        let lost = WriteOff {
            batch: batch.batch.to_string(),
            quantity: quantity.to_string(),
            reason: LossReason::Sample.as_str().to_owned(),
            note: "展销会试吃试饮".to_owned(),
        };
        stock::write_off(&world.services, viewer, &lost, &format!("demo-sample-{slug}")).await?;
    }
    Ok(())
}

async fn part(world: &World, viewer: &Viewer) -> Result<()> {
    let Some(batch) = fullest(world, viewer, "tea-yuqian", 60_000).await? else { return Ok(()) };
    let split = SplitBatch {
        batch: batch.batch.to_string(),
        quantity: "20000".to_owned(),
        note: "留作礼盒".to_owned(),
        ..SplitBatch::default()
    };
    stock::split_batch(&world.services, viewer, &split, "demo-part").await?;
    Ok(())
}

async fn count(world: &World, viewer: &Viewer) -> Result<()> {
    let Some(good) = good(world, "honey-wild") else { return Ok(()) };
    let page = stock::count_page(&world.services, viewer, good.id).await?;
    let lines: Vec<CountLine> = page
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            // A jar of the first batch is missing; the others are as written down.
            let missing = if at == 0 && row.expected - row.promised >= 500 { 500 } else { 0 };
            CountLine {
                batch: row.batch.to_string(),
                expected: row.expected.to_string(),
                counted: (row.expected - missing).to_string(),
                reason: if missing > 0 { CountReason::Damaged.as_str().to_owned() } else { String::new() },
            }
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let counted =
        CountStock { product: good.id.to_string(), note: "月底盘点，碎了一瓶".to_owned(), lines };
    stock::count_stock(&world.services, viewer, &counted, "demo-count").await?;
    Ok(())
}

async fn threshold(world: &World, viewer: &Viewer) -> Result<()> {
    let Some(good) = good(world, "eggs") else { return Ok(()) };
    let warn = SetThreshold {
        product: good.id.to_string(),
        low_stock: "1500".to_owned(),
        near_expiry_percent: "30".to_owned(),
    };
    stock::set_threshold(&world.services, viewer, &warn).await
}

async fn certificates(world: &World, viewer: &Viewer) -> Result<()> {
    let Some(photo) = world.certificate else { return Ok(()) };
    let photo = {
        let mut conn = world.services.db.read().await?;
        store::media::find_media(&mut conn, photo).await?.ok_or(ServiceError::NotFound)?
    };
    for slug in ["eggs", "dendrobium-fresh", "walnuts"] {
        let Some(batch) = fullest(world, viewer, slug, 1).await? else { continue };
        let batch = batch.batch.to_string();
        let key = format!("demo-certificate-{slug}");
        let shown = SentPhoto::Stored(photo.content_hash.clone());
        stock::set_certificate(&world.services, viewer, &batch, shown, &key).await?;
    }
    Ok(())
}
