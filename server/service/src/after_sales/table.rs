//! A team's after-sales, narrowed: page by page, or as many as a sheet holds.

use domain::after_sale::AfterSaleKind;
use domain::ids::TeamId;
use domain::time::days_ms;
use store::after_sales::{AfterSaleSummary, TeamFilter, list_of_team};

use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Rows of a page.
const PER_PAGE: i64 = 50;
/// After-sales that a sheet holds at most; who needs more narrows the days.
pub const MAX_EXPORTED: i64 = 5_000;

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AfterSaleFilter {
    /// `ended`; anything else is what is open.
    pub state: String,
    /// A word of [`AfterSaleKind`].
    pub kind: String,
    /// First and last day on which it was asked for, `YYYY-MM-DD`.
    pub from: String,
    pub to: String,
}

impl AfterSaleFilter {
    /// Whether something narrows the list within its state.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        [&self.kind, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    fn typed(&self, team: TeamId, limit: i64, offset: i64) -> TeamFilter {
        TeamFilter {
            team,
            ended: self.state == "ended",
            kind: AfterSaleKind::parse(&self.kind).ok(),
            asked: days_ms(&self.from, &self.to),
            limit,
            offset,
        }
    }
}

/// A page of a team's after-sales, from 1, and whether there is another one after it.
///
/// # Errors
/// Guarded: sellers and captain of the team.
pub async fn team_after_sales(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &AfterSaleFilter,
    page: i64,
) -> Result<(Vec<AfterSaleSummary>, bool)> {
    viewer.require_seller(team)?;
    let offset = (page.clamp(1, 1_000) - 1) * PER_PAGE;
    let mut conn = services.db.read().await?;
    let mut rows = list_of_team(&mut conn, &filter.typed(team, PER_PAGE + 1, offset)).await?;
    let has_more = cut(&mut rows, PER_PAGE);
    Ok((rows, has_more))
}

/// The same for a sheet, at most [`MAX_EXPORTED`] and whether there are more.
///
/// # Errors
/// As [`team_after_sales`].
pub async fn exported_after_sales(
    services: &Services,
    viewer: &Viewer,
    team: TeamId,
    filter: &AfterSaleFilter,
) -> Result<(Vec<AfterSaleSummary>, bool)> {
    viewer.require_seller(team)?;
    let mut conn = services.db.read().await?;
    let mut rows = list_of_team(&mut conn, &filter.typed(team, MAX_EXPORTED + 1, 0)).await?;
    let has_more = cut(&mut rows, MAX_EXPORTED);
    Ok((rows, has_more))
}
