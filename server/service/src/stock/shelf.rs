//! What should lie at a place of dispatch: the form of its count.

use std::collections::BTreeMap;

use domain::ids::{BatchId, PlaceId, ProductId, TeamId};
use domain::stock::movement::{BatchState, batch_state};
use domain::time::Date;
use store::Conn;
use store::freight::{DispatchPlaceRow, find_place, list_places};
use store::movements::{self, ShelfRow};

use super::days_between;
use crate::listing::{Choice, today};
use crate::{Result, ServiceError, Services, Viewer};

/// Batches of a place that are looked through at most.
const MOST: i64 = 2_000;
/// Batches of one form: what is typed into more of them could not be kept when it is refused.
const PAGE: usize = 100;

/// What of a place is to be counted, as it stands in the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShelfQuery {
    /// In its shown form.
    pub place: String,
    /// Of one product, in its shown form; blank for all.
    pub product: String,
    /// Also batches of which nothing should be there.
    pub with_empty: bool,
}

/// What is to be counted at a place.
#[derive(Debug, Clone)]
pub struct ShelfPage {
    pub place: PlaceId,
    pub place_name: String,
    /// By product, of each the first to expire first.
    pub rows: Vec<ShelfBatch>,
    /// What it may be narrowed to.
    pub products: Vec<Choice>,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// There are more batches than could be looked through.
    pub is_cut: bool,
}

/// A batch to count, in base units.
#[derive(Debug, Clone)]
pub struct ShelfBatch {
    pub batch: BatchId,
    pub product: ProductId,
    pub name: String,
    pub name_en: String,
    /// `g` or `piece`.
    pub base_unit: String,
    pub code: String,
    pub state: BatchState,
    pub expires_on: Option<String>,
    /// What should be there.
    pub expected: i64,
    /// Of it what orders wait for: less cannot be noted before they are given up.
    pub promised: i64,
    /// Where it was carried to since the form was made.
    pub elsewhere: Option<String>,
}

/// The places of a team, with those that no product can choose any more: something may lie there.
///
/// # Errors
/// [`ServiceError::Forbidden`] for whoever does not sell for it.
pub async fn shelf_places(services: &Services, viewer: &Viewer, team: TeamId) -> Result<Vec<Choice>> {
    viewer.require_seller(team)?;
    place_choices(&mut *services.db.read().await?, team).await
}

pub(super) async fn place_choices(conn: &mut Conn, team: TeamId) -> Result<Vec<Choice>> {
    let places = list_places(conn, team).await?.into_iter();
    Ok(places
        .map(|place| Choice { id: place.id.to_string(), name_en: place.name.clone(), name: place.name })
        .collect())
}

/// The place, if it is the team's.
pub(super) async fn own_place(conn: &mut Conn, team: TeamId, place: &str) -> Result<DispatchPlaceRow> {
    let id: PlaceId = place.trim().parse().map_err(|_| ServiceError::NotFound)?;
    let row = find_place(conn, id).await?.filter(|row| row.team_id == team);
    row.ok_or(ServiceError::NotFound)
}

/// What is paid for, or promised as a replacement, and has not left, by batch.
pub(super) async fn to_pack_of(conn: &mut Conn, team: TeamId) -> Result<BTreeMap<BatchId, i64>> {
    let found = movements::list_team_to_pack(conn, team).await?;
    Ok(found.into_iter().map(|(batch, quantity)| (BatchId::from_i64(batch), quantity)).collect())
}

/// The form to count a place. `sent` are batches of a form that was refused: they stay in it, wherever they lie by now.
///
/// # Errors
/// [`ServiceError::Forbidden`] for whoever does not sell for the team; [`ServiceError::NotFound`] for another team's place.
pub async fn shelf_page(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    query: &ShelfQuery,
    page: i64,
    sent: &[BatchId],
) -> Result<ShelfPage> {
    viewer.require_seller(team)?;
    let mut conn = services.db.snapshot().await?;
    let place = own_place(&mut conn, team, &query.place).await?;
    let to_pack = to_pack_of(&mut conn, team).await?;
    let listed = movements::list_shelf(&mut conn, team, place.id, MOST).await?;
    let is_cut = i64::try_from(listed.len()).unwrap_or(i64::MAX) >= MOST;
    let (today, shop_percent) = (today(services), services.rules.near_expiry_percent);
    let of_row = |row: ShelfRow| shelf_batch(row, &to_pack, place.id, today, shop_percent);
    let mut products: Vec<Choice> = Vec::new();
    let mut found = Vec::new();
    for row in listed {
        let id = row.product_id.to_string();
        let is_wanted = query.product.is_empty() || query.product == id;
        if products.iter().all(|known| known.id != id) {
            products.push(Choice { id, name: row.name.clone(), name_en: row.name_en.clone() });
        }
        let batch = of_row(row)?;
        if is_wanted && (batch.expected > 0 || query.with_empty) {
            found.push(batch);
        }
    }
    products.sort_by(|a, b| a.name.cmp(&b.name));
    let last_day = |batch: &ShelfBatch| batch.expires_on.clone().unwrap_or_else(|| "9999-12-31".to_owned());
    found.sort_by_cached_key(|batch| (batch.name.clone(), batch.product, last_day(batch), batch.batch));
    let pages = i64::try_from(found.len().div_ceil(PAGE)).unwrap_or(1).max(1);
    let page = page.clamp(1, pages);
    let skipped = usize::try_from(page - 1).unwrap_or_default() * PAGE;
    let mut rows: Vec<ShelfBatch> = found.into_iter().skip(skipped).take(PAGE).collect();
    for batch in sent.iter().take(PAGE) {
        if rows.iter().all(|row| row.batch != *batch)
            && let Some(row) = movements::find_shelf_batch(&mut conn, team, *batch).await?
        {
            rows.push(of_row(row)?);
        }
    }
    Ok(ShelfPage { place: place.id, place_name: place.name, rows, products, page, pages, is_cut })
}

fn shelf_batch(
    row: ShelfRow,
    to_pack: &BTreeMap<BatchId, i64>,
    place: PlaceId,
    today: Date,
    shop_percent: i64,
) -> Result<ShelfBatch> {
    let days = days_between(&row.produced_on, row.expires_on.as_deref(), row.recalled_at_ms.is_some())?;
    let near_percent = row.near_expiry_percent.unwrap_or(shop_percent);
    let packing = to_pack.get(&row.batch_id).copied().unwrap_or_default();
    let expected = row.stock().on_shelf(packing);
    Ok(ShelfBatch {
        batch: row.batch_id,
        product: row.product_id,
        state: batch_state(days, row.available, today, near_percent),
        expected,
        promised: expected - row.available,
        elsewhere: (row.place_id != place).then_some(row.place_name),
        name: row.name,
        name_en: row.name_en,
        base_unit: row.base_unit,
        code: row.code,
        expires_on: row.expires_on,
    })
}
