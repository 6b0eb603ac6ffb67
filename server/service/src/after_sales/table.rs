//! A team's after-sales, narrowed: page by page, or as many as a sheet holds.

use domain::after_sale::AfterSaleKind;
use domain::ids::TeamId;
use domain::time::days_ms;
use store::after_sales::{AfterSaleSummary, TeamFilter, TeamList, list_of_team};

use crate::paging::cut;
use crate::{Result, Services, Viewer};

/// Rows of a page.
const PER_PAGE: i64 = 50;
/// After-sales that a sheet holds at most; who needs more narrows the days.
pub const MAX_EXPORTED: i64 = 5_000;

/// What a list is narrowed to, as it stands in the address. What cannot be read narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AfterSaleFilter {
    /// `ended`; `talk` for what is open and waits for a word to the buyer; anything else is what is open.
    pub state: String,
    /// Part of an order's number, or of the name of its goods in either language.
    pub search: String,
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
        [&self.search, &self.kind, &self.from, &self.to].iter().any(|text| !text.is_empty())
    }

    async fn rows(
        &self,
        services: &Services,
        team: TeamId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<AfterSaleSummary>> {
        let text = self.search.trim().to_lowercase();
        let filter = TeamFilter {
            team,
            list: match self.state.as_str() {
                "ended" => TeamList::Ended,
                "talk" => TeamList::Unanswered,
                _ => TeamList::Open,
            },
            kind: AfterSaleKind::parse(&self.kind).ok(),
            asked: days_ms(&self.from, &self.to),
            text: &text,
            limit,
            offset,
        };
        Ok(list_of_team(&mut *services.db.read().await?, &filter).await?)
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
    let mut rows = filter.rows(services, team, PER_PAGE + 1, offset).await?;
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
    let mut rows = filter.rows(services, team, MAX_EXPORTED + 1, 0).await?;
    let has_more = cut(&mut rows, MAX_EXPORTED);
    Ok((rows, has_more))
}
