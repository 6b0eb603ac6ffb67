//! What batches have used of a mark: page by page, narrowed by day, and taken along.

use domain::time::days_ms;
use store::marks::{self, BatchUseRow, UseFilter};

use super::owner::own_mark;
use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Batches on a page.
const PAGE: i64 = 50;
/// Batches that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsesQuery {
    /// First and last day on which batches were counted last, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl UsesQuery {
    /// Whether anything is narrowed.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.from.is_empty() || !self.to.is_empty()
    }
}

/// Uses of a mark, the latest first.
#[derive(Debug, Clone)]
pub struct UsesPage {
    pub uses: Vec<BatchUseRow>,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
}

/// What was counted under a mark, for its owner's treasurer.
///
/// # Errors
/// [`crate::ServiceError::NotFound`] for everyone else.
pub async fn mark_uses(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    query: &UsesQuery,
    page: i64,
) -> Result<UsesPage> {
    let page = page.clamp(1, 1_000);
    let (uses, has_more) = found(services, viewer, mark, query, PAGE, (page - 1) * PAGE).await?;
    Ok(UsesPage { uses, page, has_more })
}

/// The latest of them, to be taken along, and whether there are more.
///
/// # Errors
/// As [`mark_uses`].
pub async fn exported_uses(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    query: &UsesQuery,
) -> Result<(Vec<BatchUseRow>, bool)> {
    found(services, viewer, mark, query, MOST_EXPORTED, 0).await
}

async fn found(
    services: &Services,
    viewer: &Viewer,
    mark: &str,
    query: &UsesQuery,
    most: i64,
    offset: i64,
) -> Result<(Vec<BatchUseRow>, bool)> {
    let mut conn = services.db.read().await?;
    let mark = own_mark(&mut conn, viewer, mark).await?.id;
    let (from_ms, until_ms) = days_ms(&query.from, &query.to);
    let filter = UseFilter { mark, from_ms, until_ms };
    let mut uses = marks::list_batch_use(&mut conn, filter, most + 1, offset).await?;
    let has_more = cut(&mut uses, most);
    Ok((uses, has_more))
}
