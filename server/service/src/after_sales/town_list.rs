//! What towns decide, narrowed: what waits and what was decided, page by page, or as many as a sheet holds.

use std::cmp::Reverse;

use domain::after_sale::AfterSaleKind;
use domain::ids::TownId;
use domain::time::days_ms;
use store::Conn;
use store::after_sales::{AfterSaleSummary, TownFilter, count_open_of_town, list_of_town};

use super::table::MAX_EXPORTED;
use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Rows of a page.
const PER_PAGE: i64 = 50;
/// Pages that can be turned to: each reads what stands before it, town by town. A sheet holds as much.
const MOST_PAGES: i64 = 100;

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppealFilter {
    /// `decided`; anything else is what waits for a decision or for a second person.
    pub state: String,
    /// A word of [`AfterSaleKind`].
    pub kind: String,
    /// First and last day on which it was asked for, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl AppealFilter {
    /// Whether something narrows the list within its state.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        [&self.kind, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    fn is_decided(&self) -> bool {
        self.state == "decided"
    }
}

/// A page of a list of appeals.
#[derive(Debug, Clone)]
pub struct AppealsPage {
    /// What waits: whose time ends first comes first; what was decided: the newest first.
    pub rows: Vec<AfterSaleSummary>,
    /// How many wait, whatever the filter.
    pub waiting: i64,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
}

/// What buyers and sellers of the viewer's towns cannot agree on, and what was decided of it; the county sees all.
///
/// # Errors
/// Guarded: town and county administrators, and the operator.
pub async fn appeals(
    services: &Services,
    viewer: &Viewer,
    filter: &AppealFilter,
    page: i64,
) -> Result<AppealsPage> {
    let page = page.clamp(1, MOST_PAGES);
    let skipped = (page - 1) * PER_PAGE;
    let mut conn = services.db.read().await?;
    let towns = towns_of(&mut conn, viewer).await?;
    let mut rows = collect(&mut conn, &towns, filter, skipped + PER_PAGE + 1).await?;
    let mut rows = rows.split_off(rows.len().min(usize::try_from(skipped).unwrap_or(usize::MAX)));
    let has_more = cut(&mut rows, PER_PAGE) && page < MOST_PAGES;
    let mut waiting = 0;
    for town in &towns {
        waiting += count_open_of_town(&mut conn, *town).await?;
    }
    Ok(AppealsPage { rows, waiting, page, has_more })
}

/// The same for a sheet, at most [`MAX_EXPORTED`] and whether there are more.
///
/// # Errors
/// As [`appeals`].
pub async fn exported_appeals(
    services: &Services,
    viewer: &Viewer,
    filter: &AppealFilter,
) -> Result<(Vec<AfterSaleSummary>, bool)> {
    let mut conn = services.db.read().await?;
    let towns = towns_of(&mut conn, viewer).await?;
    let mut rows = collect(&mut conn, &towns, filter, MAX_EXPORTED + 1).await?;
    let has_more = cut(&mut rows, MAX_EXPORTED);
    Ok((rows, has_more))
}

async fn towns_of(conn: &mut Conn, viewer: &Viewer) -> Result<Vec<TownId>> {
    let towns = viewer.towns();
    match viewer.require_county_admin() {
        Ok(_) => Ok(store::catalogue::list_towns(conn).await?.into_iter().map(|town| town.id).collect()),
        Err(error) if towns.is_empty() => Err(error),
        Err(_) => Ok(towns),
    }
}

/// The first `most` of each town in one order: an index leads to a town's, not to everybody's of a state.
async fn collect(
    conn: &mut Conn,
    towns: &[TownId],
    filter: &AppealFilter,
    most: i64,
) -> Result<Vec<AfterSaleSummary>> {
    let mut found = Vec::new();
    for town in towns {
        let of_town = TownFilter {
            town: *town,
            decided: filter.is_decided(),
            kind: AfterSaleKind::parse(&filter.kind).ok(),
            asked: days_ms(&filter.from, &filter.to),
            limit: most,
        };
        found.extend(list_of_town(conn, &of_town).await?);
    }
    if filter.is_decided() {
        found.sort_by_key(|row| Reverse(row.id));
    } else {
        found.sort_by_key(|row| (row.due_at_ms, row.id));
    }
    Ok(found)
}
