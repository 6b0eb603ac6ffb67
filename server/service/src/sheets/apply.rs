//! Doing what a preview says, product by product.

use std::collections::{BTreeMap, BTreeSet};

use domain::changes::ChangeSource;
use domain::failure::{Conflict, Problem};
use domain::ids::{BatchId, ProductId, SheetPreviewId, TeamId};
use domain::sheets::{Change, Column, Item, SheetState, VariantChange};
use store::WriteTx;
use store::listing as goods;
use store::sheets::{self as rows, OutcomeRow};

use super::details::Choices;
use super::edit::{edit, is_of_search, make_product};
use super::preview::{Outcome, find};
use crate::listing::{self, ListingStatus};
use crate::search::reindex_products;
use crate::{Result, ServiceError, Services, Viewer, marks};

/// Products that one transaction changes at most: others wait that long for their turn to write.
const GROUP: usize = 50;

/// Which products of a preview are to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// Their places in the preview, from 0.
    Chosen(BTreeSet<usize>),
}

/// What became of those that were wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Applied now or before.
    pub done: usize,
    /// Left as they are; the preview says why.
    pub refused: usize,
}

/// Applies all of a preview or what was chosen of it, each product wholly or not at all: one that cannot be changed is
/// noted with the reason and does not keep the others.
///
/// # Errors
/// [`ServiceError::NotFound`] for another team's preview and for one that is a day old; [`ServiceError::Invalid`] at
/// `chosen` when nothing was. When the database fails half way, asking again does the rest.
pub async fn apply(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    preview: SheetPreviewId,
    wanted: &Wanted,
) -> Result<Applied> {
    let (row, content) = find(services, viewer, team, preview).await?;
    let source = ChangeSource::parse(&row.source).map_err(ServiceError::internal)?;
    let is_wanted = |at: usize| match wanted {
        Wanted::All => true,
        Wanted::Chosen(places) => places.contains(&at),
    };
    let chosen: Vec<(usize, Item)> =
        content.items.into_iter().enumerate().filter(|(at, _)| is_wanted(*at)).collect();
    if chosen.is_empty() {
        return Err(ServiceError::invalid("chosen", Problem::Missing));
    }
    let done_before: BTreeSet<i64> = {
        let mut conn = services.db.read().await?;
        let outcomes = rows::list_outcomes(&mut conn, preview).await?;
        outcomes.into_iter().filter(|row| row.outcome == rows::DONE).map(|row| row.item).collect()
    };
    let mut applied = Applied::default();
    let mut left: Vec<(i64, Item)> = Vec::with_capacity(chosen.len());
    for (at, item) in chosen {
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        if done_before.contains(&at) {
            applied.done += 1;
        } else {
            left.push((at, item));
        }
    }
    for group in groups(left) {
        let place = Place { team, preview, source };
        for outcome in apply_group(services, viewer, &place, &group).await? {
            match outcome {
                Outcome::Done => applied.done += 1,
                _ => applied.refused += 1,
            }
        }
    }
    Ok(applied)
}

/// What goes into one transaction each. A disk takes longer to keep a transaction than the shop to make one, so new
/// drafts share one, and so do products of which nothing but their own rows and their stock changes: in the order of
/// ids, in which they are locked. What moves a product to another shelf or village, into the shop or out of it takes
/// figures that all products share, and is alone.
fn groups(mut items: Vec<(i64, Item)>) -> Vec<Vec<(i64, Item)>> {
    items.sort_by_key(|(at, item)| (item.product, *at));
    let mut groups: Vec<Vec<(i64, Item)>> = Vec::new();
    let (mut new, mut own) = (Vec::new(), Vec::new());
    for (at, item) in items {
        let open = if item.product.is_none() {
            &mut new
        } else if item.changes.iter().all(is_of_own_rows) {
            &mut own
        } else {
            groups.push(vec![(at, item)]);
            continue;
        };
        open.push((at, item));
        if open.len() == GROUP {
            groups.push(std::mem::take(open));
        }
    }
    groups.extend([new, own].into_iter().filter(|group| !group.is_empty()));
    groups
}

