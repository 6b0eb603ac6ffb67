//! The recalls that were done: a team's, or for the county's administration all; narrowed, and taken along.

use domain::ids::TeamId;
use domain::stock::movement::RecallReason;
use domain::time::days_ms;
use store::recalls::{self, RecallFilter, RecallHeadRow};

use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Recalls on a page.
const PAGE: i64 = 50;
/// Recalls that a sheet holds at most; who needs more narrows the days.
const MOST_EXPORTED: i64 = 5_000;

/// What the list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecallQuery {
    /// A word of [`RecallReason`].
    pub reason: String,
    /// First and last day on which it was done, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl RecallQuery {
    /// Whether anything is narrowed.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        !self.reason.is_empty() || !self.from.is_empty() || !self.to.is_empty()
    }

    fn of(&self, team: Option<TeamId>) -> RecallFilter {
        let (from_ms, until_ms) = days_ms(&self.from, &self.to);
        RecallFilter { team, reason: RecallReason::parse(&self.reason).ok(), from_ms, until_ms }
    }
}

/// Recalls, latest first.
#[derive(Debug, Clone)]
pub struct RecallsPage {
    pub recalls: Vec<RecallHeadRow>,
    /// From 1; whether there is another one after it.
    pub page: i64,
    pub has_more: bool,
}

/// The recalls of a team, or of all teams when `team` is `None`.
///
/// # Errors
/// [`crate::ServiceError::Forbidden`] for whoever does not sell for the team; of all teams, for anyone but the county's
/// administration.
pub async fn list_recalls(
    services: &Services,
    viewer: &Viewer,
    team: Option<TeamId>,
    query: &RecallQuery,
    page: i64,
) -> Result<RecallsPage> {
    let page = page.clamp(1, 1_000);
    let (recalls, has_more) = found(services, viewer, query.of(team), PAGE, (page - 1) * PAGE).await?;
    Ok(RecallsPage { recalls, page, has_more })
}

/// The latest of them, to be taken along, and whether there are more.
///
/// # Errors
/// As [`list_recalls`].
pub async fn exported_recalls(
    services: &Services,
    viewer: &Viewer,
    team: Option<TeamId>,
    query: &RecallQuery,
) -> Result<(Vec<RecallHeadRow>, bool)> {
    found(services, viewer, query.of(team), MOST_EXPORTED, 0).await
}

async fn found(
    services: &Services,
    viewer: &Viewer,
    filter: RecallFilter,
    most: i64,
    offset: i64,
) -> Result<(Vec<RecallHeadRow>, bool)> {
    match filter.team {
        Some(team) => viewer.require_seller(team)?,
        None => viewer.require_county_admin()?,
    };
    let mut conn = services.db.read().await?;
    let mut rows = recalls::list_recalls(&mut conn, filter, most + 1, offset).await?;
    let has_more = cut(&mut rows, most);
    Ok((rows, has_more))
}