/// A shelf life takes batches, which come before all products.
const fn is_of_own_rows(change: &Change) -> bool {
    !matches!(
        change,
        Change::Category { .. }
            | Change::Village { .. }
            | Change::State { .. }
            | Change::Label { column: Column::ShelfLifeDays, .. }
    )
}

/// The shelf life that it is to have, if it is to have another one.
fn shelf_life_of(change: &Change) -> Option<Option<i64>> {
    match change {
        Change::Label { column: Column::ShelfLifeDays, after, .. } => Some(after.parse().ok()),
        _ => None,
    }
}

const fn is_of_price(change: &Change) -> bool {
    matches!(
        change,
        Change::Variant { change: VariantChange::Price { .. } | VariantChange::WeightG { .. }, .. }
    )
}

/// Where items come from and belong.
pub(super) struct Place {
    pub(super) team: TeamId,
    pub(super) preview: SheetPreviewId,
    pub(super) source: ChangeSource,
}

/// Applies products in one transaction, each wholly or not at all: what is refused is taken back by itself, and why is
/// noted in its place.
async fn apply_group(
    services: &Services,
    viewer: &Viewer,
    place: &Place,
    group: &[(i64, Item)],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(group.len());
    let mut found_anew: Vec<ProductId> = Vec::new();
    let mut losses: BTreeMap<BatchId, i64> = BTreeMap::new();
    let mut tx = services.db.write().await?;
    // Whoever applies the same preview in another window waits here; whoever forgets it has either done so or waits.
    if !rows::lock_preview(&mut tx, place.preview).await? {
        return Err(ServiceError::NotFound);
    }
    // All batches of all products before the first product, as orders take them; they are kept until the end.
    for batch in batches_of(group) {
        goods::lock_batch(&mut tx, batch).await?;
    }
    let mut choices = Choices::load(&mut tx, place.team, group).await?;
    for (at, item) in group {
        let product = item.product.unwrap_or_else(|| services.new_id());
        tx.begin_part().await?;
        if !rows::note_outcome(&mut tx, place.preview, &row_of(*at, product, &Outcome::Done)?).await? {
            tx.keep_part().await?;
            outcomes.push(Outcome::Done);
            continue;
        }
        let made = match item.product {
            None => make_product(&mut tx, services, viewer, place, &mut choices, product, item).await,
            Some(_) => change_product(&mut tx, services, viewer, place, &mut choices, product, item).await,
        };
        let outcome = match made {
            Ok(true) => {
                found_anew.push(product);
                Outcome::Done
            }
            Ok(false) => Outcome::Done,
            Err(ServiceError::Conflict(Conflict::VersionChanged | Conflict::StateChanged)) => {
                Outcome::Changed
            }
            Err(ServiceError::NotFound) => Outcome::Gone,
            Err(ServiceError::Invalid(problems)) => Outcome::Refused(problems),
            Err(other) => return Err(other),
        };
        if outcome == Outcome::Done {
            tx.keep_part().await?;
            for (batch, lost) in losses_of(item) {
                *losses.entry(batch).or_default() += lost;
            }
        } else {
            tx.drop_part().await?;
            rows::note_outcome(&mut tx, place.preview, &row_of(*at, product, &outcome)?).await?;
        }
        outcomes.push(outcome);
    }
    // After all products of the group: gift boxes that cost what their parts cost.
    for (_, item) in group.iter().filter(|(_, item)| item.changes.iter().any(is_of_price)) {
        if let Some(product) = item.product {
            crate::bundles::price::follow(&mut tx, services, product).await?;
        }
    }
    // After all products: licences of marks come behind them in the order of locks.
    let stocked = batches_of(group);
    marks::count_products(&mut tx, services, viewer, &stocked).await?;
    marks::note_losses(&mut tx, &losses).await?;
    // Last: what products are found by is shared by all of them.
    reindex_products(&mut tx, &found_anew).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// The batches that change, by id.
fn batches_of(group: &[(i64, Item)]) -> BTreeSet<BatchId> {
    let changes = group.iter().flat_map(|(_, item)| &item.changes);
    let batch = |change: &Change| match change {
        Change::Stock { batch, .. } => Some(*batch),
        _ => None,
    };
    changes.filter_map(batch).collect()
}

/// What is lost of which batch.
fn losses_of(item: &Item) -> impl Iterator<Item = (BatchId, i64)> {
    item.changes.iter().filter_map(|change| match change {
        Change::Stock { batch, change, .. } if *change < 0 => Some((*batch, -change)),
        _ => None,
    })
}

fn row_of(at: i64, product: ProductId, outcome: &Outcome) -> Result<OutcomeRow> {
    let problems = match outcome {
        Outcome::Refused(problems) => serde_json::to_string(problems).map_err(ServiceError::internal)?,
        _ => String::new(),
    };
    Ok(OutcomeRow { item: at, product_id: Some(product.get()), outcome: outcome.word().to_owned(), problems })
}

/// Changes one product; answers whether it is to be found anew.
async fn change_product(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    place: &Place,
    choices: &mut Choices,
    product: ProductId,
    item: &Item,
) -> Result<bool> {
    let state = item.changes.iter().find_map(|change| match change {
        Change::State { after, .. } => Some(*after),
        _ => None,
    });
    let takes_batches = item.changes.iter().any(|change| matches!(change, Change::Stock { .. }));
    let days = item.changes.iter().find_map(shelf_life_of);
    if takes_batches || days.is_some() || state == Some(SheetState::Published) {
        let seen = listing::own_listing(tx, viewer, product).await?;
        if seen.team_id != place.team {
            return Err(ServiceError::NotFound);
        }
        if days.is_some() || state == Some(SheetState::Published) {
            let days = days.unwrap_or(seen.shelf_life_days);
            listing::lock_batches(tx, product, seen.shelf_life_days, days).await?;
        }
        // Batches before their product, in the order in which orders take them.
        correct_stock(tx, services, viewer, product, item).await?;
    }
    let mut row = listing::lock_own_listing(tx, services, viewer, product).await?;
    if row.team_id != place.team {
        return Err(ServiceError::NotFound);
    }
    if row.version != item.version {
        return Err(Conflict::VersionChanged.into());
    }
    if state == Some(SheetState::Unpublished) {
        // First: what leaves the shop may be anything.
        listing::unpublish_in(tx, services, viewer, &row, place.source).await?;
        ListingStatus::Unpublished.as_str().clone_into(&mut row.status);
    }
    let mut is_found_anew = false;
    if item.changes.iter().any(is_of_listing) {
        let was_published = edit(tx, services, viewer, choices, &mut row, place.source, item).await?;
        is_found_anew = was_published && item.changes.iter().any(is_of_search);
    }
    if state == Some(SheetState::Published) {
        listing::publish_in(tx, services, viewer, &row, place.source).await?;
    }
    Ok(is_found_anew)
}

const fn is_of_listing(change: &Change) -> bool {
    !matches!(change, Change::Stock { .. } | Change::State { .. })
}

async fn correct_stock(
    tx: &mut WriteTx,
    services: &Services,
    viewer: &Viewer,
    product: ProductId,
    item: &Item,
) -> Result<()> {
    let mut corrections: Vec<(BatchId, i64, &str)> = Vec::new();
    for change in &item.changes {
        if let Change::Stock { batch, change, reason, .. } = change {
            corrections.push((*batch, *change, reason));
        }
    }
    corrections.sort_unstable_by_key(|(batch, ..)| *batch);
    for (batch, change, reason) in corrections {
        let found = goods::find_listing_batch(tx, batch).await?.filter(|row| row.product_id == product);
        let row = found.ok_or(ServiceError::NotFound)?;
        listing::correct_in(tx, services, viewer, &row, change, reason, false).await.map_err(|error| {
            match error {
                ServiceError::Invalid(mut problems) => {
                    problems.iter_mut().for_each(|problem| "stock_change".clone_into(&mut problem.field));
                    ServiceError::Invalid(problems)
                }
                other => other,
            }
        })?;
    }
    Ok(())
}
